"""Which lines and sentences are titles and headings, and whom a header names as speaking.

By shape alone: length, capitals, closing punctuation and the absence of anything like a verb. A sentence that might
assert something stays body: a heading taken for a claim is seen by the reader, a claim taken for a heading is lost.
"""

from __future__ import annotations

import re

from stance.documents.sentences import split_sentences

_STOPS = frozenset(".!?…。！？؟।")
_LETTER = r"[^\W\d_]"
_SMALL_WORDS = """a an and as at but by for from in into nor of off on onto or out over per so the to under up upon via
vs with not no is are be de la le du des von und der die das y e o el"""
# Words that make a short line a sentence: closed classes, and the forms that news uses most.
_VERB_WORDS = """am is are was were be been being isn't aren't wasn't weren't has have had hasn't haven't hadn't do does
did don't doesn't didn't will won't would can can't cannot could may might must shall should said says say told tells
made makes went goes go came comes come got gets get took takes take gave gives give saw sees knew knows thought thinks
became becomes began begins kept keeps held holds led leads left leaves lost loses met meets won wins paid pays put puts
set sets ran runs rose rises fell falls grew grows sent sends spoke speaks stood stands wrote writes brought brings
built builds bought buys caught chose chooses drew draws drove fought fights found finds flew forgot froze hid hit hits
hurt struck strikes sought seeks remain seem show mean need want wants call let lets back backs urge lay lies it's
that's there's he's she's we're they're you're i'm let's what's who's"""
# A bare noun phrase has none of the first, and at least one of the second: "Rising rents and empty shops."
_TELLING_WORDS = """the a an this that these those my your his her its our their it he she they we i you there here not
no never if when while but so also again still just even too very yet more most take enter think look let see therein"""
_JOINING_WORDS = "and or of for in on between against versus"
# "Key points:" heads a section; "One paper reports:" and "From the minister's office:" introduce somebody's words.
_LIST_WORDS = """points takeaways highlights details facts figures questions answers reads results conclusions lessons
findings reasons issues topics notes sources numbers remarks events demands terms links headlines news"""
_SMALL, _VERBS = frozenset(_SMALL_WORDS.split()), frozenset(_VERB_WORDS.split())
_TELLING, _JOINING = frozenset(_TELLING_WORDS.split()), frozenset(_JOINING_WORDS.split())
_LISTED = frozenset(_LIST_WORDS.split())
_INTRODUCING = re.compile(r"(?:from|to|by|according|says?|as|via|in)\b", re.IGNORECASE)
_INFLECTED = re.compile(rf"{_LETTER}{{2,}}(?:ed|ied)", re.IGNORECASE)
_FIRST_SENTENCE = re.compile(
    r"[\"“«„'‘]?[A-ZÀ-ÞА-ЯЁІЇЄҐ#][^.!?\n]{3,90}?[.!?]?[\"”»’]?[.!?](?:[\"”»’])?\s+(?=[\"“«„‘]?[A-ZÀ-ÞА-ЯЁІЇЄҐ])"
)
_QUOTED_WORDS = r"[\"“«„][^\"”»“«„.!?\n]{2,40}[.,]?[\"”»]"
_SLOGANS = re.compile(
    rf"(?:(?<=[.!?]\s)|(?<=[.!?][\"”»]\s)|\A){_QUOTED_WORDS}(?:\s\w+){{0,3}}\s{_QUOTED_WORDS}[.!]?(?=\s)"
)
_WORD = re.compile(r"[\w’'&-]+")

_SPEECH = (
    r"(?:remarks?|statements?|interviews?|speech|address|greetings?|messages?|answers?|comments?|commentary|articles?|"
    r"reply|replies|briefing|press conference|news conference|condolences|congratulations|letter|op-ed|essay|"
    r"testimony|lecture|presentation|welcome|intervention|toast|q&a|video ?message|contribution|full text)"
)
_NAME = r"(?P<name>(?-i:[A-ZÀ-ÞА-ЯЁІЇЄҐ])[^\n.:;!?]{1,90}?)"
_POSSESSIVE = re.compile(
    r"(?:(?:From|Excerpts? from|Highlights (?:of|from)|Key (?:points|takeaways) (?:of|from)|Transcript of|Text of)\s+)?"
    rf"(?:the\s+)?{_NAME}[’']s?\s+(?:{_LETTER}[\w-]*\s+){{0,3}}?{_SPEECH}\b",
    re.IGNORECASE,
)
_SPEECH_BY = re.compile(
    r"(?:(?:Opening|Closing|Concluding|Welcoming|Introductory|Joint|Video|Exclusive|Full|Transcript of)\s+)*(?:the\s+)?"
    rf"{_SPEECH}\s+(?:by|from|of|with)\s+(?:the\s+)?{_NAME}(?=\s*[,(–—-]|$|"
    r"\s+(?:at|on|to|during|following|in|after|before|for|ahead|with|about|regarding)\b)",
    re.IGNORECASE,
)


def count_words(line: str) -> int:
    return line.count(" ") + 1


def ends_sentence(line: str) -> bool:
    """Whether the line closes with a stop, also inside closing quotes or brackets."""
    bare = line.rstrip("\"'”’»)] ")
    return bool(bare) and bare[-1] in _STOPS


def is_title_case(line: str) -> bool:
    """Three capitalised words or more, and every word that is not a small one capitalised."""
    words = [word for word in _WORD.findall(line) if word[0].isalpha()]
    capital = sum(word[0].isupper() for word in words)
    return capital >= 3 and all(word[0].isupper() or word.casefold() in _SMALL for word in words)


def has_verb(line: str) -> bool:
    """Whether something in the line looks like a finite verb (English; errs towards yes)."""
    words = [word.casefold().replace("’", "'") for word in _WORD.findall(line)]
    for position, word in enumerate(words):
        if word in _VERBS or word.endswith("n't") or (position and _INFLECTED.fullmatch(word)):
            return True
        follows = words[position + 1] if position + 1 < len(words) else ""
        # "faces isolation": an -s form with an object; "concerns." and "talks and trade" are nouns
        if (
            position
            and len(word) > 3
            and word.endswith("s")
            and not word.endswith(("ss", "'s", "us", "is"))
            and follows
            and follows not in _SMALL
        ):
            return True
    return False


def is_title(line: str, following: str | None, apart: bool) -> bool:
    """Whether the first line of a document is its title.

    following  the next line that holds text; without one the line is all there is, and is no title
    apart      a blank line stands between the two"""
    if (
        following is None
        or len(line) > 240
        or count_words(line) > 35
        or not (line[0].isupper() or not line[0].isalpha())
    ):
        return False
    if line[-1] in ".,;:…" or (line[-1] in "\"”»'’)" and line[-2:-1] in (".", ",")):
        return False
    if line[-1] == "!" and not (apart and is_title_case(line)):
        return False
    return apart or len(following) >= 1.5 * len(line) or (ends_sentence(following) and len(following) > 60)


def is_heading(line: str, following: str | None, previous: str | None, sparse_stops: bool) -> bool:
    """Whether a line between paragraphs is a heading.

    sparse_stops  much of the document goes without full stops, so that the lack of one says little"""
    if (
        following is None
        or len(line) > 110
        or count_words(line) > 14
        or not (line[0].isupper() or line[0] in '"“«‘0123456789')
    ):
        return False
    if line[-1] == ":":
        last = line[:-1].rsplit(None, 1)[-1].casefold()
        says = _INTRODUCING.match(line) or (last.endswith("s") and " " in line and last not in _LISTED)
        return count_words(line) <= 5 and not (says or has_verb("it " + line[:-1]))
    if line[-1] in ",;" or ends_sentence(line):
        return False
    if is_title_case(line) and len(following) > len(line):
        return True
    settled = previous is None or ends_sentence(previous) or len(previous) < 160
    return not sparse_stops and settled and len(following) >= 2 * len(line) and ends_sentence(following)


def find_inline_headings(paragraph: str) -> list[tuple[int, int]]:
    """Spans of headings that were glued to the sentences of a paragraph, in order."""
    found: list[tuple[int, int]] = []
    position = 0
    while paragraph.find(".", position, position + 100) > 0 and (match := _FIRST_SENTENCE.match(paragraph, position)):
        sentence = match.group().rstrip()
        if not _is_glued_heading(sentence) or not _is_whole(paragraph, position, position + len(sentence)):
            break
        found.append((position, position + len(sentence)))
        position = match.end()
    if paragraph.count('"') >= 4 or sum(map(paragraph.count, "“«")) >= 2:
        for match in _SLOGANS.finditer(paragraph, position):
            words = _WORD.findall(match.group())
            if sum(word[0].isupper() for word in words) >= 0.75 * len(words) and len(words) >= 4:
                found.append(match.span())
    return found


def _is_whole(paragraph: str, start: int, end: int) -> bool:
    """Whether a sentence ends there, and not an abbreviation ("Gov. Smith")."""
    return any(right == end for _, right in split_sentences(paragraph, start, min(len(paragraph), end + 80)))


def _is_glued_heading(sentence: str) -> bool:
    bare = sentence.rstrip('."”»’')
    if bare[-1] in "!?" or count_words(bare) > 12:
        return False
    words = bare.split()
    if is_title_case(bare):
        return len(words) >= 5 and words[0] not in ("But", "And", "So") and not (_VERBS & set(words))
    return (
        4 <= len(words) <= 8
        and all(word.isalpha() and word.islower() for word in words[1:])
        and not (_TELLING & {word.casefold() for word in words})
        and bool(_JOINING & set(words[1:-1]))
        and not has_verb(bare)
    )


def find_header_speaker(line: str) -> str | None:
    """Whose words a header announces ("Minister X's remarks at …", "Interview with Y"), as printed; None if nobody's.

    A full sentence about somebody announces nobody."""
    if line[-1] in ".!?:" or len(line) > 300:
        return None
    for pattern in (_POSSESSIVE, _SPEECH_BY):
        if match := pattern.match(line):
            name: str = match["name"].strip(" ,")
            if 1 <= count_words(name) <= 9 and name.split()[-1][0].isupper():
                return name
    return None
