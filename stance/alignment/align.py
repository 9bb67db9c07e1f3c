"""From claims to issues: the one function the rest of the program calls.

Discovered issues are groups of claims, of two sources or more, that speak to one thing; asked issues take the claims
that speak to a stated question and target. Labels no stance and reads no file.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.alignment.grouping import Pair, lay_rows, relate_pairs
from stance.alignment.matching import match_all, match_some, match_within
from stance.alignment.naming import name_issue
from stance.alignment.neighbours import find_neighbours
from stance.alignment.readers import Matcher, PairOfTexts
from stance.alignment.reading import PRIOR, Reading, Texts, read_claims
from stance.encoding import Encoder
from stance.records import Asked, Claim, Document, Issue, digest

log = logging.getLogger(__name__)

Array = NDArray[np.float64]

ALL_PAIRS_UP_TO = 1200  # claims; above, only neighbours are scored
SHORTLIST = 40
READ_FROM = -2.0  # log-odds from which a reader of both texts is asked
THRESHOLD = 0.25  # calibrated on readers' rows, which are not exhaustive; see eval/alignment.md


def align_claims(documents: Sequence[Document], claims: Sequence[Claim], encoder: Encoder, asked: Sequence[Asked] = (),
                 matcher: Matcher | None = None, threshold: float = THRESHOLD, reader: Matcher | None = None
                 ) -> list[Issue]:
    """The issues that these claims speak to, asked ones first, each with a score per claim.

    A discovered issue has claims of two sources or more, and any two of its claims from different sources speak to one
    thing. The result does not depend on the order of the inputs, and a higher threshold only splits.

    matcher    a reader of both texts, asked about pairs that words do not rule out; half of the log-odds are its own
    threshold  lowest probability that two claims, or a question and a claim, speak to one thing
    reader     reads pairs of claims in a matcher's place where none is given, and leaves questions to the words, which
               find a question's claims better than a small model does (eval/alignment.md)
    """
    source_of = {document.id: document.source for document in documents}
    claims = sorted(claims, key=lambda claim: claim.id)
    if not claims:
        return [Issue(a.id, a.question, a.target, (), asked=a.id, why="asked by the user") for a in asked]
    sources = [source_of.get(claim.document_id, claim.document_id) for claim in claims]
    reading = read_claims(documents, claims, encoder)
    issues = _ask(asked, claims, reading, threshold, matcher)
    scores = _score_pairs(sources, reading)
    if (second := matcher or reader) is not None:
        pairs = sorted(pair for pair, logit in scores.items() if logit >= READ_FROM)
        scores |= dict(zip(pairs, _read_again(second, [(claims[i].text, claims[j].text) for i, j in pairs],
                                              [scores[pair] for pair in pairs]), strict=True))
    weights = _weights()
    logit = float(np.log(threshold / (1 - threshold)))
    related = relate_pairs(sources, scores, logit, weights.slack, weights.n_best)
    texts = [claim.text for claim in claims]
    taken: set[str] = set()
    keys: set[str] = set()
    rows = [_Row(row, {i: float(np.mean([related[i][j] for j in row if j in related[i]])) for i in row},
                 len({sources[i] for i in row})) for row in lay_rows(sources, related)]
    for row in sorted(rows, key=lambda row: (-row.n_sources, -sum(row.fit.values()) / len(row.claims), row.claims)):
        anchor = max(row.claims, key=lambda i: (row.fit[i], claims[i].id))
        title, target = name_issue([texts[i] for i in row.claims], [sources[i] for i in row.claims],
                                   {claims[i].holder or "" for i in row.claims}, reading.weigh, taken)
        taken.add(target.casefold())
        members = {claims[i].id: _chance(row.fit[i]) for i in row.claims}
        key = digest("issue", texts[anchor])
        if key in keys:  # a stronger row has the same anchor
            key = digest("issue", texts[anchor], *sorted(texts[i] for i in row.claims))
        keys.add(key)
        issues.append(Issue(key, title, target, tuple(members), scores=members,
                            why=f"{len(row.claims)} claims of {row.n_sources} sources share words with "
                                f"“{texts[anchor]}”"))
    return issues


def ask_claims(documents: Sequence[Document], claims: Sequence[Claim], encoder: Encoder, asked: Sequence[Asked],
               threshold: float = THRESHOLD) -> list[Issue]:
    """The asked issues alone, as `align_claims` gives them: no claim is held against another."""
    claims = sorted(claims, key=lambda claim: claim.id)
    return _ask(asked, claims, read_claims(documents, claims, encoder), threshold, None)


def rate_claims(claims: Sequence[Claim], encoder: Encoder, questions: Sequence[str]) -> NDArray[np.float64]:
    """(n_questions, n_claims) log-odds that a claim speaks to a question, both in the order given.

    As `ask_claims` has them, except that the questions are no rivals: the ranking of one question's claims does not
    have to yield to another question that they suit better."""
    reading = read_claims((), claims, encoder)
    return _rate(reading.read(questions), reading, are_rivals=False)


@dataclass(frozen=True, slots=True)
class _Row:
    """Claims (indices) of one issue, each with its mean log-odds to those of other sources."""

    claims: list[int]
    fit: dict[int, float]
    n_sources: int


def _chance(logit: float) -> float:
    return round(1 / (1 + float(np.exp(-logit))), 4)


@dataclass(frozen=True, slots=True)
class _Weights:
    """What turns likeness into log-odds; `weights.json` says how it was obtained."""

    pair_slope: float
    pair_bias: float
    firm_slope: float
    firm_bias: float
    slack: float
    n_best: int
    question_overlap: float
    question_text: float
    question_rivals: float
    question_slope: float
    question_bias: float


@cache
def _weights() -> _Weights:
    plain = json.loads(files("stance.alignment").joinpath("weights.json").read_text(encoding="utf-8"))
    return _Weights(**{name: value for name, value in plain.items() if not name.startswith("_")})


def _score_pairs(sources: Sequence[str], reading: Reading) -> dict[Pair, float]:
    """Log-odds, for pairs of two sources, that they speak to one thing."""
    texts = reading.claims
    n = len(texts)
    pairs: dict[Pair, tuple[float, float]] = {}
    if n <= ALL_PAIRS_UP_TO:
        likeness, firmness = match_within(texts)
        pairs = {(i, j): (float(likeness[i, j]), float(firmness[i, j]))
                 for i in range(n) for j in range(i + 1, n) if sources[i] != sources[j]}
        sample = np.array([value for value, _ in pairs.values()])
    else:
        near, recall = find_neighbours(texts.pooled, sources, SHORTLIST)
        log.info("neighbours of %d claims: recall against exact search %.3f", n, recall)
        for i, (others, (alike, firm)) in enumerate(zip(near, match_some(texts, near), strict=True)):
            for j, value, firmly in zip(others.tolist(), alike.tolist(), firm.tolist(), strict=True):
                pairs[min(i, j), max(i, j)] = (value, firmly)
        sample = _sample_pairs(sources, texts)
    return _log_odds(pairs, sample, n, reading)


def _log_odds(pairs: dict[Pair, tuple[float, float]], sample: Array, n: int, reading: Reading) -> dict[Pair, float]:
    """Likeness and firmness of pairs as log-odds; `sample` is the likeness that pairs of this run happen to have."""
    weights = _weights()
    middle, spread = _scale(sample, n, reading.background)
    return {pair: min(weights.pair_slope * (value - middle) / spread + weights.pair_bias,
                      weights.firm_slope * firmly + weights.firm_bias) for pair, (value, firmly) in pairs.items()}


def _sample_pairs(sources: Sequence[str], texts: Texts, n_claims: int = 400) -> Array:
    """Likeness of pairs of two sources among evenly spaced claims."""
    chosen = np.unique(np.linspace(0, len(texts) - 1, n_claims).astype(np.int64)).tolist()
    partners = [np.zeros(0, np.int64)] * len(texts)
    for i in chosen:
        partners[i] = np.array([j for j in chosen if sources[j] != sources[i]], dtype=np.int64)
    return np.concatenate([likeness for likeness, _ in match_some(texts, partners)])


def _scale(sample: Array, n_claims: int, background: Texts) -> tuple[float, float]:
    """Mean and standard deviation of likeness among claims that happen to be in one run; the stand-in sentences count
    as `PRIOR` claims."""
    apart = match_within(background)[0][~np.eye(len(background), dtype=bool)]
    middle, spread = float(apart.mean()), float(apart.std())
    if len(sample) > 1:
        share = n_claims / (n_claims + PRIOR)
        middle = share * float(sample.mean()) + (1 - share) * middle
        spread = share * float(sample.std()) + (1 - share) * spread
    return middle, max(spread, 1e-6)


def _ask(asked: Sequence[Asked], claims: Sequence[Claim], reading: Reading, threshold: float,
         matcher: Matcher | None) -> list[Issue]:
    """The asked issues with the claims that speak to them."""
    if not asked:
        return []
    order = sorted(range(len(asked)), key=lambda k: asked[k].id)
    questions = reading.read([f"{asked[k].question} {asked[k].target}" for k in order])
    logits = _rate(questions, reading, are_rivals=len(questions) > 1)
    if matcher is not None:
        rows, columns = np.nonzero(logits >= READ_FROM)
        texts_of = [f"{asked[k].question} ({asked[k].target})" for k in order]
        logits[rows, columns] = _read_again(matcher, [(texts_of[r], claims[c].text) for r, c in zip(
            rows.tolist(), columns.tolist(), strict=True)], logits[rows, columns].tolist())
    chance = 1 / (1 + np.exp(-logits))
    issues = []
    for k, row in sorted(zip(order, chance, strict=True), key=lambda item: item[0]):
        members = {claims[i].id: round(float(row[i]), 4) for i in np.flatnonzero(row >= threshold).tolist()}
        issues.append(Issue(asked[k].id, asked[k].question, asked[k].target, tuple(members), asked=asked[k].id,
                            scores=members, why="asked by the user"))
    return issues


def _rate(questions: Texts, reading: Reading, are_rivals: bool) -> Array:
    """(n_questions, n_claims): log-odds that a claim speaks to a question."""
    weights = _weights()
    texts, apart = reading.claims, reading.background
    share = len(texts) / (len(texts) + PRIOR)
    near: Array = np.zeros((len(questions), len(texts)))
    far: Array = np.zeros((len(questions), len(apart)))
    for weight, here, there in (
            (1.0, match_all(questions, texts)[0], match_all(questions, apart)[0]),
            (weights.question_text, questions.pooled @ texts.pooled.T, questions.pooled @ apart.pooled.T),
            (weights.question_overlap, _overlap(questions, texts), _overlap(questions, apart))):
        middle = share * float(here.mean()) + (1 - share) * float(there.mean())
        spread = max(share * float(here.std()) + (1 - share) * float(there.std()), 1e-6)
        near, far = near + weight * (here - middle) / spread, far + weight * (there - middle) / spread
    # Some questions are near to everything: half of a score is how far a claim stands out for its question.
    spread = share * float(near.std()) + (1 - share) * float(far.std())
    middles = share * near.mean(1, keepdims=True) + (1 - share) * far.mean(1, keepdims=True)
    spreads = share * near.std(1, keepdims=True) + (1 - share) * far.std(1, keepdims=True)
    total = (near / max(spread, 1e-6) + (near - middles) / np.maximum(spreads, 1e-6)) / 2
    if are_rivals:  # and some claims are near to every question
        total += weights.question_rivals * (total - np.sort(total, axis=0)[-2:].mean(0))
    logits: Array = weights.question_slope * total + weights.question_bias
    return logits


def _read_again(matcher: Matcher, pairs: Sequence[PairOfTexts], logits: Sequence[float]) -> list[float]:
    """The mean of these log-odds and the matcher's; where it cannot tell, these."""
    mixed = []
    for chance, logit in zip(matcher.score(pairs), logits, strict=True):
        if chance is not None:
            bounded = min(max(chance, 1e-4), 1 - 1e-4)
            logit = (logit + float(np.log(bounded / (1 - bounded)))) / 2
        mixed.append(logit)
    return mixed


def _overlap(a: Texts, b: Texts) -> Array:
    """(n_a, n_b): cosine of the texts' bags of words, weighed by the run's idf."""
    from scipy.sparse import csr_matrix

    column = {stem: k for k, stem in enumerate(sorted(set(a.stems) | set(b.stems)))}

    def bag(texts: Texts) -> Any:
        owners = np.repeat(np.arange(len(texts)), np.diff(texts.starts))
        matrix = csr_matrix((texts.weights.astype(np.float64), (owners, [column[stem] for stem in texts.stems])),
                            shape=(len(texts), len(column)))
        length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(1)).ravel())
        return csr_matrix(matrix.multiply(1 / np.maximum(length, 1e-9)[:, None]))

    shared: Array = np.asarray((bag(a) @ bag(b).T).todense())
    return shared
