"""How well two texts speak to one thing: soft matching of their words.

Each word of one text takes its best word in the other, read in context; a text's likeness is the mean over its words,
weighed by how rare they are in the run, and a pair's the mean of both ways (after the late interaction of ColBERT,
Khattab and Zaharia 2020, with the run's own idf). Denial changes few words and no subject: the score is blind to it.

Firmness is likeness without most of the best word's part, and less in short texts: one shared name is no subject.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from stance.alignment.reading import Texts

POWER = 2.5        # sharpens word likeness: half-alike words count little
BEST_WORD = 0.75   # part of the best word's share that firmness leaves out
SHORT = 8          # a text of this many words counts half in firmness
BLOCK_CELLS = 20_000_000  # pairs of words compared at a time, so that memory stays flat

Array = NDArray[np.float64]


def match_all(a: Texts, b: Texts) -> tuple[Array, Array]:
    """Likeness and firmness, each (n_a, n_b) in 0 to 1, of each text of `a` with each of `b`, seen from `a`'s words."""
    likeness, firmness = np.zeros((len(a), len(b))), np.zeros((len(a), len(b)))
    filled = np.flatnonzero(np.diff(b.starts))
    right = b.vectors.astype(np.float32)
    most_words = max(BLOCK_CELLS // max(len(right), 1), 1)
    begin = 0
    while begin < len(a) and len(filled):
        end = begin + 1
        while end < len(a) and a.starts[end + 1] - a.starts[begin] <= most_words:
            end += 1
        words = slice(int(a.starts[begin]), int(a.starts[end]))
        sizes = np.diff(a.starts[begin:end + 1])
        owners = np.flatnonzero(sizes)
        if len(owners):
            alike = np.maximum(a.vectors[words].astype(np.float32) @ right.T, 0)
            parts = np.maximum.reduceat(alike, b.starts[:-1][filled], axis=1) ** POWER * a.weights[words, None]
            heads = a.starts[owners + begin] - words.start
            where = np.ix_(owners + begin, filled)
            likeness[where] = np.add.reduceat(parts, heads, axis=0)
            firmness[where] = _firm(likeness[where], np.maximum.reduceat(parts, heads, axis=0), sizes[owners, None])
        begin = end
    return likeness, firmness


def match_within(texts: Texts) -> tuple[Array, Array]:
    """Likeness and firmness of all pairs, each (n, n), the mean of both ways."""
    likeness, firmness = match_all(texts, texts)
    return (likeness + likeness.T) / 2, (firmness + firmness.T) / 2


def match_some(texts: Texts, partners: Iterable[NDArray[np.int64]]) -> list[tuple[Array, Array]]:
    """For each text its likeness and firmness with the texts named for it, the mean of both ways."""
    found = []
    for i, others in enumerate(partners):
        mine = slice(int(texts.starts[i]), int(texts.starts[i + 1]))
        likeness, firmness = np.zeros(len(others)), np.zeros(len(others))
        sizes = texts.starts[others + 1] - texts.starts[others]
        keep = np.flatnonzero(sizes)
        if len(keep) and mine.stop > mine.start:
            starts = np.concatenate([[0], np.cumsum(sizes[keep])[:-1]])
            words = np.repeat(texts.starts[others[keep]] - starts, sizes[keep]) + np.arange(int(sizes[keep].sum()))
            alike = np.maximum(texts.vectors[mine].astype(np.float32) @ texts.vectors[words].astype(np.float32).T, 0)
            there = np.maximum.reduceat(alike, starts, axis=1) ** POWER * texts.weights[mine, None]
            back = alike.max(0) ** POWER * texts.weights[words]
            sums = there.sum(0), np.add.reduceat(back, starts)
            likeness[keep] = (sums[0] + sums[1]) / 2
            firmness[keep] = (_firm(sums[0], there.max(0), np.asarray(mine.stop - mine.start))
                              + _firm(sums[1], np.maximum.reduceat(back, starts), sizes[keep])) / 2
        found.append((likeness, firmness))
    return found


def _firm(total: Array, best: Array, n_words: NDArray[np.int64]) -> Array:
    firm: Array = (total - BEST_WORD * best) * n_words / (n_words + SHORT)
    return firm
