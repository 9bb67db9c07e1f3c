"""Finds the quotations in a document: where they open and close, across paragraphs and whatever the marks.

Straight, curly and low marks and guillemets are one class; which way a straight mark faces is told by its neighbours.
A mark that opens inside an open quotation is nested, and belongs to the outer one. A quotation that its paragraph
does not close ends with the paragraph here; whether its speaker goes on talking is for `attribution` to say.
Single marks are read as quotations only where they cannot be apostrophes. Who speaks is not decided here.
"""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass

from stance.voices.wordclasses import word_set

_MARK = re.compile(r"[\"“”„‟«»]|''|``")
_SINGLE = re.compile(r"(?<![\w’'])[‘'](?=\w)[^\"“”„«»\n]{12,800}?[,.?!…][’'](?!\w)")
_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_OPENERS = frozenset("“„‟«")
_CLOSERS = frozenset("”»")
_SMALL = word_set("a an and as at by for from in of on or the to with but nor is")


@dataclass(frozen=True, slots=True)
class Quotation:
    """`text[start:end]` with its marks. opened, closed: whether its paragraph holds that mark."""

    start: int
    end: int
    opened: bool = True
    closed: bool = True


def find_quotations(text: str, start: int, end: int) -> list[Quotation]:
    """The outermost quotations of the paragraph `text[start:end]`, in order."""
    found: list[Quotation] = []
    depth, began = 0, start
    for mark in _MARK.finditer(text, start, end):
        at, after = mark.span()
        sign = mark.group()
        before = text[at - 1] if at > start else " "
        next_ = text[after] if after < end else " "
        opens = before.isspace() or before in "([{—–-/¤'‘:"
        closes = next_.isspace() or not next_.isalnum()
        if sign in _OPENERS or sign == "``":
            opening = not (sign == "“" and depth and text[began] == "„")
        elif sign in _CLOSERS:
            opening = sign == "”" and opens and not closes and not depth
        elif opens != closes:
            opening = opens
        else:
            opening = not depth
        if opening:
            if not depth:
                began = at
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                found.append(Quotation(began, after))
        elif not found and at > start:
            found.append(Quotation(start, after, opened=False))
    if depth:
        found.append(Quotation(began, end, closed=False))
    if "‘" in text[start:end] or "'" in text[start:end]:
        for single in _SINGLE.finditer(text, start, end):
            if not any(q.start < single.end() and single.start() < q.end for q in found):
                found.append(Quotation(*single.span()))
        found.sort(key=lambda q: q.start)
    return found


def is_speech(text: str, quotation: Quotation) -> bool:
    """Whether a quotation holds something said, rather than a title, a name or a word held at arm's length."""
    words = _WORD.findall(text, quotation.start, quotation.end)
    if len(words) < 2:
        return text[quotation.start : quotation.end].rstrip("\"”»'’ ")[-1:] in tuple(",.?!") and bool(words)
    ends = text[quotation.start : quotation.end].rstrip("\"”»'’ ")[-1:] in tuple(",.?!…")
    weighty = [w for w in words if w.casefold() not in _SMALL]
    before = text[max(0, quotation.start - 3) : quotation.start].rstrip(" ")
    stands_alone = len(words) >= 4 and ends and (not before or before[-1] in '\n.!?"”')
    asks = ends and text[quotation.end - 2 : quotation.end - 1] in "?!"
    if len(weighty) >= 2 and all(w[0].isupper() for w in weighty) and not (stands_alone or asks):
        return False
    return len(words) >= 5 or (ends and len(words) >= 2)


def overlapping(quotes: list[Quotation], start: int, end: int) -> list[Quotation]:
    """Of quotations in order, those that share words with a span."""
    first = bisect.bisect_right(quotes, start, key=lambda q: q.end)
    return quotes[first : bisect.bisect_left(quotes, end, first, key=lambda q: q.start)]
