"""The nouns of the tool: plain, frozen values that every stage reads and writes.

    files ─ read ─▶ Document ─ extract ─▶ Claim ─ align ─▶ Issue ─ label ─▶ Position ─ compare ─▶ Cell, Comparison

All offsets are half-open and count code points in `Document.text`: the input file as decoded, its line ends
untouched (for HTML, PDF and tables: the text that was extracted from it). `text[start:end]` of any record is
the very words of the source. Ids are digests of content, so that adding a document moves no other id.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import json
import tomllib
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from stance.errors import InputError

SCHEMA = "stance-comparison/1"

Voice = Literal["own", "reported", "nested"]
Stance = Literal["favourable", "neutral", "unfavourable"]
STANCES: tuple[Stance, ...] = ("favourable", "neutral", "unfavourable")
PassageKind = Literal["body", "title", "heading", "rubric", "question"]
CellState = Literal["states", "mentions", "blank", "cut", "silent"]
ClaimKind = Literal["statement", "opinion", "aim"]
ConflictKind = Literal["number", "date", "status"]


def digest(*parts: object) -> str:
    """Sixteen hex digits that depend on every part and on nothing else."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, line or list item that survived cleaning; `text[start:end]` has no residue at its edges.

    kind     body; title (of the document); heading (inside it); rubric ("Source: …", "Details:"); question (of an
             interviewer: belongs to nobody's claims)
    speaker  whom the layout names as speaking here ("💬 Name: …", an interview turn, a transcript), as printed
    cut      the source itself cut text away right after this passage ("<...>", "[…]")
    """

    start: int
    end: int
    kind: PassageKind = "body"
    speaker: str | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Dropped:
    """A span that was cleaned away, and why ("advertisement", "interface residue", "repeated text", …)."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Document:
    """One thing published. A channel dump of nine posts is nine documents with one path and one text.

    start, end  the part of `text` that is this document
    origin      who the words come from upstream (the channel a post was forwarded from), if not the source
    language    ISO 639-1, or "und"
    sha256      of the file's bytes
    text        the whole decoded file; documents of one path share it; not part of comparison.json
    """

    id: str
    source: str
    path: str
    sha256: str
    text: str = field(repr=False)
    start: int = 0
    end: int = 0
    origin: str | None = None
    title: str | None = None
    published: str | None = None
    language: str = "und"
    url: str | None = None
    kind: str | None = None
    passages: tuple[Passage, ...] = field(default=(), repr=False)
    dropped: tuple[Dropped, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Skipped:
    """An input that could not be read, or a document that repeats another; the rest of the work goes on."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Claim:
    """Words of one document that assert something, with whose words they are.

    voice       own (the outlet's), reported (somebody it relays), nested (somebody relayed by somebody it relays)
    holder      who holds the claim, as the text names it; None for own voice, or where it cannot be told
    via         who relays a nested claim, outermost first, as the text names them
    cue         span of the words that attribute ("said", "according to"), if any
    confidence  that voice and holder are right, 0 to 1
    origin      who the words come from upstream, where the document or the attribution says so
    kind        statement, opinion, or aim ("hopes to", "plans to": reported as an aim, not as a fact)
    worth       check-worthiness, 0 to 1: how much it asserts about the world
    blank       a number or date is missing in the source ("risen to % of")
    cut         the source cut text away right after it
    copies      how often this document prints it
    """

    id: str
    document_id: str
    start: int
    end: int
    text: str
    voice: Voice = "own"
    holder: str | None = None
    via: tuple[str, ...] = ()
    cue: tuple[int, int] | None = None
    confidence: float = 1.0
    origin: str | None = None
    kind: ClaimKind = "statement"
    worth: float = 1.0
    blank: bool = False
    cut: bool = False
    copies: int = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """An issue that the user asks about (`[[issue]]` in issues.toml)."""

    id: str
    question: str
    target: str


@dataclass(frozen=True, slots=True)
class Issue:
    """A question that several documents speak to: a row of the table.

    scores     claim id → probability that it speaks to this issue
    contested  holders in it take opposite stances
    asked      the id in issues.toml, where the user asked it
    why        what it was proposed from, for the reader
    """

    id: str
    title: str
    target: str
    claim_ids: tuple[str, ...]
    contested: bool = False
    asked: str | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    why: str = ""


@dataclass(frozen=True, slots=True)
class Position:
    """How one claim's holder stands toward one issue's target.

    stance         None where the classifier abstains
    probabilities  of the three stances, summing to 1, calibrated
    evidence       spans of the document's text, inside the claim, whose words carried the stance; empty where not asked
    """

    issue_id: str
    claim_id: str
    stance: Stance | None
    probabilities: Mapping[str, float]
    evidence: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """What a claim makes salient, by one codebook. `label` is None where no label is likely enough."""

    claim_id: str
    codebook: str
    label: str | None
    probabilities: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Print:
    """One printing of a text: code points of the document's text, half-open."""

    document_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Relay:
    """A text that two documents or more print, in the same words or nearly.

    prints      earliest published first; undated ones last
    similarity  the lowest Jaccard similarity of a print to the first, 0 to 1
    is_dated    all prints are dated, and the first is earlier than the second: who came first is known
    """

    prints: tuple[Print, ...]
    similarity: float
    is_dated: bool


@dataclass(frozen=True, slots=True)
class ConflictSide:
    """The words of a claim that state a number, a day or a status: code points of its document's text, half-open."""

    claim_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two sources state different numbers or days, or opposite statuses, of one thing. Which is right is not said.

    one, other  the sides; the one whose claim's id sorts first comes first
    """

    issue_id: str
    kind: ConflictKind
    one: ConflictSide
    other: ConflictSide


@dataclass(frozen=True, slots=True)
class Cell:
    """What one source does about one issue. Every source has a cell in every issue.

    state      states (takes up the issue with a position), mentions (without one), blank (its number is missing in
               the source), cut (the source cut it away), silent
    stance     where all its clear positions agree; None otherwise
    n_origins  distinct origins behind its claims: two sources relaying one ministry share one origin
    """

    issue_id: str
    source: str
    state: CellState
    stance: Stance | None = None
    claim_ids: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    n_claims: int = 0
    n_origins: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything a report is made of, and how it was made (`run`)."""

    documents: tuple[Document, ...]
    claims: tuple[Claim, ...]
    issues: tuple[Issue, ...]
    positions: tuple[Position, ...]
    cells: tuple[Cell, ...]
    run: Mapping[str, Any]
    frames: tuple[Frame, ...] = ()
    relays: tuple[Relay, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    schema: str = SCHEMA


Record = TypeVar("Record")


def to_plain(record: Any) -> Any:
    """A record as JSON-ready values. `Document.text` is left out: a comparison points into the files, it does not
    carry them."""
    if dataclasses.is_dataclass(record) and not isinstance(record, type):
        names = [f.name for f in dataclasses.fields(record)]
        if isinstance(record, Document):
            names.remove("text")
        return {name: to_plain(getattr(record, name)) for name in names}
    if isinstance(record, Mapping):
        return {str(key): to_plain(value) for key, value in record.items()}
    if isinstance(record, (list, tuple)):
        return [to_plain(value) for value in record]
    return record


def from_plain(kind: type[Record], plain: Any) -> Record:
    """The record that `to_plain` was given. Unknown fields are ignored, so that newer files stay readable.

    Raises InputError where a field is missing or of the wrong kind."""
    return typing.cast(Record, _build(kind, plain, kind.__name__))


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


@functools.cache
def _shape(kind: Any) -> tuple[Any, tuple[Any, ...]]:
    return typing.get_origin(kind), typing.get_args(kind)


def _build(kind: Any, plain: Any, where: str) -> Any:
    origin, args = _shape(kind)
    if dataclasses.is_dataclass(kind):
        if not isinstance(plain, Mapping):
            raise InputError(f"{where}: expected an object, found {type(plain).__name__}")
        hints = _hints(typing.cast(typing.Hashable, kind))
        values = {
            f.name: _build(hints[f.name], plain[f.name], f"{where}.{f.name}")
            for f in dataclasses.fields(kind)
            if f.name in plain
        }
        if kind is Document:
            values.setdefault("text", "")
        try:
            return kind(**values)  # type: ignore[operator]
        except TypeError as error:
            raise InputError(f"{where}: {error}") from None
    if origin in (typing.Union, types.UnionType):
        if plain is None and type(None) in args:
            return None
        return _build(next(a for a in args if a is not type(None)), plain, where)
    if origin is tuple:
        if not isinstance(plain, (list, tuple)):
            raise InputError(f"{where}: expected a list, found {type(plain).__name__}")
        inner = args[0]
        return tuple(_build(inner, value, where) for value in plain)
    if origin is Mapping:
        if not isinstance(plain, Mapping):
            raise InputError(f"{where}: expected an object, found {type(plain).__name__}")
        return {key: _build(args[1], value, where) for key, value in plain.items()}
    if origin is Literal:
        if plain not in args:
            raise InputError(f"{where}: {plain!r} is none of {', '.join(map(str, args))}")
        return plain
    if kind is float and isinstance(plain, int) and not isinstance(plain, bool) and abs(plain) < 1 << 1023:
        return float(plain)
    if isinstance(kind, type) and kind in (str, int, float, bool) and not isinstance(plain, kind):
        raise InputError(f"{where}: expected {kind.__name__}, found {type(plain).__name__}")
    return plain


def dump_json(value: Any) -> str:
    """Stable JSON: same value, same bytes."""
    return json.dumps(to_plain(value), ensure_ascii=False, indent=1) + "\n"


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all, and make its folder: whatever ends the program meanwhile, what stood there
    before still stands. Half a surrogate pair is written as its JSON escape. Raises InputError."""
    data = content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace")
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise InputError(
            f"{path}: cannot be written ({error.strerror}); free some space or name another folder"
        ) from None


def confine(path: Path, folder: Path, where: str, advice: str) -> Path:
    """The path with its links and ".." followed. Raises InputError, from `where` to `advice`, where that leads out of
    the folder."""
    try:
        real = path.resolve()
        if real.is_relative_to(folder.resolve()):
            return real
    except (OSError, ValueError) as error:
        raise InputError(f"{where}: {str(path)!r} is no path ({error})") from None
    raise InputError(f"{where}: {path} leads out of {folder}; {advice}")


def read_json(path: Path, advice: str) -> Any:
    """The value in a JSON file. Raises InputError, ending in `advice`, where it cannot be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # ValueError: bad UTF-8, bad JSON, a number of 5,000 digits
        raise InputError(f"{path}: cannot be read as JSON ({error}); {advice}") from None


def read_toml(path: Path, advice: str) -> dict[str, Any]:
    """The tables of a TOML file. Raises InputError, ending in `advice`, where it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); {advice}") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not TOML ({error}); {advice}") from None


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file. Raises InputError with the line number where one is not an object."""
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    row = json.loads(line)
                except (ValueError, RecursionError) as error:
                    raise InputError(
                        f"{path}, line {number}: not JSON ({error}); one object a line is expected"
                    ) from None
                if not isinstance(row, dict):
                    raise InputError(f"{path}, line {number}: expected an object, found {type(row).__name__}")
                yield row
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); give a UTF-8 JSON Lines file") from None


def read_comparison(path: Path) -> Comparison:
    """A comparison.json, without the documents' texts. Raises InputError where it is not one, or where a record points
    at one that is not there."""
    advice = "make one with `stance compare PATH… --out DIR`"
    plain = read_json(path, advice)
    if not isinstance(plain, dict) or plain.get("schema") != SCHEMA:
        raise InputError(f"{path}: not a {SCHEMA} file; {advice}")
    found = from_plain(Comparison, plain)
    known = {(kind, record.id) for kind, records in (
        ("document", found.documents), ("claim", found.claims), ("issue", found.issues)) for record in records}
    if lost := next((pointer for pointer in _pointers(found) if pointer not in known), None):
        raise InputError(f"{path}: points at {lost[0]} {lost[1]!r}, which is not in it; {advice}")
    return found


def _pointers(c: Comparison) -> Iterator[tuple[str, str]]:
    """The kind and id of each record that another one names."""
    sides = [side for conflict in c.conflicts for side in (conflict.one, conflict.other)]
    prints = [each for relay in c.relays for each in relay.prints]
    for kind, name, several in (("document", "document_id", (c.claims, prints)),
                                ("claim", "claim_id", (c.positions, c.frames, sides)),
                                ("issue", "issue_id", (c.positions, c.cells, c.conflicts))):  # fmt: skip
        yield from ((kind, getattr(record, name)) for records in several for record in records)
    yield from (("claim", claim_id) for several in (c.issues, c.cells) for record in several
                for claim_id in record.claim_ids)  # fmt: skip
