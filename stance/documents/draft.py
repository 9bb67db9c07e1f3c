"""What a reader of one format hands on: the text of one document and what the document says about itself."""

from __future__ import annotations

from dataclasses import dataclass

from stance.errors import InputError


class UnreadableError(InputError):
    """This file, or this part of it, cannot be read. The text says why and what to do, without the file's name."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One document before cleaning.

    text         untouched; drafts that share a file's text differ in start and end (code points, half-open)
    is_own_text  the text is this draft's alone: nothing in it can be a second print of another draft
    part         which part of its file it is ("row 12"), where the file holds several
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
    is_own_text: bool = True
    part: str | None = None
