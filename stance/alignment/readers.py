"""Readers of shortlisted pairs: the stance model itself (`framing.IssueReader`) unless a stronger one is asked for, a
cross-encoder directory or a judge on the user's own machine.

Each answers one question about two texts: with which probability do they speak to one thing, for or against? Neither
sees who said what, and neither sees a pair that the words rule out.
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from stance.cache import Cache
from stance.encoding import find_encoder_directory, weights_sha256
from stance.errors import InputError, ModelError
from stance.records import digest

MAX_TOKENS = 256  # of a pair that a cross-encoder reads, or fewer where it bears fewer

PairOfTexts = tuple[str, str]


class Matcher(Protocol):
    """Reads two texts together. `name` goes into the run card."""

    name: str

    def score(self, pairs: Sequence[PairOfTexts]) -> list[float | None]:
        """For each pair the probability that both speak to one thing, whichever way; None where it cannot tell."""
        ...


class CrossEncoder:
    """A sequence-pair classifier: a reranker (one logit), or an NLI model, whose entailment and contradiction both say
    that two texts speak to one thing.

    name  directory or hub id in the local cache. Raises ModelError where it is neither kind."""

    def __init__(self, name: str, download: bool = False) -> None:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        directory = find_encoder_directory(name, download)
        self.name = f"{directory.name}@{weights_sha256(directory)[:12]}"
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(directory, local_files_only=True)
            self._model: Any = AutoModelForSequenceClassification.from_pretrained(
                directory, local_files_only=True, use_safetensors=True).eval()
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"{directory}: not a cross-encoder that transformers can load ({error})") from None
        labels = {str(label).casefold(): int(k) for k, label in self._model.config.id2label.items()}
        self._neutral = labels.get("neutral")
        if len(labels) != 1 and self._neutral is None:
            raise ModelError(f"{directory}: labels {sorted(labels)}; give a reranker (one logit) or an NLI model with "
                             "a label called neutral")

    def score(self, pairs: Sequence[PairOfTexts]) -> list[float | None]:
        import torch

        found: list[float | None] = []
        for begin in range(0, len(pairs), 32):
            batch = pairs[begin:begin + 32]
            inputs = self._tokenizer([a for a, _ in batch], [b for _, b in batch], truncation=True, padding=True,
                                     max_length=min(MAX_TOKENS, self._tokenizer.model_max_length), return_tensors="pt")
            with torch.inference_mode():
                logits = self._model(**inputs).logits.float()
            same = logits[:, 0].sigmoid() if self._neutral is None else 1 - logits.softmax(1)[:, self._neutral]
            found += [float(p) for p in same]
        return found


class Judge:
    """A language model behind an OpenAI-compatible address of this machine, asked pair by pair.

    An answer counts only if it is the JSON asked for and quotes both texts word for word; anything else is None, so
    that a judge that makes things up changes nothing. Answers are kept in `cache`, an SQLite file.

    url    base address, e.g. http://localhost:8080/v1
    model  the name the server knows it by
    Raises InputError where the address is not one of this machine, gives no answer, or the cache is damaged.
    """

    def __init__(self, url: str, model: str = "default", cache: Path | None = None, timeout: float = 60.0) -> None:
        if not _HERE.fullmatch(url):
            raise InputError(f"judge {url!r}: no address of this machine, and passages are sent to no other; give one "
                             "like http://localhost:8080/v1")
        self.url, self.model, self.timeout = url.rstrip("/"), model, timeout
        self.name = f"judge {model} at {self.url}"
        self._path = cache or Path(":memory:")  # as SQLite calls a file that is none

    def score(self, pairs: Sequence[PairOfTexts]) -> list[float | None]:
        with Cache(self._path) as cache:
            return [self._read(self._ask(a, b, cache), a, b) for a, b in pairs]

    def _ask(self, a: str, b: str, cache: Cache) -> str:
        key = digest("judge", self.model, _PROMPT, a, b)
        if kept := cache.get([key]):
            return kept[key].decode("utf-8", "surrogatepass")
        body = {"model": self.model, "temperature": 0, "seed": 0, "response_format": {"type": "json_object"},
                "messages": [{"role": "system", "content": _PROMPT},
                             {"role": "user", "content": json.dumps({"a": a, "b": b}, ensure_ascii=False)}]}
        request = urllib.request.Request(f"{self.url}/chat/completions", json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        try:
            with _open(request, timeout=self.timeout) as response:
                answer = str(json.load(response)["choices"][0]["message"]["content"])
        except (urllib.error.URLError, OSError, ValueError, KeyError, IndexError, TypeError) as error:
            raise InputError(f"{self.name}: no usable answer ({error}); check that the server runs, or leave the judge "
                             "out") from None
        cache.put([(key, answer.encode("utf-8", "surrogatepass"))])
        return answer

    @staticmethod
    def _read(answer: str, a: str, b: str) -> float | None:
        try:
            plain = json.loads(answer)
            chance, quote_a, quote_b = float(plain["probability"]), str(plain["quote_a"]), str(plain["quote_b"])
        except (ValueError, KeyError, TypeError):
            return None
        quoted = bool(quote_a.strip()) and quote_a in a and bool(quote_b.strip()) and quote_b in b
        return chance if quoted and 0 <= chance <= 1 else None


class _Straight(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it could lead to another machine."""

    def redirect_request(self, *_: Any) -> None:
        return None


_HERE = re.compile(r"https?://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?(?:/[\w./~-]*)?", re.ASCII | re.IGNORECASE)
# Nor through a proxy that the environment names.
_open = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Straight()).open
_PROMPT = (
    "You get two passages, a and b, as JSON. Decide whether both speak to one and the same question, so that a reader "
    "comparing sources would put them side by side. A statement and its denial do. Passages that share only a name, a "
    "place or a phrase do not; nor do two different meetings, laws or numbers. Answer with JSON only: "
    '{"probability": 0 to 1, "quote_a": the words of a that decide it, copied exactly, "quote_b": the same for b}.'
)
