"""A batch run: what it writes, that it can be cut off anywhere, that it costs nothing twice, and what it says when it
cannot go on."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from itertools import cycle
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
import pytest

from stance.batch import kept, load_config, run_batch, shelf
from stance.batch.engine import Ray
from stance.batch.kept import KeptEncoder, KeptModel
from stance.batch.query import QUESTIONS, run_query
from stance.batch.shelf import fill_shelf
from stance.cache import Cache
from stance.comparison import CLEAR
from stance.encoding import Encoder, best_dtype, load_encoder
from stance.errors import InputError
from stance.framing import Pair, StanceModel, load_stance_model

ROOT = Path(__file__).resolve().parents[1]

TRAM = """
[[issue]]
id = "tram"
question = "Is the new tram a success?"
target = "the new tram"
"""
FRAMES = """
name = "how it is told"
description = "How the outcome of an event is told."
[[label]]
id = "success"
name = "success"
definition = "It reached its goals."
[[label]]
id = "failure"
name = "failure"
definition = "It missed its goals."
"""
ASKED = 'issues = "issues.toml"\ncodebooks = ["frames.toml"]\n'

ROWS = [
    ("Courier", "2024-05-06", "Tram line two opened on Monday",
     "The mayor said the new tram is a great success for the city. Passengers praised the quiet carriages."),
    ("Traders' Post", "2024-05-06", "Tram line two opened amid chaos",
     "The new tram is a failure for the city, the traders' association said. Shops on Mill Street lost customers."),
    ("Radio North", "2024-05-07", "New tram line two in service",
     "The new tram line opened on Monday with a day's delay. The mayor said the tram is a success."),
    ("Courier", "2024-06-11", "Flood closes the harbour bridge",
     "The harbour bridge was closed on Tuesday after the river rose by two metres. Nobody was hurt."),
    ("Radio North", "2024-06-11", "Harbour bridge closed by flood",
     "Police closed the harbour bridge because the river rose by two metres overnight."),
    ("Courier", "", "An undated note", "The council has approved the budget for the coming year."),
]


def write_rows(path: Path, rows: list[tuple[str, str, str, str]]) -> None:
    keys = ("source", "date", "title", "text")
    path.write_text("".join(json.dumps(dict(zip(keys, row, strict=True))) + "\n" for row in rows), encoding="utf-8")


def write_config(folder: Path, rows: list[tuple[str, str, str, str]] = ROWS, more: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    write_rows(folder / "posts.jsonl", rows)
    (folder / "batch.toml").write_text('inputs = ["posts*.jsonl"]\nout = "out"\n' + more, encoding="utf-8")
    return folder / "batch.toml"


def read_table(out: Path, name: str) -> list[dict[str, object]]:
    return [row for part in sorted((out / "tables" / name).rglob("*.parquet"))
            for row in parquet.ParquetFile(part).read().to_pylist()]


def written(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*"))
            if path.is_file() and not path.name.startswith("cache.sqlite")}


@pytest.fixture(scope="module")
def models() -> tuple[Encoder, StanceModel]:
    return load_encoder(), load_stance_model()


@pytest.fixture(scope="module")
def done(models: tuple[Encoder, StanceModel], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("batch")
    (folder / "issues.toml").write_text(TRAM, encoding="utf-8")
    (folder / "frames.toml").write_text(FRAMES, encoding="utf-8")
    return run_batch(load_config(write_config(folder, more=ASKED)), *models).parent


def test_tables_hold_every_document_once(done: Path) -> None:
    documents = read_table(done, "documents")
    assert sorted(str(d["title"]) for d in documents) == sorted(row[2] for row in ROWS)
    assert len({d["document_id"] for d in documents}) == len(ROWS)
    claims = read_table(done, "claims")
    assert len({c["claim_id"] for c in claims}) == len(claims)
    assert {c["document_id"] for c in claims} <= {d["document_id"] for d in documents}
    issues = {i["issue_id"] for i in read_table(done, "issues")}
    assert {p["issue_id"] for p in read_table(done, "positions")} <= issues
    assert {c["issue_id"] for c in read_table(done, "cells")} == issues
    assert (done / "tables" / "documents" / "week=2024-W19").is_dir()
    assert (done / "tables" / "documents" / "week=undated").is_dir()


def test_a_codebook_frames_every_claim(done: Path) -> None:
    claims = {c["claim_id"]: c["event_id"] for c in read_table(done, "claims")}
    frames = read_table(done, "frames")
    assert {frame["claim_id"]: frame["event_id"] for frame in frames} == claims
    assert {frame["codebook"] for frame in frames} == {"how it is told"}
    assert {frame["label"] for frame in frames} <= {"success", "failure", None}
    assert all(0 <= float(str(frame["p"])) <= 1 for frame in frames)


def test_documents_are_grouped_by_event(done: Path) -> None:
    event = {d["title"]: d["event_id"] for d in read_table(done, "documents")}
    tram, flood, rest = [[event[row[2]] for row in ROWS[a:b]] for a, b in ((0, 3), (3, 5), (5, 6))]
    assert len(set(tram)) == len(set(flood)) == len(set(rest)) == 1
    assert len({*tram, *flood, *rest}) == 3


def test_pages_and_the_index_say_who_says_what(done: Path) -> None:
    index = (done / "index.html").read_text(encoding="utf-8")
    pages = sorted((done / "events").glob("*.html"))
    assert pages
    assert all(f'href="events/{page.name}"' in index for page in pages)
    assert 'href="issues/tram.html"' in index
    asked = (done / "issues" / "tram.html").read_text(encoding="utf-8")
    assert "great success for the city" in asked
    assert "Is the new tram a success?" in asked


def test_the_card_says_what_was_used(done: Path) -> None:
    card = json.loads((done / "run.json").read_text(encoding="utf-8"))
    assert card["n_documents"] == len(ROWS)
    assert (card["dtype"], card["device"]) == ("fp32", "cpu")
    assert card["config"]["events"] == {"days": 3, "threshold": 0.6}
    assert (card["n_events"], card["n_events_shared"], card["n_skipped"], "skipped" in card) == (3, 2, 0, False)


def test_again_costs_no_model_and_writes_the_same_bytes(
    done: Path, models: tuple[Encoder, StanceModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = written(done)

    def fail(*_: object) -> None:
        raise AssertionError("a model was asked again")

    monkeypatch.setattr(models[0], "encode_tokens", fail)
    monkeypatch.setattr(models[1], "logits", fail)
    run_batch(load_config(done.parent / "batch.toml"), *models)
    assert written(done) == before


def test_added_documents_cost_themselves_and_move_no_id(
    models: tuple[Encoder, StanceModel], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = load_config(write_config(tmp_path))
    out = run_batch(config, *models).parent
    before = {name: read_table(out, name) for name in ("documents", "claims")}
    new = ("Radio North", "2024-09-01", "Library reopens", "The library reopened on Sunday after long repairs.")
    write_rows(tmp_path / "posts-new.jsonl", [new])
    read: list[str] = []
    inner = models[0].encode_tokens
    monkeypatch.setattr(models[0], "encode_tokens", lambda texts: read.extend(texts) or inner(texts))
    run_batch(config, *models)
    assert sorted(read) == sorted([new[2], new[3]])
    for name, rows in before.items():
        assert all(row in read_table(out, name) for row in rows)
    # and what came of it is what a run over everything writes
    at_once = tmp_path / "at-once"
    config = load_config(write_config(at_once))
    write_rows(at_once / "posts-new.jsonl", [new])
    assert written(run_batch(config, *models).parent) == written(out)


def test_a_killed_run_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    """Real SIGKILLs at random moments, in processes of their own; eval/kills.py does it fifty times."""
    config = write_config(tmp_path)
    ran = subprocess.run([sys.executable, str(ROOT / "eval" / "kills.py"), str(config), "--kills", "4"],
                         capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "0 rounds differ" in ran.stdout


@pytest.fixture(scope="module")
def ray() -> Iterator[Ray]:
    pytest.importorskip("ray", reason="ray is not installed: pip install 'stance-compare[ray]'")
    with pytest.MonkeyPatch.context() as patch:
        # Ray's own programs reach each other by this machine's address, which looks like another's to the guard.
        patch.delenv("STANCE_TRIED")
        patch.setenv("PYTHONPATH", str(ROOT))
        engine = Ray()
    with engine:
        yield engine


@pytest.mark.slow
def test_a_cluster_writes_the_bytes_that_one_process_writes(
    done: Path, ray: Ray, models: tuple[Encoder, StanceModel], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "CHUNK", 2)  # many parts
    config = write_config(tmp_path, more=ASKED)
    for name in ("issues.toml", "frames.toml"):
        shutil.copy(done.parent / name, tmp_path)
    assert written(run_batch(load_config(config), *models, ray).parent) == written(done)


@pytest.mark.slow
def test_a_part_that_fails_on_a_worker_is_said(ray: Ray) -> None:
    with pytest.raises(InputError, match=r"modulo by zero.*what is done is kept"):
        list(ray.map(partial(divmod, 1), [1, 0]))


def test_without_ray_the_engine_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InputError, match="pip install"):
        Ray()


def test_a_full_disk_is_said_and_leaves_a_usable_state(
    models: tuple[Encoder, StanceModel], tmp_path: Path
) -> None:
    config = load_config(write_config(tmp_path))
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, old[1]))
    try:
        with pytest.raises(InputError, match="free some space"):
            run_batch(config, *models)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
    out = run_batch(config, *models).parent
    whole = run_batch(load_config(write_config(tmp_path / "whole")), *models).parent
    assert written(out) == written(whole)


def test_a_window_takes_what_was_published_in_it(models: tuple[Encoder, StanceModel], tmp_path: Path) -> None:
    config = load_config(write_config(tmp_path, more="since = 2024-06-01\nuntil = 2024-06-30\n"))
    out = run_batch(config, *models).parent
    assert {d["published"] for d in read_table(out, "documents")} == {"2024-06-11"}


def test_headlines_alone_are_compared(models: tuple[Encoder, StanceModel], tmp_path: Path) -> None:
    rows = [(source, date, f"{title}, officials said", "") for source, date, title, _ in ROWS[3:5]]
    out = run_batch(load_config(write_config(tmp_path, rows)), *models).parent
    assert {c["text"] for c in read_table(out, "claims")}
    assert len({d["event_id"] for d in read_table(out, "documents")}) == 1


def test_a_kept_answer_is_the_answer(models: tuple[Encoder, StanceModel], tmp_path: Path) -> None:
    texts, pair = ["The tram is late.", "The bridge is open, the mayor said."], Pair("the tram", "The tram is late.")
    with Cache(tmp_path / "c.sqlite") as cache:
        encoder, model = KeptEncoder(models[0], cache), KeptModel(models[1], cache)
        fresh = encoder.encode_tokens(texts)
        kept = encoder.encode_tokens(texts[::-1])[::-1]
        assert encoder.n_read == 2
        for a, b, c in zip(fresh, kept, models[0].encode_tokens(texts), strict=True):
            assert a.vectors.tobytes() == b.vectors.tobytes()
            assert (a.spans, a.pooled.tobytes()) == (c.spans, c.pooled.tobytes())
            np.testing.assert_allclose(a.vectors, c.vectors, atol=2e-3)
        assert model.predict([pair], "topic").tobytes() == models[1].predict([pair], "topic").tobytes()
        assert model.predict([pair, pair], "topic").shape == (2, 3)
        assert model.n_read == 1


def flip(cache: Path, every: int) -> int:
    """One bit of every so-manieth kept answer; gives how many."""
    with closing(sqlite3.connect(cache)) as base, base:
        for key, answer in (rows := base.execute("SELECT key, answer FROM kept ORDER BY key").fetchall()[::every]):
            at = len(answer) // 2
            base.execute("UPDATE kept SET answer = ? WHERE key = ?",
                         (answer[:at] + bytes([answer[at] ^ 4]) + answer[at + 1:], key))
    return len(rows)


@pytest.mark.parametrize("every", [1, 3])
def test_flipped_bits_are_worked_out_anew(
    done: Path, models: tuple[Encoder, StanceModel], tmp_path: Path, every: int
) -> None:
    folder = Path(shutil.copytree(done.parent, tmp_path / "again"))
    assert flip(folder / "out" / "cache.sqlite", every) > 9
    assert written(run_batch(load_config(folder / "batch.toml"), *models).parent) == written(done)


def test_a_document_that_is_damaged_during_a_run_is_told_and_then_worked_out_anew(tmp_path: Path) -> None:
    config = load_config(write_config(tmp_path))
    with Cache(tmp_path / "c.sqlite") as cache:
        rows = fill_shelf(config.paths(), config.why_outside, cache).rows
    flip(tmp_path / "c.sqlite", 1)
    with Cache(tmp_path / "c.sqlite") as cache:
        looked = shelf.Shelf(cache, rows, (), (), {}, {}, 0)
        with pytest.raises(InputError, match="give the same command again"):
            looked.load(rows)
        again = fill_shelf(config.paths(), config.why_outside, cache).load(rows)
        assert [document.id for document, _ in again] == [row.id for row in rows]


def test_a_cache_of_another_version_is_worked_out_anew(
    done: Path, models: tuple[Encoder, StanceModel], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(done.parent, tmp_path / "again"))
    (folder / "out" / "cache.sqlite").unlink()
    with closing(sqlite3.connect(folder / "out" / "cache.sqlite")) as base, base:
        base.execute("CREATE TABLE kept (key TEXT PRIMARY KEY, answer BLOB) WITHOUT ROWID")
    assert written(run_batch(load_config(folder / "batch.toml"), *models).parent) == written(done)


def test_of_two_runs_on_one_folder_at_once_the_second_is_refused(
    models: tuple[Encoder, StanceModel], tmp_path: Path
) -> None:
    """Real processes: the first is held up while it has the folder, so that the second meets it."""
    words = [sys.executable, "-m", "stance", "batch", str(write_config(tmp_path))]
    log, out = tmp_path / "out" / "cache.sqlite-wal", tmp_path / "out"
    first = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        while first.poll() is None and not (log.is_file() and log.stat().st_size):
            time.sleep(0.02)
        first.send_signal(signal.SIGSTOP)
        second = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    finally:
        first.send_signal(signal.SIGCONT)
        told = first.communicate()[1]
    assert (second.returncode, "another run is at work on it" in second.stderr) == (2, True), second.stderr
    assert "Traceback" not in second.stderr
    assert first.returncode == 0, told
    made_alike = load_encoder(dtype=best_dtype()), load_stance_model(dtype=best_dtype())
    alone = run_batch(load_config(write_config(tmp_path / "alone")), *made_alike)
    assert written(out) == written(alone.parent)


def test_a_clock_that_jumps_changes_no_byte(
    done: Path, models: tuple[Encoder, StanceModel], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = write_config(tmp_path, more=ASKED)
    for name in ("issues.toml", "frames.toml"):
        shutil.copy(done.parent / name, tmp_path)
    for clock in ("time", "monotonic"):
        monkeypatch.setattr(time, clock, partial(next, cycle((4e9, 0.0, 1e9))))
    assert written(run_batch(load_config(config), *models).parent) == written(done)


@pytest.mark.parametrize(("text", "said"), [
    ("", "inputs"), ('inputs = ["x"]\nout = "o"\nreprots = 3', "reprots"), ("inputs = 3", "inputs"), ("= 3", "TOML"),
    ('inputs = ["x"]\nout = "o"\n[events]\nthreshold = 2', "threshold"), ("[" * 5000, "TOML"),
    ("reports = " + "9" * 5000, "TOML"), ('inputs = ["x"]\nout = "a\\u0000"', "out"),
    ('inputs = "x"\nout = "o"', r'inputs: should be a list of texts, as \["posts.jsonl"\]'),
    ('inputs = ["x"]\nout = "o"\nsince = 2024-02-01\nuntil = 2024-01-01', "until: 2024-01-01 lies before since"),
])
def test_a_wrong_config_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "c.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        load_config(tmp_path / "c.toml")


def test_inputs_that_name_nothing_are_named(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text('inputs = ["no*.csv"]\nout = "o"', encoding="utf-8")
    with pytest.raises(InputError, match=r"no\*\.csv"):
        load_config(tmp_path / "c.toml").paths()


def test_where_nothing_can_be_read_the_reasons_are_told(
    models: tuple[Encoder, StanceModel], tmp_path: Path
) -> None:
    for n in range(7):
        (tmp_path / f"posts{n}.jsonl").touch()
    config = tmp_path / "batch.toml"
    config.write_text('inputs = ["posts*.jsonl"]\nout = "out"\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"there; correct inputs\n  posts0.jsonl: is empty; (.*\n){5}  and 2 more$"):
        run_batch(load_config(config), *models)
    with pytest.raises(InputError, match=r"in the window; correct inputs, since or until\n  posts.jsonl: a document "):
        run_batch(load_config(write_config(tmp_path / "late", more="since = 2030-01-01\n")), *models)


@pytest.fixture
def duckdb() -> None:
    if importlib.util.find_spec("duckdb") is None:
        pytest.skip("duckdb is not installed: pip install 'stance-compare[query]'")


@pytest.mark.usefixtures("duckdb")
@pytest.mark.parametrize("question", [*QUESTIONS, "SELECT week, count(*) AS n FROM documents GROUP BY ALL"])
def test_the_common_questions_are_answered(done: Path, question: str) -> None:
    answer = list(csv.DictReader(io.StringIO(run_query(done, question))))
    if question == "first":
        tram = [row for row in answer if row["issue"] == "Is the new tram a success?"]
        assert [(row["first_source"], row["published"]) for row in tram] == [
            ("Courier", "2024-05-06"), ("Traders' Post", "2024-05-06")]  # on one day: nobody was first
        assert {row["n_sources"] for row in tram} == {"3"}
    if question == "weeks":
        assert list(answer[0]) == ["asked", "target", "source", "week", "stance", "n"]
        clear = Counter(row["event_id"] is None for row in read_table(done, "positions")
                        if row["stance"] and float(str(row["confidence"])) >= CLEAR)
        assert clear == {is_asked: sum(int(row["n"]) for row in answer if bool(row["asked"]) == is_asked)
                         for is_asked in (False, True)}
        assert {row["target"] for row in answer if row["asked"]} == {"the new tram"}
        assert {row["week"] for row in answer} <= {"2024-W19", "2024-W24", ""}
    if question == "relays":
        assert any(row["origin"] == "The mayor" for row in answer)


@pytest.mark.usefixtures("duckdb")
def test_a_question_that_cannot_be_answered_is_named(done: Path, tmp_path: Path) -> None:
    for folder, question, said in ((tmp_path, "first", "stance batch"), (done, "last", "first, relays"),
                                   (done, "SELECT nothing FROM claims", "nothing")):
        with pytest.raises(InputError, match=said):
            run_query(folder, question)


@pytest.mark.usefixtures("duckdb")
@pytest.mark.parametrize("question", QUESTIONS)
def test_questions_are_answered_where_no_two_sources_meet(
    models: tuple[Encoder, StanceModel], tmp_path: Path, question: str
) -> None:
    config = load_config(write_config(tmp_path / "run [v1]", ROWS[5:]))
    assert run_query(run_batch(config, *models).parent, question).count("\n") == 1  # the names of the columns


@pytest.mark.usefixtures("duckdb")
def test_a_damaged_table_is_named(done: Path, tmp_path: Path) -> None:
    shutil.copytree(done / "tables", tmp_path / "tables")
    part = max((tmp_path / "tables" / "claims").rglob("*.parquet"))
    part.write_bytes(part.read_bytes()[:-30])
    with pytest.raises(InputError, match=r"tables/claims: cannot be read .*make the tables anew"):
        run_query(tmp_path, "silent")


def test_processes_write_what_one_process_writes(
    models: tuple[Encoder, StanceModel], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = run_batch(load_config(write_config(tmp_path / "one")), *models).parent
    monkeypatch.setattr(shelf, "PROCESSES_FROM", 0)
    monkeypatch.setattr(shelf, "SLICE", 2)
    apart = run_batch(load_config(write_config(tmp_path / "many")), *models).parent
    assert written(apart) == written(plain)


def test_memory_does_not_grow_with_the_corpus(tmp_path: Path) -> None:
    """Reading and keeping 40 MB takes less than half of that more memory than reading one MB. In a process of its own,
    since a process never gives its peak back; without the extraction of claims, which knows one slice at a time."""
    program = tmp_path / "run.py"
    program.write_text(f"""
import json, resource, sys
from pathlib import Path
from stance.batch import shelf
from stance.cache import Cache

def fill(n):
    rows, text = Path({str(tmp_path)!r}) / "rows.jsonl", "The bridge was closed on Monday. " * 600
    with rows.open("w") as file:
        for i in range(n):
            print(json.dumps({{"text": f"{{i}} {{text}}", "source": "S", "title": f"Bridge {{i}}"}}), file=file)
    with Cache(rows.with_suffix(f".{{n}}.sqlite")) as cache:
        assert len(shelf.fill_shelf([rows], lambda published: "", cache).rows) == n
    unit = 1 if sys.platform == "darwin" else 1024
    return rows.stat().st_size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit

shelf.extract_slice, shelf.PROCESSES_FROM = lambda documents: [(document, []) for document in documents], 10 ** 12
(_, before), (size, after) = fill(50), fill(2000)
assert size > 39_000_000, size
print(after - before)
assert after - before < size / 2, (before, after, size)
""", encoding="utf-8")
    ran = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
