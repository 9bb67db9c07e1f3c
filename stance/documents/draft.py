"""What a reader of one format hands on: the text of one document and what the document says about itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace

from stance.errors import InputError

_ALONE = re.compile("[\ud800-\udfff]")


class UnreadableError(InputError):
    """This file, or this part of it, cannot be read. The text says why and what to do, without the file's name."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One document before cleaning.

    text         untouched; drafts that share a file's text differ in start and end (code points, half-open)
    is_own_text  the text is this draft's alone: nothing in it can be a second print of another draft
    part         which part of its file it is ("row 12"), where the file holds several
    named_from   where the outlet's name begins that ends the text (code points); the end, or None, where none does
    published    ISO 8601 date, or date and time in UTC
    """

    text: str
    start: int
    end: int
    source: str | None = None
    origin: str | None = None
    title: str | None = None
    published: str | None = None
    url: str | None = None
    language: str | None = None
    kind: str | None = None
    named_from: int | None = None
    is_own_text: bool = True
    part: str | None = None


def mend_text(text: str) -> str:
    """The text with U+FFFD for each half of a surrogate pair that stands alone: JSON escapes, UTF-7 and file names can
    hold one, and nothing can write it. The length stays."""
    return text if text.isascii() else _ALONE.sub("\ufffd", text)


def mend_draft(draft: Draft) -> Draft:
    """The draft with all its words mended."""
    words = {f.name: value for f in fields(draft) if isinstance(value := getattr(draft, f.name), str)}
    return replace(draft, **{name: mend_text(value) for name, value in words.items()})  # type: ignore[arg-type]
