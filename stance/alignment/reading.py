"""Reads the claims of a run once: their words, how much each word weighs here, and its vector in its sentence.

What all claims of a run share (an event, its people) is taken out: the mean word vector is subtracted, and words that
many claims hold weigh little. Where a run is small, a few unrelated sentences that come with the package stand in for
"everything else". Judges nothing: matching compares what is read here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from stance.alignment.words import content_words, find_names, leans_back, rarity
from stance.encoding import Encoder
from stance.records import Claim, Document

Array = NDArray[np.float32]

NAME_WEIGHT = 0.75  # a shared name says whom two claims are about, less what they say
PRIOR = 20          # the stand-in sentences weigh as much as this many claims
LOOK_BACK = 400     # characters of the sentence before, for a claim that leans on it
CHUNK = 4096        # texts read at a time, so that memory stays flat


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Texts as matching reads them. Text i has the words `starts[i]:starts[i + 1]`.

    stems    of all content words, one after the other (w)
    weights  of each word, summing to 1 within a text (w)
    vectors  (w, d) float16: unit vector of each word in its sentence, the run's mean taken out
    pooled   (n, d) float32: unit vector of each text, the run's mean taken out
    """

    stems: tuple[str, ...] = field(repr=False)
    starts: NDArray[np.int64]
    weights: Array
    vectors: NDArray[np.float16]
    pooled: Array

    def __len__(self) -> int:
        return len(self.starts) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """The claims of a run, read, and what is needed to read more texts against them."""

    claims: Texts
    background: Texts
    encoder: Encoder
    weigh: Callable[[str], float]
    word_mean: Array
    text_mean: Array

    def read(self, texts: Sequence[str]) -> Texts:
        """Other texts (questions), read with this run's weights and means."""
        return _finish(_read_words(texts, self.encoder), self.weigh, self.word_mean, self.text_mean)


@dataclass(frozen=True, slots=True, eq=False)
class _Words:
    stems: list[str]
    starts: NDArray[np.int64]
    vectors: NDArray[np.float16]
    pooled: Array


def read_claims(documents: Sequence[Document], claims: Sequence[Claim], encoder: Encoder) -> Reading:
    """Reads the claims, in the order given; one that leans on the sentence before is read after it."""
    texts = [claim.text for claim in claims]
    raw = _read_words(texts, encoder, read_contexts(claims))
    stand_in = _read_background(encoder)
    names = find_names(texts)
    idf = rarity([*texts, *background()])

    def weigh(word: str) -> float:
        return idf(word) * (NAME_WEIGHT if word in names else 1.0)

    share = len(texts) / (len(texts) + PRIOR)
    word_mean = share * _mean(raw.vectors) + (1 - share) * _mean(stand_in.vectors)
    text_mean = share * _mean(raw.pooled) + (1 - share) * _mean(stand_in.pooled)
    return Reading(_finish(raw, weigh, word_mean, text_mean), _finish(stand_in, weigh, word_mean, text_mean), encoder,
                   weigh, word_mean, text_mean)


def read_contexts(claims: Sequence[Claim]) -> list[str]:
    """What each claim is read after: the end of the claim before, where it leans on that; nothing otherwise."""
    texts = [claim.text for claim in claims]
    return [texts[b][-LOOK_BACK:] + " " if b is not None and leans_back(text) else ""
            for b, text in zip(_before(claims), texts, strict=True)]


@cache
def background() -> tuple[str, ...]:
    """Sentences on unrelated matters."""
    text = files("stance.alignment").joinpath("background.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line.strip())


@lru_cache(maxsize=1)
def _read_background(encoder: Encoder) -> _Words:
    return _read_words(background(), encoder)


def _before(claims: Sequence[Claim]) -> list[int | None]:
    """For each claim the claim before it in its document."""
    order = sorted(range(len(claims)), key=lambda i: (claims[i].document_id, claims[i].start, claims[i].id))
    found: list[int | None] = [None] * len(claims)
    for a, b in pairwise(order):
        if claims[a].document_id == claims[b].document_id:
            found[b] = a
    return found


def _read_words(texts: Sequence[str], encoder: Encoder, contexts: Sequence[str] | None = None) -> _Words:
    """Each content word's vector: the mean over its tokens, read with the context before the text."""
    pairs = list(zip(contexts, texts, strict=True)) if contexts else [("", text) for text in texts]
    place: dict[tuple[str, str], tuple[list[str], NDArray[np.float16], Array]] = {}
    distinct = sorted(set(pairs))
    for begin in range(0, len(distinct), CHUNK):
        chunk = distinct[begin:begin + CHUNK]
        for (context, text), read in zip(chunk, encoder.encode_tokens([a + b for a, b in chunk]), strict=True):
            stems, rows = [], []
            for stem, start, end in content_words(text):
                inside = [k for k, (a, b) in enumerate(read.spans)
                          if a < end + len(context) and b > start + len(context)]
                if inside:
                    stems.append(stem)
                    rows.append(read.vectors[inside].mean(0))
            vectors = np.array(rows, dtype=np.float16).reshape(len(rows), encoder.width)
            place[context, text] = (stems, vectors, read.pooled)
    read_texts = [place[pair] for pair in pairs]
    starts = np.concatenate([[0], np.cumsum([len(stems) for stems, _, _ in read_texts])]).astype(np.int64)
    width = encoder.width
    return _Words([stem for stems, _, _ in read_texts for stem in stems], starts,
                  np.concatenate([np.zeros((0, width), np.float16), *(vectors for _, vectors, _ in read_texts)]),
                  np.array([pooled for _, _, pooled in read_texts], dtype=np.float32).reshape(len(texts), width))


def _finish(raw: _Words, weigh: Callable[[str], float], word_mean: Array, text_mean: Array) -> Texts:
    known = {stem: weigh(stem) for stem in set(raw.stems)}
    weights = np.array([known[stem] for stem in raw.stems], dtype=np.float64)
    owner = np.repeat(np.arange(len(raw.starts) - 1), np.diff(raw.starts))
    weights = weights / np.maximum(np.bincount(owner, weights)[owner], 1e-9)
    vectors = np.empty_like(raw.vectors)
    for begin in range(0, len(vectors), CHUNK):
        vectors[begin:begin + CHUNK] = _unit(raw.vectors[begin:begin + CHUNK].astype(np.float32) - word_mean)
    return Texts(tuple(raw.stems), raw.starts, weights.astype(np.float32), vectors, _unit(raw.pooled - text_mean))


def _mean(rows: NDArray[np.float16] | Array) -> Array:
    total: Array = rows.sum(0, dtype=np.float64) / max(len(rows), 1)
    return total.astype(np.float32)


def _unit(rows: Array) -> Array:
    unit: Array = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return unit
