"""Cleaning with a ledger: the text of one document in, its passages out, and every span that was left out, with why.

The text itself is never changed: passages and dropped spans point into it, and together they hold every character
that is not white space. Rules are about layout and general to all sources (`residue`, `headings`, `turns` hold the
patterns). One pass over the lines, linear in the length of the text. It does not judge sentences: blanks, greetings
and questions inside a paragraph are the business of claims.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from stance.documents import headings, residue, stamps
from stance.documents.printed import Printed, find_new_parts
from stance.documents.residue import EDGE
from stance.documents.sentences import split_sentences
from stance.documents.turns import Turn, is_question, read_turns
from stance.records import Dropped, Passage, PassageKind

_LINE = re.compile(r"[^\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_TAIL_TAGS = re.compile(r"(?<=[.!?…\"”»)\]])\s*(?:[#＃]\w++[\s,;|]*+){1,30}$")
_TAIL_LINK = re.compile(r"(?<=[.!?…\"”»)\]])\s*(?:(?:https?://|www\.|t\.me/)\S++\s*+)+$")
_WORD_CHARACTER = re.compile(r"[^\W_]")
_SPEECH = residue.SPEECH_MARKS
# Bylines, datelines and glued dates are looked for in the first lines only: further down they are part of the story.
_HEAD_LINES = 6
# A paragraph up to this length that asks twice is an appeal as a whole; of a longer one, only the sentences are.
_MAX_APPEAL = 800


@dataclass(slots=True)
class _Piece:
    """A paragraph on its way to becoming a passage. `marks` stood before it; `apart`: after a blank line."""

    start: int
    end: int
    marks: str = ""
    apart: bool = False
    cut: bool = False
    kind: PassageKind = "body"
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Passages and dropped spans in order of the text; title and published as the text itself gives them."""

    passages: tuple[Passage, ...]
    dropped: tuple[Dropped, ...]
    title: str | None = None
    published: str | None = None


def clean(text: str, start: int = 0, end: int | None = None, printed: Printed | None = None) -> Cleaned:
    """The passages of `text[start:end]` and what was dropped from it. Offsets count code points in `text`.

    printed  what the same file printed before `start` (a channel dump repeats posts); it is added to"""
    end = len(text) if end is None else end
    dropped: list[Dropped] = []
    pieces = _join_broken(text, _read_lines(text, start, end, dropped))
    published = _take_stamps(text, pieces, dropped)
    _name_titles(text, pieces)
    _assign_turns(text, pieces, dropped)
    _name_headings(text, pieces)
    pieces = [part for piece in pieces for part in _split_piece(text, piece, dropped)]
    pieces = _drop_appeals(text, pieces, dropped)
    pieces = _drop_repeats(text, pieces, dropped, Printed() if printed is None else printed)
    passages = tuple(
        Passage(p.start, p.end, p.kind, p.speaker, p.cut)
        for p in pieces
        if _WORD_CHARACTER.search(text, p.start, p.end)
    )
    title = next((text[p.start : p.end] for p in passages if p.kind == "title"), None)
    return Cleaned(
        passages,
        _balance(text, start, end, passages, dropped),
        title,
        published or stamps.find_title_date(title or ""),
    )


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without emoji, bullets and white space at its edges."""
    while start < end and not (char := text[start]).isalpha():
        if char in EDGE or char.isspace():
            start += 1
        elif (char in "-–—*+>~#" or char.isdigit()) and (bullet := residue.BULLET.match(text, start, end)):
            start = bullet.end()
        else:
            break
    while end > start and (text[end - 1] in EDGE or text[end - 1].isspace()):
        end -= 1
    return start, end


def _read_lines(text: str, start: int, end: int, dropped: list[Dropped]) -> list[_Piece]:
    """Lines, split at editorial cuts, trimmed, without residue."""
    pieces: list[_Piece] = []
    last, apart = start, True
    for match in _LINE.finditer(text, start, end):
        line_start, line_end = match.span()
        line = match.group()
        if line.isspace():
            continue
        if line_start - last > 1 and not apart:
            apart = text.count("\n", last, line_start) > 1 or text.count("\r", last, line_start) > 1
        last = line_end
        may_be_cut = ".." in line or "…" in line
        for left, right, is_cut in _split_cuts(text, line_start, line_end) if may_be_cut else ((*match.span(), False),):
            if is_cut:
                dropped.append(Dropped(left, right, "editorial cut"))
                apart = True
                if pieces:
                    pieces[-1].cut = True
                continue
            inner, outer = _trim(text, left, right)
            if inner >= outer:
                continue
            if reason := residue.find_residue(text[inner:outer]):
                dropped.append(Dropped(inner, outer, reason))
                apart = True
                continue
            outer = _drop_tail(text, inner, outer, dropped)
            pieces.append(_Piece(inner, outer, text[left:inner].strip(), apart))
            apart = False
    return pieces


def _split_cuts(text: str, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Spans of a line between editorial cuts, and the cuts. "[…]" in mid-sentence stays: the reader sees the gap."""
    for match in residue.CUT.finditer(text, start, end):
        left, right = match.span()
        # a window is enough to see how the words around end and begin, and keeps a long line linear
        before, after = text[max(start, left - 99) : left].rstrip(), text[right : min(end, right + 99)].lstrip()
        if text[left] != "<" and before and after and not (headings.ends_sentence(before) and not after[0].islower()):
            continue
        yield start, left, False
        yield left, right, True
        start = right
    yield start, end, False


def _drop_tail(text: str, start: int, end: int, dropped: list[Dropped]) -> int:
    """Where the text ends once tags and links that follow its last stop are dropped."""
    tail = text[max(start, end - 300) : end]
    for pattern, reason, hint in ((_TAIL_TAGS, "hashtags", "#"), (_TAIL_LINK, "link", "/")):
        if hint in tail and (match := pattern.search(tail)):
            dropped.append(Dropped(end - len(tail) + match.start(), end, reason))
            _, end = _trim(text, start, end - len(tail) + match.start())
            tail = tail[: match.start()]
    return end


def _join_broken(text: str, pieces: list[_Piece]) -> list[_Piece]:
    """Lines that a hard wrap or a stray break took apart, joined into paragraphs again."""
    joined: list[_Piece] = []
    pairs = broken = 0
    for before, after in pairwise(pieces):
        if not after.apart:
            pairs += 1
            broken += text[after.start].islower() and not headings.ends_sentence(
                text[max(before.start, before.end - 8) : before.end]
            )
    wrapped = pairs >= 4 and broken >= 0.25 * pairs
    width = max((piece.end - piece.start for piece in pieces), default=0) if wrapped else 0
    for piece in pieces:
        if not joined:
            joined.append(piece)
            continue
        before = joined[-1]
        if not piece.apart and not piece.marks and not before.cut:
            stopped = headings.ends_sentence(text[max(before.start, before.end - 8) : before.end])
            continues = text[piece.start].islower() and not stopped and text[before.end - 1] != ":"
            line = before.end - max(before.start, text.rfind("\n", before.start, before.end))
            if continues or (wrapped and line > (0.75 if stopped else 0.5) * width):
                before.end, before.cut = piece.end, piece.cut
                continue
        joined.append(piece)
    return joined


def _take_stamps(text: str, pieces: list[_Piece], dropped: list[Dropped]) -> str | None:
    """Cuts date lines, bylines and datelines off the pieces; the first full date among them."""
    published = None
    for place, piece in enumerate(pieces):
        while piece.start < piece.end and (
            stamp := stamps.find_stamp(text[piece.start : min(piece.end, piece.start + 400)], place < _HEAD_LINES)
        ):
            length, reason, date = stamp
            published = published or date
            start, _ = _trim(text, piece.start + length, piece.end)
            dropped.append(Dropped(piece.start, piece.start + length, reason))
            piece.start = min(start, piece.end)
    pieces[:] = [piece for piece in pieces if piece.start < piece.end]
    return published


def _name_titles(text: str, pieces: list[_Piece]) -> None:
    """The first line, and any line right after it that repeats it, where they have the shape of a title."""
    if len(pieces) < 2 or is_question(pieces[0].marks, text[pieces[0].start : pieces[0].end][:200]):
        return
    first, second = (text[p.start : p.end] for p in pieces[:2])
    if headings.find_header_speaker(first) or headings.is_title(first, second, pieces[1].apart):
        pieces[0].kind = "title"


def _assign_turns(text: str, pieces: list[_Piece], dropped: list[Dropped]) -> None:
    """Questions, rubrics and speakers, from labels and from the header of a post; labels are cut off."""
    heads = [(p.marks, text[p.start : min(p.end, p.start + 200)]) for p in pieces]
    turns, is_transcript = read_turns(heads)
    announced = None
    if pieces and pieces[0].kind == "title":
        announced = headings.find_header_speaker(text[pieces[0].start : pieces[0].end])
    speaker: str | None = None
    asking = False
    answered = any(t and t.head in ("answer", "label") for t in turns) or any(_SPEECH & set(p.marks) for p in pieces)
    for place, (piece, turn) in enumerate(zip(list(pieces), turns, strict=True)):
        if piece.kind == "title":
            continue
        spoken = bool(_SPEECH & set(piece.marks))
        if turn is None:
            if spoken:
                speaker, asking = announced or speaker, False
            elif (announced and piece.marks and speaker is None) or (asking and not answered):
                speaker, asking = announced, False
            piece.speaker = speaker
            if asking:
                piece.kind = "question"
            continue
        asking = turn.head == "question"
        if turn.head == "rubric":
            speaker = None
            _take_rubric(text, pieces, piece, turn)
            continue
        piece.speaker = None if asking else (announced or turn.speaker if turn.head == "answer" else turn.speaker)
        piece.kind = "question" if asking else "body"
        carries = is_transcript or spoken or (place > 0 and bool(_SPEECH & set(pieces[place - 1].marks)))
        speaker = piece.speaker if carries else None
        if turn.length:
            dropped.append(
                Dropped(piece.start, piece.start + turn.length, "question label" if asking else "speaker label")
            )
            piece.start, _ = _trim(text, piece.start + turn.length, piece.end)
    pieces[:] = sorted((p for p in pieces if p.start < p.end), key=lambda p: p.start)


def _take_rubric(text: str, pieces: list[_Piece], piece: _Piece, turn: Turn) -> None:
    """Makes the label a passage of its own, in front of what it introduces."""
    label_end = piece.start + len(text[piece.start : piece.start + turn.length].rstrip())
    pieces.append(_Piece(piece.start, label_end, piece.marks, piece.apart, kind="rubric"))
    piece.start, _ = _trim(text, piece.start + turn.length, piece.end)
    piece.speaker = turn.speaker


def _name_headings(text: str, pieces: list[_Piece]) -> None:
    stops = sum(headings.ends_sentence(text[max(p.start, p.end - 8) : p.end]) for p in pieces)
    sparse = stops < 0.6 * len(pieces)
    for place, piece in enumerate(pieces):
        if piece.kind == "body" and piece.marks and not piece.marks.strip("#"):  # Markdown
            piece.kind, piece.speaker = "heading", None
        if piece.kind != "body" or piece.end - piece.start > 110 or (piece.marks and piece.marks[-1] in "•-–—*+·‣▪"):
            continue
        line = text[piece.start : piece.end]
        following = text[pieces[place + 1].start : pieces[place + 1].end] if place + 1 < len(pieces) else None
        previous = text[pieces[place - 1].start : pieces[place - 1].end] if place else None
        if headings.is_heading(line, following, previous, sparse):
            piece.kind, piece.speaker = "heading", None


def _split_piece(text: str, piece: _Piece, dropped: list[Dropped]) -> Iterator[_Piece]:
    """Takes glued headings and blank adverbials out of a paragraph."""
    if piece.kind != "body":
        yield piece
        return
    line = text[piece.start : piece.end]
    spans = [(a, b, True) for a, b in headings.find_inline_headings(line)]
    if "[" in line:
        spans += [(*match.span(), False) for match in residue.BLANK_ADVERBIAL.finditer(line)]
    if not spans:
        yield piece
        return
    position = 0
    parts: list[_Piece] = []
    for left, right, is_heading in sorted(spans):
        if left < position:
            continue
        parts.append(replace(piece, start=piece.start + position, end=piece.start + left, cut=False))
        if is_heading:
            parts.append(_Piece(piece.start + left, piece.start + right, kind="heading"))
        else:
            dropped.append(Dropped(piece.start + left, piece.start + len(line[:right].rstrip()), "blank"))
        position = right
    parts.append(replace(piece, start=piece.start + position))
    for part in parts:
        part.start, part.end = _trim(text, part.start, part.end)
        if part.start < part.end:
            yield part


def _drop_appeals(text: str, pieces: list[_Piece], dropped: list[Dropped]) -> list[_Piece]:
    """Paragraphs that ask the reader for money or attention; of a long one that does so in passing, the sentences."""
    likely = residue.find_likely_appeals(text[pieces[0].start : pieces[-1].end]) if pieces else ()
    if not likely:
        return pieces
    kept: list[_Piece] = []
    for piece in pieces:
        n_appeals = residue.count_appeals(text[piece.start : piece.end], likely) if piece.speaker is None else 0
        if not n_appeals:
            kept.append(piece)
            continue
        sentences = split_sentences(text, piece.start, piece.end)
        asking = [span for span in sentences if residue.count_appeals(text[slice(*span)], likely)]
        size = piece.end - piece.start
        if 2 * sum(right - left for left, right in asking) >= size or (len(asking) >= 2 and size <= _MAX_APPEAL):
            dropped.append(Dropped(piece.start, piece.end, "appeal"))
            continue
        dropped.extend(Dropped(left, right, "appeal") for left, right in asking)
        edges = [piece.start, *(edge for span in asking for edge in span), piece.end]
        for left, right in zip(edges[::2], edges[1::2], strict=True):
            left, right = _trim(text, left, right)
            if left < right:
                kept.append(replace(piece, start=left, end=right))
    return kept


def _drop_repeats(text: str, pieces: list[_Piece], dropped: list[Dropped], printed: Printed) -> list[_Piece]:
    """Paragraphs, and parts of paragraphs, that the file has printed before."""
    lines = [(text[piece.start : piece.end], piece.kind == "title") for piece in pieces]
    kept: list[_Piece] = []
    for piece, (left, right) in zip(pieces, find_new_parts(lines, printed), strict=True):
        start, end = _trim(text, piece.start + left, piece.start + right)
        for gap_start, gap_end in (
            ((piece.start, start), (end, piece.end)) if start < end else ((piece.start, piece.end),)
        ):
            if text[gap_start:gap_end].strip():
                dropped.append(Dropped(gap_start, gap_end, "repeated text"))
        if start < end:
            piece.start, piece.end = start, end
            kept.append(piece)
    return kept


def _balance(
    text: str, start: int, end: int, passages: tuple[Passage, ...], dropped: list[Dropped]
) -> tuple[Dropped, ...]:
    """The ledger in order, with the marks that were trimmed off between its spans and the passages."""
    spans = sorted([(p.start, p.end) for p in passages] + [(d.start, d.end) for d in dropped])
    ledger = list(dropped)
    position = start
    for left, right in [*spans, (end, end)]:
        gap = text[position:left]
        if gap and not gap.isspace():
            inner = position + len(gap) - len(gap.lstrip())
            ledger.append(Dropped(inner, inner + len(gap.strip()), "marks"))
        position = max(position, right)
    return tuple(sorted(ledger, key=lambda d: (d.start, d.end)))
