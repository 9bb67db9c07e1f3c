"""An encoder in which every word has one vector, and runs of made-up claims: alignment without a model."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stance.alignment.words import stem
from stance.encoding import TokenVectors
from stance.records import Claim, Document


class WordEncoder:
    """Stands in for the encoder: a token is up to four letters of a word, or a mark; its vector that of the
    word's stem, with a little of the letters and of the token before. Reads up to `max_tokens` tokens."""

    width = 48
    max_tokens = 60

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        return [self._read(text) for text in texts]

    def _read(self, text: str) -> TokenVectors:
        spans, rows = [], []
        before = np.zeros(self.width)
        for word in re.finditer(r"\w+|[^\w\s]", text):
            for k in range(word.start(), word.end(), 4):
                end = min(k + 4, word.end())
                row = _draw(stem(word.group())) + .3 * _draw(text[k:end])
                spans.append((k, end))
                rows.append(row + .3 * before)
                before = row
        vectors = np.array(rows[:self.max_tokens], dtype=np.float32).reshape(-1, self.width)
        pooled = vectors.sum(0)
        return TokenVectors(vectors, tuple(spans[:self.max_tokens]), pooled / max(float(np.linalg.norm(pooled)), 1e-9))


def _draw(word: str) -> NDArray[np.float64]:
    return np.random.default_rng(list(word.casefold().encode())).standard_normal(WordEncoder.width)


def run_of(*claims: tuple[str, str]) -> tuple[list[Document], list[Claim]]:
    """A document for each source, and a claim for each (source, text), with ids c00, c01, … in this order."""
    texts: dict[str, str] = {}
    found = []
    for k, (source, text) in enumerate(claims):
        start = len(texts.get(source, ""))
        texts[source] = texts.get(source, "") + text + " "
        found.append(Claim(f"c{k:02d}", f"d-{source}", start, start + len(text), text))
    return [Document(f"d-{source}", source, f"{source}.txt", "0" * 64, text, 0, len(text))
            for source, text in texts.items()], found
