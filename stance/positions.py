"""Positions: how the holder of each claim stands toward the target of its issue.

An asked issue has the target that was asked. A discovered one is named by a phrase that its claims share ("the port
tax"), which some of them take no visible stand on: there the issue's central claim is the better target ("the claim
that …"), which the others affirm or deny. The model decides by how clearly it reads them. Nothing here is told who
published a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from stance.framing import TASKS, Pair, Probabilities, StanceModel, plain_words, read_target
from stance.records import STANCES, Claim, Issue, Position

CENTRAL_WORDS = 30  # a longer sentence is no target that a reader can keep in mind
NEUTRAL = STANCES.index("neutral")


def label_issues(issues: Iterable[Issue], claims: Iterable[Claim],
                 model: StanceModel) -> tuple[list[Issue], list[Position]]:
    """The issues, with the target that their positions are toward, and a position for each of their claims, in the
    order of issues and their claims."""
    texts = {claim.id: plain_words(claim.text) for claim in claims}
    issues = list(issues)
    named = _read([(issue.target, texts[c]) for issue in issues for c in issue.claim_ids], model)
    central = {issue.id: target for issue in issues if not issue.asked and (target := _central_claim(issue, texts))}
    stated = _read([(central[issue.id], texts[c]) for issue in issues if issue.id in central
                    for c in issue.claim_ids], model)
    settled, positions = [], []
    for issue in issues:
        target = issue.target
        if issue.id in central and _clarity(issue, central[issue.id], texts, stated) > _clarity(
                issue, target, texts, named):
            target = central[issue.id]
        settled.append(replace(issue, target=target))
        rows = np.array([(stated if target == central.get(issue.id) else named)[target, texts[c]]
                         for c in issue.claim_ids]).reshape(-1, len(STANCES))
        chosen = model.choose(rows, read_target(target)[0])
        positions += [Position(issue.id, claim_id, stance,  # type: ignore[arg-type]  # choose() gives records.STANCES
                               {name: round(float(p), 4) for name, p in zip(STANCES, row, strict=True)})
                      for claim_id, row, stance in zip(issue.claim_ids, rows, chosen, strict=True)]
    return settled, positions


def _central_claim(issue: Issue, texts: Mapping[str, str]) -> str | None:
    """The claim that speaks to the issue most surely, as a target; None where every claim is too long for one."""
    short = [c for c in issue.claim_ids if len(texts[c].split()) <= CENTRAL_WORDS]
    if not short:
        return None
    words = texts[max(short, key=lambda c: (issue.scores.get(c, 0.0), c))].strip(" .\"“”")
    return f"the claim that “{words}”"


Read = Mapping[tuple[str, str], Probabilities]


def _clarity(issue: Issue, target: str, texts: Mapping[str, str], read: Read) -> float:
    """Mean probability of a position other than neutral, the central claim's own left out."""
    words = read_target(target)[1].casefold()
    others = [texts[c] for c in issue.claim_ids if texts[c].strip(" .\"“”").casefold() != words]
    found = [1 - read[target, text][NEUTRAL] for text in others]
    return float(np.mean(found)) if found else 0.0


def _read(pairs: Iterable[tuple[str, str]], model: StanceModel) -> Read:
    """(target, text) → probabilities of the three stances, each distinct pair read once by the task of its target."""
    by_task: dict[str, list[tuple[str, str]]] = {task: [] for task in TASKS}
    for pair in sorted(set(pairs)):
        by_task[read_target(pair[0])[0]].append(pair)
    found: dict[tuple[str, str], Probabilities] = {}
    for task, some in by_task.items():
        if some:
            rows = model.predict([Pair(read_target(target)[1], text) for target, text in some], task)
            found.update(zip(some, rows, strict=True))
    return found


Span = tuple[int, int]

CARRIES = 0.05  # least that a word's absence must take from the label's probability
BESIDE_BEST = 0.4  # and least share of what the strongest word takes


def add_evidence(issues: Iterable[Issue], claims: Iterable[Claim], positions: Iterable[Position],
                 model: StanceModel) -> list[Position]:
    """The positions, each with the spans of its document's text whose words carried its stance."""
    by_id, target = {claim.id: claim for claim in claims}, {issue.id: issue.target for issue in issues}
    positions = list(positions)
    taken = [p for p in positions if p.stance]
    found = find_evidence([(target[p.issue_id], by_id[p.claim_id].text, str(p.stance)) for p in taken], model)
    spans = {}
    for p, some in zip(taken, found, strict=True):
        start = by_id[p.claim_id].start
        spans[p.issue_id, p.claim_id] = tuple((start + a, start + b) for a, b in some)
    return [replace(p, evidence=spans.get((p.issue_id, p.claim_id), ())) for p in positions]


def find_evidence(labelled: Sequence[tuple[str, str, str]], model: StanceModel) -> list[tuple[Span, ...]]:
    """For each (target, text, stance) the words that carried the label, as half-open spans of code points of the text.

    By occlusion (Zeiler and Fergus 2014): a word carries a label as far as the label's probability falls when the word
    is left out. Neighbouring words are one span; none where no word alone decides. One reading of the text a word."""
    words = [[m.span() for m in re.finditer(r"\w[\w'’-]*", text)] for _, text, _ in labelled]
    reads = _read(((target, plain_words(seen)) for (target, text, _), spans in zip(labelled, words, strict=True)
                   for seen in (text, *(text[:a] + text[b:] for a, b in spans))), model)
    found = []
    for (target, text, stance), spans in zip(labelled, words, strict=True):
        label = STANCES.index(stance)
        whole = reads[target, plain_words(text)][label]
        falls = [float(whole - reads[target, plain_words(text[:a] + text[b:])][label]) for a, b in spans]
        least = max(CARRIES, BESIDE_BEST * max(falls, default=0.0))
        kept: list[Span] = []
        for k, (span, fall) in enumerate(zip(spans, falls, strict=True)):
            if fall < least:
                continue
            if k and kept and kept[-1][1] == spans[k - 1][1]:
                kept[-1] = (kept[-1][0], span[1])
            else:
                kept.append(span)
        found.append(tuple(kept))
    return found
