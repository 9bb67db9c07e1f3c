"""HTML pages by way of trafilatura: the article's text and what the page says about itself.

Telegram Desktop's HTML exports are told apart here and read by `telegram`. Pages are bounded before they are parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stance.documents.draft import Draft, UnreadableError
from stance.documents.telegram import is_html_export, read_html_export

# Beyond these a page is data or a bomb: the parsers' time and memory grow with the tree (10 s at these bounds), and no
# article comes near. Images that are written into the page don't count.
MAX_CHARACTERS = 4_000_000
MAX_ELEMENTS = 30_000
MAX_DEPTH = 400
_INLINE_DATA = re.compile(r"data:[\w/+.;=-]{1,80},[A-Za-z0-9+/=%]{100,}+")
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]{0,15})")
# Elements that close themselves, or that pages leave open and parsers close.
_FLAT_NAMES = "area base br col embed hr img input link meta param source track wbr p li td tr th dd dt option"
_FLAT = frozenset(_FLAT_NAMES.split())


def read_html(page: str) -> Iterator[Draft]:
    """The page as one document, or the posts of a Telegram export.

    Raises UnreadableError for pages without an article, or too large or too deep to parse."""
    if is_html_export(page):
        yield from read_html_export(page)
        return
    page = _INLINE_DATA.sub("", page)
    if len(page) > MAX_CHARACTERS:
        raise UnreadableError(
            f"is a page of {len(page) / 1e6:.1f} million characters, and {MAX_CHARACTERS / 1e6:.0f} are the most that "
            "are parsed; save the article alone"
        )
    n_elements, depth = _measure_tree(page)
    if n_elements > MAX_ELEMENTS or depth > MAX_DEPTH:
        raise UnreadableError(
            f"has {n_elements} elements, nested up to {depth} deep; {MAX_ELEMENTS} and {MAX_DEPTH} are the most "
            "that are parsed; save the article alone, as text"
        )
    yield _read_article(page)


def _measure_tree(page: str) -> tuple[int, int]:
    """How many elements a page opens, and how deep they nest at most."""
    n_elements = depth = deepest = 0
    for match in _TAG.finditer(page):
        if match[1]:
            depth -= match[2].lower() not in _FLAT
            continue
        n_elements += 1
        depth += match[2].lower() not in _FLAT
        deepest = max(deepest, depth)
    return n_elements, deepest


def _read_article(page: str) -> Draft:
    import logging

    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        article = trafilatura.bare_extraction(
            page, include_comments=False, include_tables=False, favor_recall=True, with_metadata=True
        )
    except Exception as error:  # fuzzing met an AssertionError in its HTML library; a broken page must not end a run
        raise UnreadableError(
            f"is broken so that its article cannot be found ({type(error).__name__}); save its text as .txt"
        ) from None
    text = article.text if article is not None else None
    if not text or not text.strip():
        raise UnreadableError("holds no article that could be found; save its text as .txt")
    return Draft(
        text,
        0,
        len(text),
        source=article.sitename or article.hostname,
        title=article.title,
        published=article.date,
        url=article.url,
        language=article.language,
    )
