"""How far people agree: two or more files of answers about the same things, by Krippendorff's alpha.

A file is one person's: corrections (`stance review` writes them), or rows {id, label}. Alpha is 1 where all agree, 0
where they agree as often as chance would have it, and works with any number of people and with answers missing
(Krippendorff, Content Analysis, 2004; nominal). It says nothing about who is right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stance.corrections import Correction, read_corrections
from stance.errors import InputError, UndecidedError
from stance.evaluation.metrics import Columns, figure
from stance.records import read_rows

RESAMPLES = 1000
NO_POSITION = "no clear position"

Answers = Mapping[str, str]  # thing asked about → answer


@dataclass(frozen=True, slots=True)
class Agreement:
    """One kind of question (stance, voice, holder, row, label).

    n         things that two people or more answered
    share     of pairs of answers to one thing that are the same
    alpha     Krippendorff's, None where only one answer was ever given; low, high: 95 %, things resampled
    differ    [thing, the answers in the order of the files ("–" where none)], where answers differ
    """

    kind: str
    n: int
    share: float
    alpha: float | None
    low: float | None
    high: float | None
    differ: tuple[tuple[str, ...], ...]


def measure_agreement(paths: Sequence[Path]) -> tuple[Agreement, ...]:
    """Agreement between the people whose files these are, a kind of question each.

    Raises InputError for fewer than two files, one that is given twice or cannot be read, UndecidedError where no two
    people answered the same thing."""
    if len(paths) < 2:
        raise InputError("agreement is between two people or more; name a file for each")
    people = [read_answers(path) for path in paths]
    if len({path.resolve() for path in paths}) < len(paths):
        raise InputError(f"{', '.join(map(str, paths))}: one file is given twice; it agrees with itself, give it once")
    kinds = sorted({kind for person in people for kind in person})
    shared = tuple(found for kind in kinds if (found := _agree(kind, [person.get(kind, {}) for person in people])))
    if not shared:
        raise UndecidedError(
            f"{', '.join(map(str, paths))}: no two of them answer the same thing, so agreement cannot be told; let "
            "people answer about the same comparison"
        )
    return shared


def read_answers(path: Path) -> dict[str, dict[str, str]]:
    """Kind of question → answers, of a corrections file or of rows {id, label}. Raises InputError."""
    rows = list(read_rows(path))
    if not rows:
        raise InputError(f"{path}: no answers in it; give corrections or rows with id and label")
    if "kind" in rows[0]:
        return _answers_of(read_corrections(path).standing)
    answers: dict[str, str] = {}
    for number, row in enumerate(rows, 1):
        if "id" not in row or not isinstance(row.get("label"), str):
            raise InputError(f"{path}, row {number}: rows need an id and a label (or give a corrections file)")
        if answers.setdefault(str(row["id"]), row["label"]) != row["label"]:
            raise InputError(f"{path}, row {number}: id {row['id']!r} has two labels; one person gives one answer")
    return {"label": answers}


def _answers_of(corrections: Sequence[Correction]) -> dict[str, dict[str, str]]:
    """Stance, voice and holder of a claim; whether a claim is in a row. Merges and silences have no second answer."""
    answers: dict[str, dict[str, str]] = {}
    for c in corrections:
        if c.claim is None:
            continue
        words = " ".join(c.claim.text.split())
        claim = f"{c.claim.source}: {words}"
        if c.kind == "voice":
            answers.setdefault("voice", {})[claim] = str(c.voice)
            answers.setdefault("holder", {})[claim] = " ".join((c.holder or "").casefold().split())
        elif c.issue and c.kind == "stance":
            answers.setdefault("stance", {})[f"{claim} → {c.issue.target}"] = c.stance or NO_POSITION
        elif c.issue:
            answers.setdefault("row", {})[f"{claim} → {c.issue.title}"] = {"add": "in", "split": "out"}[c.kind]
    return answers


def _agree(kind: str, people: Sequence[Answers]) -> Agreement | None:
    """None where no two people answered the same thing."""
    asked = Counter(thing for person in people for thing in person)
    things = sorted(thing for thing, n in asked.items() if n > 1)
    if not things:
        return None
    given = [[person[thing] for person in people if thing in person] for thing in things]
    values = sorted({answer for answers in given for answer in answers})
    counts = np.array([[answers.count(value) for value in values] for answers in given])
    alpha = figure(_alpha, things, counts=counts)
    value, interval = alpha.value(), alpha.interval(seed=0, resamples=RESAMPLES)
    low, high = (round(end, 4) for end in interval) if interval else (None, None)
    return Agreement(
        kind,
        len(things),
        _share(counts),
        None if np.isnan(value) else round(value, 4),
        low,
        high,
        tuple(
            (thing, *(person.get(thing, "–") for person in people))
            for thing, answers in zip(things, given, strict=True)
            if len(set(answers)) > 1
        ),
    )


def _share(counts: NDArray[np.int64]) -> float:
    """Of the pairs of answers to one thing, those that are the same."""
    n = counts.sum(axis=1)
    return round(float((counts * (counts - 1)).sum() / (n * (n - 1)).sum()), 4)


def _alpha(columns: Columns) -> float:
    """NaN where only one value occurs: then nothing can be said about agreement beyond chance."""
    import krippendorff

    counts = columns["counts"]
    used = counts[:, counts.sum(axis=0) > 0]
    if used.shape[1] < 2:
        return float("nan")
    return float(krippendorff.alpha(value_counts=used, level_of_measurement="nominal"))


def to_agreement_table(found: Sequence[Agreement]) -> str:
    """What a person reads: a line a kind of question, and where answers differ."""
    lines = []
    for a in found:
        alpha = "undefined (one answer only)" if a.alpha is None else f"{a.alpha:.3f}"
        interval = "" if a.low is None or a.high is None else f" [{a.low:.3f}, {a.high:.3f}]"
        lines.append(f"{a.kind:8} alpha {alpha}{interval}, {a.share:.0%} of answers the same, n = {a.n}")
        lines += [f"  {' | '.join(answers)}: {thing}" for thing, *answers in a.differ]
    return "\n".join(lines) + "\n"
