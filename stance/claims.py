"""Documents → claims: the stretches of text that assert something, with whose words they are.

A claim is a sentence of a body passage, or a clause of one where a sentence speaks for several holders. Questions,
greetings, thanks, appeals, navigation and fragments are no claims. Nothing is rewritten: a claim is a span of the
untouched text. Whose words they are comes from `voices`; what they are about, and which claims belong together, is
decided by later stages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby, pairwise

from stance.documents.sentences import split_sentences
from stance.records import Claim, ClaimKind, Document, digest
from stance.voices import Attribution, Sentence, attribute
from stance.voices.wordclasses import DETERMINERS, PREPOSITIONS, PRONOUN_HOLDERS, STOPS, is_bare_plural, word_set

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_NON_WORD = re.compile(r"\W+")
# What may stand before a claim without being part of it: bullets, emoji, dashes, numbering, stray marks.
_LEAD = re.compile(
    r"(?:[\s•·▪◦‣*>|#~_=–—-]+(?![\w\d]*\d)|[^\w\s\"'“”„«»‘’(\[$€£#@%+<…¿¡-]+|\(?\d{1,2}[.)]\s+(?=[A-Z“\"]))+"
)
_TRAIL = re.compile(r"[\s•·▪◦‣*>|~_=–—,;:-]+$|\s*<\.\.\.>\s*$|\s*\[(?:…|\.\.\.)\]\s*$")

_QUESTION = re.compile(r"[?？؟][\"'”’»)\]\s]*$")
_GREETING = re.compile(
    r"^\W*(?:(?:dear|hello|hi|hey|welcome|greetings|good (?:morning|afternoon|evening|day)|thanks?(?: you)?(?! to\b)|"
    r"congratulations|happy (?:new year|holidays?|birthday)|bye|goodbye|cheers|sincerely|best (?:wishes|regards)|"
    r"ladies and gentlemen|sorry|please|amen)\b|"
    r"(?:I|we) (?:(?:would|should|['’]d) )?(?:(?:like|want|wish|(?:am|are) (?:pleased|happy|glad)) to )?"
    r"(?:(?:warmly|once again|also|sincerely|cordially|heartily|first|all) )*"
    r"(?:thank|greet|welcome|congratulate|wish|extend (?:my|our) (?:thanks|congratulations|greetings))\b|"
    r"(?:I|we) look forward to\b)",
    re.I,
)
_APPEAL_WORDS = word_set("""
    donate donates donating donation donations patreon patron patrons subscribe subscriber subscribers member
    members supporter supporters sign follow like fund support buy appeal bell personal
""")
_APPEAL = re.compile(
    r"\b(?:donat(?:e|es|ing|ions?)|patreon|become (?:an? |our )(?:patron|member|supporter|subscriber)s?|subscribe|"
    r"sign up (?:for|to|here|now)|follow us|like and (?:share|subscribe)|make an appeal|hit the bell|"
    r"fund (?:the|this|my|our) (?:channel|work|site|website)|buy (?:me|us) a coffee|personal thank you|"
    r"support (?:us|our work|this (?:channel|site|project)))\b",
    re.I,
)
_ADDRESSED = word_set("you your our us my me we")
_NAVIGATION = re.compile(
    r"^\W*(?:read|see|watch|listen|view|click|tap|download|open|share|subscribe|advertisement|sponsored|loading|"
    r"related|more on|continue reading|photo|image|credit|via|follow|join|register|log in|copyright|"
    r"all rights reserved|updated?|published|posted|editor['’]?s note|correction|to be continued|"
    r"media is|story continues|scroll|skip|advertising)\b",
    re.I,
)
_INSTRUCTION = re.compile(
    r"^\W*(?:read|see|watch|listen|view|click|download|open|share|subscribe|follow|join|check out|stay tuned|"
    r"take our)\b.{0,80}\b"
    r"(?:here|below|above|full|more|now|rest|video|link|live|newsletter|updates|also|app|page|this)\b",
    re.I,
)

# A hole where a number, a date or a name stood.
_HOLE_SIGNS = re.compile(r"[\[%_$€£]|XX|percent|per cent|illion|thousand|date,|year,")
_HOLES = re.compile(
    r"\[(?:specific |exact )?(?:date|time|number|name|amount|figure|year|place|x+|…|blank|tbd)\]|\bX{2,}%?(?=\W)|_{3,}|"
    r"(?<![\w%)])\s%|\b(?:to|of|by|than|about|at|from|nearly|over|for)\s+(?:percent|per cent|%|[$€£](?!\s?\d))(?=\W)|"
    r"\b(?:to|of|by|at) (?:billion|million|trillion|thousand)\b|\b[Oo]n the date,|\bin the year,|"
    r"(?<!\S)[$€£](?= (?:million|billion|trillion)\b)"
)
_LOST_COUNT = re.compile(r"\b(?:to|from|by|of) (?P<noun>[a-z]+s),? with (?P=noun) \w+ing\b")
_DATE_HOLE = re.compile(
    r"^(?:(?:On|From|In|By|Since|At|Between) )?(?:(?:the )?\[[^\]]{2,20}\]|the date)"
    r"(?: (?:to|and|until|-) \[[^\]]{2,20}\])?,?\s+"
)
_VERB_GROUP = re.compile(
    r"(?:\b(?:has|have|had|is|are|was|were|will|would|now|already|also|been|be)\s+)*"
    r"\b\w+(?:ed|en|ing|ose|ell|own|ew|ing for|s)\s+(?:\w+\s+){0,1}$|"
    r"\b(?:has|have|had|is|are|was|were)\s+(?:\w+\s+){0,3}$"
)

_AIM_WORDS = word_set("""
    hope hopes hoped hoping aim aims aimed aiming plan plans planned planning intend intends intended intending
    seek seeks seeking sought want wants wanted wanting wish wishes wished strive strives striving vow vows
    vowed pledge pledges pledged promise promises promised eager determined looking try tries tried trying
    designed
""")
_AIM_NOUNS = re.compile(
    r"\b(?:the|its|his|her|their|our) (?:goal|aim|objective|intention|ambition) (?:is|was|of)\b", re.I
)
_OPINION_WORDS = word_set("""
    should must ought believe believes believed think thinks thought opinion unfortunately fortunately
    regrettably shameful disgrace disgraceful outrageous terrible horrible wonderful great best worst important
    crucial essential imperative vital dangerous wrong unacceptable ridiculous absurd sad tragic triumph failure
    success successful successfully disaster disastrous excellent commendable commendably remarkable remarkably
    impressive fair unfair unjust evident evidently obvious obviously undoubtedly clearly naturally certainly
    perhaps probably likely feel feels disturbing hypocrisy hypocritical cruel hoax reckless bold historic
""")
_NUMBER_WORDS = word_set("""
    percent million billion half third quarter dozen hundred thousand twice double doubled doubles most majority
""")
_SECOND_PERSON = word_set("you your yours let's")
_WISHES = word_set("hope wish want may might could if")
_NAME = re.compile(r"(?<=[\w,;:)] )[A-Z][\w’'-]+|\b[A-Z]{2,}\b|#\w+")
# Auxiliaries, common plain forms, and the past forms that end in no -ed and are no nouns.
_FINITE_WORDS = word_set("""
    is are was were am be been has have had do does did will would can could may might must shall should arose
    awoke ate became began bent bled blew bore bought bound bred broke brought built came caught chose clung cut
    dealt did drank drew drove dug dwelt fed fell felt fled flew flung forbade foresaw forgave forgot fought found
    froze gave get gets go got grew ground held hid hit hung hurt keep kept knew know laid lay led left lent lie lost
    made make makes mean means meant met mistook need outgrew overcame overran oversaw overthrew overtook paid put
    quit ran rang read rebuilt rewrote rise rode rose run said sang sank sat saw say says see sent set shook shot
    show shrank shut slept slid sold sought sped spent spoke sprang spun stole stood stop strode strove struck stuck
    swam swept swore swung take takes taught think thought threw told took tore undertook underwent undid upheld
    want went withdrew withheld withstood woke won wore wove wrote
""")
# Like plurals without -s they have a verb without an ending.
_PLURAL_PRONOUNS = word_set("they we i")
# These also stand before nouns ("police station", "many people").
_LOOSE_PLURALS = word_set("people police staff many some most few both others")
_NO_VERBS = STOPS | PREPOSITIONS | DETERMINERS | PRONOUN_HOLDERS | word_set("and or alike alone only too")
_OBJECTS = DETERMINERS | word_set("it him her them us")
_FINITE = re.compile(r"\b(?:\w{2,}(?:ed|es)|\w+n['’]t|\w+['’](?:s|re|ve|ll|m|d)|[a-z]{3,}s)\b", re.I)


def extract_claims(document: Document) -> list[Claim]:
    """The claims of one document, in the order of the text; `document.text[c.start:c.end] == c.text` for each.

    A sentence that the document prints again word for word is counted in `copies` and not repeated."""
    return list(_collect(document, {}).values())


def extract_stream(documents: Iterable[Document]) -> Iterator[Claim]:
    """The claims of many documents. Documents of one text (the posts of a dump) follow each other: a sentence that
    one of them repeats from another is counted in `copies` of the first and not repeated. Rows of a table have a text
    each: what two of them say, both say."""
    for _, of_file in groupby(documents, key=lambda document: (document.path, document.text)):
        seen: dict[str, Claim] = {}
        for document in of_file:
            _collect(document, seen)
        yield from seen.values()


def _collect(document: Document, seen: dict[str, Claim]) -> dict[str, Claim]:
    """`seen` with the document's claims added: normalised words → the first claim that has them."""
    sentences = [
        Sentence(start, end, index)
        for index, passage in enumerate(document.passages)
        if passage.kind == "body"
        for start, end in split_sentences(document.text, passage.start, passage.end)
    ]
    ends = {s.passage: s.end for s in sentences}
    cuts = {ends[i] for i, passage in enumerate(document.passages) if passage.cut and i in ends}
    english = document.language in ("en", "und")
    for attribution in attribute(document, sentences):
        span = _trim(document.text, attribution.start, attribution.end)
        if english and not _asserts(document.text[span[0] : span[1]]):
            continue
        start, end, blank = _without_hole(document.text, *span)
        words = document.text[start:end]
        key = _NON_WORD.sub(" ", words).casefold().strip()
        if not key or (blank and len(_WORD.findall(words)) < 3):
            continue
        if key in seen:
            seen[key] = replace(seen[key], copies=seen[key].copies + 1)
            continue
        seen[key] = Claim(
            id=digest(document.id, start - document.start, words),
            document_id=document.id,
            start=start,
            end=end,
            text=words,
            voice=attribution.voice,
            holder=attribution.holder,
            via=attribution.via,
            cue=attribution.cue,
            confidence=round(attribution.confidence, 3),
            origin=_origin(document, attribution),
            kind=_kind(words),
            worth=_worth(words),
            blank=blank,
            cut=attribution.end in cuts,
        )
    return seen


def _origin(document: Document, attribution: Attribution) -> str | None:
    """Who the words come from upstream: whom the document forwards, else whom it relays."""
    if document.origin or attribution.voice == "own":
        return document.origin
    return attribution.via[0] if attribution.via else attribution.holder


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without bullets, emoji and loose punctuation at its edges."""
    lead = _LEAD.match(text, start, end)
    if lead:
        start = lead.end()
    while start < end and (trail := _TRAIL.search(text, start, end)):
        end = trail.start()
    return start, end


def _asserts(text: str) -> bool:
    """Whether an English sentence states something about the world."""
    words = _WORD.findall(text.lower())
    if len(words) < 3 or _QUESTION.search(text) or _GREETING.match(text) or text.isupper():
        return False
    known = frozenset(words)
    if known & _APPEAL_WORDS and _APPEAL.search(text) and (known & _ADDRESSED or text.endswith("!")):
        return False
    if _NAVIGATION.match(text) and (len(words) < 6 or _INSTRUCTION.match(text)):
        return False
    if len(words) < 5 and text.rstrip("\"'”’»)")[-1:] not in (".", "!", "…"):
        return False
    return (
        len(words) >= 8
        or bool(known & _FINITE_WORDS)
        or bool(_FINITE.search(text))
        or _has_plain_verb(_WORD.findall(text))
    )


def _has_plain_verb(words: list[str]) -> bool:
    """Whether a plural without -s stands before what can only be its verb ("Fishermen welcome the bridge")."""
    words = [w for w in words if not w.endswith("ly") and w not in ("also", "still", "now", "never")]
    for subject, verb, following in zip(words, words[1:], words[2:], strict=False):
        if not verb.islower() or verb in _NO_VERBS:
            continue
        low = subject.lower()
        is_plural = low in _PLURAL_PRONOUNS or (is_bare_plural(low) and low not in _LOOSE_PLURALS)
        if is_plural or (low in _LOOSE_PLURALS and following in _OBJECTS):
            return True
    return False


def _without_hole(text: str, start: int, end: int) -> tuple[int, int, bool]:
    """The span without a stretch that lacks its number or date, and whether it lacks one.

    A lost date at the beginning is left off. Where the predicate itself lost its number, the span ends before that
    predicate: what is left names the thing whose number is missing, and nothing is asserted in its place."""
    date = _DATE_HOLE.match(text[start:end])
    if date:
        start += date.end()
    words = text[start:end]
    hole = (_HOLES.search(words) if _HOLE_SIGNS.search(words) else None) or _LOST_COUNT.search(words)
    if hole is None:
        return start, end, bool(date)
    before = words[: hole.start()]
    verb = _VERB_GROUP.search(before.rstrip() + " ")
    clause = max(before.rfind(","), before.rfind(";"), 0)
    cut = max(clause, verb.start() if verb and hole.re is _HOLES else 0) or hole.start()
    kept = words[:cut].rstrip(" ,;–—-")
    return start, start + len(kept), True


def _kind(text: str) -> ClaimKind:
    words = _WORD.findall(text.lower())
    if any(a in _AIM_WORDS and b in ("to", "at") for a, b in pairwise(words)) or _AIM_NOUNS.search(text):
        return "aim"
    return "statement" if _OPINION_WORDS.isdisjoint(words) else "opinion"


def _worth(text: str) -> float:
    """Check-worthiness, 0 to 1: numbers, names and length speak for it; wishes, judgements and brevity against."""
    words = _WORD.findall(text.lower())
    known = frozenset(words)
    score = 0.35
    score += 0.2 * (not known.isdisjoint(_NUMBER_WORDS) or any(c.isdigit() for c in text))
    score += 0.1 * min(3, len(_NAME.findall(text)))
    score += 0.1 * (len(words) >= 10)
    score -= 0.15 * (not known.isdisjoint(_SECOND_PERSON))
    score -= 0.1 * (not known.isdisjoint(_WISHES))
    score -= 0.1 * (not known.isdisjoint(_OPINION_WORDS))
    score -= 0.2 * (len(words) < 6)
    return round(min(1.0, max(0.05, score)), 2)
