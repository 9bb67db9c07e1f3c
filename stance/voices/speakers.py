"""Whom a cue names: pronouns, roles and short names resolved within the document, or left as printed and uncertain."""

from __future__ import annotations

import bisect
from dataclasses import dataclass

from stance.voices.bodies import lengthen
from stance.voices.holders import Names, is_vague, role_of
from stance.voices.markers import Cue
from stance.voices.wordclasses import word_set

_PERSONAL = word_set("he she his her him")
_IMPERSONAL = word_set("they it their its both who which")
# Roles that, with no bearer named, are taken by whoever was heard last.
_ANYBODYS = word_set("source interlocutor expert official speaker analyst author")
_NEAR = 600


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who is heard. name: None where nobody is named; surface: span of the phrase printed here for them."""

    name: str | None
    confidence: float
    surface: tuple[int, int] | None = None
    cue: tuple[int, int] | None = None


def speaker_of(cue: Cue, text: str, names: Names, last: Speaker | None) -> Speaker:
    """Who speaks by a cue whose spans are offsets into `text`; last: who was heard before."""
    if cue.holder is None:
        return Speaker(last.name if last else None, min(cue.confidence, 0.45), None, cue.span)
    start, end = cue.holder
    surface = text[start:end]
    low = surface.lower().replace("’", "'").split("'")[0]
    name: str | None
    if low in _PERSONAL:
        name = _person_before(start, "f" if low in ("she", "her") else "m", text, names, last, cue.trailing)
        return Speaker(name or surface, min(cue.confidence, 0.7 if name else 0.35), cue.holder, cue.span)
    if low in _IMPERSONAL:
        if last is not None and last.name and last.name not in names.persons:
            return Speaker(last.name, min(cue.confidence, 0.55), cue.holder, cue.span)
        return Speaker(surface, min(cue.confidence, 0.35), cue.holder, cue.span)
    beside = next((m for m in names.between(end + 2, end + 12) if text[end : m.start] in (", ", " — ", " (")), None)
    if beside is not None and text[beside.end : beside.end + 1] in ",.)—" and not names.between(start, end):
        return Speaker(beside.name, cue.confidence, cue.holder, cue.span)  # "the governor, Ann Lee, said"
    role = role_of(surface)
    if role is not None and not is_vague(surface):
        name = _bearer(role, start, names, last)
        if name:
            return Speaker(name, min(cue.confidence, 0.65), cue.holder, cue.span)
    if body := lengthen(surface, start, names.bodies):
        return Speaker(body, min(cue.confidence, 0.75), cue.holder, cue.span)
    return Speaker(names.fullest(surface), cue.confidence, cue.holder, cue.span)


def _person_before(
    position: int, gender: str, text: str, names: Names, last: Speaker | None, trailing: bool
) -> str | None:
    """The person that "he" or "she" at a position most likely is: who heads this sentence (unless its words are what
    he says), else who was heard just before, else who heads the sentence before."""
    heard = last.name if last is not None and last.name in names.persons else None
    if heard is not None and names.genders.get(heard, gender) != gender:
        heard = None
    floor = max(0, position - _NEAR)
    near = [m for m in names.between(floor, position) if names.genders.get(m.name, gender) == gender]
    edge = max(text.rfind(". ", floor, position), text.rfind("\n", floor, position))
    inside = [m for m in near if m.start > edge]
    if inside and not trailing:
        return inside[0].name
    if heard is not None and last is not None and last.surface is not None and position - last.surface[0] < 500:
        return heard
    edge = max(text.rfind(". ", floor, edge), text.rfind("\n", floor, edge)) if edge > 0 else -1
    before = [m for m in near if edge < m.start and m not in inside]
    if before or near:
        return (before or near)[0].name
    return heard


def _bearer(role: str, position: int, names: Names, last: Speaker | None) -> str | None:
    """Who bears a role: the last person given that title before the position."""
    known = names.roles.get(role, [])
    at = bisect.bisect_left(known, position, key=lambda mention: mention.start)
    if at:
        return known[at - 1].name
    if role in _ANYBODYS and last is not None and last.name in names.persons:
        return last.name
    return None
