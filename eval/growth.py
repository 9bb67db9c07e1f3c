"""How a batch run grows: made-up documents from 10,000 upward, time, memory and recall of neighbours.

    python eval/growth.py 10000 100000 1000000
    python eval/growth.py --whole 10000 100000 1000000
    python eval/growth.py --window 60000 200000
    python eval/growth.py --texts headlines.jsonl

Stories of five documents each, spread over days so that a day always has `DENSITY` documents: an archive that gets
longer, not denser. Their grouping by event alone comes first, vectors in hand. `--whole N` writes made-up news of about
N claims instead and runs `stance batch` over it, everything but the models: a vector a word and a stance a text stand
in for them, as wide as theirs. `--window N` measures the other case, N documents in one window, which the inverted file
is for: its recall of four neighbours against exact ones, each document a source of its own as in grouping, and its
time. `--texts FILES` searches the distinct claims of real documents both ways, however few they are: each a source of
its own as in grouping, then by source and with the mean taken out as in alignment. Its recall is over all of them.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import random
import re
import resource
import tempfile
import time
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from stance.alignment.align import SHORTLIST
from stance.alignment.neighbours import find_neighbours
from stance.batch import run_batch
from stance.batch.config import Config
from stance.encoding import Encoder, TokenVectors, best_dtype, load_encoder
from stance.events import N_NEIGHBOURS, group_events
from stance.framing import Pair, StanceModel, load_stance_model
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


class WordVectors(Encoder):
    """In the encoder's place: a vector a word, a text's the mean of them."""

    def __init__(self) -> None:
        self.name, self.sha256, self.dtype, self.device, self.max_tokens = "word-vectors", "0" * 64, "fp32", "cpu", 256
        self._of: dict[str, np.ndarray] = {}

    @property
    def width(self) -> int:
        return WIDTH

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        return [self._read(text) for text in texts]

    def _read(self, text: str) -> TokenVectors:
        words = list(re.finditer(r"\w+|[^\w\s]", text))
        rows = np.array([self._vector(word.group()) for word in words], np.float32).reshape(-1, WIDTH)
        mean = rows.sum(0)
        return TokenVectors(rows, tuple(word.span() for word in words), mean / max(float(np.linalg.norm(mean)), 1e-9))

    def _vector(self, word: str) -> np.ndarray:
        if word not in self._of:
            drawn = np.random.default_rng(zlib.crc32(word.encode())).normal(size=WIDTH)
            self._of[word] = (drawn if word.istitle() else drawn / 3).astype(np.float16)  # names tell stories apart
        return self._of[word]


class Stances(StanceModel):
    """In the classifier's place: a stance a text, whatever the target."""

    def __init__(self) -> None:
        told = load_stance_model()
        self.directory, self.name, self.sha256 = told.directory, "stances", "0" * 64
        self.settings, self.max_length, self.device, self.dtype = told.settings, told.max_length, "cpu", "fp32"

    def logits(self, pairs: Sequence[Pair], task: str) -> np.ndarray:
        return np.array([np.roll((2.0, 0.0, -1.0), zlib.crc32(pair.text.encode())) for pair in pairs]).reshape(-1, 3)


SAID = ("{a} {verb} the {thing} in {b} on Monday.", "The {thing} in {b} was {done} after {a} {verb} it.",
        "{a} told reporters that the {thing} in {b} must be {done}.", "Nobody in {b} asked {a} about the {thing}.")
VERBS = "opened closed praised sold repaired promised refused inspected defended abandoned".split()  # noqa: SIM905
THINGS = "bridge school harbour hospital library railway market stadium reservoir courthouse".split()  # noqa: SIM905
DONE = ["repaired", "sold", "closed", "rebuilt", "inspected", "abandoned"]


def write_news(path: Path, n: int, seed: int = 0) -> None:
    """n documents as JSON Lines, two sentences each: stories of `STORY` documents, a source each, about a
    thing, a place and somebody that are the story's own."""
    draw = random.Random(seed)

    def name() -> str:
        return "".join(draw.choice("bdfgklmnprstv") + draw.choice("aeiou") for _ in range(4)).capitalize()

    first = datetime.date(2000, 1, 1)
    with path.open("w", encoding="utf-8") as file:
        for story in range(n // STORY):
            about = {"a": f"{name()} {name()}", "b": name(), "thing": draw.choice(THINGS)}
            day = (first + datetime.timedelta(days=story * STORY // DENSITY)).isoformat()
            for k in range(STORY):
                told = [said.format(**about, verb=draw.choice(VERBS), done=draw.choice(DONE))
                        for said in draw.sample(SAID, 2)]
                print(json.dumps({"id": f"{story}-{k}", "source": f"Outlet {draw.randrange(6)} {k}", "date": day,
                                  "text": " ".join(told)}), file=file)


def measure_whole(sizes: list[int]) -> None:
    before: tuple[int, float] | None = None
    print("claims  documents  cpu_s  exponent  events  rows_kept_gb  peak_gb")
    for n in sizes:
        with tempfile.TemporaryDirectory() as place:
            write_news(Path(place) / "news.jsonl", n // 2)
            config = Config(folder=Path(place), inputs=("news.jsonl",), out="out")
            encoder, model = WordVectors(), Stances()
            begun = time.process_time()
            run_batch(config, encoder, model)
            seconds = time.process_time() - begun
            card = json.loads((Path(place) / "out" / "run.json").read_text(encoding="utf-8"))
            disk = (Path(place) / "out" / "cache.sqlite").stat().st_size / 1e9
        claims = card["n_claims"]
        grown = math.log(seconds / before[1]) / math.log(claims / before[0]) if before else float("nan")
        before = claims, seconds
        print(f"{claims:9d}  {card['n_documents']:9d}  {seconds:7.1f}  {grown:6.2f}  {card['n_events']:7d}  "
              f"{disk:6.2f}  {peak():6.2f}", flush=True)


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
    parser.add_argument("--whole", type=int, nargs="*", default=[], help="claims of a whole run without models")
    parser.add_argument("--window", type=int, nargs="*", default=[], help="documents of one window")
    parser.add_argument("--texts", type=Path, nargs="*", default=[], help="files of real documents")
    told = parser.parse_args()
    if told.sizes:
        measure_archive(told.sizes)
    if told.whole:
        measure_whole(told.whole)
    if told.window:
        measure_window(told.window)
    if told.texts:
        measure_texts(told.texts)


if __name__ == "__main__":
    main()
