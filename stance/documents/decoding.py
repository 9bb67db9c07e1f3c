"""Bytes to text, line ends untouched. It guesses only where a file declares nothing, and never drops a character."""

from __future__ import annotations

import codecs
import re

from stance.documents.draft import UnreadableError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,100}encoding=[\"']([\w.:-]{2,40})",
    re.IGNORECASE,
)
# Control characters that no text holds; a share of them above this is another kind of file.
_CONTROLS = bytes({*range(1, 9), *range(14, 27), *range(28, 32), 127})
_MAX_CONTROLS = 0.02
# Enough for a guess; guessing over a whole large file takes seconds a megabyte.
_SAMPLE = 65_536


def decode_text(data: bytes, is_html: bool = False) -> str:
    """The text of a file. A byte order mark is not part of it.

    Raises UnreadableError for binary data and for encodings that cannot be told."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise UnreadableError(
                    f"begins as {encoding} but is not ({error.reason} at byte {error.start}); save it as UTF-8"
                ) from None
    if b"\0" in data:
        raise UnreadableError("holds NUL bytes, so it is binary or UTF-16 without a mark; save it as UTF-8 text")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = _decode_other(data, is_html)
    sample = data[:_SAMPLE]
    if len(sample) - len(sample.translate(None, _CONTROLS)) > _MAX_CONTROLS * len(sample):
        raise UnreadableError("is full of control characters, so it is no text; export it as UTF-8 text")
    return text


def _decode_other(data: bytes, is_html: bool) -> str:
    if is_html and (declared := _DECLARED.search(data[:4096])):
        name = (declared[1] or declared[2]).decode("ascii")
        try:
            return data.decode(name)
        except (LookupError, UnicodeDecodeError, ValueError):
            pass  # a page that declares the wrong encoding is read by the guess below
    from charset_normalizer import from_bytes

    # Where the first odd byte stands far into the file, the sample has to hold it.
    odd = next((match.start() for match in re.finditer(rb"[\x80-\xff]", data)), 0)
    first = max(0, odd - _SAMPLE // 2)
    best = from_bytes(data[first : first + _SAMPLE]).best()
    for encoding in (best.encoding if best else None, "cp1252"):
        if encoding:
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise UnreadableError("is in an encoding that cannot be told; save it as UTF-8")
