"""Tokens, noun phrases and coordinate clauses of one sentence, by closed word classes and capitals.

A stand-in for a parser, good enough to find who stands before or after a reporting verb. It knows no grammar beyond
that, and no names. Ranges are half-open and count tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from stance.voices.lexicon import FIRST_SECOND, NOUN_LIKE, PRONOUNS, VERBS
from stance.voices.wordclasses import (
    ADJECTIVES_IN_LY,
    APPOSITIVE_START,
    AUXILIARIES,
    DETERMINERS,
    OPENERS,
    PLAIN_VERBS,
    PREPOSITIONS,
    QUANTIFIERS,
    REDUCED,
    SKIPPED,
    SPEAKING_THINGS,
    SPLITTERS,
    STOPS,
    TIME_WORDS,
    TIMES,
)

BLANK = "¤"
"""Stands for a character of somebody's speech in a masked sentence."""

LONGEST = 4000
"""Characters of a sentence that are looked at for cues: what is longer is a table or a run of text without stops, and
the search would take time in its square."""

Range = tuple[int, int]

_TOKEN = re.compile(
    r"¤+|(?:[A-Za-z]\.){2,}|\b(?:Mr|Mrs|Ms|Dr|Sen|Sens|Rep|Reps|Gov|Gen|Col|Lt|Sgt|St|Jr|Sr|Prof|Rev|Hon|Messrs)\."
    r"|\b[A-Z]\.(?=\s\w)|[$€£]?\d[\d,.]*\d%?|\d%?|[@#]?\w+(?:['-]\w+)*(?:(?<=s)'(?=\s\w))?|[^\w\s]"
)


_PARTICIPIAL = re.compile(r"\w{2,}ing$")


class Token(NamedTuple):
    text: str
    low: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        first = self.low[0]
        return first.isalnum() or (first in "@#$€£" and len(self.low) > 1)

    @property
    def is_capital(self) -> bool:
        return self.text[0].isupper() or (self.text[0] in "@#" and len(self.text) > 1)

    @property
    def is_speech(self) -> bool:
        return self.text[0] == BLANK


Tokens = list[Token]


def tokenize(masked: str) -> Tokens:
    return [Token(m.group(), m.group().lower(), *m.span()) for m in _TOKEN.finditer(masked)]


def span(tokens: Tokens, phrase: Range) -> tuple[int, int]:
    """Character span of a token range."""
    return tokens[phrase[0]].start, tokens[phrase[1] - 1].end


def n_words(tokens: Tokens, a: int, b: int) -> int:
    return sum(t.is_word for t in tokens[a:b])


def has_speech(tokens: Tokens, a: int, b: int) -> bool:
    return any(t.is_speech for t in tokens[a:b])


def is_skipped(token: Token) -> bool:
    """Whether a token may stand between a subject and its verb."""
    return (token.low in SKIPPED and not token.is_capital) or is_adverb(token)


def is_adverb(token: Token) -> bool:
    return token.low.endswith("ly") and not token.is_capital and token.low not in ADJECTIVES_IN_LY


# --- clauses ---


def begins_clause(tokens: Tokens, k: int) -> bool:
    """Whether a new coordinate clause begins at token k: after ";", or at ", but", ", while", ", where"."""
    if k == 0:
        return True
    previous = tokens[k - 1].text
    return previous == ";" or (
        previous == "," and tokens[k].low in SPLITTERS and not (k + 1 < len(tokens) and tokens[k + 1].text == ",")
    )


def clause_around(tokens: Tokens, i: int) -> Range:
    a = i
    while a > 0 and not begins_clause(tokens, a):
        a -= 1
    b = i + 1
    while b < len(tokens) and not begins_clause(tokens, b):
        b += 1
    return a, b


def has_verb(tokens: Tokens, a: int, b: int) -> bool:
    """Whether a finite verb can be seen in a token range."""
    return any(_is_finite(tokens, k, a) for k in range(a, b))


def _is_finite(tokens: Tokens, k: int, first: int) -> bool:
    token = tokens[k]
    if token.low in AUXILIARIES or token.low.endswith("n't"):
        return True
    if (
        token.low in REDUCED
        and k + 1 < len(tokens)
        and (tokens[k + 1].low in TIMES | PREPOSITIONS or tokens[k + 1].low in ("this", "last", "late", "early"))
    ):
        return False
    if token.is_capital or k == first:
        return False
    if token.low in PLAIN_VERBS:
        return True
    entry = VERBS.get(token.low)
    if entry is not None and token.low not in NOUN_LIKE and entry["tags"] & {"past", "third"}:
        return tokens[k - 1].low not in DETERMINERS | PREPOSITIONS
    return (
        token.low.endswith("ed")
        and len(token.low) > 4
        and tokens[k - 1].is_word
        and tokens[k - 1].low not in DETERMINERS | PREPOSITIONS
        and not is_adverb(tokens[k - 1])
    )


# --- noun phrases ---


def phrase_left(tokens: Tokens, j: int, minimal: bool = False) -> Range | None:
    """The noun phrase that ends at token j; minimal: without crossing a preposition."""
    if j >= 0 and tokens[j].text == ")":
        while j > 0 and tokens[j].text != "(":
            j -= 1
        j -= 1
    if j < 0 or not tokens[j].is_word:
        return None
    if tokens[j].low in FIRST_SECOND or (tokens[j].low in PRONOUNS and tokens[j].low != "who"):
        return j, j + 1
    k = j
    blocked = False  # the phrase is cut off by a pronoun: what follows that is its verb
    while k >= 0:
        token = tokens[k]
        if not token.is_word:
            if token.text != "&":
                break
        elif token.low in FIRST_SECOND or token.low in PRONOUNS:
            blocked = True
            break
        elif (
            token.low in STOPS
            or (minimal and k < j and token.low in PREPOSITIONS)
            or (
                k < j
                and (
                    _is_finite(tokens, k, -1)
                    or is_adverb(token)
                    or (
                        not token.is_capital
                        and "ing" in VERBS.get(token.low, _NONE)["tags"]
                        and token.low not in NOUN_LIKE
                    )
                )
            )
        ):
            break
        k -= 1
    a, b = k + 1, j + 1
    while a < b and (tokens[a].low in OPENERS or not tokens[a].is_word):
        a += 1
    if blocked and a < b and not (tokens[a].is_capital or tokens[a].low in DETERMINERS):
        a = next((m for m in range(a + 1, b) if tokens[m].low in DETERMINERS), b)
    counted = (
        a + 1 < b
        and tokens[a].low in ("about", "over")
        and (tokens[a + 1].low[0].isdigit() or tokens[a + 1].low in DETERMINERS)
    )
    if a < b and tokens[a].low in PREPOSITIONS and not counted:
        for m in range(b - 1, a, -1):
            previous = tokens[m - 1]
            if previous.low in PREPOSITIONS:
                continue
            if tokens[m].low in DETERMINERS or (
                tokens[m].is_capital and not previous.is_capital and previous.low not in DETERMINERS
            ):
                a = m
                break
        else:
            inner = [m for m in range(a + 1, b) if tokens[m - 1].low in PREPOSITIONS - {"of", "for"}]
            named = [m for m in inner[1:] if tokens[m].is_capital or tokens[m].low in DETERMINERS]
            if len(inner) > 1 and not named:
                return None
            a = named[-1] if named else a + 1
    while b - a > 2 and tokens[b - 1].low in TIMES and tokens[b - 2].low in ("on", "last", "this", "late", "early"):
        b -= 2
    while b - a > 1 and tokens[b - 1].low in TIMES and tokens[b - 1].low not in ("may", "march", "april", "june"):
        b -= 1
    if a >= b or (b - a == 1 and tokens[a].low in (DETERMINERS - QUANTIFIERS) | PREPOSITIONS | TIMES):
        return None
    return a, b


_NONE: dict[str, frozenset[str]] = {"tags": frozenset(), "kinds": frozenset()}


def phrase_right(tokens: Tokens, i: int) -> Range | None:
    """The noun phrase that begins at token i: a name, a title and a name, or a determiner and nouns."""
    if i >= len(tokens) or not tokens[i].is_word:
        return None
    if tokens[i].low in PRONOUNS | FIRST_SECOND:
        return i, i + 1
    k = i
    seen_capital = False
    while k < len(tokens):
        token = tokens[k]
        if not token.is_word:
            if token.text in "&-–" and k > i and k + 1 < len(tokens) and tokens[k + 1].is_capital and token.text == "&":
                k += 1
                continue
            break
        if token.low in STOPS or token.low in FIRST_SECOND or token.low in PRONOUNS:
            break
        if token.low in TIMES and (k != i + 1 or tokens[i].low not in DETERMINERS):
            break
        if token.low in PREPOSITIONS and (k == i or token.low not in ("of", "for", "at", "from", "with", "in")):
            break
        if token.low in ("in", "from", "at", "with", "for") and seen_capital:
            break
        if is_adverb(token) or (
            k > i and not token.is_capital and _is_finite(tokens, k, i) and token.low not in NOUN_LIKE
        ):
            break
        seen_capital = seen_capital or token.is_capital
        k += 1
    while k > i and tokens[k - 1].low in PREPOSITIONS | {"and", "or", "the", "a", "an"}:
        k -= 1
    return (i, k) if k > i else None


def subject_of(tokens: Tokens, j: int) -> Range | None:
    """The subject whose verb group begins right after token j."""
    if j < 0:
        return None
    if tokens[j].low in ("who", "which"):
        k = j - 1
        if k >= 0 and tokens[k].text == ",":
            return phrase_left(tokens, k - 1, minimal=not tokens[k - 1].is_capital) or _before_apposition(tokens, k)
        return phrase_left(tokens, k, minimal=True)
    if tokens[j].low == "that":
        phrase = phrase_left(tokens, j - 1, minimal=True)
        return (
            phrase
            if (phrase and tokens[phrase[1] - 1].low.endswith("s"))
            or (phrase and tokens[phrase[1] - 1].low in SPEAKING_THINGS)
            else None
        )
    if tokens[j].text in ",)—–-":
        return _before_apposition(tokens, j)
    return phrase_left(tokens, _before_time(tokens, j))


def _before_time(tokens: Tokens, j: int) -> int:
    """The token before "two weeks ago", "last Tuesday", "less than a month later" that ends at token j."""
    if tokens[j].low not in TIMES and tokens[j].low not in ("ago", "weeks", "days", "months", "years", "hours"):
        return j
    k = j
    while k > 0 and (
        tokens[k].low in TIMES
        or tokens[k].low in TIME_WORDS
        or tokens[k].low[0].isdigit()
        or tokens[k].low in DETERMINERS - {"his", "her", "their", "its"}
    ):
        k -= 1
    return k if tokens[k].is_word and k >= 0 and tokens[k].low not in STOPS else j


def _before_apposition(tokens: Tokens, j: int) -> Range | None:
    """ "Ann Lee, a lawyer who …, said": the phrase before the appositions that end at token j."""
    closing = {")": "(", "—": "—", "–": "–", "-": "-"}.get(tokens[j].text)
    if closing:
        k = j - 1
        while k >= 0 and tokens[k].text != closing:
            k -= 1
        if k > 0 and tokens[k - 1].text == ",":
            return _before_apposition(tokens, k - 1)
        return phrase_left(tokens, k - 1) if k > 0 else None
    first = j
    while (
        first > 0
        and tokens[first - 1].text not in ";:"
        and not tokens[first - 1].is_speech
        and not begins_clause(tokens, first)
    ):
        first -= 1
    commas = [k for k in range(first, j + 1) if tokens[k].text == ","]
    start = first
    adverbial: set[int] = set()
    for comma in commas[:-1]:
        opening = tokens[start]
        phrase = phrase_left(tokens, comma - 1)
        lone = (
            (
                opening.low in PREPOSITIONS | STOPS - {"but", "while", "where", "although", "though"}
                and not (opening.low == "that" and start == first)
            )
            or (_PARTICIPIAL.match(opening.low) and comma - start > 1)
            or (start > first and opening.low in APPOSITIVE_START - {"a", "an", "also", "now"})
            or opening.low in TIMES
            or (tokens[comma - 1].low in TIMES and comma - start <= 4)
        )
        if phrase is not None and not lone and not has_verb(tokens, start, comma):
            return phrase
        if lone:
            adverbial.add(comma)
        start = comma + 1
    for k in range(len(commas) - 2, -1, -1):
        phrase = phrase_left(tokens, commas[k] - 1)
        head = commas[k - 1] + 1 if k else first
        if phrase is not None and commas[k] not in adverbial and (k == 0 or tokens[head].low not in APPOSITIVE_START):
            return phrase
    return None


def main_subject(tokens: Tokens, i: int) -> Range | None:
    """The subject of the clause before a participle at token i ("X did this, adding that")."""
    k = max((n + 1 for n in range(i) if tokens[n].low in ("but", ";") and n + 2 < i), default=0)
    opening = tokens[k].low if tokens else ""
    if (
        opening in PREPOSITIONS
        or opening in ("when", "while", "after", "before", "as", "if")
        or _PARTICIPIAL.match(opening)
        or opening in ("earlier", "later", "last", "today", "yesterday")
    ):
        first = k
        while k < i and tokens[k].text != ",":
            k += 1
        k = k + 1 if k + 1 < i else first
    while k < i and (not tokens[k].is_word or tokens[k].low in OPENERS or tokens[k].low in ("but", "yet")):
        k += 1
    if k >= i:
        return None
    if tokens[k].low in PRONOUNS | FIRST_SECOND:
        return k, k + 1
    b = k
    while b < i and tokens[b].is_word and tokens[b].low not in STOPS and tokens[b].low not in PRONOUNS:
        if (
            b > k
            and not tokens[b].is_capital
            and (
                _is_finite(tokens, b, k)
                or is_adverb(tokens[b])
                or tokens[b].low in VERBS
                or tokens[b].low in PREPOSITIONS - {"of", "for"}
            )
        ):
            break
        if (
            b > k
            and tokens[k].low not in DETERMINERS
            and tokens[b - 1].is_capital
            and not tokens[b].is_capital
            and tokens[b].low not in ("of", "and", "for")
            and not tokens[k].text.endswith("'s")
        ):
            break
        b += 1
    while b > k and tokens[b - 1].low in ("of", "and", "for"):
        b -= 1
    return (k, b) if b > k else None


def any_low(tokens: Tokens, a: int, b: int, among: Iterable[str]) -> bool:
    among = frozenset(among)
    return any(t.low in among for t in tokens[a:b])
