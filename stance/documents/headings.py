"""Which lines and sentences are titles and headings, and whom a header names as speaking.

By shape alone: length, capitals, closing punctuation and the absence of anything like a verb. A sentence that might
assert something stays body: a heading taken for a claim is seen by the reader, a claim taken for a heading is lost.
"""

from __future__ import annotations

import re

_TERMINAL = frozenset(".!?…:;,。！？؟।")
_LETTER = r"[^\W\d_]"
_SMALL = frozenset("a an and as at but by for from in into nor of off on onto or out over per so the to under up upon via vs "
                   "with not no is are be de la le du des von und der die das et y e o el in".split())
# Words that make a short line a sentence. Closed classes, and the past forms that news uses most.
_VERBS = frozenset("""am is are was were be been being isn't aren't wasn't weren't has have had hasn't haven't hadn't do does
did don't doesn't didn't will won't would can can't cannot could may might must shall should said says say told tells made makes
went goes go came comes come got gets get took takes take gave gives give saw sees knew knows thought thinks became becomes
began begins kept keeps held holds led leads left leaves lost loses met meets won wins paid pays put puts set sets ran runs rose
rises fell falls grew grows sent sends spoke speaks stood stands wrote writes brought brings built builds bought buys caught
chose chooses drew draws drove fought fights found finds flew forgot froze hid hit hits hurt struck strikes sought seeks
remains remain seems seem shows show means mean needs need wants want calls call let lets backs back urges urge
it's that's there's he's she's we're they're you're i'm let's what's who's""".split())
_FUNCTION_START = frozenset("the a an this that these those it he she they we i you there here not no never if when while as but and or so".split())
_INFLECTED = re.compile(rf"{_LETTER}{{2,}}(?:ed|ied)", re.IGNORECASE)
_FIRST_SENTENCE = re.compile(r"[\"“«„'‘]?[A-ZÀ-ÞА-ЯЁІЇЄҐ#][^.!?\n]{3,90}?[.!?]?[\"”»’]?[.!?](?:[\"”»’])?\s+(?=[\"“«„‘]?[A-ZÀ-ÞА-ЯЁІЇЄҐ])")
_QUOTED_WORDS = r"[\"“«„][^\"”»“«„.!?\n]{2,40}[.,]?[\"”»]"
_SLOGANS = re.compile(rf"(?:(?<=[.!?]\s)|(?<=[.!?][\"”»]\s)|\A){_QUOTED_WORDS}(?:\s\w+){{0,3}}\s{_QUOTED_WORDS}[.!]?(?=\s)")
_WORD = re.compile(r"[\w’'&-]+")

_SPEECH_NOUN = (r"(?:remarks?|statements?|interviews?|speech|address|greetings?|messages?|answers?|comments?|commentary|articles?|reply|replies|"
                r"briefing|press conference|news conference|condolences|congratulations|letter|op-ed|essay|testimony|lecture|presentation|"
                r"welcome|intervention|toast|welcoming remarks|q&a|video ?message|contribution|introductory|opening|closing|concluding|full text)")
_NAME_WORD = r"[A-ZÀ-ÞА-ЯЁІЇЄҐ][\w.’'-]*?"
_POSSESSIVE = re.compile(
    rf"(?:(?:From|Excerpts? from|Highlights (?:of|from)|Key (?:points|takeaways) (?:of|from)|Transcript of|Text of|Full text:?)\s+)?(?:the\s+)?"
    rf"(?P<name>[A-ZÀ-ÞА-ЯЁІЇЄҐ][^\n.:;!?]{{1,90}}?)[’']s?\s+(?:{_LETTER}[\w-]*\s+){{0,3}}?{_SPEECH_NOUN}\b", re.IGNORECASE)
_SPEECH_BY = re.compile(
    rf"(?:(?:Opening|Closing|Concluding|Welcoming|Introductory|Joint|Video|Exclusive|Full|Transcript of)\s+)*(?:the\s+)?{_SPEECH_NOUN}\s+(?:by|from|of|with)\s+"
    r"(?:the\s+)?(?P<name>[A-ZÀ-ÞА-ЯЁІЇЄҐ][^\n.:;!?]{1,90}?)(?=\s+(?:at|on|to|during|following|in|after|before|for|ahead|with|about|regarding)\b|\s*[,(–—-]|$)", re.IGNORECASE)


def count_words(line: str) -> int:
    return line.count(" ") + 1


def ends_sentence(line: str) -> bool:
    """Whether the line closes with a stop, also inside closing quotes or brackets."""
    bare = line.rstrip("\"'”’»)] ")
    return bool(bare) and bare[-1] in _TERMINAL


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
        if (position and len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "'s", "us", "is"))
                and follows and follows not in _SMALL):
            return True
    return False


def is_title(line: str, following: str | None, apart: bool) -> bool:
    """Whether the first line of a document is its title.

    following  the next line that holds text; without one the line is all there is, and is no title
    apart      a blank line stands between the two"""
    if following is None or len(line) > 240 or count_words(line) > 35 or not (line[0].isupper() or not line[0].isalpha()):
        return False
    if line[-1] in ".,;:…" or (line[-1] in "\"”»'’)" and line[-2:-1] in (".", ",")):
        return False
    if line[-1] == "!" and not (apart and is_title_case(line)):
        return False
    return apart or len(following) >= 1.5 * len(line) or (ends_sentence(following) and len(following) > 60)


def is_heading(line: str, following: str | None, previous: str | None, sparse_stops: bool) -> bool:
    """Whether a line between paragraphs is a heading.

    sparse_stops  much of the document goes without full stops, so that the lack of one says little"""
    if following is None or len(line) > 110 or count_words(line) > 14 or not (line[0].isupper() or line[0] in "\"“«‘0123456789"):
        return False
    if line[-1] == ":":
        return count_words(line) <= 5 and not has_verb(line[:-1])
    if ends_sentence(line):
        return False
    if is_title_case(line) and len(following) > len(line):
        return True
    settled = previous is None or ends_sentence(previous) or len(previous) < 160
    return not sparse_stops and settled and len(following) >= 2 * len(line) and ends_sentence(following)


def find_inline_headings(paragraph: str) -> list[tuple[int, int]]:
    """Spans of headings that were glued to the sentences of a paragraph, in order."""
    found: list[tuple[int, int]] = []
    position = 0
    while match := _FIRST_SENTENCE.match(paragraph, position):
        sentence = match.group().rstrip()
        if not _is_glued_heading(sentence):
            break
        found.append((position, position + len(sentence)))
        position = match.end()
    if sum(map(paragraph.count, "\"“«")) >= 2:
        for match in _SLOGANS.finditer(paragraph, position):
            words = _WORD.findall(match.group())
            if sum(word[0].isupper() for word in words) >= 0.75 * len(words) and len(words) >= 4:
                found.append(match.span())
    return found


def _is_glued_heading(sentence: str) -> bool:
    bare = sentence.rstrip(".\"”»’")
    if bare[-1] in "!?" or count_words(bare) > 12:
        return False
    if is_title_case(bare):
        return count_words(bare) >= 4
    first = bare.split(None, 1)[0].strip("\"“«„‘").casefold()
    return (3 <= count_words(bare) <= 8 and first not in _FUNCTION_START and not has_verb(bare) and not any(map(str.isdigit, bare))
            and not any(mark in bare for mark in "\"“«,;:—–") and bare.split()[1][:1].islower())


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
