"""Where the models of a batch run work: in this process, or on the machines of a Ray cluster.

A stage hands over what is to be done and independent parts, and gets the answers back in the order of the parts. No
part knows of another, so the answers are the same wherever they were worked out. What is kept stays on the machine that
the command was given on.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, Protocol, TypeVar

from stance.errors import InputError

UNDER_WAY = 16  # parts that are handed out and not yet fetched: what the object store holds
STORE = 1 << 30  # bytes of object store, where Ray is started for this run alone

Part = TypeVar("Part")
Answer = TypeVar("Answer")


class Engine(Protocol):
    """Does work on parts. The same `work` is one object in every call, since it may be sent out and held."""

    def map(self, work: Callable[[Part], Answer], parts: Iterable[Part]) -> Iterator[Answer]:
        """The answer to each part, in order."""


class Local:
    """Does one part after the other, here; torch takes all processors for each."""

    def map(self, work: Callable[[Part], Answer], parts: Iterable[Part]) -> Iterator[Answer]:
        return map(work, parts)


LOCAL = Local()


class Ray:
    """Does parts on the workers of the cluster at $RAY_ADDRESS, or of one started on this machine for this run. Use it
    as a context manager. Raises InputError where Ray is not there, or a part fails."""

    def __init__(self) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would report to its makers
        try:
            import ray
        except ImportError:
            raise InputError("engine ray: not installed; run pip install 'stance-compare[ray]', or leave --engine out"
                             ) from None
        own: dict[str, Any] = {} if os.environ.get("RAY_ADDRESS") else {
            "address": "local", "include_dashboard": False, "object_store_memory": STORE}
        try:
            ray.init(log_to_driver=False, logging_level="ERROR", **own)
        except (OSError, RuntimeError, ValueError) as error:
            raise InputError(f"engine ray: no cluster ({error}); start one with `ray start --head` and give its "
                             "address as RAY_ADDRESS, or leave RAY_ADDRESS out to use this machine") from None
        self._ray: Any = ray
        self._task: Any = ray.remote(_do)
        self._sent: dict[Callable[..., Any], Any] = {}

    def __enter__(self) -> Ray:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._ray.shutdown()

    def map(self, work: Callable[[Part], Answer], parts: Iterable[Part]) -> Iterator[Answer]:
        under_way: deque[Any] = deque()
        try:
            if work not in self._sent:
                self._sent[work] = self._ray.put(work)
            for part in parts:
                # In a list, so that Ray does not unpack the models for every part.
                under_way.append(self._task.remote([self._sent[work]], part))
                if len(under_way) >= UNDER_WAY:
                    yield self._ray.get(under_way.popleft())
            while under_way:
                yield self._ray.get(under_way.popleft())
        except self._ray.exceptions.RayError as error:
            reason = (str(error).strip().splitlines() or [type(error).__name__])[-1]
            raise InputError(f"engine ray: a part failed on a worker ({reason}); every machine needs the same versions "
                             "of stance, Python and torch. Give the same command again: what is done is kept") from None


_held: dict[str, Any] = {}


def _do(sent: list[Any], part: Any) -> Any:
    """Runs on a worker, which holds what it was sent."""
    import ray

    (work,) = sent
    if work.hex() not in _held:
        _held[work.hex()] = ray.get(work)
    return _held[work.hex()](part)
