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

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stance.errors import InputError
from stance.events import DAYS, THRESHOLD
from stance.records import read_toml

Named = Annotated[str, Field(pattern="^[^\0]+$")]  # no path holds NUL


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

    def holds(self, published: str | None) -> bool:
        """Whether a document of this date belongs into the window. Without a window all do; undated ones only then."""
        if self.since is None and self.until is None:
            return True
        day = (published or "")[:10]
        return bool(day) and (self.since or datetime.date.min).isoformat() <= day <= (
            self.until or datetime.date.max).isoformat()

    def paths(self) -> Sequence[Path]:
        """The files and folders that the inputs name. Raises InputError where one names nothing."""
        found: list[Path] = []
        for pattern in self.inputs:
            # Path.glob takes no ".." and no absolute pattern.
            names = sorted(glob.glob(pattern, root_dir=self.folder, recursive=True))  # noqa: PTH207
            if not names:
                raise InputError(f"{self.folder / pattern}: no such file or folder; correct `inputs` (paths are "
                                 "relative to the config file)")
            found += [self.folder / name for name in names]
        return list(dict.fromkeys(found))


def load_config(path: Path) -> Config:
    """The config in a TOML file. Raises InputError with the key that is missing or wrong."""
    plain = read_toml(path, "docs/batch.md shows a whole one")
    try:
        return Config(**(plain | {"folder": path.parent}))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise InputError(f"{path}: {key}: {first['msg'][:1].lower()}{first['msg'][1:]}; known are inputs, out, since, "
                         "until, issues, codebooks, reports and [events] days, threshold") from None
