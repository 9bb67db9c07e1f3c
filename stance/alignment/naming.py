"""Names an issue: the phrase that its claims of different sources share, and a neutral question about it.

Takes the phrase from the claims' own words and judges nothing; names of those who are quoted are no subject.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from stance.alignment.words import STOP, WORD, content_words, opens_sentence

MOST_WORDS = 5
_LINKS = frozenset(("of", "for", "in", "on", "with", "and", "between", "against", "over"))  # inside a noun phrase
_ARTICLES = frozenset(("a", "an", "the", "its", "their", "his", "her", "our", "your", "my", "this", "that", "these"))
_UNITS = frozenset((
    "per", "cent", "percent", "million", "billion", "thousand", "pounds", "dollars", "euros", "year", "years", "month",
    "months", "week", "weeks", "day", "days", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
    "sunday", "times", "people", "man", "woman"))
_PAST = frozenset((  # past forms that the ending does not tell and that are no nouns
    "became", "began", "bought", "broke", "brought", "built", "came", "chose", "drew", "fell", "felt", "fought",
    "found", "gave", "grew", "held", "kept", "knew", "led", "left", "lost", "met", "paid", "ran", "rose", "sent",
    "sold", "sought", "spent", "stood", "struck", "taught", "threw", "told", "took", "went", "won", "wrote"))
_VERB_AHEAD = frozenset((  # what stands before a verb and not before a noun
    "to", "will", "would", "may", "might", "can", "could", "should", "must", "shall", "not", "never", "did", "do",
    "does", "i", "we", "they", "you", "who"))
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
    best: tuple[bool, float, int, str] = (False, -1e9, 0, "")
    for text in texts:
        words = content_words(text)
        for first in range(len(words)):
            for last in range(first, min(first + 4, len(words))):
                start, end = words[first][1], words[last][2]
                phrase = text[start:end]
                if len(phrase.split()) > MOST_WORDS or not _BREAKS.isdisjoint(phrase):
                    break
                low = phrase.casefold()
                if not _is_whole(text, start, end) or low in taken or f"the {low}" in taken:
                    continue
                value = sum(worth[stem] for stem, _, _ in words[first:last + 1])
                if any(_looks_like_a_verb(text[a:b]) for _, a, b in (words[first], words[last])):
                    value = min(value, value / 2)
                if text[:start].endswith(("the ", "The ")):
                    phrase = f"the {phrase}"
                best = max(best, (_is_noun_phrase(text, start, end), round(value, 6), -len(phrase), phrase))
    return best[3] or min(texts, key=lambda text: (len(text), text))[:60].strip()


def _is_noun_phrase(text: str, start: int, end: int) -> bool:
    """Whether the phrase looks like the name of a thing: it ends where a noun phrase ends, holds no pronoun, auxiliary
    or verb that can be told by its form or by the words beside it, does not begin with a number, and is no unit. A
    single word that opens a sentence tells nothing by its capital."""
    inside = [m.group() for m in WORD.finditer(text[start:end])]
    low = [word.casefold() for word in inside]
    after = WORD.match(text[end:].lstrip(" ")) if text[end : end + 1] == " " else None
    before = re.search(r"(\w+)\W?$", text[:start].rstrip())
    ends = after is None or after.group().casefold() in STOP
    follows = after.group().casefold() if after else ""
    # "might affect future events", "promotes the plan", "Russia aims to": a verb, by what stands beside it
    led = before is not None and before[1].casefold() in _VERB_AHEAD and inside[0].islower()
    verbal = led or (inside[-1].islower() and (
        follows in _ARTICLES - {"that"} | {"no"} or (follows == "to" and inside[-1].endswith("s") and len(inside) > 1)))
    linked = _PAST.isdisjoint(low) and all(
        word not in STOP or (k > 0 and (word in _LINKS or (word in _ARTICLES and low[k - 1] in _LINKS)))
        for k, word in enumerate(low))
    formed = not (any(_looks_like_a_verb(word) for word in (inside[0], inside[-1])) or _states(text, start, inside))
    counted = low[0][0].isdigit() or low[-1][0].isdigit() or not _UNITS.isdisjoint((low[0], low[-1]))
    adverbial = (inside[0].islower() and low[0].endswith("ly")) or low[-1].endswith("ly")
    plain = not counted and not adverbial and not low[-1].endswith(("'s", "’s")) and (
        len(inside) > 1 or (inside[0][0].isupper() and not opens_sentence(text, start))
        or (before is not None and before[1].casefold() in _ARTICLES))
    return ends and linked and formed and plain and not verbal


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether the phrase cuts no capitalised name in two."""
    follows = text[end:end + 1] == " " and text[end + 1:end + 2].isupper()
    precedes = start > 1 and text[start - 1] == " " and text[:start - 1].rpartition(" ")[2][:1].isupper()
    ends_in_name = text[start:end].rpartition(" ")[2][:1].isupper()
    return not (ends_in_name and follows) and not (text[start].isupper() and precedes)


def _states(text: str, start: int, words: Sequence[str]) -> bool:
    """Whether the phrase is a plural and its verb ("Deliveries cost", "residents want"): English seldom puts a common
    noun in the plural before another noun."""
    if len(words) < 2 or not words[-1].islower() or words[-2].casefold() in STOP:
        return False
    plural, last = words[-2], words[-1]
    is_name = plural[:1].isupper() and (len(words) > 2 or not opens_sentence(text, start))
    return plural.endswith("s") and not plural.endswith(("ss", "us", "is", "'s", "’s")) and not is_name and (
        not last.endswith("s") or last.endswith("ss"))


def _looks_like_a_verb(word: str) -> bool:
    return word.islower() and (word in _PAST or (len(word) > 4 and word.endswith(("ed", "ing"))))
