"""What a batch run is told, as TOML. Paths and patterns are relative to the file.

    inputs     = ["posts/*.jsonl", "archive"]     # files, folders, patterns (** goes into folders)
    out        = "weekly"
    since      = 2024-10-01                       # only documents published in this window; both may be left out
    until      = 2024-10-31
    issues     = "issues.toml"                    # issues you ask about
    codebooks  = ["frames.toml"]
    reports    = 50                               # pages for that many events, those of most sources first
    [events]
    days       = 3                                # an event's documents lie within so many days
    threshold  = 0.6                              # how alike they are at least
"""

from __future__ import annotations

import datetime
import glob
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails

from stance.documents.reading import is_written
from stance.errors import InputError
from stance.events import DAYS, THRESHOLD
from stance.records import read_toml

Named = Annotated[str, Field(pattern="^[^\0]*$")]  # no path holds NUL


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Events(_Strict):
    days: int = Field(default=DAYS, ge=0)
    threshold: float = Field(default=THRESHOLD, gt=0, le=1)


class Config(_Strict):
    """A batch run as written; `folder` is where the file lies."""

    folder: Path = Field(exclude=True)
    inputs: tuple[Named, ...] = Field(min_length=1)
    out: Named
    since: datetime.date | None = None
    until: datetime.date | None = None
    issues: Named | None = None
    codebooks: tuple[Named, ...] = ()
    reports: int = Field(default=50, ge=0)
    events: Events = Events()

    @field_validator("until")
    @classmethod
    def _ends_after_it_begins(cls, until: datetime.date | None, info: ValidationInfo) -> datetime.date | None:
        if until and (since := info.data.get("since")) and since > until:
            raise ValueError(f"{until} lies before since, {since}; no document is in such a window")
        return until

    @property
    def place(self) -> Path:
        """The folder that `out` names."""
        return self.folder / self.out

    @property
    def has_window(self) -> bool:
        return self.since is not None or self.until is not None

    def why_outside(self, published: str | None) -> str:
        """Why a document of this date does not belong into the window; empty where it does. Without a window all do."""
        if not self.has_window:
            return ""
        try:
            day = datetime.date.fromisoformat((published or "")[:10])
        except ValueError:
            return "has no day to hold against the window; give it a date, or take since and until out"
        if self.since and day < self.since:
            return f"was published on {day}, before since, {self.since}"
        return f"was published on {day}, after until, {self.until}" if self.until and day > self.until else ""

    def paths(self) -> Sequence[Path]:
        """The files and folders that the inputs name, but for those in `out`: what a run writes is no input.

        Raises InputError where an input names nothing, or nothing outside `out`."""
        found: list[Path] = []
        place = self.place.resolve()
        for pattern in self.inputs:
            paths = [self.folder / name for name in _find(pattern, self.folder)]
            if not paths:
                raise InputError(f"{self.folder / pattern}: no such file or folder; correct `inputs` (paths are "
                                 "relative to the config file)")
            outside = [path for path in paths if not path.resolve().is_relative_to(place)]
            if outside and not (self.folder / pattern).exists():  # what a pattern found, nobody has named
                outside = [path for path in outside if not is_written(path, self.folder)]
                if not outside:
                    raise InputError(f"{self.folder / pattern}: names only what earlier runs wrote; correct `inputs`")
            if not outside:
                raise InputError(f"{self.folder / pattern}: lies in `out`, {self.place}, where a run replaces what it "
                                 "finds; give `out` a folder of its own")
            found += outside
        return list(dict.fromkeys(found))


def _find(pattern: str, folder: Path) -> list[str]:
    """What a pattern names. A file whose name reads like a pattern, `posts [1].jsonl`, comes before what it matches."""
    # Path.glob takes no ".." and no absolute pattern.
    return (glob.glob(glob.escape(pattern), root_dir=folder)  # noqa: PTH207
            or sorted(glob.glob(pattern, root_dir=folder, recursive=True)))  # noqa: PTH207


def load_config(path: Path) -> Config:
    """The config in a TOML file. Raises InputError with the key that is missing or wrong."""
    plain = read_toml(path, "docs/batch.md shows a whole one")
    try:
        return Config(**(plain | {"folder": path.parent}))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise InputError(f"{path}: {key}: {_say(first)}; known are inputs, out, since, until, issues, codebooks, "
                         "reports and [events] days, threshold") from None


def _say(error: ErrorDetails) -> str:
    """What is wrong, in the words of TOML and not of Python."""
    if error["type"] == "tuple_type":
        return 'should be a list of texts, as ["posts.jsonl"]'
    said = error["msg"].removeprefix("Value error, ")
    return said[:1].lower() + said[1:]
