"""What is there to be copied: it parses, its `stance` lines are commands of this program, its pins are those tested."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import typer
import yaml
from packaging.requirements import Requirement

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
                          env={"PATH": "/usr/bin:/bin"}
                          | {k: os.environ[k] for k in ("PYTHONPATH", "STANCE_TRIED")})  # fmt: skip


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


def test_the_fixture_as_the_guide_prints_it_gates(project: Path) -> None:
    guide = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    (printed,) = re.findall(r"^```python\n(.*?)^```", guide, re.M | re.S)
    (project / "test_gate.py").write_text(printed, encoding="utf-8")
    assert run(["stance", "evaluate", "eval/ours.toml", "--json", "eval/baseline.json"], project).returncode == 0
    done = run(["pytest", "-q", "-p", "no:cacheprovider"], project)
    assert "1 passed" in done.stdout, done.stdout
    suite = project / "eval" / "ours.toml"
    suite.write_text(suite.read_text().replace("floor = 0.9", "floor = 1.1"))
    assert "1 failed" in run(["pytest", "-q", "-p", "no:cacheprovider"], project).stdout


@pytest.mark.parametrize("name", ["github.yml", "gitlab.yml"])
def test_the_templates_install_from_the_repository(name: str) -> None:
    """There is no package of this name on an index, and whoever made one would be installed."""
    (line,) = [line for line in lines_of(name) if "stance-compare" in line]
    assert shlex.split(line) == ["pip", "install", "stance-compare @ git+https://github.com/OWNER/stance@COMMIT"]
    assert "OWNER and COMMIT" in (CI / name).read_text(encoding="utf-8")
    assert "-slim" not in (CI / name).read_text(encoding="utf-8"), "that image has no git"


def steps() -> list[list[str]]:
    """The words of the container file's pip commands."""
    text = (CI / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [shlex.split(line) for line in re.findall(r"^RUN (pip .*)$", text, re.M)]


def test_the_container_builds_nothing_from_what_is_not_pinned() -> None:
    assert len(steps()) == 3
    for words in steps():
        locked = {"--require-hashes", "--only-binary=:all:"} <= set(words)
        assert "--no-deps" in words
        assert locked or {"--no-index", "--no-build-isolation"} <= set(words), words
    text = (CI / "Containerfile").read_text(encoding="utf-8")
    assert re.findall(r"^(?:ARG|FROM) .*$", text, re.M)[1:] == ["FROM ${BASE} AS build", "FROM ${BASE}"]


@pytest.mark.slow
def test_the_containers_last_step_makes_stance_of_what_was_copied(tmp_path: Path) -> None:
    """With the packages of build.lock, as this environment has them, and without an index."""
    source, target = tmp_path / "src", tmp_path / "install"
    source.mkdir()
    text = (CI / "Containerfile").read_text(encoding="utf-8")
    for line in re.findall(r"^COPY (?!--from)(?!docs)(.+)$", text, re.M):
        *names, into = line.split()
        for name in names:
            place = tmp_path / into.strip("/")
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, place)
            else:
                shutil.copy(ROOT / name, place)
    words = [word.replace("/install", str(target)).replace("/src", str(source)) for word in steps()[-1][1:]]
    done = subprocess.run([sys.executable, "-m", "pip", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (target / "bin" / "stance").is_file()
    (shipped,) = target.glob(f"lib/python*/site-packages/stance/_shipped/models/{DEFAULT_MODEL}/model.safetensors")
    assert shipped.stat().st_size > 1_000_000


def test_the_container_has_pinned_hashes_no_root_and_what_it_copies_is_there() -> None:
    text = (CI / "Containerfile").read_text(encoding="utf-8")
    assert "--require-hashes" in text
    assert re.search(r"^USER (?!root)", text, re.M)
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.M):
        assert all((ROOT / word).exists() for word in line.split()[:-1]), line
    command = shlex.split(re.search(r"-t stance \.\n#\s+podman run .* stance (compare .*)$", text, re.M)[1])  # type: ignore[index]
    verbs = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert command[0] in verbs


def locked(name: str) -> dict[str, str]:
    """The packages of a lock, of which each line has its hash."""
    text = (CI / name).read_text(encoding="utf-8")
    found = re.findall(r"^([\w.-]+)==(\S+) \\\n    --hash=sha256:[0-9a-f]{64}$", text, re.M)
    assert len(found) == text.count("==")
    return dict(found)


def test_the_locks_have_a_hash_for_each_package_in_the_version_that_was_tested() -> None:
    tested = dict(re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.M))
    tested = {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in tested.items()}
    needed, build = locked("requirements.lock"), locked("build.lock")
    assert len(needed) > 40
    assert all(tested[name] == version.split("+")[0] for name, version in (needed | build).items())
    assert {"torch", "transformers", "safetensors", "krippendorff"} <= set(needed)
    assert not {"pytest", "hatchling"} & set(needed)


def test_what_makes_the_wheel_is_locked_with_all_that_it_needs() -> None:
    build = locked("build.lock")
    waiting = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"]
    while waiting:
        requirement = Requirement(waiting.pop())
        if requirement.marker is None or requirement.marker.evaluate({"extra": "", "python_version": "3.11"}):
            assert requirement.specifier.contains(build[requirement.name]), requirement
            waiting += metadata.requires(requirement.name) or []


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
