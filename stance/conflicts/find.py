"""Holds what claims of different sources state against each other, row by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations

from stance.conflicts.context import Statement, same_event
from stance.conflicts.dates import read_dates
from stance.conflicts.numbers import read_numbers, words_needed
from stance.conflicts.statuses import is_settled_by, read_statuses
from stance.records import Claim, Conflict, ConflictSide, Document, Issue
from stance.voices.phrases import LONGEST, tokenize

A_MONTH = 31  # days that are further apart are more likely those of two events


def find_conflicts(documents: Iterable[Document], claims: Iterable[Claim], issues: Iterable[Issue]
                   ) -> tuple[Conflict, ...]:
    """Every pair of claims of one issue and two sources that state different numbers, days or statuses of one thing.

    The order of what is given does not matter."""
    source = {document.id: document.source for document in documents}
    by_id = {claim.id: claim for claim in claims}
    stated: dict[str, tuple[Statement, ...]] = {}
    found = set()
    for issue in issues:
        said: dict[tuple[str, ...], list[tuple[Claim, Statement]]] = defaultdict(list)
        for claim_id in issue.claim_ids:
            claim = by_id[claim_id]
            if claim_id not in stated:
                stated[claim_id] = read_statements(claim.text)
            for statement in stated[claim_id]:
                said[statement.kind, *statement.thing].append((claim, statement))
        for same in said.values():
            for (one, a), (other, b) in combinations(sorted(same, key=lambda s: (s[0].id, s[1].start)), 2):
                if source[one.document_id] != source[other.document_id] and differ(a, b) \
                        and (one.kind == "aim") == (other.kind == "aim"):
                    found.add(Conflict(issue.id, a.kind, _side(one, a), _side(other, b)))
    return tuple(sorted(found, key=lambda c: (c.issue_id, c.kind, c.one.claim_id, c.one.start, c.other.claim_id,
                                              c.other.start)))


def read_statements(text: str) -> tuple[Statement, ...]:
    """The numbers, days and statuses that a claim states once; what it states twice of one thing is left alone."""
    text = text[:LONGEST].replace("’", "'")
    tokens = tokenize(text)
    return tuple(read_numbers(text, tokens) + read_dates(text, tokens) + read_statuses(tokens))


def differ(a: Statement, b: Statement) -> bool:
    """Whether two statements of an equal kind and thing cannot both hold."""
    if a.low <= b.high and b.low <= a.high:
        return False
    if a.kind == "status":
        return is_settled_by(a, b)
    if a.kind == "date":
        return abs(a.low - b.low) <= A_MONTH and same_event(a, b)
    needed = words_needed(a.thing)
    if needed is None:
        return bool(a.verbs & b.verbs) and same_event(a, b)
    return same_event(a, b, needed, by_verb=False)


def _side(claim: Claim, statement: Statement) -> ConflictSide:
    return ConflictSide(claim.id, claim.start + statement.start, claim.start + statement.end,
                        claim.text[statement.start:statement.end])
