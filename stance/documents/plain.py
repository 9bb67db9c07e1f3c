"""Plain text and Markdown: the file as it stands. A pasted channel dump is told apart and split into its posts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stance.documents.draft import Draft
from stance.documents.residue import COPIED, FORWARDED, strip_marks
from stance.documents.stamps import to_iso

_FRONT_MATTER = re.compile(
    r"\s*(?:---|\+\+\+)[ \t]*\r?\n(?P<body>.{0,20000}?)\r?\n(?:---|\+\+\+)[ \t]*(?:\r?\n|\Z)", re.DOTALL
)
_FIELD = re.compile(r"^[ \t]*(?P<key>[A-Za-z_-]+)\s*[:=]\s*(?P<value>.+?)\s*$", re.MULTILINE)
_KEYS = {
    "title": "title",
    "headline": "title",
    "source": "source",
    "publisher": "source",
    "outlet": "source",
    "site": "source",
    "date": "published",
    "published": "published",
    "lang": "language",
    "language": "language",
    "url": "url",
    "link": "url",
    "canonical": "url",
    "origin": "origin",
    "kind": "kind",
}
_HEADER = re.compile(rf"^[ \t]*+(?:{FORWARDED.pattern}|{COPIED.pattern})$", re.IGNORECASE | re.MULTILINE)
# One forward is a quotation in a mail or a chat; from two on, the file is a dump of a channel.
_MIN_HEADERS = 2


def read_plain(text: str) -> Iterator[Draft]:
    """The posts of a pasted channel dump, or the file as one document.

    A post begins at a line that says whom it was forwarded from, or whose message was copied and when."""
    headers = list(_HEADER.finditer(text))
    if len(headers) < _MIN_HEADERS:
        yield Draft(text, 0, len(text), is_own_text=False)
        return
    posts: list[list[re.Match[str]]] = []
    for header in headers:
        if (
            posts
            and posts[-1][-1]["sender"]
            and header["name"]
            and not text[posts[-1][-1].end() : header.start()].strip()
        ):
            posts[-1].append(header)  # "Channel, [date]" followed by "[Forwarded from X]"
        else:
            posts.append([header])
    starts = [post[0].start() for post in posts]
    if text[: starts[0]].strip():
        yield Draft(text, 0, starts[0], is_own_text=False, kind="post")
    for post, start, end in zip(posts, starts, [*starts[1:], len(text)], strict=True):
        name = post[-1]["name"]
        yield Draft(
            text,
            start,
            end,
            is_own_text=False,
            kind="post",
            source=strip_marks(post[0]["sender"] or "") or None,
            origin=strip_marks(name) or None if name else None,
            published=to_iso(post[0]["stamp"] or ""),
            part=f"post at character {start}",
        )


def read_markdown(text: str) -> Iterator[Draft]:
    """One document; its front matter (YAML-like or TOML-like `key: value` lines) is metadata and not its text."""
    match = _FRONT_MATTER.match(text)
    fields: dict[str, str] = {}
    for line in _FIELD.finditer(match["body"] if match else ""):
        key = _KEYS.get(line["key"].casefold())
        if key and (value := line["value"].strip("\"' ")):
            fields.setdefault(key, value)
    if not match or not fields:  # two rules with text between them are no front matter
        yield from read_plain(text)
        return
    if "published" in fields:
        fields["published"] = to_iso(fields["published"]) or fields["published"]
    yield Draft(text, match.end(), len(text), named_from=None, is_own_text=False, **fields)
