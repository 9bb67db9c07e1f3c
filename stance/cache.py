"""Answers that were expensive, kept by the digest of what was asked: one SQLite file, one writer.

An answer is written whole or not at all, so a run that is killed loses only what it was working on, and the next one
goes on from what is kept. Nothing here knows what the answers mean; nothing is ever changed once it is kept.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from stance.errors import InputError

_ASKED_AT_ONCE = 500  # keys in one SELECT; SQLite takes 999


class Cache:
    """Key → bytes in an SQLite file (WAL). Use it as a context manager, so that the file is closed.

    Raises InputError where the file cannot be opened, is in use by another run, or the disk is full."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._mended():
            self._base = sqlite3.connect(path, timeout=1.0, isolation_level=None)
            self._base.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("PRAGMA synchronous = NORMAL")
            self._base.execute("CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, answer BLOB) WITHOUT ROWID")
            self._base.execute("BEGIN IMMEDIATE")
            self._base.execute("COMMIT")

    def __enter__(self) -> Cache:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._base.close()

    def get(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The answers that are kept, of those asked for."""
        found: dict[str, bytes] = {}
        with self._mended():
            for begin in range(0, len(keys), _ASKED_AT_ONCE):
                asked = keys[begin:begin + _ASKED_AT_ONCE]
                marks = ",".join("?" * len(asked))
                found.update(self._base.execute(f"SELECT key, answer FROM kept WHERE key IN ({marks})", asked))
        return found

    def missing(self, keys: Sequence[str]) -> list[str]:
        """The keys, in their order, that nothing is kept for; no answer is read."""
        known: set[str] = set()
        with self._mended():
            for begin in range(0, len(keys), _ASKED_AT_ONCE):
                asked = keys[begin:begin + _ASKED_AT_ONCE]
                marks = ",".join("?" * len(asked))
                known.update(k for k, in self._base.execute(f"SELECT key FROM kept WHERE key IN ({marks})", asked))
        return [key for key in keys if key not in known]

    def put(self, answers: Iterable[tuple[str, bytes]]) -> None:
        """Keep answers, all or none."""
        with self._mended():
            self._base.execute("BEGIN IMMEDIATE")
            try:
                self._base.executemany("INSERT OR IGNORE INTO kept VALUES (?, ?)", answers)
                self._base.execute("COMMIT")
            except BaseException:
                if self._base.in_transaction:
                    self._base.execute("ROLLBACK")
                raise

    @contextmanager
    def _mended(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise InputError(f"{self.path}: {_advice(error)}") from None


def _advice(error: sqlite3.DatabaseError) -> str:
    told = str(error)
    if "full" in told or "disk I/O" in told:
        return (f"cannot be added to ({told}); free some space and give the same command again: what is done is kept, "
                "and the run goes on from there")
    if "locked" in told:
        return "another run is at work on it; wait for its end, or give this one another folder"
    if "unable to open" in told or "readonly" in told:
        return f"cannot be written ({told}); name another folder"
    return f"is damaged ({told}); delete it and run again, which does the work anew"
