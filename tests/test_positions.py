"""Positions: the target is what the model reads clearly, an asked one is never changed, and evidence maps back."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from stance.framing import Pair
from stance.positions import add_evidence, find_evidence, label_issues
from stance.records import Claim, Issue, Position


class Stub:
    """Reads "good" as favourable and "bad" as unfavourable, toward the targets it is told of only."""

    def __init__(self, *known: str) -> None:
        self.known = known

    def predict(self, pairs: Sequence[Pair], task: str) -> Any:
        rows = []
        for pair in pairs:
            told = any(word in pair.target.casefold() for word in self.known)
            good, bad = told and "good" in pair.text, told and "bad" in pair.text
            rows.append([0.9, 0.05, 0.05] if good else [0.05, 0.05, 0.9] if bad else [0.05, 0.9, 0.05])
        return np.array(rows)

    def choose(self, rows: Any, task: str) -> list[str]:
        return [("favourable", "neutral", "unfavourable")[int(row.argmax())] for row in rows]


CLAIMS = (Claim("a", "d1", 0, 1, "The port tax is good for trade."), Claim("b", "d2", 0, 1, "It is bad for the town."),
          Claim("c", "d3", 0, 1, "The vote is on Monday."))
FOUND = Issue("i", "What do the sources say about the port tax?", "the port tax", ("a", "b", "c"),
              scores={"a": 0.9, "b": 0.8, "c": 0.7})


def label(issue: Issue, *known: str) -> tuple[str, list[str | None]]:
    (settled,), positions = label_issues([issue], CLAIMS, Stub(*known))  # type: ignore[arg-type]
    return settled.target, [p.stance for p in positions]


def test_the_shared_phrase_stays_the_target_where_stands_on_it_are_clear() -> None:
    assert label(FOUND, "port tax") == ("the port tax", ["favourable", "unfavourable", "neutral"])


def test_the_central_claim_is_the_target_where_stands_on_it_are_clearer() -> None:
    target, stances = label(FOUND, "good for trade")
    assert target == "the claim that “The port tax is good for trade”"
    assert stances == ["favourable", "unfavourable", "neutral"]


def test_an_asked_target_is_never_changed() -> None:
    asked = Issue("q", "Is the tax wise?", "the port tax", ("a", "b", "c"), asked="q")
    assert label(asked, "good for trade")[0] == "the port tax"


def test_a_central_claim_too_long_to_keep_in_mind_is_no_target() -> None:
    long = Claim("a", "d1", 0, 1, "The port tax is good for trade " + "and more " * 30)
    (settled,), _ = label_issues([FOUND], (long, *CLAIMS[1:]), Stub("good for trade"))  # type: ignore[arg-type]
    assert settled.target != "the claim that “" + long.text.strip() + "”"


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
