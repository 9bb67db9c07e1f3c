"""What a number, day or status is said of: the words of its clause, as far as they tell one thing from another."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stance.alignment.words import STOP, stem
from stance.records import ConflictKind
from stance.voices.lexicon import VERBS
from stance.voices.phrases import Range, Tokens, is_adverb
from stance.voices.wordclasses import (
    AUXILIARIES,
    DETERMINERS,
    HYPOTHETICAL,
    PLAIN_VERBS,
    PREPOSITIONS,
    TIMES,
    word_set,
)

Names = frozenset[str]

# Stems of words that tell one fact: whoever attended took part.
_ALIKE = {stem(form): group for group, forms in {
    "attend": "attend participate participated represented came gathered took take",
    "kill": "kill killed died dead dying deaths",
    "wound": "wounded wound injured injuries hurt",
    "arrest": "arrested detained",
    "hold": "held hold",
    "begin": "began begin start opened open",
}.items() for form in forms.split()}
_GENERIC = word_set("hold begin made make got get went go came come put set kept keep led need needs gave give found")
"""Verbs of so many things that they need a shared word beside them."""
_UNREAL = HYPOTHETICAL | word_set("would could might should may hypothetically expected likely supposed")
_BOUNDS = frozenset(";:—–()[]\"“”…?!")
_OPENING = word_set("and or but while whereas which who whose where with as after before since because although though "
                    "when if so including compared despite")
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
NUMBER_WORDS = word_set("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
                        "sixteen seventeen eighteen nineteen hundred thousand million billion trillion dozen half "
                        "third thirds quarter quarters " + _TENS)
_HEDGES = word_set("more less fewer over under nearly almost about around roughly approximately least most up total "
                   "estimated close exactly only just percent per cent number")
_DAY = re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|yesterday|today|tomorrow|tonight|(?:19|20)\d\d"
                  r"|january|february|march|april|may|june|july|august|september|october|november|december")


@dataclass(frozen=True, slots=True)
class Statement:
    """A number, day or status that a claim states.

    thing       what it is stated of: only statements of an equal kind and thing are held against each other
    low, high   the range of values it leaves open; for a day its place in the calendar, for a status 1 or -1
    start, end  code points of the claim's text
    verbs       what is done: the verbs or nouns that govern it
    words       stems of the other content words of its clause, names left out
    names       capitalised words of its clause, folded
    days        words of its clause that tell when
    also        what else must not differ: modifiers, complements, who acts
    """

    kind: ConflictKind
    thing: tuple[str, ...]
    low: float
    high: float
    start: int
    end: int
    verbs: Names = frozenset()
    words: Names = frozenset()
    names: Names = frozenset()
    days: Names = frozenset()
    also: tuple[Names, ...] = ()


def clause_at(tokens: Tokens, i: int) -> Range:
    """The clause around token i: from mark to mark, or to a comma with a word that opens another clause."""
    a = i
    while a > 0 and not _is_edge(tokens, a):
        a -= 1
    b = i + 1
    while b < len(tokens) and not _is_edge(tokens, b):
        b += 1
    return a, b


def _is_edge(tokens: Tokens, k: int) -> bool:
    token, before = tokens[k], tokens[k - 1]
    return before.text in _BOUNDS or token.text in _BOUNDS or (before.text == "," and token.low in _OPENING) or \
        token.low in ("while", "whereas", "but", "because", "although", "though")


def is_unreal(tokens: Tokens, clause: Range) -> bool:
    """Whether the clause says what may be, not what is."""
    return any(t.low in _UNREAL and not (t.low == "may" and t.is_capital) for t in tokens[slice(*clause)])


def names_in(tokens: Tokens, clause: Range) -> Names:
    """Capitalised words, cut so that "Russia" and "Russian" are one; the first of a sentence only before another."""
    names = set()
    for k in range(*clause):
        token = tokens[k]
        opens = k == 0 or tokens[k - 1].text in _BOUNDS
        if not token.text[0].isupper() or token.low in TIMES or token.low in STOP | DETERMINERS | PREPOSITIONS:
            continue
        if not opens or (k + 1 < clause[1] and tokens[k + 1].is_capital and tokens[k + 1].low not in TIMES):
            names.add(token.low.removesuffix("'s")[:5])
    return frozenset(names)


def words_in(tokens: Tokens, clause: Range) -> Names:
    """Stems of the content words that are no names, numbers or times."""
    return frozenset(stem(token.low) for token in tokens[slice(*clause)]
                     if token.is_word and token.low not in STOP | TIMES | NUMBER_WORDS | _HEDGES | AUXILIARIES
                     and not token.low[0].isdigit() and not token.is_capital and len(token.low) > 2)


def days_in(tokens: Tokens, clause: Range) -> Names:
    return frozenset(t.low for t in tokens[slice(*clause)] if _DAY.fullmatch(t.low) and (t.low != "may" or t.is_capital)
                     and (t.low != "march" or t.is_capital))


def act(word: str) -> str:
    """The verb, or its stem, as it is compared."""
    return _ALIKE.get(stem(word), stem(word))


def verbs_in(tokens: Tokens, clause: Range) -> Names:
    """What is done in the clause; verbs of saying are left out, since their time is that of the saying."""
    found = set()
    for k in range(*clause):
        low = tokens[k].low
        if tokens[k].is_capital or low in VERBS or low in AUXILIARIES:
            continue
        m = k - 1
        while m > clause[0] and (is_adverb(tokens[m]) or tokens[m].low == "not"):
            m -= 1
        follows = m >= clause[0] and tokens[m].low in AUXILIARIES
        if (low.endswith("ed") and len(low) > 4) or low in PLAIN_VERBS or (follows and low not in STOP | PREPOSITIONS
                                                                           | DETERMINERS):
            found.add(act(low))
    return frozenset(found)


def share(a: Names, b: Names) -> bool:
    """Whether two sets have something in common, or one of them tells nothing."""
    return not a or not b or bool(a & b)


def same_event(a: Statement, b: Statement, least: int = 2, by_verb: bool = True) -> bool:
    """Whether two statements of one thing are about one event: a verb in common, or `least` words that are half
    of the shorter clause; and nothing, no name, no day, no modifier, that sets them apart."""
    if not (share(a.names, b.names) and share(a.days, b.days)):
        return False
    if not all(share(x, y) for x, y in zip(a.also, b.also, strict=True)):
        return False
    words, verbs = a.words & b.words, a.verbs & b.verbs
    if by_verb and (verbs - _GENERIC or (verbs and any(act(word) not in verbs for word in words))):
        return True
    return len(words) >= least and 2 * len(words) >= min(len(a.words), len(b.words))
