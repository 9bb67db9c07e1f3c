"""Answers that were expensive, kept by the digest of what was asked: one SQLite file, one writer.

An answer is written whole or not at all, so a run that is killed loses only what it was working on, and the next one
goes on from what is kept. Disks forget bits, so a checksum stands beside every answer, and one that does not fit it is
not there: it is worked out anew. Nothing here knows what the answers mean. A key has one answer, so that putting it
again changes nothing but damage.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from stance.errors import InputError

VERSION = 2  # of the table; what another version kept is worked out anew
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
            self._base.execute("BEGIN IMMEDIATE")
            if self._base.execute("PRAGMA user_version").fetchone() != (VERSION,):
                self._base.execute("DROP TABLE IF EXISTS kept")
                self._base.execute("CREATE TABLE kept (key TEXT PRIMARY KEY, checksum, answer BLOB) WITHOUT ROWID")
                self._base.execute(f"PRAGMA user_version = {VERSION}")
            self._base.execute("COMMIT")

    def __enter__(self) -> Cache:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._base.close()

    def get(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The answers that are kept, of those asked for. A damaged one is forgotten, so that it can be put again."""
        found: dict[str, bytes] = {}
        damaged: list[tuple[str]] = []
        with self._mended():
            for begin in range(0, len(keys), _ASKED_AT_ONCE):
                asked = keys[begin:begin + _ASKED_AT_ONCE]
                marks = ",".join("?" * len(asked))
                for key, checksum, answer in self._base.execute(
                        f"SELECT key, checksum, answer FROM kept WHERE key IN ({marks})", asked):
                    if isinstance(answer, bytes) and checksum == _checksum(key, answer):
                        found[key] = answer
                    else:
                        damaged.append((key,))
            self._base.executemany("DELETE FROM kept WHERE key = ?", damaged)
        return found

    def missing(self, keys: Sequence[str]) -> list[str]:
        """The keys, in their order, that nothing is kept for. No answer is read, so a damaged one counts as kept until
        `get` has met it."""
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
                self._base.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)",
                                       ((key, _checksum(key, answer), answer) for key, answer in answers))
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


def _checksum(key: str, answer: bytes) -> int:
    """Of both, so that an answer under another key does not fit either."""
    return zlib.crc32(answer, zlib.crc32(key.encode()))


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
