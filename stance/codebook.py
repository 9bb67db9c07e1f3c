"""Codebooks: labels for what a passage makes salient, as data that a user can bring.

A codebook is a TOML file: name, description, and [[label]] tables with id, name, definition and examples. With few
examples a label is recognised by likeness to its definition and examples (zero-shot); with FITTED_FROM or more
examples for every label a linear model over the encoder is fitted on them. Either way the codebook can be measured on
its own examples, each left out in turn. Frames say what a passage talks about, not whether it is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stance.encoding import Encoder
from stance.errors import InputError
from stance.framing import Pair, StanceModel, plain_words, softmax
from stance.records import Claim, Frame, read_toml

FITTED_FROM = 8
SHARPNESS = 12.0  # of the softmax over cosines; read off the shipped codebooks' own examples, left out in turn
TOLD_WEIGHT = 0.25  # of the relation model's log probability beside the cosines
LEAD = 1.3  # so many times likelier than the next label must a label be; otherwise no frame is given

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Label:
    """One code: its id, its name, what it means, and sentences that show it."""

    id: str
    name: str
    definition: str
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Codebook:
    """A named set of labels. `is_fitted`: there are enough examples to fit a model on them."""

    name: str
    description: str
    labels: tuple[Label, ...]

    @property
    def is_fitted(self) -> bool:
        return all(len(label.examples) >= FITTED_FROM for label in self.labels)


def load_codebook(path: Path) -> Codebook:
    """The codebook in a TOML file. Raises InputError with the label and field that is missing or wrong."""
    plain = read_toml(path, "see data/codebooks for examples")
    if not isinstance(plain.get("name"), str) or not isinstance(plain.get("label"), list) or len(plain["label"]) < 2:
        raise InputError(f"{path}: a codebook has a name and at least two [[label]] tables")
    labels = []
    for number, table in enumerate(plain["label"], 1):
        for field in ("id", "name", "definition"):
            if not isinstance(table.get(field), str) or not table[field].strip():
                raise InputError(f"{path}: label {number}: {field} is missing or empty")
        examples = table.get("examples", [])
        if not isinstance(examples, list) or not all(isinstance(e, str) and e.strip() for e in examples):
            raise InputError(f"{path}: label {table['id']}: examples must be a list of sentences")
        labels.append(Label(table["id"], table["name"], table["definition"], tuple(examples)))
    if len({label.id for label in labels}) < len(labels):
        raise InputError(f"{path}: two labels have the same id; ids name columns, so each must be its own")
    return Codebook(plain["name"], str(plain.get("description", "")), tuple(labels))


def frame_claims(claims: Sequence[Claim], codebook: Codebook, encoder: Encoder, model: StanceModel) -> list[Frame]:
    """The frame of each claim, or None where no label is likely enough, in the order of the claims."""
    texts = [plain_words(claim.text) for claim in claims]
    probabilities = frame_probabilities(texts, codebook, encoder, model)
    return [Frame(claim.id, codebook.name, codebook.labels[int(row.argmax())].id if _leads(row) else None,
                  {label.id: round(float(p), 4) for label, p in zip(codebook.labels, row, strict=True)})
            for claim, row in zip(claims, probabilities, strict=True)]


def frame_probabilities(texts: Sequence[str], codebook: Codebook, encoder: Encoder, model: StanceModel) -> Scores:
    """(n, labels) probabilities, rows summing to 1."""
    if not texts:
        return np.zeros((0, len(codebook.labels)))
    if codebook.is_fitted:
        return _fitted(texts, codebook, encoder)
    return _zero_shot(texts, codebook, encoder, model)


def recognise_examples(codebook: Codebook, encoder: Encoder, model: StanceModel) -> list[tuple[str, str, str]]:
    """(example, its label's id, the likeliest label's id) for every example, each left out in turn."""
    found = []
    for place, label in enumerate(codebook.labels):
        for k, example in enumerate(label.examples):
            rest = Label(label.id, label.name, label.definition, label.examples[:k] + label.examples[k + 1:])
            without = Codebook(codebook.name, codebook.description,
                               (*codebook.labels[:place], rest, *codebook.labels[place + 1:]))
            # The same road as with all examples.
            row = (_fitted([example], without, encoder) if codebook.is_fitted
                   else _zero_shot([example], without, encoder, model))[0]
            found.append((example, label.id, codebook.labels[int(row.argmax())].id))
    return found


def _zero_shot(texts: Sequence[str], codebook: Codebook, encoder: Encoder, model: StanceModel) -> Scores:
    """Cosine to each label's mean of definition and examples, less what all labels share, plus what the relation
    model says of "It is about …" (entailment as zero-shot classification: Yin, Hay and Roth 2019)."""
    described = [[f"{label.name}: {label.definition}", *label.examples] for label in codebook.labels]
    vectors = encoder.encode([text for group in described for text in group]).astype(float)
    means, begin = [], 0
    for group in described:
        means.append(vectors[begin:begin + len(group)].mean(axis=0))
        begin += len(group)
    centre = np.mean(means, axis=0)
    labels = _unit(np.array(means) - centre)
    likeness = _unit(encoder.encode(texts).astype(float) - centre) @ labels.T
    pairs = [Pair(f"It is about this: {label.definition}", text) for text in texts for label in codebook.labels]
    told = np.log(np.maximum(model.predict(pairs, "relation")[:, 0], 1e-3)).reshape(len(texts), len(codebook.labels))
    return softmax(SHARPNESS * likeness + TOLD_WEIGHT * SHARPNESS * (told - told.mean(axis=1, keepdims=True)) / 4)


def _fitted(texts: Sequence[str], codebook: Codebook, encoder: Encoder) -> Scores:
    from sklearn.linear_model import LogisticRegression

    known = [(text, place) for place, label in enumerate(codebook.labels)
             for text in (*label.examples, f"{label.name}: {label.definition}")]
    fitted = LogisticRegression(C=30.0, max_iter=2000, class_weight="balanced")
    fitted.fit(encoder.encode([text for text, _ in known]).astype(float), [place for _, place in known])
    return np.asarray(fitted.predict_proba(encoder.encode(texts).astype(float)))


def _leads(row: Scores) -> bool:
    second, first = np.sort(row)[-2:]
    return bool(first >= LEAD * second)


def _unit(rows: Scores) -> Scores:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))
