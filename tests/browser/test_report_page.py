"""The report in a real browser: what a teacher and a pupil do with it, by mouse, by keyboard, on a phone, on paper."""

from __future__ import annotations

import dataclasses
import re

import pytest
from tram import HERALD, HOSTILE, TRADERS, comparison, records

from stance.comparison import compare
from stance.records import Issue, digest
from stance.report import render_report
from stance.report.pdf import print_pdf
from stance.report.worksheet import write_worksheet

pytestmark = pytest.mark.browser
VIEWS = ("all", "contested", "holders", "left_out", "names", "frames", "words", "timeline", "method")


@pytest.fixture(scope="session")
def report(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render_report(*comparison()), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def wide_report(tmp_path_factory):
    documents, claims, issues, positions = records()
    more = [*documents, *(dataclasses.replace(documents[0], id=f"d{n}", source=f"Paper {n}") for n in range(5))]
    path = tmp_path_factory.mktemp("wide") / "report.html"
    path.write_text(render_report(compare(more, claims, issues, positions, {}), more), encoding="utf-8")
    return path


def show(page, report, view: str) -> None:
    page.goto(f"{report.as_uri()}#{view}")
    page.locator(f"nav [data-view={view}][aria-current]").wait_for()


def titles(page) -> list[str]:
    return [h.inner_text() for h in page.locator(".compare tbody:visible h3").all()]


def test_the_first_screen_shows_the_signs_and_who_says_what_in_the_first_row(visit, report):
    page = visit(report)
    assert titles(page)[0] == "Will line 4 be good for the high street?"
    assert len(titles(page)) == 4
    for seen in (page.locator(".legend"), *page.locator(".compare tbody").first.locator(".quote:visible").all()):
        box = seen.bounding_box()
        assert box["y"] + min(box["height"], 100) <= 800
    who, quote = page.locator(".entry .who").first.bounding_box(), page.locator(".entry .quote").first.bounding_box()
    assert who["y"] + who["height"] <= quote["y"] + 1


def test_contested_rows_have_a_view_of_their_own(visit, report):
    page = visit(report)
    page.get_by_role("link", name="Contested").click()
    page.locator("nav [aria-current]", has_text="Contested").wait_for()
    assert titles(page) == ["Will line 4 be good for the high street?", "Was the consultation fair?"]


def test_rows_that_mostly_repeat_open_under_more_rows(visit, tmp_path):
    documents, claims, issues, positions = records()
    again = dataclasses.replace(issues[0], id="again", title="And again?")
    path = tmp_path / "report.html"
    path.write_text(render_report(compare(documents, claims, [again, *issues], positions, {}), documents), "utf-8")
    page = visit(path)
    assert "And again?" not in titles(page)
    assert page.get_by_text("The rows above hold much of what these say.").is_visible()
    page.get_by_role("button", name="More rows (1)").click()
    assert titles(page)[-1] == "And again?"


def test_unsure_cells_appear_only_when_asked_for(visit, report):
    page = visit(report)
    show(page, report, "all")
    assert page.locator(".hidden-count").inner_text() == "(1 unsure cell hidden)"
    assert not page.get_by_text("perhaps the trams will be quieter").is_visible()
    assert page.get_by_text("? speaks to it; too unsure to show").count() == 1
    page.select_option("[name=level]", "0")
    assert page.get_by_text("perhaps the trams will be quieter").is_visible()
    assert page.locator(".hidden-count").inner_text() == ""
    page.select_option("[name=level]", "3")
    assert "cells hidden" in page.locator(".hidden-count").inner_text()


def test_filters_by_source_holder_voice_stance_and_contested(visit, report):
    page = visit(report)
    show(page, report, "all")
    page.get_by_text("More filters").click()
    page.get_by_role("checkbox", name=HERALD).uncheck()
    assert not page.get_by_role("columnheader", name=HERALD, exact=True).is_visible()
    assert not page.get_by_text("The line will bring life back").is_visible()
    page.get_by_role("button", name="Reset").click()
    page.select_option("[name=holder]", label="mayor Ines Falk")
    assert page.locator(".entry:visible").count() == 1
    page.get_by_role("button", name="Reset").click()
    page.select_option("[name=voice]", "reported")
    assert page.locator(".entry:visible").count() == 3
    page.get_by_role("button", name="Reset").click()
    page.select_option("[name=stance]", "unfavourable")
    assert page.locator(".entry:visible").count() == 4
    page.get_by_role("button", name="Reset").click()
    page.get_by_label("contested rows only").check()
    assert len(titles(page)) == 2


def test_search_finds_words_in_any_cell_and_says_when_there_are_none(visit, report):
    page = visit(report)
    show(page, report, "all")
    page.get_by_role("searchbox", name="Search").fill("THREE QUARTERS")
    page.get_by_role("heading", name="Was the consultation fair?").wait_for(state="hidden")
    assert titles(page) == ["Who pays for line 4?"]
    page.get_by_role("searchbox", name="Search").fill("zeppelin")
    page.get_by_text("No row fits these filters.").wait_for()


def test_a_search_among_the_contested_rows_looks_at_all_rows(visit, report):
    page = visit(report)
    show(page, report, "contested")
    assert len(titles(page)) == 2
    page.get_by_role("searchbox", name="Search").fill("three quarters")
    page.locator("nav [aria-current]", has_text="All questions").wait_for()
    assert titles(page) == ["Who pays for line 4?"]


def test_a_deep_link_shows_its_question_below_the_column_heads(visit, tmp_path):
    path = tmp_path / "large.html"
    path.write_text(large_report(20), encoding="utf-8")
    other = tmp_path / "narrow.html"
    other.write_text(large_report(5), encoding="utf-8")
    for each in (path, other):
        page = visit(each)
        page.goto(f"{each.as_uri()}#{page.locator('.compare tbody').nth(200).get_attribute('id')}")
        title = page.locator("tbody.found h3")
        title.wait_for()
        heads = page.locator(".compare thead th:visible").first.bounding_box()
        box = title.bounding_box()
        assert heads["y"] + heads["height"] <= box["y"] < 800


def test_the_words_that_carried_a_label_are_underlined_in_the_panel(visit, tmp_path):
    documents, claims, issues, positions = records()
    start = claims[3].start + claims[3].text.index("kill")
    positions[3] = dataclasses.replace(positions[3], evidence=((start, start + 4),))
    path = tmp_path / "report.html"
    path.write_text(render_report(compare(documents, claims, issues, positions, {}), documents), encoding="utf-8")
    page = visit(path)
    page.get_by_role("button", name="Line 4 will kill").click()
    assert page.locator("dialog blockquote u").all_inner_texts() == ["kill"]
    assert page.get_by_text("Underlined: the words that carried the label.").is_visible()


def test_a_deep_link_opens_its_row_whatever_was_filtered(visit, report):
    page = visit(report)
    found, _ = comparison()
    issue = next(i for i in found.issues if i.title.startswith("How loud"))
    page.goto(f"{report.as_uri()}#issue-{issue.id}")
    page.locator(f"#issue-{issue.id}.found").wait_for()
    assert page.evaluate("document.activeElement.textContent") == "How loud will the trams be?"
    page.get_by_role("link", name="Speakers").click()
    page.locator("#holders li a", has_text="Was the consultation fair?").first.click()
    page.locator("tbody.found h3", has_text="Was the consultation fair?").wait_for()


def test_a_click_opens_the_passage_in_its_document(visit, report):
    page = visit(report)
    page.get_by_role("button", name="The line will bring life back").click()
    panel = page.get_by_role("dialog")
    first = panel.locator("article").first
    assert first.locator("mark").inner_text() == "The line will bring life back to the high street"
    assert "Traders who were asked by this newspaper" in first.locator(".passage").inner_text()
    assert first.locator(".cleaned").inner_text() == "Advertisement: Winter tyres from 39.90"
    assert "cleaned away: advertisement" in first.inner_text()
    assert "Words that tell who speaks: “said”" in first.inner_text()
    assert "93 %" in first.inner_text()
    assert panel.locator("article").count() == 2  # the other passage of that source in that row
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    assert "The line will bring life back" in page.evaluate("document.activeElement.textContent")


def test_hostile_text_is_shown_and_does_nothing(visit, report):
    page = visit(report)
    show(page, report, "all")
    page.get_by_role("button", name="onclick=").click()
    shown = page.get_by_role("dialog")
    assert "<b onclick=" in shown.locator("mark").first.inner_text()
    assert shown.locator("b, style, script, img").count() == 0
    assert page.title() == "Who says what"
    assert HOSTILE in shown.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_nothing_foreign_could_run_even_if_it_got_in(chromium, report):
    """The policy, not only the escaping: a script put into the page by force stays inert."""
    page = chromium.new_page()
    page.goto(report.as_uri())
    blocked = page.evaluate("""() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1';
        const seen = new Promise((done) => addEventListener('securitypolicyviolation', () => done(true), {once: true}));
        document.body.append(s); return seen.then(() => window.ran === undefined); }""")
    page.close()
    assert blocked


def test_everything_works_by_keyboard_alone(visit, report):
    page = visit(report)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    seen, opened = set(), False
    for _ in range(60):
        page.keyboard.press("Tab")
        here = page.evaluate("""() => { const e = document.activeElement, s = getComputedStyle(e);
            return {tag: e.tagName, name: e.name || '', text: e.textContent, cls: e.className,
                    ring: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 1}; }""")
        seen.add((here["tag"], here["name"]))
        assert here["ring"], here
        if here["cls"] == "quote":
            page.keyboard.press("Enter")
            assert page.get_by_role("dialog").is_visible()
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.closest('dialog') !== null")
            page.keyboard.press("Escape")
            assert page.evaluate("document.activeElement.className") == "quote"
            opened = True
            break
    assert opened
    assert {("SUMMARY", ""), ("INPUT", "search"), ("SELECT", "level")} <= seen
    page.get_by_role("link", name="Words").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Words", exact=True).wait_for()


def test_no_accessibility_violation_in_any_view(visit, report, axe):
    page = visit(report)
    for view in VIEWS:
        show(page, report, view)
        assert violations(page, axe) == [], view


@pytest.mark.parametrize("width", [375, 1280])
def test_no_accessibility_violation_in_the_panel_or_on_a_phone(visit, report, axe, width):
    page = visit(report, width)
    assert violations(page, axe) == []
    page.locator(".quote:visible").first.click()
    assert violations(page, axe) == []


def test_no_accessibility_violation_with_many_sources(visit, wide_report, axe):
    page = visit(wide_report)
    assert violations(page, axe) == []


def violations(page, axe: str) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe)
    found = page.evaluate("""async () => (await axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa',
        'wcag22aa', 'best-practice']})).violations""")
    return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found]


@pytest.mark.parametrize("width", [320, 640])  # a small phone; 1280 px at 200 % zoom
def test_narrow_screens_need_no_sideways_scrolling(visit, report, width):
    page = visit(report, width, 600)
    for view in VIEWS:
        show(page, report, view)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), view


@pytest.mark.parametrize("width", [320, 640])
def test_narrow_screens_read_the_worksheet_and_its_key(visit, axe, tmp_path, width):
    for path in write_worksheet(comparison()[0], tmp_path):
        page = visit(path, width, 600)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert violations(page, axe) == []


def test_on_a_phone_the_open_view_is_seen_in_the_bar(visit, report):
    page = visit(report, 375)
    show(page, report, "timeline")
    box = page.locator("nav [aria-current]").bounding_box()
    assert 0 <= box["x"] < 375


def test_on_a_phone_each_source_is_a_card_with_its_name(visit, report):
    page = visit(report, 375)
    card = page.locator("td", has_text="Line 4 will kill the high street").first
    assert TRADERS in card.inner_text()
    assert card.bounding_box()["width"] > 300


def test_the_first_column_stays_when_many_sources_scroll(visit, wide_report):
    page = visit(wide_report)
    head = page.locator(".compare tbody th").first
    before = head.bounding_box()["x"]
    page.evaluate("document.querySelector('.wide').scrollLeft = 600")
    assert abs(head.bounding_box()["x"] - before) < 2
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_lesson_prints_on_two_pages_without_the_controls(visit, report):
    page = visit(report)
    pdf = page.pdf(prefer_css_page_size=True)
    assert 1 <= count_pages(pdf) <= 2
    page.emulate_media(media="print")
    assert not page.locator(".filters").is_visible()
    assert not page.locator("nav").is_visible()
    assert page.get_by_text("The line will bring life back to the high street").is_visible()


def test_a_lesson_prints_the_first_rows_and_the_view_of_all_questions_prints_all(visit, tmp_path):
    documents, claims, issues, positions = records()
    more = [dataclasses.replace(issues[0], id=f"q{n}", title=f"Asked {n}?", asked=f"q{n}") for n in range(3)]
    path = tmp_path / "report.html"
    path.write_text(render_report(compare(documents, claims, [*issues, *more], positions, {}), documents), "utf-8")
    page = visit(path)
    page.emulate_media(media="print")
    assert len(titles(page)) == 4
    page.emulate_media(media="screen")
    show(page, path, "all")
    page.emulate_media(media="print")
    assert len(titles(page)) == 7


def test_the_program_prints_what_the_browser_prints(chromium, report, tmp_path):
    page = tmp_path / "report.html"
    page.write_bytes(report.read_bytes())
    pdf = print_pdf(page)
    assert pdf == tmp_path / "report.pdf"
    assert 1 <= count_pages(pdf.read_bytes()) <= 2


def test_without_colour_the_printed_labels_still_say_themselves(visit, report):
    page = visit(report)
    page.emulate_media(media="print")
    for label in page.locator(".label:visible").all():
        assert label.evaluate("(e) => getComputedStyle(e).color") == "rgb(0, 0, 0)"
        assert re.match(r"[▲▼◆○▯✂?–] \w+", label.inner_text())


def test_the_worksheet_is_one_page_and_accessible(visit, axe, tmp_path):
    found, _ = comparison()
    sheet, key = write_worksheet(found, tmp_path)
    page = visit(sheet)
    assert count_pages(page.pdf(prefer_css_page_size=True)) == 1
    assert violations(page, axe) == []
    assert violations(visit(key), axe) == []


def count_pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_two_thousand_claims_open_and_only_the_first_rows_are_laid_out(visit, tmp_path):
    path = tmp_path / "large.html"
    path.write_text(large_report(20), encoding="utf-8")
    page = visit(path)
    assert page.locator(".compare tbody:visible").count() == 40
    page.get_by_role("button", name="More rows (360)").click()
    assert page.locator(".compare tbody:visible").count() == 80


def large_report(n_sources: int) -> str:
    documents, claims, _, positions = records()
    many = [dataclasses.replace(documents[n % 4], id=f"d{n}", source=f"Source {n % n_sources}") for n in range(300)]
    said = [dataclasses.replace(claims[n % 5], id=f"c{n}", document_id=f"d{n % 300}") for n in range(2_000)]
    issues = [Issue(digest(n), f"Question {n}?", "the line", tuple(f"c{c}" for c in range(n * 5, n * 5 + 5)))
              for n in range(400)]
    held = [dataclasses.replace(positions[c % 5], issue_id=digest(c // 5), claim_id=f"c{c}") for c in range(2_000)]
    return render_report(compare(many, said, issues, held, {}), many)
