"""Files in, documents out: walks the paths, reads each file by its format, adds what is said about it, cleans it.

One file is held at a time. Whatever cannot be read becomes a `Skipped` with a reason, and the rest goes on. Which
format a file has is told by its name; the formats have a module each.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stance.documents.cleaning import clean
from stance.documents.decoding import decode_text
from stance.documents.draft import Draft, UnreadableError, mend_draft, mend_text
from stance.documents.language import detect_language
from stance.documents.plain import read_markdown, read_plain
from stance.documents.printed import Printed
from stance.documents.sources import FILE_NAME, Said, read_sources
from stance.documents.stamps import to_iso
from stance.errors import InputError
from stance.records import Document, Dropped, Skipped, digest

# The largest file that is read whole. 64 MB of text are some hundred novels: no single document, and parsing it as
# HTML or JSON takes ten times its size in memory. Tables are read row by row and have no such limit.
MAX_BYTES = 64_000_000

_TABLES = frozenset((".csv", ".tsv", ".jsonl", ".ndjson", ".parquet"))
_TEXTS = frozenset((".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml", ".pdf", ".json"))
# Met in folders of documents, and never documents themselves.
_ASIDE_ENDINGS = """.toml .css .js .map .ico .png .jpg .jpeg .gif .webp .svg .bmp .tif .tiff .heic .mp3 .ogg .oga .opus
.wav .m4a .mp4 .webm .mov .avi .mkv .tgs .woff .woff2 .ttf .otf .py .ipynb .sh .bak .tmp .lock .log .sha256"""
_ASIDE = frozenset(_ASIDE_ENDINGS.split())
_ASIDE_NAMES = re.compile(
    r"(?:readme|license|licence|changelog|notice)(?:\.\w+)?|thumbs\.db|desktop\.ini", re.IGNORECASE
)
_WRITTEN = (frozenset(("comparison.json", "report.html")), frozenset(("index.html", "run.json", "skipped.jsonl")))
_NAME_DATE = re.compile(r"[ _-]*(\d{4}-\d{2}-\d{2})[ _-]*")


@dataclass(frozen=True, slots=True)
class Input:
    """One file to be read: how it is called in the records, where it is, and what a sources.toml says about it."""

    name: str
    path: Path
    said: Said


def read_documents(paths: Sequence[Path]) -> Iterator[Document | Skipped]:
    """The documents of files and folders (walked recursively), lazily, in the order of their paths.

    `Document.path` is relative to the folder given, or the file's name. A document whose source and text were met
    before is `Skipped`. Raises InputError where a path is missing or a sources.toml is malformed."""
    files, missing = list_inputs(paths)
    yield from missing
    seen: dict[str, str] = {}
    for file in files:
        yield from read_input(file, seen)


def read_input(file: Input, seen: MutableMapping[str, str]) -> Iterator[Document | Skipped]:
    """The documents of one file, lazily. `seen`: id of a document → where it was met first; it is added to."""
    try:
        yield from _read_file(file.name, file.path, file.said, seen)
    except UnreadableError as error:
        yield Skipped(file.name, str(error))
    except (OSError, RecursionError, MemoryError) as error:
        # An OSError's own words name the whole path, which differs from machine to machine.
        told = getattr(error, "strerror", None) or error
        yield Skipped(file.name, f"cannot be read ({type(error).__name__}: {told}); check the file")


def list_inputs(paths: Sequence[Path], apart: Path | None = None) -> tuple[list[Input], list[Skipped]]:
    """Each file under the paths once, by name; the folders that cannot be read, and the names in a sources.toml
    that lead nowhere.

    apart  a folder that is not walked into: the one that is written to

    Raises InputError where a path is missing or a sources.toml is malformed."""
    paths = [Path(path) for path in paths]
    said: dict[Path, dict[str, Said]] = {}
    found: dict[Path, tuple[str, str]] = {}
    walked: list[tuple[Path, Path]] = []  # folder given, folder in it
    missing: list[Skipped] = []
    for given in sorted(paths, key=lambda path: (len(path.parts), path)):
        if given.is_dir():
            closed: list[OSError] = []
            for walk, inner, names in os.walk(given, onerror=closed.append):
                folder = Path(walk)
                if folder != given and (_is_written(names) or (apart and folder.resolve() == apart.resolve())):
                    inner.clear()
                    continue
                inner[:] = sorted(n for n in inner if not n.startswith("."))
                walked.append((given, folder))
                for name in sorted(names):
                    path = folder / name
                    if _is_candidate(name):
                        found.setdefault(path.resolve(), (path.relative_to(given).as_posix(), given.resolve().name))
            missing += [
                Skipped(
                    Path(error.filename).relative_to(given).as_posix(),
                    f"is a folder that cannot be read ({error.strerror}); check its permissions",
                )
                for error in closed
            ]
        elif given.exists():
            found.setdefault(given.resolve(), (given.name, given.resolve().parent.name))
        else:
            raise InputError(f"{given}: no such file or folder; check the path")
    twice = Counter(name for name, _ in found.values())
    for given, folder in walked:
        for name in said.setdefault(folder.resolve(), read_sources(folder)):
            if not _is_there(folder / name):
                missing.append(
                    Skipped(
                        (folder / FILE_NAME).relative_to(given).as_posix(),
                        f"names {name!r}, which is not in the folder; correct the name or take the table out",
                    )
                )
    files = []
    for path, (name, top) in found.items():
        label = f"{top}/{name}" if twice[name] > 1 else name
        files.append(Input(mend_text(label), path, _find_said(path, said, name.count("/"))))
    files.sort(key=lambda file: (file.name, str(file.path)))
    return files, sorted(missing, key=lambda s: (s.path, s.reason))


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than any file's
        return False


def is_written(path: Path, below: Path) -> bool:
    """Whether a file or folder is, or lies in, what an earlier comparison or batch run wrote, below a folder."""
    above = [parent for parent in path.parents if parent.is_relative_to(below) and parent != below]
    return any(_is_written(_names(folder)) for folder in (path, *above))


@functools.lru_cache(maxsize=1024)
def _names(folder: Path) -> Sequence[str]:
    return tuple(os.listdir(folder)) if folder.is_dir() else ()  # noqa: PTH208


def _is_written(names: Sequence[str]) -> bool:
    """Whether a folder of these files is what an earlier comparison or batch run wrote: no document."""
    return any(written <= set(names) for written in _WRITTEN)


def _is_candidate(name: str) -> bool:
    return not (
        name.startswith((".", "~$"))
        or name.endswith("~")
        or Path(name).suffix.lower() in _ASIDE
        or _ASIDE_NAMES.fullmatch(name)
    )


def _find_said(path: Path, said: dict[Path, dict[str, Said]], depth: int) -> Said:
    """What the nearest sources.toml says, from the file's folder up to the folder given."""
    for folder in list(path.parents)[: depth + 1]:
        if folder not in said:
            said[folder] = read_sources(folder)
        name = path.relative_to(folder).as_posix()
        if name in said[folder]:
            return said[folder][name]
    return Said()


def _read_file(name: str, path: Path, said: Said, seen: MutableMapping[str, str]) -> Iterator[Document | Skipped]:
    suffix = path.suffix.lower()
    if suffix not in _TABLES and suffix not in _TEXTS:
        raise UnreadableError(
            f"is of a kind that is not read ({suffix or 'no ending'}); save it as .txt, .html or .pdf"
        )
    if not path.is_file():
        raise UnreadableError("is no regular file; give a file or a folder")
    size = path.stat().st_size
    if size == 0:
        raise UnreadableError("is empty; take it out or put its text in")
    if suffix in _TABLES:
        from stance.documents.tables import read_table

        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        drafts: Iterator[Draft | Skipped] = read_table(path, name, said.columns)
    else:
        if size > MAX_BYTES:
            raise UnreadableError(
                f"is {size / 1e6:.0f} MB large, and {MAX_BYTES / 1e6:.0f} MB is the most that is read as one file; "
                "split it, or export fewer messages at once"
            )
        data = path.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        drafts = _read_drafts(data, suffix, name, said.columns)
    printed = Printed()
    is_empty = True
    for draft in drafts:
        is_empty = False
        document = draft if isinstance(draft, Skipped) else _make_document(draft, name, sha256, said.fields, printed)
        if isinstance(draft, Draft) and isinstance(document, Document):
            if first := seen.get(document.id):
                reason = f"repeats {first} word for word, from the same source; counted once"
                document = Skipped(name, f"{draft.part}: {reason}" if draft.part else reason)
            else:
                seen[document.id] = f"{name}, {draft.part}" if draft.part else name
        yield document
    if is_empty:
        raise UnreadableError("holds no text; take it out, or check how it was exported")


def _read_drafts(data: bytes, suffix: str, name: str, columns: Mapping[str, str]) -> Iterator[Draft | Skipped]:
    if suffix == ".pdf":
        from stance.documents.pdf import read_pdf

        yield read_pdf(data)
    elif suffix in (".html", ".htm", ".xhtml"):
        from stance.documents.web import read_html

        yield from read_html(decode_text(data, is_html=True))
    elif suffix == ".json":
        from stance.documents.telegram import read_json

        yield from read_json(decode_text(data), name, columns)
    elif suffix in (".md", ".markdown"):
        yield from read_markdown(decode_text(data))
    else:
        yield from read_plain(decode_text(data))


def _make_document(
    draft: Draft, path: str, sha256: str, said: Mapping[str, str], printed: Printed
) -> Document | Skipped:
    if draft.is_own_text:  # other texts were decoded strictly
        draft = mend_draft(draft)
    end = draft.end if draft.named_from is None else draft.named_from
    cleaned = clean(draft.text, draft.start, end, None if draft.is_own_text else printed)
    words = " ".join(
        draft.text[p.start : p.end] for p in cleaned.passages[:12] if p.kind == "body" or len(cleaned.passages) == 1
    )
    if not cleaned.passages:
        reasons = ", ".join(sorted({d.reason for d in cleaned.dropped})) or "white space"
        where = f"{draft.part}: holds" if draft.part else "holds"
        return Skipped(path, f"{where} nothing but {reasons}; nothing to compare in it")
    named_source, named_date = _read_name(path)
    source = said.get("source") or draft.source or named_source
    return Document(
        id=digest(source, draft.text[draft.start : draft.end].strip()),
        source=source,
        path=path,
        sha256=sha256,
        text=draft.text,
        start=draft.start,
        end=draft.end,
        origin=said.get("origin") or draft.origin,
        title=said.get("title") or draft.title or cleaned.title,
        published=said.get("published") or draft.published or cleaned.published or named_date,
        language=said.get("language") or detect_language(words) or draft.language or "und",
        url=said.get("url") or draft.url,
        kind=said.get("kind") or draft.kind,
        passages=cleaned.passages,
        dropped=cleaned.dropped + _set_name_aside(draft.text, end, draft.end),
    )


def _set_name_aside(text: str, start: int, end: int) -> tuple[Dropped, ...]:
    """The ledger's entry for an outlet's name that ends a text."""
    name = text[start:end].strip()
    start = text.find(name, start)
    return (Dropped(start, start + len(name), "outlet's name"),) if name else ()


def _read_name(path: str) -> tuple[str, str | None]:
    """Source and date as the file's name gives them: "2024-10-24_daily_news.txt"."""
    stem = Path(path).stem
    match = _NAME_DATE.search(stem)
    date = to_iso(match[1]) if match else None
    if match and date:
        stem = (stem[: match.start()] + " " + stem[match.end() :]).strip() or stem
    return " ".join(stem.replace("_", " ").split()) or path, date
