"""Names an issue: the phrase that its claims of different sources share, and a neutral question about it.

Takes the phrase from the claims' own words and judges nothing; names of those who are quoted are no subject.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from stance.alignment.words import content_words

MOST_WORDS = 5
_BREAKS = frozenset(",.;:!?\"“”()[]«»—–…\n")


def name_issue(texts: Sequence[str], sources: Sequence[str], holders: Collection[str],
               weigh: Callable[[str], float], taken: Collection[str] = ()) -> tuple[str, str]:
    """(title, target) of an issue: a neutral question, and the short phrase it is about.

    texts, sources  of the issue's claims
    holders         who holds the claims, as named
    weigh           how rare a stem is in the run
    taken           targets, in lower case, that other issues of the run have
    """
    target = _shared_phrase(texts, sources, {stem for name in holders for stem, _, _ in content_words(name)}, weigh,
                            taken)
    return f"What do the sources say about {target}?", target


def _shared_phrase(texts: Sequence[str], sources: Sequence[str], quoted: Collection[str],
                   weigh: Callable[[str], float], taken: Collection[str]) -> str:
    """The phrase whose words weigh most over the sources that hold them, whole names only."""
    who: dict[str, set[str]] = {}
    for text, source in zip(texts, sources, strict=True):
        for stem, _, _ in content_words(text):
            who.setdefault(stem, set()).add(source)
    worth = {stem: weigh(stem) * (0.1 if stem in quoted else len(held) - 1 or -0.4) for stem, held in who.items()}
    best: tuple[float, int, str] = (-1e9, 0, "")
    for text in texts:
        words = content_words(text)
        for first in range(len(words)):
            for last in range(first, min(first + 4, len(words))):
                start, end = words[first][1], words[last][2]
                phrase = text[start:end]
                if len(phrase.split()) > MOST_WORDS or not _BREAKS.isdisjoint(phrase):
                    break
                if not _is_whole(text, start, end) or phrase.casefold() in taken:
                    continue
                value = sum(worth[stem] for stem, _, _ in words[first:last + 1])
                if any(_looks_like_a_verb(text[a:b]) for _, a, b in (words[first], words[last])):
                    value = min(value, value / 2)
                best = max(best, (round(value, 6), -len(phrase), phrase))
    return best[2] or min(texts, key=lambda text: (len(text), text))[:60].strip()


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether the phrase cuts no capitalised name in two."""
    follows = text[end:end + 1] == " " and text[end + 1:end + 2].isupper()
    precedes = start > 1 and text[start - 1] == " " and text[:start - 1].rpartition(" ")[2][:1].isupper()
    ends_in_name = text[start:end].rpartition(" ")[2][:1].isupper()
    return not (ends_in_name and follows) and not (text[start].isupper() and precedes)


def _looks_like_a_verb(word: str) -> bool:
    return len(word) > 4 and word.islower() and word.endswith(("ed", "ing"))
