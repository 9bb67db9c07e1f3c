"""Headlines as tables store them: entities read, and the outlet's own name found at their ends.

A trailing " | BBC News" is layout, a trailing " - Kremlin" is whom the headline cites. They are told apart by what else
is known of the source: its name and its address, or that nearly every title of it ends so.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

# So many titles of one source must end with its name before the name is taken off any.
_SEVERAL = 3
# An ending that is not known as the source's name must end this share of its titles, and there must be so many.
_NEARLY_ALL, _MANY = 0.9, 10
# Titles of a source after which no more is learned, so that memory does not grow with the table.
_ENOUGH = 50
# A longer line is no headline, and a longer ending no name.
MAX_TITLE, _MAX_NAME = 300, 60
# "&amp;#8217;" is a page escaped twice. Without its semicolon an entity may be something else: "?a=1&copy=2".
_ENTITY = re.compile(r"&(?:amp;)*(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_MARK = re.compile(r"\s+(?:[-–—|·•:»]|::)\s+(?=\w)")
_WORD = re.compile(r"\w+")
_ADDRESS = re.compile(r"(?:https?://)?(?:www\.)?((?:[\w-]+\.)+[a-z]{2,})(?:[/:].*)?", re.IGNORECASE | re.DOTALL)
_SECOND_LEVEL = frozenset(("ac", "co", "com", "edu", "gov", "net", "org"))


def read_entities(words: str) -> str:
    """The words with HTML entities read: "Q&amp;A" is Q&A. What is no entity stays."""
    return _ENTITY.sub(lambda match: html.unescape(f"&{match[1]};"), words) if "&" in words else words


@dataclass(slots=True)
class _Learned:
    titles: set[str] = field(default_factory=set)
    endings: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Endings:
    """How the first titles of each source end."""

    sources: dict[str, _Learned] = field(default_factory=dict)

    def add(self, source: str, title: str) -> None:
        """Count one title; the same title again counts once."""
        learned = self.sources.setdefault(source, _Learned())
        if len(learned.titles) < _ENOUGH and title not in learned.titles and len(title) <= MAX_TITLE:
            learned.titles.add(title)
            learned.endings.update(title[start:].strip() for start in _find_endings(title))

    def find_name(self, source: str, url: str, title: str) -> int:
        """Where the outlet's name begins that ends a title, with the mark before it; else the length of the title."""
        learned = self.sources.get(source)
        if learned is not None and len(title) <= MAX_TITLE:
            n_needed = max(_MANY, _NEARLY_ALL * len(learned.titles))
            for start in _find_endings(title):
                ending = title[start:].strip()
                n_alike = learned.endings[ending]
                if n_alike >= n_needed or (n_alike >= _SEVERAL and _holds_name(ending, (source, url))):
                    return start
        return len(title)


def _find_endings(title: str) -> Iterator[int]:
    """Where what may be a name at the end of a title begins, the longest first."""
    for match in _MARK.finditer(title):
        if match.start() and len(title) - match.end() <= _MAX_NAME:
            yield match.start()


def _holds_name(ending: str, names: Iterable[str]) -> bool:
    """Whether one of the names, in whole words, stands in the ending: "washingtonpost.com" in "The Washington Post"."""
    words = _WORD.findall(ending.casefold())
    runs = {"".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1)}
    return any(_fold_name(name) in runs for name in names)


def _fold_name(name: str) -> str:
    if match := _ADDRESS.fullmatch(name.strip()):
        labels = match[1].casefold().split(".")[:-1]
        return next((label for label in reversed(labels) if label not in _SECOND_LEVEL), "").replace("-", "")
    return "".join(_WORD.findall(name.casefold())).removeprefix("the")
