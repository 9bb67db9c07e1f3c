"""The whole way once: files in, a comparison and its run card out.

    read ─▶ extract ─▶ align ─▶ label ─▶ compare          what readers corrected is put in after each stage

Each stage is a plain function of its own module; this one only hands the records on and writes down what was done:
which inputs, which models, which thresholds, what was left out and why."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from stance import __version__
from stance.alignment import ALL_PAIRS_UP_TO, Matcher, align_claims
from stance.claims import extract_stream
from stance.codebook import Codebook, frame_claims
from stance.comparison import compare, errors_by_word
from stance.corrections import Corrections, correct_claims, correct_issues, correct_positions, corrections_card
from stance.documents import read_documents
from stance.documents.repeats import find_relays
from stance.encoding import Encoder
from stance.errors import InputError
from stance.framing import TASKS, IssueReader, StanceModel
from stance.positions import TOGETHER, add_evidence, label_issues
from stance.records import Asked, Claim, Comparison, Document, Relay, Skipped, read_toml

log = logging.getLogger(__name__)

ASKED_TASKS = ("claim", "topic")  # what a row's target can be, see framing.read_target


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a set of paths: documents in the order of their paths, and what could not be read."""

    documents: tuple[Document, ...]
    skipped: tuple[Skipped, ...]


def read_paths(paths: Sequence[Path], strict: bool = False) -> Reading:
    """Read every document under the paths. Raises InputError if nothing can be read, or, when strict, if anything
    cannot."""
    documents: list[Document] = []
    skipped: list[Skipped] = []
    for item in read_documents(paths):
        if isinstance(item, Skipped):
            if strict:
                raise InputError(f"{item.path}: {item.reason} (stopped, as --strict asks)")
            log.warning("%s: left out: %s", item.path, item.reason)
            skipped.append(item)
        else:
            documents.append(item)
    if not documents:
        raise InputError(
            f"{', '.join(map(str, paths))}: no readable document there; give files or folders with text, "
            "Markdown, HTML, PDF, CSV, JSON Lines, Parquet or a Telegram export"
        )
    return Reading(tuple(documents), tuple(skipped))


def extract_all(documents: Iterable[Document]) -> list[Claim]:
    """The claims of all documents, in the documents' order; words repeated within one file are one claim."""
    return list(extract_stream(documents))


def load_asked(path: Path) -> tuple[Asked, ...]:
    """The issues that a user asks about: `[[issue]]` tables with id, question and target. Raises InputError."""
    plain = read_toml(path, "issues are [[issue]] tables with id, question and target")
    tables = plain.get("issue")
    if not isinstance(tables, list) or not tables:
        raise InputError(f"{path}: no [[issue]] table; each needs id, question and target")
    asked = []
    if stray := set(plain) - {"issue"}:
        raise InputError(f"{path}: {sorted(stray)[0]!r} is not known; issues are [[issue]] tables")
    for number, table in enumerate(tables, 1):
        if not isinstance(table, dict):
            raise InputError(f"{path}: issue {number} is not a table; write [[issue]] with id, question and target")
        missing = [
            key for key in ("id", "question", "target") if not isinstance(table.get(key), str) or not table[key].strip()
        ]
        if missing:
            raise InputError(
                f"{path}: issue {number}: {', '.join(missing)} missing; each needs id, question and target"
            )
        asked.append(Asked(table["id"].strip(), table["question"].strip(), table["target"].strip()))
    repeated = [name for name, n in Counter(a.id for a in asked).items() if n > 1]
    if repeated:
        raise InputError(f"{path}: id {repeated[0]!r} is used twice; ids name rows, so each must be its own")
    return tuple(asked)


def compare_documents(
    reading: Reading,
    encoder: Encoder,
    model: StanceModel,
    asked: Sequence[Asked] = (),
    codebook: Codebook | None = None,
    corrections: Corrections | None = None,
    matcher: Matcher | None = None,
    evidence: bool = False,
) -> Comparison:
    """Documents of two or more sources, side by side. `matcher` reads likely pairs of claims and of questions; without
    one the model reads the pairs of up to `ALL_PAIRS_UP_TO` claims; `evidence` finds the words that carried each label.
    Raises InputError for fewer than two sources."""
    said = corrections or Corrections()
    documents = reading.documents
    sources = sorted({document.source for document in documents})
    if len(sources) < 2:
        raise InputError(
            f"only one source found ({sources[0]}); a comparison needs two or more: add documents of "
            "another source, or name the sources of the files in a sources.toml beside them"
        )
    log.info("read %d documents of %d sources", len(documents), len(sources))
    foreign = sorted({document.language for document in documents} - {"en", "und"})
    if foreign:
        log.warning(
            "documents in %s: voices, claims and stances are made for English; other languages are split into "
            "sentences and aligned only as far as the encoder knows them (give a multilingual one with --encoder), "
            "and their labels are not to be relied on", ", ".join(foreign))
    claims, missed = correct_claims(documents, extract_all(documents), said)
    relays = find_relays(documents)
    claims = trace_origins(claims, documents, relays)
    log.info("found %d claims, %d passages printed by several documents", len(claims), len(relays))
    reader = matcher or (IssueReader(model) if len(claims) <= ALL_PAIRS_UP_TO else None)
    found = align_claims(documents, claims, encoder, asked, matcher, reader=reader)
    issues, missed_issues = correct_issues(documents, claims, found, said)
    log.info("aligned %d claims in %d issues", len({c for i in issues for c in i.claim_ids}), len(issues))
    positions = label_issues(issues, claims, model)
    positions, missed_positions = correct_positions(documents, claims, issues, positions, said)
    if evidence:
        positions = add_evidence(issues, claims, positions, model)
    log.info("labelled %d positions", len(positions))
    card = run_card(reading, encoder, model)
    if reader:
        card["matcher"] = reader.name
    if corrections is not None:
        missed += missed_issues + missed_positions
        card["corrections"] = corrections_card(corrections, missed)
        log.info("applied %d corrections", card["corrections"]["n_applied"])
        for problem in missed:
            log.warning("correction without effect: %s", problem)
    comparison = replace(compare(documents, claims, issues, positions, card), relays=tuple(relays))
    if codebook is None:
        return comparison
    return replace(comparison, frames=tuple(frame_claims(claims, codebook, encoder, model)))


def trace_origins(claims: Iterable[Claim], documents: Iterable[Document], relays: Iterable[Relay]) -> list[Claim]:
    """The claims, with an origin for those inside a passage that another source printed first: two sources that print
    one text are one origin. An origin that the text itself names is kept."""
    source_of = {document.id: document.origin or document.source for document in documents}
    later: dict[str, list[tuple[int, int, str]]] = {}
    for relay in relays:
        first = source_of[relay.prints[0].document_id]
        for print_ in relay.prints[1:]:
            later.setdefault(print_.document_id, []).append((print_.start, print_.end, first))
    traced = []
    for claim in claims:
        origin = next((first for start, end, first in later.get(claim.document_id, ())
                       if start <= claim.start and claim.end <= end), None)
        traced.append(replace(claim, origin=origin) if origin and claim.origin is None else claim)
    return traced


@cache
def _versions() -> tuple[tuple[str, str], ...]:
    return tuple((name, version(name)) for name in ("torch", "transformers", "numpy"))


def run_card(reading: Reading, encoder: Encoder, model: StanceModel) -> dict[str, Any]:
    """How a comparison was made, without its time or place: the same inputs give the same card."""
    dropped = Counter(item.reason for document in reading.documents for item in document.dropped)
    measured = errors_by_word(read_metrics(model), ASKED_TASKS)
    return {
        "version": __version__,
        "versions": dict(_versions()),
        "models": {encoder.name: encoder.sha256, model.name: model.sha256},
        "dtype": encoder.dtype if model.dtype == encoder.dtype else f"{encoder.dtype}, {model.dtype}",
        "seed": 0,  # nothing at run time is drawn by chance
        "thresholds": {"stance/row": TOGETHER}
        | {f"stance/{task}": model.settings[task]["threshold"] for task in TASKS},
        "inputs": [
            {"path": path, "sha256": sha256, "n_documents": n}
            for (path, sha256), n in sorted(Counter((d.path, d.sha256) for d in reading.documents).items())
        ],
        "languages": dict(sorted(Counter(d.language for d in reading.documents).items())),
        "skipped": [{"path": item.path, "reason": item.reason} for item in reading.skipped],
        "dropped": dict(sorted(dropped.items())),
        **({"measured": measured} if measured else {}),
    }


def read_metrics(model: StanceModel) -> dict[str, Any]:
    """metrics.json beside a model's weights; empty where there is none, or where it was measured on other weights."""
    try:
        plain = json.loads((model.directory / "metrics.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    fits = isinstance(plain, dict) and plain.get("weights_sha256") == model.sha256
    return plain if fits else {}
