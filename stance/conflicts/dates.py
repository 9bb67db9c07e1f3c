"""Days that a claim gives: "on 23 October", "October 23rd, 2024", "2024-10-23". Stretches of days are left alone."""

from __future__ import annotations

import re

from stance.conflicts.context import Statement, clause_at, is_unreal, names_in, verbs_in, words_in
from stance.voices.lexicon import VERBS
from stance.voices.phrases import Range, Tokens

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = (r"(?P<month>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?"
          r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)")
_YEAR = r"(?:,?\s+(?P<year>(?:19|20)\d\d)\b)?"
_NTH = r"(?:st|nd|rd|th)?"
_DATES = (
    re.compile(rf"\b(?P<day>\d{{1,2}}){_NTH}\s+(?:of\s+)?{_MONTH}(?!\w){_YEAR}"),
    re.compile(rf"\b{_MONTH}(?!\w)\s+(?P<day>\d{{1,2}}){_NTH}(?![\w%]|[.,:]\d){_YEAR}"),
    re.compile(r"\b(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)\b"),
)
_STRETCH_BEFORE = re.compile(r"(?:\d\w*\s*(?:[-–—/,&]|to|and|or|through|until)\s*|\b(?:from|between|since|until|till|by"
                             r"|before|after|through|ended|ending|week of|to)\s+(?:the\s+)?)$", re.IGNORECASE)
_STRETCH_AFTER = re.compile(r"\s*(?:[-–—/&]\s*\d|(?:to|and|or|through|until)\s+(?:the\s+)?(?:\d|[A-Z][a-z]+\s+\d))")
_MOVED = re.compile(r"\b(?:mov|postpon|delay|reschedul|extend|push)(?:e|ed|es|ing)?\b|\binstead\b|\boriginally\b"
                    r"|\bdeadline\b|\bpreviously\b", re.IGNORECASE)


def read_dates(text: str, tokens: Tokens) -> list[Statement]:
    """The one day that the claim gives, where it gives one and says what happened on it."""
    matches = [m for pattern in _DATES for m in pattern.finditer(text)]
    if len(matches) != 1 or _MOVED.search(text):
        return []
    match = matches[0]
    month, day = match["month"], int(match["day"])
    number = int(month) if month.isdigit() else _MONTHS.index(month[:3]) + 1
    if not (1 <= number <= 12 and 1 <= day <= 31) or _STRETCH_BEFORE.search(text[:match.start()]) \
            or _STRETCH_AFTER.match(text, match.end()):
        return []
    at = next(k for k, token in enumerate(tokens) if token.end > match.start())
    clause = _segment(tokens, clause_at(tokens, at), at)
    near = tokens[max(clause[0], at - 3):at]
    if is_unreal(tokens, clause) or any(token.low in VERBS for token in near):
        return []  # "he said on 23 October" dates the saying
    years = frozenset([match["year"]] if match["year"] else [])
    value = 31.0 * number + day
    start = match.start()
    if before := re.search(r"\bon\s+$", text[:start]):
        start = before.start()
    return [Statement("date", (), value, value, start, match.end(), verbs_in(tokens, clause),
                      words_in(tokens, clause), names_in(tokens, clause), frozenset(), (years,))]


def _segment(tokens: Tokens, clause: Range, at: int) -> Range:
    """The part of the clause between commas that holds the day; with the part behind it, where it holds nothing else
    ("On 23 October, the summit opened")."""
    a, b = clause
    commas = [k for k in range(a, b) if tokens[k].text == "," and not tokens[min(k + 1, b - 1)].low[0].isdigit()]
    start = max((k + 1 for k in commas if k < at), default=a)
    ends = [k for k in commas if k > at] + [b]
    if not words_in(tokens, (start, ends[0])) and len(ends) > 1:
        return start, ends[1]
    return start, ends[0]
