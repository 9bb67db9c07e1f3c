"""Documents and their claims on disk, each under its own key, so that memory holds a line for each and no text.

A file that was read before is not read again: what came of it is kept under the digest of its bytes, its name, what a
sources.toml says about it, and the program that read it. Claims are extracted in processes, as many as processors.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache as remember
from functools import partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from stance.batch.progress import Progress
from stance.cache import Cache
from stance.claims import extract_stream
from stance.documents.reading import Input, list_inputs, read_input
from stance.records import Claim, Document, Skipped, digest, from_plain, to_plain

SLICE = 256  # documents whose claims are extracted, and kept, at a time
PROCESSES_FROM = 8_000_000  # bytes of input from which starting processes pays

Extracted = list[tuple[Document, list[Claim]]]


@dataclass(frozen=True, slots=True)
class Row:
    """What memory holds of a document. `key`: where the cache has the rest."""

    key: str
    id: str
    source: str
    published: str | None


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every document of a run once, in the order of the inputs, and what was left out."""

    cache: Cache
    rows: tuple[Row, ...]
    skipped: tuple[Skipped, ...]
    inputs: tuple[dict[str, Any], ...]
    dropped: dict[str, int]
    languages: dict[str, int]
    n_claims: int

    def load(self, rows: Sequence[Row]) -> Extracted:
        """The documents, with their texts, and their claims."""
        kept = self.cache.get([row.key for row in rows])
        plain = [unpack(kept[row.key]) for row in rows]
        texts = self.cache.get(list({p["text"] for p in plain}))
        whole = {key: zlib.decompress(text).decode("utf-8", "surrogatepass") for key, text in texts.items()}
        return [(from_plain(Document, p["document"] | {"text": whole[p["text"]]}),
                 [from_plain(Claim, c) for c in p["claims"]]) for p in plain]


@remember
def program_sha256() -> str:
    """Digest of the files of this package: what another version worked out is not taken over."""
    total = hashlib.sha256()

    def walk(folder: Traversable) -> None:
        for item in sorted(folder.iterdir(), key=lambda item: item.name):
            if item.is_dir():
                if item.name not in ("_shipped", "__pycache__"):
                    walk(item)
            elif item.name.endswith((".py", ".toml", ".txt", ".json")):
                total.update(item.name.encode() + item.read_bytes())

    walk(files("stance"))
    return total.hexdigest()


def fill_shelf(paths: Sequence[Path], why_outside: Callable[[str | None], str], cache: Cache) -> Shelf:
    """Read what is new under the paths, keep it, and list it, but for the folder of the cache.

    why_outside  why a document of this date is left out; empty where it is not"""
    inputs, skipped = list_inputs(paths, cache.path.parent)
    skip = remember(Skipped)  # a window may leave out a million documents, for few reasons
    n_bytes = sum(_size(file.path) for file in inputs)
    progress = Progress("kB read", max(n_bytes // 1000, 1))
    rows: dict[str, Row] = {}
    seen: dict[str, str] = {}
    card: list[dict[str, Any]] = []
    dropped: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    n_claims = 0
    with ExitStack() as open_:
        extract: Callable[[Iterator[list[Document]]], Iterator[Extracted]] = map_here
        if n_bytes > PROCESSES_FROM:
            pool = open_.enter_context(ProcessPoolExecutor(mp_context=get_context("spawn")))
            extract = partial(map_processes, pool)
        for file in inputs:
            record = _shelve_file(file, cache, extract)
            progress(_size(file.path) // 1000)
            skipped += [Skipped(*item) for item in record["skipped"]]
            n_taken = 0
            for key, id_, source, published, n, counts in record["documents"]:
                if reason := why_outside(published):
                    skipped.append(skip(file.name, f"a document of {source} {reason}"))
                    continue
                if id_ in seen:
                    skipped.append(Skipped(file.name, f"repeats a document of {seen[id_]} word for word, from the same "
                                                      "source; counted once"))
                    continue
                seen[id_] = file.name
                rows[id_] = Row(key, id_, source, published)
                n_taken, n_claims = n_taken + 1, n_claims + n
                languages[counts["language"]] += 1
                dropped.update(counts["dropped"])
            card.append({"path": file.name, "sha256": record["sha256"], "n_documents": n_taken})
    return Shelf(cache, tuple(rows.values()), tuple(skipped), tuple(card), dict(sorted(dropped.items())),
                 dict(sorted(languages.items())), n_claims)


def _shelve_file(file: Input, cache: Cache, extract: Callable[[Iterator[list[Document]]], Iterator[Extracted]]
                 ) -> dict[str, Any]:
    """What came of one file: its documents' lines, what was skipped. Read only if it is not kept."""
    try:
        sha256 = _sha256(file.path) if file.path.is_file() else ""
    except OSError:  # reading it says why
        sha256 = ""
    made = digest("file", program_sha256(), sha256, file.name, sorted(file.said.fields.items()),
                  sorted(file.said.columns.items()))
    if sha256 and (found := cache.get([made])):
        return dict(unpack(found[made]))
    skipped: list[tuple[str, str]] = []
    lines: list[tuple[Any, ...]] = []
    for extracted in extract(_slices(read_input(file, {}), skipped)):
        answers: dict[str, bytes] = {}
        for document, claims in extracted:
            text = digest("text", document.text)
            if text not in answers:
                answers[text] = zlib.compress(document.text.encode("utf-8", "surrogatepass"), 1)
            key = f"{made}/{len(lines)}"
            answers[key] = pack({"document": to_plain(document), "text": text, "claims": to_plain(claims)})
            counts = {"language": document.language, "dropped": Counter(d.reason for d in document.dropped)}
            lines.append((key, document.id, document.source, document.published, len(claims), counts))
        cache.put(answers.items())
    record = {"sha256": sha256, "documents": lines, "skipped": skipped}
    cache.put([(made, pack(record))])
    return dict(json.loads(json.dumps(record)))


def _slices(items: Iterable[Document | Skipped], skipped: list[tuple[str, str]]) -> Iterator[list[Document]]:
    """Documents some at a time; those that share a text, as the posts of a dump do, stay together."""
    def documents() -> Iterator[Document]:
        for item in items:
            if isinstance(item, Skipped):
                skipped.append((item.path, item.reason))
            else:
                yield item

    slice_: list[Document] = []
    for _, of_text in groupby(documents(), key=lambda document: document.text):
        slice_ += of_text
        if len(slice_) >= SLICE:
            yield slice_
            slice_ = []
    if slice_:
        yield slice_


def extract_slice(documents: list[Document]) -> Extracted:
    """The documents with their claims."""
    claims: dict[str, list[Claim]] = {document.id: [] for document in documents}
    for claim in extract_stream(documents):
        claims[claim.document_id].append(claim)
    return [(document, claims[document.id]) for document in documents]


def map_here(slices: Iterator[list[Document]]) -> Iterator[Extracted]:
    return map(extract_slice, slices)


def map_processes(pool: ProcessPoolExecutor, slices: Iterator[list[Document]]) -> Iterator[Extracted]:
    """In the order given, with two slices a processor under way."""
    under_way: deque[Future[Extracted]] = deque()
    for slice_ in slices:
        under_way.append(pool.submit(extract_slice, slice_))
        if len(under_way) >= 2 * (os.cpu_count() or 1):
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()


def pack(plain: Any) -> bytes:
    """What JSON can say, as it is kept."""
    return zlib.compress(json.dumps(plain, ensure_ascii=True, separators=(",", ":")).encode(), 1)


def unpack(kept: bytes) -> Any:
    """What was packed."""
    return json.loads(zlib.decompress(kept))


def _size(path: Path) -> int:
    """Bytes of a file; 0 where it cannot be looked at, which reading it says."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
