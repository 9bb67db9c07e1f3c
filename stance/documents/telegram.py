"""Telegram Desktop exports: result.json and messages.html. One message with text is one document.

The channel is the source; whom a message was forwarded from is its origin. Service messages, and media without words,
are left out: they hold nothing that could be compared.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from stance.documents.draft import Draft, UnreadableError
from stance.documents.residue import strip_marks
from stance.documents.tables import from_unix, read_rows
from stance.records import Skipped

_EXPORT_TIME = re.compile(r"(\d{2})\.(\d{2})\.(\d{4}) (\d{2}:\d{2}:\d{2})(?: UTC([+-]\d{2}):?(\d{2}))?")


def read_json(text: str, name: str, columns: Mapping[str, str]) -> Iterator[Draft | Skipped]:
    """The messages of a Telegram export, or the objects of a list as rows of a table.

    Raises UnreadableError for anything else."""
    try:
        data = json.loads(text)
    except RecursionError:
        raise UnreadableError("nests too deep to be read as JSON; export it again") from None
    except ValueError as error:
        raise UnreadableError(f"is not whole JSON ({error}); export it again") from None
    if isinstance(data, dict):
        chats = (
            [data]
            if _is_chat(data)
            else [chat for part in ("chats", "left_chats") for chat in _list(_dict(data.get(part)).get("list"))]
        )
        if any(map(_is_chat, chats)):
            for chat in chats:
                if _is_chat(chat):
                    yield from _read_chat(chat)
            return
    if isinstance(data, list) and data and all(isinstance(row, dict) for row in data):
        yield from read_rows(data, name, columns)
        return
    raise UnreadableError(
        "is JSON, but neither a Telegram export nor a list of objects with a text; save it as JSON Lines with one "
        "document a line"
    )


def _is_chat(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("messages"), list)


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _read_chat(chat: Mapping[str, Any]) -> Iterator[Draft]:
    channel = chat.get("name")
    for number, message in enumerate(chat["messages"], 1):
        if not isinstance(message, dict) or message.get("type") == "service":
            continue
        text = _flatten(message.get("text"))
        if not text.strip() or "\0" in text:
            continue
        forwarded = (
            message.get("forwarded_from")
            or _dict(message.get("forwarded")).get("from_name")
            or _dict(message.get("forwarded")).get("from")
        )
        sender = channel if isinstance(channel, str) and channel else message.get("from")
        yield Draft(
            text,
            0,
            len(text),
            kind="post",
            source=_name(sender),
            origin=_name(forwarded),
            published=_find_time(message),
            part=f"message {number}",
        )


def _flatten(text: object) -> str:
    """Message text is a string, or a list of strings and of objects with a text."""
    if isinstance(text, str):
        return text
    parts = (part if isinstance(part, str) else _dict(part).get("text") for part in _list(text))
    return "".join(part for part in parts if isinstance(part, str))


def _name(value: object) -> str | None:
    return strip_marks(value) or None if isinstance(value, str) else None


def _find_time(message: Mapping[str, Any]) -> str | None:
    """`date_unixtime` is exact; `date` is in the exporter's time zone, which the file does not name."""
    try:
        return from_unix(int(message["date_unixtime"]))
    except (KeyError, ValueError, TypeError, OverflowError, OSError):
        date = message.get("date")
        return date[:10] if isinstance(date, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", date[:10]) else None


def is_html_export(page: str) -> bool:
    """Whether a page was written by Telegram Desktop."""
    head = page[:200_000]
    return "page_wrap" in head and 'class="message ' in head and "history" in head


def read_html_export(page: str) -> Iterator[Draft]:
    """The messages of an exported page; a message joined to the one before names no sender."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(page)
    header = tree.css_first(".page_header .text")
    channel = _name(header.text()) if header else None
    for message in tree.css("div.message.default"):
        body = message.css_first(".forwarded.body .text") or message.css_first(".body > .text")
        if body is None:
            continue
        for line_break in body.css("br"):
            line_break.replace_with("\n")
        text = body.text().strip()
        if not text:
            continue
        forwarded = message.css_first(".forwarded.body .from_name")
        origin = None
        if forwarded is not None:
            for date in forwarded.css(".date, .details"):
                date.decompose()
            origin = _name(forwarded.text())
        sender = message.css_first(".body > .from_name")
        stamp = message.css_first(".date.details")
        yield Draft(
            text,
            0,
            len(text),
            kind="post",
            source=channel or (_name(sender.text()) if sender else None),
            origin=origin,
            published=_read_time(stamp.attributes.get("title") or "") if stamp else None,
        )


def _read_time(title: str) -> str | None:
    match = _EXPORT_TIME.search(title)
    if not match:
        return None
    day, month, year, clock, hours, minutes = match.groups()
    try:
        moment = datetime.datetime.fromisoformat(f"{year}-{month}-{day}T{clock}{hours or '+00'}:{minutes or '00'}")
    except ValueError:
        return None
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if hours else f"{year}-{month}-{day}T{clock}"
