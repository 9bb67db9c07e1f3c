"""What a file has printed before: copies of paragraphs within one file, whole, glued together or cut short.

Channel dumps print a post twice, the second time without its header. The first print is kept. Looked up by the
characters at either end of a paragraph, so that the time is linear; copies with changed words are not looked for here
(`repeats` finds them across documents, claims within one).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

# Characters compared at either end of a paragraph to find an earlier print of it; shorter ones repeat by chance.
_KEY = 40


@dataclass(slots=True)
class Printed:
    """Paragraphs that a file has printed so far: their places in its order, and by their first and last characters."""

    places: dict[str, int] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    tails: dict[str, str] = field(default_factory=dict)


def find_new_parts(paragraphs: Sequence[tuple[str, bool]], printed: Printed) -> list[tuple[int, int]]:
    """(start, end) of the part of each paragraph that was not printed before, empty where all of it was.

    A short line, or a part of a paragraph, counts as a copy only next to a copy: both recur by chance.

    paragraphs  (text, whether it is the title); a title counts as printed however short
    printed     is added to"""
    titles = {text for text, is_title in paragraphs if is_title}
    parts: list[tuple[int, int]] = []
    run: int | None = None  # where the copy just met was printed first
    for place, (text, _) in enumerate(paragraphs):
        before = printed.places.get(text)
        after = printed.places.get(paragraphs[place + 1][0]) if place + 1 < len(paragraphs) else None
        if before is not None:
            in_run = (run is not None and before == run + 1) or after == before + 1
            if len(text) >= _KEY or in_run or text in titles:
                parts.append((len(text), len(text)))
                run = before
                continue
        left, right, copied = 0, len(text), None
        if len(text) > _KEY:
            left, right, copied = _find_new(text, printed, run is not None or after is not None)
            printed.heads.setdefault(text[:_KEY], text)
            printed.tails.setdefault(text[-_KEY:], text)
        printed.places.setdefault(text, len(printed.places))
        parts.append((left, right))
        run = copied
    return parts


def _find_new(text: str, printed: Printed, beside_copy: bool) -> tuple[int, int, int | None]:
    """The new part, after paragraphs printed before were cut off at either end, and where the last of them stood."""
    head, tail = printed.heads.get(text[:_KEY], ""), printed.tails.get(text[-_KEY:], "")
    for earlier in (head, tail):
        if beside_copy and len(earlier) > len(text) and (earlier.startswith(text) or earlier.endswith(text)):
            return len(text), len(text), printed.places[earlier]
    left, right, copied = 0, len(text), None
    while (earlier := printed.heads.get(text[left : left + _KEY], "")) and text.startswith(earlier, left):
        left += len(earlier)
        while left < right and text[left].isspace():
            left += 1
        copied = printed.places[earlier]
    if tail and right - len(tail) >= left and text.endswith(tail):
        right -= len(tail)
        copied = printed.places[tail]
    return left, right, copied
