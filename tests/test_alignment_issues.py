"""The issues of a run, discovered and asked, where every word has one vector."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files
from typing import cast

import numpy as np
import pytest
from made_up import WordEncoder, run_of

from stance.alignment import align
from stance.alignment.align import align_claims, ask_claims, rate_claims
from stance.alignment.matching import match_within
from stance.alignment.reading import background, read_claims
from stance.encoding import Encoder
from stance.records import Asked, Claim, Document, Issue


@pytest.fixture
def encoder() -> Encoder:
    return cast(Encoder, WordEncoder())


TRAM = ("The new tram line has cut traffic in the old town.", "The new tram line has not cut traffic in the old town.",
        "Traffic in the old town is heavy, tram line or not.")
FERRY = ("Ferry fares rise sharply in spring.", "Nobody minds that ferry fares rise in spring.")
REST = ("Roses want sun and a deep soil.", "A bakery won the bread prize.", "Rain is expected until Friday.")


def news(more: Sequence[tuple[str, str]] = ()) -> tuple[list[Document], list[Claim]]:
    return run_of(("a", TRAM[0]), ("a", FERRY[0]), ("a", REST[0]), ("b", TRAM[1]), ("b", REST[1]), ("b", FERRY[1]),
                  ("c", TRAM[2]), ("c", REST[2]), *more)


def members(issues: Sequence[Issue], claims: Sequence[Claim]) -> list[set[str]]:
    text = {claim.id: claim.text for claim in claims}
    return [{text[i] for i in issue.claim_ids} for issue in issues]


def test_claims_and_denials_meet_strongest_support_first(encoder: Encoder) -> None:
    documents, claims = news()
    issues = align_claims(documents, claims, encoder)
    assert members(issues, claims) == [set(TRAM), set(FERRY)]
    assert [issue.why.split(" share")[0] for issue in issues] == ["3 claims of 3 sources", "2 claims of 2 sources"]
    assert issues[0].target in ("traffic in the old town", "the new tram line", "tram line")
    assert issues == align_claims(documents[::-1], claims[::-1], encoder)
    for issue in issues:
        assert tuple(issue.scores) == issue.claim_ids
        assert all(score == round(score, 4) and .25 < score < 1 for score in issue.scores.values())


@pytest.mark.parametrize("turned", [False, True])
def test_more_sources_come_first_and_then_who_is_more_alike(encoder: Encoder, turned: bool) -> None:
    alike = [("a", "Ferry fares rise sharply in spring."), ("b", "Ferry fares rise sharply in spring.")]
    less = [("a", "Roses want deep soil and sun."), ("b", "Roses want deep soil and rain.")]
    wide = [(source, f"The tram line has cut traffic{more}.") for source, more in zip("abc", (
        "", " in the old town", ", said nobody"), strict=True)]
    documents, claims = run_of(*(less + alike + wide if turned else wide + alike + less))
    issues = align_claims(documents, claims, encoder)
    assert [len(issue.claim_ids) for issue in issues] == [3, 2, 2]
    assert members(issues, claims)[1:] == [{alike[0][1]}, {text for _, text in less}]
    assert min(issues[1].scores.values()) > max(issues[2].scores.values())


def test_no_issue_is_named_after_who_is_quoted_in_it(encoder: Encoder) -> None:
    documents, claims = run_of(("a", "Ann Lee defended the toll."),
                               ("b", "According to Ann Lee the toll is a success."))
    claims = [replace(claim, holder="Ann Lee") for claim in claims]
    (issue,) = align_claims(documents, claims, encoder)
    assert (issue.title, issue.target) == ("What do the sources say about the toll?", "the toll")


def test_without_claims_the_asked_issues_are_there_and_empty(encoder: Encoder) -> None:
    issues = align_claims([], [], encoder, QUESTIONS)
    assert [(issue.id, issue.title, issue.claim_ids) for issue in issues] == [
        (asked.id, asked.question, ()) for asked in QUESTIONS]
    assert align_claims([], [], encoder) == []


def test_of_one_source_no_issue_is_made(encoder: Encoder) -> None:
    documents, claims = run_of(("a", TRAM[0]), ("b", TRAM[1]))
    one = [replace(document, source="The Post") for document in documents]
    assert len(align_claims(documents, claims, encoder)) == 1
    assert align_claims(one, claims, encoder) == []


def test_an_issue_keeps_its_id_when_a_weaker_claim_joins(encoder: Encoder) -> None:
    before = align_claims(*news(), encoder)
    documents, claims = news([("d", "Traffic grew in a town that has no tram.")])
    after = align_claims(documents, claims, encoder, threshold=.15)
    assert len(after[0].claim_ids) == 4
    assert {issue.id for issue in before} <= {issue.id for issue in after}


def test_the_threshold_is_the_lowest_probability_that_makes_an_issue(encoder: Encoder) -> None:
    documents, claims = run_of(("a", FERRY[0]), ("b", "Ferry fares rise and tickets sell badly."))
    (issue,) = align_claims(documents, claims, encoder, threshold=.02)
    score, again = issue.scores.values()
    assert score == again
    assert .05 < score < .95
    assert align_claims(documents, claims, encoder, threshold=score - .001) == [issue]
    assert align_claims(documents, claims, encoder, threshold=score + .001) == []


def test_two_rows_around_one_claim_have_two_ids(encoder: Encoder) -> None:
    documents, claims = run_of(("a", "Ferry fares rise sharply before Easter."),
                               ("b", "Roses want deep soil and sunny walls."),
                               ("c", "Ferry fares rise sharply before Easter; roses want deep soil and sunny walls."))
    issues = align_claims(documents, claims, encoder, threshold=.1)
    assert [len(issue.claim_ids) for issue in issues] == [2, 2]
    assert len({issue.id for issue in issues}) == 2
    assert len({issue.target for issue in issues}) == 2
    assert issues == align_claims(documents, claims[::-1], encoder, threshold=.1)


def test_a_large_run_finds_what_a_small_one_does(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    documents, claims = news()
    issues = align_claims(documents, claims, encoder)
    monkeypatch.setattr(align, "ALL_PAIRS_UP_TO", len(claims) - 1)
    assert align_claims(documents, claims, encoder) == issues


def test_a_small_run_misses_no_pair(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    documents, claims = news([(source, TRAM[0]) for source in "defgh"])
    issues = align_claims(documents, claims, encoder)
    monkeypatch.setattr(align, "SHORTLIST", 1)
    monkeypatch.setattr(align, "ALL_PAIRS_UP_TO", len(claims))
    assert align_claims(documents, claims, encoder) == issues
    assert len(issues[0].claim_ids) >= 7
    monkeypatch.setattr(align, "ALL_PAIRS_UP_TO", len(claims) - 1)
    assert align_claims(documents, claims, encoder) != issues


QUESTIONS = (Asked("tram", "Has the tram line cut traffic in the old town?", "the tram line"),
             Asked("fares", "Should ferry fares rise?", "ferry fares"),
             Asked("moon", "Is the moon made of cheese?", "lunar cheese"))


def test_asked_issues_come_first_in_the_order_asked(encoder: Encoder) -> None:
    documents, claims = news()
    issues = align_claims(documents, claims, encoder, QUESTIONS)
    assert [issue.asked for issue in issues[:4]] == ["tram", "fares", "moon", None]
    assert members(issues[:3], claims) == [set(TRAM), set(FERRY), set()]
    assert issues[3:] == align_claims(documents, claims, encoder)
    assert [issue.title for issue in issues[:3]] == [asked.question for asked in QUESTIONS]
    assert issues[:3] == ask_claims(documents, claims, encoder, QUESTIONS)
    turned = ask_claims(documents[::-1], claims[::-1], encoder, QUESTIONS[::-1])
    assert turned[::-1] == issues[:3]
    assert ask_claims(documents, claims, encoder, ()) == []
    for issue in issues[:2]:
        assert all(score == round(score, 4) and .25 < score < 1 for score in issue.scores.values())


def test_a_question_alone_finds_its_claims_and_scores_what_answers_it_most(encoder: Encoder) -> None:
    documents, claims = news()
    (issue,) = ask_claims(documents, claims, encoder, QUESTIONS[:1])
    assert members([issue], claims) == [set(TRAM)]
    score = {claim.text: issue.scores.get(claim.id, 0) for claim in claims}
    assert score[TRAM[0]] > .5
    assert score[TRAM[0]] > score[TRAM[2]]
    (strict,) = ask_claims(documents, claims, encoder, QUESTIONS[:1], threshold=score[TRAM[0]] - .0001)
    assert TRAM[0] in members([strict], claims)[0]
    (nobody,) = ask_claims(documents, claims, encoder, QUESTIONS[:1], threshold=max(score.values()) + .001)
    assert nobody.claim_ids == ()


def test_a_run_of_the_stand_in_sentences_scores_the_same_however_much_they_weigh(
        encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    documents, claims = run_of(*[(f"s{k}", text) for k, text in enumerate(background())])
    asked = [Asked("a", "Did heavy snow close the road?", "snow"), Asked("b", "Is the wheat harvest smaller?", "wheat"),
             Asked("c", "Did the museum open a wing?", "the museum")]
    before = align_claims(documents, claims, encoder, asked, threshold=.02)
    assert all(issue.claim_ids for issue in before)
    assert len(before) > 3
    monkeypatch.setattr(align, "PRIOR", 90)
    for one, other in zip(before, align_claims(documents, claims, encoder, asked, threshold=.02), strict=True):
        assert one.claim_ids == other.claim_ids
        assert list(one.scores.values()) == pytest.approx(list(other.scores.values()), abs=2e-4)


@pytest.mark.parametrize("n", [1, 2, 3, 20])
def test_runs_of_any_size_are_asked(encoder: Encoder, n: int) -> None:
    documents, claims = run_of(*[(f"s{k % 3}", [*TRAM, *FERRY, *background()][k]) for k in range(n)])
    issues = align_claims(documents, claims, encoder, QUESTIONS[:2])
    assert TRAM[0] in members(issues, claims)[0]
    assert not members(issues, claims)[1] & set(TRAM)


@dataclass
class Says:
    """A matcher with one answer for whatever it is asked."""

    chance: float | None
    name: str = "says"
    n_asked: int = 0

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float | None]:
        self.n_asked += len(pairs)
        return [self.chance] * len(pairs)


def test_a_matcher_has_half_the_say(encoder: Encoder) -> None:
    documents, claims = run_of(("a", FERRY[0]), ("b", "Ferry fares rise and tickets sell badly."))
    (plain,) = align_claims(documents, claims, encoder, threshold=.02)
    score = next(iter(plain.scores.values()))

    def heard(chance: float | None) -> list[float]:
        issues = align_claims(documents, claims, encoder, matcher=Says(chance), threshold=.02)
        return [next(iter(issue.scores.values())) for issue in issues]

    assert heard(None) == [score]
    assert heard(score) == pytest.approx([score], abs=2e-4)
    assert heard(1 - score) == pytest.approx([.5], abs=2e-4)
    assert score < heard(1.0)[0] < 1  # however sure it is
    assert heard(0.0) == []


def test_a_matcher_is_heard_on_questions_too(encoder: Encoder) -> None:
    documents, claims = news()
    before = align_claims(documents, claims, encoder, QUESTIONS)[:3]
    assert align_claims(documents, claims, encoder, QUESTIONS, matcher=Says(None))[:3] == before
    refused = align_claims(documents, claims, encoder, QUESTIONS, matcher=Says(0.0))
    assert [issue.claim_ids for issue in refused] == [(), (), ()]
    believed = align_claims(documents, claims, encoder, QUESTIONS, matcher=Says(1.0))
    assert set(before[0].claim_ids) <= set(believed[0].claim_ids)
    assert max(believed[0].scores.values()) < 1


def weighing() -> dict[str, float]:
    return cast(dict[str, float], json.loads(
        files("stance.alignment").joinpath("weights.json").read_text(encoding="utf-8")))


def stand_ins() -> tuple[list[Document], list[Claim]]:
    return run_of(*[(f"s{k}", text) for k, text in enumerate(background())])


def test_likeness_counts_by_how_far_it_is_above_what_two_claims_have_by_chance(encoder: Encoder) -> None:
    """In a run of the stand-ins chance is this run's own."""
    documents, claims = stand_ins()
    likeness, firmness = match_within(read_claims(documents, claims, encoder).claims)
    by_chance = likeness[~np.eye(len(claims), dtype=bool)]
    weights = weighing()
    free = weights["pair_slope"] * (likeness - by_chance.mean()) / by_chance.std() + weights["pair_bias"]
    firm = weights["firm_slope"] * firmness + weights["firm_bias"]
    number = {claim.id: k for k, claim in enumerate(claims)}
    pairs = [(number[i.claim_ids[0]], number[i.claim_ids[1]], min(i.scores.values()), max(i.scores.values()))
             for i in align_claims(documents, claims, encoder, threshold=.05) if len(i.claim_ids) == 2]
    assert len(pairs) > 5
    for i, j, low, high in pairs:
        assert low == high == pytest.approx(1 / (1 + np.exp(-min(free[i, j], firm[i, j]))), abs=1e-4)


def test_a_sampled_run_has_the_same_chance_as_one_whose_pairs_are_all_held_together(
        encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    documents, claims = stand_ins()
    issues = align_claims(documents, claims, encoder, threshold=.05)
    monkeypatch.setattr(align, "ALL_PAIRS_UP_TO", 1)
    monkeypatch.setattr(align, "SHORTLIST", len(claims))
    for one, other in zip(issues, align_claims(documents, claims, encoder, threshold=.05), strict=True):
        assert one.claim_ids == other.claim_ids
        assert list(one.scores.values()) == pytest.approx(list(other.scores.values()), abs=2e-4)


def test_questions_are_weighed_so_that_claims_of_unrelated_matters_are_unlikely(encoder: Encoder) -> None:
    """Over the stand-ins the mean is that of a claim which happens to be there; one question takes their spread too."""
    claims = stand_ins()[1]
    weights = weighing()
    questions = ["Did heavy snow close the road?", "Is lunar cheese ripe?", "Did the museum open a wing?"]
    rated = rate_claims(claims, encoder, questions)
    assert rated.shape == (3, len(claims))
    assert rated.mean() == pytest.approx(weights["question_bias"], abs=1e-4)
    (alone,) = rate_claims(claims, encoder, questions[:1])
    assert (alone.mean(), alone.std()) == pytest.approx((weights["question_bias"], weights["question_slope"]), abs=1e-4)
    assert "snow" in claims[int(alone.argmax())].text
    assert "museum" in claims[int(rated[2].argmax())].text


def test_half_of_a_score_is_how_far_a_claim_stands_out_for_its_question(encoder: Encoder) -> None:
    """A question of which the claims hold no word is far from all of them, and keeps half of that."""
    claims = stand_ins()[1]
    weights = weighing()
    rated = rate_claims(claims, encoder, ["Did heavy snow close the road?", "Is it so?"])
    near, far = (rated.mean(1) - weights["question_bias"]) / weights["question_slope"]
    assert near == pytest.approx(-far, abs=1e-4)
    assert near > .05
    spreads = 2 * rated.std(1) / weights["question_slope"] - 1  # of the half that is measured over both questions
    assert np.mean(spreads ** 2 + (2 * near) ** 2) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("n", [2, 4])
def test_a_claim_goes_to_the_question_that_it_suits_best(encoder: Encoder, n: int) -> None:
    """Of several questions each yields by how far it is behind the mean of a claim's two best."""
    documents, claims = news()
    asked = [*QUESTIONS, Asked("cut", "Has the tram line cut anything?", "the tram line")][-n:]
    alone = rate_claims(claims, encoder, [f"{a.question} {a.target}" for a in asked])
    best = np.sort(alone, axis=0)[-2:].mean(0)
    expected = alone + weighing()["question_rivals"] * (alone - best)
    for issue, row in zip(ask_claims(documents, claims, encoder, asked, threshold=0), expected, strict=True):
        assert [issue.scores[claim.id] for claim in claims] == pytest.approx(1 / (1 + np.exp(-row)), abs=1e-4)
    (one,) = ask_claims(documents, claims, encoder, asked[:1], threshold=0)
    assert list(one.scores.values()) == pytest.approx(  # without a rival nothing is yielded
        1 / (1 + np.exp(-rate_claims(claims, encoder, [f"{asked[0].question} {asked[0].target}"])[0])), abs=1e-4)


@dataclass
class Reads:
    """A matcher that says what it is told of a pair, and keeps what it was asked."""

    said: dict[str, float]
    asked: list[tuple[str, str]] = field(default_factory=list)
    name: str = "reads"

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float | None]:
        self.asked += pairs
        return [next((chance for word, chance in self.said.items() if word in a and word in b), None)
                for a, b in pairs]


def test_each_answer_of_a_matcher_stays_with_its_pair(encoder: Encoder) -> None:
    documents, claims = news()
    plain = align_claims(documents, claims, encoder)
    heard = align_claims(documents, claims, encoder, matcher=Reads({"tram": 0.0, "erry": 1.0}))
    assert members(heard, claims) == [set(FERRY)]
    assert max(heard[0].scores.values()) > max(plain[1].scores.values())
    matcher = Reads({"tram": 1.0})
    (tram, fares, moon) = align_claims(documents, claims, encoder, QUESTIONS, matcher=matcher)[:3]
    before = ask_claims(documents, claims, encoder, QUESTIONS)
    assert set(tram.claim_ids) == set(before[0].claim_ids)
    assert all(tram.scores[i] > before[0].scores[i] for i in tram.claim_ids)
    assert (fares, moon) == tuple(before[1:])
    assert (f"{QUESTIONS[0].question} ({QUESTIONS[0].target})", TRAM[0]) in matcher.asked


def test_a_matcher_is_not_asked_what_the_words_rule_out(encoder: Encoder) -> None:
    documents, claims = news()
    matcher = Reads({})
    align_claims(documents, claims, encoder, QUESTIONS[:1], matcher=matcher)
    assert (TRAM[0], TRAM[1]) in matcher.asked
    assert not [pair for pair in matcher.asked if set(pair) & set(REST)]
    assert len(set(matcher.asked)) == len(matcher.asked) < 12


def test_a_reader_reads_pairs_and_leaves_questions_to_the_words(encoder: Encoder) -> None:
    documents, claims = news()
    before = align_claims(documents, claims, encoder, QUESTIONS)
    reader = Reads({"tram": 0.0, "erry": 0.0, "moon": 0.0})
    issues = align_claims(documents, claims, encoder, QUESTIONS, reader=reader)
    assert issues == before[:3]  # no pair is left, and every question keeps its claims
    texts = {claim.text for claim in claims}
    assert reader.asked
    assert all({a, b} <= texts for a, b in reader.asked)
    unheard = Reads({})
    align_claims(documents, claims, encoder, QUESTIONS, matcher=Reads({}), reader=unheard)
    assert unheard.asked == []  # a matcher takes its place


def test_two_issues_say_whose_words_they_share_and_why(encoder: Encoder) -> None:
    documents, claims = news()
    issues = align_claims(documents, claims, encoder)
    for issue in issues:
        quoted = issue.why.partition("“")[2].rstrip("”")
        anchor = next(claim for claim in claims if claim.text == quoted)
        assert issue.scores[anchor.id] == max(issue.scores.values())
    assert len({issue.target for issue in issues}) == 2
