"""Dates, bylines and datelines at the head of a text: where they stand, and what day they name."""

from __future__ import annotations

import datetime
import re

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?\.?,?\s+"
_CLOCK = r"(?:,?\s*(?:at\s+)?\d{1,2}[:.]\d{2}(?::\d{2})?(?:\s*[ap]\.?m\.?)?(?:\s*(?:[A-Z]{2,4}|[+-]\d{2}:?\d{2}|Z))?)?"
_DATE = (
    r"(?:(?P<iso>\d{4}-\d{2}-\d{2})(?:T[\d:.]+Z?)?"
    rf"|(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<m1>{_MONTH})\s+(?P<y1>\d{{4}})"
    rf"|(?P<m2>{_MONTH})\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y2>\d{{4}})"
    r"|(?P<d3>\d{1,2})[./](?P<m3>\d{1,2})[./](?P<y3>\d{4}))"
)
_CALENDAR = re.compile(rf"(?<!\d){_DATE}(?!\d)", re.IGNORECASE)
_STAMP = (
    r"(?:(?:date|dated|(?:last |first )?(?:published|posted|updated|modified|created)|дата|опубликовано|опубліковано|"
    r"datum|fecha)\b\s*(?:on|at)?\s*[:=-]?\s*)"
)
_DATE_LINE = re.compile(
    rf"{_STAMP}?(?:[^\W\d_][\w.’' -]{{1,40}},\s+){{0,2}}(?:{_WEEKDAY})?{_DATE}{_CLOCK}\W*", re.IGNORECASE
)
# "date 2024-10-24 The adoption …": a stamp, or a bare ISO date, glued to the first sentence.
_DATE_GLUED = re.compile(
    rf"(?:{_STAMP}(?:{_WEEKDAY})?{_DATE}{_CLOCK}|\d{{4}}-\d{{2}}-\d{{2}}(?:T[\d:.]+Z?)?(?:\s\d{{2}}:\d{{2}})?)"
    r"[\s|:–—-]+(?=(?-i:[^\Wa-z\d_])|[\"“«„])",
    re.IGNORECASE,
)
_BYLINE = re.compile(
    r"(?:[Bb]y|BY|Von|Par|Por|Автор:?)(?:\s+(?:[A-ZÀ-ÞА-ЯЁІЇЄҐ][\w.’'-]*+,?|and|und|et|y|и|та|&|for|of|in|de|van|von)){1,12}"
)
_UPPER = "A-ZÀ-ÞА-ЯЁІЇЄҐ"
_PLACE = rf"[{_UPPER}][\w.’'/-]*(?:\s[{_UPPER}][\w.’'/-]*){{0,3}}"
_CAPITALS = rf"[{_UPPER}][{_UPPER}.’'/-]+(?:\s[{_UPPER}][{_UPPER}.’'/-]+){{0,3}}"
_AGENCY = r"\(?[A-Z][\w. /-]{1,24}\)"
_DAY = (
    rf"(?:\s?,\s*(?:{_WEEKDAY})?(?:(?i:{_MONTH})\s+\d{{1,2}}|\d{{1,2}}\.?\s+(?i:{_MONTH}))(?:,?\s+(?P<year>\d{{4}}))?)"
)
_NEXT = rf"\s*(?=[{_UPPER}\"“«„‘\d])"
_DATELINES = tuple(
    re.compile(place + mark + _NEXT)
    for place, mark in (
        (rf"{_CAPITALS}(?:,\s{_PLACE})?", r"(?:\s*(?:—|–|--)|\s-\s)"),
        (rf"{_PLACE}(?:,\s{_PLACE})?{_DAY}", r"(?:\s*(?:—|–|--|:)|\s-\s|\s*/)"),
        (rf"{_PLACE}(?:,\s{_PLACE})?{_DAY}?\s{_AGENCY}", r"(?:\s*(?:—|–|--|:)|\s-\s|\s*/)"),
    )
)


def find_stamp(line: str, at_head: bool) -> tuple[int, str, str | None] | None:
    """(length, reason, ISO date) of a date that is all of a line, or, at the head of a document, of a date, byline or
    dateline that opens it."""
    if len(line) <= 100:
        if any(map(str.isdigit, line)) and _DATE_LINE.fullmatch(line):
            return len(line), "date line", to_iso(line)
        if at_head and line[-1] not in ".!?" and _BYLINE.fullmatch(line):
            return len(line), "byline", None
    if not at_head:
        return None
    if match := _DATE_GLUED.match(line):
        return match.end(), "date line", to_iso(match.group())
    for pattern in _DATELINES:
        if match := pattern.match(line):
            return match.end(), "dateline", to_iso(match.group())
    return None


def find_title_date(title: str) -> str | None:
    """The date that a header gives in brackets at its end: "… (Geneva, 6 November 2024)"."""
    return to_iso(title[title.rfind("(") :]) if title.endswith(")") else None


def to_iso(words: str) -> str | None:
    """The first full calendar date in the words, as YYYY-MM-DD; 3/4/2024 is read day first."""
    match = _CALENDAR.search(words)
    if not match:
        return None
    if match["iso"]:
        year, month, day = map(int, match["iso"].split("-"))
    elif match["y3"]:
        year, month, day = int(match["y3"]), int(match["m3"]), int(match["d3"])
        if month > 12:
            month, day = day, month
    else:
        year, day = int(match["y1"] or match["y2"]), int(match["d1"] or match["d2"])
        month = _MONTHS.index((match["m1"] or match["m2"])[:3].casefold()) + 1
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return None
