"""The issues of a run, discovered and asked, where every word has one vector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import pytest
from made_up import WordEncoder, run_of

from stance.alignment import align
from stance.alignment.align import align_claims, ask_claims
from stance.alignment.reading import background
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
