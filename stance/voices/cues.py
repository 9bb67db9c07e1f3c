"""Finds, in one sentence, the words that attribute, and whom they attribute to.

Works on a *mask*: the sentence with what stands inside quotations blanked out (see `mask`), so that a verb inside
somebody's speech attributes nothing outside it. No parser and no model: closed word classes, the verbs of
`lexicon`, capitals and commas. Who "he" is, and what happens between sentences, is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from stance.voices.lexicon import (
    FIRST_SECOND,
    NOUN_LIKE,
    PRONOUNS,
    SPEECH_NOUNS,
    VERBS,
)
from stance.voices.quotes import Quotation, is_speech

BLANK = "¤"
_TOKEN = re.compile(
    r"¤+|(?:[A-Za-z]\.){2,}|\b(?:Mr|Mrs|Ms|Dr|Sen|Sens|Rep|Reps|Gov|Gen|Col|Lt|Sgt|St|Jr|Sr|Prof|Rev|Hon|Messrs)\."
    r"|\b[A-Z]\.(?=\s\w)|[$€£]?\d[\d,.]*\d|[@#]?\w+(?:['’-]\w+)*['’]?|[^\w\s]"
)
_BE = frozenset("is are was were be been being am 's 're isn't aren't wasn't weren't".split())
_AUX = _BE | frozenset("""has have had having will would could can may might must shall should did does do don't doesn't
    didn't won't wouldn't couldn't can't cannot hasn't haven't hadn't ought used 'd 've 'll 's""".split())
_NEGATION = frozenset("not never n't don't doesn't didn't won't wouldn't hasn't haven't hadn't cannot couldn't".split())
_SKIP = _AUX | _NEGATION | frozenset("""also then later again once twice even still just always often now since soon
    both all too thus therefore further furthermore first there to instead rather ever yet""".split())
_STOP = frozenset("""that which because if when while as although though since after before until unless than so but where
    whether how why what nor yet there not whom whose who like despite amid plus""".split()) | _AUX
_PREPOSITIONS = frozenset("""of for at from in on with to by about against under over during between among within without
    through across near toward towards into onto via per inside outside behind above below beyond""".split())
_DETERMINERS = frozenset("""the a an this these those his her their its our my your some many several few most all each
    every no another any one two three four five six seven eight nine ten dozens hundreds thousands other both""".split())
_TAIL = frozenset("""on in at during when after before to of while as this last yesterday today tonight earlier later
    recently afterward afterwards for with by from monday tuesday wednesday thursday friday saturday sunday via through
    early late about regarding following ahead outside inside upon over amid against sunday's here there again
    then too further sarcastically flatly bluntly simply angrily sharply once""".split())
_TIMES = frozenset("""monday tuesday wednesday thursday friday saturday sunday january february march april may june july
    august september october november december today yesterday tonight week month year night morning afternoon evening
    weekend day""".split())
_SPLITS = frozenset("but while whereas although though where".split())
_INANIMATE = frozenset("""law bill measure plan act legislation amendment policy rule ordinance move proposal program
    programme effort strategy system project agreement deal treaty car house building market economy war""".split())
_SPEAKING_THINGS = frozenset("""poll polls survey surveys study studies report reports data documents document records
    figures results research emails analysis investigation investigators numbers statistics complaint lawsuit suit
    memo letter statement article review audit transcript filing filings declaration findings estimates ad ads video
    book essay headline editorial website caption message text tweet resolution ruling opinion assessment reporting
    papers sources intelligence evidence experts index census""".split())
_PARTICLES: dict[str, frozenset[str]] = {
    lemma: frozenset(after.split()) for lemma, after in {
        "point": "out to", "make": "clear", "made": "clear", "speak": "about of out", "spoke": "about of out",
        "spoken": "about of out",
        "talk": "about of up", "refer": "to", "rail": "against", "lash": "out", "object": "to", "allude": "to",
        "side": "with", "push": "for", "take": "issue aim", "took": "issue aim", "shoot": "back", "shot": "back",
        "fire": "back", "hit": "back out", "lay": "out", "laid": "out", "speculate": "about", "pay": "attention tribute",
        "paid": "attention tribute special particular", "double": "down", "weigh": "in", "go": "after", "went": "after",
        "come": "out", "came": "out", "call": "for on", "joke": "about", "opine": "on", "zero": "in", "focus": "on",
        "argue": "against for", "reflect": "on", "apologize": "for", "apologise": "for", "distance": "himself herself",
        "warn": "of against", "complain": "about of", "vouch": "for", "stick": "by", "stand": "by", "stood": "by",
        "sign": "", "muse": "about", "express": "", "share": "", "raise": "questions concerns doubts", "cry": "foul",
    }.items() if after
}
_ATTITUDES = frozenset("""convinced confident certain sure concerned worried afraid hopeful optimistic pessimistic
    sceptical skeptical critical adamant unequivocal proud glad grateful surprised gratified doubtful fearful angry
    disappointed opposed dismissive wary unconvinced dubious supportive thankful thrilled alarmed outraged
    troubled""".split())
_APPOSITIVE = frozenset("a an who whose which where one both then also jr jr. sr sr. formerly now himself herself".split())
_PHRASE = re.compile(
    r"\b(according to|as per|in the words of|in the (?:view|opinion|eyes|judge?ment|estimation) of|"
    r"as (?:stated|noted|reported|argued|explained|put|described|quoted) by|quoted by|as told to|per(?= [A-Z]))\s+", re.I)
_AS_SAID = re.compile(r"\b[Ii]n (?P<who>(?:the )?[\w.’' -]{2,60}?['’]s?) (?P<what>words|view|opinion|telling|account|"
                      r"judge?ment|estimation)\b")
_TO_PERSON = re.compile(r"^(?:But |And |Yet |So )?(?:To|For) (?P<who>(?:[A-Z][\w.’'-]*|of|and|the|D-\w+\.?|R-\w+\.?|, (?=[DR]-))"
                        r"(?: ?(?:[A-Z][\w.’'-]*|of|and|the|, [DR]-[A-Z]\w+\.?))*), (?=[a-z“])")
_WORDS = re.compile(r"[^\W\d_]\w*")


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that attribute. Spans are offsets into the masked text.

    span    the attributing words; holder: the noun phrase that speaks, None where none is named
    scope   what is attributed, the attributing words included
    kind    say, think, judge, show, quote, phrase, noun
    trailing  it follows what it attributes
    """

    span: tuple[int, int]
    holder: tuple[int, int] | None
    scope: tuple[int, int]
    kind: str
    confidence: float
    trailing: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    low: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        return self.low[0].isalnum() or self.low[0] in "@#$€£"

    @property
    def is_capital(self) -> bool:
        return self.text[0].isupper() or self.text[0] in "@#"


def mask(text: str, start: int, end: int, quotations: Iterable[Quotation]) -> str:
    """`text[start:end]`, as long as it was, with speech blanked to “¤¤¤” and the marks of mere names to spaces."""
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


def tokenize(masked: str) -> list[Token]:
    return [Token(m.group(), m.group().lower(), *m.span()) for m in _TOKEN.finditer(masked)]


def find_cues(masked: str) -> list[Cue]:
    """The cues of one masked sentence, in order of their place."""
    tokens = tokenize(masked)
    cues = _phrase_cues(masked, tokens)
    for i, token in enumerate(tokens):
        entry = VERBS.get(token.low)
        if entry is not None or token.low in SPEECH_NOUNS or token.low.endswith("s") and token.low[:-1] in SPEECH_NOUNS:
            cue = _verb_cue(tokens, i, entry, cues) if entry else None
            cue = cue or _noun_cue(tokens, i)
        elif token.low in _ATTITUDES:
            cue = _attitude_cue(tokens, i)
        else:
            cue = _particle_cue(tokens, i)
        if cue is not None:
            cues.append(cue)
    cues.sort(key=lambda cue: cue.span)
    return cues


# --- noun phrases -----------------------------------------------------------------------------------------------

def _noun_phrase_left(tokens: list[Token], j: int) -> tuple[int, int] | None:
    """Token range [a, b) of the noun phrase that ends at token j."""
    if j < 0 or not tokens[j].is_word:
        return None
    if tokens[j].low in PRONOUNS | FIRST_SECOND and tokens[j].low != "who":
        return (j, j + 1)
    k = j
    while k >= 0:
        token = tokens[k]
        if not token.is_word:
            if token.text != "&":
                break
        elif token.low in _STOP or token.low in FIRST_SECOND or token.low in PRONOUNS:
            break
        elif k < j and not token.is_capital:
            entry = VERBS.get(token.low)
            if entry and token.low not in NOUN_LIKE and entry["tags"] & {"past", "third", "ing"}:
                break
            if token.low.endswith("ly") and token.low not in ("family", "daily", "weekly", "early", "likely", "elderly"):
                break
        k -= 1
    a = k + 1
    b = j + 1
    while a < b and tokens[a].low in ("and", "or", "then", "also", "still", "meanwhile", "now", "however", "indeed"):
        a += 1
    if a < b and tokens[a].low in _PREPOSITIONS:
        for m in range(b - 1, a, -1):
            previous = tokens[m - 1].low
            if previous in _PREPOSITIONS:
                continue
            if tokens[m].low in _DETERMINERS or (tokens[m].is_capital and not tokens[m - 1].is_capital
                                                 and previous not in _DETERMINERS):
                a = m
                break
        else:
            return None
    while b - a > 2 and (tokens[b - 1].low in _TIMES and tokens[b - 2].low in ("on", "last", "this", "late", "early")):
        b -= 2
    if b - a > 1 and tokens[b - 1].low in _TIMES and tokens[b - 2].is_capital and not tokens[b - 1].low == "may":
        b -= 1
    if a >= b or (b - a == 1 and (tokens[a].low in _DETERMINERS - {"some", "many", "several", "few", "most", "all", "both",
                                                                   "one", "others"} or tokens[a].low in _PREPOSITIONS)):
        return None
    return (a, b)


def _noun_phrase_right(tokens: list[Token], i: int) -> tuple[int, int] | None:
    """Token range of the noun phrase that begins at token i: a name, a title and a name, or determiner and nouns."""
    if i >= len(tokens) or not tokens[i].is_word:
        return None
    if tokens[i].low in PRONOUNS | FIRST_SECOND:
        return (i, i + 1)
    k = i
    seen_capital = False
    while k < len(tokens):
        token = tokens[k]
        if not token.is_word:
            if token.text == "&" or (token.text == "." and k > i and len(tokens[k - 1].text) <= 3 and k + 1 < len(tokens)):
                k += 1
                continue
            break
        if token.low in _STOP or token.low in FIRST_SECOND or token.low in PRONOUNS or token.low in _TIMES:
            break
        if seen_capital and token.low in _PREPOSITIONS - {"of", "for", "at"}:
            break
        if token.low in _PREPOSITIONS and (k == i or token.low in ("in", "on", "to", "about", "during", "by")):
            break
        if not token.is_capital and token.low.endswith("ly"):
            break
        seen_capital = seen_capital or token.is_capital
        k += 1
    while k > i and tokens[k - 1].low in _PREPOSITIONS | {"and", "the", "a", "an"}:
        k -= 1
    return (i, k) if k > i else None


def _subject(tokens: list[Token], j: int) -> tuple[int, int] | None:
    """The subject whose verb group begins right after token j."""
    if j < 0:
        return None
    if tokens[j].low in ("who", "which", "that"):
        k = j - 1
        while k >= 0 and tokens[k].text == ",":
            k -= 1
        phrase = _noun_phrase_left(tokens, k)
        return phrase if tokens[j].low == "who" else phrase
    if tokens[j].text in ",)—–-":
        return _subject_before_apposition(tokens, j)
    return _noun_phrase_left(tokens, j)


def _subject_before_apposition(tokens: list[Token], j: int) -> tuple[int, int] | None:
    """"Ann Lee, a lawyer who …, said": the phrase before the first comma of the appositions that end at token j."""
    closing = {")": "(", "—": "—", "–": "–", "-": "-"}.get(tokens[j].text)
    k = j - 1
    if closing:
        while k >= 0 and tokens[k].text != closing:
            k -= 1
        return _noun_phrase_left(tokens, k - 1) if k > 0 else None
    for _ in range(6):
        while k >= 0 and tokens[k].text not in (",", ";", ":") and tokens[k].text[0] != BLANK:
            k -= 1
        if k < 0 or tokens[k].text != ",":
            return None
        phrase = _noun_phrase_left(tokens, k - 1)
        first = _chunk_start(tokens, k - 1)
        if phrase is not None and tokens[first].low not in _APPOSITIVE and not re.match(r"[rdi]-\w", tokens[first].low):
            return phrase
        k -= 1
    return None


def _chunk_start(tokens: list[Token], k: int) -> int:
    while k > 0 and tokens[k - 1].text not in (",", ";", ":") and tokens[k - 1].text[0] != BLANK:
        k -= 1
    return max(k, 0)


def _main_subject(tokens: list[Token], i: int) -> tuple[int, int] | None:
    """The subject of the clause before a participle at token i ("X did this, adding that")."""
    k = 0
    if tokens and tokens[0].low in _PREPOSITIONS | {"when", "while", "after", "before", "as", "if"}:
        while k < i and tokens[k].text != ",":
            k += 1
        k = k + 1 if k + 1 < i else 0
    while k < i and (not tokens[k].is_word or tokens[k].low in ("but", "and", "yet", "so", "still", "then", "meanwhile")):
        k += 1
    if k >= i:
        return None
    if tokens[k].low in PRONOUNS | FIRST_SECOND:
        return (k, k + 1)
    b = k
    while b < i and tokens[b].is_word and tokens[b].low not in _STOP and tokens[b].low not in PRONOUNS:
        entry = VERBS.get(tokens[b].low)
        if b > k and not tokens[b].is_capital and (entry or tokens[b].low.endswith(("ed", "ly"))
                                                   or tokens[b].low in _PREPOSITIONS - {"of", "for"}):
            break
        if b > k + 1 and tokens[b - 1].is_capital and not tokens[b].is_capital and tokens[b].low not in ("of", "and", "for"):
            break
        b += 1
    return (k, b) if b > k else None


# --- clauses ----------------------------------------------------------------------------------------------------

def _clause(tokens: list[Token], i: int) -> tuple[int, int]:
    """Token range of the coordinate clause around token i: cut at ";" and at ", but", ", while", ", where"."""
    a = i
    while a > 0 and not _is_split(tokens, a):
        a -= 1
    b = i + 1
    while b < len(tokens) and not _is_split(tokens, b):
        b += 1
    return a, b


def _is_split(tokens: list[Token], k: int) -> bool:
    """Whether a new coordinate clause begins at token k."""
    if k == 0:
        return True
    previous = tokens[k - 1].text
    if previous == ";":
        return True
    return previous == "," and tokens[k].low in _SPLITS


def _n_words(tokens: list[Token], a: int, b: int) -> int:
    return sum(t.is_word for t in tokens[a:b])


def _has_speech(tokens: list[Token], a: int, b: int) -> bool:
    return any(t.text[0] == BLANK for t in tokens[a:b])


def _span(tokens: list[Token], a: int, b: int) -> tuple[int, int]:
    return tokens[a].start, tokens[b - 1].end


# --- the cues ---------------------------------------------------------------------------------------------------

def _verb_cue(tokens: list[Token], i: int, entry: dict[str, frozenset[str]], earlier: list[Cue]) -> Cue | None:
    kinds, tags = entry["kinds"], entry["tags"]
    token = tokens[i]
    if token.is_capital and i > 0 and tokens[i - 1].text[0] != BLANK:
        return None
    clause_a, clause_b = _clause(tokens, i)
    after = tokens[i + 1] if i + 1 < len(tokens) else None
    before = tokens[i - 1] if i else None
    # "…," said Ann Lee, a lawyer
    if kinds & {"say", "quote", "think"} and tags & {"past", "third", "base"} and before is not None and after is not None \
            and before.text[0] in (BLANK, ","):
        cue = _inverted(tokens, i, kinds, clause_a, clause_b)
        if cue is not None:
            return cue
    # the verb group
    j, be, negated = i - 1, False, False
    while j >= 0 and (tokens[j].low in _SKIP or (tokens[j].low.endswith("ly") and not tokens[j].is_capital)):
        be = be or tokens[j].low in _BE
        negated = negated or tokens[j].low in _NEGATION
        j -= 1
    if before is not None and before.low in _DETERMINERS | _PREPOSITIONS - {"to"} | {"of"} and j == i - 1:
        return None
    infinitive = before is not None and before.low == "to"
    if infinitive:
        return None
    if be and "ing" not in tags:
        return _passive(tokens, i, kinds, clause_a, clause_b) if "part" in tags else None
    if "ing" in tags and not be:
        return _participle(tokens, i, kinds, clause_b, earlier)
    if not tags & {"base", "third", "past", "ing", "part"}:
        return None
    phrase = _subject(tokens, j)
    if phrase is None:
        return None
    a, b = phrase
    head = tokens[b - 1].low
    if tokens[a].low in FIRST_SECOND and a + 1 == b:
        return None
    bare = j == i - 1
    if token.low in NOUN_LIKE and not _clear_subject(tokens, a, b, tags, bare):
        return None
    if tags == {"base"} and bare and not (head.endswith("s") or head in ("they", "who", "people", "women", "men")
                                          or tokens[a].low in ("many", "some", "few", "most") or "and" in
                                          [t.low for t in tokens[a:b]]):
        return None
    if head in _INANIMATE and not kinds & {"say"}:
        return None
    if negated and kinds & {"say", "quote"} and not kinds & {"think"}:
        return None
    trailing = _is_trailing(tokens, clause_a, a, i, clause_b)
    confidence = _complement(tokens, i, clause_b, kinds, head, trailing)
    if not confidence:
        return None
    start = clause_a if trailing else (a if clause_a < a else clause_a)
    if not trailing and _n_words(tokens, clause_a, a) <= 12:
        start = clause_a
    end = i + 1 if trailing and not _has_speech(tokens, i, clause_b) and _tail_only(tokens, i, clause_b) else clause_b
    end = clause_b if end > clause_b or trailing else end
    kind = next(k for k in ("say", "think", "judge", "show", "quote") if k in kinds)
    return Cue(_span(tokens, i, i + 1), _span(tokens, a, b), _span(tokens, start, max(end, i + 1)), kind, confidence, trailing)


def _clear_subject(tokens: list[Token], a: int, b: int, tags: frozenset[str], bare: bool) -> bool:
    """Whether tokens[a:b] is surely a subject, so that a form which may be a noun is a verb here."""
    head = tokens[b - 1]
    if head.low in PRONOUNS or not bare:
        return True
    if head.text.endswith(("'s", "'", "s'")):
        return False
    if "base" in tags and "past" not in tags:
        return head.low.endswith("s") and (head.is_capital or tokens[a].low in _DETERMINERS or a + 1 == b)
    if head.is_capital:
        return True
    return tokens[a].low in ("the", "a", "an") and b - a >= 2 and head.low in _SPEAKING_THINGS


def _is_trailing(tokens: list[Token], clause_a: int, a: int, i: int, clause_b: int) -> bool:
    if a <= clause_a:
        return False
    previous = tokens[a - 1]
    if previous.text[0] == BLANK:
        return True
    if previous.text in (",", "—", "–", "-") and _n_words(tokens, clause_a, a - 1) >= 3:
        return _tail_only(tokens, i, clause_b)
    return False


def _tail_only(tokens: list[Token], i: int, clause_b: int) -> bool:
    """Whether nothing but a time, a place or an end follows the verb at i."""
    k = i + 1
    while k < clause_b and (tokens[k].low.endswith("ly") or tokens[k].low in _TIMES):
        k += 1
    if k >= clause_b or not tokens[k].is_word:
        return not (k < clause_b and (tokens[k].text == ":" or tokens[k].text[0] == BLANK))
    return tokens[k].low in _TAIL


def _complement(tokens: list[Token], i: int, clause_b: int, kinds: frozenset[str], head: str, trailing: bool) -> float:
    """How surely what follows (or went before) is attributed; 0 where it is not."""
    speech = _has_speech(tokens, 0, len(tokens))
    k = i + 1
    while k < clause_b and (tokens[k].low in _TIMES | {"on", "also"} or tokens[k].low.endswith("ly")):
        k += 1
    following = tokens[k].low if k < clause_b else ""
    n_right = _n_words(tokens, i + 1, clause_b)
    if trailing:
        return 0.9 if kinds & {"say", "quote"} and (speech or "say" in kinds) else 0.75 if "think" in kinds or speech else 0.6
    if following == ":" or following.startswith(BLANK):
        return 0.9
    if following == "to" and not kinds & {"say"}:
        return 0.0
    if "say" in kinds:
        return 0.9 if n_right or speech else 0.0
    clause_like = following in ("that", "how", "whether", "why", "what") or any(
        t.low in _AUX for t in tokens[k:min(k + 8, clause_b)])
    if "think" in kinds:
        return 0.8 if n_right >= 2 else 0.0
    if "judge" in kinds and n_right >= 1 and following not in _TAIL - {"to", "for", "of", "as", "against"}:
        return 0.7
    if "show" in kinds and (following == "that" or (head in _SPEAKING_THINGS and n_right >= 3)):
        return 0.75
    if "show" in kinds and clause_like and n_right >= 4:
        return 0.55
    if "quote" in kinds and _has_speech(tokens, i, clause_b):
        return 0.8
    return 0.0


def _inverted(tokens: list[Token], i: int, kinds: frozenset[str], clause_a: int, clause_b: int) -> Cue | None:
    phrase = _noun_phrase_right(tokens, i + 1)
    if phrase is None or tokens[phrase[0]].low in FIRST_SECOND:
        return None
    a, b = phrase
    after_speech = tokens[i - 1].text[0] == BLANK
    if not after_speech:
        if b < clause_b and tokens[b].is_word and (tokens[b].low in _AUX or tokens[b].low in VERBS or
                                                   tokens[b].low in ("that", "it", "he", "she", "they", "there")):
            return None
        if not (tokens[a].is_capital or tokens[a].low in ("the", "a", "an", "one")) or "say" not in kinds:
            return None
        left = tokens[clause_a:i - 1]
        if len(left) < 4 or not any(t.low in _AUX or (t.low in VERBS and not t.is_capital) or t.low.endswith("ed")
                                    for t in left):
            return None
        if b < clause_b and tokens[b].is_word and tokens[b].low not in _TAIL | {"who"}:
            return None
    if not tokens[a].is_capital and tokens[a].low not in _DETERMINERS | PRONOUNS and not after_speech:
        return None
    return Cue(_span(tokens, i, i + 1), _span(tokens, a, b), _span(tokens, clause_a, clause_b), "say", 0.92, True)


def _passive(tokens: list[Token], i: int, kinds: frozenset[str], clause_a: int, clause_b: int) -> Cue | None:
    k = i + 1
    while k < min(clause_b, i + 4) and tokens[k].low != "by":
        k += 1
    if k >= clause_b or tokens[k].low != "by":
        return None
    phrase = _noun_phrase_right(tokens, k + 1)
    if phrase is None or not kinds & {"say", "judge", "think"}:
        return None
    return Cue(_span(tokens, i, i + 1), _span(tokens, *phrase), _span(tokens, clause_a, clause_b), "judge", 0.6, True)


def _participle(tokens: list[Token], i: int, kinds: frozenset[str], clause_b: int, earlier: list[Cue]) -> Cue | None:
    if i == 0 or not kinds & {"say", "think", "show", "judge"}:
        return None
    before = tokens[i - 1]
    joined = before.text in (",", "—", "–") or before.low in ("and", "while", "by", "in", "before") or before.text[0] == BLANK
    if not joined and "say" not in kinds:
        return None
    n_right = _n_words(tokens, i + 1, clause_b)
    if n_right < 3 and not _has_speech(tokens, i, clause_b):
        return None
    following = tokens[i + 1].low if i + 1 < len(tokens) else ""
    if "say" not in kinds and following != "that" and not following.startswith(BLANK):
        return None
    holder: tuple[int, int] | None = None
    if earlier and earlier[-1].holder is not None:
        holder = earlier[-1].holder
    elif not joined and before.is_word:
        phrase = _noun_phrase_left(tokens, i - 1)
        holder = _span(tokens, *phrase) if phrase else None
    if holder is None:
        phrase = _main_subject(tokens, i)
        holder = _span(tokens, *phrase) if phrase else None
    if holder is None:
        return None
    start = i
    return Cue(_span(tokens, i, i + 1), holder, _span(tokens, start, clause_b), "say", 0.75)


def _noun_cue(tokens: list[Token], i: int) -> Cue | None:
    """"her claim that …", "there are comments that …"."""
    if i + 1 >= len(tokens) or tokens[i + 1].low != "that" or i == 0:
        return None
    _, clause_b = _clause(tokens, i)
    if _n_words(tokens, i + 2, clause_b) < 2:
        return None
    k = i - 1
    while k >= 0 and tokens[k].is_word and not tokens[k].text.endswith(("'s", "s'")) \
            and tokens[k].low not in _STOP | {"his", "her", "their", "its"} and i - k < 3:
        k -= 1
    if k >= 0 and tokens[k].low in ("his", "her", "their", "its"):
        return Cue(_span(tokens, i, i + 1), _span(tokens, k, k + 1), _span(tokens, k, clause_b), "noun", 0.6)
    if k >= 0 and tokens[k].text.endswith(("'s", "s'")):
        phrase = _noun_phrase_left(tokens, k)
        if phrase:
            start, end = _span(tokens, *phrase)
            end -= 2 if tokens[k].text.endswith("'s") else 1
            return Cue(_span(tokens, i, i + 1), (start, end), (start, tokens[clause_b - 1].end), "noun", 0.6)
    if any(t.low == "there" for t in tokens[max(0, i - 6):i]):
        return Cue(_span(tokens, i, i + 1), _span(tokens, i, i + 1), _span(tokens, i, clause_b), "noun", 0.5)
    return None


def _attitude_cue(tokens: list[Token], i: int) -> Cue | None:
    """"X is convinced that …", "X remains sceptical about …"."""
    if i + 1 >= len(tokens) or tokens[i + 1].low not in ("that", "about", "of", "by", "at", "with", "over"):
        return None
    j = i - 1
    linked = False
    while j >= 0 and (tokens[j].low in _SKIP | {"remain", "remains", "remained", "sounded", "more", "less", "very", "increasingly"}
                      or tokens[j].low.endswith("ly")):
        linked = linked or tokens[j].low in _BE | {"remain", "remains", "remained", "sounded"}
        j -= 1
    phrase = _subject(tokens, j) if linked else None
    if phrase is None or tokens[phrase[0]].low in FIRST_SECOND:
        return None
    clause_a, clause_b = _clause(tokens, i)
    start = clause_a if _n_words(tokens, clause_a, phrase[0]) <= 12 else phrase[0]
    return Cue(_span(tokens, i, i + 1), _span(tokens, *phrase), _span(tokens, start, clause_b), "think", 0.7)


def _particle_cue(tokens: list[Token], i: int) -> Cue | None:
    """"X pointed out …", "X lashed out at …": common verbs that attribute only with a particle."""
    low = tokens[i].low
    lemma = next((form for form in (low, low.removesuffix("ed"), low.removesuffix("d"), low.removesuffix("s"),
                                    low.removesuffix("ing"), low.removesuffix("es")) if form in _PARTICLES), None)
    if lemma is None or i + 1 >= len(tokens):
        return None
    window = [t.low for t in tokens[i + 1:i + 3]]
    if not any(word in _PARTICLES[lemma] for word in window):
        return None
    clause_a, clause_b = _clause(tokens, i)
    j = i - 1
    while j >= 0 and (tokens[j].low in _SKIP - {"to"} or tokens[j].low.endswith("ly")):
        j -= 1
    if low.endswith("ing") and not any(t.low in _BE for t in tokens[max(j, 0):i]):
        phrase = _main_subject(tokens, i) if j >= 0 and tokens[j].text in (",", "—") else None
    else:
        phrase = _subject(tokens, j)
    if phrase is None or tokens[phrase[0]].low in FIRST_SECOND or tokens[phrase[1] - 1].low in _INANIMATE:
        return None
    trailing = _is_trailing(tokens, clause_a, phrase[0], i + 1, clause_b)
    start = clause_a if _n_words(tokens, clause_a, phrase[0]) <= 12 else phrase[0]
    return Cue(_span(tokens, i, i + 2), _span(tokens, *phrase), _span(tokens, start, clause_b), "judge", 0.7, trailing)


def _phrase_cues(masked: str, tokens: list[Token]) -> list[Cue]:
    cues: list[Cue] = []
    for match in _PHRASE.finditer(masked):
        first = next((k for k, t in enumerate(tokens) if t.start >= match.end()), None)
        phrase = _noun_phrase_right(tokens, first) if first is not None else None
        if phrase is None:
            continue
        clause_a, clause_b = _clause(tokens, first or 0)
        cues.append(Cue((match.start(), match.end(1)), _span(tokens, *phrase), _span(tokens, clause_a, clause_b),
                        "phrase", 0.88, match.start() > tokens[clause_a].start + 12))
    for match in _AS_SAID.finditer(masked):
        cues.append(Cue(match.span("what"), match.span("who"), (0, len(masked.rstrip())), "phrase", 0.8))
    if (match := _TO_PERSON.match(masked)) is not None and match["who"].strip():
        cues.append(Cue((match.start("who") - 4, match.start("who") - 1), match.span("who"), (0, len(masked.rstrip())),
                        "phrase", 0.5))
    return cues
