"""Whether a verb form, in its place, attributes: active or not, with a subject that can speak, with something said."""

from __future__ import annotations

from stance.voices.lexicon import NOUN_LIKE, PRONOUNS, VAGUE
from stance.voices.phrases import BLANK, Range, Tokens, has_speech, has_verb, is_adverb, n_words
from stance.voices.wordclasses import (
    ACTS,
    AUXILIARIES,
    DETERMINERS,
    EVENT_ENDINGS,
    NO_EVENTS,
    PREPOSITIONS,
    SPEAKING_THINGS,
    TAIL,
    TIMES,
    is_bare_plural,
    word_set,
)

_LOOSE = word_set("find finds found feel feels felt maintain maintained know knew knows known announce")
_CLAUSE_OPENERS = word_set("that how whether what why who when where")


def may_be_active(tokens: Tokens, i: int) -> bool:
    """Whether the form at token i can be an active verb, by what follows it."""
    following = tokens[i + 1] if i + 1 < len(tokens) else None
    low = tokens[i].low
    if low in NOUN_LIKE and (following is None or following.text in ",.;"):
        return any(t.text == "," or t.is_speech for t in tokens[max(0, i - 6) : i])  # "…, the polls show."
    if following is None:
        return True
    before = tokens[i - 1] if i else None
    if (
        following.low == "by"
        or (following.low == "of" and low == "accused")
        or (
            following.low == "as"
            and low == "described"
            and before is not None
            and not before.is_capital
            and before.low not in PRONOUNS
        )
    ):
        return False  # "a man accused of …"
    if low in NOUN_LIKE:
        if following.low in AUXILIARIES or has_verb(tokens, i, i + 2):
            return False
        if low.endswith("s") and not low.endswith("ss"):
            return (
                (following.is_word and following.low not in PREPOSITIONS - {"to", "for", "on"})
                or following.text == ":"
                or following.is_speech
            )
    return True


def may_think(tokens: Tokens, phrase: Range) -> bool:
    """Whether a subject can show or think that something is so: somebody, some body, or a document; no event."""
    token = tokens[_head(tokens, phrase)]
    return (
        token.is_capital
        or token.low in SPEAKING_THINGS
        or token.low in NO_EVENTS
        or not token.low.endswith(EVENT_ENDINGS)
    )


def _head(tokens: Tokens, phrase: Range) -> int:
    """The head noun of a phrase: the last word before its first preposition."""
    return next((k for k in range(phrase[0] + 1, phrase[1]) if tokens[k].low in PREPOSITIONS), phrase[1]) - 1


def is_plural(tokens: Tokens, phrase: Range) -> bool:
    head = tokens[_head(tokens, phrase)].low
    return (
        head.endswith(("s", "%"))
        or is_bare_plural(head)
        or head in ("they", "who", "percent")
        or tokens[phrase[0]].low in ("many", "some", "few", "most", "both", "those", "several", "others", "all")
        or any(t.low == "and" or t.low[0].isdigit() for t in tokens[phrase[0] : phrase[1]])
    )


def is_clear_subject(tokens: Tokens, phrase: Range, i: int, tags: frozenset[str], bare: bool) -> bool:
    """Whether a noun phrase is surely a subject, so that a form which may be a noun is a verb here."""
    a, b = phrase
    head = tokens[b - 1]
    if head.low in PRONOUNS or not bare:
        return True
    if head.text.endswith(("'s", "s'")):
        return False
    if tokens[i].low == "states":
        relative = i + 2 < len(tokens) and tokens[i + 1].low == "that" and tokens[i + 2].low in AUXILIARIES
        if head.low not in SPEAKING_THINGS and (not head.is_capital or relative or b - a > 2):
            return False
    if "base" in tags and "past" not in tags and (head.low in SPEAKING_THINGS or head.low in VAGUE):
        return True
    if "base" in tags and "past" not in tags:
        is_plural_noun = head.low.endswith("s") or is_bare_plural(head.low)
        return is_plural_noun and (head.is_capital or tokens[a].low in DETERMINERS or a + 1 == b)
    if head.is_capital:
        return True
    following = tokens[i + 1].low if i + 1 < len(tokens) else ""
    if not head.low.endswith("s") and following in ("to", "that", "the", "a", "it", "he", "she", "they"):
        return b - a >= 2
    return tokens[a].low in ("the", "a", "an") and b - a >= 2 and head.low in SPEAKING_THINGS


def rate_complement(
    tokens: Tokens, i: int, clause_b: int, verb: str, kinds: frozenset[str], head: str, trailing: bool
) -> float:
    """How surely what follows (or went before) is attributed; 0 where it is not."""
    speech = has_speech(tokens, 0, len(tokens))
    k = i + 1
    while k < clause_b and (tokens[k].low in TIMES | {"on", "also"} or is_adverb(tokens[k])):
        k += 1
    following = tokens[k].low if k < clause_b else ""
    n_right = n_words(tokens, i + 1, clause_b)
    if following == "to" and "say" not in kinds:
        return 0.0
    if trailing:
        if kinds & {"say", "quote"} and (speech or "say" in kinds):
            return 0.9
        if kinds == {"quote"} and not speech:
            return 0.0
        if "show" in kinds:
            return 0.82
        return 0.75 if "think" in kinds or speech else 0.6
    if following == ":" or following.startswith(BLANK):
        return 0.9
    clause_like = following in ("that", "how", "whether", "why", "what") or has_verb(tokens, k, min(k + 9, clause_b))
    if verb.startswith("ask"):
        return (
            0.8
            if speech
            or any(t.low in ("whether", "if", "who", "how", "what", "why", "about") for t in tokens[k : k + 6])
            else 0.0
        )
    if verb in ("write", "wrote", "writes") and not speech and following in DETERMINERS:
        return 0.0
    if verb in ACTS:
        return 0.85 if following == "that" or (clause_like and "a" != following != "an") or speech else 0.0
    if verb in ("claim", "claims", "claimed", "claiming") and not speech and not clause_like:
        return 0.0
    if verb in _LOOSE and head not in SPEAKING_THINGS and not speech and following not in _CLAUSE_OPENERS:
        return 0.0
    if verb in ("added", "adds", "add", "reported", "protested", "testified") and not speech and not clause_like:
        return 0.0
    if "say" in kinds:
        return 0.9 if n_right or speech else 0.0
    if "think" in kinds:
        return 0.85 if following == "that" else 0.8 if n_right >= 2 else 0.0
    if "judge" in kinds and n_right >= 1 and following not in TAIL - {"to", "for", "of", "as", "against"}:
        return 0.7
    if "show" in kinds and (following == "that" or (head in SPEAKING_THINGS and n_right >= 3)):
        return 0.85 if following == "that" else 0.75
    if "show" in kinds and clause_like and n_right >= 4:
        return 0.55
    if "quote" in kinds and has_speech(tokens, i, clause_b):
        return 0.8
    return 0.0


def says(form: str) -> bool:
    """Whether a participle introduces speech even without "that"."""
    return form in (
        "saying",
        "arguing",
        "claiming",
        "insisting",
        "noting",
        "suggesting",
        "asserting",
        "telling",
        "declaring",
        "warning",
        "stating",
        "contending",
        "alleging",
        "predicting",
        "acknowledging",
    )
