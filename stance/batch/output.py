"""Writes what a run found: Parquet by week, a page for the events of most sources, an index, the run card.

Everything is written beside the old output and put in its place at the end, so a run that is killed leaves the old one
whole. Rows are held for one week at most, and for no more than PART_ROWS of them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from stance.comparison import sources
from stance.errors import InputError
from stance.events import Event
from stance.records import Comparison, Document, Skipped, to_plain
from stance.report import render_report
from stance.report.exports import DICTIONARY, build_tables, to_parquet
from stance.report.index import Listed, render_index

PART_ROWS = 50_000
COLUMNS: dict[str, dict[str, tuple[type, str]]] = {
    name: {"event_id": (str, "the event that its document belongs to; empty for issues that the user asked"), **columns}
    for name, columns in DICTIONARY.items()
} | {"frames": {
    "event_id": (str, "as above"), "claim_id": (str, "the claim"), "codebook": (str, "name of the codebook"),
    "label": (str, "id of the label; empty where none is likely enough"), "p": (float, "its probability")}}
TABLES = ("documents", "claims", "issues", "positions", "cells", "conflicts", "frames")
Tables = dict[str, list[dict[str, Any]]]  # table → rows, without `event_id`
_PLACES = ("tables", "events", "issues", "index.html", "run.json", "skipped.jsonl")


class Output:
    """The folder of a run. Use it as a context manager; nothing is in place before `finish`.

    Raises InputError where the folder cannot be written or the disk is full."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._new = folder, folder / ".new"
        self._rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
        self._week = ""
        self._parts: dict[tuple[str, str], int] = {}
        self._ranks: dict[str, tuple[int, int, int]] = {}
        self._pages: list[Listed] = []
        self._asked: list[Listed] = []

    def __enter__(self) -> Output:
        shutil.rmtree(self._new, ignore_errors=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        shutil.rmtree(self._new, ignore_errors=True)

    def add(self, event: Event, tables: Tables) -> None:
        """An event's rows. Events come by week."""
        self._add(event.week, event.id, tables, TABLES)
        if issues := tables["issues"]:
            self._ranks[event.id] = (len({row["source"] for row in tables["documents"]}),
                                     sum(row["contested"] for row in issues), len(issues))

    def add_asked(self, comparison: Comparison, documents: Sequence[Document]) -> None:
        """The rows and the page of an issue that the user asked; its documents and claims are in their weeks."""
        self._add("asked", None, build_rows(comparison), ("issues", "positions", "cells", "conflicts"))
        (issue,) = comparison.issues
        name = f"issues/{_file_name(issue.id)}.html"
        self._write(name, render_report(comparison, documents).encode())
        self._asked.append(_listed(name, issue.title, comparison))

    def best_events(self, events: Iterable[Event], n: int) -> list[Event]:
        """The events that get a page: most sources first, then most contested issues, most issues."""
        ranked = sorted((event for event in events if event.id in self._ranks),
                        key=lambda event: ([-value for value in self._ranks[event.id]], event.id))
        return ranked[:n]

    def add_page(self, event: Event, comparison: Comparison, documents: Sequence[Document]) -> None:
        """The page of an event."""
        name = f"events/{event.id}.html"
        self._write(name, render_report(comparison, documents).encode())
        title = next((d.title for d in comparison.documents if d.title), None)
        title = title or next((c.text for c in comparison.claims), event.id)
        self._pages.append(_listed(name, title, comparison))

    def finish(self, card: Mapping[str, Any], skipped: Sequence[Skipped]) -> Path:
        """Put everything in place; gives the index page."""
        self._flush()
        for name in ("tables", "events", "issues"):
            (self._new / name).mkdir(parents=True, exist_ok=True)
        self._write("run.json", (json.dumps(card, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace"))
        self._write("skipped.jsonl", "".join(json.dumps(to_plain(item), ensure_ascii=False) + "\n" for item in skipped)
                    .encode("utf-8", "replace"))
        self._write("index.html", render_index(card, self._asked, self._pages).encode())
        try:
            for name in _PLACES:
                old = self.folder / f".old-{name}"
                for place in (old, self.folder / name):
                    if place.is_dir():
                        shutil.rmtree(place)
                (self._new / name).replace(self.folder / name)
        except OSError as error:
            raise InputError(f"{self.folder}: cannot be written ({error.strerror}); free some space or close what uses "
                             "it, and give the same command again: what is done is kept") from None
        return self.folder / "index.html"

    def _add(self, week: str, event_id: str | None, tables: Tables, names: Sequence[str]) -> None:
        if week != self._week:
            self._flush()
            self._week = week
        for name in names:
            self._rows[name] += [{"event_id": event_id} | row for row in tables[name]]
            if len(self._rows[name]) >= PART_ROWS:
                self._flush_table(name)

    def _flush(self) -> None:
        for name in TABLES:
            self._flush_table(name)

    def _flush_table(self, name: str) -> None:
        if rows := self._rows[name]:
            n = self._parts[name, self._week] = self._parts.get((name, self._week), -1) + 1
            self._write(f"tables/{name}/week={self._week}/part-{n:04d}.parquet", to_parquet(COLUMNS[name], rows))
            self._rows[name] = []

    def _write(self, name: str, content: bytes) -> None:
        path = self._new / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            raise InputError(f"{self.folder / name}: cannot be written ({error.strerror}); free some space and give "
                             "the same command again: what is done is kept, and the run goes on from there") from None


def build_rows(comparison: Comparison) -> Tables:
    """The rows of every table of `COLUMNS`."""
    frames = [{"claim_id": f.claim_id, "codebook": f.codebook, "label": f.label, "p": max(f.probabilities.values())}
              for f in comparison.frames]
    return build_tables(comparison) | {"frames": frames}


def _listed(name: str, title: str, comparison: Comparison) -> Listed:
    dates = sorted(d.published[:10] for d in comparison.documents if d.published)
    speaking = {cell.source for cell in comparison.cells if cell.n_claims}
    return Listed(name, title, dates[0] if dates else "", tuple(s for s in sources(comparison) if s in speaking),
                  len(comparison.documents), len(comparison.issues), sum(i.contested for i in comparison.issues))


def _file_name(issue_id: str) -> str:
    return "".join(c if c.isalnum() and c.isascii() else "-" for c in issue_id)
