"""How the grouping by event grows: made-up documents from 10,000 upward, time, memory and recall of neighbours.

    python eval/growth.py 10000 100000 1000000
    python eval/growth.py --window 60000 200000
    python eval/growth.py --texts headlines.jsonl

Stories of five documents each, spread over days so that a day always has `DENSITY` documents: an archive that gets
longer, not denser. `--window N` measures the other case instead, N documents in one window, which the inverted file is
for: its recall of four neighbours against exact ones, each document a source of its own as in grouping, and its time.
`--texts FILES` searches the distinct claims of real documents both ways, however few they are: each a source of its own
as in grouping, then by source and with the mean taken out as in alignment. Its recall is over all of them.
"""

from __future__ import annotations

import argparse
import datetime
import math
import resource
import time
from pathlib import Path

import numpy as np

from stance.alignment.align import SHORTLIST
from stance.alignment.neighbours import find_neighbours
from stance.encoding import best_dtype, load_encoder
from stance.events import N_NEIGHBOURS, group_events
from stance.pipeline import extract_all, read_paths

DENSITY = 500  # documents a day
WIDTH = 384
STORY = 5
NOISE = 0.5  # length of what a document has of its own, beside its story's unit vector


def make_archive(n: int, seed: int = 0) -> tuple[list[str], list[str], np.ndarray]:
    """Ids, dates and unit vectors (float16) of n documents."""
    draw = np.random.default_rng(seed)
    vectors = np.empty((n, WIDTH), dtype=np.float16)
    for begin in range(0, n, 50_000):
        size = min(50_000, n - begin)
        stories = draw.normal(size=(size // STORY + 1, WIDTH)).astype(np.float32)
        stories /= np.linalg.norm(stories, axis=1, keepdims=True)
        own = draw.normal(size=(size, WIDTH)).astype(np.float32) * (NOISE / math.sqrt(WIDTH))
        rows = np.repeat(stories, STORY, axis=0)[:size] + own
        vectors[begin:begin + size] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    first = datetime.date(2000, 1, 1)
    dates = [(first + datetime.timedelta(days=i // DENSITY)).isoformat() for i in range(n)]
    return [f"{i:08d}" for i in range(n)], dates, vectors


def measure_archive(sizes: list[int]) -> None:
    before: tuple[int, float] | None = None
    print("documents  cpu_s  exponent  events  peak_gb")
    for n in sizes:
        ids, dates, vectors = make_archive(n)
        begun = time.process_time()
        events = group_events(ids, dates, vectors)
        seconds = time.process_time() - begun
        grown = math.log(seconds / before[1]) / math.log(n / before[0]) if before else float("nan")
        before = n, seconds
        print(f"{n:9d}  {seconds:5.1f}  {grown:8.2f}  {len(events):6d}  {peak():7.2f}", flush=True)


def measure_window(sizes: list[int]) -> None:
    print("documents  cpu_s  recall  peak_gb")
    for n in sizes:
        ids, _, vectors = make_archive(n)
        begun = time.process_time()
        _, recall = find_neighbours(vectors.astype(np.float32), ids, STORY - 1, exact_up_to=0)
        print(f"{n:9d}  {time.process_time() - begun:5.1f}  {recall:6.3f}  {peak():7.2f}", flush=True)


def measure_texts(paths: list[Path]) -> None:
    documents = read_paths(paths).documents
    source = {document.id: document.source for document in documents}
    of_text = {claim.text: source[claim.document_id] for claim in extract_all(documents)}
    vectors = load_encoder(dtype=best_dtype()).encode(list(of_text))
    apart = vectors - vectors.mean(0)
    apart /= np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), 1e-9)
    print("as in      claims  neighbours  exact_cpu_s  cells_cpu_s  recall")
    for where, rows, sources, wanted in (("grouping", vectors, list(of_text), STORY - 1),
                                         ("grouping", vectors, list(of_text), N_NEIGHBOURS),
                                         ("alignment", apart, list(of_text.values()), SHORTLIST)):
        begun = time.process_time()
        exact, _ = find_neighbours(rows, sources, wanted, exact_up_to=len(rows))
        between = time.process_time()
        found, _ = find_neighbours(rows, sources, wanted, exact_up_to=0)
        ended = time.process_time()
        hits = sum(len(np.intersect1d(a, b)) for a, b in zip(exact, found, strict=True))
        print(f"{where:9s}  {len(rows):6d}  {wanted:10d}  {between - begun:11.1f}  {ended - between:11.1f}  "
              f"{hits / sum(map(len, exact)):6.3f}", flush=True)


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", type=int, nargs="*", help="documents of an archive")
    parser.add_argument("--window", type=int, nargs="*", default=[], help="documents of one window")
    parser.add_argument("--texts", type=Path, nargs="*", default=[], help="files of real documents")
    told = parser.parse_args()
    if told.sizes:
        measure_archive(told.sizes)
    if told.window:
        measure_window(told.window)
    if told.texts:
        measure_texts(told.texts)


if __name__ == "__main__":
    main()
