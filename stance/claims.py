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
from itertools import groupby

from stance.documents.sentences import split_sentences
from stance.records import Claim, ClaimKind, Document, digest
from stance.voices import Attribution, Sentence, attribute

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_NON_WORD = re.compile(r"\W+")
# What may stand before a claim without being part of it: bullets, emoji, dashes, numbering, stray marks.
_LEAD = re.compile(r"(?:[\s•·▪◦‣*>|#~_=–—-]+(?![\w\d]*\d)|[^\w\s\"'“”„«»‘’(\[$€£#@%+<…¿¡-]+|\(?\d{1,2}[.)]\s+(?=[A-Z“\"]))+")
_TRAIL = re.compile(r"[\s•·▪◦‣*>|~_=–—,;:-]+$|\s*<\.\.\.>\s*$|\s*\[(?:…|\.\.\.)\]\s*$")

_QUESTION = re.compile(r"[?？؟][\"'”’»)\]\s]*$")
_GREETING = re.compile(
    r"^\W*(?:(?:dear|hello|hi|hey|welcome|greetings|good (?:morning|afternoon|evening|day)|thanks?(?: you)?|thank you|"
    r"congratulations|happy (?:new year|holidays?|birthday)|bye|goodbye|cheers|sincerely|best (?:wishes|regards)|"
    r"ladies and gentlemen|sorry|please|amen)\b|"
    r"(?:I|we) (?:would |should |'d |’d )?(?:like|want|wish|am pleased|are pleased|am happy|are happy|am glad|are glad)? ?(?:to )?"
    r"(?:(?:warmly|once again|also|sincerely|cordially|heartily|first|all) )*(?:thank|greet|welcome|congratulate|wish|extend (?:my|our) "
    r"(?:thanks|congratulations|greetings))\b|"
    r"(?:I|we) look forward to\b)", re.I)
_APPEAL = re.compile(
    r"\b(?:donat(?:e|es|ing|ion|ions)|patreon|become (?:a|our) (?:patron|member|supporter|subscriber)s?|subscribe(?: now| to| here)?|"
    r"sign up (?:for|to|here|now)|follow us|like and (?:share|subscribe)|fund (?:the|this|my|our) (?:channel|work|site|website)|"
    r"support (?:us|our work|this (?:channel|site|project))|buy (?:me|us) a coffee|make an appeal|hit the bell|"
    r"personal thank you)\b", re.I)
_NAVIGATION = re.compile(
    r"^\W*(?:(?:read|see|watch|listen|view|click|tap|download|open|share|subscribe|advertisement|sponsored|loading|related|more on|"
    r"continue reading|photo|image|credit|via|follow|join|register|log in|copyright|all rights reserved|updated?|published|posted|"
    r"editor['’]?s note|correction|to be continued|media is|story continues|scroll|skip|advertising|"
    r"this (?:story|article|post) (?:has been|was|originally|is developing|will be))\b)", re.I)
_IMPERATIVE_NAVIGATION = re.compile(
    r"^\W*(?:read|see|watch|listen|view|click|download|open|share|subscribe|follow|join|check out|stay tuned|take our)\b"
    r".{0,80}\b(?:here|below|above|full|more|now|below|rest|video|link|live|newsletter|updates|also|app|page|twitter|facebook|this)\b", re.I)
_FIRST_PERSON_APPEAL = re.compile(r"\b(?:my|our) (?:videos?|channel|website|websites|newsletter|podcast|readers|subscribers)\b", re.I)

# A hole where a number, a date or a name stood.
_HOLES = re.compile(
    r"\[(?:specific |exact )?(?:date|time|number|name|amount|figure|year|place|x+|…|blank|tbd)\]|\bX{2,}%?(?=\W)|_{3,}|"
    r"(?<![\d\w%)])\s%|\b(?:to|of|by|than|about|at|from|nearly|over|for)\s+(?:percent|per cent|%|[$€£](?!\s?\d))(?=\W)|"
    r"\b(?:to|of|by|at) (?:billion|million|trillion|thousand)\b|\b[Oo]n the date,|\bin the year,|"
    r"(?<!\S)[$€£](?= (?:million|billion|trillion)\b)")
_LOST_COUNT = re.compile(r"\b(?:to|from|by|of) (?P<noun>[a-z]+s),? with (?P=noun) \w+ing\b")
_DATE_HOLE = re.compile(r"^(?:(?:On|From|In|By|Since|At|Between) )?(?:(?:the )?\[[^\]]{2,20}\]|the date)"
                        r"(?: (?:to|and|until|-) \[[^\]]{2,20}\])?,?\s+")
_VERB_GROUP = re.compile(r"(?:\b(?:has|have|had|is|are|was|were|will|would|now|already|also|been|be)\s+)*\b\w+(?:ed|en|ing|ose|ell|own|ew|ing for|"
                         r"s)\s+(?:\w+\s+){0,1}$|\b(?:has|have|had|is|are|was|were)\s+(?:\w+\s+){0,3}$")

_AIM = re.compile(
    r"\b(?:hop(?:e|es|ed|ing) to|aim(?:s|ed|ing)? (?:to|at)|plan(?:s|ned|ning)? to|intend(?:s|ed|ing)? to|seek(?:s|ing)? to|sought to|"
    r"want(?:s|ed|ing)? to|wish(?:es|ed|ing)? to|strive[sd]?(?: to)?|striving to|is eager to|are eager to|(?:the|its|his|her|their|our) "
    r"(?:goal|aim|objective|intention|ambition) (?:is|was|of)|vow(?:s|ed)? to|pledge[sd]? to|promise[sd]? to|determined to|"
    r"(?:is|are|was|were) (?:planning|hoping|seeking|looking|aiming|trying) to|tr(?:y|ies|ied) to|propose[sd]? to|"
    r"looks? forward to|will seek to|designed to)\b", re.I)
_OPINION = re.compile(
    r"\b(?:should|must|ought|need to|needs to|believe[sd]?|think[s]?|thought|opinion|in my view|unfortunately|fortunately|regrettably|"
    r"shameful|disgrace\w*|outrageous|terrible|horrible|wonderful|great|best|worst|important|crucial|essential|imperative|vital|"
    r"dangerous|wrong|right thing|unacceptable|ridiculous|absurd|sad|tragic|triumph|failure|success\w*|disaster\w*|excellent|"
    r"commendabl[ey]|remarkabl[ey]|impressive|fair|unfair|just|unjust|evident\w*|obvious\w*|undoubtedly|clearly|naturally|certainly|"
    r"perhaps|probably|likely|feel[s]?|disturbing|hypocri\w+|cruel|hoax|reckless|bold|historic)\b", re.I)
_NUMBER = re.compile(r"\d|\b(?:percent|per cent|million|billion|half|third|quarter|dozen|hundred|thousand|twice|double[sd]?|most|majority)\b", re.I)
_NAME = re.compile(r"(?<=[\w,;:)] )[A-Z][\w’'-]+|\b[A-Z]{2,}\b|#\w+")
_SECOND_PERSON = re.compile(r"\b(?:you|your|yours|let us|let['’]s)\b", re.I)
_WISH = re.compile(r"\b(?:hope|wish|would like|want|let us|may|might|could|if)\b", re.I)
_FINITE = re.compile(
    r"\b(?:is|are|was|were|am|be|been|has|have|had|do|does|did|will|would|can|could|may|might|must|shall|should|said|says|"
    r"\w{2,}(?:ed|es)|became|began|brought|built|came|chose|cut|drew|drove|fell|felt|found|gave|get|gets|go|got|grew|held|hit|keep|kept|"
    r"knew|know|lay|led|left|lie|lost|made|make|makes|mean|means|meant|met|need|paid|put|ran|read|rise|rose|run|sat|saw|say|see|"
    r"sent|set|shot|show|spent|spoke|stood|stop|take|takes|think|thought|told|took|want|went|won|wrote|\w+n['’]t|"
    r"\w+['’](?:s|re|ve|ll|m|d))\b|\b[a-z]{3,}s\b", re.I)


def extract_claims(document: Document) -> list[Claim]:
    """The claims of one document, in the order of the text; `document.text[c.start:c.end] == c.text` for each.

    A sentence that the document prints again word for word is counted in `copies` and not repeated."""
    return list(_collect(document, {}).values())


def extract_stream(documents: Iterable[Document]) -> Iterator[Claim]:
    """The claims of many documents. Documents of one path (the posts of a dump) follow each other: a sentence that
    one of them repeats from another is counted in `copies` of the first and not repeated."""
    for _, of_file in groupby(documents, key=lambda document: document.path):
        seen: dict[str, Claim] = {}
        for document in of_file:
            _collect(document, seen)
        yield from seen.values()


def _collect(document: Document, seen: dict[str, Claim]) -> dict[str, Claim]:
    """`seen` with the document's claims added: normalised words → the first claim that has them."""
    sentences = [Sentence(start, end, index)
                 for index, passage in enumerate(document.passages) if passage.kind == "body"
                 for start, end in split_sentences(document.text, passage.start, passage.end)]
    ends = {s.passage: s.end for s in sentences}
    cuts = {ends[i] for i, passage in enumerate(document.passages) if passage.cut and i in ends}
    english = document.language in ("en", "und")
    for attribution in attribute(document, sentences):
        span = _trim(document.text, attribution.start, attribution.end)
        if english and not _asserts(document.text[span[0]:span[1]]):
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
            id=digest(document.id, start - document.start, words), document_id=document.id, start=start, end=end,
            text=words, voice=attribution.voice, holder=attribution.holder, via=attribution.via, cue=attribution.cue,
            confidence=round(attribution.confidence, 3), origin=_origin(document, attribution), kind=_kind(words),
            worth=_worth(words), blank=blank, cut=attribution.end in cuts)
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


def _asserts(words: str) -> bool:
    """Whether an English sentence states something about the world."""
    n = len(_WORD.findall(words))
    if n < 3 or _QUESTION.search(words) or _GREETING.match(words) or words.isupper():
        return False
    if _APPEAL.search(words) and (_SECOND_PERSON.search(words) or _FIRST_PERSON_APPEAL.search(words)
                                  or re.search(r"\b(?:our|us|my|me)\b", words, re.I) or words.endswith("!") or n < 9):
        return False
    if _NAVIGATION.match(words) and (n < 6 or _IMPERATIVE_NAVIGATION.match(words)):
        return False
    if n < 5 and words.rstrip("\"'”’»)")[-1:] not in (".", "!", "…"):
        return False
    return n >= 8 or bool(_FINITE.search(words))


def _without_hole(text: str, start: int, end: int) -> tuple[int, int, bool]:
    """The span without a stretch that lacks its number or date, and whether it lacks one.

    A lost date at the beginning is left off. Where the predicate itself lost its number, the span ends before that
    predicate: what is left names the thing whose number is missing, and nothing is asserted in its place."""
    date = _DATE_HOLE.match(text[start:end])
    if date:
        start += date.end()
    words = text[start:end]
    hole = _HOLES.search(words) or _LOST_COUNT.search(words)
    if hole is None:
        return start, end, bool(date)
    before = words[:hole.start()]
    verb = _VERB_GROUP.search(before.rstrip() + " ")
    clause = max(before.rfind(","), before.rfind(";"), 0)
    cut = max(clause, verb.start() if verb and hole.re is _HOLES else 0) or hole.start()
    kept = words[:cut].rstrip(" ,;–—-")
    return start, start + len(kept), True


def _kind(words: str) -> ClaimKind:
    if _AIM.search(words):
        return "aim"
    return "opinion" if _OPINION.search(words) else "statement"


def _worth(words: str) -> float:
    """Check-worthiness, 0 to 1: numbers, names and plain verbs speak for it; wishes, "you" and brevity against."""
    n = len(_WORD.findall(words))
    score = 0.35
    score += 0.2 * bool(_NUMBER.search(words))
    score += 0.1 * min(3, len(_NAME.findall(words)))
    score += 0.1 * (n >= 10)
    score -= 0.15 * bool(_SECOND_PERSON.search(words))
    score -= 0.1 * bool(_WISH.search(words))
    score -= 0.1 * bool(_OPINION.search(words))
    score -= 0.2 * (n < 6)
    return round(min(1.0, max(0.05, score)), 2)
