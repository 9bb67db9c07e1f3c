"""`sources.toml`: what the user says about the files of a folder. It comes before what the files say themselves.

["report.txt"]
source = "The Daily"            # and any of title, published, url, language, kind, origin

["posts.csv"]
columns = { text = "message", source = "channel" }
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stance.errors import InputError
from stance.records import read_toml

FILE_NAME = "sources.toml"
FIELDS = ("source", "title", "published", "url", "language", "kind", "origin")


@dataclass(frozen=True, slots=True)
class Said:
    """What sources.toml says about one file: fields of its documents, and which column holds what."""

    fields: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)


def read_sources(folder: Path) -> dict[str, Said]:
    """The tables of the folder's sources.toml by file name (posix, relative to the folder), if it has one.

    Raises InputError where it is not what is described above."""
    path = folder / FILE_NAME
    if not path.is_file():
        return {}
    tables = read_toml(path, 'give it one table a file, like ["report.txt"]')
    return {name: _read_table(f'{path}, ["{name}"]', table) for name, table in tables.items()}


def _read_table(where: str, table: object) -> Said:
    if not isinstance(table, dict):
        raise InputError(
            f"{where}: expected a table, found {type(table).__name__}; write the file's name in square brackets "
            'and quotes, and source = "…" below it'
        )
    fields: dict[str, str] = {}
    columns: dict[str, str] = {}
    for key, value in table.items():
        if key == "columns":
            columns = _read_columns(where, value)
        elif key not in FIELDS:
            raise InputError(f"{where}: {key!r} is not known here; known are {', '.join(FIELDS)} and columns")
        elif isinstance(value, (datetime.date, datetime.datetime)):
            fields[key] = value.isoformat()
        elif isinstance(value, str) and value.strip():
            fields[key] = value.strip()
        else:
            raise InputError(
                f"{where}: {key} is {value!r}; give it words in quotes" + (" or a date" if key == "published" else "")
            )
    return Said(fields, columns)


def _read_columns(where: str, value: object) -> dict[str, str]:
    known = ("text", *FIELDS)
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise InputError(f'{where}: columns is {value!r}; write columns = {{ text = "name of the column" }}')
    for key in value:
        if key not in known:
            raise InputError(f"{where}: columns.{key} is not known; known are {', '.join(known)}")
    return dict(value)
