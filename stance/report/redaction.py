"""Takes private persons' names and contact data out of a comparison that is handed on. Public officials keep theirs.

A person's name is taken to be a known given name with up to three capitalised words after it, and else any two or
three capitalised words, unless one of them belongs to institutions and places, or they are an alias group's or a
source's name: a name too many is taken rather than one left. A bare surname goes where the full name stands somewhere
in the comparison. An official is somebody whom the comparison names with a public office anywhere ("Mayor Ana Ruiz",
"Ana Ruiz, the mayor"). Each person has one number throughout: in capitals, or by the full name in small letters, and
in names of files and addresses. E-mail addresses, telephone numbers, handles and street addresses go whoever's they
are.

It misses names and takes some that are none: docs/privacy.md says how often. Offsets still point into the files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

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


_TOLD = ("title", "inputs", "skipped", "corrections")  # what the run card has from documents and people
_GAP = r"(?:[\s._+-]|%20)+"  # between the words of a name, also in the name of a file or an address


@dataclass(frozen=True, slots=True)
class Redactor:
    """names    finds each private person's names; each group is one form of a name
    numbers  of the person that each group names"""

    names: re.Pattern[str]
    numbers: tuple[int, ...]

    def __call__(self, text: str) -> str:
        """The text without private names and contact data."""
        for shown, pattern in _CONTACTS:
            text = pattern.sub(shown, text)
        return self.hide_names(text)

    def hide_names(self, text: str) -> str:
        """The text without private names: of a path, where a date may look like a telephone."""
        return self.names.sub(lambda found: f"[person {self.numbers[(found.lastindex or 1) - 1]}]", text)


def find_persons(texts: Iterable[str], kept: Iterable[str] = ()) -> Redactor:
    """Who is named in the texts, and who of them in a public office. `kept`: names that are no private person's."""
    known = _known() | {name.casefold() for name in kept}
    found: dict[str, bool] = {}  # name, lowered → whether it is ever written in more than capitals
    public: set[str] = set()
    for text in sorted(set(texts)):
        for run in _RUN.finditer(text):
            printed, start = _name_in(run[0], known)
            if printed is None:
                continue
            name = printed.lower()
            found[name] = found.get(name, False) or not printed.isupper()
            before, after = text[: run.start() + start], text[run.start() + start + len(printed) :][:60]
            if re.search(rf"\b{_OFFICE}(?: [a-z]+){{0,3}} $", before) or re.match(
                rf",? (?:who is |then )?(?:the |a )?(?:[\w’'-]+ ){{0,3}}?{_OFFICE}\b", after
            ):
                public.add(name)
    # "DEBORAH LUND SAYS NO" names nobody else than Deborah Lund.
    names = {n for n, is_plain in found.items() if is_plain or not any(n.startswith(f"{other} ") for other in found)}
    officials = {name.split()[-1] for name in public}
    private = sorted((n for n in names - public if n.split()[-1] not in officials), key=lambda n: (-len(n), n))
    forms = [(f"(?i:{_GAP.join(map(re.escape, name.split()))})", n) for n, name in enumerate(private, 1)]
    bare = {name.split()[-1]: n for n, name in reversed([*enumerate(private, 1)])}
    # A surname alone may be a word ("marsh"), unless it begins with a capital.
    forms += [(f"{re.escape(word[0].upper())}(?i:{re.escape(word[1:])})", n)
              for word, n in bare.items() if not word.endswith(".")]  # fmt: skip
    pattern = "|".join(f"({form})" for form, _ in forms) or "(?!)"
    return Redactor(re.compile(rf"(?<![^\W_])(?:{pattern})(?![^\W_])"), tuple(n for _, n in forms))


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
    """The comparison with all words of its records redacted. Names of sources stay: they are whose texts these are.

    Offsets and digests stay too: somebody who has the files can find every place again."""
    redact = find_persons([
        *(claim.text for claim in comparison.claims),
        *(name for claim in comparison.claims for name in (claim.holder, *claim.via) if name),
        *(issue.title for issue in comparison.issues),
        *(text for document in comparison.documents for text in (document.title, document.origin) if text),
        str(comparison.run.get("title", "")),
    ], [document.source for document in comparison.documents])  # fmt: skip

    def claim(c: Claim) -> Claim:
        return replace(c, text=redact(c.text), holder=c.holder and redact(c.holder), via=tuple(map(redact, c.via)),
                       origin=c.origin and redact(c.origin))  # fmt: skip

    def issue(i: Issue) -> Issue:
        return replace(i, title=redact(i.title), target=redact(i.target), why=redact(i.why))

    def document(d: Document) -> Document:
        return replace(d, title=d.title and redact(d.title), path=redact.hide_names(d.path),
                       url=d.url and redact(d.url), origin=d.origin and redact(d.origin), text="")  # fmt: skip

    def plain(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: redact.hide_names(inner) if key == "path" else plain(inner)
                    for key, inner in value.items()}
        if isinstance(value, list):
            return list(map(plain, value))
        return redact(value) if isinstance(value, str) else value

    return replace(
        comparison,
        documents=tuple(map(document, comparison.documents)),
        claims=tuple(map(claim, comparison.claims)),
        issues=tuple(map(issue, comparison.issues)),
        conflicts=tuple(replace(c, one=replace(c.one, text=redact(c.one.text)),
                                other=replace(c.other, text=redact(c.other.text))) for c in comparison.conflicts),
        cells=tuple(replace(c, origins=tuple(map(redact, c.origins))) for c in comparison.cells),
        # The rest of the card says how it was made, in names of programs and digests.
        run={key: plain(value) if key in _TOLD else value for key, value in comparison.run.items()},
    )


@cache
def _known() -> frozenset[str]:
    return frozenset(" ".join(form) for forms in read_aliases().forms.values() for form, *_ in forms)


@cache
def _given() -> frozenset[str]:
    return frozenset(MALE | FEMALE)
