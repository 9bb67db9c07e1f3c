"""Reading: formats, metadata, ids, order, and what cannot be read. Files are made here, in our own words."""

from __future__ import annotations

import codecs
import datetime
import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stance.documents import read_documents, reading, tables
from stance.documents.cleaning import clean
from stance.documents.draft import UnreadableError
from stance.documents.tables import MAX_ROW
from stance.errors import InputError
from stance.records import Document, Skipped

BRIDGE = "The harbour bridge reopened on Friday after four months of repairs."
COST = "Mayor Ana Ruiz said the work had cost eleven million and would last for three decades."


def read(*paths: Path) -> list[Document]:
    return [d for d in read_documents(paths) if isinstance(d, Document)]


def refused(*paths: Path) -> list[Skipped]:
    return [d for d in read_documents(paths) if isinstance(d, Skipped)]


def body(document: Document) -> list[str]:
    return [document.text[p.start : p.end] for p in document.passages if p.kind == "body"]


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# ---- order, ids, metadata


def test_folders_are_walked_in_order_and_paths_are_relative(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", ".hidden.txt", ".git/x.txt", "README.md", "logo.png", "a/.DS_Store"):
        write(tmp_path, name, f"{BRIDGE} {name}")
    assert [d.path for d in read(tmp_path)] == ["a/z.txt", "b.txt"]
    assert [d.path for d in read(tmp_path / "b.txt", tmp_path / "a")] == ["b.txt", "z.txt"]
    assert not refused(tmp_path)


def test_ids_depend_on_source_and_text_alone(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "elsewhere" / "two"
    write(one, "post.txt", BRIDGE)
    write(one, "late.txt", COST)
    write(other, "post.txt", BRIDGE)
    assert read(other)[0].id == next(d.id for d in read(one) if d.path == "post.txt")
    assert str(tmp_path) not in repr(read(one)[0])


def test_order_of_arguments_and_doubled_arguments_change_nothing(tmp_path: Path) -> None:
    a, b = write(tmp_path, "x/a.txt", BRIDGE), write(tmp_path, "y/b.txt", COST)
    assert read(a, b) == read(b, a) == read(b, a, a) == read(tmp_path / "y", tmp_path / "x", a)


def test_files_of_one_name_in_two_folders_stay_apart(tmp_path: Path) -> None:
    write(tmp_path, "x/a.txt", BRIDGE)
    write(tmp_path, "y/a.txt", COST)
    assert [d.path for d in read(tmp_path / "y", tmp_path / "x")] == ["x/a.txt", "y/a.txt"]


def test_a_repeat_of_a_document_is_named_and_counted_once(tmp_path: Path) -> None:
    write(
        tmp_path, "sources.toml", '["a.txt"]\nsource = "Post"\n["b.txt"]\nsource = "Post"\n["c.txt"]\nsource = "Echo"\n'
    )
    for name in ("a.txt", "b.txt", "c.txt"):
        write(tmp_path, name, BRIDGE)
    assert [(d.path, d.source) for d in read(tmp_path)] == [("a.txt", "Post"), ("c.txt", "Echo")]
    assert [(s.path, "a.txt" in s.reason) for s in refused(tmp_path)] == [("b.txt", True)]


def test_text_is_the_file_untouched_and_sha256_is_of_its_bytes(tmp_path: Path) -> None:
    content = f"\ufeff{BRIDGE}\r\n\r\n{COST}\rThe end of it.\n".encode()
    document = read(write(tmp_path, "a.txt", content))[0]
    assert document.text == content.decode("utf-8-sig")
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    assert body(document) == [BRIDGE, COST, "The end of it."]


def test_sources_toml_comes_first_and_the_nearest_one_wins(tmp_path: Path) -> None:
    write(
        tmp_path,
        "sources.toml",
        '["a.txt"]\nsource = "Post"\npublished = 2024-05-03\nlanguage = "de"\n["in/b.txt"]\nsource = "Far"\n',
    )
    write(tmp_path, "in/sources.toml", '["b.txt"]\nsource = "Near"\norigin = "Agency"\nurl = "https://x.example"\n')
    write(tmp_path, "a.txt", BRIDGE)
    write(tmp_path, "in/b.txt", COST)
    a, b = read(tmp_path)
    assert (a.source, a.published, a.language) == ("Post", "2024-05-03", "de")
    assert (b.source, b.origin, b.url) == ("Near", "Agency", "https://x.example")
    assert read(tmp_path / "a.txt")[0].source == "Post"


@pytest.mark.parametrize(
    ("toml", "wanted"),
    [
        ('["a.txt"', "TOML"),
        ('["a.txt"]\nsorce = "Post"', "sorce"),
        ('["a.txt"]\nsource = 3', "source"),
        ('"a.txt" = "Post"', "table"),
        ('["a.csv"]\ncolumns = "text"', "columns"),
        ('["a.csv"]\ncolumns = { txt = "body" }', "txt"),
    ],
)
def test_a_malformed_sources_toml_says_where_and_what_to_do(tmp_path: Path, toml: str, wanted: str) -> None:
    write(tmp_path, "sources.toml", toml)
    write(tmp_path, "a.txt", BRIDGE)
    with pytest.raises(InputError, match=wanted) as caught:
        read(tmp_path)
    assert "sources.toml" in str(caught.value)


def test_a_name_in_sources_toml_that_leads_nowhere_is_reported(tmp_path: Path) -> None:
    write(tmp_path, "sources.toml", '["b.txt"]\nsource = "Post"\n')
    write(tmp_path, "a.txt", BRIDGE)
    assert [(s.path, "b.txt" in s.reason) for s in refused(tmp_path)] == [("sources.toml", True)]


def test_without_metadata_the_name_of_the_file_tells(tmp_path: Path) -> None:
    document = read(write(tmp_path, "2024-05-03_quay_post.txt", f"Bridge reopens\n\n{BRIDGE} {COST}"))[0]
    assert (document.source, document.published, document.title) == ("quay post", "2024-05-03", "Bridge reopens")


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.txt"):
        read(tmp_path / "gone.txt")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (f"{BRIDGE} {COST}", "en"),
        ("Die Hafenbrücke wurde am Freitag nach vier Monaten wieder für den Verkehr geöffnet.", "de"),
        ("Мост через гавань снова открыли в пятницу после четырёх месяцев ремонта.", "ru"),
        ("Міст через гавань знову відкрили у п’ятницю після чотирьох місяців ремонту.", "uk"),
        ("أعيد فتح جسر الميناء يوم الجمعة بعد أربعة أشهر من الإصلاحات.", "ar"),
        ("42", "und"),
    ],
)
def test_the_language_of_a_document_is_told(tmp_path: Path, text: str, language: str) -> None:
    assert read(write(tmp_path, "a.txt", text))[0].language == language


# ---- decoding


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (codecs.BOM_UTF8 + BRIDGE.encode(), BRIDGE),
        (codecs.BOM_UTF16_LE + BRIDGE.encode("utf-16-le"), BRIDGE),
        (codecs.BOM_UTF16_BE + BRIDGE.encode("utf-16-be"), BRIDGE),
        ("The café’s owner said “never again”.".encode("cp1252"), "The café’s owner said “never again”."),
        (
            "Мост снова открыли в пятницу после ремонта, сообщила мэрия города.".encode("cp1251"),
            "Мост снова открыли в пятницу после ремонта, сообщила мэрия города.",
        ),
    ],
)
def test_encodings_are_recognised(tmp_path: Path, content: bytes, text: str) -> None:
    assert read(write(tmp_path, "a.txt", content))[0].text == text


def test_html_is_read_in_the_charset_it_declares(tmp_path: Path) -> None:
    article = f"<article><p>{COST} Košice říká ano.</p></article>"
    page = f'<html><head><meta charset="iso-8859-2"></head><body>{article}</body></html>'
    assert "Košice říká ano" in read(write(tmp_path, "a.html", page.encode("iso-8859-2")))[0].text


# ---- what cannot be read


@pytest.mark.parametrize(
    ("name", "content", "wanted"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b" \n\n ", "nothing but white space"),
        ("a.txt", b"abc\0def", "NUL"),
        ("a.txt", bytes(range(1, 9)) * 40, "control characters"),
        ("a.txt", codecs.BOM_UTF16_LE + b"abc", "utf-16"),
        ("a.docx", b"PK", "not read"),
        ("a.pdf", b"hello", "no PDF"),
        ("a.pdf", b"%PDF-1.4\nbroken", "damaged"),
        ("a.json", b'{"messages": [{"text": "ab', "not whole JSON"),
        ("a.json", b"[" * 100_000, "too deep"),
        ("a.json", b'{"a": 1}', "neither"),
        ("a.parquet", b"PAR1", "Parquet"),
        ("a.jsonl", b'{"foo": "bar"}', "columns"),
        ("a.csv", b"foo,bar\n1,2\n", "columns"),
        ("a.html", b"<html><body></body></html>", "no article"),
        ("a.html", b"<div>" * 50_000 + b"deep down", "nested"),
        ("a.html", b"<p>" * 50_000 + b"wide", "elements"),
        ("a.txt", b"Read more\n#tag\nAdvertisement:\n", "nothing but"),
    ],
)
def test_what_cannot_be_read_has_a_reason_and_the_rest_is_done(
    tmp_path: Path, name: str, content: bytes, wanted: str
) -> None:
    write(tmp_path, name, content)
    write(tmp_path, "good.txt", BRIDGE)
    assert [d.path for d in read(tmp_path)] == ["good.txt"]
    (skipped,) = refused(tmp_path)
    assert skipped.path == name
    assert wanted in skipped.reason


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(200_000_000)
    assert "200 MB" in refused(tmp_path)[0].reason


def test_a_file_without_permission_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", BRIDGE)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    assert "PermissionError" in refused(tmp_path)[0].reason


# ---- Markdown, HTML, PDF


def test_markdown_front_matter_is_metadata_and_no_text(tmp_path: Path) -> None:
    head = '---\ntitle: "Bridge reopens"\nsource: Quay Post\ndate: 3 May 2024\n---\n'
    page = f"{head}# Bridge reopens\n\n{BRIDGE}\n\n## Costs\n\n- {COST}\n"
    document = read(write(tmp_path, "a.md", page))[0]
    assert (document.title, document.source, document.published) == ("Bridge reopens", "Quay Post", "2024-05-03")
    assert body(document) == [BRIDGE, COST]
    assert document.text == page


def test_text_between_two_rules_is_no_front_matter(tmp_path: Path) -> None:
    document = read(write(tmp_path, "a.md", f"---\n{BRIDGE}\n---\n{COST}\n"))[0]
    assert body(document) == [BRIDGE, COST]


def test_html_gives_the_article_and_its_metadata(tmp_path: Path) -> None:
    page = (
        '<html lang="en"><head><title>Bridge reopens</title><meta property="og:site_name" content="Quay Post">'
        '<meta property="article:published_time" content="2024-05-03T08:00:00Z"></head><body>'
        "<nav><a>Home</a><a>Sport</a></nav><article><h1>Bridge reopens</h1>"
        f"<p>{BRIDGE}</p><p>{COST} &lt;...&gt;</p>"
        "<p>Traders on the east bank lost a third of their customers during the works.</p>"
        "</article><footer>All rights reserved</footer></body></html>"
    )
    document = read(write(tmp_path, "a.html", page))[0]
    assert (document.source, document.published, document.title) == ("Quay Post", "2024-05-03", "Bridge reopens")
    assert body(document)[:2] == [BRIDGE, COST]
    assert [p.cut for p in document.passages if p.kind == "body"] == [False, True, False]
    assert "Sport" not in document.text


def _make_pdf(text: str, encrypted: bool = False) -> bytes:
    lines = "".join(f"({line}) Tj 0 -16 Td " for line in text.split("\n"))
    stream = f"BT /F1 12 Tf 40 700 Td {lines}ET" if text else "0 0 100 100 re f"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        "<< /Title (Bridge reopens) /CreationDate (D:20240503080000Z) >>",
        f"<< /Filter /Standard /V 1 /R 2 /O <{'41' * 32}> /U <{'42' * 32}> /P -4 >>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode()
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    extra = " /Encrypt 7 0 R /ID [<00><00>]" if encrypted else ""
    return (
        out
        + (
            f"xref\n0 8\n0000000000 65535 f \n{table}"
            f"trailer << /Size 8 /Root 1 0 R /Info 6 0 R{extra} >>\nstartxref\n{len(out)}\n%%EOF"
        ).encode()
    )


def test_pdf_text_is_read_and_wrapped_lines_are_joined(tmp_path: Path) -> None:
    wrapped = (
        "The harbour bridge reopened on\nFriday after four months of\nrepairs that closed both of its\n"
        "lanes, and traffic was calm for\nmost of the day."
    )
    document = read(write(tmp_path, "a.pdf", _make_pdf(wrapped)))[0]
    assert (document.title, document.published, document.source) == ("Bridge reopens", "2024-05-03", "a")
    assert [" ".join(passage.split()) for passage in body(document)] == [wrapped.replace("\n", " ")]


def test_scanned_and_encrypted_pdfs_say_so(tmp_path: Path) -> None:
    assert "scan" in refused(write(tmp_path, "a.pdf", _make_pdf("")))[0].reason
    assert "encrypted" in refused(write(tmp_path, "b.pdf", _make_pdf(BRIDGE, encrypted=True)))[0].reason


# ---- tables


def test_csv_columns_are_found_by_their_usual_names(tmp_path: Path) -> None:
    table = (
        f'Outlet;Headline;Body;Date\nPost;Bridge;"{BRIDGE} ""At last"", it said; and so on.";04/25/2024\n'
        f'Echo;;"{COST}";05/02/2024\n;Only a headline here;;\n'
    )
    documents = read(write(tmp_path, "a.csv", table))
    assert [(d.source, d.title, d.published) for d in documents[:2]] == [
        ("Post", "Bridge", "2024-04-25"),
        ("Echo", None, "2024-05-02"),
    ]
    assert documents[0].text == f'{BRIDGE} "At last", it said; and so on.'
    assert (documents[2].text, documents[2].source, documents[2].path) == ("Only a headline here", "a", "a.csv")


def test_columns_are_mapped_in_sources_toml(tmp_path: Path) -> None:
    write(tmp_path, "sources.toml", '["a.jsonl"]\ncolumns = { text = "says", source = "who" }\n')
    write(tmp_path, "a.jsonl", json.dumps({"says": BRIDGE, "who": "Post", "text": "not this"}) + "\n")
    assert [(d.text, d.source) for d in read(tmp_path)] == [(BRIDGE, "Post")]


def test_bad_rows_are_named_and_the_others_read(tmp_path: Path) -> None:
    rows = [
        json.dumps({"text": BRIDGE}),
        "{broken",
        "[1]",
        json.dumps({"text": " "}),
        json.dumps({"other": 1}),
        json.dumps({"text": COST}),
    ]
    path = write(tmp_path, "a.jsonl", "\n".join(rows))
    assert [d.text for d in read(path)] == [BRIDGE, COST]
    assert [s.reason.split(" ")[1].strip(":") for s in refused(path)] == ["2", "3", "4", "5"]


def test_a_repeated_row_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", "\n".join(json.dumps({"text": BRIDGE}) for _ in range(2)))
    assert len(read(path)) == 1
    assert refused(path)[0].reason.startswith("row 2: repeats a.jsonl, row 1")


def test_parquet_rows_are_documents(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    day = datetime.date(2024, 5, 3)
    parquet.write_table(
        pyarrow.table({"content": [BRIDGE, None], "publisher": ["Post", "Echo"], "date": [day, None]}),
        tmp_path / "a.parquet",
    )
    assert [(d.text, d.source, d.published) for d in read(tmp_path)] == [(BRIDGE, "Post", "2024-05-03")]
    assert "row 2" in refused(tmp_path)[0].reason


def write_parquet(folder: Path, *groups: list[str], **columns: object) -> Path:
    """A row group for each list of texts."""
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    tables = [pyarrow.table({"text": texts, **columns}) for texts in groups]
    with parquet.ParquetWriter(folder / "a.parquet", tables[0].schema, compression="zstd") as file:
        for table in tables:
            file.write_table(table)
    return folder / "a.parquet"


def test_a_long_row_of_parquet_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    write_parquet(tmp_path, [BRIDGE, "a" * (MAX_ROW + 1), BRIDGE + " It rained."])
    assert [d.text for d in read(tmp_path)] == [BRIDGE, BRIDGE + " It rained."]
    assert "row 2: is longer than 4 MB" in refused(tmp_path)[0].reason


def test_parquet_that_expands_beyond_measure_is_refused_before_it_does(tmp_path: Path) -> None:
    path = write_parquet(tmp_path, [BRIDGE], ["a" * 70_000_000])
    assert path.stat().st_size < 20_000
    assert [d.text for d in read(tmp_path)] == [BRIDGE]
    (reason,) = [skipped.reason for skipped in refused(tmp_path)]
    assert "expands to 70 MB or more from row 2 on" in reason
    assert "JSON Lines" in reason


@pytest.mark.parametrize("text", ["", "a" * 50_000])
def test_parquet_that_says_one_thing_without_end_is_refused(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "_SMALL", 1_000_000)
    n = 100_000 if not text else 2_000
    path = write_parquet(tmp_path, [text] * n, title=[""] * n, date=[None] * n)
    assert path.stat().st_size < 10_000
    assert pytest.importorskip("pyarrow.parquet").read_metadata(path).row_group(0).total_byte_size < 200_000
    taken: list[object] = []
    with pytest.raises(UnreadableError, match="expands to 1 MB or more"):
        taken.extend(tables.read_table(path, path.name, {}))
    assert 10 < len(taken) < n / 2


def test_nested_columns_of_parquet_are_left_out(tmp_path: Path) -> None:
    write_parquet(tmp_path, [BRIDGE], tags=[["a"] * 10], source=["Post"])
    assert [(d.text, d.source) for d in read(tmp_path)] == [(BRIDGE, "Post")]


def rows_of(folder: Path, *rows: dict[str, str]) -> list[Document]:
    return read(write(folder, "a.jsonl", "\n".join(map(json.dumps, rows))))


def test_entities_in_titles_and_texts_are_read(tmp_path: Path) -> None:
    title, text = "Town &amp;#8216;shocked&rsquo;  by R&amp;amp;D cuts", "AT&T cut&nbsp;it, see ?a=1&copy=2"
    (document,) = rows_of(tmp_path, {"title": title, "text": text})
    assert document.title == "Town ‘shocked’ by R&D cuts"
    assert document.text == "AT&T cut\N{NO-BREAK SPACE}it, see ?a=1&copy=2"


HEADLINES = ("Harbour bridge reopens after repairs", "Mayor defends the cost of repairs", "Ferry owners want a quay")


@pytest.mark.parametrize(
    ("about", "ending"),
    [
        ({"source": "BBC"}, "| BBC News"),
        ({"source": "The Daily Echo"}, "- Daily Echo"),
        ({"url": "https://www.washingtonpost.com/world/1"}, "– The Washington Post"),
        ({"source": "echo.co.uk"}, "· World · Echo"),
    ],
)
def test_an_outlets_name_that_ends_its_titles_is_set_aside(tmp_path: Path, about: dict[str, str], ending: str) -> None:
    printed = [f"{line} {ending}" for line in HEADLINES]
    beside = rows_of(tmp_path, *({**about, "title": line, "text": f"{BRIDGE} {line}."} for line in printed))
    assert [d.title for d in beside] == list(HEADLINES)
    assert all(ending in d.text for d in beside)  # inside a text it is somebody's words
    alone = rows_of(tmp_path, *({**about, "headline": line} for line in printed))
    assert [d.text[p.start : p.end] for d in alone for p in d.passages] == list(HEADLINES)
    assert [d.text for d in alone] == printed
    assert {(d.text[x.start : x.end], x.reason) for d in alone for x in d.dropped} == {(ending, "outlet's name")}
    assert [d.id for d in rows_of(tmp_path, {**about, "headline": printed[0]})] == [alone[0].id]


def test_whom_a_headline_cites_is_no_outlets_name(tmp_path: Path) -> None:
    cited = [{"source": "Agency", "title": f"{line} - Kremlin", "text": f"{BRIDGE} {line}."} for line in HEADLINES]
    assert [d.title for d in rows_of(tmp_path, *cited)] == [row["title"] for row in cited]
    twice = [{"source": "Echo", "title": f"{line} | Echo", "text": f"{BRIDGE} {line}."} for line in HEADLINES[:2]]
    assert [d.title for d in rows_of(tmp_path, *twice)] == [row["title"] for row in twice]


def test_an_ending_of_nearly_all_titles_needs_no_name_and_no_order(tmp_path: Path) -> None:
    rows = [
        {"source": source, "title": f"Repairs go on, day {n} - The Gazette", "text": f"{BRIDGE} {n}"}
        for source in ("North", "South")
        for n in range(300)
    ]
    assert {d.title for d in rows_of(tmp_path, *rows)} == {f"Repairs go on, day {n}" for n in range(300)}
    assert len(rows_of(tmp_path, *rows[:9])) == 9
    assert all("Gazette" in (d.title or "") for d in rows_of(tmp_path, *rows[:9]))


def test_rows_before_a_broken_one_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", f'text,source\n"{BRIDGE}",Post\n"{COST}' + "x" * (5 * 2**20))
    assert [d.text for d in read(path)] == [BRIDGE]
    assert "longer than" in refused(path)[0].reason


def test_reading_a_table_is_lazy(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", "\n".join(json.dumps({"text": f"{BRIDGE} {n}"}) for n in range(5_000)))
    stream = read_documents([path])
    assert isinstance(next(stream), Document)
    shutil.rmtree(tmp_path)
    assert isinstance(next(stream), Document)


# ---- Telegram


def _message(**fields: object) -> dict[str, object]:
    return {"type": "message", "date": "2024-05-03T12:00:00", **fields}


def test_telegram_json_keeps_channel_and_origin_apart(tmp_path: Path) -> None:
    chat = {
        "name": "Quay Channel 🚢", "type": "public_channel", "messages": [
            {"type": "service", "action": "pin_message", "text": "pinned"},
            _message(date_unixtime="1714730400", forwarded_from="City Hall 🏛",
                     text=["The bridge ", {"type": "bold", "text": "reopened"}, " today at noon."]),
            _message(text=COST), _message(text="", photo="x.jpg"),
            _message(forwarded={"from_name": "Port Office"}, text=BRIDGE),
        ],
    }  # fmt: skip
    documents = read(write(tmp_path, "result.json", json.dumps(chat, ensure_ascii=False)))
    assert [(d.source, d.origin, d.published, d.text) for d in documents] == [
        ("Quay Channel", "City Hall", "2024-05-03T10:00:00Z", "The bridge reopened today at noon."),
        ("Quay Channel", None, "2024-05-03", COST),
        ("Quay Channel", "Port Office", "2024-05-03", BRIDGE),
    ]
    several = {"chats": {"list": [chat, {"name": "Other", "messages": [_message(text=COST)]}]}}
    assert [d.source for d in read(write(tmp_path, "all.json", json.dumps(several)))] == ["Quay Channel"] * 3 + [
        "Other"
    ]


def test_telegram_html_export_is_recognised(tmp_path: Path) -> None:
    page = f"""<html><body><div class="page_wrap">
<div class="page_header"><div class="text bold">Quay Channel</div></div>
<div class="page_body chat_page"><div class="history">
<div class="message service" id="message-1"><div class="body details">3 May</div></div>
<div class="message default clearfix" id="message1"><div class="body">
<div class="pull_right date details" title="03.05.2024 12:00:00 UTC+02:00">12:00</div>
<div class="from_name">Quay Channel</div><div class="text">{BRIDGE}<br>{COST}</div></div></div>
<div class="message default clearfix joined" id="message2"><div class="body">
<div class="forwarded body"><div class="from_name">City Hall 🏛
<span class="date details" title="02.05.2024 10:00:00">02.05.2024 10:00:00</span></div>
<div class="text">Trams return &amp; buses stay.</div></div></div></div>
</div></div></div></body></html>"""
    first, second = read(write(tmp_path, "messages.html", page))
    assert (first.source, first.origin, first.published) == ("Quay Channel", None, "2024-05-03T10:00:00Z")
    assert body(first) == [BRIDGE, COST]
    assert (second.source, second.origin, body(second)) == ("Quay Channel", "City Hall", ["Trams return & buses stay."])


@pytest.mark.parametrize(
    "header", ["Forwarded from {}", "[Forwarded from {}]", "Переслано из {}", "Weitergeleitet von {}"]
)
def test_a_pasted_dump_is_split_into_posts_of_one_path(tmp_path: Path, header: str) -> None:
    posts = [
        f"{header.format('City Hall 🏛')}\n📣 {BRIDGE}\nVIEW IN TELEGRAM\n",
        f"{header.format('Port Office')}\n{COST}\n{COST}\n",
    ]
    text = "".join(posts)
    first, second = read(write(tmp_path, "quay_channel.txt", text))
    assert (first.source, first.origin, second.origin) == ("quay channel", "City Hall", "Port Office")
    assert (first.start, first.end, second.start, second.end) == (0, len(posts[0]), len(posts[0]), len(text))
    assert first.text == second.text == text
    assert (body(first), body(second)) == ([BRIDGE], [COST])
    assert first.id != second.id


def test_copied_messages_are_posts_with_a_date(tmp_path: Path) -> None:
    text = f"Quay Channel, [03.05.2024 12:30]\n{BRIDGE}\n\n"
    text += f"Quay Channel, [04.05.2024 08:10]\n[Forwarded from Port Office]\n{COST}\n"
    documents = read(write(tmp_path, "a.txt", text))
    assert [(d.source, d.origin, d.published, body(d)) for d in documents] == [
        ("Quay Channel", None, "2024-05-03", [BRIDGE]),
        ("Quay Channel", "Port Office", "2024-05-04", [COST]),
    ]


def test_one_forward_in_a_text_makes_no_dump(tmp_path: Path) -> None:
    assert len(read(write(tmp_path, "a.txt", f"{BRIDGE}\n\nForwarded from Port Office\n\n{COST}"))) == 1


# ---- the real dump, where it is there


def test_nine_posts_on_real_text() -> None:
    shared = Path(os.environ.get("STANCE_SHARED", Path(__file__).parents[1] / ".." / "shared")) / "corpora" / "kazan"
    if not shared.is_dir():
        pytest.skip("the shared corpora are not here (set STANCE_SHARED)")
    posts = [d for d in read(shared) if d.path == "mfa_telegram.txt"]
    assert len(posts) == 9
    assert all(post.origin for post in posts)


# ---- any bytes at all


SUFFIXES = [".txt", ".md", ".html", ".pdf", ".csv", ".tsv", ".jsonl", ".json", ".parquet"]
SEEDS = [
    b"<html><body><p>", b"%PDF-1.4\n", b'{"messages":[{"text":', b"text,source\n", b"---\n", b"PAR1", b'"', b"<!--",
    b"\xff\xfe",
    b"Forwarded from X\n", b'[{"text": 1}]', b'<div class="message default"><div class="body"><div class="text">',
    b"page_wrap history", b"\r", b"<...>", b"[Date]",
]  # fmt: skip


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_any_bytes_give_documents_or_reasons(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.one_of(
            st.binary(max_size=200),
            st.lists(st.one_of(st.sampled_from(SEEDS), st.binary(max_size=30)), max_size=8).map(b"".join),
        )
    )
    def check(content: bytes) -> None:
        path.write_bytes(content)
        found = list(read_documents([path]))
        assert found
        for each in found:
            if isinstance(each, Document):
                assert each.passages
                assert 0 <= each.start <= each.end <= len(each.text)
            else:
                assert each.reason

    check()


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.text(max_size=20), st.integers()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(
                ["name", "messages", "chats", "list", "type", "text", "forwarded", "date", "date_unixtime", "from"]
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JSON)
def test_any_json_gives_documents_or_reasons(tmp_path: Path, data: object) -> None:
    path = tmp_path / "result.json"
    path.write_text(json.dumps(data))
    assert list(read_documents([path]))


def test_memory_is_bounded_by_the_largest_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(5):
        write(tmp_path, f"{n}.txt", f"{BRIDGE} {n}")
    opened: list[str] = []
    cleaned = reading.clean

    def watch(*arguments: object) -> object:
        opened.append(str(arguments[0]))
        return cleaned(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "clean", watch)
    stream = read_documents([tmp_path])
    next(stream)
    assert len(opened) == 1
    assert clean is cleaned


def test_what_an_earlier_comparison_wrote_is_no_document(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The harbour board voted on Monday to close the old pier.", encoding="utf-8")
    (tmp_path / "out" / "tables").mkdir(parents=True)
    for name in ("comparison.json", "report.html", "tables/claims.csv"):
        (tmp_path / "out" / name).write_text("The harbour board voted on Monday.", encoding="utf-8")
    assert [d.path for d in read_documents([tmp_path])] == ["a.txt"]
