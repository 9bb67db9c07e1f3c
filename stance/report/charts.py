"""Where the bars and dots of the report's charts go. The templates draw them; each chart has a table beside it.

All lengths are in units of a drawing that is `WIDTH` wide. Nothing is computed here that the tables do not say."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

WIDTH = 360.0
LINE = 34.0  # height of one bar with its label
LEFT = 6.0


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a bar. `kind` names its pattern (a stance, a cell state, or "plain")."""

    kind: str
    value: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    y: float
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Interval:
    label: str
    y: float
    low: float
    at: float
    high: float


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    radius: float
    label: str


@dataclass(frozen=True, slots=True)
class Lane:
    label: str
    y: float
    dots: tuple[Dot, ...]


def stacked_bars(rows: Sequence[tuple[str, Collection[tuple[str, int]]]]) -> tuple[Bar, ...]:
    """(label, [(kind, value)]) as bars; the longest fills the width."""
    longest = max((sum(value for _, value in parts) for _, parts in rows), default=0) or 1
    bars = []
    for n, (label, parts) in enumerate(rows):
        x, segments = LEFT, []
        for kind, value in parts:
            width = round((WIDTH - 2 * LEFT) * value / longest, 2)
            if value:
                segments.append(Segment(kind, value, round(x, 2), width))
            x += width
        bars.append(Bar(label, n * LINE, tuple(segments)))
    return tuple(bars)


def share_intervals(rows: Sequence[tuple[str, float, float, float]]) -> tuple[Interval, ...]:
    """(label, low, share, high), all 0 to 1, as places on a line."""
    def place(share: float) -> float:
        return round(LEFT + (WIDTH - 2 * LEFT) * share, 2)

    return tuple(Interval(label, n * LINE, place(low), place(at), place(high))
                 for n, (label, low, at, high) in enumerate(rows))


def timeline(rows: Sequence[tuple[str, Sequence[tuple[date, int, str]]]]) -> tuple[tuple[Lane, ...], date, date] | None:
    """(source, [(day, weight, label)]) as lanes of dots, with the first and the last day; None without a day."""
    days = [day for _, dots in rows for day, _, _ in dots]
    if not days:
        return None
    first, last = min(days), max(days)
    span = (last - first).days or 1
    heaviest = max(weight for _, dots in rows for _, weight, _ in dots) or 1
    lanes = []
    for n, (label, dots) in enumerate(rows):
        placed = [Dot(round(14 + (WIDTH - 28) * (day - first).days / span, 2),
                      round(3 + 6 * (weight / heaviest) ** 0.5, 2), name) for day, weight, name in dots]
        lanes.append(Lane(label, n * LINE, tuple(placed)))
    return tuple(lanes), first, last
