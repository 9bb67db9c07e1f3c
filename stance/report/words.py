"""Which words set a source apart: log-odds with an informative Dirichlet prior, for any number of sources.

Monroe, Colaresi and Quinn, "Fightin' Words", Political Analysis 16(4), 2008, equations 15 to 22: each source is set
against all the others together, and the prior is all the sources' words, weighted like one source of average length. It
counts words as printed (no stems, no list of stop words) and knows nothing of what they mean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt

from stance.records import Claim, Document

LEAST = 2  # a word that a source prints once says nothing about its choice of words
STANDS_OUT = 1.96
_WORD = re.compile(r"[^\W\d_](?:[^\W_]|['’-](?=[^\W_]))+")


@dataclass(frozen=True, slots=True)
class Distinctive:
    """A word, how often this source and all the others print it, and the z score of the difference."""

    word: str
    here: int
    elsewhere: int
    z: float


def count_words(documents: Sequence[Document], claims: Sequence[Claim]) -> dict[str, Counter[str]]:
    """Source → word (case folded) → count, over what survived cleaning. Where a document's text is not at hand, its
    claims stand in for it."""
    said: dict[str, list[str]] = {}
    for claim in claims:
        said.setdefault(claim.document_id, []).append(claim.text)
    counts: dict[str, Counter[str]] = {document.source: Counter() for document in documents}
    for document in documents:
        kept = [document.text[p.start:p.end] for p in document.passages]
        for text in kept if document.text else said.get(document.id, []):
            counts[document.source].update(_WORD.findall(text.casefold()))
    return counts


def distinctive_words(counts: Mapping[str, Counter[str]], most: int = 12) -> dict[str, tuple[Distinctive, ...]]:
    """Source → the words that stand out in it, strongest first. Empty for a source that stands alone."""
    together: Counter[str] = Counter()
    for words in counts.values():
        together.update(words)
    total = sum(together.values())
    weight = total / max(1, len(counts))
    found: dict[str, tuple[Distinctive, ...]] = {}
    for source, words in counts.items():
        here_total = sum(words.values())
        rest_total = total - here_total
        scored = []
        for word, here in words.items():
            rest = together[word] - here
            prior = weight * together[word] / total
            if here < LEAST or not rest_total:
                continue
            odds = log((here + prior) / (here_total + weight - here - prior))
            odds -= log((rest + prior) / (rest_total + weight - rest - prior))
            z = odds / sqrt(1 / (here + prior) + 1 / (rest + prior))
            if z >= STANDS_OUT:
                scored.append(Distinctive(word, here, rest, round(z, 2)))
        found[source] = tuple(sorted(scored, key=lambda d: (-d.z, d.word))[:most])
    return found
