"""What each source calls the same thing.

Links surface forms by alias groups (`aliases.toml`, and a user's file of the same shape) and by the abbreviations that
a document explains itself: "Ministry of Health (MoH)" makes MoH that ministry in that document, and in no other. The
surface is always kept: what a source calls a thing is a finding. It judges no name, and guesses no alias that neither
the list nor the document gives.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

from stance.errors import InputError
from stance.records import Claim, Document

_WORD = re.compile(r"(?:[^\W_]\.){2,}|[^\W_]+(?:['’-][^\W_]+)*")
_EXPLAINED = re.compile(
    r"(?P<long>[A-Z][\w’'-]+(?:['’]s)?(?: (?:[A-Z][\w’'-]+|of|for|the|and|on|in|to|de|&)){1,9}) "
    r"\((?:the )?(?P<short>[A-Z][A-Za-z&.-]{1,9})\)"
)
_OPENING = re.compile(r"^(?:(?:The|In|On|For|And|But|At|By|From|To|As|With|Of) )+")
_KEYS = {"name", "forms", "metonyms", "nots"}


@dataclass(frozen=True, slots=True)
class Named:
    """A thing named at `text[start:end]` of a document.

    thing    its canonical form: the group's name, or the words that the document explains an abbreviation by
    metonym  the surface often stands for something else ("Moscow", the city)
    """

    start: int
    end: int
    surface: str
    thing: str
    metonym: bool = False


@dataclass(frozen=True, slots=True)
class NameRow:
    """How often a source calls a thing so.

    n_own  of these, in the source's own voice; None where no claims were given
    """

    thing: str
    source: str
    surface: str
    count: int
    n_own: int | None = None
    metonym: bool = False


@dataclass(frozen=True)
class Aliases:
    """Alias groups, ready to look up: first word, casefolded → (all words casefolded, as written, thing, metonym),
    longest first. A thing of None is a phrase in which the shorter forms mean something else."""

    forms: Mapping[str, tuple[tuple[tuple[str, ...], str, str | None, bool], ...]] = field(default_factory=dict)


def read_aliases(extra: Path | None = None) -> Aliases:
    """The shipped alias groups, extended by a user's file. Raises InputError where that is not of the right shape."""
    groups = _read_groups(files("stance").joinpath("aliases.toml").read_text(encoding="utf-8"), "aliases.toml")
    if extra is not None:
        try:
            groups += _read_groups(extra.read_text(encoding="utf-8"), str(extra))
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{extra}: cannot be read ({error}); give a TOML file of [[group]] tables") from None
    table: dict[str, dict[tuple[str, ...], tuple[str, str | None, bool]]] = {}
    for group in groups:
        name = str(group["name"])
        entries = [(form, name, False) for form in (name, *group.get("forms", ()))]
        entries += [(form, name, True) for form in group.get("metonyms", ())]
        for form, thing, metonym in [*entries, *((form, None, False) for form in group.get("nots", ()))]:
            words = tuple(_fold(w) for w in _WORD.findall(form))
            if words and not (thing is None and words in table.get(words[0], {})):
                table.setdefault(words[0], {})[words] = (form, thing, metonym)
    return Aliases(
        {
            first: tuple((words, *entry) for words, entry in sorted(forms.items(), key=lambda f: (-len(f[0]), f[0])))
            for first, forms in table.items()
        }
    )


def _read_groups(text: str, where: str) -> list[dict[str, list[str]]]:
    try:
        groups = tomllib.loads(text).get("group", [])
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{where}: not TOML ({error}); [[group]] tables with name and forms are expected") from None
    for number, group in enumerate(groups if isinstance(groups, list) else [groups], 1):
        if not isinstance(group, dict) or not isinstance(group.get("name"), str):
            raise InputError(f'{where}, group {number}: a name is missing; write name = "…" and forms = ["…"]')
        if unknown := set(group) - _KEYS:
            raise InputError(
                f"{where}, group {number} ({group['name']}): unknown key {sorted(unknown)[0]!r}; "
                f"known are {', '.join(sorted(_KEYS))}"
            )
        for key in _KEYS - {"name"}:
            if not all(isinstance(form, str) for form in group.get(key, [])) or isinstance(group.get(key), str):
                raise InputError(f"{where}, group {number} ({group['name']}): {key} must be a list of strings")
    return list(groups)


@cache
def _shipped() -> Aliases:
    return read_aliases()


def _fold(word: str) -> str:
    return word.replace("’", "'").casefold()


def resolve_names(documents: Iterable[Document], aliases: Aliases | None = None) -> dict[str, tuple[Named, ...]]:
    """Document id → the things named in its passages, in order of place."""
    table = aliases if aliases is not None else _shipped()
    return {document.id: tuple(_names_in(document, table)) for document in documents}


def _names_in(document: Document, aliases: Aliases) -> Iterable[Named]:
    text = document.text
    explained = _explanations(document)
    for passage in document.passages:
        words = [(_fold(m.group()), m.start(), m.end()) for m in _WORD.finditer(text, passage.start, passage.end)]
        k = 0
        while k < len(words):
            word, start, end = words[k]
            surface = text[start:end]
            if surface in explained:
                yield Named(start, end, surface, explained[surface])
                k += 1
                continue
            step = 1
            for form, written, thing, metonym in aliases.forms.get(_stem(word), ()) or aliases.forms.get(word, ()):
                stop = k + len(form)
                if stop > len(words) or not _matches(words[k:stop], form, written, text):
                    continue
                step = len(form)
                if thing is not None:
                    finish = words[stop - 1][2]
                    if words[stop - 1][0] != form[-1]:
                        finish -= 2  # a possessive "'s" is no part of the name
                    yield Named(start, finish, text[start:finish], thing, metonym)
                break
            k += step


def _stem(word: str) -> str:
    return word.removesuffix("'s")


def _matches(words: list[tuple[str, int, int]], form: tuple[str, ...], written: str, text: str) -> bool:
    if any(words[i][0] != form[i] for i in range(len(form) - 1)) or form[-1] not in (words[-1][0], _stem(words[-1][0])):
        return False
    surface = " ".join(text[start:end] for _, start, end in words)
    if re.search(r"[A-Z].?[A-Z]", written.split()[0]) and len(form) == 1:
        return surface.startswith(written)  # "US" is not "us", "WHO" is not "who"
    if written[:1].isupper() and not any(c.isupper() for c in surface):
        return len(form) > 1  # "turkey" is a bird
    return True


def _explanations(document: Document) -> dict[str, str]:
    """Abbreviation → the words by which this document explains it."""
    found: dict[str, str] = {}
    for passage in document.passages:
        for match in _EXPLAINED.finditer(document.text, passage.start, passage.end):
            long = _OPENING.sub("", match["long"])
            initials = "".join(w[0] for w in long.split() if w[0].isupper())
            letters = [c for c in match["short"] if c.isupper()]
            if letters and sum(c in initials for c in letters) * 2 > len(letters):
                found.setdefault(match["short"], long)
    return found


def naming_table(
    documents: Iterable[Document], claims: Iterable[Claim] | None = None, aliases: Aliases | None = None
) -> list[NameRow]:
    """How often each source uses each surface for each thing, most frequent thing first.

    With claims, n_own counts the uses inside claims in the source's own voice, so that words it merely quotes are not
    taken for its own."""
    documents = list(documents)
    own: dict[str, list[tuple[int, int]]] = {}
    for claim in claims or ():
        if claim.voice == "own":
            own.setdefault(claim.document_id, []).append((claim.start, claim.end))
    counts: Counter[tuple[str, str, str, bool]] = Counter()
    own_counts: Counter[tuple[str, str, str, bool]] = Counter()
    printed: dict[tuple[str, str], Counter[str]] = {}
    named_in = resolve_names(documents, aliases)
    for document in documents:
        for named in named_in[document.id]:
            folded = _fold(named.surface)
            printed.setdefault((named.thing, folded), Counter())[named.surface] += 1
            key = (named.thing, document.source, folded, named.metonym)
            counts[key] += 1
            if any(start <= named.start < end for start, end in own.get(document.id, ())):
                own_counts[key] += 1
    totals: Counter[str] = Counter()
    for (thing, *_), n in counts.items():
        totals[thing] += n
    rows = [
        NameRow(
            thing,
            source,
            min(printed[thing, folded].items(), key=lambda item: (-item[1], item[0]))[0],
            n,
            own_counts[thing, source, folded, metonym] if claims is not None else None,
            metonym,
        )
        for (thing, source, folded, metonym), n in counts.items()
    ]
    return sorted(rows, key=lambda row: (-totals[row.thing], row.thing, row.source, -row.count, row.surface))
