"""Makes a sheet for a lesson from a comparison alone: quotes without labels, lines to write on, and an answer key.

Rows are chosen for contrast and sure attribution. A passage that is not at least "fairly sure", both in its position
and in who speaks, is never used; where too few are left there is no sheet, and the error says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stance.comparison import CLEAR, Spoken, sources, spoken_by_issue, stance_shares
from stance.errors import InputError
from stance.records import Comparison, Issue, write_whole
from stance.report.page import GLYPHS, content_policy, level, render_page, strings, template_text, who
from stance.report.passages import in_quotes, shorten

MOST = 3  # rows: one A4 side
QUOTES = 3  # a row
LONGEST = 240  # code points a quote, so that the side holds them


@dataclass(frozen=True, slots=True)
class Answer:
    """One quote, and what the key says about it."""

    letter: str
    quote: str
    speaker: str
    source: str
    sign: str
    level: int
    path: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Exercise:
    issue: Issue
    answers: tuple[Answer, ...]
    silent: tuple[str, ...]


def write_worksheet(comparison: Comparison, out_dir: Path, issue_ids: Sequence[str] = ()) -> tuple[Path, Path]:
    """Write worksheet.html and answer-key.html, from the chosen rows or else the best evidenced ones.

    Returns both paths. Raises InputError where no row is sure enough, or a chosen one is unknown or not sure enough."""
    exercises = choose_exercises(comparison, issue_ids)
    words, style = strings(), template_text("worksheet.css")
    paths = (out_dir / "worksheet.html", out_dir / "answer-key.html")
    for path, key in zip(paths, (False, True), strict=True):
        write_whole(path, render_page("worksheet.html", {
            "t": words, "style": style, "policy": content_policy(style), "exercises": exercises, "key": key,
            "glyphs": GLYPHS, "sources": sources(comparison), "run": comparison.run}))
    return paths


def choose_exercises(comparison: Comparison, issue_ids: Sequence[str] = ()) -> tuple[Exercise, ...]:
    """The rows of the sheet: two or more sure quotes each; contrast first, then sureness."""
    spoken = spoken_by_issue(comparison)
    for chosen in issue_ids:
        if chosen not in spoken:
            raise InputError(f"issue {chosen}: not in this comparison; its ids stand in comparison.json under issues")
        if len(_quotes(spoken[chosen])) < 2:
            raise InputError(f"issue {chosen}: fewer than two of its passages are sure enough for a worksheet; "
                             "choose another row, or confirm its labels with `stance review`")
    sure = {issue.id: _quotes(spoken[issue.id]) for issue in comparison.issues}
    ranked = sorted((i for i in comparison.issues if len(sure[i.id]) >= 2), key=lambda i: _contrast(sure[i.id]))
    picked = [i for i in comparison.issues if i.id in issue_ids] or ranked[:MOST]
    if not picked:
        raise InputError("no row has two passages that are sure enough for a worksheet; "
                         "add documents, or confirm labels with `stance review`")
    place = {d.id: d for d in comparison.documents}
    result = []
    for issue in picked:
        answers = tuple(
            Answer("ABCDEFGH"[n], in_quotes(shorten(s.claim.text, LONGEST)), who(s, strings()), s.source, str(s.stance),
                   level(s.confidence), place[s.claim.document_id].path, s.claim.start, s.claim.end)
            for n, s in enumerate(sorted(sure[issue.id], key=lambda s: s.claim.id)))  # an order that tells nothing
        silent = tuple(c.source for c in comparison.cells if c.issue_id == issue.id and c.state == "silent")
        result.append(Exercise(issue, answers, silent))
    return tuple(result)


def _quotes(spoken: Sequence[Spoken]) -> list[Spoken]:
    """The surest passage of each speaker and position, one of each side before a second."""
    sure = [s for s in spoken if s.is_clear and s.claim.confidence >= CLEAR and not s.claim.blank]
    sure.sort(key=lambda s: (-s.confidence, s.claim.id))
    best: dict[tuple[str, str, str | None], Spoken] = {}
    for s in sure:
        best.setdefault((s.source, s.holder.casefold(), s.stance), s)
    firsts = {s.stance: s for s in reversed(list(best.values()))}
    rest = [s for s in best.values() if s not in firsts.values()]
    return [*firsts.values(), *rest][:QUOTES]


def _contrast(quotes: Sequence[Spoken]) -> tuple[bool, int, float, str]:
    shares = stance_shares(quotes)
    opposed = "favourable" in shares and "unfavourable" in shares
    return not opposed, -len({s.source for s in quotes}), -min(s.confidence for s in quotes), quotes[0].issue.id
