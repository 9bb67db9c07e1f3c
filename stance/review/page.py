"""What the review page shows, and what its forms mean: a comparison with the corrections made so far beside it.

    Comparison, corrections ─ page_html, row_html ─▶ HTML
    a form's fields ─ record ─▶ one more line in corrections.jsonl

It shows the comparison as it was made; what a reader says is marked beside it and changes it in the next run. Knows
nothing of sockets."""

from __future__ import annotations

import errno
import os
import threading
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from stance.comparison import Spoken, sources, spoken_by_issue
from stance.corrections import (
    FIELDS,
    FILE_NAME,
    ClaimPointer,
    Correction,
    Kind,
    dump_correction,
    point_to_claim,
    point_to_issue,
    read_corrections,
    settle,
)
from stance.errors import InputError
from stance.records import STANCES, Claim, Comparison, Issue, Voice, digest, read_comparison
from stance.report.page import GLYPHS, anchor, level, strings, template_text, who

PER_PAGE = 20  # rows
LONGEST = 500  # code points of a holder or a note
VOICES: tuple[Voice, ...] = ("own", "reported", "nested")

Form = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """A claim in a row: what the comparison says of it, and what a reader said."""

    id: str
    text: str
    stance: str | None  # the comparison's; "none" where it gives none; None for a claim that a reader added
    level: int
    who: str
    voice: Voice
    holder: str
    judged: str | None  # the reader's stance, "none" for no clear position
    voiced: bool
    removed: bool
    added: bool


@dataclass(frozen=True, slots=True)
class Group:
    """What one source says in a row."""

    source: str
    number: int
    lines: tuple[Line, ...]
    silenced: bool

    @property
    def silent(self) -> bool:
        return not self.lines


class Review:
    """A comparison under review. Forms may come from several threads."""

    def __init__(self, comparison: Comparison, file: Path, corrections: Sequence[Correction] = (),
                 annotator: str = "") -> None:
        self.comparison, self.file, self.annotator = comparison, file, annotator
        self._made = list(corrections)
        self._lock = threading.Lock()
        self._spoken = spoken_by_issue(comparison)
        self._issues = {issue.id: issue for issue in comparison.issues}
        self._claims = {claim.id: claim for claim in comparison.claims}
        self._source = {document.id: document.source for document in comparison.documents}
        self._titles = {f"{n}. {issue.title}": issue for n, issue in enumerate(comparison.issues, 1)}

    @property
    def n_standing(self) -> int:
        return len(settle(self._made).standing)

    @property
    def n_pages(self) -> int:
        return max(1, -(-len(self.comparison.issues) // PER_PAGE))

    def record(self, form: Form) -> Issue | None:
        """Write down what a form says, and return the row that it was sent from (None where it is from no row).

        Raises InputError, and writes nothing, where the form makes no sense or the file cannot be written."""
        correction, row = self._understand(form)
        with self._lock:
            append_line(self.file, dump_correction(correction))
            self._made.append(correction)
        return row

    def page_html(self, number: int) -> str:
        """One page of rows, from 1."""
        number = min(max(1, number), self.n_pages)
        style, script = page_style(), page_script()
        shown = list(enumerate(self.comparison.issues, 1))[(number - 1) * PER_PAGE:number * PER_PAGE]
        standing = self._standing()
        said: dict[str, list[str]] = {source: [] for source in sources(self.comparison)}
        for claim in self.comparison.claims:
            said[self._source[claim.document_id]].append(_one_line(claim.text))
        return _render("review.html", {
            **self._values(), "style": style, "script": script, "number": number, "n_pages": self.n_pages,
            "rows": [self._row(n, issue, standing) for n, issue in shown], "elsewhere": self._elsewhere(standing),
            "said": list(said.values()), "titles": list(self._titles)})

    def row_html(self, issue: Issue | None) -> str:
        """One row, as `page_html` has it; for None, the answers that belong to no row."""
        if issue is None:
            return _render("elsewhere.html", {**self._values(), "elsewhere": self._elsewhere(self._standing())})
        number = self.comparison.issues.index(issue) + 1
        return _render("row.html", {**self._values(), "row": self._row(number, issue, self._standing())})

    def _standing(self) -> dict[tuple[str, ...], Correction]:
        return {c.about: c for c in settle(self._made).standing}

    def _elsewhere(self, standing: Mapping[tuple[str, ...], Correction]) -> list[tuple[str, str, Correction]]:
        """Answers that no row of this comparison shows, such as merges that it has taken up: key, words, answer."""
        in_rows = {claim_id for issue in self.comparison.issues for claim_id in issue.claim_ids}
        found = []
        for about, c in standing.items():
            has_row = c.issue.id in self._issues if c.issue else True
            has_claim = c.claim.id in (in_rows if c.kind == "voice" else self._claims) if c.claim else True
            if not (has_row and has_claim):
                text = c.claim.text if c.claim else c.issue.title if c.issue else ""
                found.append((digest(*about), _one_line(text), c))
        return found

    def _values(self) -> dict[str, Any]:
        return {"t": words(), "r": strings(), "glyphs": GLYPHS, "stances": (*STANCES, "none"), "voices": VOICES,
                "n": self.n_standing, "file": self.file.name, "longest": LONGEST}

    def _row(self, number: int, issue: Issue, standing: Mapping[tuple[str, ...], Correction]) -> dict[str, Any]:
        said = self._spoken[issue.id]
        added = [c.claim.id for c in standing.values()
                 if c.kind == "add" and c.issue and c.claim and c.issue.id == issue.id]
        groups = []
        for n, source in enumerate(sources(self.comparison)):
            lines = [self._line(issue, s.claim, s, standing) for s in said if s.source == source]
            here = {line.id for line in lines}
            lines += [self._line(issue, self._claims[i], None, standing) for i in added
                      if i in self._claims and i not in here and self._source[self._claims[i].document_id] == source]
            groups.append(Group(source, n, tuple(lines), ("silence", issue.id, source) in standing))
        merged = [c for c in standing.values() if c.kind == "merge" and c.issue and c.issue.id == issue.id and c.into]
        return {"id": anchor(issue.id), "issue": issue, "number": number, "groups": groups, "merged": merged}

    def _line(self, issue: Issue, claim: Claim, s: Spoken | None,
              standing: Mapping[tuple[str, ...], Correction]) -> Line:
        judged = standing.get(("stance", claim.id, issue.id))
        voiced = standing.get(("voice", claim.id))
        member = standing.get(("member", claim.id, issue.id))
        voice, holder = claim.voice, claim.holder
        if voiced and voiced.voice:
            voice, holder = voiced.voice, voiced.holder
        return Line(
            claim.id, _one_line(claim.text), (s.stance or "none") if s else None, level(s.confidence) if s else 0,
            who(s, strings()) if s else strings()["voice"][claim.voice], voice, holder or "",
            (judged.stance or "none") if judged else None, voiced is not None,
            member is not None and member.kind == "split", s is None)

    def _understand(self, form: Form) -> tuple[Correction, Issue | None]:
        kind = form.get("kind", "")
        if kind == "withdraw":
            standing = next((c for a, c in self._standing().items() if digest(*a) == form.get("about")), None)
            if standing is None:
                raise InputError(words()["wrong"]["kind"])
            return replace(standing, annotator=self.annotator, withdrawn=True), None
        if kind not in FIELDS:
            raise InputError(words()["wrong"]["kind"])
        row = self._issues.get(form.get("issue", ""))
        if row is None:
            raise InputError(words()["wrong"]["row"])
        fields: dict[str, Any] = {"issue": point_to_issue(row)}
        if kind == "silence":
            fields["source"] = source = form.get("source", "")
            fields["document_ids"] = tuple(sorted(d for d, name in self._source.items() if name == source))
            if not fields["document_ids"]:
                raise InputError(words()["wrong"]["source"])
        elif kind == "merge":
            into = self._titles.get(form.get("into", "").strip()) or self._issues.get(form.get("into", ""))
            if into is None or into is row:
                raise InputError(words()["wrong"]["into"])
            fields["into"] = point_to_issue(into)
        else:
            fields["claim"] = self._claim(form)
        if kind == "stance":
            stance = form.get("stance", "")
            if stance not in (*STANCES, "none"):
                raise InputError(words()["wrong"]["stance"])
            fields["stance"] = None if stance == "none" else stance
        if kind == "voice":
            del fields["issue"]
            voice, holder = form.get("voice", ""), _one_line(form.get("holder", ""))
            if voice not in VOICES or len(holder) > LONGEST:
                raise InputError(words()["wrong"]["voice"])
            fields |= {"voice": voice, "holder": None if voice == "own" else holder or None}
        return Correction(cast(Kind, kind), annotator=self.annotator, withdrawn=form.get("withdrawn") == "1",
                          **fields), row

    def _claim(self, form: Form) -> ClaimPointer:
        """The claim by its id, or by its source and words, as somebody chose them from a list."""
        claim = self._claims.get(form.get("claim", ""))
        if claim is None and (said := _one_line(form.get("words", ""))):
            source = form.get("source", "")
            claim = next((c for c in self.comparison.claims
                          if self._source[c.document_id] == source and _one_line(c.text) == said), None)
        if claim is None:
            raise InputError(words()["wrong"]["claim"])
        return point_to_claim(claim, self._source[claim.document_id])


def open_review(folder: Path, annotator: str = "") -> Review:
    """The comparison in a folder, with the corrections made so far. Raises InputError where either cannot be read."""
    comparison, file = read_comparison(folder / "comparison.json"), folder / FILE_NAME
    made = read_corrections(file).standing if file.exists() else ()
    return Review(comparison, file, [replace(c, line=0) for c in made], annotator)


def append_line(path: Path, line: bytes) -> None:
    """Add a line to a file, on the disk before this returns, whole or not at all. Raises InputError."""
    try:
        with path.open("ab+", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            if size:
                file.seek(size - 1)
                line = line if file.read(1) == b"\n" else b"\n" + line
            try:
                if file.write(line) != len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fsync(file.fileno())
            except OSError:
                file.truncate(size)
                raise
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}); free some space or check its rights") from None


@cache
def words() -> dict[str, Any]:
    """The words of this page; those for labels are the report's."""
    return tomllib.loads(files("stance.review").joinpath("en.toml").read_text(encoding="utf-8"))


@cache
def page_style() -> str:
    return template_text("report.css") + _own_text("review.css")


@cache
def page_script() -> str:
    return _own_text("review.js")


def _own_text(name: str) -> str:
    return files("stance.review").joinpath("templates", name).read_text(encoding="utf-8")


def _one_line(text: str) -> str:
    return " ".join(text.split())


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(loader=PackageLoader("stance.review"), autoescape=True, undefined=StrictUndefined,
                       trim_blocks=True, lstrip_blocks=True)


def _render(name: str, values: Mapping[str, Any]) -> str:
    text: str = _environment().get_template(name).render(values)
    return text.encode("utf-8", "replace").decode("utf-8")
