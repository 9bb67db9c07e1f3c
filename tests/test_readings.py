"""Readings: rows read off news become examples, whole events stay on one side, and texts that don't fit are refused."""

import json
import random
from pathlib import Path

import pytest

from stance.errors import InputError
from stance.training.data import load_portion
from stance.training.readings import (
    issue_rows,
    load_articles,
    load_readings,
    mention_rows,
    name_rows,
    relation_rows,
    split_article,
    stance_rows,
    target_rows,
)
from stance.training.recipes import Portion, Recipe

EVENT = {
    "s": {"A": ["The levy is a gift to the valley, said the mayor.", "It takes effect in May."],
          "B": ["Shopkeepers called the levy a burden.", "The bridge will be painted green."]},
    "rows": [{"q": "Does the levy help the valley?", "t": "the levy", "m": {"A0": "+", "B0": "-"}}],
    "near": [["A1", "B1"]],
    "solo": [["B1", "the claim that the bridge stays grey", "-"]],
}


def write(path: Path, n: int = 80) -> Path:
    path.write_text("".join(json.dumps({"e": f"made-{k}", **EVENT}) + "\n" for k in range(n)), encoding="utf-8")
    return path


def test_an_event_is_in_train_or_in_dev_and_never_in_both(tmp_path: Path) -> None:
    path = write(tmp_path / "own.jsonl")
    train, dev = ({r.event for r in load_readings(path, None, split)} for split in ("train", "dev"))
    assert train
    assert dev
    assert not train & dev
    assert len(train | dev) == 80


def test_who_stands_against_whom_is_kept(tmp_path: Path) -> None:
    readings = load_readings(write(tmp_path / "own.jsonl"), None, "train")[:1]
    rows = {row for _, row in stance_rows(readings, 1.0, random.Random(1))}
    praise, blame, apart = EVENT["s"]["A"][0], EVENT["s"]["B"][0], EVENT["s"]["A"][1]
    assert (praise, "the levy", "favourable", "topic") in rows
    assert (blame, "the levy", "unfavourable", "topic") in rows
    assert (apart, "the levy", "neutral", "topic") in rows
    assert (EVENT["s"]["B"][1], "The bridge stays grey", "unfavourable", "claim") in rows
    related = [row for _, row in relation_rows(readings, random.Random(1))]
    assert {frozenset(row[:2]): row[2] for row in related}[frozenset((praise, blame))] == "unfavourable"


def test_what_speaks_to_one_question_meets_whichever_way_and_near_misses_do_not(tmp_path: Path) -> None:
    rows = [row for _, row in issue_rows(load_readings(write(tmp_path / "own.jsonl"), None, "train")[:1],
                                         random.Random(1))]
    told = {frozenset(row[:2]): row[2] for row in rows}
    (a0, a1), (b0, b1) = EVENT["s"]["A"], EVENT["s"]["B"]
    assert told[frozenset((a0, b0))] == "favourable"
    assert told[frozenset((a1, b1))] == "unfavourable"
    assert all((row[2] == "favourable") == (row[0] in (a0, b0)) for row in rows if row[1].startswith("Does the levy"))


def test_a_sentence_that_the_texts_do_not_have_is_named(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text(json.dumps({"e": "x", **EVENT, "solo": [["C7", "the levy", "+"]]}) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="C7"):
        load_readings(path, None, "dev") + load_readings(path, None, "train")


def test_a_mention_must_stand_once_in_its_sentence(tmp_path: Path) -> None:
    path = tmp_path / "mentions.jsonl"
    for said in ("the", "the duke"):
        path.write_text(json.dumps({"e": "x", **EVENT, "mentions": [["A0", said, "+"]]}) + "\n", encoding="utf-8")
        with pytest.raises(InputError, match=said):
            load_readings(path, None, "dev") + load_readings(path, None, "train")
    path.write_text(json.dumps({"e": "x", **EVENT, "mentions": [["A0", "the mayor", "+"]]}) + "\n", encoding="utf-8")
    readings = load_readings(path, None, "dev") + load_readings(path, None, "train")
    assert list(mention_rows(readings)) == [("x", (EVENT["s"]["A"][0], "the mayor", "favourable", "sentiment"))]


def test_names_are_taken_from_sentences_and_not_from_titles(tmp_path: Path) -> None:
    path = tmp_path / "names.jsonl"
    told = "The levy pleased Ada Marlow, said the mayor."
    path.write_text(json.dumps({"e": "x", "s": {"A": ["Ada Marlow Likes Levy", told, "It rained on Monday."]}}) + "\n",
                    encoding="utf-8")
    readings = load_readings(path, None, "dev") + load_readings(path, None, "train")
    assert list(name_rows(readings)) == [("x", (told, "Ada Marlow", "neutral", "sentiment"))]


def test_each_sentence_is_put_beside_each_target_of_its_event_for_a_teacher_to_answer(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text(json.dumps({"e": "x", **EVENT}) + "\n", encoding="utf-8")
    readings = load_readings(path, None, "dev") + load_readings(path, None, "train")
    rows = [row for _, row in target_rows(readings)]
    n_sentences = len({text for lines in EVENT["s"].values() for text in lines})
    assert len(rows) == n_sentences * len(EVENT["rows"])
    assert {row[2] for row in rows} == {"neutral"}


def test_articles_that_nobody_read_carry_the_headlines_that_are_related_to_them(tmp_path: Path) -> None:
    spec = {"files": {"train": "pairs.jsonl"}, "join": {"file": "bodies.jsonl", "key": "body", "text": "text"},
            "text": "body", "target": "headline", "labels": {"agree": "", "disagree": ""}}
    pairs = [("1", "Mayor Buys Second Boat", "disagree"), ("1", "Rain Falls", "unrelated"), ("2", "Rain", "other")]
    (tmp_path / "pairs.jsonl").write_text("".join(
        json.dumps({"body": key, "headline": line, "label": label}) + "\n" for key, line, label in pairs))
    (tmp_path / "bodies.jsonl").write_text("".join(
        json.dumps({"body": key, "text": "The mayor owns one boat. It is red and old."}) + "\n" for key in "12"))
    rows = [row for _, row in target_rows(load_articles(tmp_path, spec, "train"))]
    assert sorted(rows) == [("It is red and old.", "Mayor Buys Second Boat", "neutral", "claim"),
                            ("The mayor owns one boat.", "Mayor Buys Second Boat", "neutral", "claim")]


def test_a_title_and_whole_sentences_are_numbered_and_scraps_are_not() -> None:
    assert split_article(" Levy passes ", "The council voted on Monday. Yes. It was close, the clerk said.") == [
        "Levy passes", "The council voted on Monday.", "It was close, the clerk said."]


def test_the_projects_own_readings_give_all_three_kinds_of_example() -> None:
    for portion, least in ((Portion(set="own_readings", beside=0.2), 1000),
                           (Portion(set="own_readings", task="issue"), 1000),
                           (Portion(set="own_readings", paired=True), 300)):
        rows = load_portion(portion, None, Recipe(folder=Path(), name="r", train=(portion,)))
        assert len(rows) > least
        assert len({row.label for row in rows}) >= 2
