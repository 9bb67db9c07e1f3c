"""Writes cli.md and api.md from the program itself, so that they cannot drift (a test compares them).

    python docs/make_reference.py"""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

import click
import typer

from stance.cli import app

HERE = Path(__file__).parent
ROOMS = (
    "stance.documents", "stance.claims", "stance.voices", "stance.alignment", "stance.framing", "stance.codebook",
    "stance.conflicts", "stance.comparison", "stance.corrections", "stance.pipeline", "stance.report", "stance.review",
    "stance.batch", "stance.evaluation", "stance.training", "stance.training.recipes", "stance.training.measure",
    "stance.encoding", "stance.records", "stance.errors",
)  # fmt: skip


def cli_reference() -> str:
    """Every verb with its arguments and options, as `--help` tells them."""
    lines = ["# Command line", "", "Made from the program by `python docs/make_reference.py`. Results go to stdout or",
             "the named file, messages to stderr. Exit codes: 0 done, 1 a gate fell short, 2 wrong input or usage,",
             "3 could not decide, also for a defect.", ""]  # fmt: skip
    group = typer.main.get_command(app)
    assert isinstance(group, click.Group) or hasattr(group, "commands")
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        lines += [f"## stance {name}", "", inspect.cleandoc(command.help or ""), "", "| | |", "|---|---|"]
        for parameter in command.params:
            written = ", ".join(parameter.opts) if parameter.param_type_name == "option" else parameter.name.upper()
            more = " …" if parameter.nargs == -1 or getattr(parameter, "multiple", False) else ""
            needed = "" if not parameter.required else " (needed)"
            told = " ".join((getattr(parameter, "help", None) or "Show this and exit.").split()).replace("|", "\\|")
            lines.append(f"| `{written}`{more}{needed} | {told} |")
        lines.append("")
    return "\n".join(lines)


def api_reference() -> str:
    """What each room offers: its public names with the first paragraph of what they say of themselves."""
    lines = ["# API", "", "Made from the docstrings by `python docs/make_reference.py`; the whole of them is in the",
             "source. Records go from room to room in this order; `stance/records.py` draws the way.", ""]  # fmt: skip
    for room in ROOMS:
        module = importlib.import_module(room)
        lines += [f"## {room}", "", _first(module), ""]
        names = getattr(module, "__all__", None) or [
            name for name, value in vars(module).items()
            if not name.startswith("_") and getattr(value, "__module__", None) == room
        ]  # fmt: skip
        for name in sorted(names):
            value = getattr(module, name)
            if inspect.isclass(value) or inspect.isfunction(value):
                shape = str(inspect.signature(value)) if inspect.isfunction(value) else ""
                shape = re.sub(r"<([\w.]+) object at 0x\w+>", r"\1()", shape)  # an address differs from run to run
                lines += [f"**`{name}{shape}`**  ", _first(value), ""]
    return "\n".join(lines)


def _first(thing: object) -> str:
    told = inspect.cleandoc(getattr(thing, "__doc__", None) or "")
    return "" if told.startswith("dict(") else " ".join(told.split("\n\n")[0].split())


if __name__ == "__main__":
    (HERE / "cli.md").write_text(cli_reference(), encoding="utf-8")
    (HERE / "api.md").write_text(api_reference(), encoding="utf-8")
