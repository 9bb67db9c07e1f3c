"""Labelled rows for training and measuring: read, mapped to three labels, mixed as a recipe says.

Public sets are described in data/sets.toml and read from a folder; they are never part of this package. A row is
one (target, text, label); what a label means depends on its task. Nothing here ever sees who published a text."""

from __future__ import annotations

import csv
import os
import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stance.errors import InputError
from stance.framing import marked_text
from stance.records import STANCES, digest, read_rows
from stance.training.readings import (
    issue_rows,
    load_articles,
    load_readings,
    mention_rows,
    name_rows,
    relation_rows,
    stance_rows,
    target_rows,
)
from stance.training.recipes import Portion, Recipe

LABEL_INDEX: Mapping[str, int] = {stance: index for index, stance in enumerate(STANCES)}


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled pair. `start`, `end`: where the target is mentioned in the text, if known; `group`: the event,
    topic or claim that must not be split between training and measuring; `taught`: how much of the label is a
    teacher's."""

    text: str
    target: str
    label: int
    task: str
    group: str
    start: int | None = None
    end: int | None = None
    taught: float = 0.0


def shipped_file(name: str) -> Path:
    """A file or folder of data/ that comes with this package."""
    here = Path(__file__).resolve().parents[1]
    for path in (here / "_shipped" / name, here.parent / "data" / name):
        if path.exists():
            return path
    raise InputError(f"data/{name} is missing from this installation; reinstall stance-compare")


def shipped_sets() -> dict[str, dict[str, Any]]:
    """The table of data sets, set name → description (see data/sets.toml)."""
    return tomllib.loads(shipped_file("sets.toml").read_text(encoding="utf-8"))


def data_folder(given: Path | None = None) -> Path:
    """Where public sets lie: the folder given, or the one named by STANCE_DATA. Raises InputError if neither is."""
    folder = given or (Path(os.environ["STANCE_DATA"]) if os.environ.get("STANCE_DATA") else None)
    if folder is None:
        raise InputError(
            "no data folder: give --data DIR, or set STANCE_DATA to the folder that holds one folder per set"
        )
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; it should hold one folder per data set")
    return folder


def _describe(name: str, split: str) -> dict[str, Any]:
    sets = shipped_sets()
    if name not in sets:
        raise InputError(f"data set {name!r} is not in data/sets.toml; known: {', '.join(sorted(sets))}")
    if split not in sets[name]["files"]:
        raise InputError(f"data set {name!r} has no split {split!r}; known: {', '.join(sets[name]['files'])}")
    return sets[name]


def load_set(name: str, split: str, folder: Path | None = None) -> list[Example]:
    """The rows of one split of a set, in file order, texts with their white space folded where the target's offsets
    don't matter. Raises InputError where the set, split or file is unknown."""
    spec = _describe(name, split)
    if _is_read_off(spec):
        return _read_off(Portion(set=name, split=split), spec, folder, random.Random(0))
    base = data_folder(folder) / name
    bodies: dict[str, str] = {}
    if join := spec.get("join"):
        bodies = {str(row[join["key"]]): row[join["text"]] for row in read_rows(base / join["file"])}
    examples = []
    for row in read_rows(base / spec["files"][split]):
        label = spec["labels"].get(row["label"])
        if label is None:
            continue
        text = bodies[str(row[spec["text"]])] if bodies else row[spec["text"]]
        located = "start" in spec
        examples.append(
            Example(
                text=text if located else " ".join(text.split()),
                target=" ".join(row[spec["target"]].split()),
                label=LABEL_INDEX[label],
                task=spec["task"],
                group=str(row.get(spec["group"])),
                start=row[spec["start"]] if located else None,
                end=row[spec["end"]] if located else None,
            )
        )
    return examples


def _is_read_off(spec: Mapping[str, Any]) -> bool:
    return "readings" in spec or "unread" in spec


def _read_off(portion: Portion, spec: Mapping[str, Any], folder: Path | None, rng: random.Random) -> list[Example]:
    """Examples from readings: stance toward a target, or for the task "issue", or of pairs; or rows without a label, of
    names or of targets, from readings or from articles that nobody has read."""
    if "readings" in spec:
        texts = data_folder(folder) / spec["texts"] if "texts" in spec else None
        readings = load_readings(shipped_file("readings") / spec["readings"], texts, portion.split)
    else:
        readings = load_articles(data_folder(folder) / spec["folder"], spec, portion.split)
    if spec.get("unread") == "targets":
        found = target_rows(readings)
    elif portion.task == "issue":
        found = issue_rows(readings, rng)
    elif spec["task"] == "sentiment":
        return [
            Example(text, target, LABEL_INDEX[stance], task, event, start := text.index(target), start + len(target))
            for event, (text, target, stance, task) in (
                name_rows(readings) if spec.get("unread") == "names" else mention_rows(readings)
            )
        ]
    elif portion.paired:
        found = relation_rows(readings, rng)
    else:
        found = stance_rows(readings, portion.beside, rng)
    return [
        Example(text, target, LABEL_INDEX[stance], task, event)
        for event, (text, target, stance, task) in found
        if portion.task in (None, task)
    ]


def load_csv(path: Path, task: str) -> list[Example]:
    """Rows of a user's own CSV with the columns text, target, label. Raises InputError with the line number."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = {"text", "target", "label"} - set(reader.fieldnames or ())
            if missing:
                raise InputError(f"{path}: column {', '.join(sorted(missing))} missing; text, target, label are needed")
            examples = []
            for row in reader:
                if not row["text"] or not row["target"]:
                    raise InputError(f"{path}, line {reader.line_num}: text or target is empty")
                if row["label"] not in LABEL_INDEX:
                    raise InputError(
                        f"{path}, line {reader.line_num}: label {row['label']!r} is none of {', '.join(STANCES)}"
                    )
                examples.append(Example(row["text"], row["target"], LABEL_INDEX[row["label"]], task, row["target"]))
            return examples
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read ({error}); give a UTF-8 CSV file") from None


def load_portion(portion: Portion, folder: Path | None, recipe: Recipe) -> list[Example]:
    """What one [[train]] or [[dev]] entry of a recipe stands for, in an order that depends on the seed alone."""
    rng = random.Random(digest(recipe.seed, portion.set, portion.csv, portion.split, portion.task, portion.paired))
    spec = _describe(portion.set, portion.split) if portion.set else {}
    if portion.csv is not None:
        examples = load_csv(recipe.locate(portion.csv), portion.task or "topic")
    elif _is_read_off(spec):
        examples = _read_off(portion, spec, folder, rng)
    else:
        assert portion.set is not None  # load_recipe saw to it
        examples = load_set(portion.set, portion.split, folder)
        if portion.task:
            examples = [replace(example, task=portion.task) for example in examples]
    rng.shuffle(examples)
    if portion.paired and not _is_read_off(spec):
        examples = _pair_within_groups(examples, rng)
    if portion.per_label:
        examples = [
            row
            for label in range(len(STANCES))
            for row in [e for e in examples if e.label == label][: portion.per_label]
        ]
    if portion.limit:
        examples = examples[: portion.limit]
    if portion.praise or portion.blame:
        examples = [_as_claim(example, portion, rng) for example in examples]
    if portion.negated:
        examples = [
            _deny(example, rng) if example.task == "claim" and rng.random() < portion.negated else example
            for example in examples
        ]
    if portion.wrong_target:
        examples += _with_wrong_targets(examples, round(portion.wrong_target * len(examples)), rng)
    return [replace(example, taught=portion.taught) for example in examples] if portion.taught else examples


def load_training_rows(recipe: Recipe, folder: Path | None) -> list[Example]:
    """All training rows of a recipe, augmented: names swapped, mentions marked, tasks left untold."""
    rows = [row for portion in recipe.train for row in load_portion(portion, folder, recipe)]
    if recipe.held_out:
        measured = [row for portion in recipe.dev for row in load_portion(portion, folder, recipe)]
        shared = leaked_texts(measured, rows)
        rows = [row for row in rows if row.text not in shared]
    rng = random.Random(digest(recipe.seed, recipe.name))
    names = sorted({row.target for row in rows if row.start is not None and row.target[:1].isupper()})
    world = shipped_file("readings/names.txt").read_text(encoding="utf-8").split("\n")[:-1]
    mixed = []
    for row in rows:
        located = _locate_name(row)
        if located.start is not None and rng.random() < recipe.swapped and row.target[:1].isupper():
            swapped = _swap_name(located, rng.choice(names if names and rng.random() < 0.5 else world))
            row = swapped if row.start is not None else replace(swapped, start=None, end=None)
        if row.start is not None and rng.random() < recipe.marked:
            row = mark_mention(row)
        mixed.append(replace(row, task="") if rng.random() < recipe.untold else row)
    rng.shuffle(mixed)
    return mixed


def _locate_name(row: Example) -> Example:
    """The row with the place of its target, where that is a name which the text holds word for word."""
    if row.start is not None or not row.target[:1].isupper() or row.task != "topic":
        return row
    found = re.search(rf"\b{re.escape(row.target)}\b", row.text)
    return replace(row, start=found.start(), end=found.end()) if found else row


def mark_mention(row: Example) -> Example:
    """The row with its target's mention marked in the text; unchanged where the mention is not known."""
    text = marked_text(row.text, row.start, row.end)
    shift = (len(text) - len(row.text)) // 2
    return (
        replace(row, text=text, start=row.start + shift, end=row.end + shift)
        if row.start is not None and row.end is not None
        else row
    )


def _swap_name(row: Example, name: str) -> Example:
    """Another name in the target's place, everywhere in the text: a label must not hang on a name."""
    assert row.start is not None
    before, after = row.text[: row.start], row.text[row.end :]
    before = before.replace(row.target, name)
    return replace(
        row,
        text=before + name + after.replace(row.target, name),
        target=name,
        start=len(before),
        end=len(before) + len(name),
    )


DENIALS = ("It is not true that {}", "It is wrong to say that {}", "One should reject the view that {}")


def _turned(label: int) -> int:
    """Favourable for unfavourable and the other way round; neutral stays."""
    return len(STANCES) - 1 - label


def _as_claim(row: Example, portion: Portion, rng: random.Random) -> Example:
    """The row's target inside a claim that praises or blames it."""
    claim = rng.choice(portion.praise + portion.blame)
    label = row.label if claim in portion.praise else _turned(row.label)
    return replace(row, target=claim.replace("{target}", row.target), label=label, start=None, end=None)


def _deny(row: Example, rng: random.Random) -> Example:
    return replace(row, target=rng.choice(DENIALS).format(row.target), label=_turned(row.label))


def _pair_within_groups(examples: Sequence[Example], rng: random.Random) -> list[Example]:
    groups: dict[str, list[Example]] = {}
    for example in examples:
        groups.setdefault(example.group, []).append(example)
    pairs = []
    for members in groups.values():
        if len(members) < 2:
            continue
        for one in members:
            other = rng.choice([m for m in members if m is not one])
            if LABEL_INDEX["neutral"] in (one.label, other.label):
                continue
            label = LABEL_INDEX["favourable"] if one.label == other.label else LABEL_INDEX["unfavourable"]
            pairs.append(Example(one.text, other.text, label, one.task, one.group))
    rng.shuffle(pairs)
    return pairs


def _with_wrong_targets(examples: Sequence[Example], n: int, rng: random.Random) -> list[Example]:
    """Right passage, wrong target: the passage takes no position on it."""
    wrong = []
    for example in examples[:n]:
        other = rng.choice(examples)
        if other.group != example.group and other.target.casefold() not in example.text.casefold():
            wrong.append(replace(example, target=other.target, label=LABEL_INDEX["neutral"], start=None, end=None))
    return wrong


def leaked_texts(training: Sequence[Example], measured: Sequence[Example]) -> set[str]:
    """Texts that are in both, compared by their words alone. A model must not be measured on what it learned."""
    seen = {_words(row.text) for row in training}
    return {row.text for row in measured if _words(row.text) in seen}


def _words(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())
