"""Numbers that a claim gives, with what they count: "at least 36 countries", "$1.2 million", "half of voters".

A hedge or a round figure leaves a range open. What is no count is left out: ages, scores, ordinals, years, numbers of
things ("Article 5"), rates, shares of a changed whole ("from 30 to 36")."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from math import inf

from stance.alignment.words import STOP, stem
from stance.conflicts.context import (
    NUMBER_WORDS,
    Names,
    Statement,
    act,
    clause_at,
    days_in,
    is_unreal,
    names_in,
    words_in,
)
from stance.voices.lexicon import PRONOUNS
from stance.voices.phrases import Tokens, is_adverb, is_skipped, phrase_right
from stance.voices.wordclasses import (
    AUXILIARIES,
    DETERMINERS,
    NEGATIONS,
    PLAIN_VERBS,
    PREPOSITIONS,
    STOPS,
    TIMES,
    is_bare_plural,
    word_set,
)

_ONES = re.findall(r"\w+", "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
                   "sixteen seventeen eighteen nineteen")
_TENS = re.findall(r"\w+", "twenty thirty forty fifty sixty seventy eighty ninety")
_WORDS = {word: n for n, word in enumerate(_ONES, 1)} | {word: 10 * n for n, word in enumerate(_TENS, 2)}
_WORDS |= {f"{ten}-{one}": _WORDS[ten] + n for ten in _TENS for n, one in enumerate(_ONES[:9], 1)}
_TIMES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0,
          "m": 1e6, "mn": 1e6, "mln": 1e6, "bn": 1e9, "bln": 1e9, "tn": 1e12}
_PARTS = {"half": 50.0, "third": 100 / 3, "thirds": 100 / 3, "quarter": 25.0, "quarters": 25.0}
_DIGITS = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_CURRENCIES = {"$": "$", "€": "€", "£": "£", "dollar": "$", "dollars": "$", "euro": "€", "euros": "€", "pounds": "£",
               "rubles": "rubles", "roubles": "rubles", "yuan": "yuan", "yen": "yen", "rupees": "rupees"}
_UNITS = word_set("""
    percent points years year months month weeks week days day hours hour minutes minute seconds miles mile kilometers
    kilometres km meters metres feet inches tons tonnes kilograms kg barrels acres hectares degrees times votes seats
""")
_COUNTED_ALIKE = {"person": "people", "persons": "people", "man": "men", "woman": "women", "child": "children"}
_NO_COUNT = word_set("section article articles chapter page pages number no no. phase line group type title act part "
                     "amendment amendments proposition measure question item table figure level class room route "
                     "highway channel day week year grade age aged under-")
_POINTING = word_set("these those this both all other another last first next his her their its our my your past "
                     "every each any same previous former remaining in per")
_PART_OF = word_set("where including among")
"""Before a clause whose number is a part of another."""
_NO_NOUNS = (STOPS | PREPOSITIONS | DETERMINERS | PRONOUNS | PLAIN_VERBS | _UNITS | TIMES | _TIMES.keys()
             | word_set("others more less and or"))
_BEFORE_TIMES = PREPOSITIONS - {"to", "at"} | {"after", "before", "since", "until"}
_LIMITS = (  # words right before the number → the range that it leaves open
    (r"(?:no|not) (?:more|later) than|(?:at|the) most|up to|as many as|as much as|a maximum of|no more than", "most"),
    (r"no (?:fewer|less) than|not less than|at least|a minimum of|as few as", "least"),
    (r"(?:more|greater|higher|larger) than|over|above|exceed(?:s|ed|ing)|upwards? of|in excess of|well over", "least"),
    (r"(?:less|fewer|lower|smaller) than|under|below", "most"),
    (r"nearly|almost|close to|just under|approaching", "nearly"),
    (r"about|around|roughly|some|approximately|an estimated|estimated|circa|or so|nearly all|~", "about"),
)
_HEDGE = re.compile(r"(?:^|(?<=[\s(“\"]))(?:" + "|".join(f"(?P<{name}{n}>{words})" for n, (words, name) in
                    enumerate(_LIMITS)) + r"|exactly|only|just|a total of|a record)\s*$", re.IGNORECASE)
_OR_MORE = re.compile(r"\s*(?:\+|-plus\b|or more\b)")
_CHANGE = re.compile(r"\b(?:up|down) from\b|\bcompared (?:to|with)\b|\binstead of\b|\brather than\b|\bpreviously\b"
                     r"|\bformerly\b|\bearlier\b|\blast (?:year|month|week)\b|\bbetween\s+[$€£]?\d"
                     r"|\bfrom\s+[$€£]?\d\S*(?:\s+\w+)?\s+to\s+[$€£]?\d", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Number:
    """`value`, give or take `slack`, by its own digits; tokens `first` to `after`; `unit` where it brings one."""

    value: float
    slack: float
    first: int
    after: int
    unit: str = ""


def words_needed(thing: tuple[str, ...]) -> int | None:
    """How many words two numbers of one unit must share, since a unit does not say of what; None for counted things."""
    if thing[0] == "count":
        return None
    return 2 if thing[1] in _CURRENCIES.values() else 3


def read_numbers(text: str, tokens: Tokens) -> list[Statement]:
    """What the claim counts once: where it gives two numbers of one noun or unit, neither is held against others."""
    if _CHANGE.search(text):
        return []
    found = []
    k = 0
    while k < len(tokens):
        number = _number_at(tokens, k)
        if number is None:
            k += 1
            continue
        k = number.after
        if statement := _statement(text, tokens, number):
            found.append(statement)
    seen = Counter(statement.thing for statement in found)
    return [statement for statement in found if seen[statement.thing] == 1 and statement.low <= statement.high]


# --- the number


def _number_at(tokens: Tokens, k: int) -> _Number | None:
    """The number that begins at token k, with its multipliers and its currency or per cent sign."""
    token = tokens[k]
    before = tokens[k - 1] if k else None
    glued = before is not None and before.end == token.start
    if glued and before and before.text not in "$€£~(“\"‘":
        return None  # "3-1", "T-34"
    unit = _CURRENCIES.get(before.text, "") if glued and before else ""
    first = k - 1 if unit else k
    text = token.text
    if text[0] in "$€£":
        unit, text = text[0], text[1:]
    if text.endswith("%"):
        unit, text = "percent", text[:-1]
    after = k + 1
    if _DIGITS.fullmatch(text):
        value = float(text.replace(",", ""))
        if re.fullmatch(r"(?:19|20)\d\d", text) and not unit:
            return None  # a year
        place = 10.0 ** -len(text.partition(".")[2])
        digits = text.replace(",", "")
        zeros = len(digits) - len(digits.rstrip("0")) if value >= 100 and "." not in text else 0
        slack = min(10.0 ** zeros / 2, value / 20) if zeros else place / 2 if unit or "." in text else 0.0
    elif token.low in _WORDS and not (token.is_capital and k):
        value, place, slack = float(_WORDS[token.low]), 1.0, 0.0
    elif token.low in ("a", "half") and k + 1 < len(tokens) and (
            tokens[k + 1].low in _TIMES or (token.low == "half" and tokens[k + 1].low == "a")):
        value, place, slack = (1.0 if token.low == "a" else 0.5), 1.0, 0.0
        after += token.low == "half" and tokens[k + 1].low == "a"
    else:
        return _part_at(tokens, k)
    while after < len(tokens) and tokens[after].low in _TIMES and (
            len(tokens[after].low) > 1 or tokens[after - 1].end == tokens[after].start):
        times = _TIMES[tokens[after].low]
        value, place = value * times, place * times
        slack = value / 10 if token.low in ("a", "half") else (0.0 if times == 12 else place / 2)
        after += 1
    if after < len(tokens) and tokens[after].text == "%":
        unit, after = "percent", after + 1
    elif after < len(tokens) and tokens[after].start == tokens[after - 1].end and (
            tokens[after].is_word or tokens[after].text in "-/–:"):
        return None  # "36-member", "16th", "10:30"
    if after < len(tokens) and (tokens[after].low in _WORDS or tokens[after].low[0].isdigit()):
        return None  # "two hundred five", "5 000"
    if token.low in _WORDS and after < len(tokens) and tokens[after].low in _PARTS:
        return _part_at(tokens, k)
    return _Number(value, slack, first, after, unit)


def _part_at(tokens: Tokens, k: int) -> _Number | None:
    """A share in words, where it says of what: "half of", "a third of", "two-thirds of", "three quarters of"."""
    words = tokens[k].low.split("-")
    after = k + 1
    if len(words) == 1 and tokens[k].low in ("a", "one", "two", "three") and after < len(tokens):
        words, after = [tokens[k].low, tokens[after].low], after + 1
    if words[-1] not in _PARTS or (len(words) == 1 and words[0] != "half") or len(words) > 2:
        return None
    times = {"a": 1, "one": 1, "half": 1, "two": 2, "three": 3}.get(words[0])
    if times is None or after >= len(tokens) or tokens[after].low not in ("of", "the"):
        return None
    value = times * _PARTS[words[-1]]
    return _Number(value, value / 10, k, after, "percent")


def _range(text: str, tokens: Tokens, number: _Number) -> tuple[float, float, int]:
    """What the number with its hedge leaves open, and where the hedge begins."""
    start = tokens[number.first].start
    low, high = number.value - number.slack, number.value + number.slack
    hedge = _HEDGE.search(text, max(0, start - 40), start)
    if _OR_MORE.match(text, tokens[number.after - 1].end):
        return number.value, inf, start
    if hedge is None:
        return low, high, start
    kind = (hedge.lastgroup or "").rstrip("0123456789")
    begin = hedge.start() + len(hedge.group()) - len(hedge.group().lstrip())
    if kind == "most":
        return 0.0, high, begin
    if kind == "least":
        return low, inf, begin
    if kind == "nearly":
        return 0.8 * number.value, high, begin
    if kind == "about":
        return 0.8 * number.value, 1.2 * number.value, begin
    return low, high, begin


# --- what is counted


def _statement(text: str, tokens: Tokens, number: _Number) -> Statement | None:
    clause = clause_at(tokens, number.first)
    if is_unreal(tokens, clause) or tokens[clause[0]].low in _PART_OF:
        return None
    low, high, start = _range(text, tokens, number)
    left = _left(tokens, start)
    if left >= 0 and not _may_count(tokens, left, number):
        return None
    counted = _counted(tokens, number)
    if counted is None:
        return None
    thing, modifiers, after = counted
    complement, behind = _complement(tokens, after)
    if behind < len(tokens) and tokens[behind].low in ("a", "per", "each", "every", "an") and \
            behind + 1 < len(tokens) and tokens[behind + 1].low in _UNITS | TIMES:
        return None  # "three people a day"
    if after < len(tokens) and tokens[after].low in ("old", "ago", "later", "earlier"):
        return None
    governors = _governors(tokens, left, behind)
    measures = thing[0] == "unit" and after < len(tokens) and tokens[after].is_word and \
        tokens[after].low not in PREPOSITIONS | STOPS | AUXILIARIES | {"and", "or"}
    # "a $5 billion plan" is not "pay $5 billion", "rose by 5 percent" not "rose to 5 percent"
    role = "measures" if measures else " ".join(sorted(modifiers))
    if thing[0] == "unit" and left >= 0 and tokens[left].low in _BEFORE_TIMES:
        role += f" {tokens[left].low}"
    return Statement("number", thing, low, high, start, tokens[after - 1].end, governors,
                     words_in(tokens, clause) - {*thing, *modifiers} - complement, names_in(tokens, clause),
                     days_in(tokens, clause),
                     (complement, frozenset({role}), frozenset() if measures else governors))


def _left(tokens: Tokens, start: int) -> int:
    """The token before that place in the text; -1 at its beginning."""
    k = -1
    while k + 1 < len(tokens) and tokens[k + 1].end <= start:
        k += 1
    return k


def _may_count(tokens: Tokens, left: int, number: _Number) -> bool:
    """Whether a number after token `left` counts all there is, as far as that word tells."""
    token = tokens[left]
    if token.low in NEGATIONS | _NO_COUNT | _POINTING or token.text in "-–—/#":
        return False
    if token.low == "the" and not number.unit:
        return False  # "the two countries", "more than the 58,000 soldiers who"
    if token.low in ("to", "or", "and", "of") and left and (tokens[left - 1].low in NUMBER_WORDS
                                                            or tokens[left - 1].low[0].isdigit()):
        return False  # "30 to 36", "two of 36"
    return not (token.is_capital and left and token.low not in STOP | PREPOSITIONS | TIMES) and \
        token.low not in ("than", "least", "most")


def _counted(tokens: Tokens, number: _Number) -> tuple[tuple[str, ...], Names, int] | None:
    """(thing, stems of its modifiers, token after it): a unit, a currency, or the plural noun that follows."""
    k = number.after
    if number.unit:
        if k < len(tokens) and tokens[k].low in ("points", "point"):
            return None
        return ("unit", number.unit), frozenset(), k
    if k >= len(tokens):
        return None
    if tokens[k].low == "per" and k + 1 < len(tokens) and tokens[k + 1].low == "cent":
        return ("unit", "percent"), frozenset(), k + 2
    if tokens[k].low == "percentage":
        return None
    if tokens[k].low in _CURRENCIES or (k + 1 < len(tokens) and tokens[k + 1].low == "dollars"):
        after = k + 1 if tokens[k].low in _CURRENCIES else k + 2
        return ("unit", _CURRENCIES[tokens[after - 1].low]), frozenset(), after
    if tokens[k].low in _UNITS:
        return ("unit", stem(tokens[k].low)), frozenset(), k + 1
    modifiers = set[str]()
    for n in range(k, min(k + 4, len(tokens))):
        token = tokens[n]
        if not token.is_word or token.low in _NO_NOUNS:
            return None
        following = tokens[n + 1] if n + 1 < len(tokens) else None
        if following is not None and following.text == "-" and following.start == token.end:
            return None
        noun = _COUNTED_ALIKE.get(token.low, token.low)
        if number.value == 1 and (n > k or noun not in _COUNTED_ALIKE.values()):
            return None  # "one" is more often somebody than a count
        if _is_plural(token.low) or noun != token.low:
            if following is not None and _is_plural(following.low) and following.low not in PLAIN_VERBS | AUXILIARIES \
                    and not following.low.endswith("'s"):
                return None  # which of the two is counted cannot be told
            return ("count", stem(noun)), frozenset(modifiers), n + 1
        modifiers.add(stem(token.low))
    return None


def _is_plural(word: str) -> bool:
    return (word.endswith("s") and not word.endswith(("ss", "us", "is", "'s")) and len(word) > 3) or (
        is_bare_plural(word) and word != "police")


def _complement(tokens: Tokens, after: int) -> tuple[Names, int]:
    """The stems of what follows with "of", "from" or "in", up to its first plural, and the token behind it."""
    if after + 1 >= len(tokens) or tokens[after].low not in ("of", "from", "in"):
        return frozenset(), after
    phrase = phrase_right(tokens, after + 1)
    if phrase is None:
        return frozenset(), after
    a, b = phrase
    end = next((k for k in range(a + 1, b) if tokens[k].low in DETERMINERS), b)
    end = next((k + 1 for k in range(a, end) if _is_plural(tokens[k].low) and not tokens[k].is_capital), end)
    return frozenset(stem(t.low) for t in tokens[a:end]
                     if t.is_word and t.low not in STOP | PREPOSITIONS and t.low[0].isalpha()), end


def _governors(tokens: Tokens, left: int, behind: int) -> Names:
    """The words that say what the counted do, or what is done to them: beside the phrase, on either side."""
    found = set()
    k = behind
    while k < len(tokens) and (is_skipped(tokens[k]) or tokens[k].low in ("who", "that", "which")):
        k += 1
    if k < len(tokens) and tokens[k].is_word and not tokens[k].is_capital and tokens[k].low not in \
            PREPOSITIONS | DETERMINERS | STOPS | {"and", "or"}:
        pair = k + 1 < len(tokens) and tokens[k].low in ("take", "took", "taken") and tokens[k + 1].low == "part"
        found.add("attend" if pair else act(tokens[k].low))
    k = left
    while k >= 0 and (tokens[k].low in PREPOSITIONS | DETERMINERS or is_adverb(tokens[k])):
        k -= 1
    if k >= 0 and tokens[k].is_word and not tokens[k].is_capital and tokens[k].low not in STOPS | STOP | NUMBER_WORDS:
        found.add(act(tokens[k].low))
    return frozenset(found - {"took", "take", "taken", "", "wa", "were"})
