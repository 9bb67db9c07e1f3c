"""Grouping by event: alike and near in time, and stable as an archive grows."""

from __future__ import annotations

import numpy as np
import pytest

from stance.events import Event, group_events, week_of

A, B = np.eye(8, dtype=np.float32)[:2]


def near(vector: np.ndarray, seed: int) -> np.ndarray:
    moved = vector + 0.1 * np.random.default_rng(seed).normal(size=8).astype(np.float32)
    return moved / np.linalg.norm(moved)


IDS = ["a1", "a2", "b1", "a3", "late"]
DATES = ["2024-05-01", "2024-05-02", "2024-05-01", "2024-05-02T10:00:00Z", "2024-05-20"]
VECTORS = np.array([near(A, 1), near(A, 2), near(B, 3), near(A, 4), near(A, 5)])


def names(events: list[Event], ids: list[str]) -> set[frozenset[str]]:
    return {frozenset(ids[i] for i in event.documents) for event in events}


def test_one_story_near_in_time_is_one_event() -> None:
    events = group_events(IDS, DATES, VECTORS)
    assert names(events, IDS) == {frozenset({"a1", "a2", "a3"}), frozenset({"b1"}), frozenset({"late"})}
    assert {event.week for event in events} == {"2024-W18", "2024-W21"}


def test_the_order_of_the_inputs_does_not_matter() -> None:
    turned = group_events(IDS[::-1], DATES[::-1], VECTORS[::-1])
    assert names(turned, IDS[::-1]) == names(group_events(IDS, DATES, VECTORS), IDS)
    assert {e.id for e in turned} == {e.id for e in group_events(IDS, DATES, VECTORS)}


def test_later_documents_move_no_id() -> None:
    before = {event.id for event in group_events(IDS, DATES, VECTORS)}
    ids, dates = [*IDS, "a4", "c1"], [*DATES, "2024-05-03", "2024-06-01"]
    after = group_events(ids, dates, np.vstack([VECTORS, near(A, 6), near(B, 7)]))
    assert before < {event.id for event in after}
    assert frozenset({"a1", "a2", "a3", "a4"}) in names(after, ids)


def test_undated_documents_are_grouped_among_themselves() -> None:
    events = group_events(["x", "y", "z"], [None, "soon", "2024-05-01"], np.array([near(A, i) for i in range(3)]))
    assert names(events, ["x", "y", "z"]) == {frozenset({"x", "y"}), frozenset({"z"})}
    assert {event.week for event in events} == {"undated", "2024-W18"}


def test_a_chain_is_no_event() -> None:
    """Each is like the next, the ends are not alike: the window bounds how far a story drifts."""
    steps = [np.cos(t) * A + np.sin(t) * B for t in np.linspace(0, np.pi / 2, 9)]
    ids = [f"d{i}" for i in range(9)]
    events = group_events(ids, ["2024-05-01"] * 9, np.array(steps, dtype=np.float32), threshold=0.9)
    assert all(not {"d0", "d8"} <= group for group in names(events, ids))


@pytest.mark.parametrize(("date", "week"), [("2024-12-30", "2025-W01"), (None, "undated"), ("spring", "undated")])
def test_weeks_are_iso_weeks(date: str | None, week: str) -> None:
    assert week_of(date) == week
