"""A fitted model becomes one that can be shipped: calibrated and measured on dev data, with a card that says so.

Writes beside the weights: stance.json (temperature and abstention threshold by task), metrics.json (per data set and
label, with intervals, beside the majority, a linear model and the untrained encoder) and README.md, the card. The
figures on the card are those in metrics.json; a test holds them together. Dev data choose; they don't train."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.comparison import CONFIDENCE_WORDS, confidence_word
from stance.encoding import load_encoder, weights_sha256
from stance.errors import InputError
from stance.evaluation.metrics import Columns, calibration_error, figure, macro_f1
from stance.framing import TASKS, Pair, StanceModel, read_settings, softmax, target_words
from stance.records import STANCES
from stance.training.card import write_card
from stance.training.data import Example, leaked_texts, load_portion, shipped_sets
from stance.training.fit import blend_weights, find_base, fit_model
from stance.training.recipes import Portion, Recipe, load_recipe

log = logging.getLogger(__name__)

ABSTENTION_ERROR = 0.2  # the share of wrong labels among those given, on dev, that thresholds are chosen for
BASELINE_ROWS = 2000  # training rows per data set that the two baselines learn from
RESAMPLES = 1000
MAX_LENGTH = 192  # tokens read at use; longer than in training, so that long passages are not cut

Labels = NDArray[np.int64]
Scores = NDArray[np.float64]


def train_model(recipe_path: Path, folder: Path | None, runs: Path, out: Path | None, download: bool = False) -> Path:
    """Fit by the recipe, calibrate, measure, write the card. Returns the model's directory (`out`, or runs/NAME)."""
    recipe = load_recipe(recipe_path)
    weights = fit_model(recipe, folder, runs, download)
    out = out or runs / recipe.name
    if out != weights:
        shutil.copytree(weights, out, dirs_exist_ok=True)
        blend_weights(out, recipe)
    write_settings(out, recipe, download)
    measure_model(out, recipe, folder)
    return out


def write_settings(
    out: Path, recipe: Recipe, download: bool = False, tasks: Mapping[str, Mapping[str, float]] | None = None
) -> None:
    """stance.json: what `load_stance_model` needs beside the weights."""
    settings: dict[str, Any] = {
        "name": recipe.name,
        "max_length": MAX_LENGTH,
        "sha256": weights_sha256(out),
        "tasks": tasks or {task: {"temperature": 1.0, "threshold": 0.0} for task in TASKS},
    }
    if recipe.lora:
        base, adapter = find_base(recipe, download)
        name = read_settings(adapter)["base"]["name"] if adapter else recipe.base
        settings["base"] = {"name": name, "sha256": weights_sha256(base)}
    (out / "stance.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")


def measure_model(out: Path, recipe: Recipe, folder: Path | None) -> None:
    """Fit temperatures and thresholds on the recipe's dev portions, measure each, write metrics.json and the card."""
    base = find_base(recipe)[0]
    model = StanceModel(out, base if recipe.lora else None)
    # The rows as they are in the sets: a swapped name must not make a seen text look unseen.
    training = [row for source, portion in _seen(recipe) for row in load_portion(portion, folder, source)]
    parts: list[tuple[Portion, list[Example], Scores, NDArray[np.bool_]]] = []
    for portion in recipe.dev:
        rows = load_portion(portion, folder, recipe)
        if not rows:
            raise InputError(f"{portion.set or portion.csv}: no rows in the dev portion; leave it out or give rows")
        leaked = leaked_texts(training, rows)
        unseen = np.array([row.text not in leaked for row in rows])
        log.info("%s/%s: %d rows, %d with unseen texts", portion.set, portion.split, len(rows), int(unseen.sum()))
        task = portion.task or rows[0].task
        parts.append(
            (portion, rows, model.logits([Pair(r.target, r.text, r.start, r.end) for r in rows], task), unseen)
        )
    tasks: dict[str, dict[str, float]] = {}
    for task in TASKS:
        mine = [
            (np.array([row.label for row in rows])[unseen], scores[unseen])
            for portion, rows, scores, unseen in parts
            if (portion.task or rows[0].task) == task
        ]
        tasks[task] = _settings_of(mine)
    write_settings(out, recipe, tasks=tasks)

    results = []
    for portion, rows, scores, unseen in parts:
        task = portion.task or rows[0].task
        p = softmax(scores / tasks[task]["temperature"])
        results.append(_measure_part(portion, rows, p, tasks[task]))
        kept = [row for row, new in zip(rows, unseen, strict=True) if new]
        results[-1]["unseen"] = {"n": len(kept), "macro_f1": _macro_f1_of(kept, p[unseen])}
        results[-1]["by_word"] = _errors_by_word(np.array([row.label for row in kept]), p[unseen], tasks[task])
        results[-1]["baselines"] = _baselines(recipe, portion, rows, folder)
        log.info("%s", json.dumps(results[-1]))
    metrics = {
        "model": recipe.name,
        "weights_sha256": weights_sha256(out),
        "abstention_error": ABSTENTION_ERROR,
        "resamples": RESAMPLES,
        "dev": results,
    }
    (out / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    write_card(out, recipe, shipped_sets())


def _seen(recipe: Recipe) -> Iterator[tuple[Recipe, Portion]]:
    """Recipe and portion of all that the model was trained on, what its base was trained on included; portions of
    recipes that hold dev texts out share none with dev."""
    if not recipe.held_out:
        yield from ((recipe, portion) for portion in recipe.train)
    parents = (recipe.base, recipe.blend.model) if recipe.blend else (recipe.base,)
    for record in (Path(model) / "training.json" for model in parents):
        if not record.is_file():
            continue
        plain = json.loads(record.read_text(encoding="utf-8"))["recipe"]
        yield from _seen(Recipe.model_validate(plain | {"folder": recipe.folder}))


def _settings_of(parts: Sequence[tuple[Labels, Scores]]) -> dict[str, float]:
    """Temperature that minimises the log loss, then the lowest threshold at which at most ABSTENTION_ERROR of the
    labels given are wrong. Each data set weighs the same. Without dev data: 1 and 0.5."""
    from scipy.optimize import minimize_scalar

    if not parts:
        return {"temperature": 1.0, "threshold": 0.5}

    def loss(log_temperature: float) -> float:
        total = 0.0
        for gold, scores in parts:
            p = softmax(scores / np.exp(log_temperature))
            total -= float(np.log(np.maximum(p[np.arange(len(gold)), gold], 1e-12)).mean())
        return total

    temperature = float(np.exp(minimize_scalar(loss, bounds=(-1.5, 2.0), method="bounded").x))
    threshold = 0.95
    for candidate in np.arange(0.34, 0.96, 0.01):
        errors = []
        for gold, scores in parts:
            p = softmax(scores / temperature)
            given = p.max(axis=1) >= candidate
            errors.append(float((p.argmax(axis=1)[given] != gold[given]).mean()) if given.any() else 0.0)
        if float(np.mean(errors)) <= ABSTENTION_ERROR:
            threshold = float(candidate)
            break
    return {"temperature": round(temperature, 3), "threshold": round(threshold, 2)}


def _choose_among(p: Scores, gold: Labels) -> Labels:
    """The likeliest of the labels that the data set has."""
    mask = np.full(len(STANCES), -np.inf)
    mask[np.unique(gold)] = 0
    return np.asarray((p + mask).argmax(axis=1))


def _macro_f1_of(rows: Sequence[Example], p: Scores) -> float | None:
    if not rows:
        return None
    gold = np.array([row.label for row in rows])
    return round(macro_f1({"gold": gold, "predicted": _choose_among(p, gold)}), 4)


def _errors_by_word(gold: Labels, p: Scores, settings: Mapping[str, float]) -> dict[str, dict[str, int]]:
    """For each word that a report shows for a confidence: how many labels were given with it, how many were wrong."""
    counts = {word: {"n": 0, "n_wrong": 0} for word, _ in CONFIDENCE_WORDS}
    for row, right in zip(p, gold, strict=True):
        if (confidence := float(row.max())) >= settings["threshold"]:
            count = counts[confidence_word(confidence)]
            count["n"] += 1
            count["n_wrong"] += int(row.argmax() != right)
    return counts


def _measure_part(
    portion: Portion, rows: Sequence[Example], p: Scores, settings: Mapping[str, float]
) -> dict[str, Any]:
    gold = np.array([row.label for row in rows])
    groups = [row.group for row in rows]
    chosen = _choose_among(p, gold)
    f1 = figure(macro_f1, groups, gold=gold, predicted=chosen)
    ece = figure(calibration_error, groups, gold=gold, predicted=p.argmax(axis=1), confidence=p.max(axis=1))
    given = p.max(axis=1) >= settings["threshold"]

    def f1_of(label: int) -> Any:
        def statistic(columns: Columns) -> float:
            hit = float(((columns["gold"] == label) & (columns["predicted"] == label)).sum())
            total = float((columns["gold"] == label).sum() + (columns["predicted"] == label).sum())
            return 2 * hit / total if total else float("nan")

        return statistic

    by_label = {}
    for label in np.unique(gold):
        one = figure(f1_of(int(label)), groups, gold=gold, predicted=chosen)
        by_label[STANCES[label]] = {
            "f1": round(one.value(), 4),
            "interval": _rounded(one.interval(0, RESAMPLES)),
            "n": int((gold == label).sum()),
        }
    coverage, risk = [], []
    order = np.argsort(-p.max(axis=1), kind="stable")
    wrong = (p.argmax(axis=1) != gold)[order]
    for share in (0.1, 0.25, 0.5, 0.75, 1.0):
        n = max(1, round(share * len(wrong)))
        coverage.append(share)
        risk.append(round(float(wrong[:n].mean()), 4))
    return {
        "set": portion.set or portion.csv,
        "split": portion.split,
        "task": portion.task or rows[0].task,
        "n": len(rows),
        "macro_f1": round(f1.value(), 4),
        "interval": _rounded(f1.interval(0, RESAMPLES)),
        "labels": by_label,
        "ece": round(ece.value(), 4),
        "answered": round(float(given.mean()), 4),
        "error_when_answered": round(float((p.argmax(axis=1)[given] != gold[given]).mean()), 4)
        if given.any()
        else None,
        "risk_at_coverage": dict(zip(map(str, coverage), risk, strict=True)),
    }


def _rounded(interval: tuple[float, float] | None) -> list[float] | None:
    return [round(x, 4) for x in interval] if interval else None


def _baselines(recipe: Recipe, portion: Portion, rows: Sequence[Example], folder: Path | None) -> dict[str, float]:
    """Macro-F1 of the majority label, of a linear model over words, and of the untrained encoder under a linear
    model, both fitted on the training split of the same data set."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    gold = np.array([row.label for row in rows])
    groups = [row.group for row in rows]
    train = [
        row
        for other in recipe.train
        if other.set == portion.set
        and not other.paired
        and not other.praise
        and (other.task == portion.task or other.task is None)
        for row in load_portion(other.model_copy(update={"wrong_target": 0.0, "negated": 0.0}), folder, recipe)
    ][:BASELINE_ROWS]
    if len({row.label for row in train}) < 2:
        return {}
    known = np.array([row.label for row in train])
    majority = int(np.bincount(known).argmax())

    def score(predicted: Labels) -> float:
        return round(figure(macro_f1, groups, gold=gold, predicted=predicted).value(), 4)

    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    together = words.fit_transform([f"{target_words(r.target, '')} | {r.text}" for r in train])
    linear = LogisticRegression(max_iter=1000, class_weight="balanced").fit(together, known)
    encoder = load_encoder(None if recipe.base == "default" else str(find_base(recipe)[0]))

    def features(some: Sequence[Example]) -> Scores:
        target, text = encoder.encode([r.target for r in some]), encoder.encode([r.text for r in some])
        return np.hstack([target, text, target * text, np.abs(target - text)]).astype(float)

    frozen = LogisticRegression(max_iter=1000, class_weight="balanced").fit(features(train), known)
    return {
        "majority": score(np.full(len(rows), majority)),
        "linear": score(linear.predict(words.transform([f"{r.target} | {r.text}" for r in rows]))),
        "untrained_encoder": score(frozen.predict(features(rows))),
    }
