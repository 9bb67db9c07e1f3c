"""Positions: claims of a row are judged together, an asked target is read alone, and evidence maps back."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stance.framing import Pair
from stance.positions import EXPECTED, SURER, add_evidence, find_evidence, label_issues, settle
from stance.records import Claim, Issue, Position


class Stub:
    """Toward a target that it is told of: "good" is favourable, "bad" unfavourable, all else neutral.

    Of two claims: opposed where one says "joy" and the other "grief", agreed where both say the same, else neither."""

    def __init__(self, *known: str) -> None:
        self.known = known

    def predict(self, pairs: Sequence[Pair], task: str) -> Any:
        rows = []
        for pair in pairs:
            told = any(word == pair.target.casefold().removeprefix("the ") for word in self.known)
            good, bad = told and "good" in pair.text, told and "bad" in pair.text
            said = [[word for word in ("joy", "grief") if word in text] for text in (pair.target, pair.text)]
            if all(said) and not told:
                good, bad = said[0] == said[1], said[0] != said[1]
            plain = [0.15, 0.7, 0.15] if told else [0.2, 0.7, 0.1]
            rows.append([0.98, 0.01, 0.01] if good else [0.01, 0.01, 0.98] if bad else plain)
        return np.array(rows)

    def choose(self, rows: Any, task: str) -> list[str]:
        return [("favourable", "neutral", "unfavourable")[int(row.argmax())] for row in rows]


CLAIMS = (Claim("a", "d1", 0, 1, "The port tax is good, a joy for trade."), Claim("b", "d2", 0, 1, "It brings grief."),
          Claim("c", "d3", 0, 1, "The vote is on Monday."), Claim("d", "d1", 0, 1, "What a grief, a clerk said."))
FOUND = Issue("i", "What do the sources say about the port tax?", "the port tax", ("a", "b", "c"),
              scores={"a": 0.9, "b": 0.8, "c": 0.7})


def label(issue: Issue, *known: str) -> list[str | None]:
    return [p.stance for p in label_issues([issue], CLAIMS, Stub(*known))]  # type: ignore[arg-type]


def test_who_opposes_a_favourable_claim_is_not_called_neutral() -> None:
    assert label(FOUND, "port tax") == ["favourable", "unfavourable", "neutral"]


def test_an_asked_target_is_read_alone() -> None:
    asked = Issue("q", "Is the tax wise?", "the port tax", ("a", "b", "c"), asked="q")
    assert label(asked, "port tax") == ["favourable", "neutral", "neutral"]


def test_claims_of_one_document_are_not_read_against_each_other() -> None:
    assert label(Issue("i", "?", "the port tax", ("a", "d")), "port tax") == ["favourable", "neutral"]


def test_claims_stay_in_order_and_a_row_without_claims_has_no_positions() -> None:
    back = Issue("i", "?", "the port tax", ("c", "b", "a"))
    assert [p.claim_id for p in label_issues([FOUND, back], CLAIMS, Stub("port tax"))] == [  # type: ignore[arg-type]
        "a", "b", "c", "c", "b", "a"]
    assert label(Issue("i", "?", "the port tax", ()), "port tax") == []


def simplex(draw: st.DrawFn) -> list[float]:
    parts = [draw(st.floats(0.01, 1)) for _ in range(3)]
    return [part / sum(parts) for part in parts]


@st.composite
def rows(draw: st.DrawFn) -> tuple[Any, dict[tuple[int, int], Any]]:
    n = draw(st.integers(1, 5))
    alone = np.array([simplex(draw) for _ in range(n)])
    pairs = draw(st.sets(st.sampled_from([(a, b) for a in range(n) for b in range(a + 1, n)]))) if n > 1 else set()
    return alone, {pair: np.array(simplex(draw)) for pair in sorted(pairs)}


@given(rows())
def test_settling_gives_probabilities_and_is_blind_to_which_side_is_which(row: tuple[Any, dict[Any, Any]]) -> None:
    alone, between = row
    settled = settle(alone, between)
    assert np.allclose(settled.sum(1), 1)
    assert (settled >= 0).all()
    assert np.allclose(settle(alone[:, ::-1], between), settled[:, ::-1])
    less_sure = alone ** (1 / SURER if between else 1)
    as_ever = settle(alone, dict.fromkeys(between, EXPECTED))  # what is always so says nothing
    assert np.allclose(as_ever, less_sure / less_sure.sum(1, keepdims=True))


@given(st.floats(0.5, 0.98), st.floats(0.5, 0.98))
def test_the_surer_the_opposition_the_further_apart(sure: float, opposed: float) -> None:
    alone = np.array([[sure, (1 - sure) / 2, (1 - sure) / 2], [0.25, 0.5, 0.25]])
    between = {(0, 1): np.array([(1 - opposed) / 2, (1 - opposed) / 2, opposed])}
    settled = settle(alone, between)
    assert settled[1, 2] > alone[1, 2]
    assert settled[1, 2] > settled[1, 0]


def test_evidence_is_the_words_without_which_the_label_falls() -> None:
    text = "They said #the tax is bad for the town."
    (spans,) = find_evidence([("the port tax", text, "unfavourable")], Stub("port tax"))  # type: ignore[arg-type]
    assert [text[a:b] for a, b in spans] == ["bad"]


def test_where_no_word_alone_decides_there_is_no_evidence() -> None:
    assert find_evidence([("the port tax", "The vote is on Monday.", "neutral")],
                         Stub("port tax")) == [()]  # type: ignore[arg-type]


def test_evidence_of_a_comparison_is_counted_in_its_document() -> None:
    claim = Claim("b", "d2", 100, 125, "It is bad for the town.")
    positions = [Position("i", "b", "unfavourable", {}), Position("i", "z", None, {})]
    found = add_evidence([FOUND], [claim], positions, Stub("port tax"))  # type: ignore[arg-type]
    assert [p.evidence for p in found] == [((106, 109),), ()]
