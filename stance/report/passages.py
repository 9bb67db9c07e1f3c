"""Cuts documents into the pieces that the report shows around a claim: what was kept, what was cleaned away and why.

Only the neighbourhood of claims is taken, so that a report of hundreds of documents stays small. It changes no text:
each piece is a slice of the input, with its offset."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from stance.documents.sentences import split_sentences
from stance.records import Claim, Document

NEIGHBOURS = 2  # pieces with text before and after a claim
LONGEST = 1_500  # code points a piece; longer passages are shown in parts


@dataclass(frozen=True, slots=True)
class Piece:
    """`text[start:start + len(text)]` of the document; `reason` where it was cleaned away; `after_gap` where pieces
    before it are not shown."""

    start: int
    text: str
    reason: str | None
    after_gap: bool


def pieces_around(document: Document, claims: Iterable[Claim]) -> tuple[Piece, ...]:
    """The pieces of a document that hold the claims, and their neighbours, in reading order."""
    whole = _pieces(document)
    wanted: set[int] = set()
    for claim in claims:
        for n, piece in enumerate(whole):
            if piece.start < claim.end and claim.start < piece.start + len(piece.text):
                wanted.update(range(n - NEIGHBOURS, n + NEIGHBOURS + 1))
    shown = [n for n in range(len(whole)) if n in wanted]
    return tuple(Piece(whole[n].start, whole[n].text, whole[n].reason, n > 0 and n - 1 not in wanted) for n in shown)


def shorten(text: str, longest: int = 190, about: str = "") -> str:
    """The text, cut at clauses where it is longer than so many code points. Runs of white space become one space.

    Of the stretches that begin with a clause, the one is kept that has most of the words of `about`, the first of
    equals: a sentence may come to its topic late."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    wanted = {word for word in _words(about) if len(word) > 3}
    clauses = _clause_ends(text)
    begins = [0, *(end + 2 for end in clauses)] if wanted else [0]
    stretches = [(begin, _cut(text, begin, longest - 2 * (begin > 0), clauses)) for begin in begins]
    begin, kept = max(stretches, key=lambda s: (len(wanted & _words(s[1])), -s[0]))
    kept = kept if begin + len(kept) == len(text) else kept.rstrip(" ,;:.!?…—–") + "\u00a0…"
    return f"…\u00a0{kept}" if begin else kept


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _clause_ends(text: str) -> list[int]:
    """Where the marks stand that end a clause; not the full stop of an abbreviation ("Gov. Smith")."""
    sentences = {end for _, end in split_sentences(text)}
    return [m.start() for m in re.finditer(r"[,;:.!?…—–](?=\s)", text) if m.group() != "." or m.end() in sentences]


def _cut(text: str, begin: int, longest: int, clauses: Sequence[int]) -> str:
    """The longest stretch from there that ends with a clause, else with a word."""
    if len(text) - begin <= longest:
        return text[begin:]
    words = (m.start() for m in re.finditer(r"(?<![.\s])\s", text))
    ends = ([end - begin for end in cut if longest * 2 // 3 < end - begin < longest] for cut in (clauses, words))
    return text[begin:begin + next((cut[-1] for cut in ends if cut), longest)]


_MARKS = "“”„«»‘’'\"「」『』"


def in_quotes(text: str) -> str:
    """The text between quotation marks, unless it brings its own. A mark at its beginning that nothing closes, because
    the quotation goes on behind the claim, gives way to them."""
    if text[:1] not in _MARKS:
        return f"“{text}”"
    return text if any(mark in text[1:] for mark in _MARKS if mark not in "’'") else f"“{text[1:]}”"


def _pieces(document: Document) -> list[Piece]:
    """Everything between the document's start and end, cut where a passage or a dropped span begins or ends."""
    spans = [(p.start, p.end, None) for p in document.passages] + [(d.start, d.end, d.reason) for d in document.dropped]
    end = min(document.end or len(document.text), len(document.text))
    edges = sorted({document.start, end} | {min(max(e, document.start), end) for s in spans for e in s[:2]})
    reasons: dict[int, str | None] = {}
    for start, stop, reason in sorted(spans, key=lambda s: s[2] is not None):
        for edge in edges:
            if start <= edge < stop:
                reasons[edge] = reason
    found = []
    for start, stop in pairwise(edges):
        # What lies between passages is white space, marks of layout, or text that no reader claimed.
        if document.text[start:stop].strip():
            for at in range(start, stop, LONGEST):
                found.append(Piece(at, document.text[at:min(at + LONGEST, stop)], reasons.get(start), False))
    return found
