"""Fuzzes everything that reads a file which the tool did not write: documents, corrections, suites, configs, models.

    python eval/fuzz.py [READER …] [--inputs 100000] [--seed 0]

Hypothesis damages whole small files (cuts, repeats, splices, flipped bytes, words that the format lives on, any text,
any bytes) and each is read as a user's file would be. Every input has to come back as something read or as a refusal
with a reason, within 10 seconds of processor time (a busy machine is no hang). Each portion of inputs runs in a process
of its own, so that a crash or a hang of a parser ends that portion only; the input that did it is kept. Prints
a Markdown table; exit code 1 where a defect was found. The same seed and versions give the same inputs."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import json
import logging
import multiprocessing
import re
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from stance.batch import load_config
from stance.cli import read_table
from stance.codebook import load_codebook
from stance.corrections import read_corrections
from stance.documents import read_documents
from stance.errors import StanceError
from stance.evaluation import load_gold, load_suite
from stance.evaluation.gates import read_baseline
from stance.framing import read_settings
from stance.pipeline import load_asked
from stance.records import Document, read_comparison
from stance.report.exports import build_tables, summarise
from stance.report.redaction import redact_comparison
from stance.report.worksheet import choose_exercises
from stance.review import open_review
from stance.training.recipes import load_recipe

ROOT = Path(__file__).resolve().parents[1]
PORTION = 2_000  # inputs a process
PATIENCE = 10.0  # processor seconds for one input
LONGEST = 200_000  # bytes of an input

WORDS = "The harbour bridge reopened on Friday. “It cost eleven million,” said Mayor Ana Ruiz. Critics call it a waste."


@dataclass(frozen=True, slots=True)
class Reader:
    """What reads a file: `name` of the file, whole files to damage, words of the format, and the call.

    The call returns whether something was read, and raises StanceError for a refusal."""

    name: str
    whole: tuple[bytes, ...]
    words: tuple[bytes, ...]
    read: Callable[[Path], bool]


@dataclass
class Outcome:
    """Counts of one reader. `defects`: what went wrong → how often, and the input that showed it first."""

    n: int = 0
    n_read: int = 0
    n_refused: int = 0
    slowest: float = 0.0
    defects: Counter[str] = field(default_factory=Counter)
    shown_by: dict[str, bytes] = field(default_factory=dict)

    def add(self, other: Outcome) -> None:
        self.n, self.n_read, self.n_refused = (
            self.n + other.n, self.n_read + other.n_read, self.n_refused + other.n_refused)
        self.slowest = max(self.slowest, other.slowest)
        self.defects += other.defects
        self.shown_by = other.shown_by | self.shown_by


class HangError(BaseException):
    """An input took longer than PATIENCE. No Exception, so that no reader takes it for a refusal."""


class LostError(Exception):
    """A file came back neither as documents nor as a reason, or a document does not hold what it says."""


def read_as_documents(path: Path) -> bool:
    found = list(read_documents([path.parent]))
    if not found:
        raise LostError("neither a document nor a reason")
    for each in found:
        if isinstance(each, Document):
            if not 0 <= each.start <= each.end <= len(each.text) or not each.passages:
                raise LostError("a document lies outside its file, or is empty")
            if any(not each.start <= p.start < p.end <= each.end for p in each.passages):
                raise LostError("a passage lies outside its document")
        elif not each.reason.strip():
            raise LostError("a refusal without a reason")
    return any(isinstance(each, Document) for each in found)


def loads(load: Callable[[Path], object]) -> Callable[[Path], bool]:
    def read(path: Path) -> bool:
        load(path)
        return True

    return read


def use_comparison(path: Path) -> bool:
    """Read, and put to every use that it has."""
    found = redact_comparison(read_comparison(path))
    build_tables(found)
    summarise(found)
    open_review(path.parent).page_html(1)
    with contextlib.suppress(StanceError):  # no row is sure enough
        choose_exercises(found)
    return True


def _files(*patterns: str) -> tuple[bytes, ...]:
    found = tuple(path.read_bytes() for pattern in patterns for path in sorted(ROOT.glob(pattern)))
    if not found:
        raise SystemExit(f"none of {', '.join(patterns)} is there; run this from a checkout")
    return tuple(data[:20_000] for data in found)


def _parquet() -> bytes:
    import pyarrow
    import pyarrow.parquet

    out = io.BytesIO()
    rows = pyarrow.table({"text": [WORDS, WORDS[::-1], None], "source": ["Quay Post", "Echo", ""], "date": [1, 2, 3]})
    pyarrow.parquet.write_table(rows, out)
    return out.getvalue()


def _pdf() -> bytes:
    stream = f"BT /F1 12 Tf 40 700 Td ({WORDS.encode('ascii', 'ignore').decode()}) Tj ET"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        "<< /Title (Bridge reopens) /CreationDate (D:20240503080000Z) >>",
    )  # fmt: skip
    out, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode()
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    tail = f"xref\n0 7\n0000000000 65535 f \n{table}trailer << /Size 7 /Root 1 0 R /Info 6 0 R >>\nstartxref\n"
    return out + f"{tail}{len(out)}\n%%EOF".encode()


_POST = {"id": 1, "type": "message", "date": "2024-05-03T08:00:00", "date_unixtime": "1714723200", "from": "Quay Post",
         "forwarded_from": "Echo", "text": ["Look: ", {"type": "bold", "text": WORDS}]}  # fmt: skip
_EXPORT = json.dumps({"name": "Quay Post", "type": "public_channel", "messages": [_POST, {**_POST, "text": WORDS}]})
_EXPORT_PAGE = (
    '<html><body><div class="page_wrap"><div class="page_header"><div class="text bold">Quay Post</div></div>'
    '<div class="history">' + '<div class="message default clearfix"><div class="body"><div class="pull_right date '
    'details" title="03.05.2024 08:00:00 UTC+01:00">08:00</div><div class="from_name">Quay Post</div>'
    f'<div class="text">{WORDS}<br>{WORDS[::-1]}</div></div></div>' * 2 + "</div></div></body></html>"
)
_DUMP = f"Quay Post, [03.05.2024 08:00]\n{WORDS}\n\nForwarded from Echo\n❓Question: why?\n💬 Ana Ruiz: {WORDS}\n" * 2
_CORRECTIONS = "".join(
    json.dumps(line, ensure_ascii=False) + "\n"
    for claim in [{"id": "c1", "source": "Quay Post", "text": WORDS}]
    for issue in [{"id": "i1", "title": "The bridge?", "target": "the bridge", "claim_ids": ["c1", "c2"]}]
    for line in (
        {"kind": "stance", "claim": claim, "issue": issue, "stance": None, "annotator": "ana"},
        {"kind": "voice", "claim": claim, "voice": "reported", "holder": "Mayor Ana Ruiz"},
        {"kind": "merge", "issue": issue, "into": {**issue, "id": "i2"}, "withdrawn": True},
        {"kind": "add", "claim": claim, "issue": issue, "note": "seen"},
        {"kind": "silence", "issue": issue, "source": "Echo", "document_ids": ["d1"]},
    )
)
_COMPARISON = json.dumps({
    "schema": "stance-comparison/1", "documents": [{"id": "d", "source": "s", "path": "p", "sha256": ""}],
    "claims": [{"id": "c", "document_id": "d", "start": 0, "end": 3, "text": "the"}],
    "positions": [{"issue_id": "i", "claim_id": "c", "stance": "neutral", "probabilities": {
        "favourable": 0.1, "neutral": 0.8, "unfavourable": 0.1}, "evidence": [[0, 3]]}],
    "frames": [{"claim_id": "c", "codebook": "b", "label": "l", "probabilities": {"l": 0.9}}],
    "relays": [{"prints": [{"document_id": "d", "start": 0, "end": 3}], "similarity": 1.0, "is_dated": True}],
    "conflicts": [{"issue_id": "i", "kind": "number", **{side: {
        "claim_id": "c", "start": 0, "end": 3, "text": "the"} for side in ("one", "other")}}],
    "issues": [{"id": "i", "title": "t", "target": "t", "claim_ids": ["c"], "scores": {"c": 0.5}}], "run": {},
    "cells": [{"issue_id": "i", "source": "s", "state": "states", "stance": "neutral"}],
})  # fmt: skip
_BATCH = """inputs = ["posts/*.jsonl", "archive"]
out = "weekly"
since = 2024-10-01
until = 2024-10-31
issues = "issues.toml"
codebooks = ["frames.toml"]
reports = 50
[events]
days = 3
threshold = 0.6
"""
_BASELINE = json.dumps({
    "schema": "stance-evaluation/1", "exit_code": 0,
    "suites": [{"name": "a", "path": "a.toml", "exit_code": 0, "items": {"x:1": ["neutral", "neutral"]}, "rows": [
        {"metric": "macro_f1", "value": 0.5, "low": None, "high": 0.6, "n": 3, "n_groups": 3, "floor": 0.4,
         "ceiling": None, "exact": False, "state": "pass"}]}],
})  # fmt: skip

TEXT = tuple(w.encode() for w in (
    "\n", "\r\n", "\t", "\u2028", "“", "”", "«", "»", "’", "…", "<...>", "[…]", "[Date]", " % ", "said",
    "according to", "Forwarded from X\n", "Source: ", "Details:", "❓Question:", "💬 Name:", "2024-10-24", "3 May 2024",
    "#tag", "🇺🇦", "\ufeff", "\u202e", "e\u0301", "\u0000", "VIEW IN TELEGRAM", "Advertisement:", "-" * 300,
    "a" * 3000, " " * 3000,
))  # fmt: skip
MARKUP = tuple(w.encode() for w in (
    "<p>", "</p>", "<div>" * 500, "<!--", "-->", "<![CDATA[", "<script>", "</script>", "&lt;", "&#x1F600;", "&#0;",
    "&#", "<br>", "<table>", '<meta charset="utf-7">', '<?xml version="1.0" encoding="utf-16"?>', "<svg onload=x>", '"',
    "'>", "<article>", "<q>", '<div class="message default">', '<div class="text">',
))  # fmt: skip
JSON = tuple(w.encode() for w in (
    "{", "}", "[", "]", ",", ":", '"', "null", "true", "NaN", "-Infinity", "1e999", "[" * 3000, '{"a":' * 3000,
    "\\u0000", "\\ud800", '"text"', '"messages"', '"date_unixtime"', '"99999999999999999999"', '"source"', "9" * 5000,
    "{}", "\n",
))  # fmt: skip
TOML = tuple(w.encode() for w in (
    "[", "]", "[[", "]]", "=", '"', '"""', "'''", "\n", "#", "{", "}", "inf", "nan", "1979-05-27", "-1", "0x_", "true",
    "[" * 3000, "name", "task", "path", "floor", "label", "id", "\\u0000", "\\uD800", "a.b.c = 1\n", "9" * 5000,
    "[metrics.x]", "[[data]]\n", "[[label]]\n", "[[train]]\n", "examples = [1]", "= { }", "x = " + "[" * 3000,
))  # fmt: skip
# Put in the place of one value, so that the file stays well-formed and its meaning is damaged.
VALUES = (b"null", b"true", b"[]", b"{}", b'""', b'"x"', b"0", b"-1", b"2.5", b"1e400", b"9" * 5000, b"[[1]]",
          b'"\\ud800"')  # fmt: skip
_VALUE = re.compile(rb'"(?:[^"\\\n]|\\.){0,300}"|(?<![\w.])-?\d+(?:\.\d+)?|\bnull\b|\btrue\b|\bfalse\b')
CSV = (b",", b";", b"\t", b'"', b'""', b"\n", b"\r", b"text", b"source", b"date", b"3/14/2024", b"1714723200", b"|")
PDF = (b"obj", b"endobj", b"stream", b"<<", b">>", b"/Kids", b"/Count 99999", b"/Encrypt", b"xref", b"3 0 R", b"%%EOF")
SAMPLE = _files("data/sample/*/*.txt")
PAGES = _files("data/sample/*/*.html")
TABLE = f'text,source,date\n"{WORDS}",Quay Post,2024-05-03\n"two\nlines, “quoted”",Echo,3/14/2024\n'.encode()
LINES = "".join(json.dumps({"text": WORDS, "source": s, "date": "2024-05-03"}) + "\n" for s in ("a", "b")).encode()
PAIRS = (json.dumps({"id": 1, "text": WORDS, "target": "the bridge", "start": 4, "end": 18}) + "\n").encode() * 2

READERS: dict[str, Reader] = {
    "text": Reader("a.txt", SAMPLE, TEXT, read_as_documents),
    "channel dump": Reader("a.txt", (_DUMP.encode(),), TEXT, read_as_documents),
    "Markdown": Reader("a.md", _files("data/sample/*/*.md"), (*TEXT, b"---\n", b"+++\n", b"# "), read_as_documents),
    "HTML": Reader("a.html", PAGES, MARKUP + TEXT[:12], read_as_documents),
    "PDF": Reader("a.pdf", (_pdf(),), PDF, read_as_documents),
    "CSV": Reader("a.csv", (TABLE,), CSV + TEXT[:12], read_as_documents),
    "TSV": Reader("a.tsv", (TABLE.replace(b",", b"\t"),), CSV, read_as_documents),
    "JSON Lines": Reader("a.jsonl", (LINES,), JSON, read_as_documents),
    "Parquet": Reader("a.parquet", (_parquet(),), (b"PAR1", b"\0" * 8, b"\xff" * 4), read_as_documents),
    "Telegram JSON": Reader("result.json", (_EXPORT.encode(), LINES), JSON, read_as_documents),
    "Telegram HTML": Reader("messages.html", (_EXPORT_PAGE.encode(),), MARKUP, read_as_documents),
    "sources.toml": Reader("sources.toml", _files("data/sample/*/sources.toml"), TOML, read_as_documents),
    "issues.toml": Reader("issues.toml", _files("data/sample/*/issues.toml"), TOML, loads(load_asked)),
    "codebook": Reader("codebook.toml", _files("data/codebooks/*.toml"), TOML, loads(load_codebook)),
    "recipe": Reader("recipe.toml", _files("models/recipes/*.toml"), TOML, loads(load_recipe)),
    "suite": Reader("suite.toml", _files("eval/suites/*.toml"), TOML, loads(load_suite)),
    "batch.toml": Reader("batch.toml", (_BATCH.encode(),), TOML, loads(load_config)),
    "stance.json": Reader("stance.json", _files("models/*/stance.json"), JSON,
                          loads(lambda path: read_settings(path.parent))),
    "corrections": Reader("corrections.jsonl", (_CORRECTIONS.encode(),), JSON, loads(read_corrections)),
    "comparison": Reader("comparison.json", (_COMPARISON.encode(),), JSON, use_comparison),
    "baseline": Reader("baseline.json", (_BASELINE.encode(),), JSON, loads(read_baseline)),
    "gold": Reader("gold.json", _files("data/gold/*/gold.json"), JSON, loads(lambda path: load_gold(path.parent))),
    "pairs": Reader("pairs.jsonl", (PAIRS,), JSON, loads(lambda path: read_table(path, ("id", "text", "target")))),
}  # fmt: skip


def damaged(reader: Reader) -> st.SearchStrategy[bytes]:
    """Whole files with up to eight edits; one in some dozens is not like a whole file at all."""
    piece = st.one_of(
        st.sampled_from(reader.words), st.text(max_size=12).map(lambda t: t.encode("utf-8", "surrogatepass")),
        st.binary(max_size=8))
    place = st.floats(0, 1)
    edit = st.one_of(
        st.tuples(st.just("put"), place, st.just(0.0), piece),
        st.tuples(st.just("replace"), place, st.floats(0, 0.05), piece),
        st.tuples(st.sampled_from(("cut", "double", "end")), place, st.floats(0, 0.3), st.just(b"")),
        st.tuples(st.just("flip"), place, st.integers(0, 7), st.just(b"")),
        st.tuples(st.just("value"), place, st.just(0.0), st.sampled_from(VALUES)),
        st.tuples(st.just("splice"), place, place, st.sampled_from(reader.whole)),
    )
    edited = st.builds(_edit, st.sampled_from(reader.whole), st.lists(edit, min_size=1, max_size=8))
    return st.one_of(edited, edited, edited, st.lists(piece, max_size=30).map(b"".join))


def _edit(data: bytes, edits: list[tuple[str, float, float, bytes]]) -> bytes:
    for kind, where, size, piece in edits:
        at = int(where * len(data))
        if kind == "flip":
            data = data[:at] + bytes([data[at] ^ 1 << int(size)]) + data[at + 1:] if at < len(data) else data
        elif kind == "end":
            data = data[:at]
        elif kind == "value":
            found = list(_VALUE.finditer(data))
            if found:
                old = found[min(int(where * len(found)), len(found) - 1)]
                data = data[: old.start()] + piece + data[old.end():]
        elif kind == "splice":
            data = data[:at] + piece[int(size * len(piece)):]
        else:
            until = at + int(size * len(data))
            middle = {"put": piece, "replace": piece, "cut": b"", "double": data[at:until] * 2}[kind]
            data = data[:at] + middle + data[until:]
    return data[:LONGEST]


def run_portion(name: str, n: int, number: int, folder: str, out: Connection) -> None:
    """Reads `n` inputs and sends an Outcome. The input at hand is always in the folder."""
    logging.disable(logging.CRITICAL)
    reader, path, outcome = READERS[name], Path(folder) / READERS[name].name, Outcome()
    if path.name == "sources.toml":
        path.with_name("a.txt").write_text(WORDS, encoding="utf-8")

    def hang(*_: object) -> None:
        raise HangError

    signal.signal(signal.SIGPROF, hang)

    @seed(number)
    @settings(max_examples=n, database=None, deadline=None, phases=(Phase.generate,),
              suppress_health_check=list(HealthCheck))
    @given(damaged(reader))
    def read_one(data: bytes) -> None:
        path.write_bytes(data)
        wrong, begin = "", time.process_time()
        signal.setitimer(signal.ITIMER_PROF, PATIENCE)
        try:
            was_read = reader.read(path)
            outcome.n_read, outcome.n_refused = outcome.n_read + was_read, outcome.n_refused + (not was_read)
        except StanceError as error:
            outcome.n_refused += 1
            wrong = "" if str(error).strip() else "a refusal without a reason"
        except HangError:
            wrong = f"longer than {PATIENCE:.0f} s"
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            wrong = f"{type(error).__name__} in {Path(last.filename).name}, {last.name}: {str(error)[:80]}"
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        outcome.n += 1
        outcome.slowest = max(outcome.slowest, time.process_time() - begin)
        if wrong:
            outcome.defects[wrong] += 1
            outcome.shown_by.setdefault(wrong, data)

    read_one()
    out.send(outcome)


def fuzz(name: str, n_inputs: int, first_seed: int) -> Outcome:
    """All portions of one reader, each in a process of its own."""
    total, number = Outcome(), first_seed * 1_000_003
    while total.n < n_inputs:
        n = min(PORTION, n_inputs - total.n)
        with tempfile.TemporaryDirectory() as folder:
            receive, send = multiprocessing.Pipe(duplex=False)
            process = multiprocessing.Process(target=run_portion, args=(name, n, number, folder, send))
            process.start()
            send.close()
            path = Path(folder) / READERS[name].name
            found = _wait_for(receive, path)
            if found is None or found.n == 0:
                process.kill()
                found = Outcome(n, defects=Counter({f"the process ended ({process.exitcode})": 1}), shown_by={
                    "the process ended": path.read_bytes() if path.exists() else b""})
            process.join()
        total.add(found)
        number += 1
    return total


def _wait_for(receive: Connection, path: Path) -> Outcome | None:
    """What the process sends; None where it ended without, or has been at one input for ten minutes, asleep or in
    foreign code that no signal reaches."""
    while not receive.poll(PATIENCE):
        if path.exists() and time.time() - path.stat().st_mtime > 60 * PATIENCE:
            return None
    try:
        found: Outcome = receive.recv()
        return found
    except EOFError:
        return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("readers", nargs="*", metavar="READER", help=f"any of {', '.join(READERS)}; all if none")
    parser.add_argument("--inputs", type=int, default=100_000, help="inputs a reader")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    if unknown := set(arguments.readers) - set(READERS):
        parser.error(f"no reader {min(unknown)!r}; there are {', '.join(READERS)}")
    print("| reader | inputs | read | refused with a reason | slowest, s | defects |\n|---|---|---|---|---|---|")
    n_defects = 0
    for name in arguments.readers or READERS:
        found = fuzz(name, arguments.inputs, arguments.seed)
        n_defects += sum(found.defects.values())
        print(f"| {name} | {found.n:,} | {found.n_read:,} | {found.n_refused:,} | {found.slowest:.2f} | "
              f"{sum(found.defects.values())} |", flush=True)
        for wrong, times in found.defects.most_common():
            shown = next((data for told, data in found.shown_by.items() if told in wrong), b"")
            keep = Path(tempfile.gettempdir()) / f"fuzz-{hashlib.sha256(shown).hexdigest()[:12]}-{READERS[name].name}"
            keep.write_bytes(shown)
            print(f"{name}: {wrong} ({times} times); the input is in {keep}", file=sys.stderr, flush=True)
    sys.exit(1 if n_defects else 0)


if __name__ == "__main__":
    main()
