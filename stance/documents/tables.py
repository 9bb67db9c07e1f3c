"""Tables: CSV, TSV, JSON Lines and Parquet. One row is one document; columns are found by their usual names.

Rows are streamed: memory holds one row (or one Parquet batch), never the file.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stance.documents.decoding import decode_text
from stance.documents.draft import Draft, UnreadableError
from stance.documents.residue import strip_marks
from stance.documents.stamps import to_iso
from stance.documents.titles import Endings, read_entities
from stance.records import Skipped

# The longest row that is read: a book of a thousand pages. A longer one is a table without line ends.
MAX_ROW = 4 * 2**20
# A few kilobytes of Parquet can say one text a million times. Real tables expand to some twenty times their size.
_MOST_EXPANDED = 100
_SMALL = 16 * MAX_ROW  # to which any file may expand
_NAMES: Mapping[str, tuple[str, ...]] = {
    "text": (
        "text",
        "body",
        "content",
        "article",
        "article_text",
        "full_text",
        "fulltext",
        "maintext",
        "message",
        "post",
        "paragraph",
        "lead",
        "description",
        "summary",
        "abstract",
    ),
    "source": (
        "source",
        "outlet",
        "publisher",
        "publication",
        "source_name",
        "newspaper",
        "media",
        "channel",
        "site",
        "domain",
        "site_name",
    ),
    "title": ("title", "headline", "head", "heading"),
    "published": (
        "published",
        "date",
        "published_at",
        "publish_date",
        "date_published",
        "pub_date",
        "pubdate",
        "publication_date",
        "datetime",
        "timestamp",
        "time",
        "created_at",
    ),
    "url": ("url", "link", "href", "permalink"),
    "language": ("language", "lang"),
    "kind": ("kind", "type", "genre"),
    "origin": ("origin", "agency", "forwarded_from", "forward_from", "via"),
}
# So many rows are looked at before one is handed on, to learn how dates are written and how titles end.
_PEEK = 200
_SLASHED = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})")
_MONTH_FIRST = re.compile(r"\d{1,2}/(?:1[3-9]|2\d|3[01])/\d{4}")
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?(Z|[+-]00:?00)?$")


def read_table(path: Path, name: str, columns: Mapping[str, str]) -> Iterator[Draft | Skipped]:
    """A document a row. Rows without text or that cannot be parsed are `Skipped` with their number (the first is 1).

    columns  which column holds what ("text", "source", …), where the usual names don't tell
    Raises UnreadableError where no column holds text, or the file is not what its name says."""
    suffix = path.suffix.lower()
    rows = (
        _read_parquet(path)
        if suffix == ".parquet"
        else _read_lines(path)
        if suffix in (".jsonl", ".ndjson")
        else _read_csv(path)
    )
    return read_rows(rows, name, columns)


def read_rows(
    rows: Iterable[Mapping[str, Any] | str], name: str, columns: Mapping[str, str]
) -> Iterator[Draft | Skipped]:
    """Documents of rows that are parsed already; a row that is a string says why it could not be.

    Dates like 3/4/2024 are read month first where one of the first rows can only be read so. HTML entities in titles
    and texts are read; an outlet's name that ends its titles is taken off them, and set aside where the title is the
    text. Rows that stand before an error are read."""
    learned = _Learned()
    n_read = 0
    for number, row, fields in _look_ahead(rows, columns, learned):
        if isinstance(row, str):
            yield Skipped(name, f"row {number}: {row}")
            continue
        text = fields.pop("text", None)
        if text is None:
            known = ", ".join(map(repr, sorted(map(str, row))[:12])) or "none"
            reason = (
                f"row {number} has no column {columns.get('text', 'text')!r} (it has {known}); name the column in "
                f'sources.toml: ["{Path(name).name}"] columns = {{ text = "…" }}'
            )
            if not n_read:
                raise UnreadableError(reason)
            yield Skipped(name, reason)
            continue
        n_read += 1
        if not text.strip() or "\0" in text:
            yield Skipped(
                name,
                f"row {number}: its text " + ("holds NUL characters; clean the table" if text.strip() else "is empty"),
            )
            continue
        if "published" in fields:
            fields["published"] = to_timestamp(fields["published"], learned.month_first)
        if "origin" in fields:
            fields["origin"] = strip_marks(fields["origin"])
        if title := fields.get("title"):
            fields["title"] = title[: learned.find_name(title, fields)]
        yield Draft(
            text,
            0,
            len(text),
            named_from=learned.find_name(text, fields),
            part=f"row {number}",
            is_own_text=True,
            **{k: v for k, v in fields.items() if v},
        )


@dataclass(slots=True)
class _Learned:
    """What the rows read so far tell about all of them."""

    month_first: bool = False
    endings: Endings = field(default_factory=Endings)

    def find_name(self, title: str, fields: Mapping[str, str]) -> int:
        return self.endings.find_name(fields.get("source", ""), fields.get("url", ""), title)


def _look_ahead(
    rows: Iterable[Mapping[str, Any] | str], columns: Mapping[str, str], learned: _Learned
) -> Iterator[tuple[int, Mapping[str, Any] | str, dict[str, str]]]:
    """(number, row, its fields), each once _PEEK rows after it were learned from."""
    waiting: deque[tuple[int, Mapping[str, Any] | str, dict[str, str]]] = deque()
    try:
        for number, row in enumerate(rows, 1):
            fields = {} if isinstance(row, str) else _pick_fields(row, columns)
            if number <= _PEEK and _MONTH_FIRST.match(fields.get("published", "")):
                learned.month_first = True
            if title := fields.get("title") or fields.get("text"):
                learned.endings.add(fields.get("source", ""), title)
            waiting.append((number, row, fields))
            if len(waiting) > _PEEK:
                yield waiting.popleft()
    except UnreadableError:
        yield from waiting
        raise
    yield from waiting


def _pick_fields(row: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, str]:
    """The row's fields by our names; no "text" where no column holds it. A headline with nothing else is the text."""
    lowered = {str(key).strip().casefold().replace(" ", "_"): key for key in reversed(list(row))}
    fields: dict[str, str] = {}
    for ours, usual in _NAMES.items():
        key: Any = columns.get(ours)
        if key is None:
            key = next((lowered[candidate] for candidate in usual if candidate in lowered), None)
        value = row.get(key)
        if key in row and not isinstance(value, (dict, list)):
            fields[ours] = "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)
    for ours in fields.keys() & {"text", "title"}:
        fields[ours] = read_entities(fields[ours])
    if title := fields.get("title"):
        fields["title"] = " ".join(title.split())
        if not fields.get("text", "").strip() and "text" not in columns:
            fields["text"] = fields.pop("title")
    return fields


def to_timestamp(words: str, month_first: bool = False) -> str:
    """ISO 8601 where the words are a date or a time in a common notation, as they stand otherwise."""
    bare = words.strip()
    if match := _TIME.fullmatch(bare):
        return f"{match[1]}T{match[2]}" + ("Z" if match[3] else "")
    if re.fullmatch(r"\d{10}(?:\.0+)?|\d{13}", bare):
        return from_unix(int(float(bare)) // (1000 if len(bare) == 13 else 1))
    if month_first:
        bare = _SLASHED.sub(r"\2/\1/\3", bare)
    return to_iso(bare) or bare


def from_unix(seconds: int) -> str:
    import datetime

    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read_lines(path: Path) -> Iterator[Mapping[str, Any] | str]:
    with path.open("rb") as file:
        while line := file.readline(MAX_ROW + 1):
            if len(line) > MAX_ROW:
                yield f"is longer than {MAX_ROW // 2**20} MB; write one object a line"
                while line and not line.endswith(b"\n"):
                    line = file.readline(MAX_ROW)
                continue
            if not line.strip():
                continue
            try:
                row = json.loads(line.decode("utf-8-sig"))
            except (ValueError, RecursionError) as error:
                yield f"is not JSON ({type(error).__name__}); write one object a line, in UTF-8"
                continue
            yield row if isinstance(row, dict) else f"is {type(row).__name__}, not an object"


def _read_csv(path: Path) -> Iterator[Mapping[str, Any] | str]:
    with path.open("rb") as raw:
        sample = raw.read(2**16)
        encoding = _find_encoding(path, sample)
        raw.seek(0)
        with io.TextIOWrapper(raw, encoding, errors="replace", newline="") as lines:
            csv.field_size_limit(MAX_ROW)
            delimiter = "\t" if path.suffix.lower() == ".tsv" else _find_delimiter(sample.decode(encoding, "replace"))
            reader = csv.DictReader(_bound_lines(lines), delimiter=delimiter)
            while True:
                try:
                    row = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    raise UnreadableError(
                        f"cannot be read as a table near line {reader.line_num} ({error}); check its quotes, or save "
                        "it as JSON Lines"
                    ) from None
                yield {key: value for key, value in row.items() if key is not None}


def _bound_lines(lines: io.TextIOWrapper) -> Iterator[str]:
    while line := lines.readline(MAX_ROW):
        if len(line) == MAX_ROW:
            raise UnreadableError(f"holds a line longer than {MAX_ROW // 2**20} MB; save it with one row a line")
        yield line


def _find_encoding(path: Path, sample: bytes) -> str:
    """The encoding of a table, told from its beginning: marks, then UTF-8, then what decode_text would guess."""
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    decode_text(sample[: sample.rfind(b"\n") + 1] or sample)
    try:
        sample[: sample.rfind(b"\n") + 1].decode("utf-8")
        return "utf-8-sig"
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(sample).best()
        return best.encoding if best else "cp1252"


def _find_delimiter(sample: str) -> str:
    header = sample.split("\n", 1)[0]
    return max(",;\t|", key=header.count)


def _read_parquet(path: Path) -> Iterator[Mapping[str, Any] | str]:
    """Rows without their nested columns. Neither what the file says of its size nor what comes out of it may be more
    than a file of its size holds."""
    import pyarrow
    import pyarrow.parquet

    most = max(_SMALL, _MOST_EXPANDED * path.stat().st_size)
    n_rows = n_bytes = 0
    try:
        with pyarrow.parquet.ParquetFile(path) as table:
            flat = [column.name for column in table.schema_arrow if not pyarrow.types.is_nested(column.type)]
            for group in range(table.num_row_groups):
                if (size := table.metadata.row_group(group).total_byte_size) > most:
                    raise _too_much(n_rows, size, most)
                for batch in table.iter_batches(batch_size=16, row_groups=[group], columns=flat):
                    for row in batch.to_pylist():
                        length = sum(len(v) for v in row.values() if isinstance(v, (str, bytes)))
                        n_rows, n_bytes = n_rows + 1, n_bytes + length + 8 * len(row)  # an empty cell costs, too
                        if n_bytes > most:
                            raise _too_much(n_rows - 1, n_bytes, most)
                        yield row if length <= MAX_ROW else f"is longer than {MAX_ROW // 2**20} MB; split its text"
    except (pyarrow.ArrowException, OSError, ValueError) as error:  # ValueError: text that is no UTF-8
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise UnreadableError(f"cannot be read as Parquet ({reason}); write it again") from None


def _too_much(n_rows: int, size: int, most: int) -> UnreadableError:
    return UnreadableError(
        f"expands to {size / 1e6:.0f} MB or more from row {n_rows + 1} on, and {most / 1e6:.0f} MB is the most that a "
        "file of its size may; write it as JSON Lines"
    )
