"""The card of a model: what it is for, what it was made from, what it was measured to do, where it fails.

Written from recipe, training record and metrics, so that it can't say anything else than they do. What a person saw
in the errors is kept: the section "Errors, looked at" of an earlier card is carried over."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stance.encoding import DEFAULT
from stance.records import STANCES
from stance.training.recipes import Recipe

ERRORS_HEADING = "## Errors, looked at"


def write_card(out: Path, recipe: Recipe, sets: Mapping[str, Mapping[str, Any]]) -> None:
    """README.md in the model's directory, from stance.json, training.json and metrics.json beside it."""
    settings, training, metrics = (
        json.loads((out / name).read_text(encoding="utf-8"))
        for name in ("stance.json", "training.json", "metrics.json")
    )
    card = out / "README.md"
    kept = ""
    if card.is_file() and ERRORS_HEADING in (old := card.read_text(encoding="utf-8")):
        kept = old[old.index(ERRORS_HEADING) :]
    used = sorted({portion.set for portion in recipe.train if portion.set})
    licences = "\n".join(f"- {name}: {sets[name]['licence']}" for name in used)
    share_alike = any("BY-SA" in sets[name]["licence"] for name in used)
    told = all(portion.set and sets[portion.set]["ships"] for portion in recipe.train)
    own = "not stated; ask the owners of the data before you pass them on."
    licence = "CC BY-SA 4.0, following the share-alike data above." if share_alike else "Apache-2.0."
    size = sum(file.stat().st_size for file in out.iterdir() if file.suffix == ".safetensors") / 1e6
    name = DEFAULT if recipe.base == "default" else recipe.base
    base = f"{name} (adapter; the base is not in this folder)" if recipe.lora else name
    lines = [
        f"# {recipe.name}",
        "",
        "How a text stands toward a target: favourable, neutral, unfavourable, or no answer.",
        "",
        "## Use",
        "",
        "For comparing how sources frame an issue in English news, statements and posts, always with the sentence "
        "beside the label. Not for: judging whether a source is right or trustworthy, deciding about persons, other "
        "languages, irony, or single labels without a reader.",
        "",
        f"Reads a pair (target, text) with a prefix for the task ({', '.join(settings['tasks'])}). It never sees who "
        "published the text.",
        "",
        "## Made from",
        "",
        f"Base: {base}. Size: {size:.0f} MB. Weights SHA-256: `{metrics['weights_sha256']}`.",
        f"Recipe {recipe.name} (models/recipes), seed {recipe.seed}; {training['rows']} rows, {training['steps']} of "
        f"{training['steps_planned']} steps in {training['minutes']} minutes on the CPU ({training['precision']}).",
        "",
        "Data and licences as stated by their publishers:",
        "",
        licences,
        "",
        f"Licence of these weights: {licence if told else own}",
        "",
        "## Measured on dev data",
        "",
        "Made by `stance train`, after training. Macro-F1 over the labels that a data set has, with a 95 % interval by "
        "bootstrap over groups (event, topic, claim). Unseen: over the rows whose text training never saw, under any "
        "target; temperatures and thresholds are fitted on those alone. Baselines: majority label; words and word "
        "pairs under logistic regression; the untrained encoder under logistic regression.",
        "",
        "| data | task | n | macro-F1 | 95 % | unseen (n) | "
        + " | ".join(STANCES)
        + " | ECE | majority | linear | untrained |",
        "|---|---|---|---|---|---|" + "---|" * len(STANCES) + "---|---|---|---|",
    ]
    for row in metrics["dev"]:
        low, high = row["interval"] or (float("nan"), float("nan"))
        labels = [f"{row['labels'][s]['f1']:.3f}" if s in row["labels"] else "–" for s in STANCES]
        baselines = [
            f"{row['baselines'][b]:.3f}" if b in row["baselines"] else "–"
            for b in ("majority", "linear", "untrained_encoder")
        ]
        lines.append(
            f"| {row['set']} {row['split']} | {row['task']} | {row['n']} | {row['macro_f1']:.3f} | "
            f"{low:.3f}–{high:.3f} | {row['unseen']['macro_f1'] or 0:.3f} ({row['unseen']['n']}) | "
            + " | ".join(labels)
            + f" | {row['ece']:.3f} | "
            + " | ".join(baselines)
            + " |"
        )
    lines += [
        "",
        "## Calibration and abstention",
        "",
        f"Temperature by task on dev; below its threshold the model does not answer, so that at most "
        f"{metrics['abstention_error']:.0%} of the labels it gives on dev are wrong.",
        "",
        "| data | answered | wrong among them | wrong among the surest 25 % | 50 % | all |",
        "|---|---|---|---|---|---|",
    ]
    for row in metrics["dev"]:
        risk = row["risk_at_coverage"]
        lines.append(
            f"| {row['set']} {row['split']} | {row['answered']:.2f} | {row['error_when_answered'] or 0:.3f} | "
            f"{risk['0.25']:.3f} | {risk['0.5']:.3f} | {risk['1.0']:.3f} |"
        )
    lines += ["", kept or f"{ERRORS_HEADING}\n\nNot yet.", ""]
    card.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
