"""The plain way that stance is measured beside (eval/plain.py) lays rows as it says."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stance.evaluation.gold import Gold
from stance.records import Claim, Document

PLAIN = runpy.run_path(str(Path(__file__).resolve().parents[1] / "eval" / "plain.py"))


@pytest.fixture
def read() -> Any:
    """Two sources say one thing, one of them twice; another thing is said by one source alone."""
    documents = tuple(Document(name, name.upper(), f"{name}.txt", "", text="x" * 40, end=40) for name in ("a", "b"))
    claims = [Claim(f"{name}{n}", name, 10 * n, 10 * n + 9, f"{name}{n}") for name, n in
              (("a", 0), ("a", 1), ("b", 0), ("a", 2), ("a", 3))]
    angles = np.radians([0, 10, 25, 90, 92])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    gold = Gold.model_validate({"docs": {"a": "a.txt", "b": "b.txt"}, "aligned": [{"id": "one", "entries": [
        {"doc": d, "quote": "x" * 9, "start": 0, "end": 9, "speaker": "outlet", "voice": "own", "stance": s}
        for d, s in (("a", "FAV"), ("b", "UNF"))]}]})
    return PLAIN["Sentences"]("folder", gold, documents, claims, vectors, 0.0)


@pytest.mark.parametrize("linkage", PLAIN["LINKAGES"])
def test_a_row_is_a_cluster_of_two_sources_named_by_its_most_central_sentence(read: Any, linkage: str) -> None:
    (row,) = PLAIN["lay_rows"](read, linkage, 0.8)
    assert set(row.claim_ids) == {"a0", "a1", "b0"}
    assert row.target == "a1"


def test_labels_are_the_classifiers_and_gold_scores_them(read: Any) -> None:
    issues = PLAIN["lay_rows"](read, "complete", 0.8)
    asked: list[dict[str, str]] = []

    def classify(pair: dict[str, str]) -> dict[str, str]:
        asked.append(pair)
        return {"label": "favourable" if pair["text_pair"].startswith("a") else "unfavourable"}

    positions = PLAIN["label_rows"](read, issues, classify)
    assert {pair["text"] for pair in asked} == {"claim: a1"}
    figures = PLAIN["score_rows"](read, issues, positions)[1].figures
    assert figures["pair_f1"].value() == 1.0
    assert list(figures["relation"].columns["predicted"]) == [True]


def test_the_threshold_is_the_one_that_scores_best(read: Any) -> None:
    chosen = PLAIN["choose_threshold"]([read], lambda _, threshold: PLAIN["lay_rows"](read, "complete", threshold),
                                       PLAIN["THRESHOLDS"])
    assert PLAIN["score_rows"](read, PLAIN["lay_rows"](read, "complete", chosen))[1].figures["pair_f1"].value() == 1.0


def test_pairs_of_two_sources_are_read_once_and_joined_above_a_threshold(read: Any) -> None:
    asked: list[tuple[str, str]] = []

    def classify(pair: dict[str, str], top_k: None) -> list[dict[str, Any]]:
        asked.append((pair["text"].removeprefix("issue: "), pair["text_pair"]))
        chance = 0.9 if "a0" in asked[-1] else 0.4
        return [{"label": "favourable", "score": chance / 2}, {"label": "unfavourable", "score": (1 - chance) / 2}]

    chances = PLAIN["read_pairs"](read, classify)
    assert sorted(asked) == [("a0", "b0"), ("a1", "b0"), ("b0", "a2"), ("b0", "a3")]
    (row,) = PLAIN["join_pairs"](read, chances, 0.8)
    assert set(row.claim_ids) == {"a0", "b0"}
