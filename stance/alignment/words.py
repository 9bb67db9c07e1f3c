"""Words of a claim as matching sees them: content words, cut to their stems, weighed by how rare they are here.

Connective words and reporting verbs carry no issue and are left out. Knows nothing of vectors or issues.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable

WORD = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*")

_CONNECTIVES = """
a about above according after again against ago all almost already also although always am amid among an and another any
are aren't around as at away back be because become been before behind being below between both but by came can can't
cannot come could couldn't did didn't do does doesn't doing don't done down during each either else enough even ever
every few first for from further get got had hadn't has hasn't have haven't having he her here hers herself him himself
his how however i if in indeed instead into is isn't it it's its itself just kind last later least less let like made
make makes making many may maybe me meanwhile might more moreover most mr mrs ms much must my myself near nearly need
neither never nevertheless next no nor not now of off often on once one only onto or other others our ours ourselves out
over own per perhaps quite rather really said same say saying says second see seem seems seen several shall she should
shouldn't since so some something soon still such take taken than that that's the their theirs them themselves then
there therefore these they thing things this those though through thus to together told too toward towards
two under until up
upon us use used very via was wasn't way we well went were weren't what whatever when where whether which while who
whole whom whose why will with within without won't would wouldn't yet you your yours
added announced argued asked believes called calls claimed claims dr explained noted pointed reported reportedly stated
statement stressed wrote
context regard respect light particular example instance course fact addition
"""
STOP = frozenset(_CONNECTIVES.split())

_SENTENCE_START = re.compile(r"[.!?:“\"‘]\s*$")
_LEANING = re.compile(
    r"^\W*(?:(?:but|and|however|also|in addition|yet|still)\W+)?"
    r"(?:this|that|these|those|it|they|he|she|such|the (?:same|former|latter))\b"
    r"|\bthis (?:event|move|decision|measure|bill|law|plan|step|trend|issue|process|group|organi[sz]ation|summit"
    r"|meeting|deal|vision|proposal)\b"
    r"|\b(?:it|they|them|this) (?:is|was|has|would|will|are|were|have)\b", re.IGNORECASE)

_SUFFIXES = (("ations", "at"), ("ation", "at"), ("sses", "ss"), ("ies", "y"), ("ing", ""), ("ed", ""), ("es", "e"),
             ("s", ""))


def stem(word: str) -> str:
    """A light stem: enough for plural, tense and -ation; never shorter than three letters."""
    word = re.sub(r"['’]s?$", "", word.casefold())
    for ending, rest in _SUFFIXES:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not (ending == "s" and word.endswith("ss")):
            word = word[: -len(ending)] + rest
            break
    return word.rstrip("e") if len(word) > 4 else word


def content_words(text: str) -> list[tuple[str, int, int]]:
    """(stem, start, end) of each word that is not a connective."""
    return [(stem(m.group()), m.start(), m.end()) for m in WORD.finditer(text) if m.group().casefold() not in STOP]


def rarity(texts: Iterable[str]) -> Callable[[str], float]:
    """idf of a stem over these texts: log((n + 1) / (df + 0.5)); a stem that none has is the rarest."""
    seen: Counter[str] = Counter()
    n = 0
    for text in texts:
        n += 1
        seen.update({word for word, _, _ in content_words(text)})
    return lambda word: math.log((n + 1) / (seen.get(word, 0) + .5))


def find_names(texts: Iterable[str]) -> frozenset[str]:
    """The stems that are written with a capital in most of their places inside a sentence."""
    seen: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for text in texts:
        for word, start, _ in content_words(text):
            if not opens_sentence(text, start):
                seen[word] += 1
                capital[word] += text[start].isupper()
    return frozenset(word for word, n in seen.items() if 2 * capital[word] > n)


def opens_sentence(text: str, start: int) -> bool:
    """Whether the word that starts there is the first of a sentence or quotation, where a capital says nothing."""
    return start == 0 or bool(_SENTENCE_START.search(text, 0, start))


def leans_back(text: str) -> bool:
    """Whether the text needs the sentence before it: it opens with a pronoun or points at "this" or "these"."""
    return bool(_LEANING.search(text))
