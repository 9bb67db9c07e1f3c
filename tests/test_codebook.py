"""Codebooks: what a user brings is checked; labels are found by likeness or by a fitted model, or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stance.codebook import FITTED_FROM, Codebook, Label, frame_claims, frame_probabilities, load_codebook
from stance.errors import InputError
from stance.records import Claim

ROOT = Path(__file__).resolve().parents[1]
WORDS = ("money", "tax", "price", "safe", "police", "risk", "river", "forest")


class BagEncoder:
    """Unit counts of eight words: enough to see that likeness decides."""

    def encode(self, texts: Any) -> Any:
        rows = np.array([[text.casefold().count(word) + 0.01 for word in WORDS] for text in texts], dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class SilentModel:
    """A relation model that has no opinion."""

    def predict(self, pairs: Any, task: str) -> Any:
        return np.full((len(pairs), 3), 1 / 3)


def book(n_examples: int) -> Codebook:
    labels = {"economy": "money tax price", "security": "safe police risk", "nature": "river forest"}
    return Codebook("three", "", tuple(
        Label(name, name, words, tuple(f"{words} {i}" for i in range(n_examples))) for name, words in labels.items()))


@pytest.mark.parametrize("n_examples", [0, 2, FITTED_FROM])
def test_labels_are_found_with_and_without_examples(n_examples: int) -> None:
    codebook = book(n_examples)
    assert codebook.is_fitted == (n_examples >= FITTED_FROM)
    texts = ["The tax is a matter of price.", "Police say the square is safe.", "The river runs through the forest."]
    p = frame_probabilities(texts, codebook, BagEncoder(), SilentModel())  # type: ignore[arg-type]
    assert p.shape == (3, 3)
    assert p.sum(axis=1) == pytest.approx(1)
    assert p.argmax(axis=1).tolist() == [0, 1, 2]


def test_a_claim_like_no_label_gets_none() -> None:
    claims = [Claim("c", "d", 0, 5, "money tax safe police")]
    frames = frame_claims(claims, book(2), BagEncoder(), SilentModel())  # type: ignore[arg-type]
    assert frames[0].label is None
    assert frames[0].claim_id == "c"
    assert set(frames[0].probabilities) == {"economy", "security", "nature"}


@pytest.mark.parametrize("path", sorted((ROOT / "data" / "codebooks").glob("*.toml")), ids=lambda p: p.stem)
def test_shipped_codebooks_load(path: Path) -> None:
    codebook = load_codebook(path)
    assert all(len(label.examples) >= 2 for label in codebook.labels)


@pytest.mark.parametrize(("text", "said"), [
    ("name = 'x'", "two"), ("name = ", "TOML"),
    ("name='x'\n[[label]]\nid='a'\nname='a'\n[[label]]\nid='b'\nname='b'\ndefinition='b'", "label 1: definition"),
    ("name='x'\n[[label]]\nid='a'\nname='a'\ndefinition='a'\n[[label]]\nid='a'\nname='b'\ndefinition='b'", "same id"),
    ("name='x'\n[[label]]\nid='a'\nname='a'\ndefinition='a'\nexamples=[1]\n[[label]]\nid='b'\nname='b'\ndefinition='b'",
     "label a: examples"),
])
def test_a_wrong_codebook_is_named_with_its_label(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "c.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        load_codebook(tmp_path / "c.toml")
