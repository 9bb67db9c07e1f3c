"""Cuts documents into the pieces that the report shows around a claim: what was kept, what was cleaned away and why.

Only the neighbourhood of claims is taken, so that a report of hundreds of documents stays small. It changes no text:
each piece is a slice of the input, with its offset."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

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


def shorten(text: str, longest: int = 170) -> str:
    """The text, cut at a clause where it is longer than so many code points. Runs of white space become one space."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    clauses = [m.start() for m in re.finditer(r"[,;:.!?…—–](?=\s)", text[:longest])]
    words = [m.start() for m in re.finditer(r"\s", text[:longest])]
    at = next((cut[-1] for cut in (clauses, words) if cut and cut[-1] > longest // 2), longest)
    return text[:at].rstrip(" ,;:.!?…—–") + "\u00a0…"


def in_quotes(text: str) -> str:
    """The text between quotation marks, unless it brings its own."""
    return text if text[:1] in "“”„«»‘'\"「『" else f"“{text}”"


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
