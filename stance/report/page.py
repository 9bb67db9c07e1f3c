"""Renders a comparison as one HTML file that needs no network and runs no text it shows.

    Comparison, documents ─ rows, views ─▶ templates/report.html ─▶ str

Every text goes through Jinja's autoescape or through JSON that JavaScript puts in as text; a Content-Security-Policy in
the file allows its own style and script by their hashes and nothing else. No label is made here."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from stance.comparison import CONFIDENCE_WORDS, Spoken, repeated, sources, spoken_by_issue
from stance.records import STANCES, Cell, Comparison, ConflictKind, ConflictSide, Document, Issue
from stance.report.passages import in_quotes, pieces_around, shorten
from stance.report.views import build_views

WIDE = 6  # more sources than this side by side become a table that scrolls
SHOWN = 2  # entries a cell shows; the rest is one click away
PRINTED = 4  # rows of a printed lesson: two pages
PAGE = 40  # rows shown at once; at first without those that mostly repeat
GLYPHS = {"favourable": "▲", "unfavourable": "▼", "neutral": "◆", "none": "○", "silent": "–", "blank": "▯", "cut": "✂",
          "unsure": "?"}
BARS = ("□□□", "■□□", "■■□", "■■■")  # the order of the words for confidence, by level

# (issue id, claim id) → what sources state differently there: kind, the claim's words, the other side's
Differing = Mapping[tuple[str, str], Sequence[tuple[ConflictKind, ConflictSide, ConflictSide]]]
SpokenRows = Mapping[str, Sequence[Spoken]]  # issue id → what is said in its row


@dataclass(frozen=True, slots=True)
class Entry:
    """What one holder says in one cell: the sentence first, the label small beside it.

    sign    key of GLYPHS and of the label's word: a stance, none, blank, cut or unsure
    level   3 almost certain to 0 unsure
    person  number of the holder in the list of holders; -1 where the text names none
    """

    claim: int
    quote: str
    language: str | None  # where it is not the page's
    sign: str
    level: int
    voice: str
    who: str
    person: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell: an entry for each holder, position and voice. The first SHOWN are seen at once, the others where a
    filter asks for them; `n_more` passages are left to the panel."""

    source: str
    state: str
    entries: tuple[Entry, ...]
    n_more: int
    claims: tuple[int, ...]

    @property
    def unsure(self) -> bool:
        return bool(self.entries) and all(e.level == 0 for e in self.entries)


@dataclass(frozen=True, slots=True)
class Row:
    issue: Issue
    number: int
    n_sources: int
    n_holders: int
    n_spans: int
    n_conflicts: int
    cells: tuple[CellView, ...]


@cache
def strings(language: str = "en") -> dict[str, Any]:
    """The words of the interface."""
    return tomllib.loads(files("stance.report").joinpath(f"{language}.toml").read_text(encoding="utf-8"))


def render_report(comparison: Comparison, documents: Sequence[Document]) -> str:
    """The whole report as HTML text. `documents` carry the texts around the claims; where a document is missing or
    has no text, the report quotes the claim alone."""
    words, spoken = strings(), spoken_by_issue(comparison)
    people = _people(spoken)
    rows = build_rows(comparison, spoken, people, words)
    style, script = template_text("report.css"), template_text("report.js")
    views = build_views(comparison, documents)
    n_new = len(rows) - len(repeated(comparison))
    return render_page("report.html", {
        "t": words, "glyphs": GLYPHS, "bars": BARS, "style": style, "script": script,
        "policy": content_policy(style, script), "rows": rows, "sources": sources(comparison),
        "data": embed({**_panel_data(comparison, documents, spoken, words), "n_new": n_new}),
        "wide": len(sources(comparison)) > WIDE, "shown": SHOWN, "people": people, "printed": PRINTED, "page": PAGE,
        "n_new": n_new, "comparison": comparison, "run": comparison.run, "words": CONFIDENCE_WORDS,
        "n_unsure": sum(cell.unsure for row in rows for cell in row.cells),
        "days": [d.day for d in views.timeline if d.day],
        "views": views, "anchor": anchor, "card": run_card(comparison.run, words),
    })


def build_rows(comparison: Comparison, spoken: SpokenRows, people: Mapping[str, int],
               words: Mapping[str, Any]) -> tuple[Row, ...]:
    """The rows of the table, in the comparison's order."""
    number = {claim.id: n for n, claim in enumerate(comparison.claims)}
    languages = {d.id: d.language for d in comparison.documents}
    differing = _differing(comparison)
    n_conflicts = Counter(c.issue_id for c in comparison.conflicts)
    cells: dict[str, list[Cell]] = {}
    for cell in comparison.cells:
        cells.setdefault(cell.issue_id, []).append(cell)
    rows = []
    for n, issue in enumerate(comparison.issues, 1):
        said = spoken[issue.id]
        views = []
        for cell in cells.get(issue.id, []):
            own = [s for s in said if s.source == cell.source]
            entries = tuple(_entry(s, said, number, people, languages, differing, words)
                            for s in _one_each(own, differing))
            views.append(CellView(cell.source, cell.state, entries, len(own) - len(entries[:SHOWN]),
                                  tuple(number[s.claim.id] for s in own)))
        named = {" ".join(s.holder.casefold().split()) or s.source for s in said}
        rows.append(Row(issue, n, len({s.source for s in said}), len(named), len(said), n_conflicts[issue.id],
                        tuple(views)))
    return tuple(rows)


def run_card(run: Mapping[str, Any], words: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The run as (what, value) pairs, nested values one a line."""
    rows: list[tuple[str, str]] = []
    for key, value in run.items():
        label = words["method"].get(key, key)
        if isinstance(value, Mapping):
            rows += [(f"{label}: {name}", _flat(inner)) for name, inner in value.items()]
        elif isinstance(value, (list, tuple)):
            rows += [(label, _flat(inner)) for inner in value]
        else:
            rows.append((label, _flat(value)))
    return tuple(rows)


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_flat(inner)}" for key, inner in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_flat, value))
    return str(value)


def content_policy(style: str, script: str = "") -> str:
    """A Content-Security-Policy that lets this style and this script run, and nothing else in or out."""
    def allow(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    scripts = allow(script) if script else "'none'"
    return (f"default-src 'none'; style-src {allow(style)}; script-src {scripts}; "
            "img-src data:; base-uri 'none'; form-action 'none'")


def embed(value: Any) -> str:
    """JSON that may stand inside a script element: no `<`, `>` or `&`, so that no text in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def template_text(name: str) -> str:
    return files("stance.report").joinpath("templates", name).read_text(encoding="utf-8")


def render_page(name: str, values: Mapping[str, Any]) -> str:
    """A template of this package, with autoescape on. Lone surrogates, which no file can hold, become `?`."""
    return str(_environment().get_template(name).render(values)).encode("utf-8", "replace").decode("utf-8")


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(loader=PackageLoader("stance.report"), autoescape=True, undefined=StrictUndefined,
                              trim_blocks=True, lstrip_blocks=True)
    environment.filters["count"] = _count
    environment.filters["compact"] = lambda markup: Markup(re.sub(r"\s*\n\s*", "\n", markup))
    return environment


def anchor(issue_id: str) -> str:
    """The deep link of a row. Ids are digests, but a comparison file may be anybody's."""
    return "issue-" + "".join(c if c.isalnum() and c.isascii() else "-" for c in issue_id)


def level(confidence: float) -> int:
    """3 almost certain, 2 likely, 1 fairly sure, 0 unsure."""
    return next(3 - n for n, (_, least) in enumerate(CONFIDENCE_WORDS) if confidence >= least)


def _count(n: int, words: Mapping[str, str], key: str) -> str:
    """`5 sources`, `1 source`: from the strings `sources` and `one_source`."""
    return words[f"one_{key.removesuffix('s')}"] if n == 1 else words[key].format(n=n)


def _people(spoken: SpokenRows) -> dict[str, int]:
    names = {s.holder for said in spoken.values() for s in said if s.holder}
    return {name: n for n, name in enumerate(sorted(names, key=lambda n: (n.casefold(), n)))}


def _sureness(spoken: Spoken) -> float:
    """Without a position, what can be wrong is who speaks."""
    return spoken.confidence if spoken.stance else spoken.claim.confidence


def _differing(comparison: Comparison) -> Differing:
    found: dict[tuple[str, str], list[tuple[ConflictKind, ConflictSide, ConflictSide]]] = {}
    for c in comparison.conflicts:
        for own, other in ((c.one, c.other), (c.other, c.one)):
            found.setdefault((c.issue_id, own.claim_id), []).append((c.kind, own, other))
    return found


def _one_each(spoken: Sequence[Spoken], differing: Differing) -> list[Spoken]:
    """The surest passage of each holder and position, clear positions first, before others one that is stated
    differently elsewhere; one of each side before a second."""
    best: dict[tuple[str, str | None, str], Spoken] = {}
    ordered = sorted(spoken, key=lambda s: (not s.is_clear, s.stance is None, (s.issue.id, s.claim.id) not in differing,
                                            -_sureness(s), s.claim.start, s.claim.id))
    for s in ordered:
        best.setdefault((s.holder.casefold(), s.stance, s.claim.voice), s)
    firsts: dict[str | None, Spoken] = {}
    for s in best.values():
        firsts.setdefault(s.stance, s)
    return sorted(best.values(), key=lambda s: (not s.is_clear, s is not firsts[s.stance]))


def _entry(s: Spoken, row: Sequence[Spoken], number: Mapping[str, int], people: Mapping[str, int],
           languages: Mapping[str, str], differing: Differing, words: Mapping[str, Any]) -> Entry:
    claim, voice = s.claim, words["voice"]
    notes = _elsewhere(s, row, differing, words)
    if claim.kind == "aim":
        notes.append(voice["aim"])
    if claim.copies > 1:
        notes.append(voice["copies"].format(n=claim.copies))
    same = list(dict.fromkeys(o.source for o in row if o.source != s.source and o.origin == s.origin))
    if same:
        notes.append(voice["same_origin"].format(sources=", ".join(same), origin=s.origin))
    elif s.origin not in (s.source, s.holder, *claim.via):
        notes.append(voice["carried"].format(origin=s.origin))
    language = languages.get(claim.document_id, "und")
    foreign = None if language in ("und", "en") else language
    quote = in_quotes(shorten(claim.text, about=f"{s.issue.title} {s.issue.target}"))
    return Entry(number[claim.id], quote, foreign, sign(s), level(_sureness(s)), claim.voice,
                 who(s, words), people.get(s.holder, -1), tuple(notes))


def _elsewhere(s: Spoken, row: Sequence[Spoken], differing: Differing, words: Mapping[str, Any]) -> list[str]:
    """What other sources state of the same thing: a line for each kind, equal words once."""
    source_of = {o.claim.id: o.source for o in row}
    stated: dict[str, dict[str, list[str]]] = {}
    for kind, _, other in differing.get((s.issue.id, s.claim.id), ()):
        said = stated.setdefault(kind, {}).setdefault(in_quotes(" ".join(other.text.split())), [])
        if source_of[other.claim_id] not in said:
            said.append(source_of[other.claim_id])
    return [words["conflict"][kind].format(others=", ".join(
        f"{quote} ({', '.join(names)})" for quote, names in others.items())) for kind, others in stated.items()]


def sign(s: Spoken) -> str:
    """Which shape and word stand for a passage."""
    if s.claim.blank:
        return "blank"
    if s.stance is None:
        return "cut" if s.claim.cut else "none"
    return s.stance if s.is_clear else "unsure"


def who(s: Spoken, words: Mapping[str, Any]) -> str:
    """The line that says who speaks: `The source itself`, `NAME, as reported`, `NAME, as told by NAMES`."""
    voice: Mapping[str, str] = words["voice"]
    if s.claim.voice == "own":
        return voice["own_line"] if s.origin == s.source else voice["forwarded"].format(origin=s.origin)
    holder = s.holder or voice["unnamed"]
    if s.claim.voice == "nested" and s.claim.via:
        return voice["nested_line"].format(holder=holder, via=", ".join(s.claim.via))
    return voice["reported_line"].format(holder=holder)


def _panel_data(comparison: Comparison, documents: Sequence[Document], spoken: SpokenRows,
                words: Mapping[str, Any]) -> dict[str, Any]:
    """What the side panel shows, by number of the claim; and the strings that JavaScript needs."""
    texts = {d.id: d for d in documents if d.text}
    in_rows = {c for issue in comparison.issues for c in issue.claim_ids}
    place = {d.id: n for n, d in enumerate(comparison.documents)}
    by_document: dict[str, list[Any]] = {}
    for claim in comparison.claims:
        if claim.id in in_rows:
            by_document.setdefault(claim.document_id, []).append(claim)
    plain_documents = []
    for d in comparison.documents:
        pieces = pieces_around(texts[d.id], by_document.get(d.id, [])) if d.id in texts else ()
        plain_documents.append({
            "source": d.source, "title": d.title, "published": d.published, "url": d.url, "path": d.path,
            "language": None if d.language == "und" else d.language,
            "pieces": [[p.start, p.text, p.reason, int(p.after_gap)] for p in pieces]})
    claims = {n: {"id": c.id, "d": place[c.document_id], "s": c.start, "e": c.end, "text": c.text, "cue": c.cue,
                  "conf": round(c.confidence, 3), "cut": c.cut, "blank": c.blank}
              for n, c in enumerate(comparison.claims) if c.id in in_rows}
    number = {claim.id: n for n, claim in enumerate(comparison.claims)}
    rows, differing = {}, _differing(comparison)
    for issue in comparison.issues:
        said = {}
        for s in spoken[issue.id]:
            p = s.position
            said[number[s.claim.id]] = {
                "sign": sign(s), "level": level(_sureness(s)), "who": who(s, words),
                "score": issue.scores.get(s.claim.id), "stance": s.stance,
                "p": [round(p.probabilities.get(stance, 0.0), 3) for stance in STANCES] if p else None,
                "evidence": p.evidence if p else (),
                "differs": [[kind, own.start, own.end, number[other.claim_id], other.start, other.end]
                            for kind, own, other in differing.get((issue.id, s.claim.id), ())]}
        rows[anchor(issue.id)] = {"title": issue.title, "target": issue.target, "why": issue.why, "said": said}
    return {"documents": plain_documents, "claims": claims, "rows": rows, "glyphs": GLYPHS, "bars": BARS,
            "stances": STANCES, "shown": SHOWN, "printed": PRINTED, "page": PAGE,
            "t": {key: words[key] for key in ("panel", "conflict", "stance", "confidence", "filters", "page")}}
