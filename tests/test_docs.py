"""The docs don't drift: every `stance` command they print is run here, and the README shows what the Makefile has."""

from __future__ import annotations

import json
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer

from stance.cli import app
from stance.evaluation import load_suite

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "CONTRIBUTING.md", "models/README.md", "eval/README.md", "data/README.md",
         *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))))
NEEDS_DATA = ("train", "evaluate")  # without the public data they must say so, not fail in another way


def commands() -> list[str]:
    found = []
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        blocks = re.findall(r"^```\w*\n(.*?)^```|((?:^    .*\n)+)", text, re.M | re.S)
        for line in "\n".join(a or b for a, b in blocks).splitlines():
            command = line.strip().split(" #")[0].removeprefix("STANCE_DATA=DIR ").strip()
            if command.startswith("stance "):
                found.append(command)
    return sorted(set(found))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the commands of the docs find what they name."""
    folder = tmp_path_factory.mktemp("docs")
    shutil.copytree(ROOT / "data" / "sample" / "charge", folder / "docs")
    shutil.copy(ROOT / "data" / "sample" / "charge" / "issues.toml", folder / "issues.toml")
    shutil.copy(ROOT / "data" / "codebooks" / "policy-frames.toml", folder / "codebook.toml")
    for name in ("models", "eval"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("*.safetensors"))
    for person, label in (("ana", "favourable"), ("bo", "neutral")):
        answers = [{"id": 1, "label": label}, {"id": 2, "label": "neutral"}]
        (folder / f"{person}.jsonl").write_text("".join(json.dumps(a) + "\n" for a in answers), encoding="utf-8")
    row = {"id": 1, "text": "It is a success.", "target": "the charge", "a": "It is a success.", "b": "It failed."}
    (folder / "batch.toml").write_text('inputs = ["docs"]\nout = "archive"\n', encoding="utf-8")
    (folder / "pairs.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    return folder


def test_the_docs_print_commands() -> None:
    assert {command.split()[1] for command in commands()} >= {"compare", "extract", "label", "relate", "train"}


@pytest.mark.parametrize("command", commands())
def test_a_printed_command_works(command: str, place: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("STANCE_")} | {"PYTHONPATH": str(ROOT)}
    words = shlex.split(command)
    found = [sorted(map(str, place.glob(word))) if "*" in word and " " not in word else [word] for word in words[1:]]
    arguments = [a for names in found for a in names if a not in ("--data", "DIR")]
    if words[1] == "review":  # it serves until it is stopped: see test_review
        arguments += ["--export", "exported"]
    if words[1] in ("review", "worksheet", "export"):
        assert (place / "out" / "comparison.json").is_file(), "print a compare before it"
    if words[1] == "query":
        assert (place / "archive" / "tables").is_dir(), "print a batch before it"
    done = subprocess.run([sys.executable, "-m", "stance", *arguments], capture_output=True, text=True, cwd=place,
                          env=environment, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    if words[1] in NEEDS_DATA:
        assert done.returncode in (0, 2, 3), done.stderr
        assert done.returncode == 0 or "STANCE_" in done.stdout + done.stderr or "data" in done.stdout + done.stderr
    else:
        assert done.returncode == 0, done.stderr


def test_the_references_are_what_the_program_says() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "make_reference.py"))
    for name in ("cli", "api"):
        assert (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") == made[f"{name}_reference"](), (
            "run python docs/make_reference.py"
        )


def test_every_verb_has_a_help_for_each_of_its_options() -> None:
    for verb in typer.main.get_command(app).commands.values():  # type: ignore[attr-defined]
        assert verb.help
        assert all(getattr(p, "help", None) for p in verb.params if p.name != "help"), verb.name


def test_code_blocks_in_python_and_toml_parse() -> None:
    for page in PAGES:
        words = (ROOT / page).read_text(encoding="utf-8")
        for kind, text in re.findall(r"^```(python|toml)\n(.*?)^```", words, re.M | re.S):
            compile(text, page, "exec") if kind == "python" else tomllib.loads(text)


def test_the_suite_in_the_guide_is_one(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    (tmp_path / "ours.toml").write_text(re.search(r"```toml\n(.*?)```", guide, re.S)[1], encoding="utf-8")  # type: ignore[index]
    assert load_suite(tmp_path / "ours.toml").metrics["macro_f1"].floor == 0.6


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / page).read_text(encoding="utf-8")):
            assert (ROOT / page).parent.joinpath(target).exists(), f"{page}: {target}"


def test_the_readmes_two_commands_are_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"^make (\w+)", readme, re.M):
        assert re.search(rf"^{target}:", makefile, re.M)


def test_the_readme_names_every_verb() -> None:
    from stance.cli import app

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for verb in app.registered_commands:
        name = verb.name or (verb.callback.__name__ if verb.callback else "")
        assert f"stance {name} " in readme, name
