"""Names of bodies: which two are one ("Russia's foreign ministry", "the Russian Foreign Ministry"), and what "the
ministry" is short for in a document.

A short form is read only where the document names one body that it can stand for; never across documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from stance.voices.wordclasses import DETERMINERS, OPENERS, PREPOSITIONS, STOPS, TIMES, word_set

_HEADS = (
    "ministry|council|committee|commission|board|association|league|federation|institute|foundation|agency|authority"
)
_LONG = re.compile(
    rf"(?:[^\W\d_a-z][\w-]*(?:['’]s?)? )+(?:[a-z]+ )?(?:(?i:{_HEADS})\b)(?: of [A-Z]\w+(?: (?:and )?[A-Z]\w+)*)?"
)
_NO_OPENING = DETERMINERS | OPENERS | PREPOSITIONS | STOPS | TIMES | word_set("and")
_STATE_BODY = re.compile(r"ministry|government|parliament|army|military|navy|cabinet|delegation|central bank")
_ADJECTIVES = dict(pair.split(":") for pair in word_set("""
    afghanistan:afghan argentina:argentine armenia:armenian australia:australian austria:austrian
    azerbaijan:azerbaijani belarus:belarusian belgium:belgian brazil:brazilian britain:british
    bulgaria:bulgarian canada:canadian chile:chilean china:chinese colombia:colombian croatia:croatian
    cuba:cuban denmark:danish egypt:egyptian estonia:estonian ethiopia:ethiopian finland:finnish france:french
    georgia:georgian germany:german greece:greek hungary:hungarian india:indian indonesia:indonesian
    iran:iranian iraq:iraqi ireland:irish israel:israeli italy:italian japan:japanese jordan:jordanian
    kazakhstan:kazakh kenya:kenyan latvia:latvian lebanon:lebanese libya:libyan lithuania:lithuanian
    malaysia:malaysian mexico:mexican moldova:moldovan morocco:moroccan nigeria:nigerian norway:norwegian
    pakistan:pakistani poland:polish portugal:portuguese romania:romanian russia:russian serbia:serbian
    slovakia:slovak spain:spanish sweden:swedish syria:syrian turkey:turkish ukraine:ukrainian
    venezuela:venezuelan vietnam:vietnamese yemen:yemeni
"""))
_POSSESSIVE = re.compile(r"(\w+)'s? (.+)")
_OF = re.compile(r"(.+) of (\w+)")
_MINISTRY_OF = re.compile(r"\bministry of (?:(?:the )?(foreign|internal) affairs|(\w+))$")


def fold_name(name: str) -> str:
    """The same words for two names of one holder: case, apostrophes and "the" before a name do not count, nor an
    abbreviation in brackets; of a country's bodies, "Russia's" is "Russian", and "ministry of health" is "health
    ministry". Bodies of two countries stay apart."""
    plain = re.sub(r" \([A-Z][\w.&-]*\)$", "", " ".join(name.replace("’", "'").split()))
    folded = re.sub(r"^[Tt]he (?=\w+'s? |[A-Z])", "", plain).casefold()
    if not _STATE_BODY.search(folded):
        return folded
    folded = folded.removeprefix("the ")
    if (match := _OF.fullmatch(folded)) and match[2] in _ADJECTIVES:
        folded = f"{_ADJECTIVES[match[2]]} {match[1]}"
    elif (match := _POSSESSIVE.fullmatch(folded)) and match[1] in _ADJECTIVES:
        folded = f"{_ADJECTIVES[match[1]]} {match[2]}"
    return _MINISTRY_OF.sub(lambda match: f"{match[1] or match[2]} ministry", folded)


def find_bodies(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, str]]:
    """(place, name) of the bodies that are named in full, in order."""
    found = []
    for start, end in spans:
        for match in _LONG.finditer(text, start, end):
            words = match.group().split(" ")
            while words and words[0].casefold() in _NO_OPENING:
                words.pop(0)
            if len(words) > 1:
                found.append((match.end() - len(" ".join(words)), " ".join(words)))
    return found


def lengthen(surface: str, place: int, bodies: Iterable[tuple[int, str]]) -> str | None:
    """The full name of the body that "the ministry" at a place is short for: the only one of the document that it can
    be, if it was named before. None for anything else."""
    short = fold_name(surface).removeprefix("the ")
    if not surface.casefold().startswith("the ") or not re.search(rf"(?:{_HEADS})$", short):
        return None
    longer: dict[str, tuple[int, str]] = {}
    for at, name in bodies:
        if fold_name(name).endswith(f" {short}"):
            longer.setdefault(fold_name(name), (at, name))
    # What is itself short for another one of them is none of its own.
    fullest = [name for name in longer if not any(other.endswith(f" {name}") for other in longer)]
    if len(fullest) != 1 or longer[fullest[0]][0] >= place:
        return None
    return longer[fullest[0]][1]
