"""Which words set a source apart: log-odds with an informative Dirichlet prior, for any number of sources.

Monroe, Colaresi and Quinn, "Fightin' Words", Political Analysis 16(4), 2008, equations 15 to 22: each source is set
against all the others together, and the prior is all the sources' words, weighted like one source of average length. It
counts words as printed (no stems, no list of stop words) and knows nothing of what they mean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stance.records import Claim, Document

LEAST = 2  # a word that a source prints once says nothing about its choice of words
SHOWN_FROM = 1.96  # z; among thousands of words many lean so far by chance
FALSE_SHARE = 0.05  # of the words that hold, so many at most are expected to by chance
_WORD = re.compile(r"[^\W\d_](?:[^\W_]|['’-](?=[^\W_]))+")


@dataclass(frozen=True, slots=True)
class Distinctive:
    """A word, how often this source and all the others print it, and the z score of the difference.

    holds  the difference withstands that every word of every source was tested
    """

    word: str
    here: int
    elsewhere: int
    z: float
    holds: bool


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
    """Source → the words that lean most to it, strongest first: a ranking. Empty for a source that stands alone.

    Which of them hold is a test: one-sided, z taken as normal, every word in every source, at a false discovery rate of
    FALSE_SHARE (Benjamini and Hochberg 1995). It takes each print of a word for a choice of its own."""
    import numpy as np
    from scipy.special import ndtr
    from scipy.stats import false_discovery_control

    words = sorted({word for count in counts.values() for word in count})
    if sum(map(bool, counts.values())) < 2:
        return dict.fromkeys(counts, ())
    here = np.array([[count[word] for word in words] for count in counts.values()], dtype=float)
    rest = here.sum(axis=0) - here
    weight, prior = here.sum() / len(counts), here.sum(axis=0) / len(counts)
    odds = np.log((here + prior) / (here.sum(axis=1, keepdims=True) + weight - here - prior))
    odds -= np.log((rest + prior) / (rest.sum(axis=1, keepdims=True) + weight - rest - prior))
    z = odds / np.sqrt(1 / (here + prior) + 1 / (rest + prior))
    holds = false_discovery_control(ndtr(-z).ravel()).reshape(z.shape) <= FALSE_SHARE
    found: dict[str, tuple[Distinctive, ...]] = {}
    for place, source in enumerate(counts):
        scored = [
            Distinctive(words[k], int(here[place, k]), int(rest[place, k]), round(z[place, k].item(), 2),
                        bool(holds[place, k]))
            for k in np.flatnonzero((z[place] >= SHOWN_FROM) & (here[place] >= LEAST))
        ]
        found[source] = tuple(sorted(scored, key=lambda d: (-d.z, d.word))[:most])
    return found
