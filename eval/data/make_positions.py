"""Rows for small suites from the project's own gold: positions.jsonl (whose stance toward what) and relations.jsonl.

    python eval/data/make_positions.py

Two spans of one gold row and one target agree where their stances are the same and oppose each other where they are
opposite; the two spans of a near miss are neither. Spans that are both for and against are left out."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
STANCE = {"FAV": "favourable", "NEU": "neutral", "UNF": "unfavourable"}


def _words(text: str) -> str:
    return " ".join(text.split())


def positions() -> list[dict[str, Any]]:
    found = []
    for folder, row in _rows():
        for entry in row["entries"]:
            if entry["stance"] in STANCE:
                target = entry.get("target") or row["target"]
                found.append({"group": f"{folder}/{row['id']}", "doc": entry["doc"], "text": _words(entry["quote"]),
                              "target": target, "label": STANCE[entry["stance"]]})  # fmt: skip
    return found


def relations() -> list[dict[str, str]]:
    found = []
    for one, other in combinations(positions(), 2):
        if one["group"] == other["group"] and one["target"] == other["target"] and one["doc"] != other["doc"]:
            stances = {one["label"], other["label"]}
            if "neutral" not in stances:
                relation = "agree" if len(stances) == 1 else "oppose"
                found.append({"group": one["group"], "a": one["text"], "b": other["text"], "label": relation})
    for path in sorted((HERE.parents[1] / "data" / "gold").glob("*/gold.json")):
        for miss in json.loads(path.read_text(encoding="utf-8"))["near_misses"]:
            words = {side: _words(miss[side]["quote"]) for side in "ab"}
            found.append({"group": f"{path.parent.name}/{miss['id']}", **words, "label": "other"})
    return found


def _rows() -> list[tuple[str, dict[str, Any]]]:
    paths = sorted((HERE.parents[1] / "data" / "gold").glob("*/gold.json"))
    return [(p.parent.name, row) for p in paths for row in json.loads(p.read_text(encoding="utf-8"))["aligned"]]


if __name__ == "__main__":
    for name, rows in (("positions", positions()), ("relations", relations())):
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (HERE / f"{name}.jsonl").write_text(lines, encoding="utf-8")
