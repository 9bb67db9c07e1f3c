"""Writes a comparison as tables: documents, claims, issues, positions, cells and conflicts as CSV and Parquet, a data
dictionary, a summary to read.

One row a record, keys that join (`document_id`, `issue_id`, `claim_id`), no nesting: lists are joined by " | ". It
leaves nothing out and computes nothing but the summary's counts."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stance.comparison import confidence_word, sources, spoken_by_issue
from stance.records import Comparison, write_whole

JOIN = " | "
_KINDS = {"number": "numbers", "date": "dates", "status": "statuses"}

# table → column → (kind, what it holds). The order is the order of the columns.
DICTIONARY: dict[str, dict[str, tuple[type, str]]] = {
    "documents": {
        "document_id": (str, "digest of the document's content"),
        "source": (str, "who published it"),
        "origin": (str, "who the words come from upstream; empty where it is the source itself"),
        "title": (str, "as given; empty where it has none"),
        "published": (str, "date as given; empty where not known"),
        "language": (str, "ISO 639-1, or und"),
        "kind": (str, "as given"),
        "url": (str, "as given"),
        "path": (str, "file it was read from"),
        "sha256": (str, "of the file's bytes"),
        "start": (int, "first code point in the file, counted from 0"),
        "end": (int, "code point after the last one"),
    },
    "claims": {
        "claim_id": (str, "digest of the claim's content"),
        "document_id": (str, "digest of the document's content"),
        "source": (str, "who published the document"),
        "path": (str, "file the document was read from"),
        "published": (str, "date of the document as given; empty where not known"),
        "start": (int, "first code point in the file, counted from 0"),
        "end": (int, "code point after the last one"),
        "text": (str, "the words, as printed"),
        "voice": (str, "own, reported or nested"),
        "holder": (str, "who holds the claim, as the text names it; empty for own voice or where not named"),
        "via": (str, "who relays a nested claim, outermost first"),
        "origin": (str, "who the words come from upstream: the source itself unless the text says otherwise"),
        "kind": (str, "statement, opinion or aim"),
        "attribution_confidence": (float, "that voice and holder are right, 0 to 1"),
        "worth": (float, "how much it asserts about the world, 0 to 1"),
        "blank": (bool, "a number or date is missing in the source"),
        "cut": (bool, "the source cut text away right after it"),
        "copies": (int, "how often the document prints it"),
    },
    "issues": {
        "issue_id": (str, "row of the table"),
        "issue": (str, "the row's question"),
        "target": (str, "what positions are toward"),
        "contested": (bool, "holders in the row take clear opposite positions"),
        "asked": (str, "the id in issues.toml, where the user asked it"),
        "n_claims": (int, "claims in the row"),
        "n_sources": (int, "sources that they come from"),
    },
    "positions": {
        "issue_id": (str, "row of the table"),
        "issue": (str, "the row's question"),
        "target": (str, "what the position is toward"),
        "claim_id": (str, "claim that carries the position"),
        "source": (str, "who published it"),
        "holder": (str, "whose position it is; the source itself for own voice"),
        "stance": (str, "favourable, neutral or unfavourable; empty where the classifier abstains"),
        "p_favourable": (float, "probability, calibrated"),
        "p_neutral": (float, "probability, calibrated"),
        "p_unfavourable": (float, "probability, calibrated"),
        "confidence": (float, "the weaker of the stance's probability and the attribution's, 0 to 1"),
        "confidence_word": (str, "the word the report shows for it"),
        "same_issue": (float, "probability that the claim speaks to the issue; empty where not given"),
    },
    "cells": {
        "issue_id": (str, "row of the table"),
        "issue": (str, "the row's question"),
        "contested": (bool, "holders in the row take clear opposite positions"),
        "source": (str, "column of the table"),
        "state": (str, "states, mentions, blank (number missing in the source), cut (by the source) or silent"),
        "stance": (str, "where all its clear positions agree; empty otherwise"),
        "n_claims": (int, "claims of this source in this row"),
        "n_origins": (int, "distinct origins behind them"),
        "origins": (str, "the origins"),
    },
    "conflicts": {
        "issue_id": (str, "row of the table"),
        "issue": (str, "the row's question"),
        "kind": (str, "number, date or status: what two sources state differently of one thing"),
        "claim_id": (str, "claim of the one side"),
        "source": (str, "who published it"),
        "start": (int, "first code point of the words in the file, counted from 0"),
        "end": (int, "code point after the last one"),
        "text": (str, "the words, as printed"),
        "other_claim_id": (str, "claim of the other side"),
        "other_source": (str, "who published it"),
        "other_start": (int, "first code point of its words in its file, counted from 0"),
        "other_end": (int, "code point after the last one"),
        "other_text": (str, "its words, as printed"),
    },
}


def build_tables(comparison: Comparison) -> dict[str, list[dict[str, Any]]]:
    """Table name → rows, with the columns of `DICTIONARY`."""
    documents = {d.id: d for d in comparison.documents}
    titles = {issue.id: issue for issue in comparison.issues}
    spoken = [s for said in spoken_by_issue(comparison).values() for s in said if s.position]
    claims = [{
        "claim_id": c.id, "document_id": c.document_id, "source": documents[c.document_id].source,
        "path": documents[c.document_id].path, "published": documents[c.document_id].published, "start": c.start,
        "end": c.end, "text": c.text, "voice": c.voice, "holder": c.holder, "via": JOIN.join(c.via),
        "origin": c.origin or documents[c.document_id].origin or documents[c.document_id].source, "kind": c.kind,
        "attribution_confidence": c.confidence, "worth": c.worth, "blank": c.blank, "cut": c.cut, "copies": c.copies,
    } for c in comparison.claims]
    positions = [{
        "issue_id": s.issue.id, "issue": s.issue.title, "target": s.issue.target, "claim_id": s.claim.id,
        "source": s.source, "holder": s.holder, "stance": s.stance,
        **{f"p_{name}": p for name, p in (s.position.probabilities if s.position else {}).items()},
        "confidence": s.confidence, "confidence_word": confidence_word(s.confidence),
        "same_issue": s.issue.scores.get(s.claim.id),
    } for s in spoken]
    cells = [{
        "issue_id": c.issue_id, "issue": titles[c.issue_id].title, "contested": titles[c.issue_id].contested,
        "source": c.source, "state": c.state, "stance": c.stance, "n_claims": c.n_claims, "n_origins": c.n_origins,
        "origins": JOIN.join(c.origins),
    } for c in comparison.cells]
    plain = [{"document_id": d.id, **{name: getattr(d, name) for name in DICTIONARY["documents"] if hasattr(d, name)}}
             for d in comparison.documents]
    issues = [{
        "issue_id": i.id, "issue": i.title, "target": i.target, "contested": i.contested, "asked": i.asked,
        "n_claims": len(i.claim_ids), "n_sources": sum(c.issue_id == i.id and c.n_claims > 0 for c in comparison.cells),
    } for i in comparison.issues]
    source_of = {c["claim_id"]: c["source"] for c in claims}
    conflicts = [{
        "issue_id": c.issue_id, "issue": titles[c.issue_id].title, "kind": c.kind,
        **{f"{prefix}{name}": value for prefix, side in (("", c.one), ("other_", c.other))
           for name, value in (("claim_id", side.claim_id), ("source", source_of[side.claim_id]),
                               ("start", side.start), ("end", side.end), ("text", side.text))},
    } for c in comparison.conflicts]
    return {"documents": plain, "claims": claims, "issues": issues, "positions": positions, "cells": cells,
            "conflicts": conflicts}


def write_exports(comparison: Comparison, out_dir: Path) -> tuple[Path, ...]:
    """Write each table of `DICTIONARY` as .csv and .parquet, DATA-DICTIONARY.md and summary.md.

    Returns the files. Raises InputError where the folder cannot be written."""
    contents: dict[str, bytes] = {"DATA-DICTIONARY.md": data_dictionary().encode(),
                                  "summary.md": summarise(comparison).encode("utf-8", "replace")}
    for name, rows in build_tables(comparison).items():
        # With a byte order mark, because spreadsheet programs guess the encoding without one.
        contents[f"{name}.csv"] = _csv(name, rows).encode("utf-8-sig", "replace")
        contents[f"{name}.parquet"] = to_parquet(DICTIONARY[name], rows)
    for name, content in contents.items():
        write_whole(out_dir / name, content)
    return tuple(out_dir / name for name in contents)


def data_dictionary(tables: Mapping[str, Mapping[str, tuple[type, str]]] = DICTIONARY) -> str:
    """What each column holds, as Markdown. `tables`: as DICTIONARY."""
    lines = ["# Data dictionary", "", "Offsets count code points in the file as decoded. Empty means: not known, or "
             "does not apply.", ""]
    for name, columns in tables.items():
        lines += [f"## {name}", "", "| column | kind | holds |", "|---|---|---|"]
        lines += [f"| {column} | {kind.__name__} | {meaning} |" for column, (kind, meaning) in columns.items()] + [""]
    return "\n".join(lines)


def summarise(comparison: Comparison) -> str:
    """The rows as Markdown: the question, and under it what each source says, with holder, label and confidence; then
    where two sources state different numbers, dates or statuses of one thing."""
    spoken = spoken_by_issue(comparison)
    source_of = {s.claim.id: s.source for said in spoken.values() for s in said}
    lines = ["# Who says what", "", f"{len(sources(comparison))} sources, {len(comparison.documents)} documents, "
             f"{len(comparison.issues)} issues. This compares, it does not verify. "
             f"Signature {comparison.run.get('signature', '–')}.", ""]
    for issue in comparison.issues:
        lines += [f"## {_plain(issue.title)}" + (" (contested)" if issue.contested else ""), "",
                  f"Positions are toward: {_plain(issue.target)}", ""]
        silent = [c.source for c in comparison.cells if c.issue_id == issue.id and c.state == "silent"]
        for s in spoken[issue.id]:
            label = f"{s.stance}, {confidence_word(s.confidence)}" if s.is_clear else "no clear position"
            lines.append(f"- **{_plain(s.source)}**, {_plain(s.holder) or 'somebody unnamed'} ({s.claim.voice}): "
                         f"“{_plain(s.claim.text)}” ({label})")
        lines += [f"- nothing found on this: {', '.join(map(_plain, silent))}"] if silent else []
        lines += [f"- different {_KINDS[c.kind]}: " + " / ".join(
            f"“{_plain(side.text)}” ({_plain(source_of[side.claim_id])})" for side in (c.one, c.other))
            for c in comparison.conflicts if c.issue_id == issue.id]
        lines.append("")
    return "\n".join(lines)


def _plain(text: str) -> str:
    """On one line, and without marks that Markdown or HTML would act on."""
    text = " ".join(text.split())
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|!" else c for c in text)


def _csv(name: str, rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(DICTIONARY[name]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({key: _inert(value) for key, value in row.items()} for row in rows)
    return out.getvalue()


def _inert(value: Any) -> Any:
    """A spreadsheet runs a text that begins like a formula; an apostrophe keeps it a text."""
    return "'" + value if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def to_parquet(columns: Mapping[str, tuple[type, str]], rows: list[dict[str, Any]]) -> bytes:
    """The rows as a Parquet file. `columns`: as in DICTIONARY."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    kinds: Mapping[type, Any] = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    schema = pa.schema([pa.field(column, kinds[kind], metadata={"description": meaning})
                        for column, (kind, meaning) in columns.items()])
    clean = [{key: value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value
              for key, value in row.items()} for row in rows]
    out = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(clean, schema=schema), out)
    return out.getvalue()
