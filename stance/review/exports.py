"""Hands corrections on: to Label Studio, to `stance train`, to `stance evaluate`. Changes none of them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from stance.comparison import spoken_by_issue
from stance.corrections import FILE_NAME, Corrections, read_corrections
from stance.framing import read_target
from stance.records import Comparison, digest, read_comparison, write_whole

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
    for name, text in texts.items():
        write_whole(out / name, text)
    return [out / name for name in texts]


def labelled_rows(corrections: Corrections) -> list[dict[str, str]]:
    """The stances as rows {id, text, target, label, task}, as `train` and `evaluate` read them."""
    rows = []
    for c in corrections.standing:
        if c.kind == "stance" and c.claim and c.issue and c.stance:
            task, target = read_target(c.issue.target)
            text = " ".join(c.claim.text.split())
            rows.append({"id": digest(text, target), "text": text, "target": target, "label": c.stance, "task": task})
    return rows


def to_csv(rows: Sequence[Mapping[str, str]]) -> str:
    """Rows as a CSV that a recipe can name: text, target, label."""
    out = io.StringIO()
    writer = csv.DictWriter(out, ("text", "target", "label"), extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def to_label_studio(comparison: Comparison) -> list[dict[str, Any]]:
    """One Label Studio task a claim and row, with this comparison's answers as predictions. The labelling interface
    needs `<Text name="text">`, Choices `stance` and `voice`, and a TextArea `holder`, all toName="text".

    Form: https://labelstud.io/guide/predictions (pre-annotations, JSON)."""
    spoken, tasks = spoken_by_issue(comparison), []
    for issue in comparison.issues:
        for s in spoken[issue.id]:
            result = [_choice("voice", s.claim.voice)]
            if s.stance:
                result.append(_choice("stance", s.stance))
            if s.claim.holder:
                result.append({**_choice("holder", ""), "type": "textarea", "value": {"text": [s.claim.holder]}})
            tasks.append({
                "data": {"text": s.claim.text, "target": issue.target, "title": issue.title, "source": s.source,
                         "claim_id": s.claim.id, "issue_id": issue.id},
                "predictions": [{"model_version": str(comparison.run.get("signature", "")),
                                 "score": round(s.confidence, 4), "result": result}],
            })
    return tasks


def _choice(name: str, value: str) -> dict[str, Any]:
    return {"from_name": name, "to_name": "text", "type": "choices", "value": {"choices": [value]}}
