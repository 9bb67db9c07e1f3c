"""Rows that were read off news: which sentences of several articles on one event speak to one question, and how whoever
holds the view in each stands toward the question's target.

A reading names sentences by article and number ("B2" is the third line of the second article, "B0" its title). Where
the texts may not be passed on it carries none: they are taken from the public set it was laid over, split as here. From
one reading come examples for three tasks: stance toward a target, whether a text speaks to a question or to what
another text speaks to ("issue"), and whether two texts agree; and where mentions were read, how a sentence treats whom
it mentions. Nothing here sees who published an article."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from stance.errors import InputError
from stance.framing import read_target
from stance.records import STANCES, digest, read_rows

MAX_SENTENCES = 9  # of one article, its title included
DEV_EVERY = 10  # one event in ten is kept for dev
SIGNS = {"+": "favourable", "0": "neutral", "-": "unfavourable"}


class LaidRow(BaseModel):
    """q: a neutral question; t: the target; m: sentence → "+", "0" or "-" toward the target."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    q: str
    t: str
    m: dict[str, str]


class Laid(BaseModel):
    """e: the event; s: article → sentences, where the texts are the project's own; near: pairs that must not meet;
    solo: [sentence, target, sign] of sentences in no row; mentions: [sentence, words, sign], how the sentence makes
    whom it mentions with these words, once, look to its readers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    e: str
    rows: tuple[LaidRow, ...] = ()
    near: tuple[tuple[str, str], ...] = ()
    solo: tuple[tuple[str, str, str], ...] = ()
    mentions: tuple[tuple[str, str, str], ...] = ()
    s: dict[str, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One event: sentence name → text, and what was read off it."""

    event: str
    sentences: Mapping[str, str]
    laid: Laid


_NAME = re.compile(r"\b[A-Z][\w’'-]+(?: (?:[A-Z]\.|[A-Z][\w-]+))+")  # two words or more, so that few are no names

Row = tuple[str, str, str, str]  # text, target, stance, task


def split_article(title: str, text: str) -> list[str]:
    """Title and sentences as readings number them; scraps of three words or fewer are no sentence."""
    from nupunkt import sent_tokenize

    found = [s.strip() for s in sent_tokenize(" ".join(text.split())) if len(s.split()) > 3]
    return [title.strip(), *found][:MAX_SENTENCES]


def load_readings(path: Path, texts: Path | None, split: str) -> list[Reading]:
    """The readings in a file. `texts`: the public set they were laid over (rows with id and articles), where they carry
    no text. Whole events are in dev or in train. Raises InputError where a reading does not fit its texts."""
    articles: dict[str, dict[str, list[str]]] = {}
    laid = []
    for number, row in enumerate(read_rows(path), 1):
        try:
            laid.append(Laid.model_validate(row))
        except ValidationError as error:
            first = error.errors()[0]
            raise InputError(f"{path}, line {number}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    wanted = [one for one in laid if (int(digest("reading", one.e), 16) % DEV_EVERY == 0) == (split == "dev")]
    if texts is not None:
        needed = {one.e for one in wanted}
        for row in read_rows(texts):
            if row["id"] in needed:
                articles[row["id"]] = {name: split_article(article["title"], article["text"])
                                       for name, article in zip("ABCDEFG", row["articles"], strict=False)}
    readings = []
    for one in wanted:
        lines = one.s or articles.get(one.e)
        if lines is None:
            raise InputError(f"{path}: event {one.e} is not in {texts}; take the version named in data/README.md")
        sentences = {f"{name}{k}": text for name, found in lines.items() for k, text in enumerate(found)}
        named = {name for row in one.rows for name in row.m} | {name for pair in one.near for name in pair}
        if unknown := (named | {name for name, _, _ in one.solo + one.mentions}) - set(sentences):
            raise InputError(f"{path}: event {one.e} names {sorted(unknown)[0]}, which its texts don't have; take the "
                             "version of the texts named in data/README.md")
        for name, mention, _ in one.mentions:
            if sentences[name].count(mention) != 1:
                raise InputError(f"{path}: event {one.e}: {mention!r} must stand once in {name}; take the version of "
                                 "the texts named in data/README.md")
        readings.append(Reading(one.e, sentences, one))
    return readings


def stance_rows(readings: list[Reading], beside: float, rng: random.Random) -> Iterator[tuple[str, Row]]:
    """(event, row) for each sentence that stands toward a target; `beside` of them are followed by a sentence of the
    same event that is not in the row and so takes no position on its target."""
    for reading in readings:
        laid = reading.laid
        for row in laid.rows:
            task, target = read_target(row.t)
            others = sorted(set(reading.sentences) - set(row.m) - {name for name, _, _ in laid.solo})
            for name, sign in row.m.items():
                yield reading.event, (reading.sentences[name], target, SIGNS[sign], task)
                if others and rng.random() < beside:
                    yield reading.event, (reading.sentences[rng.choice(others)], target, "neutral", task)
        for name, target, sign in laid.solo:
            task, words = read_target(target)
            yield reading.event, (reading.sentences[name], words, SIGNS[sign], task)


def mention_rows(readings: list[Reading]) -> Iterator[tuple[str, Row]]:
    """(event, row) for the task "sentiment": the target is a mention, which its text holds once."""
    for reading in readings:
        for name, mention, sign in reading.laid.mentions:
            yield reading.event, (reading.sentences[name], mention, SIGNS[sign], "sentiment")


def load_articles(folder: Path, spec: Mapping[str, Any], split: str) -> list[Reading]:
    """Articles of a public set as readings that nobody has read: an article's first sentences, with the headlines that
    the set calls related to it as the targets of its rows, which name no sentence. A headline is a claim."""
    join = spec["join"]
    headlines: dict[str, set[str]] = {}
    for row in read_rows(folder / spec["files"][split]):
        if row["label"] in spec["labels"]:
            headlines.setdefault(str(row[spec["text"]]), set()).add(" ".join(row[spec["target"]].split()))
    readings = []
    for row in read_rows(folder / join["file"]):
        if targets := headlines.get(key := str(row[join["key"]])):
            lines = {f"A{k}": text for k, text in enumerate(split_article("", row[join["text"]])) if k}
            rows = tuple(LaidRow(q=target, t=f"the claim that {target}", m={}) for target in sorted(targets))
            readings.append(Reading(key, lines, Laid(e=key, rows=rows)))
    return readings


def name_rows(readings: list[Reading]) -> Iterator[tuple[str, Row]]:
    """(event, row) for the task "sentiment" with each name that its text holds once as the target. How the sentence
    treats it nobody has read: the rows stand as neutral until a teacher labels them."""
    for reading in readings:
        for name, text in sorted(reading.sentences.items()):
            if name[1:] != "0":  # in titles every word looks like a name
                for found in sorted({m.group() for m in _NAME.finditer(text) if text.count(m.group()) == 1}):
                    yield reading.event, (text, found, "neutral", "sentiment")


def target_rows(readings: list[Reading]) -> Iterator[tuple[str, Row]]:
    """(event, row) of each sentence with each target of its event, most of which it was not read toward: the rows stand
    as neutral until a teacher labels them."""
    for reading in readings:
        for row in reading.laid.rows:
            task, target = read_target(row.t)
            for text in sorted(set(reading.sentences.values())):
                yield reading.event, (text, target, "neutral", task)


def issue_rows(readings: list[Reading], rng: random.Random) -> Iterator[tuple[str, Row]]:
    """(event, row) for the task "issue": favourable where the text speaks to the question, or to what the other text
    speaks to; else unfavourable. What does not meet is mostly of the same event, since there it is hard to tell."""
    for place, reading in enumerate(readings):
        lines, laid = reading.sentences, reading.laid
        met = {frozenset(pair) for row in laid.rows for pair in combinations(row.m, 2)}
        for row in laid.rows:
            asked = f"{row.q} ({row.t})"
            others = sorted(set(lines) - set(row.m))
            for name in row.m:
                yield reading.event, (lines[name], asked, "favourable", "issue")
            for name in rng.sample(others, min(len(others), len(row.m) + 2)):
                yield reading.event, (lines[name], asked, "unfavourable", "issue")
            if len(readings) > 1:
                other = readings[(place + rng.randrange(1, len(readings))) % len(readings)]
                yield reading.event, (rng.choice(list(other.sentences.values())), asked, "unfavourable", "issue")
            pairs = [(a, b) for a, b in combinations(row.m, 2) if a[0] != b[0]]
            for a, b in rng.sample(pairs, min(len(pairs), 5)):
                yield reading.event, (*_either(lines[a], lines[b], rng), "favourable", "issue")
        apart = [(a, b) for a, b in combinations(sorted(lines), 2) if a[0] != b[0] and frozenset((a, b)) not in met]
        near = [pair for pair in laid.near if frozenset(pair) not in met]
        for a, b in near + rng.sample(apart, min(len(apart), 6 * max(1, len(laid.rows)))):
            yield reading.event, (*_either(lines[a], lines[b], rng), "unfavourable", "issue")


def relation_rows(readings: list[Reading], rng: random.Random) -> Iterator[tuple[str, Row]]:
    """(event, row) of two texts, one as the claim: favourable where both stand alike in a row, unfavourable where they
    stand opposed, neutral where one takes no side or where they share no row, also those that look as if they did."""
    for reading in readings:
        lines, laid = reading.sentences, reading.laid
        met = {frozenset(pair) for row in laid.rows for pair in combinations(row.m, 2)}
        for row in laid.rows:
            signs = [(a, b, row.m[a] == row.m[b]) for a, b in combinations(row.m, 2) if "0" not in (row.m[a], row.m[b])]
            alike, opposed = [s for s in signs if s[2]], [s for s in signs if not s[2]]
            for a, b, same in opposed[:6] + rng.sample(alike, min(len(alike), 2)):
                stance = "favourable" if same else "unfavourable"
                yield reading.event, (*_either(lines[a], lines[b], rng), stance, "claim")
            unsided = [(a, b) for a, b in combinations(row.m, 2) if "0" in (row.m[a], row.m[b]) and a[0] != b[0]]
            for a, b in rng.sample(unsided, min(len(unsided), 2)):
                yield reading.event, (*_either(lines[a], lines[b], rng), "neutral", "claim")
        near = [pair for pair in laid.near if frozenset(pair) not in met]
        for a, b in near[:4]:
            yield reading.event, (*_either(lines[a], lines[b], rng), "neutral", "claim")
        apart = [(a, b) for a, b in combinations(sorted(lines), 2) if a[0] != b[0] and frozenset((a, b)) not in met]
        for a, b in rng.sample(apart, min(len(apart), 2)):
            yield reading.event, (*_either(lines[a], lines[b], rng), "neutral", "claim")


def _either(a: str, b: str, rng: random.Random) -> tuple[str, str]:
    return (a, b) if rng.random() < 0.5 else (b, a)


assert set(SIGNS.values()) == set(STANCES)
