"""The review page in a real browser: correct a label, and the next comparison has it."""

from __future__ import annotations

import threading

import pytest
from conftest import Watched
from test_report_page import violations
from tram import COUNCIL, comparison, records

from stance import pipeline
from stance.corrections import FILE_NAME, read_corrections
from stance.records import dump_json
from stance.report import render_report
from stance.review import ReviewServer, open_review

pytestmark = pytest.mark.browser
KILL = "Line 4 will kill the high street before the first tram arrives."
STREET = "Will line 4 be good for the high street?"


class Reviewed(Watched):
    """A page of the review server; any request to another address is a trouble."""

    def __init__(self, browser, server: ReviewServer, width: int = 1280) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 800})
        self.page = self.context.new_page()
        self.troubles: list[str] = []
        self.page.on("console", lambda m: self.troubles.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("request", lambda r: None if r.url.startswith(server.url) else self.troubles.append(r.url))
        self.page.goto(server.url)


@pytest.fixture
def folder(tmp_path):
    found, documents = comparison()
    (tmp_path / "comparison.json").write_text(dump_json(found), encoding="utf-8")
    (tmp_path / "report.html").write_text(render_report(found, documents), encoding="utf-8")
    return tmp_path


@pytest.fixture
def review(chromium, folder):
    """review(width) opens the page; at the end nothing may have complained or asked anybody else."""
    server = ReviewServer(open_review(folder))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    opened: list[Reviewed] = []

    def open_page(width: int = 1280):
        opened.append(Reviewed(chromium, server, width))
        return opened[-1].page

    yield open_page
    troubles = [t for one in opened for t in one.troubles]
    for one in opened:
        one.context.close()
    server.shutdown()
    server.server_close()
    assert troubles == []


def passage(page, text: str = KILL):
    return page.get_by_role("article", name=text, exact=True)


def saved(page, n: int) -> None:
    page.get_by_role("status").get_by_text(f"Saved. {n} answer").wait_for()


def test_a_label_corrected_here_is_in_the_next_comparison(review, folder, monkeypatch):
    page = review()
    assert "likely" not in passage(page).inner_text()
    passage(page).get_by_role("button", name="unfavourable").wait_for()
    passage(page).get_by_role("button", name="favourable", exact=True).click()
    saved(page, 1)
    pressed = passage(page).locator("[aria-pressed=true]")
    assert pressed.inner_text().split() == ["✓", "▲", "favourable"]
    page.reload()
    assert pressed.count() == 1
    assert stance_after(folder, monkeypatch) == "favourable"


def stance_after(folder, monkeypatch) -> str | None:
    """The position on KILL in the next comparison: the way of `stance compare`, with answers put in for its models."""
    documents, claims, issues, positions = records()
    for name, stand_in in {"extract_all": lambda _: claims, "find_relays": lambda _: [], "run_card": lambda *_: {},
                           "IssueReader": lambda _: None,
                           "align_claims": lambda *_, **__: issues, "label_issues": lambda *_: positions}.items():
        monkeypatch.setattr(pipeline, name, stand_in)
    found = pipeline.compare_documents(pipeline.Reading(tuple(documents), ()), None, None,
                                       corrections=read_corrections(folder / FILE_NAME))
    assert found.run["corrections"]["n_applied"] == 1
    home = next(c.id for c in found.claims if c.text == KILL)
    return next(p.stance for p in found.positions if p.claim_id == home)


def test_everything_can_be_said_by_keyboard(review, folder):
    page = review()
    passage(page).get_by_role("button", name="neutral").focus()
    page.keyboard.press("Enter")
    saved(page, 1)
    assert "neutral" in page.evaluate("document.activeElement.textContent")  # the same button, in the new row
    passage(page).locator("summary").focus()
    page.keyboard.press("Enter")
    passage(page).get_by_label("Voice").select_option("reported")
    passage(page).get_by_label("Holder").fill("Greta Olm")
    page.keyboard.press("Enter")
    saved(page, 2)
    group = page.get_by_role("region", name=STREET).get_by_role("group", name=COUNCIL)
    group.get_by_text("Something of this source").focus()
    page.keyboard.press("Enter")
    group.get_by_label("Sentence of this source").fill("The line will cost % of the yearly budget.")
    page.keyboard.press("Enter")
    saved(page, 3)
    assert page.get_by_text("You put this passage into this question.").is_visible()
    made = {c.kind: c for c in read_corrections(folder / FILE_NAME).standing}
    assert made["voice"].holder == "Greta Olm"
    assert set(made) == {"stance", "voice", "add"}


def test_a_passage_is_taken_out_and_put_back(review, folder):
    page = review()
    passage(page).get_by_role("button", name="Does not belong to this question").click()
    saved(page, 1)
    passage(page).get_by_role("button", name="Take back").click()
    saved(page, 0)
    assert read_corrections(folder / FILE_NAME).standing == ()
    assert passage(page).get_by_role("button", name="unfavourable").is_visible()


def test_rows_are_merged_and_silences_confirmed(review, folder):
    page = review()
    noise = page.get_by_role("region", name="How loud will the trams be?")
    noise.get_by_role("group", name=COUNCIL).get_by_role("button", name="Right, it says nothing").click()
    saved(page, 1)
    noise.get_by_text("Another question asks the same").click()
    title = page.locator("#titles option").first.get_attribute("value")
    noise.get_by_label("Question that asks the same").fill(title)
    noise.get_by_role("button", name="Merge").click()
    saved(page, 2)
    assert noise.get_by_text(f"You merged this question with “{title.split('. ')[1]}”.").is_visible()
    assert {c.kind for c in read_corrections(folder / FILE_NAME).standing} == {"merge", "silence"}


def test_an_answer_that_is_not_saved_is_said_so(chromium, folder):
    server = ReviewServer(open_review(folder))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    opened = Reviewed(chromium, server)
    noise = opened.page.get_by_role("region", name="How loud will the trams be?")
    noise.get_by_text("Another question asks the same").click()
    noise.get_by_label("Question that asks the same").fill("no such question")
    noise.get_by_role("button", name="Merge").click()
    opened.page.get_by_text("Not saved: choose another question").wait_for()
    server.shutdown()
    server.server_close()
    passage(opened.page).get_by_role("button", name="neutral").click()
    opened.page.get_by_text("Not saved: the review has stopped").wait_for()
    opened.context.close()


@pytest.mark.parametrize("width", [320, 1280])
def test_no_accessibility_violation_and_no_sideways_scrolling(review, axe, width):
    page = review(width)
    passage(page).get_by_role("button", name="neutral").click()
    saved(page, 1)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.evaluate("scrollTo(0, 0)")  # so that the bar with the status covers no button
    assert violations(page, axe) == []


def test_the_report_opens_from_here_and_works_in_its_sandbox(review):
    page = review()
    page.get_by_role("link", name="Read it in the report").click()
    page.get_by_role("button", name="The line will bring life back").click()
    assert page.get_by_role("dialog").is_visible()


def test_hostile_text_does_nothing_here_either(review):
    page = review()
    assert page.title().startswith("Review")
    assert page.locator("main img, main b, article script").count() == 0
