"""How the grouping by event grows: made-up documents from 10,000 upward, time, memory and recall of neighbours.

    python eval/growth.py 10000 100000 1000000
    python eval/growth.py --window 60000 200000

Stories of five documents each, spread over days so that a day always has `DENSITY` documents: an archive that gets
longer, not denser. `--window N` measures the other case instead, N documents in one window, which the inverted file is
for: its recall of four neighbours against exact ones, each document a source of its own as in grouping, and its time.
"""

from __future__ import annotations

import argparse
import datetime
import math
import resource
import time

import numpy as np

from stance.alignment.neighbours import find_neighbours
from stance.events import group_events

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


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", type=int, nargs="*", help="documents of an archive")
    parser.add_argument("--window", type=int, nargs="*", default=[], help="documents of one window")
    told = parser.parse_args()
    if told.sizes:
        measure_archive(told.sizes)
    if told.window:
        measure_window(told.window)


if __name__ == "__main__":
    main()
