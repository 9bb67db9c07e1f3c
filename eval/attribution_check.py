"""How well voices and holders are told on PolNeAR (Newell, Margolin & Ruths, LREC 2018), with intervals.

    python eval/attribution_check.py PATH/polnear/dev.jsonl [--json]

Three figures, over claims extracted from the plain articles:
    reported   of claims that lie inside an annotated content span (half their characters or more): voice is not own
    holder     of the same claims, where the annotator marked a source: the holder shares a word with the source, or
               the resolved holder stands in the source's place (the annotator marks "he", the claim names the person)
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
from stance.records import Document, Passage, read_rows
from stance.voices import Sentence, attribute  # noqa: F401

Counts = dict[str, tuple[int, int]]
_FILLER = frozenset("the a an of and for in on at to said mr ms mrs dr sen rep gov president former".split())


def as_document(row: dict[str, Any]) -> Document:
    """An article as a document: the first line is its title, every other line a paragraph."""
    text, passages, at = row["text"], [], 0
    for line in text.splitlines(keepends=True):
        words = line.strip()
        if words:
            start = at + line.index(words)
            passages.append(Passage(start, start + len(words), "body" if passages else "title"))
        at += len(line)
    return Document(id=row["id"], source=row["publisher"], path=row["id"], language="en", text=text, end=len(text),
                    sha256=hashlib.sha256(text.encode()).hexdigest(), passages=tuple(passages))


def words(text: str | None) -> set[str]:
    return {w for w in re.findall(r"[\w]+", (text or "").casefold().replace("’s", "")) if w not in _FILLER}


def score_article(row: dict[str, Any]) -> Counts:
    """(hits, n) of each figure for one article."""
    document = as_document(row)
    spans = [([(c["start"], c["end"]) for c in a["content"]], a["source"]) for a in row["attributions"]]
    reported, holder, named, own = [], [], [], []
    for claim in extract_claims(document):
        def shared(content: list[tuple[int, int]]) -> int:
            return sum(max(0, min(claim.end, e) - max(claim.start, s)) for s, e in content)  # noqa: B023
        inside = [source for content, source in spans if shared(content) * 2 >= claim.end - claim.start]
        if inside:
            reported.append(claim.voice != "own")
            right = claim.voice != "own" and any(matches(claim.holder, source, document) for source in inside)
            holder.append(right)
            if any(inside):
                named.append(right)
        elif not any(shared(content) for content, _ in spans):
            own.append(claim.voice == "own")
    return {"reported": (sum(reported), len(reported)), "holder": (sum(named), len(named)),
            "holder_of_all": (sum(holder), len(holder)), "own": (sum(own), len(own))}


_PRONOUNS = frozenset("he she they it who his her their its him them which that i we you".split())


def matches(holder: str | None, source: list[dict[str, Any]], document: Document) -> bool:
    """Whether a holder is the annotated source, by shared words; a pronoun by a name printed before it."""
    if not holder:
        return False
    marked = " ".join(part["text"] for part in source)
    if words(marked) & words(holder):
        return True
    if words(marked) <= _PRONOUNS and marked:
        return holder.split()[-1] in document.text[:source[0]["start"]]
    return False


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
        out[name] = {"value": round(_ratio(pairs), 4), "low": round(draws[25], 4), "high": round(draws[974], 4),
                     "n": sum(n for _, n in pairs)}
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
