"""Words that meet, words that do not, and what an issue is called."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import pytest

from stance.alignment.naming import name_issue
from stance.alignment.words import content_words, find_names, leans_back, opens_sentence, rarity, stem


@pytest.mark.parametrize(("one", "other"), [
    ("fee", "fees"), ("car", "cars"), ("policy", "policies"), ("price", "priced"), ("vote", "votes"),
    ("press", "pressed"), ("class", "classes"), ("negotiate", "negotiations"), ("boss", "bosses"), ("mayor", "Mayor's"),
    ("close", "closing"), ("strikes", "striking"), ("house", "HOUSES")])
def test_forms_of_one_word_meet(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(("one", "other"), [("rats", "rates"), ("bus", "but"), ("gas", "gap"), ("bed", "be"),
                                            ("ring", "r"), ("press", "presence"), ("ties", "tin")])
def test_words_that_only_begin_alike_stay_apart(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_content_words_leave_out_connectives_and_say_where_they_stand() -> None:
    text = "It is said that the ferry’s crews must not sleep on board."
    assert [text[a:b] for _, a, b in content_words(text)] == ["ferry’s", "crews", "sleep", "board"]
    assert [word for word, _, _ in content_words(text)] == ["ferry", "crew", "sleep", "board"]


def test_a_word_weighs_by_how_few_texts_hold_it() -> None:
    weigh = rarity(["Ferry crews slept. The ferry left.", "The ferry sank.", "The ferry and its crew."])
    assert 0 < weigh("ferry") < weigh("crew") < weigh("slept") < weigh("harbour")
    assert weigh("crew") == pytest.approx(math.log(4 / 2.5))  # as the docstring says
    assert weigh("ferry") == pytest.approx(math.log(4 / 3.5))  # twice in one text counts once
    assert weigh("harbour") == pytest.approx(math.log(4 / .5))


def test_names_are_what_stands_capitalised_inside_sentences() -> None:
    texts = ["Ferries leave Velmar at noon.", "In Velmar the Port slept.", "The port slept. Ferries, in Velmar, wait.",
             "“Crews know velmar”, he told Lee."]
    assert find_names(texts) == {"velmar", "lee"}  # "Port" only half the time, "Ferries" and "Crews" only at the start


def test_a_sentence_opens_after_a_full_stop_and_inside_quotation_marks() -> None:
    text = "“Ferries wait. Crews sleep”, said Lee: “Nobody leaves Velmar.”"
    words = ("Ferries", "Crews", "Lee", "Nobody", "Velmar")
    assert [word for word in words if opens_sentence(text, text.index(word))] == ["Ferries", "Crews", "Nobody"]
    assert opens_sentence("Crews wait.", 0)


@pytest.mark.parametrize(("text", "leans"), [
    ("It was a mistake.", True), ("But they refused.", True), ("Lee said this decision was wrong.", True),
    ("The ferry sank.", False), ("Lee owns the ferry.", False)])
def test_a_claim_leans_back_where_it_opens_with_a_pronoun(text: str, leans: bool) -> None:
    assert leans_back(text) is leans


def named(texts: Sequence[str], sources: str = "ab", holders: Collection[str] = (), taken: Collection[str] = ()) -> str:
    """The target of an issue with these claims, in a run that holds a few more."""
    weigh = rarity([*texts, "Roses want sun.", "Slugs dislike coffee.", "Frost is expected."])
    title, target = name_issue(texts, list(sources), holders, weigh, taken)
    assert title == f"What do the sources say about {target}?"
    return target


@pytest.mark.parametrize(("texts", "target"), [
    (["Residents want the night bus back.", "The night bus was a waste, the council says."], "the night bus"),
    (["The ceasefire in Velmar held.", "Nobody believes in the ceasefire in Velmar."], "the ceasefire in Velmar"),
    (["Ann Lee resigned.", "Nobody mourns Ann Lee."], "Ann Lee"),
    (["He criticised the New York Stock Exchange.", "Shares fell on the New York Stock Exchange."],
     "the New York Stock Exchange"),
    (["The trade war between the capitals goes on.", "No end to the trade war between the capitals."],
     "the trade war between the capitals"),
    (["Prime Minister Orlov met voters.", "Voters like Prime Minister Orlov."], "Prime Minister Orlov"),
    (["United Nations peacekeepers left.", "Why United Nations peacekeepers left is unclear."],
     "United Nations peacekeepers"),
    # neither verbs nor adverbs nor units nor infinitives
    (["Traffic fell sharply after the toll.", "Traffic fell sharply before the toll."], "the toll"),
    (["The plan to build homes failed.", "They want to build homes; the plan is sound."], "the plan"),
    (["36 countries came to the summit.", "The summit drew 36 countries."], "the summit"),
    (["The glass press is old.", "A glass press is useless."], "glass press"),
    (["The pier is full; crews paint the ferry daily.", "The pier is empty; nobody paints the ferry daily."],
     "the pier"),
    (["At the pier waited Ferry 5.", "Crews, at the pier, counted Ferry 5."], "the pier"),
    (["Crews hate to ferry sheep.", "Lee told the crews to ferry sheep across the strait."], "the crews"),
    # one word is enough where it is a name
    (["The crews praised Velmar.", "Lee, at sea, missed Velmar."], "Velmar"),
    (["Voters of New Velmar rest.", "Lee likes New Velmar."], "New Velmar"),
    (["The plan for a bridge over the strait is old.", "A plan for a bridge over the strait is new."],
     "plan for a bridge"),
    (["The harbour’s cranes are idle.", "Idle are the harbour’s cranes."], "the harbour’s cranes"),
    # a comma ends a phrase
    (["The bridge, tunnel and road.", "The bridge: tunnel, road."], "tunnel and road")])
def test_an_issue_is_named_after_the_noun_phrase_its_sources_share(texts: list[str], target: str) -> None:
    assert named(texts) == target
    assert named(texts[::-1]) == target


def test_what_one_source_repeats_names_no_issue() -> None:
    texts = ["The ferry fare is too high.", "The ferry fare is a scandal.", "The ferry fare hurts the island.",
             "Visitors avoid the island."]
    assert named(texts, "aaab") == "the island"
    assert "fare" in named(texts, "abab")


def test_who_is_quoted_is_no_subject_and_who_is_talked_about_is() -> None:
    texts = ["Ann Lee defended the toll.", "According to Ann Lee the toll is a success."]
    assert named(texts, holders=["Ann Lee"]) == "the toll"
    assert named(texts) == "Ann Lee"


def test_no_two_issues_of_a_run_have_one_name() -> None:
    texts = ["The harbour fee is an insult to the crews.", "The crews of Velmar pay the harbour fee."]
    first = named(texts)
    assert first == "the harbour fee"
    second = named(texts, taken={first})
    assert second not in (first, "harbour fee")
    assert named(texts, taken={first, second}) not in (first, second)
    assert named(texts, taken={"fee"}) == first  # another phrase


def test_claims_without_a_phrase_are_named_after_the_shortest() -> None:
    assert named(["It is so.", "It was not so, was it?"]) == "It is so."
    assert named(["It is so, and " + "so, and " * 20] * 2) == ("It is so, and " + "so, and " * 20)[:60].strip()
