"""The command line, as a user meets it: results on stdout or in the named file, messages on stderr, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from stance import cli, evaluation

ROOT = Path(__file__).resolve().parents[1]
CHARGE = ROOT / "data" / "sample" / "charge"


def stance(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "stance", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd or ROOT,
        check=False,
    )


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    done = stance("compare", CHARGE, "--out", out, "--issues", CHARGE / "issues.toml")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(out / "report.html")
    assert "claims" in done.stderr
    return out


def test_compare_writes_what_the_contract_says(compared: Path) -> None:
    plain = json.loads((compared / "comparison.json").read_text(encoding="utf-8"))
    assert plain["schema"] == "stance-comparison/1"
    texts = {d["id"]: (CHARGE / d["path"]) for d in plain["documents"]}
    assert len(plain["documents"]) == len({d["source"] for d in plain["documents"]}) == 4
    for claim in plain["claims"]:
        assert claim["voice"] in ("own", "reported", "nested")
        path = texts[claim["document_id"]]
        if path.suffix == ".txt":
            with path.open(encoding="utf-8", newline="") as file:
                assert file.read()[claim["start"] : claim["end"]] == claim["text"]
    sources = {d["source"] for d in plain["documents"]}
    for issue in plain["issues"]:
        assert {c["source"] for c in plain["cells"] if c["issue_id"] == issue["id"]} == sources
    known = {(i["id"], c) for i in plain["issues"] for c in i["claim_ids"]}
    assert {(p["issue_id"], p["claim_id"]) for p in plain["positions"]} == known
    assert {i["asked"] for i in plain["issues"]} - {None}
    run = plain["run"]
    assert len(run["models"]) == 2
    assert all(len(sha) == 64 for sha in run["models"].values())
    assert run["signature"]
    assert str(ROOT) not in json.dumps(plain), "a path of this machine is in the comparison"


def test_same_inputs_same_bytes_whatever_the_order_and_the_threads(compared: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "stance",
            "compare",
            *sorted(map(str, CHARGE.glob("*[lt]")), reverse=True),
            "--out",
            str(tmp_path),
        ],
        capture_output=True,
        text=True,
        check=False,
        env={"OMP_NUM_THREADS": "1", "PATH": "/usr/bin"},
    )
    assert done.returncode == 0, done.stderr
    again = subprocess.run(
        [
            sys.executable,
            "-m",
            "stance",
            "compare",
            *map(str, sorted(CHARGE.glob("*[lt]"))),
            "--out",
            str(tmp_path / "two"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "comparison.json").read_bytes() == (tmp_path / "two" / "comparison.json").read_bytes()
    assert (tmp_path / "report.html").read_bytes() == (tmp_path / "two" / "report.html").read_bytes()


def test_one_source_is_exit_2_with_advice(tmp_path: Path) -> None:
    (tmp_path / "only.txt").write_text("The bridge opened on Monday. It cost nine million.", encoding="utf-8")
    done = stance("compare", tmp_path, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "two or more" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_an_unreadable_file_is_named_and_skipped_or_stops_a_strict_run(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The bridge opened on Monday. Traffic has fallen.", encoding="utf-8")
    (tmp_path / "b.txt").write_text("The bridge has not opened. Traffic has risen.", encoding="utf-8")
    (tmp_path / "broken.txt").write_bytes(b"\x00\x01\x02" * 100)
    (tmp_path / "empty.txt").write_bytes(b"")
    done = stance("compare", tmp_path, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "broken.txt" in done.stderr
    skipped = json.loads((tmp_path / "out" / "comparison.json").read_text(encoding="utf-8"))["run"]["skipped"]
    assert {s["path"] for s in skipped} == {"broken.txt", "empty.txt"}
    assert all(s["reason"] for s in skipped)
    strict = stance("compare", tmp_path, "--out", tmp_path / "strict", "--strict")
    assert strict.returncode == 2
    assert "Traceback" not in strict.stderr


def test_a_defect_decides_nothing(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Python's own exit code for a traceback is 1, and 1 says that a gate fell short."""

    def broken(*_: object, **__: object) -> None:
        raise KeyError("groups")

    monkeypatch.setattr(evaluation, "evaluate", broken)
    monkeypatch.setattr(sys, "argv", ["stance", "evaluate", "any.toml"])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 3
    assert "nothing was decided: KeyError('groups')" in caplog.text


@pytest.mark.parametrize(
    "arguments",
    [
        ["compare", "nowhere", "--out", "x"],
        ["label", "--input", "nowhere.jsonl", "--out", "x"],
        ["train", "nowhere.toml"],
        ["compare"],
        ["unknown"],
    ],
)
def test_wrong_usage_is_exit_2_and_no_traceback(arguments: list[str], tmp_path: Path) -> None:
    done = stance(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def test_extract_gives_claims_with_path_and_source(tmp_path: Path) -> None:
    done = stance("extract", CHARGE, "--out", tmp_path / "claims.jsonl")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in (tmp_path / "claims.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len({row["source"] for row in rows}) == 4
    assert {"id", "document_id", "start", "end", "text", "voice", "holder", "path", "source"} <= set(rows[0])


def test_label_and_relate_answer_every_row_in_order(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.jsonl"
    text = "The mayor said the tram is a disgrace."
    pairs.write_text(
        "".join(
            json.dumps(row) + "\n"
            for row in [
                {"id": 7, "text": text, "target": "the tram"},
                {"id": "b", "text": text, "target": "tram", "start": text.index("tram"), "end": text.index("tram") + 4},
                {"id": "c", "text": text, "target": "the claim that the tram is a success"},
            ]
        ),
        encoding="utf-8",
    )
    done = stance("label", "--input", pairs, "--out", tmp_path / "labels.jsonl")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in (tmp_path / "labels.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == [7, "b", "c"]
    assert [row["task"] for row in rows] == ["topic", "sentiment", "claim"]
    for row in rows:
        assert set(row["probabilities"]) == {"favourable", "neutral", "unfavourable"}
        assert sum(row["probabilities"].values()) == pytest.approx(1, abs=1e-3)
        assert row["stance"] in {None, "favourable", "neutral", "unfavourable"}

    pairs.write_text(
        json.dumps({"id": 1, "a": "The tram is a success.", "b": "The tram is a failure."}) + "\n", encoding="utf-8"
    )
    done = stance("relate", "--input", pairs, "--out", tmp_path / "relations.jsonl")
    assert done.returncode == 0, done.stderr
    row = json.loads((tmp_path / "relations.jsonl").read_text(encoding="utf-8"))
    assert row["relation"] in {"agree", "oppose", "other"}
    assert 0 <= row["same_issue"] <= 1


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"id": 1, "text": "a"}, "target"),
        ({"id": 1, "text": "a", "target": "b", "start": 0, "end": 9}, "code points"),
        ({"id": 1, "text": "a", "target": "b", "task": "mood"}, "mood"),
    ],
)
def test_a_wrong_row_is_named(row: dict[str, object], said: str, tmp_path: Path) -> None:
    (tmp_path / "pairs.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    done = stance("label", "--input", tmp_path / "pairs.jsonl", "--out", tmp_path / "labels.jsonl")
    assert done.returncode == 2
    assert said in done.stderr
    assert "row 1" in done.stderr
