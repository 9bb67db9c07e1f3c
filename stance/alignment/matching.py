"""How well two texts speak to one thing: soft matching of their words.

Each word of one text takes its best word in the other, read in context; a text's score is the mean over its words,
weighed by how rare they are in the run, and a pair's the mean of both ways (after the late interaction of ColBERT,
Khattab and Zaharia 2020, with the run's own idf). Denial changes few words and no subject: the score is blind to it.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from stance.alignment.reading import Texts

POWER = 2.5  # sharpens word likeness: half-alike words count little
BLOCK_WORDS = 4000

Array = NDArray[np.float64]


def match_all(a: Texts, b: Texts) -> Array:
    """(n_a, n_b): mean likeness, in 0 to 1, of each text of `a` to each text of `b`, seen from `a`'s words."""
    out = np.zeros((len(a), len(b)))
    filled = np.flatnonzero(np.diff(b.starts))
    if not len(filled):
        return out
    right = b.vectors.astype(np.float32)
    begin = 0
    while begin < len(a):
        end = begin + 1
        while end < len(a) and a.starts[end + 1] - a.starts[begin] <= BLOCK_WORDS:
            end += 1
        words = slice(int(a.starts[begin]), int(a.starts[end]))
        if words.stop > words.start:
            alike = np.maximum(a.vectors[words].astype(np.float32) @ right.T, 0)
            best = np.maximum.reduceat(alike, b.starts[:-1][filled], axis=1) ** POWER * a.weights[words, None]
            owners = np.flatnonzero(np.diff(a.starts[begin:end + 1])) + begin
            sums = np.add.reduceat(best, a.starts[owners] - words.start, axis=0)
            out[np.ix_(owners, filled)] = sums
        begin = end
    return out


def match_some(a: Texts, b: Texts, partners: Iterable[NDArray[np.int64]]) -> list[Array]:
    """For each text of `a` its scores with the named texts of `b`, the mean of both ways."""
    found = []
    for i, others in enumerate(partners):
        mine = slice(int(a.starts[i]), int(a.starts[i + 1]))
        scores = np.zeros(len(others))
        sizes = b.starts[others + 1] - b.starts[others]
        keep = np.flatnonzero(sizes)
        if len(keep) and mine.stop > mine.start:
            starts = np.concatenate([[0], np.cumsum(sizes[keep])[:-1]])
            words = np.repeat(b.starts[others[keep]] - starts, sizes[keep]) + np.arange(int(sizes[keep].sum()))
            alike = np.maximum(a.vectors[mine].astype(np.float32) @ b.vectors[words].astype(np.float32).T, 0)
            there = (np.maximum.reduceat(alike, starts, axis=1) ** POWER * a.weights[mine, None]).sum(0)
            back = np.add.reduceat(alike.max(0) ** POWER * b.weights[words], starts)
            scores[keep] = (there + back) / 2
        found.append(scores)
    return found
