"""What a batch run reads and what it replaces: never its own output as documents, never the files of others, and no
moment at which a kill would lose what stood there. No model is needed for that."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any, cast

import pyarrow.parquet as parquet
import pytest

from stance.batch import load_config, run_batch
from stance.batch import progress as progress_module
from stance.batch.output import CACHE, COLUMNS, TABLES, Output, open_folder
from stance.batch.progress import Progress
from stance.batch.shelf import Shelf, fill_shelf
from stance.cache import Cache
from stance.errors import InputError
from stance.events import Event
from stance.records import Cell, Claim, Comparison, Document, Issue, Skipped
from stance.report.index import Listed, render_index

POST = {"source": "Courier", "date": "2024-05-06", "title": "Tram", "text": "The mayor opened the new tram on Monday."}
CARD: dict[str, Any] = {"n_documents": 2, "n_sources": 2, "n_claims": 2, "n_events": 9, "n_events_shared": 7,
                        "n_events_with_issues": 6, "n_skipped": 0, "signature": "0" * 12, "config": {"reports": 1}}
PLACES = {"tables", "events", "issues", "index.html", "run.json", "skipped.jsonl"}


def write_config(folder: Path, **told: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "batch.toml"
    path.write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in told.items()), encoding="utf-8")
    return path


def write_post(path: Path, **changed: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(POST | changed) + "\n", encoding="utf-8")
    return path


def shelve(config: Path) -> Shelf:
    told = load_config(config)
    open_folder(told.place)
    with Cache(told.place / CACHE) as cache:
        return fill_shelf(told.paths(), told.why_outside, cache)


def refused(config: Path) -> str:
    """What a run says before any work: it has no models to work with."""
    with pytest.raises(InputError) as caught:
        run_batch(load_config(config), cast("Any", None), cast("Any", None))
    return str(caught.value)


def write_out(folder: Path, skipped: tuple[Skipped, ...] = ()) -> Path:
    """What a run without events writes."""
    folder.mkdir(parents=True, exist_ok=True)
    with Output(folder) as output:
        return output.finish(CARD, skipped).parent


@pytest.mark.parametrize("out", [".", "", "../here"])
def test_files_of_others_are_not_replaced(tmp_path: Path, out: str) -> None:
    mine = write_post(tmp_path / "here" / "events" / "mine.jsonl")
    write_post(tmp_path / "posts.jsonl")
    assert "holds events, which no batch run made" in refused(
        write_config(tmp_path / "here", inputs=["../posts.jsonl"], out=out))
    assert "lies in `out`" in refused(write_config(tmp_path / "here", inputs=["events/*.jsonl"], out=out))
    assert {path.name for path in (tmp_path / "here").iterdir()} == {"events", "batch.toml"}
    assert json.loads(mine.read_text(encoding="utf-8")) == POST


def test_an_input_among_what_a_run_replaces_is_refused_also_later(tmp_path: Path) -> None:
    write_out(tmp_path / "out")
    write_post(tmp_path / "out" / "events" / "mine.jsonl")
    (tmp_path / "out" / CACHE).touch()
    assert "lies in `out`" in refused(write_config(tmp_path, inputs=["out/events/mine.jsonl"], out="out"))
    assert (tmp_path / "out" / "events" / "mine.jsonl").exists()


def test_a_folder_that_a_run_made_is_opened_again_also_without_its_cache(tmp_path: Path) -> None:
    open_folder(tmp_path / "new")
    open_folder(write_out(tmp_path / "out"))
    (tmp_path / "out" / "run.json").unlink()
    with pytest.raises(InputError, match="holds tables"):
        open_folder(tmp_path / "out")
    (tmp_path / "out" / CACHE).touch()
    open_folder(tmp_path / "out")


@pytest.mark.parametrize("inputs", [["."], ["*"], ["**/*"]])
def test_what_a_run_wrote_is_no_document(tmp_path: Path, inputs: list[str]) -> None:
    write_post(tmp_path / "posts.jsonl")
    config = write_config(tmp_path, inputs=inputs, out="out")
    alone = shelve(config)
    assert [file["path"] for file in alone.inputs if file["n_documents"]] == ["posts.jsonl"]
    write_out(tmp_path / "out", (Skipped("a.txt", "is empty"),))
    (tmp_path / "out" / "index.html").rename(tmp_path / "out" / ".old-index.html")  # as a kill may leave it
    again = shelve(config)
    assert (again.inputs, again.skipped) == (alone.inputs, alone.skipped)


@pytest.mark.parametrize("inputs", [".", "*", "**/*"])
def test_what_a_run_wrote_elsewhere_is_no_document_either(tmp_path: Path, inputs: str) -> None:
    write_post(tmp_path / "posts.jsonl")
    write_out(tmp_path / "last year", (Skipped("a.txt", "is empty"),))
    read = shelve(write_config(tmp_path, inputs=[inputs], out="out")).inputs
    assert [file["path"] for file in read if file["path"] != "batch.toml"] == ["posts.jsonl"]


@pytest.mark.parametrize("call", ["open", "stat"])
def test_a_file_that_may_not_be_read_is_in_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    for name in ("a", "locked", "z"):
        write_post(tmp_path / "posts" / f"{name}.jsonl", source=name)
    config = write_config(tmp_path, inputs=["posts"], out="out")
    inner = getattr(Path, call)

    def refusing(error: OSError) -> Any:
        def guarded(self: Path, *args: Any, **named: Any) -> Any:
            if self.name == "locked.jsonl":
                raise error
            return inner(self, *args, **named)

        return guarded

    for error, said in ((PermissionError(13, "Permission denied", "/a/path"), "PermissionError: Permission denied"),
                        (OSError(5, "Input/output error"), "OSError: Input/output error")):
        with monkeypatch.context() as patch:
            patch.setattr(Path, call, refusing(error))
            shelf = shelve(config)
        assert [row.source for row in shelf.rows] == ["a", "z"]
        assert shelf.skipped == (Skipped("locked.jsonl", f"cannot be read ({said}); check the file"),)
    assert [row.source for row in shelve(config).rows] == ["a", "locked", "z"]  # once it may


def test_a_folder_that_may_not_be_read_is_in_the_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("open", "locked"):
        write_post(tmp_path / "posts" / name / "post.jsonl", source=name)
    inner = os.scandir

    def guarded(path: Any) -> Any:
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", str(path))
        return inner(path)

    monkeypatch.setattr(os, "scandir", guarded)
    shelf = shelve(write_config(tmp_path, inputs=["posts"], out="out"))
    assert [row.source for row in shelf.rows] == ["open"]
    assert shelf.skipped == (
        Skipped("locked", "is a folder that cannot be read (Permission denied); check its permissions"),)


def test_what_a_window_leaves_out_is_in_the_ledger(tmp_path: Path) -> None:
    for name, date in (("in", "2024-06-01T10:00:00"), ("early", "2024-05-31"), ("late", "2024-07-01"), ("none", "")):
        write_post(tmp_path / "posts" / f"{name}.jsonl", source=name, date=date)
    config = write_config(tmp_path, inputs=["posts"], out="out")
    with config.open("a", encoding="utf-8") as file:
        file.write("since = 2024-06-01\nuntil = 2024-06-30\n")
    shelf = shelve(config)
    assert [row.source for row in shelf.rows] == ["in"]
    assert {(item.path, item.reason) for item in shelf.skipped} == {
        ("early.jsonl", "a document of early was published on 2024-05-31, before since, 2024-06-01"),
        ("late.jsonl", "a document of late was published on 2024-07-01, after until, 2024-06-30"),
        ("none.jsonl", "a document of none has no day to hold against the window; give it a date, or take since and "
                       "until out")}


def test_a_window_that_leaves_out_much_costs_little_memory(tmp_path: Path) -> None:
    posts = tmp_path / "posts.jsonl"
    posts.write_text("".join(json.dumps(POST | {"text": f"The mayor opened tram {n} on Monday."}) + "\n"
                             for n in range(50)), encoding="utf-8")
    config = write_config(tmp_path, inputs=["posts.jsonl"], out="out")
    with config.open("a", encoding="utf-8") as file:
        file.write("since = 2025-01-01\n")
    skipped = shelve(config).skipped
    assert (len(skipped), len({id(item) for item in skipped})) == (50, 1)


def test_a_name_that_reads_like_a_pattern_is_a_name_first(tmp_path: Path) -> None:
    for name in ("posts [1].jsonl", "posts 1.jsonl"):
        write_post(tmp_path / name)
    config = load_config(write_config(tmp_path, inputs=["posts [1].jsonl"], out="out"))
    assert [path.name for path in config.paths()] == ["posts [1].jsonl"]
    (tmp_path / "posts [1].jsonl").unlink()
    assert [path.name for path in config.paths()] == ["posts 1.jsonl"]


def made_up(issue_id: str = "i") -> Comparison:
    documents = tuple(Document(source, source, f"{source}.txt", "", "It is open.") for source in ("Zeit", "Abend"))
    claims = tuple(Claim(f"c-{d.id}", d.id, 0, 11, "It is open.") for d in documents)
    issues = (Issue(issue_id, "Is it open?", "it", tuple(c.id for c in claims)),)
    return Comparison(documents, claims, issues, (), tuple(Cell(issue_id, d.source, "states", n_claims=1)
                                                           for d in documents), {})


def test_every_asked_issue_has_its_own_page(tmp_path: Path) -> None:
    asked = ["tram", "Tram", "санкции", "убийств", "new tram", "new-tram", "x" * 300]
    with Output(tmp_path) as output:
        for issue_id in asked:
            output.add_asked(made_up(issue_id), made_up().documents)
        output.finish(CARD, ())
    pages = sorted(path.stem for path in (tmp_path / "issues").iterdir())
    assert len({page.lower() for page in pages}) == len(asked)
    assert {"tram", "new-tram"} <= set(pages)


class KilledError(Exception):
    """Ends a run between two moves."""


def break_at(patch: pytest.MonkeyPatch, move: int, error: Exception) -> None:
    replace, moves = Path.replace, iter(range(99))

    def breaking(self: Path, target: Path) -> Path:
        if next(moves) == move:
            raise error
        return replace(self, target)

    patch.setattr(Path, "replace", breaking)


@pytest.mark.parametrize("move", range(12))
def test_a_kill_between_two_moves_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, move: int) -> None:
    write_out(tmp_path)
    (tmp_path / "tables" / "old").touch()
    with monkeypatch.context() as patch:
        break_at(patch, move, KilledError())
        output = Output(tmp_path).__enter__()  # a kill does not leave it
        with pytest.raises(KilledError):
            output.finish(CARD, ())
    assert (tmp_path / "tables" / "old").exists() or (tmp_path / ".old-tables" / "old").exists()
    with Output(tmp_path):
        assert {path.name for path in tmp_path.iterdir()} == PLACES
        assert (tmp_path / "tables" / "old").exists(), "some of the old output beside some of the new"


@pytest.mark.parametrize("move", range(12))
def test_a_move_that_fails_is_said_and_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, move: int) -> None:
    write_out(tmp_path)
    with monkeypatch.context() as patch:
        break_at(patch, move, OSError(16, "in use"))
        with pytest.raises(InputError, match=r"in use.*give the same command again"):
            write_out(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == PLACES


def test_tables_without_rows_are_there_and_the_dictionary_names_every_column(tmp_path: Path) -> None:
    write_out(tmp_path)
    told = (tmp_path / "tables" / "DATA-DICTIONARY.md").read_text(encoding="utf-8")
    for name in TABLES:
        table = parquet.read_table(tmp_path / "tables" / name)
        assert table.num_rows == 0
        assert table.column_names == [*COLUMNS[name], "week"]
        section = told.split(f"## {name}\n")[1].split("\n## ")[0]
        assert all(f"| {column} |" in section for column in table.column_names)


def test_the_index_says_which_events_it_lists(tmp_path: Path) -> None:
    with Output(tmp_path) as output:
        output.add_page(Event("e", "2024-W19", (0, 1)), made_up(), made_up().documents)
        page = output.finish(CARD, ()).read_text(encoding="utf-8")
    assert "1 of the 7 events with several sources have a page here" in page
    assert "In 1, no two sources" in page
    assert "5 more could have one: reports in the config is 1." in page
    assert "Abend, Zeit" in page
    assert "First date" in page
    assert "two runs that have the same were made alike" in page
    listed = [Listed(f"events/{n}.html", "T", "", (), 2, 1, 0) for n in range(7)]
    assert "have a page here" not in render_index(CARD | {"n_events_with_issues": 7}, [], listed)


def test_progress_foretells_nothing_from_the_first_item(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = 0.0
    monkeypatch.setattr(progress_module.time, "monotonic", lambda: now)
    caplog.set_level(logging.INFO)
    progress = Progress("documents compared", 1000)
    now = 5.0
    progress(1)
    now = 10.0
    progress(999)
    assert [record.getMessage() for record in caplog.records] == [
        "1 of 1000 documents compared, 0.2 a second", "1000 of 1000 documents compared, 100 a second, about 0:00 left"]


def test_one_file_under_one_name_in_two_folders_is_read_once(tmp_path: Path) -> None:
    for folder in ("a/posts", "b/posts"):
        write_post(tmp_path / folder / "1.jsonl")
        write_post(tmp_path / folder / "2.jsonl", source=folder)
    shelf = shelve(write_config(tmp_path, inputs=["a/posts", "b/posts"], out="out"))
    assert [row.source for row in shelf.rows] == ["Courier", "a/posts", "b/posts"]
    assert [item.reason for item in shelf.skipped] == [
        "repeats a document of posts/1.jsonl word for word, from the same source; counted once"]
