"""A headless Chromium for the tests of the pages. Without one they skip and say why, unless STANCE_REQUIRE_BROWSER=1
asks for a failure. STANCE_CHROMIUM names another binary."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))  # the invented town of tests/tram.py

ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def missing(reason: str) -> None:
    if os.environ.get("STANCE_REQUIRE_BROWSER") == "1":
        pytest.fail(f"{reason}, and STANCE_REQUIRE_BROWSER=1 asks for one")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium():
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return missing("playwright is not installed")
    names = (os.environ.get("STANCE_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    binary = next((found for found in (shutil.which(name) for name in names if name) if found), None)
    if not binary:
        return missing("no Chromium on this machine (on Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The accessibility checker's script, from the wheel that carries it."""
    from importlib.util import find_spec

    found = find_spec("axe_playwright_python")
    if not found or not found.origin:
        return missing("axe-core is not installed (it comes with axe-playwright-python)")  # type: ignore[return-value]
    return Path(found.origin).with_name("axe.min.js").read_text(encoding="utf-8")


class Watched:
    """A page whose console messages and outside requests are written down."""

    def __init__(self, browser, path: Path, width: int, height: int) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": height})
        self.page = self.context.new_page()
        self.troubles: list[str] = []
        self.page.on("console", lambda m: self.troubles.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.troubles.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        self.page.on("request", lambda r: None if r.url.startswith("file:") else self.troubles.append(r.url))
        self.url = path.as_uri()
        self.page.goto(self.url)


@pytest.fixture
def visit(chromium):
    """visit(path, width, height) opens a file; at the end no page may have complained or asked for the network."""
    opened: list[Watched] = []

    def open_page(path: Path, width: int = 1280, height: int = 800):
        opened.append(Watched(chromium, path, width, height))
        return opened[-1].page

    yield open_page
    troubles = [t for watched in opened for t in watched.troubles]
    for watched in opened:
        watched.context.close()
    assert troubles == []
