"""Writes what a run found: Parquet by week, a page for the events of most sources, an index, the run card.

Everything is written beside the old output and put in its place at the end, so a run that is killed leaves the old one
whole. The old is moved aside, not taken away, until the new stands: where a kill falls between two moves, the next run
puts it back. Rows are held for one week at most, and for no more than PART_ROWS of them.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from stance.errors import InputError
from stance.events import Event
from stance.records import Comparison, Document, Skipped, digest, to_plain
from stance.report import render_report
from stance.report.exports import DICTIONARY, build_tables, data_dictionary, to_parquet
from stance.report.index import Listed, render_index

PART_ROWS = 50_000
COLUMNS: dict[str, dict[str, tuple[type, str]]] = {
    name: {"event_id": (str, "the event that its document belongs to; empty for issues that the user asked"), **columns}
    for name, columns in DICTIONARY.items()
} | {"frames": {
    "event_id": (str, "the event that the claim's document belongs to"), "claim_id": (str, "the claim"),
    "codebook": (str, "name of the codebook"),
    "label": (str, "id of the label; empty where none is likely enough"), "p": (float, "its probability")}}
TABLES = ("documents", "claims", "issues", "positions", "cells", "conflicts", "frames")
Tables = dict[str, list[dict[str, Any]]]  # table → rows, without `event_id`
CACHE = "cache.sqlite"
_PLACES = ("tables", "events", "issues", "index.html", "run.json", "skipped.jsonl")
_NEW = ".new"
_WEEK = {"week": (str, "ISO week of the event's first document, undated, or asked for issues that the user asked; "
                       "it stands in the folder's name, not in the file")}


def open_folder(folder: Path) -> None:
    """Make the folder of a run. Raises InputError where that cannot be, or where it holds something that a run would
    replace and that no run has made."""
    try:
        # A run leaves its cache, and all of its places where the cache was deleted.
        ours = (folder / CACHE).exists() or all((folder / name).exists() for name in _PLACES)
        foreign = [name for name in (*_PLACES, _NEW) if not ours and (folder / name).exists()]
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made ({error.strerror}); name another folder with `out`") from None
    if foreign:
        raise InputError(f"{folder}: holds {', '.join(foreign)}, which no batch run made and a run would replace; name "
                         "another folder with `out`, or move that away")


class Output:
    """What a run writes into its folder, which `open_folder` gave and whose cache is open, so that no other run is at
    work there. Use it as a context manager; nothing is in place before `finish`.

    Raises InputError where the folder cannot be written or the disk is full."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._new = folder, folder / _NEW
        self._rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
        self._week = ""
        self._parts: dict[tuple[str, str], int] = {}
        self._ranks: dict[str, tuple[int, int, int]] = {}
        self._pages: list[Listed] = []
        self._asked: list[Listed] = []

    def __enter__(self) -> Output:
        self._settle()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._settle()

    @property
    def n_ranked(self) -> int:
        """Events with issues: those that may get a page."""
        return len(self._ranks)

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
        self._write(name, [render_report(comparison, documents).encode()])
        self._asked.append(_listed(name, issue.title, comparison))

    def best_events(self, events: Iterable[Event], n: int) -> list[Event]:
        """The events that get a page: most sources first, then most contested issues, most issues."""
        ranked = sorted((event for event in events if event.id in self._ranks),
                        key=lambda event: ([-value for value in self._ranks[event.id]], event.id))
        return ranked[:n]

    def add_page(self, event: Event, comparison: Comparison, documents: Sequence[Document]) -> None:
        """The page of an event."""
        name = f"events/{event.id}.html"
        self._write(name, [render_report(comparison, documents).encode()])
        title = next((d.title for d in comparison.documents if d.title), None)
        title = title or next((c.text for c in comparison.claims), event.id)
        self._pages.append(_listed(name, title, comparison))

    def finish(self, card: Mapping[str, Any], skipped: Sequence[Skipped]) -> Path:
        """Put everything in place; gives the index page."""
        self._flush()
        for name in sorted({*TABLES} - {name for name, _ in self._parts}):  # so that a question can be put to it
            self._write_part(name, "undated", [])
        self._write("tables/DATA-DICTIONARY.md", [data_dictionary(
            {name: _WEEK | COLUMNS[name] for name in TABLES}).encode()])
        for name in ("events", "issues"):
            (self._new / name).mkdir(parents=True, exist_ok=True)
        self._write("run.json", [_line(card, indent=1)])
        self._write("skipped.jsonl", (_line(to_plain(item)) for item in skipped))
        self._write("index.html", [render_index(card, self._asked, self._pages).encode()])
        try:
            for name in _PLACES:
                if (self.folder / name).exists():
                    (self.folder / name).replace(self._old(name))
                (self._new / name).replace(self.folder / name)
        except OSError as error:
            raise self._unwritten(error) from None
        return self.folder / "index.html"

    def _settle(self) -> None:
        """Put back all that was moved aside where not all of the new output came into place, and take away what is no
        longer needed."""
        is_half = any((self._new / name).exists() for name in _PLACES)
        try:
            for name in _PLACES:
                old, place = self._old(name), self.folder / name
                if old.exists() and is_half:
                    _remove(place)
                    old.replace(place)
                _remove(old)
        except OSError as error:
            raise self._unwritten(error) from None
        shutil.rmtree(self._new, ignore_errors=True)

    def _old(self, name: str) -> Path:
        return self.folder / f".old-{name}"

    def _unwritten(self, error: OSError) -> InputError:
        return InputError(f"{self.folder}: cannot be written ({error.strerror}); free some space or close what uses "
                          "it, and give the same command again: what is done is kept")

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
            self._write_part(name, self._week, rows)
            self._rows[name] = []

    def _write_part(self, name: str, week: str, rows: list[dict[str, Any]]) -> None:
        n = self._parts[name, week] = self._parts.get((name, week), -1) + 1
        self._write(f"tables/{name}/week={week}/part-{n:04d}.parquet", [to_parquet(COLUMNS[name], rows)])

    def _write(self, name: str, content: Iterable[bytes]) -> None:
        path = self._new / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                file.writelines(content)
        except OSError as error:
            raise InputError(f"{self.folder / name}: cannot be written ({error.strerror}); free some space and give "
                             "the same command again: what is done is kept, and the run goes on from there") from None


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)  # what is in use is taken away another time
    else:
        path.unlink(missing_ok=True)


def build_rows(comparison: Comparison) -> Tables:
    """The rows of every table of `COLUMNS`."""
    frames = [{"claim_id": f.claim_id, "codebook": f.codebook, "label": f.label, "p": max(f.probabilities.values())}
              for f in comparison.frames]
    return build_tables(comparison) | {"frames": frames}


def _listed(name: str, title: str, comparison: Comparison) -> Listed:
    dates = sorted(d.published[:10] for d in comparison.documents if d.published)
    speaking = sorted({cell.source for cell in comparison.cells if cell.n_claims})
    return Listed(name, title, dates[0] if dates else "", tuple(speaking), len(comparison.documents),
                  len(comparison.issues), sum(i.contested for i in comparison.issues))


def _file_name(issue_id: str) -> str:
    """A name that any file system takes; with a digest where ids that differ, also in case alone, would share it."""
    plain = re.sub(r"[^a-z0-9_]+", "-", issue_id.lower())[:60].strip("-")
    return plain if plain == issue_id else f"{plain}-{digest(issue_id)[:8]}".strip("-")


def _line(plain: Any, indent: int | None = None) -> bytes:
    return (json.dumps(plain, ensure_ascii=False, indent=indent) + "\n").encode("utf-8", "replace")
