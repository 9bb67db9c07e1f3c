"""Which stretches of a sentence may have different holders, and which cue governs a stretch."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from stance.voices.markers import Cue
from stance.voices.phrases import LONGEST, Tokens, begins_clause, has_verb, tokenize
from stance.voices.wordclasses import DETERMINERS, PREPOSITIONS, PRONOUN_HOLDERS, STOPS, TIMES, word_set

_TAIL_WORDS = word_set("""
    the a an that interview statement twitter facebook email reply response one
    user audience crowd him her them
""")


def split_clauses(masked: str, offset: int, cues: list[Cue]) -> list[tuple[int, int]]:
    """The stretches of a sentence that may have different holders: its coordinate clauses, joined again where the
    second has no cue of its own, or the same holder as the first."""
    whole = [(offset, offset + len(masked))]
    if len(cues) == 0 or len(masked) < 60:
        return whole
    tokens = tokenize(masked[:LONGEST])
    cuts = [t.start + offset for k, t in enumerate(tokens) if k and begins_clause(tokens, k)]
    own_cuts = [
        t.start + offset
        for k, t in enumerate(tokens)
        if k
        and begins_clause(tokens, k)
        and t.low in ("but", "while", "although", "though", "whereas")
        and _has_new_subject(tokens, k + 1)
    ]
    for cue in cues:
        at = cue.scope[0]
        if cue.kind == "say" and cue.holder is not None and cue.holder[0] == at and at > offset:
            words = masked[: at - offset].rstrip()
            if words.endswith((", with", "-", "—")):
                cuts.append(at)
    if not cuts:
        return whole
    edges = [offset, *sorted(set(cuts)), offset + len(masked)]
    spans = [[edges[0], edges[1]]]
    for start, end in pairwise(edges[1:]):
        here = [c for c in cues if start <= c.span[0] < end and not c.trailing]
        before = [c for c in cues if spans[-1][0] <= c.span[0] < start]
        if here:
            holder = here[0].holder
            differs = (
                holder is not None
                and masked[holder[0] - offset : holder[1] - offset].lower() not in PRONOUN_HOLDERS
                and (not before or holder != before[-1].holder)
            )
        else:
            differs = bool(before) and start in own_cuts
        if differs and end - start >= 25 and start - spans[-1][0] >= 25:
            spans.append([start, end])
        else:
            spans[-1][1] = end
    return [(a, b) for a, b in spans]


def _has_new_subject(tokens: Tokens, k: int) -> bool:
    """Whether the clause at token k opens with a subject of its own that is no pronoun."""
    return (
        k < len(tokens)
        and tokens[k].is_word
        and tokens[k].low not in PRONOUN_HOLDERS | STOPS | PREPOSITIONS
        and (tokens[k].low in DETERMINERS or tokens[k].is_capital or has_verb(tokens, k + 1, min(k + 5, len(tokens))))
    )


def governing_cue(cues: list[Cue]) -> Cue | None:
    """Of several cues for the same words the one that governs the others: one that closes the sentence ("…, records
    show"), else the first."""
    closing = [c for c in cues if c.trailing and c.kind != "judge"]
    if closing:
        return closing[-1]
    leading = [c for c in cues if c.confidence >= 0.6 and not c.trailing]
    return leading[0] if leading else max(cues, key=lambda c: (c.confidence, -c.span[0]), default=None)


def says_nothing(words: str, offset: int, cue: Cue) -> bool:
    """Whether a sentence is nothing but an attribution ("Mr Lee wrote on Monday."), its speech standing beside it."""
    if cue.holder is None or cue.kind not in ("say", "quote"):
        return False
    rest = list(words)
    for start, end in (cue.span, cue.holder):
        rest[start - offset : end - offset] = " " * (end - start)
    left = "".join(rest).split()
    return (
        len(left) <= 4
        and len(words) < 90
        and not any(w.lower() in ("that", "no", "yes") for w in left[:-1])
        and (
            not left
            or all(w.strip(".,:!").lower() in TIMES | PREPOSITIONS | _TAIL_WORDS or w[:1].isupper() for w in left)
        )
    )


def overlap(a: tuple[int, int], b: tuple[int, int]) -> int:
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))


def shift(cue: Cue, by: int) -> Cue:
    """The cue, its spans counted from elsewhere."""
    holder = None if cue.holder is None else (cue.holder[0] + by, cue.holder[1] + by)
    return replace(
        cue, span=(cue.span[0] + by, cue.span[1] + by), holder=holder, scope=(cue.scope[0] + by, cue.scope[1] + by)
    )
