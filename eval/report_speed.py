"""How long a large report takes to open and how smoothly it scrolls, in a headless Chromium.

    python eval/report_speed.py [--documents 300] [--claims 2000] [--sources 20] [--runs 5]

The comparison is made up from a seeded vocabulary: every fifth claim opens a row, a third of the rows is contested.
Prints one line a measure, median and worst of the runs: milliseconds until the page has loaded; the processor time the
page took for it and for changing to all rows; while scrolling through every row, the gaps between frames (as the
machine's load allows) and the processor time a frame (below 16.7 ms a screen of 60 Hz drops none).
Needs playwright and a Chromium (`STANCE_CHROMIUM` names one)."""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from stance.comparison import compare
from stance.records import STANCES, Claim, Document, Issue, Passage, Position, digest
from stance.report import render_report

WORDS = ("harbour", "levy", "council", "tram", "budget", "school", "bridge", "ferry", "market", "winter", "plan",
         "line", "says", "will", "never", "often", "perhaps", "brings", "costs", "helps", "harms", "the", "a", "of",
         "for", "and")
SCROLL = """(step) => new Promise((done) => {
    const box = document.querySelector(".wide") || document.scrollingElement, gaps = [];
    let last = performance.now();
    const tick = (now) => {
        gaps.push(now - last); last = now;
        if (box.scrollTop + box.clientHeight >= box.scrollHeight - 1) { done(gaps); return; }
        box.scrollBy(0, step); requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick); })"""


def make_report(n_documents: int, n_claims: int, n_sources: int) -> str:
    draw = random.Random(13)

    def sentence() -> str:
        return " ".join(draw.choices(WORDS, k=draw.randint(12, 32))).capitalize() + "."

    documents, claims = [], []
    for n in range(n_documents):
        lines = [sentence() for _ in range(max(8, n_claims // n_documents * 3))]
        text, passages, here = "", [], []
        for k, line in enumerate(lines):
            start = len(text)
            text += line + "\n"
            passages.append(Passage(start, len(text) - 1))
            here.append((start, line, k))
        document = Document(digest("document", n), f"Source {n % n_sources + 1}", f"{n}.txt", digest(n) * 4, text,
                            end=len(text), passages=tuple(passages), language="en",
                            title=lines[0], published=f"2031-{n % 12 + 1:02}-{n % 27 + 1:02}")
        documents.append(document)
        for start, line, k in here[::3][: -(-n_claims // n_documents)]:
            voice = "own" if k % 2 else "reported"
            claims.append(Claim(digest(document.id, start), document.id, start, start + len(line), line, voice=voice,
                                holder=None if voice == "own" else f"Speaker {draw.randint(1, 60)}",
                                confidence=draw.uniform(0.4, 1.0)))
    claims = claims[:n_claims]
    order = draw.sample(claims, len(claims))
    issues, positions = [], []
    for n, at in enumerate(range(0, len(order), 5)):
        members = order[at:at + 5]
        issue = Issue(digest("issue", n), f"What do the sources say about {sentence()[:-1].lower()}?", "the line",
                      tuple(c.id for c in members), scores={c.id: 0.8 for c in members}, why="made up")
        issues.append(issue)
        for claim in members:
            stance = draw.choice(STANCES if n % 3 == 0 else STANCES[:2])
            sure = draw.uniform(0.4, 0.98)
            positions.append(Position(issue.id, claim.id, stance, {
                s: sure if s == stance else (1 - sure) / 2 for s in STANCES}))
    return render_report(compare(documents, claims, issues, positions, {}), documents)


def measure(path: Path, runs: int) -> dict[str, Sequence[float]]:
    from playwright.sync_api import sync_playwright

    binary = next(found for name in (os.environ.get("STANCE_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
                  if name and (found := shutil.which(name)))
    found: dict[str, list[float]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=["--headless", "--no-sandbox"])
        for _ in range(runs):
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            session = page.context.new_cdp_session(page)
            session.send("Performance.enable", {"timeDomain": "threadTicks"})
            page.goto(path.as_uri(), timeout=300_000)
            opened = busy(session)
            page.get_by_role("link", name="All questions").click()
            page.locator("nav [aria-current]", has_text="All questions").wait_for()
            changed = busy(session)
            while page.locator("#show-more").is_visible():
                page.locator("#show-more").click()
            before = busy(session)
            gaps = page.evaluate(SCROLL, 300)
            for name, value in {
                "loaded": page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"),
                "processor time to open": opened,
                "processor time to show all issues": changed - opened,
                "frame gap while scrolling, median": statistics.median(gaps),
                "frame gap while scrolling, 95th percentile": sorted(gaps)[int(0.95 * len(gaps))],
                "processor time a frame while scrolling": (busy(session) - before) / len(gaps),
            }.items():
                found.setdefault(name, []).append(value)
            page.close()
        browser.close()
    return found


def busy(session: Any) -> float:
    """Milliseconds of processor time that the page's main thread has used."""
    metrics = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
    return 1000 * float(metrics["TaskDuration"])


def main() -> None:
    parser = argparse.ArgumentParser(description="How a large report opens and scrolls.")
    for name, default in (("documents", 300), ("claims", 2000), ("sources", 20), ("runs", 5)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.html"
        path.write_text(make_report(asked.documents, asked.claims, asked.sources), encoding="utf-8")
        print(f"size {path.stat().st_size / 1e6:.1f} MB")
        for name, values in measure(path, asked.runs).items():
            print(f"{name}: {statistics.median(values):.1f} ms (worst of {len(values)}: {max(values):.1f})")


if __name__ == "__main__":
    main()
