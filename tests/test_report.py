from __future__ import annotations

import base64
import csv
import dataclasses
import hashlib
import json
import random
import re
import subprocess
import sys
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tram import COUNCIL, HERALD, HOSTILE, LONG_WORD, RUN, TRADERS, comparison, records

from stance.comparison import compare
from stance.errors import InputError
from stance.records import Document, Dropped, Passage, dump_json, read_comparison
from stance.report import render_report
from stance.report.exports import DICTIONARY, build_tables, summarise, write_exports
from stance.report.page import embed, render_page, strings
from stance.report.passages import in_quotes, pieces_around, shorten
from stance.report.words import Distinctive, count_words, distinctive_words
from stance.report.worksheet import choose_exercises, write_worksheet


class Page(HTMLParser):
    """The elements and the text of a page, as a browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.raw: list[tuple[str, str]] = []
        self.inside: str | None = None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.inside = tag if tag in ("script", "style") else None

    def handle_data(self, data):
        if self.inside:
            self.raw.append((self.inside, data))
            self.inside = None
        else:
            self.text += data


@pytest.fixture(scope="module")
def html() -> str:
    return render_report(*comparison())


@pytest.fixture(scope="module")
def page(html) -> Page:
    return Page(html)


def test_the_sentence_its_holder_and_its_label_stand_together(page):
    flat = " ".join(page.text.split())
    quote, label = "“The line will bring life back to the high street”", "▲ favourable ■■■ almost certain"
    assert f"mayor Ines Falk, as reported {quote} {label}" in flat
    assert "Ministry of Transport, passed on" in flat
    assert "– nothing found on this" in flat
    assert "▯ number missing in the source" in flat
    assert "Ministry of Transport speaks in Rails & Roads too" in flat


def test_the_head_of_a_row_says_how_many_sources_speak_to_it(page):
    flat = " ".join(page.text.split())
    assert "Will line 4 be good for the high street? # 5 of 5 sources · contested: some for, some against" in flat
    assert "Was the consultation fair? # 3 of 5 sources" in flat
    assert "2031-03-04 to 2031-03-08" in flat


def test_the_signs_are_explained_before_the_first_row(page):
    flat = " ".join(page.text.split())
    legend = flat[flat.index("How a speaker sees it:"):flat.index("Will line 4 be good")]
    for sign in "▲▼◆○–?▯✂":
        assert re.search(rf"{re.escape(sign)} \w+", legend), sign
    assert legend.index("■■■ almost certain") < legend.index("■■□ likely") < legend.index("■□□ fairly sure")


def test_where_no_position_was_found_the_cell_says_that_the_source_speaks_to_it():
    documents, claims, issues, _ = records()
    told = Page(render_report(compare(documents, claims, issues, [], RUN), documents))
    label = "○ speaks to it, no clear position"
    assert f"“The line will bring life back to the high street” {label}" in " ".join(told.text.split())


def test_rows_that_mostly_repeat_are_put_away_under_more_rows():
    documents, claims, issues, positions = records()
    again = dataclasses.replace(issues[0], id="again", title="And again?")
    told = Page(render_report(compare(documents, claims, [again, *issues], positions, RUN), documents))
    rows = [(attrs["id"], attrs.get("class")) for tag, attrs in told.tags if tag == "tbody" and "id" in attrs]
    assert [css for _, css in rows] == [None] * 4 + ["later"]
    assert rows[-1][0] == "issue-again"


def test_what_is_stated_differently_stands_beside_the_passage_and_with_both_quotes_in_the_panel():
    documents, claims, issues, positions = records()
    texts = ("The council answered each of 412 letters.", "The council answered only 90 letters, <b>all late</b>.")
    told = [dataclasses.replace(c, text=text, end=c.start + len(text)) for c, text in
            zip((claims[6], claims[8]), texts, strict=True)]
    claims = [next((t for t in told if t.id == c.id), c) for c in claims]
    html = render_report(compare(documents, claims, issues, positions, RUN), documents)
    flat = " ".join(Page(html).text.split())
    assert f"another number elsewhere: “only 90 letters” ({TRADERS})" in flat
    assert f"another number elsewhere: “412 letters” ({HERALD})" in flat
    assert "1 thing stated differently" in flat
    data = json.loads(next(text for tag, text in Page(html).raw if tag == "script" and text.lstrip().startswith("{")))
    text = {n: (c["s"], c["text"]) for n, c in data["claims"].items()}
    sides = {(kind, text[n][1][start - text[n][0]:end - text[n][0]], text[str(other)][1])
             for row in data["rows"].values() for n, said in row["said"].items()
             for kind, start, end, other, _, _ in said["differs"]}
    assert sides == {("number", "412 letters", texts[1]), ("number", "only 90 letters", texts[0])}


def test_words_for_confidence_carry_their_measured_error_or_say_that_there_is_none():
    documents, claims, issues, positions = records()
    measured = {"likely": {"n": 40, "error": 0.15}, "on": ["someset/dev"]}
    told = Page(render_report(compare(documents, claims, issues, positions, {**RUN, "measured": measured}), documents))
    flat = " ".join(told.text.split())
    assert "likely0.75 15 % of 40" in flat
    assert "someset/dev" in flat
    assert "not measured in this run" in flat  # the other words
    untold = " ".join(Page(render_report(compare(documents, claims, issues, positions, RUN), documents)).text.split())
    assert "comes without such a measurement" in untold


def test_unsure_cells_are_hidden_at_first_and_counted(html, page):
    entry = re.search(r'<div class="entry[^>]*>(?:(?!</div>).)*perhaps the trams', html, re.S)
    assert "hidden" in entry.group(0).split(">")[0]
    assert "unsure cell hidden" in page.text


def test_columns_keep_the_order_in_which_documents_were_given():
    documents, *rest = records()
    one = Page(render_report(compare(documents[::-1], *rest, RUN), documents))
    heads = re.findall(r"columnheader", str(one.tags))
    assert heads
    text = " ".join(one.text.split())
    assert text.index("Sources " + HOSTILE) < text.index(TRADERS)


def test_hostile_text_stays_text(page):
    scripts = [attrs for tag, attrs in page.tags if tag == "script"]
    assert len(scripts) == 2
    assert len([tag for tag, _ in page.tags if tag == "style"]) == 1
    assert not [tag for tag, _ in page.tags if tag in ("img", "b", "iframe", "object", "embed")
                and (tag, {"class": "src"}) not in page.tags]
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on") or name == "style"]
    for _, attrs in page.tags:
        for name in ("href", "src"):
            assert (attrs.get(name) or "#").startswith("#")
    assert LONG_WORD[:50] in page.text


def test_the_policy_names_exactly_this_style_and_this_script(html, page):
    policy = next(attrs["content"] for tag, attrs in page.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; ")
    for tag, text in page.raw:
        if text.lstrip().startswith("{"):
            continue
        directive = f"{tag}-src 'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
        assert directive in policy


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5))
@settings(deadline=None)
def test_embedded_data_can_neither_end_its_element_nor_lose_a_sign(value):
    text = embed(value)
    assert not set(text) & set("<>&\u2028\u2029")
    assert json.loads(text) == value


def test_same_comparison_same_bytes(html):
    assert render_report(*comparison()) == html


def test_a_report_from_the_comparison_alone_quotes_the_claims():
    found, _ = comparison()
    assert "Line 4 will kill the high street" in render_report(found, ())


def test_names_and_frames_are_shown_by_source(page):
    flat = " ".join(page.text.split())
    assert "European UnionEuropean Union × 1 –EU × 1 ––" in flat
    assert "economy 2 · 100 %" in flat
    assert "no frame likely enough" in flat


def test_an_empty_comparison_still_renders():
    documents, *_ = records()
    assert "No row fits" in render_report(compare(documents, [], [], [], RUN), documents)


def test_text_that_no_file_can_hold_does_not_stop_the_report():
    documents, claims, issues, positions = records()
    claims[0] = dataclasses.replace(claims[0], text="broken \ud800 text \x00")
    render_report(compare(documents, claims, issues, positions, RUN), documents).encode("utf-8")


def test_the_interface_passes_no_verdict_on_a_source():
    def texts(value):
        return [value] if isinstance(value, str) else [t for v in value.values() for t in texts(v)]

    for text in texts(strings()):
        assert not re.search(r"\b(bias\w*|true|false|propaganda|lie[sd]?|fake)\b", text, re.I), text


def test_the_file_is_small(html):
    assert len(html.encode()) < 300_000


def test_headings_do_not_skip_a_level(page):
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_more_than_six_sources_make_a_scrollable_table_with_a_frozen_first_column():
    documents, claims, issues, positions = records()
    more = [*documents, *(dataclasses.replace(documents[0], id=f"d{n}", source=f"Paper {n}") for n in range(3))]
    many = Page(render_report(compare(more, claims, issues, positions, RUN), more))
    frame = next(attrs for tag, attrs in many.tags if (attrs.get("class") or "").startswith("frame"))
    assert "wide" in frame["class"]
    assert frame["tabindex"] == "0"
    assert [attrs for tag, attrs in many.tags if attrs.get("scope") == "row" and attrs.get("role") == "rowheader"]


def test_importing_the_report_loads_no_heavy_library():
    code = "import stance.report, sys; print([m for m in ('torch', 'pyarrow', 'jinja2', 'numpy') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


# ---- passages


@given(st.text(alphabet="ab \n😀é", min_size=1, max_size=60), st.data())
@settings(deadline=None)
def test_pieces_are_slices_of_the_input_in_order(text, data):
    spans = data.draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))), max_size=4))
    spans = [(min(s), max(s)) for s in spans if s[0] != s[1]]
    home = Document("d", "s", "p", "0", text, end=len(text), passages=tuple(Passage(*s) for s in spans[::2]),
                    dropped=tuple(Dropped(*s, "why") for s in spans[1::2]))
    whole = dataclasses.replace(records()[1][0], start=0, end=len(text))
    pieces = pieces_around(home, [whole])
    assert all(text[p.start:p.start + len(p.text)] == p.text for p in pieces)
    assert all(a.start + len(a.text) <= b.start for a, b in pairwise(pieces))
    assert "".join(p.text for p in pieces).split() == text.split() or "".join("".join(p.text for p in pieces).split()) \
        == "".join(text.split())


def test_what_was_cleaned_away_is_kept_beside_the_claim_with_its_reason():
    documents, claims, *_ = records()
    pieces = pieces_around(documents[0], claims[:1])
    assert [p.reason for p in pieces if p.text.startswith("Advertisement")] == ["advertisement"]
    assert not any("Mill Lane" in p.text for p in pieces_around(documents[0], claims[:1])[:3])


@given(st.text(max_size=400), st.integers(20, 200), st.text(max_size=40))
def test_a_shortened_quote_is_a_stretch_of_the_quote_and_not_longer(text, longest, about):
    flat = " ".join(text.split())
    short = shorten(text, longest, about)
    assert len(short) <= longest + 2
    kept = short.removeprefix("…\u00a0") if short not in flat else short
    assert kept.removesuffix("\u00a0…") in flat


@given(st.text(max_size=400), st.integers(20, 200))
def test_a_shortened_quote_begins_as_the_quote_where_no_topic_is_named(text, longest):
    flat = " ".join(text.split())
    short = shorten(text, longest)
    assert short == flat or (short.endswith("\u00a0…") and flat.startswith(short[:-2]) and len(short) <= longest + 2)


def test_a_long_quote_is_cut_at_a_clause():
    text = "The council promised to keep every shop open, " + "and then it changed its mind about it " * 6
    assert shorten(text, 60) == "The council promised to keep every shop open\u00a0…"


def test_a_long_quote_is_cut_to_the_clause_that_speaks_to_the_question():
    text = ("Under pressure from the season, the weather and the state of the roads, "
            "the ferry company gave up its harbour")
    assert shorten(text, 60, "the harbour") == "…\u00a0the ferry company gave up its harbour"
    assert shorten(text, 60) == "Under pressure from the season, the weather and the state\u00a0…"


@pytest.mark.parametrize("longest", range(40, 70))
def test_a_long_quote_is_not_cut_behind_an_abbreviation(longest):
    text = "Critics of the harbour law wrote to Gov. Ann Lee, Rep. Tom Reyes and Mr. Falk of Norby before the vote"
    for about in ("", "Ann Reyes Falk vote"):
        short = shorten(text, longest, about).removesuffix("\u00a0…").removeprefix("…\u00a0")
        assert not re.search(r"\b(Gov|Rep|Mr)\.?$", short)
        assert not re.match(r"(Ann|Tom|Falk)\b", short)


def test_a_quotation_mark_that_nothing_closes_is_not_shown_as_one():
    assert in_quotes('"However, it is late.') == "“However, it is late.”"
    assert in_quotes('"Late," she said.') == '"Late," she said.'
    assert in_quotes("It is late.") == "“It is late.”"


# ---- words


def words_of(texts: dict[str, str]) -> dict[str, tuple[Distinctive, ...]]:
    documents = [Document(s, s, s, "0", t, end=len(t), passages=(Passage(0, len(t)),)) for s, t in texts.items()]
    return distinctive_words(count_words(documents, []))


def test_a_word_that_one_source_repeats_stands_out_and_shared_words_do_not():
    found = words_of({"Ash": "the barrier is closed and the barrier stays " * 20,
                      "Birch": "the fence is open and the fence goes " * 20,
                      "Cedar": "the wall is high and the wall falls " * 20})
    assert (found["Ash"][0].word, found["Ash"][0].holds) == ("barrier", True)
    assert not {"the", "and", "is"} & {d.word for words in found.values() for d in words}


def test_what_sources_draw_alike_leans_by_chance_and_does_not_hold():
    rng = random.Random(5)
    names = ("Ash", "Birch", "Cedar")
    found = words_of({n: " ".join(f"word{int(400 * rng.random() ** 2)}a" for _ in range(4000)) for n in names})
    assert any(found.values())
    assert not [word for words in found.values() for word in words if word.holds]


def test_a_single_source_has_no_distinctive_words():
    documents = records()[0][:1]
    assert distinctive_words(count_words(documents, [])) == {HERALD: ()}


# ---- exports


def test_exports_hold_every_record_and_their_columns_are_documented(tmp_path):
    import pyarrow.parquet as parquet

    found, _ = comparison()
    written = {p.name for p in write_exports(found, tmp_path / "out")}
    assert {"claims.csv", "positions.parquet", "DATA-DICTIONARY.md", "summary.md"} <= written
    for name, rows in build_tables(found).items():
        assert all(list(row) == list(DICTIONARY[name]) for row in rows)
        table = parquet.read_table(tmp_path / "out" / f"{name}.parquet")
        assert table.num_rows == len(rows)
        with (tmp_path / "out" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as lines:
            assert len(list(csv.DictReader(lines))) == len(rows)
    assert len(build_tables(found)["cells"]) == len(found.cells)
    text = (tmp_path / "out" / "DATA-DICTIONARY.md").read_text("utf-8")
    assert all(f"| {column} |" in text for columns in DICTIONARY.values() for column in columns)


def test_a_spreadsheet_does_not_run_a_claim(tmp_path):
    documents, claims, issues, positions = records()
    claims[0] = dataclasses.replace(claims[0], text='=HYPERLINK("http://x")')
    write_exports(compare(documents, claims, issues, positions, RUN), tmp_path)
    assert "'=HYPERLINK" in (tmp_path / "claims.csv").read_text("utf-8-sig")


def test_the_summary_keeps_marks_of_markdown_and_html_as_text():
    text = summarise(comparison()[0])
    assert "<script>" not in text
    assert "nothing found on this:" in text


def test_a_folder_that_cannot_be_written_is_an_input_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="name another folder"):
        write_exports(comparison()[0], tmp_path / "file" / "out")
    with pytest.raises(InputError, match="name another folder"):
        write_worksheet(comparison()[0], tmp_path / "file" / "out")


# ---- worksheet


def test_the_sheet_shows_quotes_without_labels_and_the_key_with_them(tmp_path):
    found, _ = comparison()
    (tmp_path / "comparison.json").write_text(dump_json(found), encoding="utf-8")
    sheet, key = write_worksheet(read_comparison(tmp_path / "comparison.json"), tmp_path / "out")
    pupils, teacher = Page(sheet.read_text("utf-8")).text, Page(key.read_text("utf-8")).text
    assert "Line 4 will kill the high street" in pupils
    body = pupils.split("1. ")[1]
    for told in ("favourable", "▲", "▼", "almost certain", "mayor Ines Falk", COUNCIL, HERALD):
        assert told not in body
    assert "mayor Ines Falk, as reported" in teacher
    assert "▼ unfavourable" in teacher
    assert "characters" in teacher


def test_no_unsure_passage_reaches_the_sheet():
    found, _ = comparison()
    quotes = [a for x in choose_exercises(found) for a in x.answers]
    assert not [a for a in quotes if "quieter" in a.quote or a.level == 0]
    noise = next(i for i in found.issues if i.title.startswith("How loud"))
    with pytest.raises(InputError, match="sure enough"):
        choose_exercises(found, [noise.id])
    with pytest.raises(InputError, match="not in this comparison"):
        choose_exercises(found, ["nowhere"])


def test_opposed_rows_come_first_on_the_sheet():
    found, _ = comparison()
    first = choose_exercises(found)[0]
    assert first.issue.contested
    assert {"favourable", "unfavourable"} <= {a.sign for a in first.answers}


def test_without_a_sure_row_there_is_no_sheet(tmp_path):
    documents, claims, issues, positions = records()
    unsure = [dataclasses.replace(p, stance=None) for p in positions]
    with pytest.raises(InputError, match="no row has two passages"):
        write_worksheet(compare(documents, claims, issues, unsure, RUN), tmp_path)


def test_a_missing_string_is_an_error_and_not_an_empty_page():
    from jinja2 import UndefinedError

    with pytest.raises(UndefinedError):
        render_page("worksheet.html", {"t": {}, "key": True})
