"""How well voices and holders are told on PolNeAR (Newell, Margolin & Ruths, LREC 2018), with intervals.

    python eval/attribution_check.py PATH/polnear/dev.jsonl [--json]

Three figures, over claims extracted from the plain articles:
    reported   of claims that lie inside an annotated content span (half their characters or more): voice is not own
    holder     of the same claims, where the annotator marked a source: the holder shares a word with the source, or
               the source is a pronoun or a description and the claim resolves it, by the annotated cue, to a holder
               that the article prints ("of all": where no source is marked, it counts as missed)
    own        of claims that no content span touches: voice is own
Intervals: 95 %, 1,000 bootstrap resamples of articles. PolNeAR states no licence: it is read here, never committed
and never trained on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
from pathlib import Path
from typing import Any

from stance.claims import extract_claims
from stance.documents.cleaning import clean
from stance.records import Claim, Document, read_rows

Counts = dict[str, tuple[int, int]]
_FILLER = {
    "the",
    "and",
    "for",
    "said",
    "mr",
    "ms",
    "mrs",
    "dr",
    "sen",
    "rep",
    "gov",
    "president",
    "former",
    "a",
    "an",
    "of",
    "in",
    "on",
    "at",
    "to",
}


def as_document(row: dict[str, Any]) -> Document:
    """An article as the reader would hand it on."""
    text = row["text"]
    return Document(
        id=row["id"],
        source=row["publisher"],
        path=row["id"],
        language="en",
        text=text,
        end=len(text),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        passages=clean(text).passages,
    )


def words(text: str | None) -> set[str]:
    return {w for w in re.findall(r"[\w]+", (text or "").casefold().replace("’s", "")) if w not in _FILLER}


def score_article(row: dict[str, Any]) -> Counts:
    """(hits, n) of each figure for one article."""
    document = as_document(row)
    reported, named, own = [], [], []
    for claim in extract_claims(document):
        shares = [
            (a, sum(max(0, min(claim.end, c["end"]) - max(claim.start, c["start"])) for c in a["content"]))
            for a in row["attributions"]
        ]
        inside = [a for a, shared in shares if shared * 2 >= claim.end - claim.start]
        if inside:
            reported.append(claim.voice != "own")
            if any(a["source"] for a in inside):
                named.append(claim.voice != "own" and any(is_right(claim, a, document.text) for a in inside))
        elif not any(shared for _, shared in shares):
            own.append(claim.voice == "own")
    return {
        "reported": (sum(reported), len(reported)),
        "holder": (sum(named), len(named)),
        "holder, of all": (sum(named), len(reported)),
        "own": (sum(own), len(own)),
    }


def is_right(claim: Claim, attribution: dict[str, Any], text: str) -> bool:
    """Whether a claim's holder is the annotated source: a word in common; or, where the source is a pronoun or a
    description ("the governor"), a holder that the article prints, credited by the annotated cue."""
    marked = " ".join(part["text"] for part in attribution["source"])
    if not claim.holder or not marked:
        return False
    if words(marked) & words(claim.holder):
        return True
    if any(w[0].isupper() for w in marked.split()[1:]) or claim.holder not in text:
        return False
    return claim.cue is None or any(claim.cue[0] < c["end"] and c["start"] < claim.cue[1] for c in attribution["cue"])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("articles", type=Path)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    results = [score_article(row) for row in read_rows(args.articles)]
    out: dict[str, Any] = {"articles": len(results)}
    for name in results[0]:
        pairs = [r[name] for r in results]
        rng = random.Random(0)
        draws = sorted(_ratio([pairs[rng.randrange(len(pairs))] for _ in pairs]) for _ in range(1000))
        out[name] = {
            "value": round(_ratio(pairs), 4),
            "low": round(draws[25], 4),
            "high": round(draws[974], 4),
            "n": sum(n for _, n in pairs),
        }
    if args.json:
        print(json.dumps(out))
        return
    print(f"{'figure':16}{'value':>8}{'95 % interval':>20}{'claims':>9}")
    for name, row in out.items():
        if isinstance(row, dict):
            print(f"{name:16}{row['value']:8.3f}{row['low']:12.3f}{row['high']:8.3f}{row['n']:9d}")


def _ratio(pairs: list[tuple[int, int]]) -> float:
    n = sum(n for _, n in pairs)
    return sum(hit for hit, _ in pairs) / n if n else 0.0


if __name__ == "__main__":
    main()
