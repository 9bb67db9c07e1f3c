"""Finds, in one sentence, the words that attribute, and whom they attribute to.

Works on a *mask*: the sentence with what stands inside quotations blanked out (see `mask`), so that a verb inside
somebody's speech attributes nothing outside it. No parser and no model: the verbs of `lexicon`, the noun phrases of
`phrases`. Who "he" is, and what happens between sentences, is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterable

from stance.voices.lexicon import ATTITUDES, FIRST_SECOND, NOUN_LIKE, PARTICLES, PRONOUNS, SPEECH_NOUNS, VERBS
from stance.voices.markers import Cue, attitude_cue, is_trailing, noun_cue, particle_cue, phrase_cues
from stance.voices.phrases import (
    BLANK,
    LONGEST,
    Range,
    Tokens,
    clause_around,
    has_speech,
    has_verb,
    is_skipped,
    main_subject,
    n_words,
    phrase_left,
    phrase_right,
    span,
    subject_of,
    tokenize,
)
from stance.voices.quotes import Quotation, is_speech
from stance.voices.verbs import is_clear_subject, is_plural, may_be_active, may_think, rate_complement, says
from stance.voices.wordclasses import (
    AUXILIARIES,
    BE,
    DETERMINERS,
    HYPOTHETICAL,
    INANIMATE,
    NEGATIONS,
    PREPOSITIONS,
    QUANTIFIERS,
    SPEAKING_THINGS,
    TAIL,
)


def mask(text: str, start: int, end: int, quotations: Iterable[Quotation]) -> str:
    """`text[start:end]`, as long as it was, with speech blanked to "¤¤¤" and the marks of mere names to spaces."""
    out = list(text[start:end].replace("’", "'"))
    for q in quotations:
        a, b = max(q.start, start) - start, min(q.end, end) - start
        if a >= b:
            continue
        if is_speech(text, q):
            out[a:b] = BLANK * (b - a)
        else:
            for i in (a, b - 1):
                if not out[i].isalnum():
                    out[i] = " "
    return "".join(out)


def find_cues(masked: str) -> list[Cue]:
    """The cues of one masked sentence, in order of their place."""
    masked = masked[:LONGEST]
    tokens = tokenize(masked)
    cues = phrase_cues(masked, tokens)
    for i, token in enumerate(tokens):
        low = token.low
        cue: Cue | None = None
        if low in VERBS:
            cue = _verb_cue(tokens, i, VERBS[low], cues)
        elif low in ATTITUDES:
            cue = attitude_cue(tokens, i)
        if cue is None and (low in SPEECH_NOUNS or low.removesuffix("s") in SPEECH_NOUNS):
            cue = noun_cue(tokens, i)
        if cue is None and low in PARTICLES:
            cue = particle_cue(tokens, i)
        if cue is not None:
            cues.append(cue)
    cues.sort(key=lambda cue: cue.span)
    return cues


def _verb_cue(tokens: Tokens, i: int, entry: dict[str, frozenset[str]], earlier: list[Cue]) -> Cue | None:
    kinds, tags = entry["kinds"], entry["tags"]
    token = tokens[i]
    before = tokens[i - 1] if i else None
    if token.is_capital and before is not None and not before.is_speech:
        return None
    clause_a, clause_b = clause_around(tokens, i)
    if (
        kinds & {"say", "quote", "think"}
        and tags & {"past", "third", "base"}
        and before is not None
        and (before.is_speech or before.text in ",—–-")
    ):
        cue = _inverted(tokens, i, kinds, (clause_a, clause_b))
        if cue is not None:
            return cue
    j, be, negated, modal = i - 1, False, False, False
    while j >= 0 and is_skipped(tokens[j]):
        be = be or tokens[j].low in BE
        negated = negated or tokens[j].low in NEGATIONS
        modal = modal or tokens[j].low in ("could", "can", "may", "might", "should", "must")
        j -= 1
    bare = j == i - 1
    if "ing" in tags and not be:
        return _participle(tokens, i, kinds, clause_b, earlier)
    if before is not None and bare and before.low in (DETERMINERS - QUANTIFIERS) | PREPOSITIONS - {"to"}:
        return None
    if j >= 0 and tokens[j].low == "to":
        if not (j > 2 and tokens[j - 1].low == "on" and tokens[j - 2].low in ("went", "goes", "go")):
            return None
        j -= 3  # "went on to say"
    if be and "ing" not in tags:
        return _passive(tokens, i, kinds, (clause_a, clause_b)) if "part" in tags else None
    if not may_be_active(tokens, i):
        return None
    if j >= 0 and tokens[j].low in ("and", "but", "or"):
        phrase = _shared_subject(tokens, j, i, clause_a, earlier)
    else:
        phrase = subject_of(tokens, j)
    if phrase is None and tokens[j + 1].low in ("both", "all") and j + 2 == i:
        phrase = j + 1, j + 2
    if phrase is None:
        return None
    a, b = phrase
    head = tokens[b - 1]
    if (tokens[a].low in FIRST_SECOND and a + 1 == b) or (a and tokens[a - 1].low in HYPOTHETICAL):
        return None
    if token.low in NOUN_LIKE and not is_clear_subject(tokens, phrase, i, tags, bare):
        return None
    if tags == {"base"} and bare and not is_plural(tokens, phrase):
        return None
    if (
        head.low in INANIMATE
        and not head.is_capital
        and ("say" not in kinds or token.low not in ("says", "states", "said", "stated"))
    ):
        return None
    if negated and "think" not in kinds and not token.low.startswith(("support", "oppos", "favo")):
        return None
    if (not kinds & {"say", "judge", "quote"} or token.low == "called") and not may_think(tokens, phrase):
        return None
    relative = j >= 0 and tokens[j].low in ("who", "which", "that")
    if (
        relative
        and tokens[a].low in ("a", "an", "any", "no")
        and any(t.low in ("will", "would", "can") for t in tokens[j:i])
    ):
        return None
    trailing = not relative and is_trailing(tokens, clause_a, a, i, clause_b)
    confidence = rate_complement(tokens, i, clause_b, token.low, kinds, head.low, trailing)
    if not confidence:
        return None
    start = clause_a if trailing or n_words(tokens, clause_a, a) <= 25 else a
    end = clause_b
    if relative:
        start = j
        if tokens[j - 1].text == "," or kinds == {"judge"}:
            end = next((k for k in range(i + 1, clause_b) if tokens[k].text == ","), clause_b)
    kind = next(k for k in ("say", "think", "judge", "show", "quote") if k in kinds)
    return Cue(
        span(tokens, (i, i + 1)),
        span(tokens, phrase),
        span(tokens, (start, max(end, i + 1))),
        kind,
        confidence * (0.8 if modal else 1.0),
        trailing,
    )


def _shared_subject(tokens: Tokens, j: int, i: int, clause_a: int, earlier: list[Cue]) -> Range | None:
    """ "X said A and predicted B", "…, but acknowledged C": the subject of the verb before."""
    for cue in reversed(earlier):
        if cue.holder is not None and not cue.trailing and cue.kind != "phrase":
            a = next((k for k, t in enumerate(tokens) if t.start >= cue.holder[0]), None)
            b = next((k for k, t in enumerate(tokens) if t.end >= cue.holder[1]), None)
            return (a, b + 1) if a is not None and b is not None and a <= b else None
    return main_subject(tokens, j) if has_verb(tokens, 0, j) else None


def _inverted(tokens: Tokens, i: int, kinds: frozenset[str], clause: Range) -> Cue | None:
    """ "…," said Ann Lee, a lawyer."""
    phrase = phrase_right(tokens, i + 1)
    if phrase is None or tokens[phrase[0]].low in FIRST_SECOND or tokens[i].low in ("told", "tells", "tell"):
        return None
    a, b = phrase
    clause_a, clause_b = clause
    after_speech = tokens[i - 1].is_speech or (i > 1 and tokens[i - 1].text == "," and tokens[i - 2].is_speech)
    if not after_speech:
        if "say" not in kinds or not (
            tokens[a].is_capital or tokens[a].low in ("the", "a", "an", "one", "some", "many")
        ):
            return None
        if b < clause_b and tokens[b].is_word and tokens[b].low not in (TAIL | {"who"}) - AUXILIARIES:
            return None
        if n_words(tokens, clause_a, i) < 4 or not (
            has_verb(tokens, clause_a, i - 1)
            or b == clause_b
            or tokens[b].text in ".,"
            or has_speech(tokens, clause_a, i)
        ):
            return None
        chunk = i - 1
        while chunk > clause_a and tokens[chunk - 1].text != ",":
            chunk -= 1
        if chunk > clause_a and tokens[chunk].low in ("a", "an", "who", "the", "whose"):
            return None  # "Ann Lee, a lawyer, said …"
    if not tokens[a].is_capital and tokens[a].low not in DETERMINERS | PRONOUNS and not after_speech:
        return None
    return Cue(span(tokens, (i, i + 1)), span(tokens, phrase), span(tokens, clause), "say", 0.92, True)


def _passive(tokens: Tokens, i: int, kinds: frozenset[str], clause: Range) -> Cue | None:
    """ "was criticised by X"."""
    k = i + 1
    while k < min(clause[1], i + 4) and tokens[k].low != "by":
        k += 1
    if k >= clause[1] or tokens[k].low != "by":
        return None
    phrase = phrase_right(tokens, k + 1)
    if phrase is None or not kinds & {"say", "judge", "think"}:
        return None
    before = [t.low for t in tokens[clause[0] : i]]
    start = max(
        (clause[0] + n for n, low in enumerate(before) if low in ("that", "which", "who", "but")), default=clause[0]
    )
    return Cue(span(tokens, (i, i + 1)), span(tokens, phrase), span(tokens, (start, clause[1])), "judge", 0.6, True)


def _participle(tokens: Tokens, i: int, kinds: frozenset[str], clause_b: int, earlier: list[Cue]) -> Cue | None:
    """ "X did this, adding that …"; "with critics warning that …"."""
    if i == 0 or not kinds & {"say", "think", "show"}:
        return None
    before = tokens[i - 1]
    joined = (
        before.text in (",", "—", "–")
        or before.low in ("and", "while", "by", "in", "before", "not")
        or before.is_speech
    )
    following = tokens[i + 1].low if i + 1 < len(tokens) else ""
    if n_words(tokens, i + 1, clause_b) < 3 and not has_speech(tokens, i, clause_b):
        return None
    if "say" not in kinds and following != "that" and not following.startswith(BLANK):
        return None
    phrase: Range | None = None
    if not joined and before.is_word:
        phrase = phrase_left(tokens, i - 1)
        if (
            phrase
            and phrase[0]
            and tokens[phrase[0] - 1].low not in ("with", "of", ",")
            and has_verb(tokens, 0, phrase[0])
        ):
            phrase = main_subject(tokens, phrase[0]) or phrase
        if phrase is None or tokens[phrase[1] - 1].low in INANIMATE or tokens[phrase[0]].low in FIRST_SECOND:
            return None
        if following != "that" and not says(tokens[i].low) and not has_speech(tokens, i, clause_b):
            return None
        start = phrase[0]
        if tokens[phrase[1] - 1].low in SPEAKING_THINGS | {"email", "note", "speech"} and has_verb(
            tokens, 0, phrase[0]
        ):
            phrase = main_subject(tokens, phrase[0]) or phrase  # "she released a statement saying"
            start = phrase[0]
        return Cue(span(tokens, (i, i + 1)), span(tokens, phrase), span(tokens, (start, clause_b)), "say", 0.7)
    if earlier and earlier[-1].holder is not None and earlier[-1].kind in ("say", "quote", "phrase"):
        return Cue(span(tokens, (i, i + 1)), earlier[-1].holder, span(tokens, (i, clause_b)), "say", 0.75)
    if following == "that" or has_speech(tokens, i, clause_b) or says(tokens[i].low):
        phrase = main_subject(tokens, i)
    if phrase is None:
        return None
    return Cue(span(tokens, (i, i + 1)), span(tokens, phrase), span(tokens, (i, clause_b)), "say", 0.7)
