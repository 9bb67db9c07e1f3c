"""Which pairs of claims are worth scoring: nearest neighbours of other sources, never all pairs in a large run.

Exact block products up to `EXACT_UP_TO` claims; above, an inverted file (k-means cells, the nearest few searched:
Jégou, Douze and Schmid 2011), whose recall against exact search is measured on a sample.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

EXACT_UP_TO = 50_000
BLOCK = 1024
N_PROBES = 24
SAMPLE = 200

Vectors = NDArray[np.float32]
Indices = NDArray[np.int64]


def find_neighbours(vectors: Vectors, sources: Sequence[str], n_wanted: int,
                    exact_up_to: int = EXACT_UP_TO) -> tuple[list[Indices], float]:
    """For each row the indices of its nearest rows of other sources, nearest first, and the recall against exact search
    (1.0 where the search was exact).

    vectors  (n, d) float32, unit length
    """
    codes = np.unique(np.asarray(sources, dtype=object).astype(str), return_inverse=True)[1]
    everyone = np.arange(len(vectors))
    if len(vectors) <= exact_up_to:
        return _search(vectors, codes, everyone, everyone, n_wanted), 1.0
    found = _search_cells(vectors, codes, n_wanted)
    sample = np.linspace(0, len(vectors) - 1, SAMPLE).astype(np.int64)
    exact = _search(vectors, codes, sample, everyone, n_wanted)
    hits = sum(len(np.intersect1d(found[i], truth)) for i, truth in zip(sample, exact, strict=True))
    return found, hits / max(sum(map(len, exact)), 1)


def _search(vectors: Vectors, codes: Indices, queries: Indices, candidates: Indices, n_wanted: int) -> list[Indices]:
    found: list[Indices] = []
    pool = vectors[candidates]
    for begin in range(0, len(queries), BLOCK):
        block = queries[begin:begin + BLOCK]
        near = vectors[block] @ pool.T
        near[codes[block][:, None] == codes[candidates][None, :]] = -2
        kept = min(n_wanted, len(candidates))
        top = np.argpartition(-near, kept - 1, axis=1)[:, :kept]
        values = np.take_along_axis(near, top, 1)
        for row, value in zip(candidates[top], values, strict=True):
            order = np.lexsort((row, -value))
            found.append(row[order][value[order] > -2])
    return found


def _search_cells(vectors: Vectors, codes: Indices, n_wanted: int) -> list[Indices]:
    centres = _centres(vectors, int(np.sqrt(len(vectors)) * 1.5))
    near = np.concatenate([np.argsort(-(vectors[b:b + BLOCK] @ centres.T), 1, kind="stable")[:, :N_PROBES]
                           for b in range(0, len(vectors), BLOCK)])
    home = near[:, 0]
    order = np.argsort(home, kind="stable")
    bounds = np.searchsorted(home[order], np.arange(len(centres) + 1))
    cells = [order[bounds[c]:bounds[c + 1]] for c in range(len(centres))]
    found: list[Indices] = [np.zeros(0, np.int64)] * len(vectors)
    for cell in cells:
        if not len(cell):
            continue
        probes = np.unique(near[cell][:, :N_PROBES], return_counts=True)
        wanted = probes[0][np.lexsort((probes[0], -probes[1]))][:2 * N_PROBES]
        candidates = np.sort(np.concatenate([cells[c] for c in wanted]))
        for query, row in zip(cell, _search(vectors, codes, cell, candidates, n_wanted), strict=True):
            found[query] = row
    return found


def _centres(vectors: Vectors, n_cells: int, n_rounds: int = 6) -> Vectors:
    """k-means on at most 64 rows a cell, started from evenly spaced rows: the same centres every run."""
    sample = vectors[np.linspace(0, len(vectors) - 1, min(len(vectors), 64 * n_cells)).astype(np.int64)]
    centres = sample[np.linspace(0, len(sample) - 1, n_cells).astype(np.int64)].copy()
    for _ in range(n_rounds):
        home = np.concatenate([(sample[b:b + BLOCK] @ centres.T).argmax(1) for b in range(0, len(sample), BLOCK)])
        order = np.argsort(home, kind="stable")
        cells, begins = np.unique(home[order], return_index=True)
        sums = np.add.reduceat(sample[order], begins, axis=0)
        centres[cells] = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    return centres
