"""Documents and their claims on disk, each under its own key, so that memory holds a line for each and no text.

A file that was read before is not read again: what came of it is kept under the digest of its bytes, its name, what a
sources.toml says about it, and the program that read it. Small files are read and their claims extracted in processes,
as many as processors; of a large one, which is read row by row, the claims.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
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
from stance.errors import InputError
from stance.records import Claim, Document, Skipped, digest, from_plain, to_plain

SLICE = 256  # documents whose claims are extracted, and kept, at a time, or fewer of more than
SLICE_SIZE = 2_000_000  # code points
SMALL = 1_000_000  # bytes of a file that is read in one go
PROCESSES_FROM = 8_000_000  # bytes of input from which starting processes pays

Extracted = list[tuple[Document, list[Claim]]]
Map = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]  # as the builtin


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
        """The documents, with their texts, and their claims. Raises InputError where one was damaged meanwhile."""
        kept = get_whole(self.cache, {row.key for row in rows})
        plain = [unpack(kept[row.key]) for row in rows]
        texts = get_whole(self.cache, {p["text"] for p in plain})
        whole = {key: zlib.decompress(text).decode("utf-8", "surrogatepass") for key, text in texts.items()}
        return [(from_plain(Document, p["document"] | {"text": whole[p["text"]]}),
                 [from_plain(Claim, c) for c in p["claims"]]) for p in plain]



def get_whole(cache: Cache, keys: set[str]) -> dict[str, bytes]:
    """What was seen to be kept. Raises InputError where it no longer is."""
    kept = cache.get(sorted(keys))
    if len(kept) < len(keys):
        raise InputError(f"{cache.path}: documents in it were damaged since this run looked; check the disk and give "
                         "the same command again, which works them out anew")
    return kept


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
        do: Map = map
        if n_bytes > PROCESSES_FROM:
            do = partial(map_processes, open_.enter_context(ProcessPoolExecutor(mp_context=get_context("spawn"))))
        for file, record in zip(inputs, shelve_files(inputs, cache, do), strict=True):
            progress(_size(file.path) // 1000)
            skipped += [Skipped(*item) for item in record["skipped"]]
            n_taken = 0
            for key, _, id_, source, published, n, counts in record["documents"]:
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


def shelve_files(files: Sequence[Input], cache: Cache, do: Map) -> Iterator[dict[str, Any]]:
    """For each file, in order, what came of it: its documents' lines, what was skipped. Read only if it is not kept, or
    not whole.

    do  maps a function over parts, here or in processes"""
    sha256 = [_sha256(file.path) for file in files]
    keys = [digest("file", program_sha256(), its, file.name, sorted(file.said.fields.items()),
                   sorted(file.said.columns.items())) for file, its in zip(files, sha256, strict=True)]
    new = {key for key in keys if not _is_whole(key, cache)}
    small = {key: file for file, key, its in zip(files, keys, sha256, strict=True)
             if key in new and its and _size(file.path) <= SMALL}
    read = do(read_whole, small.values())
    for file, key, its in zip(files, keys, sha256, strict=True):
        if key not in new:
            yield dict(unpack(get_whole(cache, {key})[key]))
            continue
        skipped: list[tuple[str, str]] = []
        parts, skipped = next(read) if key in small else (do(extract_slice, _slices(file, skipped)), skipped)
        lines = [line for part in parts for line in _keep(part, key, cache)]
        record = {"sha256": _sha256(file.path), "documents": lines, "skipped": skipped}
        if its and its == record["sha256"]:  # what cannot be read may be, another time; what was written to is anew
            cache.put([(key, pack(record))])
            new.discard(key)  # two folders may hold one file under one name
        yield record


def _keep(extracted: Extracted, made: str, cache: Cache) -> Iterator[tuple[Any, ...]]:
    """Keeps documents with their claims; a line for each, which begins with its key."""
    answers: dict[str, bytes] = {}
    for document, claims in extracted:
        text = digest("text", document.text)
        if text not in answers:
            answers[text] = zlib.compress(document.text.encode("utf-8", "surrogatepass"), 1)
        key = digest(made, document.id)
        answers[key] = pack({"document": to_plain(document), "text": text, "claims": to_plain(claims)})
        counts = {"language": document.language, "dropped": Counter(d.reason for d in document.dropped)}
        yield key, text, document.id, document.source, document.published, len(claims), counts
    cache.put(answers.items())


def _is_whole(made: str, cache: Cache) -> bool:
    """Whether what came of a file is kept undamaged, its documents and their texts too. Reads them all, since that is
    what tells, and what is damaged is forgotten."""
    if not (found := cache.get([made])):
        return False
    keys = list(dict.fromkeys(key for line in unpack(found[made])["documents"] for key in line[:2]))
    return sum(len(cache.get(keys[begin:begin + SLICE])) for begin in range(0, len(keys), SLICE)) == len(keys)


def _slices(file: Input, skipped: list[tuple[str, str]]) -> Iterator[list[Document]]:
    """A file's documents some at a time; those that share a text, as the posts of a dump do, stay together. What is not
    read is added to `skipped`."""
    def documents() -> Iterator[Document]:
        for item in read_input(file, {}):
            if isinstance(item, Skipped):
                skipped.append((item.path, item.reason))
            else:
                yield item

    slice_: list[Document] = []
    size = 0
    for text, of_text in groupby(documents(), key=lambda document: document.text):
        slice_ += of_text
        size += len(text)
        if len(slice_) >= SLICE or size >= SLICE_SIZE:
            yield slice_
            slice_, size = [], 0
    if slice_:
        yield slice_


def extract_slice(documents: list[Document]) -> Extracted:
    """The documents with their claims."""
    claims: dict[str, list[Claim]] = {document.id: [] for document in documents}
    for claim in extract_stream(documents):
        claims[claim.document_id].append(claim)
    return [(document, claims[document.id]) for document in documents]


def read_whole(file: Input) -> tuple[list[Extracted], list[tuple[str, str]]]:
    """The documents of a small file with their claims, and what was skipped."""
    skipped: list[tuple[str, str]] = []
    return [extract_slice(slice_) for slice_ in _slices(file, skipped)], skipped


def map_processes(pool: ProcessPoolExecutor, work: Callable[[Any], Any], parts: Iterable[Any]) -> Iterator[Any]:
    """In the order given, with two parts a processor under way. Raises InputError where a process was ended."""
    under_way: deque[Future[Any]] = deque()
    names: deque[str] = deque()
    try:
        for part in parts:
            under_way.append(pool.submit(work, part))
            names.append(part.name if isinstance(part, Input) else part[0].path)
            if len(under_way) >= 2 * (os.cpu_count() or 1):
                yield under_way.popleft().result()
                names.popleft()
        while under_way:
            yield under_way.popleft().result()
            names.popleft()
    except BrokenProcessPool:
        raise InputError(f"{', '.join(dict.fromkeys(names))}: a process that read one of these was ended from outside "
                         "(out of memory, or a parser crashed); give the same command again, and if it comes back, "
                         "take the files out one by one") from None


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
    """Digest of a file's bytes; empty where it has none or they cannot be read, which reading it says."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
