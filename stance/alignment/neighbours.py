"""Which pairs of claims are worth scoring: nearest neighbours of other sources, never all pairs in a large run.

Exact block products up to `EXACT_UP_TO` claims; above, faiss' inverted file (k-means cells, the nearest few searched:
Jégou, Douze and Schmid 2011), whose recall against exact search is measured on a sample. An HNSW graph would be faster,
but what it finds depends on how its threads take turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

EXACT_UP_TO = 50_000
BLOCK = 1024
SAMPLE = 200
SEED = 1
N_ROUNDS = 6  # of k-means; more gain nothing

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
    total = sum(map(len, exact))
    return found, hits / total if total else 0.0


def _search(vectors: Vectors, codes: Indices, queries: Indices, candidates: Indices, n_wanted: int) -> list[Indices]:
    found: list[Indices] = []
    pool = vectors[candidates]
    for begin in range(0, len(queries), BLOCK):
        block = queries[begin:begin + BLOCK]
        near = vectors[block] @ pool.T
        near[codes[block][:, None] == codes[candidates][None, :]] = -np.inf
        kept = min(n_wanted, len(candidates))
        top = np.argpartition(-near, kept - 1, axis=1)[:, :kept]
        values = np.take_along_axis(near, top, 1)
        for row, value in zip(candidates[top], values, strict=True):
            order = np.lexsort((row, -value))
            found.append(row[order][value[order] > -np.inf])
    return found


def _search_cells(vectors: Vectors, codes: Indices, n_wanted: int) -> list[Indices]:
    """As `_search`, but a row is held against the cells nearest to it alone. Of n rows there are 1.5 √n cells, and
    4 ∜n of them are searched; eval/scaling.md has the recall, on made-up and on real vectors."""
    import faiss

    n, width = vectors.shape
    index = faiss.IndexIVFFlat(faiss.IndexFlatIP(width), width, int(1.5 * np.sqrt(n)), faiss.METRIC_INNER_PRODUCT)
    index.cp.seed, index.cp.niter = SEED, N_ROUNDS
    index.train(vectors)
    # Rows of one source are neighbours in the index, so that a range leaves them out.
    order = np.argsort(codes, kind="stable")
    rows = vectors[order]
    index.add(rows)
    # With a selector faiss works out each likeness to a cell's centre apart. Without one it takes as many rows at once
    # as a thread has, and the last digit, hence now and then a cell, depends on the number of threads.
    by_itself = faiss.SearchParameters(sel=faiss.IDSelectorAll())
    found: dict[int, Indices] = {}
    for begin, end in pairwise([0, *np.cumsum(np.bincount(codes)).tolist()]):
        others = faiss.IDSelectorNot(faiss.IDSelectorRange(begin, end))
        values, places = index.search(rows[begin:end], n_wanted, params=faiss.SearchParametersIVF(
            sel=others, nprobe=int(4 * n ** .25), quantizer_params=by_itself))
        for query, place, value in zip(order[begin:end].tolist(), places, values, strict=True):
            is_found = place >= 0  # where fewer are found, faiss fills up with -1
            row = order[place[is_found]]
            found[query] = row[np.lexsort((row, -value[is_found]))]
    return [found[row] for row in range(n)]
