"""How the grouping by event grows: made-up documents from 10,000 upward, time, memory and recall of neighbours.

    python eval/growth.py 10000 100000 1000000

Stories of five documents each, spread over days so that a day always has `DENSITY` documents: an archive that gets
longer, not denser. The last column is the recall of approximate neighbours against exact ones where all of them lie in
one window, the case that the inverted file is for.
"""

from __future__ import annotations

import datetime
import math
import resource
import sys
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


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or [10_000, 100_000]
    before: tuple[int, float] | None = None
    print("documents  cpu_s  exponent  events  peak_gb")
    for n in sizes:
        ids, dates, vectors = make_archive(n)
        begun = time.process_time()
        events = group_events(ids, dates, vectors)
        seconds = time.process_time() - begun
        grown = math.log(seconds / before[1]) / math.log(n / before[0]) if before else float("nan")
        before = n, seconds
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"{n:9d}  {seconds:5.1f}  {grown:8.2f}  {len(events):6d}  {peak:7.2f}", flush=True)
    ids, _, vectors = make_archive(20_000)
    _, recall = find_neighbours(vectors.astype(np.float32), ids, STORY - 1, exact_up_to=0)
    print(f"recall of {STORY - 1} neighbours, 20,000 documents in one window, inverted file: {recall:.3f}")


if __name__ == "__main__":
    main()
