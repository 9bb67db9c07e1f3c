"""What readers corrected: records of it, a file of them, and how the next comparison takes them up.

    corrections.jsonl ─ read_corrections ─▶ Corrections
    claims    ─ correct_claims    ─▶ claims       whose words they are
    issues    ─ correct_issues    ─▶ issues       merged rows, claims put in or taken out, silences
    positions ─ correct_positions ─▶ positions    stances

A correction points to ids and carries the words it was made on, so that it finds its place again after documents are
added: a claim by its id, else by source and words; a row by its id, else by the claims it had, else by its title or
target. One that finds nothing is returned as `Missed`. Of lines about the same thing the last one holds; the order of
all others does not matter. Nothing here runs a model or changes the file."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from stance.errors import InputError
from stance.records import STANCES, Claim, Document, Issue, Position, Stance, Voice, from_plain, to_plain

FILE_NAME = "corrections.jsonl"

Kind = Literal["stance", "voice", "merge", "split", "add", "silence"]
# What a line of each kind must name, beside `kind`.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "stance": ("claim", "issue", "stance"),
    "voice": ("claim", "voice", "holder"),
    "merge": ("issue", "into"),
    "split": ("claim", "issue"),
    "add": ("claim", "issue"),
    "silence": ("issue", "source", "document_ids"),
}
OPTIONAL = ("annotator", "note", "at", "withdrawn")


@dataclass(frozen=True, slots=True)
class ClaimPointer:
    """A claim, by id and by what it said where."""

    id: str
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class IssuePointer:
    """A row, by id and by what it asked and held."""

    id: str
    title: str
    target: str
    claim_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """What a reader said about one thing. Confirming is saying what the tool said.

    kind       stance    `claim` stands so toward the target of `issue` (None: takes no clear position)
               voice     whose words `claim` is
               merge     `issue` asks the same as `into`, and becomes part of it
               split     `claim` does not speak to `issue`
               add       `claim` does speak to `issue`
               silence   nothing that `source` says in these documents speaks to `issue`
    at         when, if somebody wrote it down; never filled in by this program
    withdrawn  takes the earlier lines about the same thing back
    line       where it stands in its file, from 1; not written
    """

    kind: Kind
    claim: ClaimPointer | None = None
    issue: IssuePointer | None = None
    into: IssuePointer | None = None
    source: str | None = None
    document_ids: tuple[str, ...] = ()
    stance: Stance | None = None
    voice: Voice | None = None
    holder: str | None = None
    annotator: str = ""
    note: str = ""
    at: str = ""
    withdrawn: bool = False
    line: int = field(default=0, compare=False)

    @property
    def about(self) -> tuple[str, ...]:
        """What it is about: of two lines about the same, the later one holds."""
        claim, issue = self.claim.id if self.claim else "", self.issue.id if self.issue else ""
        if self.kind == "merge":
            return ("merge", *sorted((issue, self.into.id if self.into else "")))
        if self.kind == "silence":
            return "silence", issue, self.source or ""
        if self.kind == "voice":
            return "voice", claim
        return "member" if self.kind in ("split", "add") else self.kind, claim, issue


@dataclass(frozen=True, slots=True)
class Corrections:
    """The corrections that hold, in the order of their lines; and which file they are from.

    n_replaced  lines that a later line about the same thing replaced or took back
    """

    standing: tuple[Correction, ...] = ()
    n_replaced: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Missed:
    """A correction that could not be applied, and why."""

    correction: Correction
    reason: str

    def __str__(self) -> str:
        c = self.correction
        what = c.claim.text if c.claim else c.issue.title if c.issue else ""
        return f"line {c.line}: {c.kind} of “{' '.join(what.split())[:80]}”: {self.reason}"


def read_corrections(path: Path) -> Corrections:
    """The corrections of a file. Raises InputError with the line number where one cannot be understood."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); `stance review DIR` writes one") from None
    found = []
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            try:
                found.append(_read_line(line, number))
            except InputError as error:
                raise InputError(f"{path}, line {number}: {error}") from None
    return settle(found, hashlib.sha256(data).hexdigest())


def settle(corrections: Sequence[Correction], sha256: str = "") -> Corrections:
    """Those that hold: the last one about each thing, unless it was withdrawn."""
    last = {correction.about: n for n, correction in enumerate(corrections)}
    standing = tuple(corrections[n] for n in sorted(last.values()) if not corrections[n].withdrawn)
    return Corrections(standing, len(corrections) - len(standing), sha256)


def dump_correction(correction: Correction) -> bytes:
    """The correction as one line of UTF-8 JSON, with its line end."""
    plain = to_plain(correction)
    kept = {name: plain[name] for name in ("kind", *FIELDS[correction.kind])}
    kept |= {name: plain[name] for name in OPTIONAL if plain[name]}
    # A lone surrogate cannot be written as UTF-8, but its escape is JSON.
    return (json.dumps(kept, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")


def point_to_claim(claim: Claim, source: str) -> ClaimPointer:
    return ClaimPointer(claim.id, source, claim.text)


def point_to_issue(issue: Issue) -> IssuePointer:
    return IssuePointer(issue.id, issue.title, issue.target, issue.claim_ids)


def correct_claims(
    documents: Iterable[Document], claims: Sequence[Claim], corrections: Corrections
) -> tuple[list[Claim], list[Missed]]:
    """The claims, in their order, with the voices and holders that readers gave them; and what found no claim."""
    origin = {document.id: document.origin for document in documents}
    find, missed = _Claims(documents, claims), []
    changed: dict[str, Claim] = {}
    for c in _of(corrections, "voice"):
        claim = find(c.claim)
        if claim is None or c.voice is None:
            missed.append(Missed(c, _NO_CLAIM))
            continue
        own = c.voice == "own"
        holder = None if own else c.holder
        if (c.voice, holder) == (claim.voice, claim.holder):
            changed[claim.id] = dataclasses.replace(claim, confidence=1.0)
            continue
        via = claim.via if c.voice == "nested" else ()
        upstream = None if own else via[0] if via else holder
        changed[claim.id] = dataclasses.replace(
            claim, voice=c.voice, holder=holder, via=via, cue=None if own else claim.cue, confidence=1.0,
            origin=origin.get(claim.document_id) or upstream)
    return [changed.get(claim.id, claim) for claim in claims], missed


def correct_issues(
    documents: Sequence[Document], claims: Sequence[Claim], issues: Sequence[Issue], corrections: Corrections
) -> tuple[list[Issue], list[Missed]]:
    """The rows, in their order, merged and with the claims that readers gave them; and what found no claim or row.

    A row that a reader merged, or in which a reader gave a stance, keeps the title and target it was judged under,
    unless the user asked for it. A row that is left without claims goes, unless the user asked for it."""
    find_claim, find = _Claims(documents, claims), _Issues(issues, claims)
    home = {claim.id: claim.document_id for claim in claims}
    of_source: dict[str, set[str]] = {}
    for document in documents:
        of_source.setdefault(document.source, set()).add(document.id)
    by_id = {issue.id: issue for issue in issues}
    parent = {issue.id: issue.id for issue in issues}
    missed: list[Missed] = []

    def root(issue: Issue) -> Issue:
        while parent[issue.id] != issue.id:
            issue = by_id[parent[issue.id]]
        return issue

    for c in _of(corrections, "merge"):
        one, other = find(c.issue), find(c.into)
        if one is None or other is None:
            missed.append(Missed(c, _NO_ISSUE))
            continue
        gone, kept = root(one), root(other)
        if gone.asked and kept.asked and gone is not kept:
            missed.append(Missed(c, "both rows were asked for; ask for one of them"))
        else:
            gone, kept = (kept, gone) if gone.asked else (gone, kept)
            parent[gone.id] = kept.id

    members: dict[str, dict[str, float | None]] = {}
    absorbed: dict[str, list[str]] = {}
    for issue in issues:
        into = members.setdefault(root(issue).id, {})
        for claim_id in issue.claim_ids:
            known = [s for s in (into.get(claim_id), issue.scores.get(claim_id)) if s is not None]
            into[claim_id] = max(known, default=None)
        if root(issue) is not issue:
            absorbed.setdefault(root(issue).id, []).append(issue.title)

    heading: dict[str, IssuePointer] = {}
    for c in corrections.standing:
        judged = c.into if c.kind == "merge" else c.issue if c.kind == "stance" else None
        row = find(judged)
        if judged and row and root(row) is row and not row.asked:
            heading[row.id] = judged

    for c in _of(corrections, "split", "add", "silence"):
        row = find(c.issue)
        claim = find_claim(c.claim)
        if row is None or (claim is None and c.kind != "silence"):
            missed.append(Missed(c, _NO_ISSUE if row is None else _NO_CLAIM))
            continue
        inside = members[root(row).id]
        if c.kind == "silence":
            meant = of_source.get(c.source or "", set()) & set(c.document_ids)
            if not meant:
                missed.append(Missed(c, f"none of those documents of {c.source} is here"))
            for claim_id in [i for i in inside if home.get(i) in meant]:
                del inside[claim_id]
        elif claim and c.kind == "add":
            inside[claim.id] = 1.0
        elif claim:
            inside.pop(claim.id, None)

    rows = []
    for issue in issues:
        if root(issue) is not issue:
            continue
        inside = members[issue.id]
        if set(inside) != set(issue.claim_ids) or issue.id in absorbed:
            merged = [f"a reader merged it with “{title}”" for title in absorbed.get(issue.id, ())]
            ids = tuple(sorted(inside))
            issue = dataclasses.replace(issue, claim_ids=ids, why="; ".join([issue.why, *merged]),
                                        scores={i: s for i in ids if (s := inside[i]) is not None})
        if pointer := heading.get(issue.id):
            issue = dataclasses.replace(issue, title=pointer.title, target=pointer.target)
        if issue.claim_ids or issue.asked:
            rows.append(issue)
    return rows, missed


def correct_positions(
    documents: Iterable[Document], claims: Sequence[Claim], issues: Sequence[Issue], positions: Sequence[Position],
    corrections: Corrections,
) -> tuple[list[Position], list[Missed]]:
    """The positions, in their order, with the stances that readers gave; and what found no claim in its row.

    A stance holds toward one target: where the row is about another one now, it is not applied."""
    find_claim, find = _Claims(documents, claims), _Issues(issues, claims)
    changed = {(p.issue_id, p.claim_id): p for p in positions}
    missed = []
    for c in _of(corrections, "stance"):
        claim, issue = find_claim(c.claim), find(c.issue)
        if claim is None or issue is None or c.issue is None:
            missed.append(Missed(c, _NO_CLAIM if claim is None else _NO_ISSUE))
        elif (issue.id, claim.id) not in changed:
            missed.append(Missed(c, "the claim is not in that row"))
        elif _fold(issue.target) != _fold(c.issue.target):
            missed.append(Missed(c, f"it was said about “{c.issue.target}”, the row is about “{issue.target}” now"))
        else:
            before = changed[issue.id, claim.id]
            sure = {str(s): float(s == c.stance) for s in STANCES} if c.stance else before.probabilities
            evidence = before.evidence if c.stance == before.stance else ()
            changed[issue.id, claim.id] = dataclasses.replace(
                before, stance=c.stance, probabilities=sure, evidence=evidence)
    return [changed[p.issue_id, p.claim_id] for p in positions], missed


def corrections_card(corrections: Corrections, missed: Sequence[Missed]) -> dict[str, Any]:
    """For the run card: which file, how many corrections were applied, and which were not."""
    return {
        "sha256": corrections.sha256,
        "n_applied": len(corrections.standing) - len(missed),
        "n_replaced": corrections.n_replaced,
        "n_without_effect": len(missed),
        "without_effect": [str(m) for m in sorted(missed, key=lambda m: m.correction.line)],
    }


_NO_CLAIM = "no such claim here"
_NO_ISSUE = "no such row here"


def _of(corrections: Corrections, *kinds: str) -> list[Correction]:
    return [c for c in corrections.standing if c.kind in kinds]


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())


class _Claims:
    """Finds the claim that a pointer means."""

    def __init__(self, documents: Iterable[Document], claims: Iterable[Claim]) -> None:
        source = {document.id: document.source for document in documents}
        self.by_id = {claim.id: claim for claim in claims}
        self.by_words: dict[tuple[str, str], Claim] = {}
        for claim in sorted(self.by_id.values(), key=lambda claim: claim.id):
            self.by_words.setdefault((source.get(claim.document_id, ""), _fold(claim.text)), claim)

    def __call__(self, pointer: ClaimPointer | None) -> Claim | None:
        if pointer is None:
            return None
        return self.by_id.get(pointer.id) or self.by_words.get((pointer.source, _fold(pointer.text)))


class _Issues:
    """Finds the row that a pointer means."""

    def __init__(self, issues: Sequence[Issue], claims: Iterable[Claim]) -> None:
        self.by_id = {issue.id: issue for issue in issues}
        self.rows = sorted(issues, key=lambda issue: issue.id)
        self.claim_ids = {claim.id for claim in claims}

    def __call__(self, pointer: IssuePointer | None) -> Issue | None:
        if pointer is None:
            return None
        if pointer.id in self.by_id:
            return self.by_id[pointer.id]
        known = self.claim_ids & set(pointer.claim_ids)
        for issue in self.rows:
            if not issue.asked and 2 * len(known & set(issue.claim_ids)) > len(known):
                return issue
        same = [i for i in self.rows if _fold(i.title) == _fold(pointer.title)] or [
            i for i in self.rows if _fold(i.target) == _fold(pointer.target)]
        return same[0] if len(same) == 1 else None


def _read_line(line: bytes, number: int) -> Correction:
    try:
        plain = json.loads(line)
    except (ValueError, RecursionError):
        raise InputError("not JSON; one object a line is expected (a line cut short can be deleted)") from None
    if not isinstance(plain, dict):
        raise InputError(f"expected an object, found {type(plain).__name__}")
    kind = plain.get("kind")
    if not isinstance(kind, str) or kind not in FIELDS:
        raise InputError(f"kind {kind!r} is none of {', '.join(FIELDS)}")
    missing = [name for name in FIELDS[kind] if name not in plain]
    empty = [name for name in FIELDS[kind] if name not in ("stance", "holder") and plain.get(name) is None]
    unknown = sorted(set(plain) - {"kind", *FIELDS[kind], *OPTIONAL})
    if missing or empty:
        raise InputError(f"{', '.join(missing or empty)} missing; a {kind} needs {', '.join(FIELDS[kind])}")
    if unknown:
        raise InputError(f"unknown field {unknown[0]!r}; a {kind} has {', '.join((*FIELDS[kind], *OPTIONAL))}")
    correction = dataclasses.replace(from_plain(Correction, plain), line=number)
    if correction.issue and correction.into and correction.issue.id == correction.into.id:
        raise InputError("a row cannot be merged with itself")
    return correction
