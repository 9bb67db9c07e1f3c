"""Files that the tool did not write: the fuzzer's own conscience, and a first portion of its inputs for each reader."""

from __future__ import annotations

import contextlib
import json
import logging
import runpy
import signal
from pathlib import Path
from typing import Any

import pytest

from stance.batch import load_config
from stance.documents import read_documents
from stance.errors import InputError
from stance.evaluation import load_gold
from stance.evaluation.gates import read_baseline
from stance.pipeline import load_asked
from stance.records import Document, Skipped, dump_json, read_comparison, read_json, read_rows, read_toml

ROOT = Path(__file__).resolve().parents[1]
FUZZ: dict[str, Any] = runpy.run_path(str(ROOT / "eval" / "fuzz.py"), run_name="fuzz")


class Pipe:
    def send(self, outcome: Any) -> None:
        self.outcome = outcome


def run(name: str, n: int, folder: Path) -> Any:
    pipe = Pipe()
    before = signal.getsignal(signal.SIGALRM)
    try:
        FUZZ["run_portion"](name, n, 7, str(folder), pipe)
    finally:  # a portion has a process of its own otherwise
        logging.disable(logging.NOTSET)
        signal.signal(signal.SIGALRM, before)
    return pipe.outcome


@pytest.mark.parametrize("name", FUZZ["READERS"])
def test_damaged_files_are_read_or_refused_with_a_reason(name: str, tmp_path: Path) -> None:
    outcome = run(name, 60, tmp_path)
    assert not outcome.defects
    assert outcome.n == outcome.n_read + outcome.n_refused >= 60


@pytest.mark.parametrize("fault", ["raises", "loses", "says nothing"])
def test_the_fuzzer_sees_a_reader_that_fails(fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(path: Path) -> bool:
        if fault == "raises":
            raise KeyError("text")
        if fault == "loses":
            raise FUZZ["LostError"]("neither a document nor a reason")
        raise InputError(" ")

    whole = FUZZ["READERS"]["text"]
    monkeypatch.setitem(FUZZ["READERS"], "text", FUZZ["Reader"](whole.name, whole.whole, whole.words, faulty))
    outcome = run("text", 5, tmp_path)
    assert sum(outcome.defects.values()) == outcome.n > 0
    assert outcome.shown_by


def test_half_a_surrogate_pair_in_a_row_or_a_file_name_can_be_written_again(tmp_path: Path) -> None:
    words = "The harbour bridge \\ud83d reopened on Friday after four months of repairs."
    (tmp_path / "a.jsonl").write_text(f'{{"text": "{words}", "source": "Quay \\udc00"}}\n', encoding="utf-8")
    with contextlib.suppress(OSError, UnicodeError):  # a file system that takes no such name
        (tmp_path / "b\udcff.txt").write_text("The mayor said the work had cost eleven million.", encoding="utf-8")
    found = list(read_documents([tmp_path]))
    assert len(found) == len(list(tmp_path.iterdir()))
    assert "\ufffd" in dump_json(found)
    dump_json(found).encode("utf-8")
    row = found[0]
    assert isinstance(row, Document)
    assert (row.source, row.text[19]) == ("Quay \ufffd", "\ufffd")


def test_a_name_in_sources_toml_that_no_file_can_have_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The harbour bridge reopened on Friday.", encoding="utf-8")
    (tmp_path / "sources.toml").write_text(f'["{"9" * 5000}"]\nsource = "Echo"\n', encoding="utf-8")
    told = [each for each in read_documents([tmp_path]) if isinstance(each, Skipped)]
    assert "not in the folder" in told[0].reason


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 5000, "\x00", "{", "\udcff"])
def test_what_no_parser_takes_is_refused_with_advice(text: str, tmp_path: Path) -> None:
    path = tmp_path / "gold.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    toml = tmp_path / "a.toml"
    toml.write_bytes(b"a = " + text.encode("utf-8", "surrogateescape"))
    readers = [
        lambda: read_json(path, "make one"), lambda: read_toml(toml, "make one"), lambda: list(read_rows(path)),
        lambda: read_comparison(path), lambda: load_gold(tmp_path), lambda: load_asked(toml), lambda: load_config(toml),
    ]  # fmt: skip
    for read in readers:
        with pytest.raises(InputError, match=r"a\.toml|gold\.json"):
            read()


def test_a_number_that_no_float_can_hold_is_refused(tmp_path: Path) -> None:
    """Found once in 100,000 damaged baselines."""
    row = {"metric": "macro_f1", "value": 0.5, "low": None, "high": int("9" * 400), "n": 1}
    (tmp_path / "baseline.json").write_text(json.dumps({
        "schema": "stance-evaluation/1", "exit_code": 0,
        "suites": [{"name": "a", "path": "a.toml", "exit_code": 0, "items": {}, "rows": [row]}]}), encoding="utf-8")
    with pytest.raises(InputError, match=r"baseline\.json.*high: expected float"):
        read_baseline(tmp_path / "baseline.json")
