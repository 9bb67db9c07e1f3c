"""Names an issue: the words that its claims of different sources share, and a neutral question about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from stance.alignment.words import content_words

MOST_WORDS = 4


def name_issue(texts: Sequence[str], sources: Sequence[str], weigh: Callable[[str], float]) -> tuple[str, str]:
    """(title, target) of an issue: a neutral question, and the short phrase it is about."""
    target = _shared_phrase(texts, sources, weigh)
    return f"What do the sources say about {target}?", target


def _shared_phrase(texts: Sequence[str], sources: Sequence[str], weigh: Callable[[str], float]) -> str:
    """The phrase whose words weigh most over the sources that hold them."""
    holders: dict[str, set[str]] = {}
    for text, source in zip(texts, sources, strict=True):
        for stem, _, _ in content_words(text):
            holders.setdefault(stem, set()).add(source)
    shared = {stem: weigh(stem) * (len(who) - 1) for stem, who in holders.items()}
    best: tuple[float, int, str] = (0.0, 0, "")
    for text in texts:
        words = content_words(text)
        for first in range(len(words)):
            for last in range(first, min(first + 3, len(words))):
                phrase = text[words[first][1]:words[last][2]]
                if len(phrase.split()) > MOST_WORDS or any(mark in phrase for mark in ",.;:!?\"“”()"):
                    continue
                value = sum(shared[stem] or -weigh(stem) / 2 for stem, _, _ in words[first:last + 1])
                best = max(best, (round(value, 6), -len(phrase), phrase))
    return best[2] or min(texts, key=lambda text: (len(text), text))[:60]
