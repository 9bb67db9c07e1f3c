"""Attributing words other than plain verbs: "according to X", "her claim that …", "is convinced that", "pointed out".

`Cue` is what all finders of such words give back. The verbs, and the search through a sentence, are in `cues`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from stance.voices.lexicon import FIRST_SECOND, PARTICLES
from stance.voices.phrases import (
    Tokens,
    clause_around,
    has_verb,
    is_adverb,
    is_skipped,
    main_subject,
    n_words,
    phrase_left,
    phrase_right,
    span,
    subject_of,
)
from stance.voices.wordclasses import BE, INANIMATE, LABELS, NEGATIONS, TAIL, TIMES

_PHRASE = re.compile(
    r"\b(according to|as per|in the words of|in the (?:view|opinion|eyes|judge?ment|estimation) of|"
    r"as (?:stated|noted|reported|argued|explained|put|described|quoted) (?:by|in)|quoted by|as told to|"
    r"(?<=[,(] )per(?= (?:the |a )?[A-Z]))\s+",
    re.I,
)
_AS_SAID = re.compile(
    r"\b[Ii]n (?P<who>(?:the )?[A-Z][\w.'-]*(?: [\w.'-]+){0,4}?'s?|his|her|their|its) "
    r"(?P<what>words|view|opinion|telling|account|judge?ment|estimation)\b"
)
_CRITICISM_FROM = re.compile(
    r"\b(?:criticism|condemnation|praise|opposition|objections?|rebukes?|backlash|scorn|ire|outrage|"
    r"complaints?|pushback)(?: \w+){0,3} from\s+"
)
_CONTENTS = re.compile(
    r"^(?:(?:The|Other|Among the|Among other|Further|Additional|His|Her|Their|Its) )(?:\w+ ){0,2}"
    r"(?P<what>recommendations|demands|proposals|findings|conclusions|arguments|suggestions)"
    r"(?: also)? (?:include|are|were|is|was)"
)
_LABEL = re.compile(r"^(?P<who>[A-Z][\w.'-]*(?: (?:[A-Z][\w.'-]*|of|and|the)){0,4})(?P<colon>:) (?=[¤A-Z‘'])")
_TO_PERSON = re.compile(
    r"^(?:But |And |Yet |So )?To (?P<who>(?:the )?[A-Z][\w.'-]*(?:,? (?:[A-Z][\w.'-]*|of|and|the))*), (?=[a-z¤])"
)


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that attribute. Spans are offsets into the masked text.

    span      the attributing words
    holder    the noun phrase that speaks, None where none is named
    scope     what is attributed, the attributing words included
    kind      say, think, judge, show, quote, phrase, noun, label ("Ann Lee: …")
    trailing  it follows what it attributes
    """

    span: tuple[int, int]
    holder: tuple[int, int] | None
    scope: tuple[int, int]
    kind: str
    confidence: float
    trailing: bool = False


def phrase_cues(masked: str, tokens: Tokens) -> list[Cue]:
    cues: list[Cue] = []
    whole = (0, len(masked.rstrip()))
    for match in _PHRASE.finditer(masked):
        first = next((k for k, t in enumerate(tokens) if t.start >= match.end()), None)
        phrase = phrase_right(tokens, first) if first is not None else None
        if first is None or phrase is None:
            continue
        clause = clause_around(tokens, first)
        if phrase[1] + 1 >= len(tokens):
            while clause[0] > 0 and tokens[clause[0] - 1].text == ";":  # closes a list: holds for all its items
                clause = clause_around(tokens, clause[0] - 1)[0], clause[1]
        cues.append(
            Cue(
                match.span(1),
                span(tokens, phrase),
                span(tokens, clause),
                "phrase",
                0.88,
                match.start() > tokens[clause[0]].start + 12,
            )
        )
    for match in _AS_SAID.finditer(masked):
        cues.append(Cue(match.span("what"), match.span("who"), whole, "phrase", 0.8))
    for match in _CRITICISM_FROM.finditer(masked):
        first = next((k for k, t in enumerate(tokens) if t.start >= match.end()), None)
        phrase = phrase_right(tokens, first) if first is not None else None
        if first is not None and phrase is not None:
            cues.append(
                Cue(match.span(), span(tokens, phrase), span(tokens, clause_around(tokens, first)), "judge", 0.6, True)
            )
    contents = _CONTENTS.match(masked)
    if contents is not None:
        cues.append(Cue(contents.span("what"), None, whole, "noun", 0.5))
    label = _LABEL.match(masked)
    if label is not None and not {w.lower() for w in label["who"].split()} & LABELS:
        cues.append(Cue(label.span("colon"), label.span("who"), whole, "label", 0.62))
    to_person = _TO_PERSON.match(masked)
    if to_person is not None:
        cues.append(
            Cue((to_person.start("who") - 3, to_person.start("who") - 1), to_person.span("who"), whole, "phrase", 0.65)
        )
    return cues


def noun_cue(tokens: Tokens, i: int) -> Cue | None:
    """ "her claim that …", "there are comments that …"."""
    if i + 1 >= len(tokens) or tokens[i + 1].low != "that" or i == 0:
        return None
    _, clause_b = clause_around(tokens, i)
    if n_words(tokens, i + 2, clause_b) < 2:
        return None
    k = i - 1
    while k > 0 and i - k < 3 and tokens[k].is_word and not _possesses(tokens, k):
        k -= 1
    scope = span(tokens, (k, clause_b))
    if tokens[k].low in ("his", "her", "their", "its"):
        return Cue(span(tokens, (i, i + 1)), span(tokens, (k, k + 1)), scope, "noun", 0.6)
    if _possesses(tokens, k):
        phrase = phrase_left(tokens, k)
        if phrase:
            start, end = span(tokens, phrase)
            return Cue(
                span(tokens, (i, i + 1)),
                (start, end - (2 if tokens[k].text.endswith("'s") else 1)),
                (start, scope[1]),
                "noun",
                0.6,
            )
    lows = [t.low for t in tokens[max(0, i - 6) : i]]
    if "there" in lows and not {"no", "not", "wasn't", "isn't", "little"} & set(lows):
        return Cue(span(tokens, (i, i + 1)), span(tokens, (i, i + 1)), span(tokens, (i, clause_b)), "noun", 0.5)
    return None


def _possesses(tokens: Tokens, k: int) -> bool:
    return tokens[k].text.endswith(("'s", "s'")) or tokens[k].low in ("his", "her", "their", "its")


def attitude_cue(tokens: Tokens, i: int) -> Cue | None:
    """ "X is convinced that …", "X remains sceptical about …"."""
    if i + 1 >= len(tokens) or tokens[i + 1].low not in ("that", "about", "of", "by", "at", "with", "over"):
        return None
    linking = BE | {"remain", "remains", "remained", "sounded"}
    j = i - 1
    linked = False
    while j >= 0 and (tokens[j].low in linking | {"more", "less", "very"} or is_skipped(tokens[j])):
        linked = linked or tokens[j].low in linking
        j -= 1
    phrase = subject_of(tokens, j) if linked else None
    if phrase is None or tokens[phrase[0]].low in FIRST_SECOND | {"it"} or tokens[phrase[1] - 1].low in INANIMATE:
        return None
    clause_a, clause_b = clause_around(tokens, i)
    start = clause_a if n_words(tokens, clause_a, phrase[0]) <= 25 else phrase[0]
    return Cue(span(tokens, (i, i + 1)), span(tokens, phrase), span(tokens, (start, clause_b)), "think", 0.7)


def particle_cue(tokens: Tokens, i: int) -> Cue | None:
    """ "X pointed out …", "X lashed out at …": common verbs that attribute only with a particle."""
    after = i + 1
    while after < len(tokens) and (is_adverb(tokens[after]) or tokens[after].low in ("special", "it", "particular")):
        after += 1
    if after >= len(tokens) or tokens[after].low not in PARTICLES[tokens[i].low]:
        return None
    clause_a, clause_b = clause_around(tokens, i)
    j = i - 1
    while j >= 0 and is_skipped(tokens[j]):
        j -= 1
    if (j >= 0 and tokens[j].low == "to") or any(t.low in NEGATIONS for t in tokens[j + 1 : i]):
        return None
    if tokens[i].low.endswith("ing") and not any(t.low in BE for t in tokens[j + 1 : i]):
        phrase = main_subject(tokens, i) if j >= 0 and tokens[j].text in (",", "—") else None
    else:
        phrase = subject_of(tokens, j)
    if phrase is None or tokens[phrase[0]].low in FIRST_SECOND or tokens[phrase[1] - 1].low in INANIMATE:
        return None
    trailing = is_trailing(tokens, clause_a, phrase[0], i + 1, clause_b)
    start = clause_a if n_words(tokens, clause_a, phrase[0]) <= 25 else phrase[0]
    return Cue(span(tokens, (i, i + 2)), span(tokens, phrase), span(tokens, (start, clause_b)), "judge", 0.7, trailing)


def is_trailing(tokens: Tokens, clause_a: int, a: int, i: int, clause_b: int) -> bool:
    if a <= clause_a:
        return False
    previous = tokens[a - 1]
    if previous.is_speech:
        return True
    colon = i + 1 < clause_b and tokens[i + 1].text == ":" and previous.text == ","
    if previous.text not in (",", "—", "–", "-") or n_words(tokens, clause_a, a - 1) < 3:
        return False
    if not (colon or tail_only(tokens, i, clause_b)):
        return False
    return n_words(tokens, i + 1, clause_b) == 0 or has_verb(tokens, clause_a, a - 1)


def tail_only(tokens: Tokens, i: int, clause_b: int) -> bool:
    """Whether nothing but a time, a place or an end follows the verb at i."""
    k = i + 1
    if tokens[i].low in ("told", "tells", "tell"):
        phrase = phrase_right(tokens, k)
        k = phrase[1] if phrase else k
    while k < clause_b and (is_adverb(tokens[k]) or tokens[k].low in TIMES):
        k += 1
    if k >= clause_b or not tokens[k].is_word:
        return not (k < clause_b and (tokens[k].text == ":" or tokens[k].is_speech))
    return tokens[k].low in TAIL
