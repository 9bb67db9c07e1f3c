"""What it costs to add one document in a hundred to a finished batch run.

    python eval/increment.py ROWS.jsonl OUT [--documents 2000]     prints one JSON object; OUT gets the run

Takes so many rows, evenly spaced; every hundredth comes later, as a file of its own. Their dates are spread over
everything, so they join old events: the dearest case. The ratio is of processor seconds, the models' loading left out.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmark import measure_run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--documents", type=int, default=2000)
    told = parser.parse_args()
    lines = told.rows.read_text(encoding="utf-8").splitlines(keepends=True)
    taken = lines[::max(len(lines) // told.documents, 1)][:told.documents]
    inputs = told.out / "in"
    inputs.mkdir(parents=True)
    (inputs / "rows.jsonl").write_text("".join(line for i, line in enumerate(taken) if i % 100 != 50), encoding="utf-8")
    first = measure_run(inputs, told.out / "run")[0]
    print(json.dumps(first), flush=True)
    (inputs / "rows-added.jsonl").write_text("".join(taken[50::100]), encoding="utf-8")
    second = measure_run(inputs, told.out / "run")[0]
    again = measure_run(inputs, told.out / "run")[0]
    figures = {name: {k: run[k] for k in ("documents", "claims", "cpu_s", "stages_cpu_s")}
               for name, run in (("first", first), ("added", second), ("nothing_new", again))}
    print(json.dumps(figures | {"added_to_first": round(second["cpu_s"] / first["cpu_s"], 3),
                                "nothing_new_to_first": round(again["cpu_s"] / first["cpu_s"], 3)}, indent=1))


if __name__ == "__main__":
    main()
