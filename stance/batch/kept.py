"""Models that answer from the cache what they were asked before, and keep what is new.

A text's answer does not depend on the texts it is read with (see `encoding.Encoder`), so what was kept in one run fits
what is computed in another. Token vectors are kept in half precision, and handed on so also when they are new: an
answer is the same whether it was kept or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from stance.batch.engine import LOCAL, Engine
from stance.cache import Cache
from stance.encoding import Encoder, TokenVectors, Vectors, library
from stance.framing import Pair, Probabilities, StanceModel, target_words
from stance.records import STANCES, digest

CHUNK = 1024  # texts or pairs computed between two writes: what a kill costs at most, and what memory holds of vectors


class KeptEncoder(Encoder):
    """An encoder whose answers are kept; `n_read` counts the texts that went through it, `n_tokens` their tokens.

    made  what its answers depend on besides the text: part of every key"""

    def __init__(self, encoder: Encoder, cache: Cache, engine: Engine = LOCAL) -> None:
        self.name, self.sha256, self.dtype, self.device = encoder.name, encoder.sha256, encoder.dtype, encoder.device
        self.max_tokens = encoder.max_tokens
        self._encoder, self.cache, self._engine = encoder, cache, engine
        self._encode = partial(encode_batch, encoder)
        self.made = (encoder.sha256, encoder.dtype, encoder.max_tokens, encoder.device, library(encoder.device))
        self.n_read = self.n_tokens = 0

    @property
    def width(self) -> int:
        return self._encoder.width

    def read(self, texts: Sequence[str]) -> None:
        """See to it that these texts are kept."""
        keys = {self._key(what, text): text for text in texts for what in ("tokens", "pooled")}
        # Alike in length, so that batches fill although few texts are held.
        missing = sorted({keys[key] for key in self.cache.missing(list(keys))}, key=lambda text: (len(text), text))
        chunks = [missing[begin:begin + CHUNK] for begin in range(0, len(missing), CHUNK)]
        for chunk, answers in zip(chunks, self._engine.map(self._encode, chunks), strict=True):
            self.n_read += len(chunk)
            self.n_tokens += sum(n for _, _, n in answers)
            self.cache.put((self._key(what, text), kept)
                           for text, (tokens, pooled, _) in zip(chunk, answers, strict=True)
                           for what, kept in (("tokens", tokens), ("pooled", pooled)))

    def encode(self, texts: Sequence[str]) -> Vectors:
        kept = self._kept("pooled", texts)
        return np.array([np.frombuffer(answer, np.float32) for answer in kept]).reshape(len(texts), self.width)

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        kept = self._kept("tokens", texts)
        return [_unpack(answer, self.width, row) for answer, row in zip(kept, self.encode(texts), strict=True)]

    def _kept(self, what: str, texts: Sequence[str]) -> list[bytes]:
        keys = [self._key(what, text) for text in texts]
        if len(kept := self.cache.get(keys)) < len(set(keys)):
            self.read([text for key, text in zip(keys, texts, strict=True) if key not in kept])
            kept = self.cache.get(keys)
        return [kept[key] for key in keys]

    def _key(self, what: str, text: str) -> str:
        return digest(what, *self.made, text)


def encode_batch(encoder: Encoder, texts: list[str]) -> list[tuple[bytes, bytes, int]]:
    """For each text what is kept of its tokens and of itself, and the number of its tokens."""
    return [(_pack(answer), answer.pooled.tobytes(), len(answer.spans) + 2) for answer in encoder.encode_tokens(texts)]


def _pack(answer: TokenVectors) -> bytes:
    spans = np.array(answer.spans, dtype=np.int32).reshape(-1, 2)
    return np.int32(len(spans)).tobytes() + spans.tobytes() + answer.vectors.astype(np.float16).tobytes()


def _unpack(kept: bytes, width: int, pooled: Vectors) -> TokenVectors:
    n = int(np.frombuffer(kept, np.int32, 1)[0])
    spans = np.frombuffer(kept, np.int32, 2 * n, 4).reshape(n, 2).tolist()
    vectors = np.frombuffer(kept, np.float16, offset=4 + 8 * n).reshape(n, width)
    return TokenVectors(vectors.astype(np.float32), tuple((a, b) for a, b in spans), pooled)


class KeptModel(StanceModel):
    """A stance model whose answers are kept; `n_read` counts the pairs that went through it.

    made  what its logits depend on besides the pair and the task: part of every key"""

    def __init__(self, model: StanceModel, cache: Cache, engine: Engine = LOCAL) -> None:
        self.directory, self.name, self.sha256 = model.directory, model.name, model.sha256
        self.settings, self.max_length = model.settings, model.max_length
        self.device, self.dtype = model.device, model.dtype
        self._cache, self._engine, self._label = cache, engine, partial(label_batch, model)
        self.made = (self.sha256, self.dtype, self.max_length, self.device, library(self.device))
        self.n_read = 0

    def logits(self, pairs: Sequence[Pair], task: str) -> Probabilities:
        keys = [digest("logits", *self.made, target_words(p.target, task), p.text, p.start, p.end) for p in pairs]
        of_key = dict(zip(keys, pairs, strict=True))
        kept = self._cache.get(list(of_key))
        missing = [key for key in of_key if key not in kept]
        chunks = [missing[begin:begin + CHUNK] for begin in range(0, len(missing), CHUNK)]
        parts = (([of_key[key] for key in chunk], task) for chunk in chunks)
        for chunk, answers in zip(chunks, self._engine.map(self._label, parts), strict=True):
            self.n_read += len(chunk)
            new = dict(zip(chunk, answers, strict=True))
            self._cache.put(new.items())
            kept |= new
        return np.array([np.frombuffer(kept[key], np.float64) for key in keys]).reshape(len(keys), len(STANCES))


def label_batch(model: StanceModel, part: tuple[list[Pair], str]) -> list[bytes]:
    """The logits of each pair, as they are kept; `part`: pairs and their task."""
    return [row.tobytes() for row in model.logits(*part)]
