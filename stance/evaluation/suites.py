"""Suites: what is measured, on which data, and what it must reach, as TOML. Reads and checks them, and their data.

    name, task, description     task: one of those told in tasks
    model, model_sha256         a model folder, relative to the suite; the shipped model if none. The hash pins it
    encoder                     where a task needs one: a directory or hub id; the pinned one if none
    reads                       for stance: what the target is (sentiment, claim, topic, relation; see framing)
    seed, resamples             of the bootstrap
    changed_because             why other items are measured, or otherwise, than in the baseline; printed
    [[data]]  path, digest, …   a file, for frames a codebook, for alignment a folder with gold; parts with one name are
                                measured together
    [metrics.NAME]              floor and ceiling; NAME for every part, or "PART.NAME" for one

A path is relative to the suite and stays inside its project, or starts with a variable: `$STANCE_DATA/…` (which
`--data` replaces). Every file's SHA-256 is pinned; of several files, that of the lines "SHA256  NAME" sorted by name.
Nothing here downloads, and nothing is measured here."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from stance.errors import InputError, UndecidedError
from stance.records import confine, read_rows, read_toml

DATA_VARIABLE = "STANCE_DATA"
GOLD_NAME = "gold.json"
QUESTIONS_NAME = "issues.toml"
PROJECT_MARKS = (".git", "pyproject.toml")

Task = Literal[
    "stance", "relation", "attribution", "claims", "alignment", "symmetry", "frames", "retrieval", "clusters"
]
NEEDED: Mapping[Task, tuple[str, ...]] = {
    "stance": ("text", "target", "label"),
    "relation": ("text", "target", "label"),
    "claims": ("text", "label"),
    "attribution": ("text",),
    "alignment": (),
    "symmetry": (),
    "frames": (),
    "retrieval": ("text", "target", "documents", "key", "body"),
    "clusters": (),
}


Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Gate(Strict):
    """What a metric must reach.

    exact            the items are all there are, not a sample (a regression check): the value itself is compared. Its
                     interval is printed all the same: it says how far the figure would carry to other texts like these
    lowered_because  why the floor is lower (the ceiling higher) than in the baseline; printed beside the figure. The
                     baseline keeps it, so that it excuses one step and not the next
    """

    floor: float | None = Field(default=None, allow_inf_nan=False)  # "floor = nan" would always pass
    ceiling: float | None = Field(default=None, allow_inf_nan=False)
    exact: bool = False
    lowered_because: Reason | None = None

    @model_validator(mode="after")
    def _can_be_reached(self) -> Gate:
        if self.floor is not None and self.ceiling is not None and self.floor > self.ceiling:
            raise ValueError(f"floor {self.floor:g} is above ceiling {self.ceiling:g}; no figure reaches both")
        return self


class Data(Strict):
    """One file of rows (JSON Lines), or one folder of gold.

    text, target, label, group, start, end   names of the fields; group: what is resampled together
    labels                                   the file's labels → ours; rows with another label are left out
    where                                    only rows in which these fields have these values
    documents                                for gold: the folder of its documents, if it is another one; for
                                             retrieval: the file of the texts that may be found
    key, body                                of a row of those: its id, which the target of a query names, and its text
    """

    path: str
    digest: str | None = None
    name: str = ""
    text: str | None = None
    target: str | None = None
    label: str | None = None
    group: str | None = None
    start: str | None = None
    end: str | None = None
    labels: dict[str, str] = {}
    where: dict[str, str | int | bool] = {}
    documents: str | None = None
    key: str | None = None
    body: str | None = None


class Suite(Strict):
    """A suite as written. `origin` is the file that it was read from."""

    origin: Path = Field(exclude=True)
    name: str
    task: Task
    description: str = ""
    model: str | None = None
    model_sha256: str | None = None
    encoder: str | None = None
    reads: Literal["sentiment", "claim", "topic", "relation"] = "topic"
    seed: int = Field(default=0, ge=0)
    resamples: int = Field(default=1000, ge=100, le=100_000)
    changed_because: Reason | None = None
    data: tuple[Data, ...] = Field(min_length=1)
    metrics: dict[str, Gate] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_its_fields(self) -> Suite:
        for number, data in enumerate(self.data, 1):
            missing = [name for name in NEEDED[self.task] if getattr(data, name) is None]
            missing += ["labels"] if "label" in NEEDED[self.task] and not data.labels else []
            if missing:
                raise ValueError(f"data {number}: {', '.join(missing)} missing; task {self.task} needs it")
        return self

    @property
    def parts(self) -> dict[str, list[Data]]:
        """Part name → its data, in the order of the suite."""
        found: dict[str, list[Data]] = {}
        for data in self.data:
            found.setdefault(data.name, []).append(data)
        return found

    @property
    def settings(self) -> str:
        """Digest of what decides which items are measured, and how. Limits, files and models are held on their own;
        what is left at its default does not count, so that a new setting does not make every baseline an old one."""
        chosen = self.model_dump(
            mode="json",
            include={"task", "reads", "seed", "resamples", "data"},
            exclude={"data": {"__all__": {"digest"}}},
            exclude_defaults=True,
        )
        return "sha256:" + hashlib.sha256(json.dumps(chosen, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Files:
    """Where one data table's files are, after their digest was checked. Gold has a folder of documents too."""

    path: Path
    documents: Path
    digest: str


def load_suite(path: Path) -> Suite:
    """The suite in a TOML file. Raises InputError with the file, the field and what is expected there."""
    plain = read_toml(path, "give a suite, such as eval/suites/sample.toml")
    try:
        return Suite(**{**plain, "origin": path})
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'suite'}: {e['msg']}" for e in error.errors())
        raise InputError(f"{path}: {problems}") from None


def find_files(suite: Suite, data: Data, folder: Path | None = None) -> Files:
    """The data's files, their digest checked. `folder` stands in for $STANCE_DATA.

    Raises UndecidedError where they are missing, InputError where they are not the pinned ones."""
    path = resolve(suite, data.path, folder)
    documents = resolve(suite, data.documents, folder) if data.documents else path
    if not path.exists() or not documents.exists():
        raise UndecidedError(
            f"{suite.origin}: {path if not path.exists() else documents} is not there, so "
            f"{suite.name} could not be measured; fetch the data, or point --data to it"
        )
    wanted = "folder" if suite.task == "alignment" else "file"
    for place in (path, documents):
        if not (place.is_dir() if wanted == "folder" else place.is_file()):
            raise InputError(f"{suite.origin}: {place} is no {wanted}; task {suite.task} needs one")
    try:
        found = digest_files(gold_files(path, documents) if wanted == "folder" else {path, documents})
    except OSError as error:
        raise InputError(f"{suite.origin}: {data.path} cannot be read ({error})") from None
    if data.digest is None:
        raise InputError(f'{suite.origin}: {data.path}: no digest; look at the data, then pin it: digest = "{found}"')
    if data.digest != found:
        raise InputError(
            f"{suite.origin}: {data.path} is not the data that this suite pins (found {found}, pinned "
            f"{data.digest}); restore it, or, if the change is meant, look at it and pin the new digest"
        )
    return Files(path, documents, found)


def resolve(suite: Suite, written: str, folder: Path | None = None) -> Path:
    """A path of a suite as a real one. Raises UndecidedError where its variable is not set, InputError where it
    leaves its folder."""
    if written.startswith("$"):
        variable, _, rest = written[1:].partition("/")
        root = str(folder) if folder and variable == DATA_VARIABLE else os.environ.get(variable, "")
        if not root:
            option = " (or give --data DIR)" if variable == DATA_VARIABLE else ""
            raise UndecidedError(
                f"{suite.origin}: {written}: set {variable} to the folder that holds the data{option}; "
                f"without it {suite.name} could not be measured"
            )
        base, path = Path(root), Path(root) / rest
    else:
        here = suite.origin.resolve().parent
        base = next((p for p in (here, *here.parents) if any((p / mark).exists() for mark in PROJECT_MARKS)), here)
        path = here / written
    return confine(
        path,
        base,
        f"{suite.origin}",
        "suites only read inside the folder that a variable names or inside their project, which is the nearest folder "
        f"above them with {' or '.join(PROJECT_MARKS)} in it (without one, their own folder)",
    )


def gold_files(path: Path, documents: Path) -> list[Path]:
    """Every file that a folder of gold stands for: the gold, the issues asked, the documents and their sources."""
    inside = [p for folder in {path, documents} for p in folder.iterdir() if p.is_file() and not p.name.startswith(".")]
    return sorted(inside)


def digest_files(paths: Iterable[Path]) -> str:
    """`sha256:…` of one file as sha256sum prints it, or of the lines "SHA256  NAME" of several, sorted by name."""
    found = sorted((p.name, hashlib.sha256(p.read_bytes()).hexdigest()) for p in paths)
    if len(found) == 1:
        return f"sha256:{found[0][1]}"
    return "sha256:" + hashlib.sha256("".join(f"{s}  {n}\n" for n, s in found).encode()).hexdigest()


def load_rows(suite: Suite, data: Data, path: Path) -> list[dict[str, Any]]:
    """The rows that the suite asks for, each with an `item` ("FOLDER/FILE:NUMBER") and a `group`.

    Rows whose label the suite does not name are left out. Raises InputError where a field is missing."""
    fields = [name for name in (data.text, data.target, data.label, data.group, data.start, data.end) if name]
    rows = []
    for number, row in enumerate(read_rows(path), 1):
        missing = [name for name in (*fields, *data.where) if name not in row]
        if missing:
            raise InputError(f"{path}, row {number}: no field {missing[0]!r}; name the right one in {suite.origin}")
        if any(row[name] != wanted for name, wanted in data.where.items()):
            continue
        if data.label and str(row[data.label]) not in data.labels:
            continue
        item = f"{path.parent.name}/{path.name}:{number}"
        rows.append({**row, "item": item, "group": str(row[data.group]) if data.group else item})
    if not rows:
        raise InputError(f"{path}: no row has a label that {suite.origin} names ({', '.join(data.labels)})")
    return rows
