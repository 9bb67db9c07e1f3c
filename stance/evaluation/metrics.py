"""Figures and their uncertainty: a metric is a plain function of columns of numbers, an interval resamples groups.

Sentences of one article, or claims of one topic, are not independent, so a whole group (document, topic, gold row) is
drawn or left at a time. It measures; what a figure must reach is said in suites and decided in gates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Columns = Mapping[str, NDArray[Any]]
Statistic = Callable[[Columns], float]

ECE_BINS = 15
MAX_UNDEFINED = 0.05  # share of resamples in which a metric may be undefined before its interval is not trusted


@dataclass(frozen=True, slots=True)
class Figure:
    """What a metric is computed from.

    groups   (n,) the document, topic or row that each item belongs to
    columns  name → (n,) array
    """

    statistic: Statistic
    groups: tuple[str, ...]
    columns: Columns

    @property
    def n(self) -> int:
        return len(self.groups)

    @property
    def n_groups(self) -> int:
        return len(set(self.groups))

    def value(self) -> float:
        """The metric over all items; NaN where it is undefined (no items, nothing to divide by)."""
        return float(self.statistic(self.columns)) if self.n else float("nan")

    def interval(self, seed: int, resamples: int) -> tuple[float, float] | None:
        """95 % percentile bootstrap over groups (Efron and Tibshirani 1993). None with fewer than two groups, or
        where too many resamples leave the metric undefined. The order of the items does not matter."""
        return None if self.n_groups < 2 else _middle(_resample((self,), seed, resamples)[:, 0])

    def difference(self, other: Figure, seed: int, resamples: int) -> tuple[float, float] | None:
        """95 % interval of this metric less the other's: paired bootstrap, both on the same draws of groups (Efron and
        Tibshirani 1993; for comparing systems: Koehn, EMNLP 2004). None where `interval` would give none."""
        if len({*self.groups, *other.groups}) < 2:
            return None
        values = _resample((self, other), seed, resamples)
        return _middle(values[:, 0] - values[:, 1])


def _resample(figures: Sequence[Figure], seed: int, resamples: int) -> NDArray[np.float64]:
    """(resamples, figures): each metric on the same draws of groups; NaN where a draw leaves it undefined."""
    groups = sorted({group for figure in figures for group in figure.groups})
    places = []
    for figure in figures:
        members: dict[str, list[int]] = {group: [] for group in groups}
        for index, group in enumerate(figure.groups):
            members[group].append(index)
        places.append([np.array(members[group], dtype=int) for group in groups])
    draws = np.random.default_rng(seed).integers(len(groups), size=(resamples, len(groups)))
    values = np.full((resamples, len(figures)), np.nan)
    for row, draw in enumerate(draws):
        for k, figure in enumerate(figures):
            chosen = np.concatenate([places[k][i] for i in draw])
            if len(chosen):
                values[row, k] = figure.statistic({name: column[chosen] for name, column in figure.columns.items()})
    return values


def _middle(values: NDArray[np.float64]) -> tuple[float, float] | None:
    defined = values[~np.isnan(values)]
    if len(defined) < (1 - MAX_UNDEFINED) * len(values):
        return None
    low, high = np.percentile(defined, [2.5, 97.5])
    return float(low), float(high)


def figure(statistic: Statistic, groups: Sequence[str], **columns: Sequence[Any] | NDArray[Any]) -> Figure:
    """A figure from lists of equal length."""
    arrays = {name: np.asarray(column) for name, column in columns.items()}
    return Figure(statistic, tuple(groups), arrays)


def accuracy(columns: Columns) -> float:
    """Share of items whose `predicted` is their `gold`."""
    return float(np.mean(columns["predicted"] == columns["gold"]))


def macro_f1(columns: Columns) -> float:
    """Mean F1 of the classes that occur in `gold` or `predicted` (small whole numbers); a class never predicted
    counts 0. As scikit-learn's, but a resample takes microseconds."""
    counts = _confusion(columns)
    size = counts.sum(axis=0) + counts.sum(axis=1)
    return float(np.mean(2 * counts.diagonal()[size > 0] / size[size > 0]))


def balanced_accuracy(columns: Columns) -> float:
    """Mean recall of the classes that occur in `gold` (small whole numbers)."""
    counts = _confusion(columns)
    size = counts.sum(axis=1)
    return float(np.mean(counts.diagonal()[size > 0] / size[size > 0]))


def _confusion(columns: Columns) -> NDArray[np.int64]:
    """(k, k) counts, gold by predicted."""
    gold, predicted = columns["gold"].astype(int), columns["predicted"].astype(int)
    k = 1 + int(max(gold.max(), predicted.max()))
    return np.bincount(gold * k + predicted, minlength=k * k).reshape(k, k)


def calibration_error(columns: Columns) -> float:
    """Expected calibration error: mean gap between `confidence` (of the predicted class) and accuracy, over equal
    bins of confidence, weighted by their size (Guo et al. 2017)."""
    confidence = columns["confidence"]
    right = (columns["predicted"] == columns["gold"]).astype(float)
    bins = np.minimum((confidence * ECE_BINS).astype(int), ECE_BINS - 1)
    size = np.bincount(bins, minlength=ECE_BINS)
    gap = np.abs(np.bincount(bins, confidence, ECE_BINS) - np.bincount(bins, right, ECE_BINS))
    return float(gap.sum() / size.sum())


def average_precision(columns: Columns) -> float:
    """Area under the precision-recall curve of `score` for boolean `gold`; NaN where gold has one class only."""
    from sklearn.metrics import average_precision_score

    gold = columns["gold"]
    return float(average_precision_score(gold, columns["score"])) if 0 < gold.sum() < len(gold) else float("nan")


def roc_auc(columns: Columns) -> float:
    """Area under the ROC curve of `score` for boolean `gold`; NaN where gold has one class only."""
    from sklearn.metrics import roc_auc_score

    gold = columns["gold"]
    return float(roc_auc_score(gold, columns["score"])) if 0 < gold.sum() < len(gold) else float("nan")


def mean(columns: Columns) -> float:
    """Mean of `value`."""
    return float(np.mean(columns["value"]))


def precision(columns: Columns) -> float:
    """Sum of `hit` over sum of `found`; NaN where nothing was found."""
    return _ratio(columns["hit"].sum(), columns["found"].sum())


def recall(columns: Columns) -> float:
    """Sum of `hit` over sum of `wanted`; NaN where nothing was wanted."""
    return _ratio(columns["hit"].sum(), columns["wanted"].sum())


def pair_f1(columns: Columns) -> float:
    """Harmonic mean of precision and recall, from sums of `hit`, `found` and `wanted`."""
    return _ratio(2 * columns["hit"].sum(), columns["found"].sum() + columns["wanted"].sum())


def average_precision_at(scores: NDArray[Any], right: NDArray[np.bool_], k: int = 5) -> float:
    """Average precision of the k best scores for one query: the mean over its right items (k at most) of the precision
    at their rank, 0 for one that is not among the k. Its mean over queries is MAP@k (Manning, Raghavan and Schütze
    2008, 8.4). Of equal scores the wrong item comes first."""
    hit = right[np.lexsort((right, -scores))[:k]]
    precisions = np.cumsum(hit) / np.arange(1, len(hit) + 1)
    return _ratio(float(precisions[hit].sum()), min(int(right.sum()), k))


def b_cubed(found: NDArray[np.bool_], gold: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Precision and recall of each item, (n,) each, from who is with whom, (n, n) with every item with itself: of those
    it was put with, the share that belongs with it, and the other way round (B³; Bagga and Baldwin 1998). Unlike the
    extension of Amigó et al. (2009), an item in two clusters is with the members of both, each counted once."""
    hit = (found & gold).sum(axis=1)
    return hit / found.sum(axis=1), hit / gold.sum(axis=1)


def b_cubed_precision(columns: Columns) -> float:
    """Mean `precision` of the items."""
    return float(np.mean(columns["precision"]))


def b_cubed_recall(columns: Columns) -> float:
    """Mean `recall` of the items."""
    return float(np.mean(columns["recall"]))


def b_cubed_f1(columns: Columns) -> float:
    """Harmonic mean of B³ precision and recall."""
    precision, recall = b_cubed_precision(columns), b_cubed_recall(columns)
    return _ratio(2 * precision * recall, precision + recall)


def mcnemar(before: Sequence[bool], after: Sequence[bool]) -> float:
    """Exact McNemar test: how likely so lopsided a split of the items that only one of two runs got right, if
    neither were better (McNemar 1947). 1.0 where the runs are right on the same items."""
    from scipy.stats import binomtest

    lost = sum(b and not a for b, a in zip(before, after, strict=True))
    won = sum(a and not b for b, a in zip(before, after, strict=True))
    return float(binomtest(won, won + lost).pvalue) if won + lost else 1.0


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")
