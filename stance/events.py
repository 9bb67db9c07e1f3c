"""Groups documents by event: the same story, near in time. Works on headlines as on articles.

    documents, vectors ─ neighbours within the window ─ single pass in the order of dates ─▶ events

Single-pass clustering of topic detection (Allan, Papka and Lavrenko 1998): a document joins the event that it is most
like, or begins one. Later documents don't change what earlier ones joined, so events keep their ids as an archive
grows. Reads no claim and knows no issue.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stance.alignment.neighbours import find_neighbours
from stance.records import digest

DAYS = 3
THRESHOLD = 0.6  # see eval/scaling.md
N_NEIGHBOURS = 24

Vectors = NDArray[np.float32] | NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Event:
    """Documents about one event, as indices into what was grouped, earliest first.

    id    depends on its first document alone
    week  ISO week of its first document, "undated" where it has no date
    """

    id: str
    week: str
    documents: tuple[int, ...]


def group_events(ids: Sequence[str], dates: Sequence[str | None], vectors: Vectors, days: int = DAYS,
                 threshold: float = THRESHOLD) -> list[Event]:
    """The events, by week, then by id. Every document is in one; the order of the inputs does not matter.

    ids, dates  of the documents; dates are ISO 8601. Documents without a date are grouped among themselves
    vectors     (n, d) unit vectors; a row of zeros is like nothing
    days        an event's documents are published within so many days of its first
    threshold   lowest cosine to the mean of an event's documents at which one joins
    """
    day_of = [_day(date) for date in dates]
    order = sorted(range(len(ids)), key=lambda i: (day_of[i] is None, day_of[i] or 0, dates[i] or "", ids[i]))
    rank = {i: n for n, i in enumerate(order)}
    near = _earlier_neighbours(order, day_of, ids, vectors, max(days, 1))
    event_of: dict[int, int] = {}
    members: list[list[int]] = []
    sums: list[NDArray[np.float32]] = []
    for i in order:
        mine = vectors[i].astype(np.float32)
        best: tuple[float, int] | None = None
        for number in sorted({event_of[j] for j in near.get(i, ()) if rank[j] < rank[i]}):
            first = day_of[members[number][0]]
            if first is not None and (day_of[i] or 0) - first > days:
                continue
            likeness = float(mine @ sums[number]) / max(float(np.linalg.norm(sums[number])), 1e-9)
            if likeness >= threshold and (best is None or likeness > best[0]):
                best = likeness, number
        if best is None:
            event_of[i] = len(members)
            members.append([i])
            sums.append(mine)
        else:
            event_of[i] = best[1]
            members[best[1]].append(i)
            sums[best[1]] = sums[best[1]] + mine
    events = [Event(digest("event", ids[group[0]]), week_of(dates[group[0]]), tuple(group)) for group in members]
    return sorted(events, key=lambda event: (event.week, event.id))


def week_of(date: str | None) -> str:
    """ISO 8601 week ("2024-W43") of a date, "undated" where it is none."""
    day = _day(date)
    if day is None:
        return "undated"
    year, week, _ = datetime.date.fromordinal(day).isocalendar()
    return f"{year}-W{week:02d}"


def _day(date: str | None) -> int | None:
    try:
        return datetime.date.fromisoformat((date or "")[:10]).toordinal()
    except ValueError:
        return None


def _earlier_neighbours(order: Sequence[int], day_of: Sequence[int | None], ids: Sequence[str], vectors: Vectors,
                        days: int) -> dict[int, list[int]]:
    """Document → its nearest documents of the same or the last window. Each window is searched on its own, so the cost
    grows with the documents times those of a window."""
    windows: dict[int, list[int]] = {}
    for i in order:
        day = day_of[i]
        windows.setdefault(-1 if day is None else day // days, []).append(i)
    near: dict[int, list[int]] = {}
    for window, mine in windows.items():
        pool = [*windows.get(window - 1, ()), *mine] if window > 0 else mine
        if len(pool) < 2:
            continue
        # Every document is a source of its own here: only itself is no neighbour.
        found, _ = find_neighbours(vectors[pool].astype(np.float32), [ids[i] for i in pool], N_NEIGHBOURS)
        for i, others in zip(mine, found[len(pool) - len(mine):], strict=True):
            near[i] = [pool[j] for j in others.tolist()]
    return near
