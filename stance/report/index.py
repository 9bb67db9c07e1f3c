"""The index page of a batch run: what was asked, and the events that have a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stance.report.page import content_policy, render_page, strings, template_text


@dataclass(frozen=True, slots=True)
class Listed:
    """A page that the index links to. `first`: date of its first document, "" where none is known."""

    href: str
    title: str
    first: str
    sources: tuple[str, ...]
    n_documents: int
    n_issues: int
    n_contested: int


def render_index(run: Mapping[str, Any], asked: Sequence[Listed], events: Sequence[Listed]) -> str:
    """The page as HTML text. It runs no script and loads nothing.

    run  the run card with its counts, as run.json has it"""
    style = template_text("report.css")
    return render_page("index.html", {"t": strings()["index"], "style": style, "policy": content_policy(style),
                                      "run": run, "asked": asked, "events": events})
