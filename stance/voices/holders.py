"""Who is meant: the fullest name that a document prints for a person or body, and whom "he" or "the source" stands for.

Reads names off capitals, titles and parentheses; there is no list of persons. What is not clear stays as printed.
"""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass, field

from stance.voices.lexicon import FEMALE_TITLES, MALE_TITLES, ROLE_NOUNS, TITLES, VAGUE

_RUN = re.compile(r"(?:[A-Z][\w’'-]*|[A-Z]\.|al-[A-Z]\w+)(?:[  ](?:[A-Z][\w’'-]*\.?|al-[A-Z]\w+|(?:de|van|von|der|bin|ibn|da|del|al)(?= [A-Z])))*\.?")
_ABBREVIATED = re.compile(r"(?P<long>(?:[A-Z][\w’'-]+|of|for|the|and|on|in|to|de|&)(?: (?:[A-Z][\w’'-]+|of|for|the|and|on|in|to|de|&)){1,9}) "
                          r"\((?:the )?(?P<short>[A-Z][A-Za-z&.-]{1,9})\)")
_NOT_GIVEN = frozenset("""the a an but and in on at for from with by to of as if when while after before since this that these those
    he she it they we you i his her their its our my not no yes so yet or nor then there here now also still both each many
    some most all several few more other such what why how who where which monday tuesday wednesday thursday friday saturday
    sunday january february march april may june july august september october november december new north south east west
    according said says speaking asked however meanwhile although though despite during even just only because
    united states house senate white party republican republicans democrat democrats democratic supreme
    american british russian chinese ukrainian european national""".split())
_ROLE_AFTER = re.compile(r",? (?:who is |who was |the |a |an |its |their |his |her )?(?:[a-z-]+ ){0,3}?(%s)\b" % "|".join(sorted(ROLE_NOUNS)))
_TRAILING = re.compile(r"[\s,;:–—-]+$|(?:['’]s|['’])$")
_LEADING = re.compile(r"^(?:(?:and|but|or|that|also|then)\s+)+", re.I)


@dataclass(frozen=True, slots=True)
class Mention:
    """A name of a person at a place of the document; name is the fullest form."""

    start: int
    end: int
    name: str
    gender: str = ""


@dataclass
class Names:
    """The names one document prints. Build with `read_names`."""

    text: str
    full: dict[str, str] = field(default_factory=dict)
    genders: dict[str, str] = field(default_factory=dict)
    roles: dict[str, list[Mention]] = field(default_factory=dict)
    abbreviations: dict[str, str] = field(default_factory=dict)
    mentions: list[Mention] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)

    def before(self, position: int) -> list[Mention]:
        """Mentions that begin before a position, in order."""
        return self.mentions[:bisect.bisect_left(self._starts, position)]

    def within(self, start: int, end: int) -> list[Mention]:
        """Mentions that begin inside a span, in order."""
        return self.mentions[bisect.bisect_left(self._starts, start):bisect.bisect_left(self._starts, end)]

    def fullest(self, surface: str) -> str:
        """The surface with its name completed, its titles and trailing junk taken off, else as printed."""
        cleaned = tidy(surface)
        short = re.sub(r"^the ", "", cleaned, flags=re.I)
        if short in self.abbreviations:
            return self.abbreviations[short]
        if re.search(r"\band\b|&|,", cleaned):
            return cleaned
        words = cleaned.split()
        last = words[-1].rstrip("'’") if words else ""
        name = self.full.get(last)
        if name is None or not last[:1].isupper():
            return cleaned
        if len(words) == 1 or name.split()[0] == words[-2] or len(words) == 2 and words[0].rstrip(".").lower() in TITLES:
            return name
        if cleaned.endswith(name):
            return name
        if words[-2].rstrip(".").lower() in TITLES:
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
    """Names in the given spans of a text."""
    names = Names(text)
    runs: list[tuple[int, int, list[str]]] = []
    for start, end in spans:
        for match in _RUN.finditer(text, start, end):
            raw = match.group()
            words = raw.replace(" ", " ").split()
            first = match.start()
            while words and words[0].lower() in _NOT_GIVEN and len(words) > 1:
                first += len(words[0]) + 1
                words = words[1:]
            if words:
                runs.append((first, match.end(), words))
        for match in _ABBREVIATED.finditer(text, start, end):
            long = re.sub(r"^(?:(?:of|for|the|and|on|in|to|de|The|In|On|For|And) )+", "", match["long"])
            initials = "".join(w[0] for w in long.split() if w[0].isupper())
            if match["short"].replace(".", "").upper()[0] in initials.upper():
                names.abbreviations.setdefault(match["short"], f"{long} ({match['short']})")
    for _, _, words in runs:
        bare = [w for w in words if w.rstrip(".").lower() not in TITLES]
        last = _surname(words)
        if len(bare) < 2 or not last or last != bare[-1].removesuffix("'s").removesuffix("’s").rstrip("."):
            continue
        given = bare[-2]
        tail = [last]
        if re.fullmatch(r"[A-Z]\.?", given) and len(bare) > 2:
            tail.insert(0, given)
            given = bare[-3]
        if given.lower() in _NOT_GIVEN or given.endswith(("'s", "’s")):
            continue
        names.full.setdefault(last, " ".join([given, *tail]))
    for start, end, words in runs:
        last = _surname(words)
        name = names.full.get(last)
        title = [w.rstrip(".").lower() for w in words[:-1]]
        if name is None and any(t in TITLES for t in title) and last:
            name = names.full.setdefault(last, last)
        if name is None:
            continue
        for t in title:
            if t in FEMALE_TITLES | MALE_TITLES:
                names.genders[name] = "f" if t in FEMALE_TITLES else "m"
        mention = Mention(start, end, name)
        names.mentions.append(mention)
        for t in title:
            role = TITLES.get(t)
            if role:
                names.roles.setdefault(role, []).append(mention)
        after = _ROLE_AFTER.match(text, end)
        if after:
            names.roles.setdefault(after[1], []).append(mention)
    names.mentions.sort(key=lambda m: m.start)
    names._starts = [m.start for m in names.mentions]
    return names


def _surname(words: list[str]) -> str:
    last = words[-1].removesuffix("'s").removesuffix("’s").rstrip(".'’")
    return "" if last.lower() in TITLES or last.lower() in _NOT_GIVEN or len(last) < 2 else last


def is_vague(surface: str) -> bool:
    """Whether a holder is an authority that the text leaves unnamed ("many experts")."""
    words = surface.split()
    return bool(words) and words[-1].lower() in VAGUE and words[0].lower() != "the"


def role_of(surface: str) -> str | None:
    """The role noun of "the governor", "the Indiana governor"; None for anything else."""
    words = surface.lower().split()
    if len(words) >= 2 and words[0] in ("the", "this") and words[-1] in ROLE_NOUNS and not any(
            w[0].isupper() for w in surface.split()[1:-1]):
        return words[-1]
    return None
