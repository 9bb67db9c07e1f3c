"""Takes private persons' names and contact data out of a comparison that is handed on. Public officials keep theirs.

A person's name is taken to be a known given name with up to three capitalised words after it, and else any two or
three capitalised words, unless one of them belongs to institutions and places, or they are an alias group's or a
source's name: a name too many is taken rather than one left. A bare surname goes where the full name stands somewhere
in the comparison. An official is somebody
whom the comparison names with a public office anywhere ("Mayor Ana Ruiz", "Ana Ruiz, the mayor"). Each person has one
number throughout. E-mail addresses, telephone numbers, handles and street addresses go whoever's they are.

It misses names and takes some that are none: docs/privacy.md says how often. Offsets still point into the files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from stance.naming import read_aliases
from stance.records import Claim, Comparison, Document, Issue
from stance.voices.names import FEMALE, INSTITUTIONS, MALE, NOT_NAMES
from stance.voices.wordclasses import word_set

_OFFICE = (
    r"(?:(?:[Pp]rime|[Ff]oreign|[Dd]efence|[Dd]efense|[Hh]ealth|[Ff]inance|[Ii]nterior|[Dd]eputy|[Vv]ice)[ -])*"
    r"(?:[Pp]resident|[Mm]inister|[Pp]remier|[Cc]hancellor|[Mm]ayor|[Gg]overnor|[Ss]enator|Sen\.|Rep\.|MP|"
    r"[Cc]ongress(?:wo)?man|[Cc]ouncillor|[Cc]ommissioner|[Aa]mbassador|[Ss]ecretary|[Ss]peaker of|[Jj]udge|[Jj]ustice|"
    r"[Ss]pokes(?:man|woman|person)|[Pp]rosecutor|[Ss]heriff|[Pp]olice [Cc]hief|[Ll]ord|[Gg]eneral|King|Queen)"
)
_WORD = r"[A-ZÀ-ÖØ-ÞĀ-Ž][\w’'-]+"
_RUN = re.compile(rf"\b{_WORD}(?: (?:[A-Z]\.|de|van|von|bin|al|el|da|di|der|la|{_WORD}))*")
_PLACES = word_set("""
    street road lane avenue drive close square way court line gate port island mount sea ocean republic saint st new old
    great upper lower bank day week cup prize match league
""")
_TITLE = re.compile(_OFFICE.replace("Speaker of", "Speaker") + r"|(?:Prime|Foreign|Deputy|Vice|Mrs?|Ms|Dr)\.?")
_CONTACTS = (
    ("[e-mail]", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("[handle]", re.compile(r"(?<![\w/])@\w{3,}|\b(?:t\.me|instagram\.com|facebook\.com|x\.com)/[\w.]+")),
    ("[phone]", re.compile(r"(?<![\w.,])\+\d[\d ()/-]{7,}\d|(?<![\w.,])\(?0\d{2,5}\)?[ /-]\d[\d -]{4,}\d")),
    ("[address]", re.compile(
        rf"\b\d{{1,4}}[a-z]?,? (?:{_WORD} ){{1,3}}"
        r"(?:Street|St|Road|Rd|Lane|Avenue|Ave|Drive|Close|Square|Way|Court)\b")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Redactor:
    """Full names of private persons, and of officials, each → surname."""

    private: dict[str, str]
    public: dict[str, str]

    def __call__(self, text: str) -> str:
        """The text without private names and contact data."""
        for shown, pattern in _CONTACTS:
            text = pattern.sub(shown, text)
        kept = set(self.public.values())
        for number, (name, surname) in enumerate(self.private.items(), 1):
            bare = "" if surname in kept else rf"|{re.escape(surname)}"
            text = re.sub(rf"\b(?:{re.escape(name)}{bare})\b", f"[person {number}]", text)
        return text


def find_persons(texts: Iterable[str], kept: Iterable[str] = ()) -> Redactor:
    """Who is named in the texts, and who of them in a public office. `kept`: names that are no private person's."""
    known = _known() | {name.casefold() for name in kept}
    found: dict[str, str] = {}
    public: dict[str, str] = {}
    whole = sorted(set(texts))
    for text in whole:
        for run in _RUN.finditer(text):
            name, start = _name_in(run[0], known)
            if name is None:
                continue
            found[name] = surname = name.split()[-1]
            before, after = text[: run.start() + start], text[run.start() + start + len(name) :][:60]
            if re.search(rf"\b{_OFFICE}(?: [a-z]+){{0,3}} $", before) or re.match(
                rf",? (?:who is |then )?(?:the |a )?(?:[\w’'-]+ ){{0,3}}?{_OFFICE}\b", after
            ):
                public[name] = surname
    surnames = set(public.values())
    private = {name: surname for name, surname in found.items() if name not in public and surname not in surnames}
    return Redactor(dict(sorted(private.items(), key=lambda p: (-len(p[0]), p[0]))), public)


def _name_in(run: str, known: frozenset[str]) -> tuple[str | None, int]:
    """The person in a run of capitalised words, and where in the run the name begins; None where there is none."""
    words = re.sub(r"[’']s$", "", run).split()
    while len(words) > 1 and words[-1].casefold() in NOT_NAMES:  # "Ana Ruiz Monday"
        words.pop()
    folded = [word.casefold() for word in words]
    first = next((n for n, word in enumerate(folded) if word in _given() and word not in NOT_NAMES), None)
    if first is None:
        bare = (n for n, word in enumerate(words) if not (folded[n] in NOT_NAMES or _TITLE.fullmatch(word)))
        first = next(bare, len(words))
        if len(words) - first > 3:
            return None, 0
    name = folded[first : first + 4]
    if len(name) < 2 or {*name} & (INSTITUTIONS | NOT_NAMES | _PLACES) or " ".join(name) in known:
        return None, 0
    return " ".join(words[first : first + 4]), len(" ".join([*words[:first], ""]))


def redact_comparison(comparison: Comparison) -> Comparison:
    """The comparison with all words of its records redacted. Names of sources stay: they are whose texts these are."""
    redact = find_persons([
        *(claim.text for claim in comparison.claims),
        *(name for claim in comparison.claims for name in (claim.holder, *claim.via) if name),
        *(issue.title for issue in comparison.issues),
        *(document.title for document in comparison.documents if document.title),
    ], [document.source for document in comparison.documents])  # fmt: skip

    def claim(c: Claim) -> Claim:
        return replace(c, text=redact(c.text), holder=c.holder and redact(c.holder), via=tuple(map(redact, c.via)),
                       origin=c.origin and redact(c.origin))  # fmt: skip

    def issue(i: Issue) -> Issue:
        return replace(i, title=redact(i.title), target=redact(i.target), why=redact(i.why))

    def document(d: Document) -> Document:
        return replace(d, title=d.title and redact(d.title), text="")

    return replace(
        comparison,
        documents=tuple(map(document, comparison.documents)),
        claims=tuple(map(claim, comparison.claims)),
        issues=tuple(map(issue, comparison.issues)),
        conflicts=tuple(replace(c, one=replace(c.one, text=redact(c.one.text)),
                                other=replace(c.other, text=redact(c.other.text))) for c in comparison.conflicts),
        cells=tuple(replace(c, origins=tuple(map(redact, c.origins))) for c in comparison.cells),
    )


@cache
def _known() -> frozenset[str]:
    return frozenset(" ".join(form) for forms in read_aliases().forms.values() for form, *_ in forms)


@cache
def _given() -> frozenset[str]:
    return frozenset(MALE | FEMALE)
