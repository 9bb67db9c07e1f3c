"""Words that hand over to somebody for more than a sentence: "Source: X", "To quote X's findings:", "X's remarks"."""

from __future__ import annotations

import re

_SOURCE = re.compile(r"^\W*(?:source|sources|according to|quoting|citing)\s*[:：]\s*(?P<who>.+?)[\s.,;:]*$", re.I)
_ANNOUNCED = re.compile(
    r"\b(?:quot(?:e|es|ing|ed)|in (?:his|her|their|its|the) (?:own )?words|key (?:takeaways|findings|points)|"
    r"following|as follows|full text|statement reads|talking points)\b",
    re.I,
)
_POSSESSOR = re.compile(
    r"(?P<who>[A-Z][\w.’'-]*(?:[ -][\w.’'-]+){0,6}?)['’]s? (?:\w+ ){0,2}?(?i:key |opening |closing |full )?"
    r"(?i:remarks|statement|speech|address|interview|greetings?|article|comments?|answers|takeaways|findings|"
    r"points|report|words|letter|message|conclusions|assessment|briefing|op-ed|testimony)\b"
)
_LEAD_IN = re.compile(r"(?:To quote|Quoting|From) (?:the )?")
_SUMMARY = re.compile(
    r"^(?:According to|Citing|As (?:stated|reported) (?:in|by)) (?:an? |the )?(?:\w+ ){0,4}?"
    r"(?:statement|report|press release|summary|communiqu[eé]|review|briefing|note|release|announcement|"
    r"document|paper) "
    r"(?:(?:issued|published|released) )?(?:from|by|of) (?:the )?"
    r"(?P<who>[A-Z][\w’'-]*(?: (?:of|for|and|the|[A-Z][\w’'-]*))*)"
)
_LISTED = re.compile(r"[•·▪◦‣*–—-]|\d[.)]")

Found = tuple[int, int] | None
"""Span of a name in the words that were searched."""


def find_source(words: str) -> Found:
    """Whom a rubric names as its source ("Source: X")."""
    match = _SOURCE.match(words)
    return match.span("who") if match else None


def find_possessor(words: str) -> Found:
    """Whose speech, statement or report a line announces ("X's remarks at …")."""
    match = _POSSESSOR.search(words)
    if match is None:
        return None
    start, end = match.span("who")
    lead_in = _LEAD_IN.match(words, start, end)
    return (lead_in.end() if lead_in else start), end


def find_summarised(sentence: str) -> Found:
    """Whose statement a text sets out to sum up ("According to a recent statement by X, …")."""
    match = _SUMMARY.match(sentence)
    return match.span("who") if match else None


def announces(line: str) -> bool:
    """Whether a line that ends with a colon announces a quotation of some length."""
    return _ANNOUNCED.search(line) is not None


def is_listed(text: str, start: int) -> bool:
    """Whether the paragraph that begins at `start` is an item of a list."""
    return _LISTED.search(text, text.rfind("\n", 0, start) + 1, start) is not None
