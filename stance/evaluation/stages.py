"""What is measured: the stages that `stance compare` runs, as one record whose parts a test can replace.

Nothing here stands in for a model that is missing: what cannot be measured is undecided."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from stance.errors import ModelError, UndecidedError
from stance.framing import DEFAULT_MODEL, Pair, load_stance_model, shipped_models
from stance.records import Asked, Claim, Comparison, Document

if TYPE_CHECKING:
    from stance.encoding import Encoder


class Classifier(Protocol):
    """What a task needs of a stance model; `framing.StanceModel` is one."""

    name: str
    sha256: str

    def predict(self, pairs: Sequence[Pair], task: str = "topic") -> NDArray[np.float64]:
        """Probabilities, (n, 3), in the order of `records.STANCES`."""
        ...


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison made for a gold folder, and the encoder that made it (name → SHA-256)."""

    comparison: Comparison
    encoder: Mapping[str, str]
    dtype: str = "fp32"


@dataclass(frozen=True, slots=True)
class Recognised:
    """Examples of a codebook as (example, its label, the label found), and the encoder (name → SHA-256)."""

    examples: tuple[tuple[str, str, str], ...]
    encoder: Mapping[str, str]
    dtype: str = "fp32"


@dataclass(frozen=True, slots=True)
class Retrieved:
    """How near each text is to each query, and what read them (encoder name → SHA-256).

    scores  (n_queries, n_texts) as asked questions are matched with claims
    cosine  (n_queries, n_texts) of the encoder's own vectors
    """

    scores: NDArray[np.float64]
    cosine: NDArray[np.float32]
    encoder: Mapping[str, str]
    dtype: str = "fp32"


@dataclass(frozen=True, slots=True)
class Grouped:
    """For each group of texts the rows laid in it, as indices into the group, and the encoder (name → SHA-256)."""

    rows: tuple[tuple[tuple[int, ...], ...], ...]
    encoder: Mapping[str, str]
    dtype: str = "fp32"


def load_model(path: Path | None) -> Classifier:
    """The model in a folder, or the shipped one. Raises UndecidedError where there is none."""
    folder = path or shipped_models() / DEFAULT_MODEL
    if not (folder / "stance.json").is_file():
        raise UndecidedError(f"{folder}: no model there, so nothing could be measured; train or install it")
    return load_stance_model(folder)


def extract(document: Document) -> list[Claim]:
    """The claims of one document, by the stage that `stance compare` uses."""
    from stance.claims import extract_claims

    return list(extract_claims(document))


def compare_files(paths: Sequence[Path], model: Classifier, encoder: str | None, asked: Sequence[Asked]) -> Compared:
    """The comparison that `stance compare` makes. Raises UndecidedError where the encoder is missing."""
    from stance.pipeline import compare_documents, read_paths

    loaded = _load_encoder(encoder)
    comparison = compare_documents(read_paths(paths), loaded, model, asked)  # type: ignore[arg-type]  # a StanceModel
    return Compared(comparison, {loaded.name: loaded.sha256}, loaded.dtype)


def recognise(codebook: Path, model: Classifier, encoder: str | None) -> Recognised:
    """Each example of a codebook, left out in turn. Raises UndecidedError where the encoder is missing."""
    from stance.codebook import load_codebook, recognise_examples

    loaded = _load_encoder(encoder)
    found = recognise_examples(load_codebook(codebook), loaded, model)  # type: ignore[arg-type]  # a StanceModel
    return Recognised(tuple(found), {loaded.name: loaded.sha256}, loaded.dtype)


def retrieve(queries: Sequence[str], texts: Sequence[str], encoder: str | None) -> Retrieved:
    """Each query held against all texts, as a question against claims. Raises UndecidedError without the encoder."""
    from stance.alignment import rate_claims

    loaded = _load_encoder(encoder)
    scores = rate_claims(_claims_of(texts), loaded, queries)
    cosine = loaded.encode(queries) @ loaded.encode(texts).T
    return Retrieved(scores, cosine, {loaded.name: loaded.sha256}, loaded.dtype)


def group(groups: Sequence[Sequence[str]], encoder: str | None) -> Grouped:
    """Each group aligned on its own, every text a source of its own. Raises UndecidedError without the encoder."""
    from stance.alignment import align_claims

    loaded = _load_encoder(encoder)
    found = tuple(
        tuple(tuple(int(name) for name in issue.claim_ids) for issue in align_claims((), _claims_of(texts), loaded))
        for texts in groups
    )
    return Grouped(found, {loaded.name: loaded.sha256}, loaded.dtype)


def _claims_of(texts: Sequence[str]) -> list[Claim]:
    """Each text a claim, and a document, of its own; the id is its place."""
    return [Claim(f"{n:09}", f"{n:09}", 0, len(text), text) for n, text in enumerate(texts)]


def _load_encoder(name: str | None) -> Encoder:
    from stance.encoding import find_encoder_directory, load_encoder

    try:
        find_encoder_directory(name)
    except ModelError as error:
        raise UndecidedError(f"no encoder, so nothing could be measured: {error}") from None
    return load_encoder(name)


@dataclass(frozen=True, slots=True)
class Stages:
    """What is measured."""

    load_model: Callable[[Path | None], Classifier] = load_model
    extract: Callable[[Document], list[Claim]] = extract
    compare: Callable[[Sequence[Path], Classifier, str | None, Sequence[Asked]], Compared] = compare_files
    recognise: Callable[[Path, Classifier, str | None], Recognised] = recognise
    retrieve: Callable[[Sequence[str], Sequence[str], str | None], Retrieved] = retrieve
    group: Callable[[Sequence[Sequence[str]], str | None], Grouped] = group
