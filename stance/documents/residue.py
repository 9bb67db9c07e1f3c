"""Which lines and edges of a text are layout, not words of the author: buttons, adverts, tags, marks, blanks, appeals.

Patterns only; `cleaning` decides what to do with them. They are general: no outlet, person or event is named. The
phrases of interfaces and of appeals are data (interface.txt, appeals.txt, in eight languages); a phrase in another
language stays in the text, which is the safe side. Quantifiers that could nest are possessive: no input makes a
pattern slow.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import resources

# Emoji, flags, arrows, dingbats, geometric bullets, joiners and direction marks: no words, trimmed from edges.
_MARK_RANGES = (
    *((0x1F000, 0x1FAFF), (0x2600, 0x27BF), (0x2300, 0x23FF), (0x2B00, 0x2BFF), (0x2190, 0x21FF), (0x25A0, 0x25FF)),
    *((0xFE00, 0xFE0F), (0xE0020, 0xE007F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x2069)),
)
MARKS = frozenset(chr(code) for first, last in _MARK_RANGES for code in range(first, last + 1)) | frozenset(
    "•‣⁃∙·●▪¦|\u20e3\u203c\u2049\u2139\u3030\u303d\ufeff\u00ad\u24c2"
)
EDGE = MARKS | frozenset(" \t\u00a0\u2002\u2003\u2009\u202f\u3000")
# A bullet that could also be punctuation or markup counts only before a space.
BULLET = re.compile(r"(?:[-–—*+>~]|#{1,6})(?:[ \t\u00a0]+|$)|[0-9#*]\ufe0f?\u20e3")
SPEECH_MARKS = frozenset("💬🗣🗨💭🗯🎤")
QUESTION_MARKS = frozenset("❓❔")

Appeals = tuple[tuple[str, re.Pattern[str]], ...]

# The longest line that is looked at as a button, a tag or a notice; prose of that length is no interface.
MAX_RESIDUE = 200
# With a full stop at its end, a line longer than this is a sentence (notices about cookies run on).
_MAX_NOTICE = 100

_WORD_CHARACTER = re.compile(r"[^\W_]")
_HASHTAGS = re.compile(r"(?:[#＃]\w++[\s,;.|/]*+)+")
_LINK = re.compile(r"(?:https?://|www\.|t\.me/)\S+|@\w{3,}|[|,;/·-]+")
_IMAGE_NAME = re.compile(
    r"\S+\.(?:jpe?g|png|gif|webp|svg|heic|mp4|mov)|(?:img|dsc|image|photo|screenshot|pxl)[-_ ]?\d{2,}\S*"
    r"|(?=\S{8,}$)[^\W\d_]{5,}\d{2,}\w*|[^\W_]+(?:_[^\W_]+)*_\d{2,}\w*",
    re.IGNORECASE,
)
_ADVERT_WORDS = """advertisement advertising advert ad ads promoted sponsored реклама anzeige werbung publicité
publicità publicidad anuncio reklama reklam
advertentie pubblicità pub ogłoszenie"""
_ADVERTS = frozenset(_ADVERT_WORDS.split())
# "Forwarded from X", as messengers print it above a post, and "Channel, [24.10.2024 12:30]", as they copy it.
FORWARDED = re.compile(
    r"[^\w\n]{0,4}(?:forwarded (?:message )?from|переслано (?:из|от|від|з)|пересланное сообщение от|"
    r"weitergeleitet (?:von|aus)|transféré (?:de|depuis)|reenviado (?:de|desde)|inoltrato da|przekazan[eo] (?:z|od)|"
    r"encaminhado de|iletildi|转发自)\b[ \t:]*(?P<name>[^\r\n]{1,80}?[^\s.\]])[\] \t\r]*",
    re.IGNORECASE,
)
COPIED = re.compile(r"(?P<sender>[^\r\n\[\],]{1,80}), \[(?P<stamp>\d[\d./-]{7,9}[ T,][\d: APMapm]{4,12})\]:?[ \t\r]*")

# Cuts that an editor made, as printed. "<...>" always ends what stands before it; "[…]" within a sentence stays.
CUT = re.compile(r"<\s*(?:\.{2,}|…)\s*>|[\[(]\s*(?:\.{2,}|…)\s*[\])]")

_BLANK_WORDS = (
    r"dates?|days?|months?|years?|time|period|numbers?|figures?|amounts?|percentages?|percent|names?|places?|"
    r"locations?|city|country|source|title|position|organi[sz]ation|link|url|quote|event|venue|tbd|tba|tbc|tk|"
    r"x{1,4}|дата|число|имя|datum|zahl|fecha|nombre|nom|blank|redacted|_+|\?+"
)
_BLANK = (
    rf"\[\s*(?:(?:insert|specific|exact|unspecified|unknown|the|a|some|certain|add|enter)\s+)*(?:{_BLANK_WORDS})\s*\]"
)
# An adverbial that is nothing but a blank, at the head of a sentence: "On [date], …", "From [date] to [date], …".
BLANK_ADVERBIAL = re.compile(
    r"(?:(?<=[.!?]\s)|(?<=[.!?][\"”»’]\s)|\A)"
    r"(?:on|in|from|at|by|since|until|between|during|after|before|around|as of)\s+"
    rf"{_BLANK}(?:\s+(?:to|and|until|or|through)\s+{_BLANK})?\s*,?\s*",
    re.IGNORECASE,
)
_BLANK_LINE = re.compile(rf"(?:{_BLANK}[\s,.;:–-]*+)+", re.IGNORECASE)

_QUOTED = re.compile(r"[\"“«„][^\"”»“«„\n]*[\"”»“]")


def _read_lines(name: str) -> list[str]:
    """The lines of a list shipped with this package, without comments."""
    lines = resources.files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@cache
def _interface() -> re.Pattern[str]:
    return re.compile("|".join(_read_lines("interface.txt")), re.IGNORECASE)


@cache
def _appeals() -> Appeals:
    """(word, pattern): a paragraph without the word is not searched, which is what makes this fast."""
    pairs = (line.split("\t") for line in _read_lines("appeals.txt"))
    return tuple((word, re.compile(rule, re.IGNORECASE)) for words, rule in pairs for word in words.split("|"))


def find_residue(line: str) -> str | None:
    """Why a line (trimmed of marks) is no text, or None where it is."""
    if not _WORD_CHARACTER.search(line):
        return "marks"
    if len(line) > MAX_RESIDUE:
        return None
    if line[0] in "#＃" and _HASHTAGS.fullmatch(line):
        return "hashtags"
    if line[-1] == "." and len(line) > _MAX_NOTICE and "ookie" not in line:
        return None
    if FORWARDED.fullmatch(line) or (line[-1] in ":]" and COPIED.fullmatch(line)):
        return "forward header"
    bare = line.rstrip(" .!:»›>→…])").lstrip("[(")
    if _interface().fullmatch(bare):
        return "advertisement" if bare.casefold() in _ADVERTS else "interface residue"
    if ("/" in line or "@" in line or "www" in line) and all(map(_LINK.fullmatch, line.split())):
        return "link"
    if " " not in line and _IMAGE_NAME.fullmatch(line):
        return "image name"
    if "[" in line and _BLANK_LINE.fullmatch(line):
        return "blank"
    return None


def find_likely_appeals(text: str) -> Appeals:
    """The (word, pattern) pairs whose word a whole document holds; for `count_appeals` of its paragraphs."""
    lowered = text.casefold()
    return tuple(pair for pair in _appeals() if pair[0] in lowered)


def count_appeals(paragraph: str, likely: Appeals) -> int:
    """How many appeals to the reader (donate, subscribe, support us) stand in it outside quotation marks."""
    lowered = paragraph.casefold()
    patterns = {pattern for word, pattern in likely if word in lowered}
    if not patterns:
        return 0
    own_words = _QUOTED.sub("", paragraph)
    return sum(len(pattern.findall(own_words)) for pattern in patterns)


def strip_marks(name: str) -> str:
    """A name without emoji, flags, bullets and control characters."""
    kept = "".join(c for c in name if c not in MARKS and unicodedata.category(c)[0] != "C")
    return " ".join(kept.split()).strip(" .,:;|-–—")
