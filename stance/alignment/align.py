"""From claims to issues: the one function the rest of the program calls.

Discovered issues are groups of claims, of two sources or more, that speak to one thing; asked issues take the claims
that speak to a stated question and target. Labels no stance and reads no file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.alignment.words import content_words, rarity
from stance.encoding import Encoder
from stance.records import Asked, Claim, Document, Issue, digest

Matrix = NDArray[np.float64]


def align_claims(documents: Sequence[Document], claims: Sequence[Claim], encoder: Encoder, asked: Sequence[Asked] = (),
                 matcher: Any = None, threshold: float = 0.5) -> list[Issue]:
    """The issues that these claims speak to, asked ones first, each with a score per claim.

    A discovered issue has claims of two sources or more. The result does not depend on the order of the inputs, and
    a higher threshold only splits."""
    source = {document.id: document.source for document in documents}
    claims = sorted(claims, key=lambda claim: claim.id)
    if not claims:
        return [Issue(a.id, a.question, a.target, (), asked=a.id, why="asked") for a in asked]
    texts = [claim.text for claim in claims]
    vectors = encoder.encode(texts).astype(np.float64)
    mean = vectors.mean(0) * min(1.0, len(vectors) / 30)
    vectors = _unit(vectors - mean)
    idf = rarity(texts)
    bags = _bags(texts, idf)
    issues = []
    if asked:
        questions = [f"{a.question} {a.target}" for a in asked]
        near = _unit(encoder.encode(questions).astype(np.float64) - mean) @ vectors.T
        logit = 9 * near + 5 * _shared(_bags(questions, idf), bags) - 2.8
        for a, row in zip(asked, 1 / (1 + np.exp(-logit)), strict=True):
            members = {claims[i].id: round(float(row[i]), 4) for i in np.flatnonzero(row >= threshold)}
            issues.append(Issue(a.id, a.question, a.target, tuple(members), asked=a.id, scores=members, why="asked"))
    affinity = 1 / (1 + np.exp(-(9 * (vectors @ vectors.T) + 5 * _shared(bags, bags) - 2.8)))
    for group in _groups(affinity, threshold):
        if len({source.get(claims[i].document_id, claims[i].document_id) for i in group}) < 2:
            continue
        inner = affinity[np.ix_(group, group)]
        fit = (inner.sum(1) - inner.diagonal()) / (len(group) - 1)
        anchor = group[int(fit.argmax())]
        target = _target([texts[i] for i in group], idf)
        scores = {claims[i].id: round(float(p), 4) for i, p in zip(group, fit, strict=True)}
        issues.append(Issue(digest("issue", texts[anchor]), f"What is said about {target}?", target, tuple(scores),
                            scores=scores, why=f"claims near “{texts[anchor]}”"))
    return issues


def _unit(rows: Matrix) -> Matrix:
    unit: Matrix = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return unit


def _bags(texts: Sequence[str], idf: Callable[[str], float]) -> list[dict[str, float]]:
    bags = []
    for text in texts:
        bag = {word: idf(word) for word, _, _ in content_words(text)}
        length = sum(w * w for w in bag.values()) ** .5 or 1.0
        bags.append({word: w / length for word, w in bag.items()})
    return bags


def _shared(a: Sequence[dict[str, float]], b: Sequence[dict[str, float]]) -> Matrix:
    return np.array([[sum(w * y[word] for word, w in x.items() if word in y) for y in b] for x in a])


def _groups(affinity: Matrix, threshold: float) -> list[list[int]]:
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    if len(affinity) < 2:
        return [[0]]
    distance = 1 - (affinity + affinity.T) / 2
    np.fill_diagonal(distance, 0)
    labels = fcluster(linkage(squareform(distance, checks=False), "average"), 1 - threshold, "distance")
    groups: dict[int, list[int]] = {}
    for index, label in enumerate(labels):
        groups.setdefault(int(label), []).append(index)
    return list(groups.values())


def _target(texts: Sequence[str], idf: Callable[[str], float]) -> str:
    """The run of words that weighs most and that most of the texts share."""
    found: dict[str, tuple[set[int], float, str]] = {}
    for index, text in enumerate(texts):
        words = content_words(text)
        for first in range(len(words)):
            for last in range(first, min(first + 3, len(words))):
                part = words[first:last + 1]
                surface = text[part[0][1]:part[-1][2]]
                if len(surface.split()) > 4 or any(mark in surface for mark in ",.;:!?"):
                    continue
                key = " ".join(word for word, _, _ in part)
                seen, weight, best = found.get(key, (set(), sum(idf(word) for word, _, _ in part), surface))
                found[key] = (seen | {index}, weight, min(best, surface))
    ranked = sorted(found.values(), key=lambda item: (-(len(item[0]) - 1 + .01) * item[1], item[2]))
    return ranked[0][2] if ranked else texts[0][:60]
