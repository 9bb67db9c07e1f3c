"""Who is meant: the fullest name that a document prints for a person or body, and whom "he" or "the source" stands for.

Reads names off capitals, titles and parentheses; there is no list of persons, only of given names and of words that no
person bears. What is not clear stays as printed.
"""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass, field

from stance.voices.bodies import find_bodies
from stance.voices.lexicon import ROLE_NOUNS, TITLES, VAGUE
from stance.voices.names import FEMALE, INSTITUTIONS, MALE, NOT_NAMES
from stance.voices.wordclasses import word_set

_PART = r"(?:[A-ZÀ-ÞŠŽČŁ][\w’'-]*\w|[A-Z]\.|al-[A-Z]\w+)"
_PARTICLE = r"(?:de|van|von|der|den|bin|ibn|da|del|dos|al|el|la|le|ter|ten)"
_RUN = re.compile(
    rf"(?<![\w’'.-])(?:[A-Z][a-z]{{1,4}}\. )?{_PART}(?:[  ](?:(?:{_PARTICLE} )+(?=[A-Z]))?{_PART})*(?:,? [JS]r\.)?"
)
_ABBREVIATED = re.compile(
    r"(?P<long>[A-Z][\w’'-]+(?: (?:[A-Z][\w’'-]+|of|for|the|and|on|in|to|de|&)){1,9}) "
    r"\((?:the )?(?P<short>[A-Z][A-Za-z&.-]{1,9})\)"
)
_ROLE_AFTER = re.compile(
    r",? (?:who is |who was |the |a |an |its |their |his |her )?(?:[\w-]+ ){0,3}?"
    rf"({'|'.join(sorted(ROLE_NOUNS))})(?=[,.;)]| (?:of|for|at|from|and|in)\b)"
)
_TRAILING = re.compile(r"(?:[\s,;:–—\"“”'’-]+|['’]s|(?<=s)['’])$")
_STATEMENT_OF = re.compile(
    r"^(?:an? |the )?(?:\w+ ){0,3}(?:statement|announcement|release|letter|communiqu[eé]|post|message) "
    r"(?:(?:issued|published|released|made) )?(?:from|by|of) (?:the )?(?=[A-Z])",
    re.I,
)
_LEADING = re.compile(r"^(?:(?:and|but|or|that|also|then|both|even|not|like|as)\s+)+(?=\S)", re.I)
_BEHIND = re.compile(
    r" (?:of|for|at|from|in|on|with|who|which|that|to|by|about|against|and his|and her)\b|,|\(| [—–-] "
)
_FEMALE_TITLES = word_set("mrs ms miss lady queen congresswoman spokeswoman chairwoman")
_MALE_TITLES = word_set("mr sir lord king congressman spokesman chairman pope")


@dataclass(frozen=True, slots=True)
class Mention:
    """A person named at a place of the document; name is the fullest form the document prints."""

    start: int
    end: int
    name: str


@dataclass
class Names:
    """The names one document prints. Build with `read_names`."""

    full: dict[str, str] = field(default_factory=dict)
    genders: dict[str, str] = field(default_factory=dict)
    roles: dict[str, list[Mention]] = field(default_factory=dict)
    abbreviations: dict[str, str] = field(default_factory=dict)
    mentions: list[Mention] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    bodies: list[tuple[int, str]] = field(default_factory=list)
    persons: frozenset[str] = frozenset()

    def between(self, start: int, end: int) -> list[Mention]:
        """Mentions that begin in a span, in order."""
        return self.mentions[bisect.bisect_left(self.starts, start) : bisect.bisect_left(self.starts, end)]

    def fullest(self, surface: str) -> str:
        """The surface with its name completed, its titles and trailing junk taken off, else as printed."""
        cleaned = tidy(surface)
        cleaned = _STATEMENT_OF.sub("", cleaned)
        bare = re.sub(r"^[Tt]he ", "", cleaned)
        if bare in self.abbreviations:
            return self.abbreviations[bare]
        behind = _BEHIND.search(cleaned)
        front = cleaned[: behind.start()] if behind else cleaned
        words = front.replace(" ", " ").split()
        if not words or " and " in cleaned or " & " in cleaned:
            return cleaned
        last = _bare(words[-1])
        name = self.full.get(last)
        if name is None:
            titles = next((k for k, w in enumerate(words) if w.rstrip(".").lower() not in TITLES), len(words))
            rest = words[titles:]
            if (
                titles
                and len(rest) >= 2
                and _may_be_person(last)
                and not behind
                and all(w[0].isupper() for w in rest)
                and not any(w.lower() in INSTITUTIONS for w in rest)
            ):
                return " ".join(rest)
            return cleaned
        if not last[:1].isupper():
            return cleaned
        before = words[:-1]
        known = set(name.split())
        if (
            all(w in known or _bare(w).lower() in TITLES or not w[0].isupper() or len(_bare(w)) < 2 for w in before)
            or words[-2] in known
        ):
            return name
        return cleaned


def tidy(surface: str) -> str:
    """A holder as printed, without edges that are no part of a name."""
    text = _LEADING.sub("", " ".join(surface.split()))
    previous = None
    while previous != text:
        previous, text = text, _TRAILING.sub("", text)
    return text


def read_names(text: str, spans: list[tuple[int, int]]) -> Names:
    """The names in the given spans of a text."""
    names = Names(bodies=find_bodies(text, spans))
    runs: list[tuple[int, int, list[str]]] = []
    alone: dict[str, int] = {}
    for start, end in spans:
        for match in _RUN.finditer(text, start, end):
            runs.extend(_split_run(match))
        for match in _ABBREVIATED.finditer(text, start, end):
            long = re.sub(r"^(?:The|In|On|For|And|But|At|By|From|To) ", "", match["long"])
            initials = "".join(w[0] for w in long.split() if w[0].isupper())
            if sum(c in initials for c in match["short"]) * 2 > len(match["short"]):
                names.abbreviations.setdefault(match["short"], f"{long} ({match['short']})")
    for _, _, words in runs:
        if len(words) == 1:
            alone[words[0]] = alone.get(words[0], 0) + 1
    for _, end, words in runs:
        name = _person(words, text, end, alone)
        if name is None:
            continue
        given, *_, last = name.split()
        names.full.setdefault(last, name)
        if given in alone and alone[given] > alone.get(last, 0) and given not in NOT_NAMES and len(given) > 1:
            names.full.setdefault(given, name)
        gender = "f" if given.lower() in FEMALE else "m" if given.lower() in MALE else ""
        if gender:
            names.genders.setdefault(name, gender)
    for start, end, words in runs:
        titles = [w.rstrip(".").lower() for w in words[:-1]]
        last = words[-1]
        known = names.full.get(last)
        if known is None and len(words) > 1 and titles[-1] in TITLES and _may_be_person(last):
            known = names.full.setdefault(last, last)
        if known is None:
            continue
        for title in titles:
            if title in _FEMALE_TITLES | _MALE_TITLES:
                names.genders[known] = "f" if title in _FEMALE_TITLES else "m"
        mention = Mention(start, end, known)
        names.mentions.append(mention)
        for title in titles:
            if TITLES.get(title):
                names.roles.setdefault(TITLES[title], []).append(mention)
        after = _ROLE_AFTER.match(text, end)
        if after:
            names.roles.setdefault(after[1], []).append(mention)
    names.mentions.sort(key=lambda m: m.start)
    names.persons = frozenset(names.full.values())
    names.starts = [m.start for m in names.mentions]
    return names


def _split_run(match: re.Match[str]) -> list[tuple[int, int, list[str]]]:
    """Runs of capitals cut at possessives ("Iran's Ali Khan" is two), without opening words that are no names."""
    out: list[tuple[int, int, list[str]]] = []
    words: list[str] = []
    start = at = match.start()
    for piece in re.finditer(r"\S+", match.group().replace(" ", " ")):
        at = match.start() + piece.start()
        word = piece.group()
        if not words:
            start = at
        bare = _bare(word)
        if not words and bare.lower() in NOT_NAMES:
            continue
        words.append(bare if bare != word and not word.endswith(".") else word)
        if word.endswith(("'s", "’s", "s’", "s'")):
            out.append((start, at + len(bare), words))
            words = []
    if words:
        out.append((start, match.end(), words))
    return out


def _bare(word: str) -> str:
    return word.removesuffix("'s").removesuffix("’s").rstrip("'’,")


def _may_be_person(word: str) -> bool:
    low = word.lower()
    return (
        len(word) > 1
        and not word.isupper()
        and low not in TITLES
        and low not in NOT_NAMES
        and low not in INSTITUTIONS
        and not word.endswith(".")
    )


def _person(words: list[str], text: str, end: int, alone: dict[str, int]) -> str | None:
    """The name of a person in a run of capitals ("Foreign Minister Ann B. Lee" → "Ann B. Lee"), if it is one."""
    titled = False
    rest = list(words)
    while rest and rest[0].rstrip(".").lower() in TITLES:
        rest = rest[1:]
        titled = True
    for k in range(len(rest) - 1, 0, -1):  # a title in mid-run: what is before it is a body or a country
        if rest[k - 1].rstrip(".").lower() in TITLES:
            rest, titled = rest[k:], True
            break
    if rest and rest[-1] in ("Jr.", "Sr."):
        rest = rest[:-1]
    if any(w.lower() in INSTITUTIONS or (w.isupper() and len(w) > 2) for w in rest):
        return None
    if not 2 <= len(rest) <= 4 or not _may_be_person(rest[-1]) or rest[0].lower() in NOT_NAMES:
        given = next((k for k, w in enumerate(rest[:-1]) if w.lower() in MALE | FEMALE), None)
        if given is None or not rest or not _may_be_person(rest[-1]):
            return None
        rest = rest[given:]
    known = rest[0].lower() in MALE | FEMALE
    if not known:
        given = next((k for k, w in enumerate(rest[:-1]) if w.lower() in MALE | FEMALE), None)
        if given is not None:
            rest, known = rest[given:], True
    after = text[end : end + 40]
    spoken = re.match(r",? (?:said|says|told|wrote|added|noted|who|an? |the \w+ (?:of|at|for)|\d\d,|[RD]-)", after)
    if not (
        known
        or titled
        or spoken
        or any(re.fullmatch(r"[A-Z]\.?", w) for w in rest[1:-1])
        or (len(rest) == 2 and rest[-1] in alone)
    ):
        return None
    return " ".join(rest)


def is_vague(surface: str) -> bool:
    """Whether a holder is an authority that the text leaves unnamed ("many experts")."""
    words = surface.lower().split()
    return bool(words) and words[-1] in VAGUE and words[0] != "the"


def role_of(surface: str) -> str | None:
    """The role noun of "the governor", "the Indiana governor"; None for anything else."""
    words = surface.split()
    if len(words) in (2, 3) and words[0].lower() in ("the", "this") and words[-1].lower() in ROLE_NOUNS:
        return words[-1].lower()
    return None
