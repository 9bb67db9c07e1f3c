"""Positions: how the holder of each claim stands toward the target of its issue.

A claim is read toward the target alone. In a discovered row, whose claims seldom name the target, it is also read
against claims of other documents: whether the two agree, oppose each other, or neither. The labels of a row are then
settled together, so that a claim which opposes a clearly favourable one is not called neutral. Nothing here is told who
published a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from stance.framing import TASKS, Pair, Probabilities, StanceModel, choose_stances, plain_words, read_target, softmax
from stance.records import STANCES, Claim, Issue, Position

MOST_PARTNERS = 6  # claims of other documents that a claim is read against, those surest to speak to the issue first
LEAST = 1e-3  # probabilities below are read as this, so that no single reading decides alone
# How much claims read against each other count beside their reading toward the target, and how often two claims of a
# row are read as agreeing, neither and opposing. Chosen by eval/rows.py, on rows that training never saw; so are SURER
# and TOGETHER.
BETWEEN = 0.75
EXPECTED = np.array([0.2, 0.7, 0.1])
SURER = 2.0  # how much surer than they are right claims come out that are judged together: a temperature
TOGETHER = 0.5  # claims that are judged together have no position unless it is likelier than all others
ROUNDS = 20
_MEETING = np.array([[0, 1, 2], [1, 1, 1], [2, 1, 0]])  # of two stances: agreement, neither, opposition

Read = Mapping[tuple[str, str], Probabilities]
Vectors = NDArray[np.float64]


def label_issues(issues: Iterable[Issue], claims: Iterable[Claim], model: StanceModel) -> list[Position]:
    """A position for each claim of each issue, in the order of issues and their claims."""
    by_id = {claim.id: claim for claim in claims}
    issues = list(issues)
    texts = {issue.id: [plain_words(by_id[c].text) for c in issue.claim_ids] for issue in issues}
    partners = {issue.id: [] if issue.asked else _partners(issue, by_id) for issue in issues}
    alone = _read(((issue.target, text) for issue in issues for text in texts[issue.id]), model)
    between = _read_claims(((texts[i][a], texts[i][b]) for i, pairs in partners.items() for a, b in pairs), model)
    positions = []
    for issue in issues:
        here = texts[issue.id]
        rows = settle(np.array([alone[issue.target, text] for text in here]).reshape(len(here), len(STANCES)),
                      {(a, b): (between[here[a], here[b]] + between[here[b], here[a]]) / 2
                       for a, b in partners[issue.id]})
        together = bool(partners[issue.id])
        chosen = choose_stances(rows, TOGETHER) if together else model.choose(rows, read_target(issue.target)[0])
        positions += [Position(issue.id, claim_id, stance,  # type: ignore[arg-type]  # choose() gives records.STANCES
                               {name: round(float(p), 4) for name, p in zip(STANCES, row, strict=True)})
                      for claim_id, row, stance in zip(issue.claim_ids, rows, chosen, strict=True)]
    return positions


def settle(alone: Vectors, between: Mapping[tuple[int, int], Vectors]) -> Vectors:
    """Probabilities of the three stances, (n, 3), of claims that are judged together.

    alone    (n, 3): of each claim by itself
    between  (a, b) → probabilities (3,) that claims a and b agree, neither, oppose each other

    Loopy belief propagation (Pearl 1988; Koller and Friedman 2009, chapter 11) over a pairwise Markov random field: two
    claims on one side weigh as agreement, on two sides as opposition, any other two as neither, each against how often
    the classifier expects it anyway (`EXPECTED`), so that what is likelier than usual counts and not what is likeliest.
    Many readings of one claim count by the root of their number, since they are not independent; what comes out is made
    less sure by a temperature, for the same reason."""
    if not between:
        return alone
    first = np.log(np.maximum(alone, LEAST))
    pairs = np.array(list(between))
    sender, receiver = np.concatenate([pairs, pairs[:, ::-1]]).T
    degree = np.bincount(sender, minlength=len(alone))
    weight = BETWEEN / np.sqrt((degree[sender] + degree[receiver]) / 2)
    said = np.log(np.maximum(np.array(list(between.values())), LEAST) / EXPECTED)
    table = np.concatenate([said, said])[:, _MEETING] * weight[:, None, None]  # (messages, sender's, receiver's)
    back = np.roll(np.arange(len(sender)), len(pairs))
    messages = np.zeros((len(sender), len(STANCES)))
    for _ in range(ROUNDS):
        belief = first.copy()
        np.add.at(belief, receiver, messages)
        new = np.logaddexp.reduce((belief[sender] - messages[back])[:, :, None] + table, axis=1)
        messages = (messages + new - new.max(axis=1, keepdims=True)) / 2  # damped, so that loops come to rest
    np.add.at(first, receiver, messages)
    return softmax(first / SURER)


def _partners(issue: Issue, by_id: Mapping[str, Claim]) -> list[tuple[int, int]]:
    """Pairs of the issue's claims, of two documents each, that are read against each other."""
    order = sorted(range(len(issue.claim_ids)),
                   key=lambda k: (-issue.scores.get(issue.claim_ids[k], 0.0), issue.claim_ids[k]))
    document = [by_id[c].document_id for c in issue.claim_ids]
    pairs = set()
    for k in order:
        others = [j for j in order if document[j] != document[k]][:MOST_PARTNERS]
        pairs |= {(min(k, j), max(k, j)) for j in others}
    return sorted(pairs)


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


def _read_claims(pairs: Iterable[tuple[str, str]], model: StanceModel) -> Read:
    """(a, b) and (b, a) → probabilities that who says the one agrees with the other, neither, or opposes it."""
    ordered = sorted({way for a, b in pairs for way in ((a, b), (b, a))})
    if not ordered:
        return {}
    return dict(zip(ordered, model.predict([Pair(a, b) for a, b in ordered], "claim"), strict=True))


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
        least = max([CARRIES, *(BESIDE_BEST * fall for fall in falls)])
        kept: list[Span] = []
        for k, (span, fall) in enumerate(zip(spans, falls, strict=True)):
            if fall < least:
                continue
            if kept and kept[-1][1] == spans[k - 1][1]:
                kept[-1] = (kept[-1][0], span[1])
            else:
                kept.append(span)
        found.append(tuple(kept))
    return found
