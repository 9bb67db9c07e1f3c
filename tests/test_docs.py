"""The docs don't drift: what they print is run here, or at least read.

Run: every `stance` command of a block, in a folder with the project's data and suites and an empty folder for the
public data. Those that train, or measure with `--data`, can only say which data is missing. The Python blocks.

Only read, in blocks and between backticks: `make …` (by `make -n`), `python …` (by the script's own argument parser),
`pip install …` (are its extras and versions there?) and the options of `stance …`. Not read at all: commands of other
programs (ray, podman)."""

from __future__ import annotations

import ast
import importlib.util
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
from typing import Any

import pytest
import typer

from stance.cli import app
from stance.evaluation import load_suite

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "CONTRIBUTING.md", "models/README.md", "eval/README.md", "data/README.md",
         "SECURITY.md", *(str(path.relative_to(ROOT)) for folder in ("docs", "eval")
                          for path in sorted((ROOT / folder).glob("*.md")) if path.name != "README.md"))
PROGRAMS = ("stance", "make", "python", "pip")
SHIPPED = re.search(r"^SHIPPED := (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)[1].split()  # type: ignore[index]
# Parses each command's arguments as its script does, and stops there.
READ_ARGUMENTS = """
import argparse, runpy, sys

class Read(Exception):
    pass

def parse_args(self, args=None, namespace=None):
    argparse.ArgumentParser.parse_known_args(self, args, namespace)[1] and self.error("unknown arguments")
    raise Read

argparse.ArgumentParser.parse_args = parse_args
for line in sys.stdin.read().splitlines():
    script, *sys.argv[1:] = line.split("\\t")
    sys.argv[0] = script
    sys.path.insert(0, script.rpartition("/")[0])
    try:
        runpy.run_path(script, run_name="__main__")
        sys.exit(f"{line}: its arguments were not read")
    except Read:
        print("read", script)
"""


def blocks(page: str) -> str:
    text = (ROOT / page).read_text(encoding="utf-8")
    found = re.findall(r"^```\w*\n(.*?)^```|((?:^    .*\n)+)", text, re.M | re.S)
    return "\n".join(a or b for a, b in found)


def commands() -> list[str]:
    """The `stance` commands of all blocks."""
    lines = [line.strip().split(" #")[0].strip() for page in PAGES for line in blocks(page).splitlines()]
    return sorted({line for line in lines if line.removeprefix("STANCE_DATA=DIR ").startswith("stance ")})


def told(program: str) -> list[tuple[str, list[str]]]:
    """Page and words of each command of a program, in blocks and between backticks."""
    found = set()
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        inline = re.findall(r"(?<!`)`([^`]+)`(?!`)", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))
        for line in [*blocks(page).splitlines(), *inline]:
            for part in line.replace("\n", " ").split(" #")[0].split("&&"):
                command = re.sub(r"^(\w+=\S+ )+", "", part.strip())
                if command.startswith(f"{program} "):
                    found.add((page, command))
    return [(page, shlex.split(command)[1:]) for page, command in sorted(found)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the commands of the docs find what they name."""
    folder = tmp_path_factory.mktemp("docs")
    (folder / "pyproject.toml").touch()  # the mark of a project: suites read nothing outside it
    (folder / "DIR").mkdir()
    shutil.copytree(ROOT / "data" / "sample" / "charge", folder / "texts")
    shutil.copy(ROOT / "data" / "codebooks" / "policy-frames.toml", folder / "codebook.toml")
    for name in ("models", "eval", "data"):
        shutil.copytree(ROOT / name, folder / name)
    for person, label in (("ana", "favourable"), ("bo", "neutral")):
        answers = [{"id": 1, "label": label}, {"id": 2, "label": "neutral"}]
        (folder / f"{person}.jsonl").write_text("".join(json.dumps(a) + "\n" for a in answers), encoding="utf-8")
    row = {"id": 1, "text": "It is a success.", "target": "the charge", "a": "It is a success.", "b": "It failed."}
    (folder / "batch.toml").write_text('inputs = ["texts"]\nout = "archive"\n', encoding="utf-8")
    (folder / "pairs.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    return folder


def test_the_docs_print_commands() -> None:
    assert {command.split()[1] for command in commands()} >= {"compare", "extract", "label", "relate", "train"}


@pytest.mark.parametrize("command", commands())
def test_a_printed_command_works(command: str, place: Path) -> None:
    words = shlex.split(command.removeprefix("STANCE_DATA=DIR "))
    environment = {k: v for k, v in os.environ.items() if not k.startswith("STANCE_") or k == "STANCE_TRIED"}
    if command.startswith("STANCE_DATA=DIR "):
        environment["STANCE_DATA"] = "DIR"
    found = [sorted(str(path.relative_to(place)) for path in place.glob(word)) if "*" in word and " " not in word
             else [word] for word in words[1:]]  # fmt: skip
    arguments = [argument for names in found for argument in names]
    if "--data" in words:  # the suites whose data is shipped are measured by `make gates`
        arguments = [argument for argument in arguments if Path(argument).stem not in SHIPPED]
    if words[1] == "review":  # it serves until it is stopped: see test_review
        arguments += ["--export", "exported"]
    if words[1] in ("review", "worksheet", "export"):
        assert (place / "out" / "comparison.json").is_file(), "print a compare before it"
    if words[1] == "query":
        assert (place / "archive" / "tables").is_dir(), "print a batch before it"
    done = subprocess.run([sys.executable, "-m", "stance", *arguments], capture_output=True, text=True, cwd=place,
                          env=environment, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    if words[1] == "train":
        missing = "DIR/.*No such file" if "STANCE_DATA" in environment else "no data folder"
        assert (done.returncode, bool(re.search(missing, done.stderr))) == (2, True), done.stderr
    elif "--data" in words:
        assert done.returncode == 3, done.stdout + done.stderr
        reasons = re.findall(r"undecided: (.*)", done.stdout)
        assert len(reasons) == len([a for a in arguments if a.endswith(".toml")])
        assert all("--data" in reason or "STANCE_SHARED" in reason for reason in reasons), reasons
    elif "runs/yours" in words:  # a model that the reader has trained: that it is asked for, and missing, is all
        assert (done.returncode, "runs/yours: no model there" in done.stdout) == (3, True), done.stdout + done.stderr
    else:
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_notebook_lines_give_rows(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("duckdb", reason="duckdb is not installed: pip install -e '.[query]'")
    assert (place / "archive" / "tables").is_dir(), "print a batch before it"
    monkeypatch.chdir(place)
    *lines, last = ast.parse(python_of("docs/batch.md")[0]).body
    assert isinstance(last, ast.Expr)
    names: dict[str, Any] = {}
    exec(compile(ast.Module(lines, []), "batch.md", "exec"), names)
    assert eval(compile(ast.Expression(last.value), "batch.md", "eval"), names).fetchall()


def test_every_python_block_is_run_somewhere() -> None:
    """That of batch.md above, that of ci.md in test_ci."""
    assert {page: len(found) for page in PAGES if (found := python_of(page))} == {"docs/batch.md": 1, "docs/ci.md": 1}


def python_of(page: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.M | re.S)


@pytest.mark.parametrize(("page", "words"), told("make"))
def test_a_printed_make_command_has_its_target(page: str, words: list[str]) -> None:
    done = subprocess.run(["make", "-n", *words], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, f"{page}: {done.stderr}"


def test_the_arguments_of_printed_scripts_can_be_read() -> None:
    lines = []
    for page, (script, *arguments) in told("python"):
        if script == "-m":
            assert importlib.util.find_spec(arguments[0]), f"{page}: python -m {arguments[0]}"
            continue
        assert (ROOT / script).is_file(), f"{page}: {script}"
        if "argparse" in (ROOT / script).read_text(encoding="utf-8"):
            lines.append("\t".join([script, *(word for word in arguments if word != "…")]))
        else:
            assert not arguments, f"{page}: {script} takes no arguments"
    done = subprocess.run([sys.executable, "-c", READ_ARGUMENTS], input="\n".join(lines), capture_output=True,
                          text=True, cwd=ROOT, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("read ") == len(lines) > 8


def test_what_printed_pip_commands_install_is_there() -> None:
    """The project is on no index: it is named by a folder or an address. Its extras, and the versions, exist."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found = told("pip")
    assert len(found) > 3
    for page, words in found:
        for word in words:
            for extra in re.findall(r"\[([\w,]+)\]", word):
                assert set(extra.split(",")) <= set(project["optional-dependencies"]), f"{page}: {word}"
            if word.startswith(project["name"]):
                assert " @ git+" in word, f"{page}: {word} is on no index"
            assert "==" not in word or word in pins, f"{page}: {word} is not what constraints.txt has"


@pytest.mark.parametrize(("page", "words"), told("stance"))
def test_the_options_of_a_printed_command_are_its_own(page: str, words: list[str]) -> None:
    verbs = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert words[0] in (*verbs, "--help", "--version"), f"{page}: stance {words[0]}"
    known = {name for p in verbs[words[0]].params for name in (*p.opts, *p.secondary_opts)}
    assert {word.split("=")[0] for word in words if word.startswith("--")} <= known, f"{page}: {words}"


def test_the_references_are_what_the_program_says() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "make_reference.py"))
    for name in ("cli", "api"):
        assert (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") == made[f"{name}_reference"](), (
            "run python docs/make_reference.py"
        )


def test_the_api_reference_has_every_room() -> None:
    rooms = runpy.run_path(str(ROOT / "docs" / "make_reference.py"))["ROOMS"]
    assert {f"stance.{path.parent.name}" for path in (ROOT / "stance").glob("*/__init__.py")} <= set(rooms)


def test_every_verb_has_a_help_for_each_of_its_options() -> None:
    for verb in typer.main.get_command(app).commands.values():  # type: ignore[attr-defined]
        assert verb.help
        assert all(getattr(p, "help", None) for p in verb.params if p.name != "help"), verb.name


def test_code_blocks_in_toml_parse() -> None:
    for page in PAGES:
        for text in re.findall(r"^```toml\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.M | re.S):
            tomllib.loads(text)


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
