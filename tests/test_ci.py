"""What is there to be copied: it parses, its `stance` lines are commands of this program, its pins are those tested."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer
import yaml

from stance.cli import app
from stance.evaluation.suites import digest_files
from stance.framing import DEFAULT_MODEL

ROOT = Path(__file__).resolve().parents[1]
CI = ROOT / "docs" / "ci"


def lines_of(name: str) -> list[str]:
    told = yaml.safe_load((CI / name).read_text(encoding="utf-8"))
    if name == "github.yml":
        return [step["run"] for step in told["jobs"]["gate"]["steps"] if "run" in step]
    if name == "gitlab.yml":
        return list(told["stance"]["script"])
    return [hook["entry"] for repo in told["repos"] for hook in repo["hooks"]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a suite that needs no model: are check-worthy sentences extracted?"""
    folder = tmp_path / "eval"
    folder.mkdir()
    (tmp_path / "pyproject.toml").touch()
    rows = folder / "rows.jsonl"
    sentences = [f"The council spent {n} million on the bridge in 2023." for n in range(2, 22)]
    rows.write_text("".join(json.dumps({"text": s, "label": "yes"}) + "\n" for s in sentences), encoding="utf-8")
    (folder / "ours.toml").write_text(
        'name = "ours"\ntask = "claims"\n[[data]]\npath = "rows.jsonl"\ntext = "text"\nlabel = "label"\n'
        f'digest = "{digest_files([rows])}"\nlabels = {{ yes = "claim" }}\n'
        "[metrics.recall]\nfloor = 0.9\nexact = true\n", encoding="utf-8")  # fmt: skip
    return tmp_path


def run(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True, cwd=folder, check=False,
                          env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"})  # fmt: skip


@pytest.mark.parametrize("name", ["github.yml", "gitlab.yml", "pre-commit.yml"])
def test_its_stance_lines_run_and_fail_when_the_gate_does(name: str, project: Path) -> None:
    (line,) = [line for line in lines_of(name) if line.startswith("stance ")]
    first = run(["stance", "evaluate", "eval/ours.toml", "--json", "eval/baseline.json"], project)
    assert first.returncode == 0, first.stderr
    assert run(shlex.split(line), project).returncode == 0
    suite = project / "eval" / "ours.toml"
    suite.write_text(suite.read_text().replace("floor = 0.9", "floor = 1.1"))
    assert run(shlex.split(line), project).returncode == 1
    suite.write_text(suite.read_text().replace("floor = 1.1", "floor = 0.1"))
    lowered = run(shlex.split(line), project)
    assert (lowered.returncode, "lowered_because" in lowered.stdout) == (2, True)


def test_the_workflow_asks_for_no_rights_and_keeps_its_figures() -> None:
    told = yaml.safe_load((CI / "github.yml").read_text(encoding="utf-8"))
    assert told["permissions"] == {"contents": "read"}
    assert told["jobs"]["gate"]["steps"][-1]["if"] == "always()"
    assert yaml.safe_load((CI / "gitlab.yml").read_text())["stance"]["artifacts"]["when"] == "always"


def test_the_fixture_passes_fails_and_fails_what_is_undecided(project: Path) -> None:
    (project / "test_gate.py").write_text(
        "def test_ours(stance_gate):\n    assert stance_gate('eval/ours.toml').suites[0].rows[0].value == 1.0\n"
        "def test_missing(stance_gate):\n    stance_gate('eval/gone.toml')\n"
        "def test_undecided(stance_gate):\n    stance_gate('eval/nodata.toml')\n", encoding="utf-8")  # fmt: skip
    suite = (project / "eval" / "ours.toml").read_text()
    (project / "eval" / "nodata.toml").write_text(suite.replace("rows.jsonl", "gone.jsonl"))
    done = run(["pytest", "-q", "-p", "no:cacheprovider"], project)
    assert "1 passed" in done.stdout
    assert "2 failed" in done.stdout
    assert "could not be measured" in done.stdout


def test_the_container_has_pinned_hashes_no_root_and_what_it_copies_is_there() -> None:
    text = (CI / "Containerfile").read_text(encoding="utf-8")
    assert "--require-hashes" in text
    assert re.search(r"^USER (?!root)", text, re.M)
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.M):
        assert all((ROOT / word).exists() for word in line.split()[:-1]), line
    command = shlex.split(re.search(r"-t stance \.\n#\s+podman run .* stance (compare .*)$", text, re.M)[1])  # type: ignore[index]
    verbs = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert command[0] in verbs


def test_the_lock_has_a_hash_for_each_package_in_the_version_that_was_tested() -> None:
    locked = dict(re.findall(r"^([\w.-]+)==(\S+) \\\n    --hash=sha256:[0-9a-f]{64}$",
                             (CI / "requirements.lock").read_text(encoding="utf-8"), re.M))  # fmt: skip
    tested = dict(re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.M))
    tested = {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in tested.items()}
    assert len(locked) > 40
    assert all(tested[name] == version.split("+")[0] for name, version in locked.items())
    assert {"torch", "transformers", "safetensors", "krippendorff"} <= set(locked)
    assert "pytest" not in locked


def test_the_bill_of_materials_lists_what_is_locked_and_the_shipped_weights() -> None:
    bill = json.loads((ROOT / "sbom.cdx.json").read_text(encoding="utf-8"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    found = {c["name"]: c["version"] for c in bill["components"] if c["type"] == "library"}
    lock = (CI / "requirements.lock").read_text(encoding="utf-8")
    assert found == dict(re.findall(r"^([\w.-]+)==(\S+) ", lock, re.M))
    settings = [json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "models").glob("*/stance.json")]
    assert DEFAULT_MODEL in {one["name"] for one in settings}
    models = [c for c in bill["components"] if c["type"] == "machine-learning-model"]
    assert {c["name"]: c["hashes"] for c in models} == {
        one["name"]: [{"alg": "SHA-256", "content": one["sha256"]}] for one in settings
    }
