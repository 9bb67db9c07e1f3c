"""Sentence boundaries inside a passage, as offsets into the document's text.

nupunkt (a Punkt model for English; Kiss & Strunk 2006) proposes the boundaries. On top of it: the stops of scripts
that put no space after them, sentences glued without a space, and closing marks that stay with the sentence they
close. It does not keep a quotation of several sentences together: whose words they are is decided later.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

_CLOSERS = r"[\"'”’»›」』）)\]}＂]*"
# Stops that end a sentence whether or not a space follows: CJK, Devanagari, Arabic and Urdu, Armenian.
_WIDE_STOPS = "。！？｡।॥؟۔։"
_WIDE_STOP = re.compile(rf"[{_WIDE_STOPS}]+{_CLOSERS}")
# "… of the countries.Western countries …": a stop glued between two plain words; domain names have no capital.
_GLUED = re.compile(r"[.!?](?=[A-ZÀ-ÞА-ЯЁІЇЄҐ][a-zß-ÿа-яёіїєґ]+\s)(?<=[a-zß-ÿа-яёіїєґ]{4}[.!?])")
_SPACED_STOP = re.compile(r"[.!?…]\S{0,4}\s")
# A sentence does not begin with one of these: what follows belongs to the sentence before.
_NO_BEGINNING = frozenset(",;:.!?…)]}”’»›」』）。！？")


@cache
def _punkt() -> Any:
    import nupunkt

    return nupunkt.load("default")


def split_sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Half-open (start, end) offsets into `text`, in order, of the sentences of `text[start:end]`.

    Spans are disjoint, trimmed of white space, and cover every character that is not white space."""
    piece = text[start : len(text) if end is None else end]
    cuts = {match.end() for match in _GLUED.finditer(piece)}
    if not piece.isascii() and any(map(piece.__contains__, _WIDE_STOPS)):
        cuts.update(match.end() for match in _WIDE_STOP.finditer(piece))
    if _SPACED_STOP.search(piece):
        cuts.update(right for _, right in _punkt().span_tokenize(piece))
    spans: list[tuple[int, int]] = []
    left = 0
    for right in [*sorted(cuts), len(piece)]:
        sentence = piece[left:right]
        bare = sentence.strip()
        if not bare:
            continue
        head = start + left + len(sentence) - len(sentence.lstrip())
        if spans and bare[0] in _NO_BEGINNING:
            spans[-1] = (spans[-1][0], head + len(bare))
        else:
            spans.append((head, head + len(bare)))
        left = right
    return spans
