"""What is kept: it is the answer that was put, or it is not there; and a file that is no cache is told in one line."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from stance.cache import Cache
from stance.errors import InputError

ANSWERS = {f"key {n}": bytes([n]) * n * 40 for n in range(200)}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Cache(tmp_path / "c.sqlite") as cache:
        cache.put(ANSWERS.items())
    return tmp_path / "c.sqlite"


def test_what_is_put_is_found_again_and_nothing_else(path: Path) -> None:
    with Cache(path) as cache:
        assert cache.get([*ANSWERS, "none"]) == ANSWERS
        assert cache.missing(["none", *ANSWERS, "nor this"]) == ["none", "nor this"]


@pytest.mark.parametrize("column", ["answer", "checksum", "key"])
def test_a_damaged_answer_is_forgotten_and_can_be_put_again(path: Path, column: str) -> None:
    damage = {"answer": "answer = zeroblob(280)", "checksum": "checksum = NULL", "key": "key = 'key 8'"}[column]
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("DELETE FROM kept WHERE key = 'key 8'")
        base.execute(f"UPDATE kept SET {damage} WHERE key = 'key 7'")
    with Cache(path) as cache:
        assert cache.get(["key 7", "key 8", "key 9"]) == {"key 9": ANSWERS["key 9"]}
        assert cache.missing(["key 7", "key 8", "key 9"]) == ["key 7", "key 8"]
        cache.put([("key 7", ANSWERS["key 7"])])
        assert cache.get(["key 7"]) == {"key 7": ANSWERS["key 7"]}


def test_a_bit_flipped_anywhere_in_the_file_gives_the_answer_none_or_a_refusal(path: Path) -> None:
    whole, draw, counts = path.read_bytes(), random.Random(3), {"whole": 0, "some": 0, "refused": 0}
    for _ in range(100):
        at = draw.randrange(len(whole))
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << draw.randrange(8)]) + whole[at + 1:])
        path.with_name("c.sqlite-wal").unlink(missing_ok=True)
        try:
            with Cache(path) as cache:
                found = cache.get(list(ANSWERS))
        except InputError:
            counts["refused"] += 1
        else:
            assert found.items() <= ANSWERS.items()
            counts["whole" if len(found) == len(ANSWERS) else "some"] += 1
    assert counts["some"] > 30, counts


@pytest.mark.parametrize("damage", ["junk", "cut", "columns", "folder"])
def test_a_file_that_is_no_cache_is_told(path: Path, damage: str) -> None:
    if damage == "junk":
        path.write_bytes(b"no database" * 1000)
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:9000])
    elif damage == "columns":
        with closing(sqlite3.connect(path)) as base, base:
            base.execute("ALTER TABLE kept RENAME COLUMN answer TO said")
    else:
        path.unlink()
        path.mkdir()
    with pytest.raises(InputError, match="cannot be written" if damage == "folder" else "damaged.*delete it"), (
            Cache(path)) as cache:
        cache.get(list(ANSWERS))


@pytest.mark.parametrize("version", [0, 1, 99])
def test_what_another_version_kept_is_worked_out_anew(path: Path, version: int) -> None:
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("DROP TABLE kept")
        base.execute("CREATE TABLE kept (key TEXT PRIMARY KEY, answer BLOB) WITHOUT ROWID")
        base.execute("INSERT INTO kept VALUES ('key 7', 'old')")
        base.execute(f"PRAGMA user_version = {version}")
    with Cache(path) as cache:
        assert cache.missing(["key 7"]) == ["key 7"]
        cache.put([("key 7", b"new")])
    with Cache(path) as cache:
        assert cache.get(["key 7"]) == {"key 7": b"new"}


def test_one_run_at_a_time(path: Path) -> None:
    with Cache(path), pytest.raises(InputError, match="another run"):
        Cache(path)
