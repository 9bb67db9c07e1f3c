"""Positions: claims of a row are judged together, an asked target is read alone, and evidence maps back."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance import positions
from stance.framing import Pair
from stance.positions import BETWEEN, EXPECTED, MOST_PARTNERS, SURER, add_evidence, find_evidence, label_issues, settle
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
    labelled = [Position("i", "b", "unfavourable", {}), Position("i", "z", None, {})]
    found = add_evidence([FOUND], [claim], labelled, Stub("port tax"))  # type: ignore[arg-type]
    assert [p.evidence for p in found] == [((106, 109),), ()]


class Told:
    """Reads what it is told, by words of the target and of the text; keeps what it was asked."""

    def __init__(self, said: dict[tuple[str, str], tuple[float, float, float]]) -> None:
        self.said = said
        self.asked: list[tuple[str, Pair]] = []

    def predict(self, pairs: Sequence[Pair], task: str) -> Any:
        self.asked += [(task, pair) for pair in pairs]
        return np.array([next((row for (target, word), row in self.said.items()
                               if target in pair.target and word in pair.text), (0.2, 0.7, 0.1)) for pair in pairs])

    def choose(self, rows: Any, task: str) -> list[str | None]:
        return [f"as {task}" if row.max() > 0.6 else None for row in rows]


def exact(alone: Any, between: dict[tuple[int, int], Any]) -> Any:
    """The stances' probabilities over all ways in which the claims can stand, one by one."""
    degree = np.bincount(np.array(list(between)).ravel(), minlength=len(alone))
    chances = np.zeros(alone.shape)
    for ways in product(range(3), repeat=len(alone)):
        weight = np.prod([alone[k, stance] for k, stance in enumerate(ways)])
        for (a, b), read in between.items():
            met = 1 if 1 in (ways[a], ways[b]) else 0 if ways[a] == ways[b] else 2
            weight *= (read[met] / EXPECTED[met]) ** (BETWEEN / np.sqrt((degree[a] + degree[b]) / 2))
        for k, stance in enumerate(ways):
            chances[k, stance] += weight
    chances **= 1 / SURER
    return chances / chances.sum(1, keepdims=True)


@pytest.mark.parametrize("pairs", [[(0, 1)], [(0, 1), (1, 2)], [(0, 2), (1, 2), (2, 3)]])
def test_where_claims_are_read_against_each_other_without_loops_the_answer_is_exact(pairs: list[Any]) -> None:
    random = np.random.default_rng(2)
    alone = random.dirichlet(np.ones(3) * 4, 4)[:max(map(max, pairs)) + 1]
    between = {pair: random.dirichlet(np.ones(3) * 4) for pair in pairs}
    assert np.allclose(settle(alone, between), exact(alone, between), atol=1e-3)


def test_loops_come_to_rest_near_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(4)
    alone = random.dirichlet(np.ones(3) * 4, 5)
    between = {pair: random.dirichlet(np.ones(3) * 4) for pair in combinations(range(5), 2)}
    settled = settle(alone, between)
    assert np.allclose(settled, exact(alone, between), atol=0.05)
    monkeypatch.setattr(positions, "ROUNDS", 60)
    assert np.allclose(settle(alone, between), settled, atol=1e-3)


def test_no_single_reading_decides_alone() -> None:
    """A probability of nought is no more than an unlikely one, of a claim and of a pair; several pairs outweigh it."""
    sure = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
    agree = np.array([1.0, 0.0, 0.0])
    settled = settle(sure, {(0, 1): agree, (0, 2): agree, (1, 2): agree})
    assert np.isfinite(settled).all()
    assert settled.min() > 0
    assert settled[0, 0] < 0.9


def test_what_a_claim_says_of_the_target_counts_for_more_than_how_it_meets_another() -> None:
    assert EXPECTED.sum() == pytest.approx(1)
    alone = np.array([[0.5, 0.4, 0.1], [0.998, 0.001, 0.001]])
    odds = 5 * EXPECTED[2] / EXPECTED[0]  # opposition is five times as much above the usual as agreement
    opposed = np.array([0.3 / (1 + odds), 0.7, 0.3 * odds / (1 + odds)])
    alone_with_opponent = settle(alone, {(0, 1): opposed})[0]
    assert alone_with_opponent[0] > alone_with_opponent[2]


def test_both_ways_of_reading_two_claims_count_alike() -> None:
    claims = (Claim("a", "d1", 0, 1, "Trade thrives."), Claim("b", "d2", 0, 1, "Shops close."))
    row = Issue("i", "?", "the port tax", ("a", "b"))
    one_way, other_way = (0.1, 0.2, 0.7), (0.3, 0.3, 0.4)
    toward = {("port tax", "Trade"): (0.8, 0.1, 0.1), ("port tax", "Shops"): (0.2, 0.6, 0.2)}
    found = [label_issues([row], claims, Told({**toward, ("Trade", "Shops"): a, ("Shops", "Trade"): b}))  # type: ignore[arg-type]
             for a, b in ((one_way, other_way), (other_way, one_way))]
    assert found[0] == found[1]
    mean = np.array([0.2, 0.25, 0.55])
    expected = settle(np.array([toward["port tax", "Trade"], toward["port tax", "Shops"]]), {(0, 1): mean})
    for position, chances in zip(found[0], expected, strict=True):
        assert list(position.probabilities.values()) == pytest.approx(chances.tolist(), abs=1e-4)
        assert position.probabilities == {name: round(p, 4) for name, p in position.probabilities.items()}


def test_claims_judged_together_have_no_position_unless_it_is_likelier_than_all_others() -> None:
    claims = (Claim("a", "d1", 0, 1, "Trade thrives."), Claim("b", "d2", 0, 1, "Shops close."))
    row = Issue("i", "?", "the port tax", ("a", "b"))
    model = Told({("port tax", "Trade"): (0.9, 0.05, 0.05), ("port tax", "Shops"): (0.3, 0.4, 0.3)})
    first, second = label_issues([row], claims, model)  # type: ignore[arg-type]
    assert (first.stance, second.stance) == ("favourable", None)
    assert 0.5 < first.probabilities["favourable"] < 0.9  # less sure than read alone
    asked = replace(row, asked="q")
    assert [p.stance for p in label_issues([asked], claims, model)] == ["as topic", None]  # type: ignore[arg-type]


def test_the_target_decides_how_it_is_read_and_not_the_text() -> None:
    claims = (Claim("a", "d1", 0, 1, "The port tax should be kept."), Claim("b", "d1", 9, 10, "A tax on ports"))
    model = Told({})
    rows = [Issue("i", "?", "the port tax", ("a", "b")), Issue("j", "?", "The ports should be taxed.", ("a", "b"))]
    label_issues(rows, claims, model)  # type: ignore[arg-type]
    tasks = {(task, pair.target) for task, pair in model.asked}
    assert tasks == {("topic", "the port tax"), ("claim", "The ports should be taxed.")}
    assert len(model.asked) == len(set(model.asked)) == 4


def test_a_claim_is_read_against_those_of_other_documents_that_surest_speak_to_the_issue() -> None:
    names = "abcdefghijkl"
    claims = [Claim(name, f"d{name}", 0, 1, f"Claim {name}.") for name in names]
    model = Told({})
    row = Issue("i", "?", "the port tax", tuple(names), scores={name: k / 20 for k, name in enumerate(names)})
    label_issues([row], claims, model)  # type: ignore[arg-type]
    read = {(pair.target[6], pair.text[6]) for task, pair in model.asked if task == "claim"}
    assert read == {(b, a) for a, b in read}
    partners = {name: {b for a, b in read if a == name} for name in names}
    assert partners["a"] == partners["b"] == set(names[-MOST_PARTNERS:])
    assert partners["l"] == set(names) - {"l"}  # the surest is read against everybody
    model.asked.clear()
    label_issues([replace(row, scores={})], claims, model)  # type: ignore[arg-type]
    assert {pair.text[6] for task, pair in model.asked if task == "claim" and pair.target[6] == "l"} == set("abcdef")


def test_neighbouring_words_that_carry_a_label_are_one_span_and_others_are_their_own() -> None:
    class Counts(Stub):
        """The more of these words, the more unfavourable."""

        def predict(self, pairs: Sequence[Pair], task: str) -> Any:
            chances = [0.1 + sum({"utterly": 0.2, "bad": 0.3, "awful": 0.25, "poor": 0.06}.get(word, 0)
                                 for word in re.findall(r"\w+", pair.text)) for pair in pairs]
            return np.array([[(1 - p) / 2, (1 - p) / 2, p] for p in chances])

    for text, carried in (("The utterly bad tax is awful for a poor town.", ["utterly bad", "awful"]),
                          ("Utterly, utterly bad.", ["utterly bad"]), ("It is bad", ["bad"]),
                          ("A poor town pays a tax.", ["poor"]), ("bad awful tax, bad", ["bad awful", "bad"]),
                          ("…", []), ("The vote is on Monday.", [])):
        (spans,) = find_evidence([("the port tax", text, "unfavourable")], Counts())  # type: ignore[arg-type]
        assert [text[a:b] for a, b in spans] == carried, text
