"""Opposite statuses: "the bill passed" / "the bill was rejected", "has signed the pact" / "has not signed the pact".

A short list of opposed verbs and adjectives. What may be, was planned or will be is no status."""

from __future__ import annotations

from dataclasses import dataclass

from stance.alignment.words import STOP, stem
from stance.conflicts.context import (
    NUMBER_WORDS,
    Names,
    Statement,
    clause_at,
    days_in,
    is_unreal,
    names_in,
    share,
    words_in,
)
from stance.voices.lexicon import FIRST_SECOND, PRONOUNS
from stance.voices.phrases import Range, Tokens, is_skipped, phrase_left, phrase_right
from stance.voices.wordclasses import BE, DETERMINERS, NEGATIONS, PREPOSITIONS, QUANTIFIERS, STOPS, TIMES, word_set


@dataclass(frozen=True, slots=True)
class _Group:
    """Forms that are opposed. `base`: their bare forms, which count after "did not", "refused to", "voted to".

    of_agent  the status is the doer's ("won"), not that of what it is done to ("signed the bill")"""

    name: str
    yes: frozenset[str]
    no: frozenset[str]
    base_yes: frozenset[str]
    base_no: frozenset[str]
    of_agent: bool = False


def _group(name: str, yes: str, no: str, base_yes: str, base_no: str, of_agent: bool = False) -> _Group:
    return _Group(name, word_set(yes), word_set(no), word_set(base_yes), word_set(base_no), of_agent)


_GROUPS = (
    _group("pass", "passed approved adopted ratified", "rejected defeated failed", "pass approve adopt ratify",
           "reject defeat"),
    _group("open", "open opened reopened", "closed shut", "open reopen", "close"),
    _group("convict", "convicted guilty", "acquitted", "convict", "acquit"),
    _group("sign", "signed", "vetoed", "sign", "veto"),
    _group("live", "alive survived", "dead died", "survive", "die", of_agent=True),
    _group("win", "won", "lost", "win", "lose", of_agent=True),
    _group("attend", "attended joined", "boycotted skipped", "attend join", "boycott skip", of_agent=True),
    _group("resume", "resumed", "suspended", "resume", "suspend"),
    _group("uphold", "upheld", "overturned", "uphold", "overturn"),
    _group("accept", "accepted", "declined rejected", "accept", "decline reject"),
    _group("lift", "lifted", "extended", "lift", "extend"),
)
_STATES = word_set("open shut closed guilty alive dead")
"""Forms that need "is", "remains" or "found" before them."""
_ALONE = word_set("passed failed open opened reopened closed resumed shut pass reopen close resume")
"""Forms that need no object: "the bill passed"."""
_REMAIN = word_set("remain remains remained stay stays stayed kept found declared stands stood")
_REFUSING = word_set("refused refuses declined declines failed fails yet unable")
_FUTURE = word_set("will shall can could would might may must should 'll going won't wouldn't couldn't can't cannot")
_TO_COME = word_set("before until once when whenever if unless whether as")
_PARTIAL = word_set("house senate committee subcommittee chamber commons lords panel assembly court appeals judge jury "
                    "district state states county city council federal")
_SOME = QUANTIFIERS | NUMBER_WORDS | word_set("no another other each every dozens hundreds thousands")
_WHOLE = word_set("congress parliament legislature duma bundestag knesset")
"""One of several bodies, whose yes and another's no are no conflict."""


def read_statuses(tokens: Tokens) -> list[Statement]:
    """The statuses that the claim states of nouns; of which it states both sides, it states none."""
    found = []
    for i, token in enumerate(tokens):
        for group in _GROUPS:
            if token.low in group.yes | group.no | group.base_yes | group.base_no \
                    and (statement := _statement(tokens, i, group)):
                found.append(statement)
    sides: dict[tuple[str, ...], set[float]] = {}
    for statement in found:
        sides.setdefault(statement.thing, set()).add(statement.low)
    first = {statement.thing: statement for statement in reversed(found)}
    return [statement for statement in first.values() if len(sides[statement.thing]) == 1]


def is_settled_by(a: Statement, b: Statement) -> bool:
    """Whether two opposite statuses are of one thing: the same noun, and neither a name, a day, a modifier, a body
    nor an object that sets them apart."""
    if not (share(a.names, b.names) and share(a.days, b.days)):
        return False
    return all(share(x, y) for x, y in zip(a.also[:2], b.also[:2], strict=True)) and a.also[2] == b.also[2]


def _statement(tokens: Tokens, i: int, group: _Group) -> Statement | None:
    """What the form at token i states, if it states something of a noun in its clause."""
    clause = clause_at(tokens, i)
    low = tokens[i].low
    if tokens[i].is_capital or is_unreal(tokens, clause) or any(
            t.low in _TO_COME for t in tokens[clause[0]:i]) or "?" in (t.text for t in tokens[i:i + 30]):
        return None
    group_start = i
    while group_start > clause[0] and (is_skipped(tokens[group_start - 1]) or tokens[group_start - 1].low in _REMAIN
                                       or tokens[group_start - 1].low in _REFUSING | {"to", "voted"}):
        group_start -= 1
    helpers = tokens[group_start:i]
    words = [t.low for t in helpers]
    if {*words} & _FUTURE:
        return None
    negated = sum(w in NEGATIONS or w.endswith("n't") for w in words) + sum(w in _REFUSING for w in words)
    is_base = low in group.base_yes | group.base_no and low not in group.yes | group.no
    if negated and {*words} & {"just", "only", "merely", "simply"}:
        return None  # "didn't just win"
    did = {"did", "didn't", "do", "does", "doesn't", "don't"} & {*words}
    to = "to" in words and bool({*words} & (_REFUSING | {"voted"}))
    if (is_base or did) and not (to or (did and negated)):
        return None
    if "to" in words and not to:
        return None
    passive = bool({*words} & (BE | _REMAIN)) or (i + 1 < len(tokens) and tokens[i + 1].low == "by")
    if low in _STATES and not (is_base or passive or to or did):
        return None
    if low == "guilty" and "found" not in words:
        return None
    if low == "failed" and i + 1 < len(tokens) and tokens[i + 1].low in ("to", "in", "at"):
        return None
    subject = _phrase_before(tokens, group_start, clause)
    target = None if passive else _phrase_after(tokens, i + 1)
    thing: Range | None
    other: Range | None
    if subject is None or (passive and group.name == "win"):
        return None
    if group.name == "pass" and target and any(t.low in _PARTIAL | _WHOLE for t in tokens[slice(*target)]):
        thing, other = subject, target  # "the bill passed the House"
    elif group.of_agent or target is None:
        if not (group.of_agent or passive or low in _ALONE) or (
                i + 1 < len(tokens) and tokens[i + 1].text in "\"“‘'"):
            return None
        thing, other = subject, target
    else:
        thing, other = target, subject
    head = _head(tokens, thing)
    if head is None:
        return None
    yes = (low in group.yes | group.base_yes) != bool(negated % 2)
    value = 1.0 if yes else -1.0
    noun = stem(tokens[head].low)
    modifiers = _stems(tokens, thing) - {noun}
    others = _stems(tokens, other) if other else frozenset()
    bodies = frozenset(t.low.removesuffix("'s") for t in tokens[slice(*clause)]) & _PARTIAL - {noun}
    start = tokens[subject[0]].start
    end = tokens[target[1] - 1 if target else i].end
    also = (modifiers, others if group.of_agent or not bodies else frozenset(), bodies)
    return Statement("status", (group.name, noun), value, value, start, end, frozenset(), words_in(tokens, clause),
                     names_in(tokens, clause), days_in(tokens, clause), also)


def _phrase_before(tokens: Tokens, k: int, clause: Range) -> Range | None:
    """The noun phrase that ends right before token k, inside the clause."""
    if k - 1 < clause[0] or not tokens[k - 1].is_word or tokens[k - 1].low in STOPS | DETERMINERS | PREPOSITIONS:
        return None
    phrase = phrase_left(tokens, k - 1)
    return (max(phrase[0], clause[0]), phrase[1]) if phrase else None


def _phrase_after(tokens: Tokens, k: int) -> Range | None:
    """The object that begins at token k."""
    if k >= len(tokens) or not tokens[k].is_word or tokens[k].low in PREPOSITIONS | STOPS | TIMES | {"and", "or"}:
        return None
    return phrase_right(tokens, k)


def _head(tokens: Tokens, phrase: Range) -> int | None:
    """The noun that the phrase is about; None for pronouns and for some of many."""
    a, b = phrase
    if any(t.low in _SOME or any(c.isdigit() for c in t.low) for t in tokens[a:b]):
        return None
    end = next((k for k in range(a + 1, b) if tokens[k].low in PREPOSITIONS or not tokens[k].is_word), b)
    head = end - 1
    if tokens[head].low in PRONOUNS | FIRST_SECOND | DETERMINERS | STOP | TIMES or not tokens[head].low[0].isalpha():
        return None
    return head


def _stems(tokens: Tokens, phrase: Range) -> Names:
    return frozenset(stem(t.low) for t in tokens[slice(*phrase)]
                     if t.is_word and t.low not in STOP | DETERMINERS | PREPOSITIONS | TIMES)
