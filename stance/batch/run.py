"""The stages of a batch run, each over what the one before kept.

    fill_shelf ─▶ documents, claims ─ encode_documents ─▶ vectors ─ group_events ─▶ events ─ compare_events ─▶ results

Every expensive answer is kept when it is there: claims by file, vectors by text, issues by event, stances by target and
text. A run that was killed goes on from them, and what it writes is what an undisturbed run writes.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.alignment import align_claims, ask_claims
from stance.alignment.reading import read_contexts
from stance.batch.config import Config
from stance.batch.engine import LOCAL, Engine
from stance.batch.kept import KeptEncoder, KeptModel
from stance.batch.output import CACHE, Output, Tables, build_rows, open_folder
from stance.batch.progress import Progress
from stance.batch.shelf import Row, Shelf, fill_shelf, pack, program_sha256, unpack
from stance.cache import Cache
from stance.codebook import Codebook, frame_claims, load_codebook
from stance.comparison import compare, signature
from stance.documents.repeats import find_relays
from stance.encoding import Encoder, library
from stance.errors import InputError
from stance.events import Event, group_events
from stance.framing import StanceModel
from stance.pipeline import Reading, load_asked, run_card, trace_origins
from stance.positions import label_issues
from stance.records import Asked, Claim, Comparison, Document, Issue, Skipped, digest, from_plain, to_plain

log = logging.getLogger(__name__)

KEPT_EVENTS = 1024  # events whose rows are held at a time
LOADED = 256  # documents that are taken from the shelf at a time
WAITING = 8192  # texts that wait to be encoded, so that those of one length make full batches
LABELLED = 4000  # claims whose events are labelled at a time
ASKED = 2000  # claims that questions are put to at a time
LEAD = 3  # a document's event shows in its title and this many first claims
REASONS = 5  # reasons that are told where nothing could be read
PAGE_CLAIMS = 400  # claims that the page of an asked issue shows, those that speak to it most likely


@dataclass(frozen=True, slots=True)
class Told:
    """What a run is made with."""

    encoder: KeptEncoder
    model: KeptModel
    asked: Sequence[Asked]
    codebooks: Sequence[Codebook]


def run_batch(config: Config, encoder: Encoder, model: StanceModel, engine: Engine = LOCAL) -> Path:
    """The whole run; gives the index page. Raises InputError where nothing can be read, or the disk is full.

    engine  where the models work; what is written is the same

    From eight megabytes of input on, files are read in processes that are spawned: a script that calls this has its
    main part behind `if __name__ == "__main__"`."""
    paths, out = config.paths(), config.place
    open_folder(out)
    asked = load_asked(config.folder / config.issues) if config.issues else ()
    codebooks = [load_codebook(config.folder / name) for name in config.codebooks]
    with Cache(out / CACHE) as cache:
        told = Told(KeptEncoder(encoder, cache, engine), KeptModel(model, cache, engine), asked, codebooks)
        shelf = fill_shelf(paths, config.why_outside, cache)
        if not shelf.rows:
            raise InputError(_say_nothing_read(config, shelf.skipped))
        log.info("%d documents of %d sources, %d claims; %d left out", len(shelf.rows),
                 len({row.source for row in shelf.rows}), shelf.n_claims, len(shelf.skipped))
        vectors = encode_documents(shelf, told.encoder)
        events = group_events([row.id for row in shelf.rows], [row.published for row in shelf.rows], vectors,
                              config.events.days, config.events.threshold)
        shared = [event for event in events if len({shelf.rows[i].source for i in event.documents}) > 1]
        log.info("%d events, %d of them with several sources", len(events), len(shared))
        with Output(out) as output:
            progress = Progress("documents compared", len(shelf.rows))
            for event, tables in tabulate_events(events, shelf, told):
                output.add(event, tables)
                progress(len(event.documents))
            asked_about = list(ask_events(events, shelf, told))
            for comparison, documents in asked_about:
                output.add_asked(comparison, documents)
            pages = output.best_events(events, config.reports)
            for event, comparison, documents in compare_events(pages, shelf, told):
                output.add_page(event, comparison, documents)
            card = batch_card(config, shelf, told) | {
                "n_events": len(events), "n_events_shared": len(shared), "n_events_with_issues": output.n_ranked}
            return output.finish(card, shelf.skipped)


def _say_nothing_read(config: Config, skipped: Sequence[Skipped]) -> str:
    told = list(dict.fromkeys(f"\n  {item.path}: {item.reason}" for item in skipped[:REASONS]))
    told += [f"\n  and {len(skipped) - REASONS} more"] if len(skipped) > REASONS else []
    where, what = (" in the window", "inputs, since or until") if config.has_window else ("", "inputs")
    return f"{', '.join(config.inputs)}: no readable document there{where}; correct {what}{''.join(told)}"


def encode_documents(shelf: Shelf, encoder: KeptEncoder) -> NDArray[np.float16]:
    """A unit vector a document, float16 (n, d): the mean of its title's and its first claims'; zeros where it has
    neither. All claims of documents that are new are encoded on the way, in the words in which alignment will ask for
    them."""
    keys = [digest("document", *encoder.made, row.key) for row in shelf.rows]
    vectors = np.zeros((len(keys), encoder.width), dtype=np.float16)
    new: list[int] = []
    for begin in range(0, len(keys), WAITING):
        kept = encoder.cache.get(keys[begin:begin + WAITING])
        for i, key in enumerate(keys[begin:begin + WAITING], begin):
            if key in kept:
                vectors[i] = np.frombuffer(kept[key], np.float16)
            else:
                new.append(i)
    progress = Progress("documents encoded", len(new))
    heads: dict[int, list[str]] = {}
    texts: list[str] = []
    for begin in range(0, len(new), LOADED):
        some = new[begin:begin + LOADED]
        for i, (document, claims) in zip(some, shelf.load([shelf.rows[i] for i in some]), strict=True):
            read = [before + claim.text for before, claim in zip(read_contexts(claims), claims, strict=True)]
            heads[i] = ([document.title] if document.title else []) + read[:LEAD]
            texts += [*read, *heads[i][:1]]
        if len(texts) >= WAITING or some[-1] == new[-1]:
            encoder.read(texts)
            pooled = iter(encoder.encode([text for head in heads.values() for text in head]))
            for i, head in heads.items():
                mean = sum((next(pooled) for _ in head), np.zeros(encoder.width, np.float32))
                vectors[i] = mean / max(float(np.linalg.norm(mean)), 1e-9)
            encoder.cache.put([(keys[i], vectors[i].tobytes()) for i in heads])
            progress(len(heads))
            heads, texts = {}, []
    return vectors


def tabulate_events(events: Sequence[Event], shelf: Shelf, told: Told) -> Iterator[tuple[Event, Tables]]:
    """Each event's rows of every table, in the order given; kept where no document of the event is new."""
    cache = told.encoder.cache
    made = (*told.encoder.made, *told.model.made, json.dumps(told.model.settings, sort_keys=True), repr(told.codebooks))
    for begin in range(0, len(events), KEPT_EVENTS):
        some = events[begin:begin + KEPT_EVENTS]
        keys = [digest("rows", event.id, *made, *(shelf.rows[i].key for i in event.documents)) for event in some]
        kept = cache.get(keys)
        new = {event.id: key for key, event in zip(keys, some, strict=True) if key not in kept}
        for event, comparison, _ in compare_events([event for event in some if event.id in new], shelf, told):
            kept[new[event.id]] = pack(build_rows(comparison))
            cache.put([(new[event.id], kept[new[event.id]])])
        for key, event in zip(keys, some, strict=True):
            yield event, unpack(kept[key])


def compare_events(events: Iterable[Event], shelf: Shelf, told: Told
                   ) -> Iterator[tuple[Event, Comparison, list[Document]]]:
    """Each event's comparison, in the order given. Stances are asked for many events at once, so that batches fill."""
    block: list[tuple[Event, list[Document], list[Claim], list[Issue]]] = []
    n_claims = 0
    for event in events:
        documents, claims = _load(event, shelf)
        block.append((event, documents, claims, _align(event, documents, claims, told.encoder)))
        n_claims += len(claims)
        if n_claims >= LABELLED:
            yield from _label(block, told)
            block, n_claims = [], 0
    yield from _label(block, told)


def _load(event: Event, shelf: Shelf) -> tuple[list[Document], list[Claim]]:
    loaded = shelf.load([shelf.rows[i] for i in event.documents])
    documents = [document for document, _ in loaded]
    claims = [claim for _, found in loaded for claim in found]
    return documents, trace_origins(claims, documents, find_relays(documents)) if len(documents) > 1 else claims


def _align(event: Event, documents: list[Document], claims: list[Claim], encoder: KeptEncoder) -> list[Issue]:
    """The event's issues; their ids are the event's own, since two events may say one sentence."""
    if len({document.source for document in documents}) < 2:
        return []
    cache = encoder.cache
    source_of = {document.id: document.source for document in documents}
    key = digest("issues", program_sha256(), *encoder.made,
                 *sorted((claim.id, source_of[claim.document_id], claim.holder) for claim in claims))
    if found := cache.get([key]):
        return [from_plain(Issue, plain) for plain in json.loads(found[key])]
    issues = [replace(issue, id=digest(event.id, issue.id)) for issue in align_claims(documents, claims, encoder)]
    cache.put([(key, json.dumps(to_plain(issues), ensure_ascii=True).encode())])
    return issues


def _label(block: Sequence[tuple[Event, list[Document], list[Claim], list[Issue]]], told: Told
           ) -> Iterator[tuple[Event, Comparison, list[Document]]]:
    positions = label_issues([issue for *_, issues in block for issue in issues],
                             [claim for _, _, claims, _ in block for claim in claims], told.model)
    of_issue: dict[str, list[Any]] = {}
    for position in positions:
        of_issue.setdefault(position.issue_id, []).append(position)
    for event, documents, claims, issues in block:
        yield event, _compare(documents, claims, issues, [p for i in issues for p in of_issue.get(i.id, ())],
                              told), documents


def _compare(documents: list[Document], claims: list[Claim], issues: list[Issue], positions: list[Any], told: Told
             ) -> Comparison:
    comparison = compare(documents, claims, issues, positions, run_card(Reading(tuple(documents), ()), told.encoder,
                                                                        told.model))
    frames = [frame for book in told.codebooks for frame in frame_claims(claims, book, told.encoder, told.model)]
    return replace(comparison, frames=tuple(frames))


def ask_events(events: Sequence[Event], shelf: Shelf, told: Told) -> Iterator[tuple[Comparison, list[Document]]]:
    """For each asked issue what the whole archive says about it: the questions are put to all claims, some thousand at
    a time, by week. A page shows the claims that most likely speak to it."""
    if not told.asked:
        return
    scores: dict[str, dict[str, float]] = {question.id: {} for question in told.asked}
    home: dict[str, Row] = {}  # claim → its document's row
    row_of = {row.id: row for row in shelf.rows}
    progress = Progress("documents asked", len(shelf.rows))
    waiting: list[tuple[Document, list[Claim]]] = []
    rows = [shelf.rows[i] for event in events for i in event.documents]
    for begin in range(0, len(rows), LOADED):
        some = rows[begin:begin + LOADED]
        waiting += shelf.load(some)
        if begin + len(some) < len(rows) and sum(len(claims) for _, claims in waiting) < ASKED:
            continue
        claims = [claim for _, found in waiting for claim in found]
        for issue in ask_claims([d for d, _ in waiting], claims, told.encoder, told.asked) if claims else ():
            scores[issue.id] |= issue.scores
            home |= {c.id: row_of[c.document_id] for c in claims if c.id in issue.scores}
        progress(len(waiting))
        waiting = []
    for question in sorted(told.asked, key=lambda a: a.id):
        best = sorted(scores[question.id].items(), key=lambda item: (-item[1], item[0]))[:PAGE_CLAIMS]
        chosen = dict(sorted(best))
        rows_of = sorted({home[c].id: home[c] for c in chosen}.values(), key=lambda row: (row.published or "9", row.id))
        loaded = shelf.load(rows_of)
        documents = [document for document, _ in loaded]
        claims = trace_origins([claim for _, found in loaded for claim in found], documents, find_relays(documents))
        issue = Issue(question.id, question.question, question.target, tuple(chosen), asked=question.id, scores=chosen,
                      why="asked by the user")
        yield _compare(documents, claims, [issue], label_issues([issue], claims, told.model), told), documents


def batch_card(config: Config, shelf: Shelf, told: Told) -> dict[str, Any]:
    """How the run was made, without its time or place."""
    card = run_card(Reading((), ()), told.encoder, told.model)
    del card["skipped"]  # skipped.jsonl has it
    return card | {
        "device": told.encoder.device, "library": library(told.encoder.device),
        "config": config.model_dump(mode="json", exclude={"out"}),
        "inputs": list(shelf.inputs), "languages": shelf.languages, "dropped": shelf.dropped,
        "n_documents": len(shelf.rows), "n_sources": len({row.source for row in shelf.rows}),
        "n_claims": shelf.n_claims, "n_skipped": len(shelf.skipped),
        "signature": signature(card),
    }
