"""Bad days: folders that cannot be written, a full disk, a program that is killed, altered weights, a busy server. And
the same bytes whatever the number of threads and the order of the inputs."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import runpy
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stance import records
from stance.cli import app
from stance.encoding import load_encoder
from stance.errors import InputError, ModelError
from stance.framing import DEFAULT_MODEL, load_stance_model, shipped_models
from stance.pipeline import compare_documents, read_paths
from stance.records import dump_json, read_rows, write_whole

ROOT = Path(__file__).resolve().parents[1]
CHARGE = ROOT / "data" / "sample" / "charge"


def stance(*words: str | Path, **how: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "stance", *map(str, words)], capture_output=True, text=True,
                          cwd=ROOT, check=False, **how)  # type: ignore[call-overload, no-any-return]  # fmt: skip


def small_disk() -> None:
    """Files of this process may grow to 4 kB; beyond it writing fails as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


@pytest.mark.parametrize("place", ["a file/claims.jsonl", "a folder"])
def test_a_place_that_cannot_be_written_is_told_in_one_line(place: str, tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    (tmp_path / "a folder").mkdir()
    done = stance("extract", CHARGE, "--out", tmp_path / place)
    assert done.returncode == 2
    assert done.stderr.count("cannot be written") == 1
    assert "Traceback" not in done.stderr


def without_rights() -> None:
    """Root may write everywhere because of one capability; a program begun after this has lost it."""
    if os.geteuid() == 0 and ctypes.CDLL(None).prctl(24, 1, 0, 0, 0):  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE
        raise OSError("root keeps its rights here")


@pytest.mark.parametrize("command", ["extract", "batch"])
def test_a_read_only_folder_is_told(command: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (tmp_path / "batch.toml").write_text(f'inputs = ["{CHARGE}"]\nout = "out"\n')
    words = {"extract": (CHARGE, "--out", out / "claims.jsonl"), "batch": (tmp_path / "batch.toml",)}[command]
    out.mkdir(0o555)
    done = stance(command, *words, preexec_fn=without_rights)
    assert list(out.iterdir()) == []
    assert (done.returncode, done.stderr.count("cannot be written")) == (2, 1), done.stderr
    assert "Traceback" not in done.stderr


def test_a_full_disk_leaves_what_was_there_before(tmp_path: Path) -> None:
    out = tmp_path / "claims.jsonl"
    out.write_text('{"id": "before"}\n')
    done = stance("extract", CHARGE, "--out", out, preexec_fn=small_disk)
    assert done.returncode == 2
    assert "free some space" in done.stderr
    assert "Traceback" not in done.stderr
    assert [row["id"] for row in read_rows(out)] == ["before"]
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.slow
def test_a_killed_run_leaves_whole_files_or_none_and_can_be_run_again(tmp_path: Path) -> None:
    out = tmp_path / "claims.jsonl"
    for delay in (0.5, 1.5, 3.0):
        running = subprocess.Popen([sys.executable, "-m", "stance", "extract", str(CHARGE), "--out", str(out)],
                                   cwd=ROOT, stderr=subprocess.DEVNULL)  # fmt: skip
        time.sleep(delay)
        running.send_signal(signal.SIGKILL)
        running.wait()
        assert not out.exists() or list(read_rows(out))
    assert stance("extract", CHARGE, "--out", out).returncode == 0
    first = out.read_bytes()
    assert stance("extract", CHARGE, "--out", out).returncode == 0
    assert out.read_bytes() == first


def test_a_write_that_is_cut_off_anywhere_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.html"
    write_whole(path, "old")
    written = Path.write_bytes

    def cut(self: Path, data: bytes) -> int:
        written(self, data[: len(data) // 2])
        raise KeyboardInterrupt

    monkeypatch.setattr(records.Path, "write_bytes", cut)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, "something new")
    monkeypatch.undo()
    assert path.read_text() == "old"
    write_whole(path, "something new")
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_two_runs_into_one_folder_at_once_leave_a_whole_file(tmp_path: Path) -> None:
    out = tmp_path / "claims.jsonl"
    both = [subprocess.Popen([sys.executable, "-m", "stance", "extract", str(CHARGE), "--out", str(out)], cwd=ROOT,
                             stderr=subprocess.PIPE, text=True) for _ in range(2)]  # fmt: skip
    told = [(run.communicate()[1], run.returncode) for run in both]
    assert 0 in [code for _, code in told]
    assert not [text for text, _ in told if "Traceback" in text]
    assert len(list(read_rows(out))) > 50


@pytest.mark.parametrize("damage", ["cut", "flipped", "pickle", "nested", "temperature", "length", "base"])
def test_damaged_weights_are_refused(damage: str, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(shipped_models() / DEFAULT_MODEL, folder)
    weights = folder / "model.safetensors"
    if damage == "cut":
        weights.write_bytes(weights.read_bytes()[:1_000_000])
    elif damage == "flipped":
        data = bytearray(weights.read_bytes())
        data[-1000] ^= 1
        weights.write_bytes(bytes(data))
    elif damage == "pickle":
        weights.rename(folder / "pytorch_model.bin")
    elif damage == "nested":
        (folder / "stance.json").write_text("[" * 100_000)
    else:
        settings = json.loads((folder / "stance.json").read_text())
        if damage == "temperature":
            settings["tasks"]["claim"]["temperature"] = 0
        wrong = {"temperature": {}, "length": {"max_length": 2.5}, "base": {"base": {"name": 3, "sha256": ""}}}[damage]
        (folder / "stance.json").write_text(json.dumps(settings | wrong))
    with pytest.raises(ModelError) as told:
        load_stance_model(folder)
    assert str(folder) in str(told.value)


@pytest.mark.slow
def test_threads_and_order_change_no_byte(tmp_path: Path) -> None:
    import torch

    encoder, model = load_encoder(), load_stance_model()
    files = sorted(p for p in CHARGE.iterdir() if p.suffix in (".txt", ".html"))
    before, made = torch.get_num_threads(), []
    for threads, paths in ((1, files), (2, files[::-1]), (4, [files[2], files[0], files[3], files[1]])):
        torch.set_num_threads(threads)
        made.append(dump_json(compare_documents(read_paths(paths), encoder, model)))
    torch.set_num_threads(before)
    assert made[0] == made[1] == made[2]


def test_the_clock_is_in_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that jumps, back or forth, changes nothing: no result holds a time of its making."""
    texts = []
    for day in (0.0, 4e9):
        monkeypatch.setattr(time, "time", lambda day=day: day)
        out = tmp_path / f"{day}.jsonl"
        assert CliRunner().invoke(app, ["extract", str(CHARGE), "--out", str(out)]).exit_code == 0
        texts.append(out.read_bytes())
    assert texts[0] == texts[1]


def test_half_a_surrogate_pair_in_a_users_row_is_written_as_it_came(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.jsonl", '{"id": "\ud83d"}\n')
    assert next(read_rows(tmp_path / "a.jsonl")) == {"id": "\ud83d"}
    with pytest.raises(InputError, match="cannot be written"):
        write_whole(tmp_path / "a.jsonl" / "b", "")


def test_the_review_server_loses_nothing_among_slow_and_malformed_clients(tmp_path: Path) -> None:
    counts, wrong = runpy.run_path(str(ROOT / "eval" / "soak.py"), run_name="soak")["soak"](tmp_path, 12)
    assert not wrong
    assert counts["served"] == 36
    assert counts["slow client hung up on"] == counts["forged form refused"] == 12
