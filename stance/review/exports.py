"""Hands corrections on: to Label Studio, to `stance train`, to `stance evaluate`. Changes none of them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from stance.corrections import FILE_NAME, labelled_rows, read_corrections, to_csv, to_label_studio
from stance.errors import InputError
from stance.records import read_comparison

SUITE = """# The positions that readers confirmed or corrected. What readers chose to look at is no random sample.
name = "corrected-{task}"
task = "stance"
reads = "{task}"
description = "positions confirmed or corrected by readers"

[[data]]
path = "corrected-{task}.jsonl"
digest = "sha256:{sha256}"
text = "text"
target = "target"
label = "label"
group = "target"
labels = {{ favourable = "favourable", neutral = "neutral", unfavourable = "unfavourable" }}

[metrics.macro_f1]

[metrics.accuracy]
"""


def export_corrections(folder: Path, out: Path) -> list[Path]:
    """Write label-studio.json (the comparison's rows as tasks) and, for each task TASK of the classifier that readers
    spoke to, corrected-TASK.csv for a recipe, corrected-TASK.jsonl and the suite corrected-TASK.toml.

    Returns the paths. Raises InputError where something cannot be read or written."""
    tasks = to_label_studio(read_comparison(folder / "comparison.json"))
    texts = {"label-studio.json": json.dumps(tasks, indent=1) + "\n"}
    if (folder / FILE_NAME).exists():
        rows = labelled_rows(read_corrections(folder / FILE_NAME))
        for task in sorted({row["task"] for row in rows}):
            chosen = [row for row in rows if row["task"] == task]
            lines = "".join(json.dumps(row) + "\n" for row in chosen)
            texts[f"corrected-{task}.csv"] = to_csv(chosen)
            texts[f"corrected-{task}.jsonl"] = lines
            texts[f"corrected-{task}.toml"] = SUITE.format(task=task, sha256=hashlib.sha256(lines.encode()).hexdigest())
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (out / name).write_bytes(text.encode("utf-8", "replace"))
    except OSError as error:
        raise InputError(f"{out}: cannot be written ({error.strerror}); name another folder") from None
    return [out / name for name in texts]
