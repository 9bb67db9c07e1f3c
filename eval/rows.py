"""What the labels of rows are worth: stances of claims that are judged together, on rows that training never saw.

    python eval/rows.py --data DIR [--model DIR] [--cache FILE]

The rows are those of the readings kept for dev (data/readings; texts of NeuS from DIR). Each is labelled as a
discovered row is (stance/positions.py), once toward the target that the reader named and once toward the phrase that
alignment would name the row with, with and without reading claims against each other. Printed, as Markdown: macro-F1
of the stances, over all claims, abstention counting as wrong; the share of claims answered; of pairs of two articles
with opposite stances those that came out opposed, of pairs on one side those that did not, and the mean of both; of
rows with both sides those that were called contested, and how many were so called; the calibration error of what was
answered."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score

from stance.alignment.naming import name_issue
from stance.alignment.reading import background
from stance.alignment.words import rarity
from stance.batch.kept import KeptModel
from stance.cache import Cache
from stance.encoding import best_dtype
from stance.evaluation.metrics import calibration_error
from stance.framing import StanceModel, load_stance_model
from stance.positions import label_issues
from stance.records import STANCES, Claim, Issue, Position, digest
from stance.training.data import data_folder, shipped_file, shipped_sets
from stance.training.readings import SIGNS, load_readings

SETS = ("news_readings", "own_readings", "own_events")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its issue, named by its reader and by its words, its claims and their stances."""

    issue: Issue
    phrase: str
    claims: tuple[Claim, ...]
    stances: tuple[str, ...]


def load_rows(folder: Path) -> Iterator[Row]:
    """The dev rows with sentences of two articles or more."""
    sets = shipped_sets()
    for name in SETS:
        spec = sets[name]
        texts = folder / spec["texts"] if "texts" in spec else None
        for reading in load_readings(shipped_file("readings") / spec["readings"], texts, "dev"):
            weigh = rarity([*reading.sentences.values(), *background()])
            for number, row in enumerate(reading.laid.rows):
                if len({sentence[0] for sentence in row.m}) < 2:
                    continue
                key = digest(reading.event, number)
                claims = tuple(Claim(digest(key, s), digest(reading.event, s[0]), 0, len(reading.sentences[s]),
                                     reading.sentences[s]) for s in sorted(row.m))
                _, phrase = name_issue([c.text for c in claims], [c.document_id for c in claims], (), weigh)
                issue = Issue(key, row.q, row.t, tuple(c.id for c in claims), scores={c.id: 1.0 for c in claims})
                yield Row(issue, phrase, claims, tuple(SIGNS[row.m[s]] for s in sorted(row.m)))


def measure(rows: Sequence[Row], positions: Sequence[Position]) -> list[str]:
    """The cells of one line of the table."""
    gold, found, sure = [], [], []
    opposed, alike, contested = [], [], []
    place = iter(positions)
    for row in rows:
        labels = [next(place) for _ in row.claims]
        gold += row.stances
        found += [p.stance or "" for p in labels]
        sure += [max(p.probabilities.values()) for p in labels]
        sides = {"favourable", "unfavourable"}
        told = [(a, b) for a, b in combinations(range(len(labels)), 2)
                if row.claims[a].document_id != row.claims[b].document_id]
        split = [{labels[a].stance, labels[b].stance} == sides for a, b in told]
        real = [{row.stances[a], row.stances[b]} for a, b in told]
        opposed += [said for said, truth in zip(split, real, strict=True) if truth == sides]
        alike += [not said for said, truth in zip(split, real, strict=True) if len(truth) == 1 and truth < sides]
        contested.append((any(split), sides in real))
    answered = np.array(found) != ""
    f1 = f1_score(gold, found, labels=list(STANCES), average="macro")
    error = calibration_error({"gold": np.array(gold)[answered], "predicted": np.array(found)[answered],
                               "confidence": np.array(sure)[answered]})
    called = [truth for said, truth in contested if said]
    return [f"{f1:.3f}", f"{answered.mean():.2f}", f"{sum(opposed)} of {len(opposed)}", f"{sum(alike)} of {len(alike)}",
            f"{(np.mean(opposed) + np.mean(alike)) / 2:.3f}",
            f"{sum(called)} of {sum(truth for _, truth in contested)}, {len(called)} called", f"{error:.3f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, help="folder with the public sets; STANCE_DATA otherwise")
    parser.add_argument("--model", type=Path, help="a stance model; the shipped one otherwise")
    parser.add_argument("--cache", type=Path, help="file in which answers are kept, so that a second run is quick")
    args = parser.parse_args()
    rows = list(load_rows(data_folder(args.data)))
    claims = [claim for row in rows for claim in row.claims]
    print(f"{len(rows)} rows, {len(claims)} claims\n")
    heads = ("target", "claims against each other", "macro-F1", "answered", "opposed pairs", "alike", "mean",
             "contested rows", "ECE")
    print("|", " | ".join(heads), "|\n" + "|---" * len(heads) + "|")
    with tempfile.TemporaryDirectory() as folder, Cache(args.cache or Path(folder) / "answers.sqlite") as cache:
        model: StanceModel = KeptModel(load_stance_model(args.model, dtype=best_dtype()), cache)
        for target, issues in (("as its reader named it", [row.issue for row in rows]),
                               ("as alignment would", [replace(row.issue, target=row.phrase) for row in rows])):
            for read in ("no", "yes"):
                asked = [replace(issue, asked="alone" if read == "no" else None) for issue in issues]
                cells = measure(rows, label_issues(asked, claims, model))
                print("|", " | ".join([target, read, *cells]), "|", flush=True)


if __name__ == "__main__":
    main()
