"""What is taken out of an export, what stays, and that the stated error rates are those of the script."""

from __future__ import annotations

import dataclasses
import json
import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from tram import COUNCIL, comparison
from typer.testing import CliRunner

from stance.cli import app
from stance.errors import InputError
from stance.records import dump_json
from stance.report.redaction import find_persons, redact_comparison

ROOT = Path(__file__).resolve().parents[1]


def redacted(*texts: str) -> list[str]:
    redact = find_persons(texts)
    return [redact(text) for text in texts]


def test_a_private_person_has_one_number_and_a_bare_surname_goes_too() -> None:
    one, other, third = redacted(
        "Deborah Lund, who runs a bakery, said so.", "Lund was angry.", "Tom Fletcher, a driver, agreed with Lund.")
    assert other == f"{one.split(',')[0]} was angry."
    assert re.fullmatch(r"\[person \d\], a driver, agreed with \[person \d\]\.", third)
    assert one.split(",")[0] in third


@pytest.mark.parametrize("form", [
    "DEBORAH LUND SAYS NO", "LUND", "deborah lund", "Deborah  LUND", "deborah-lund-says-no", "Deborah_Lund.txt",
    "posts/deborah_lund/1.html", "https://courier.example/2024/deborah-lund", "?name=Deborah%20Lund", "Lund",
])  # fmt: skip
def test_a_person_has_one_number_however_the_name_is_written(form: str) -> None:
    texts = ["Tom Fletcher drove off.", "Deborah Lund, who runs a bakery, said so.", form, "Elif Demir agreed."]
    _, said, written, _ = redacted(*texts)
    number = said.split(",")[0]
    assert number in written
    assert "lund" not in written.lower()
    assert "deborah" not in written.lower()


@pytest.mark.parametrize("text", [
    "The marsh was drained.", "helen went home.", "The Marshes were drained.", "upmarsh", "helen marshes", "Helen",
])  # fmt: skip
def test_a_word_that_a_name_is_made_of_stays(text: str) -> None:
    assert redacted("Helen Marsh, a nurse, said so.", text)[1] == text


def test_an_official_in_capitals_stays() -> None:
    texts = ("Mayor Ana Ruiz opened it.", "ANA RUIZ OPENS BRIDGE", "ana-ruiz-opens-bridge", "RUIZ")
    assert redacted(*texts) == list(texts)


def test_names_beside_the_words_go_too() -> None:
    """The title, where a document came from, and what the run card says of documents; no digest and no name of a model
    is touched."""
    found, _ = comparison()
    told = "Deborah Lund"
    document = dataclasses.replace(found.documents[0], path="in/Deborah Lund.txt", url="https://a.example/deborah-lund",
                                   origin=told)  # fmt: skip
    run = {**found.run, "title": "What DEBORAH LUND said",
           "inputs": [{"path": "in/Deborah Lund.txt", "sha256": "0" * 64}],
           "skipped": [{"path": "deborah_lund.doc", "reason": "repeats in/Deborah Lund.txt word for word"}]}
    made = dataclasses.replace(found, documents=(document, *found.documents[1:]), run=run)
    shared = redact_comparison(made)
    assert "lund" not in dump_json(shared).lower()
    assert shared.run["title"] == f"What {shared.documents[0].origin} said"
    assert shared.run["inputs"][0] == {"path": shared.documents[0].path, "sha256": "0" * 64}
    assert {k: v for k, v in shared.run.items() if k not in ("title", "inputs", "skipped")} == {
        k: v for k, v in found.run.items() if k not in ("title", "inputs", "skipped")}
    assert [d.source for d in shared.documents] == [d.source for d in found.documents]


def test_an_official_stays_also_where_the_office_is_not_repeated() -> None:
    texts = ("Mayor Ana Ruiz opened it.", "Ana Ruiz smiled.", "Ruiz left.")
    assert redacted(*texts) == list(texts)


@pytest.mark.parametrize("text", [
    "The Northern Courier reported it.", "Takings in the High Street fell by 12.5 per cent in 2023.",
    "The Global South and Saudi Arabia were invited.", "Between 2019 and 2024 it rose from 1,200,000 to 1,350,000.",
])  # fmt: skip
def test_bodies_places_and_figures_stay(text: str) -> None:
    assert redacted(text) == [text]


@pytest.mark.parametrize(("text", "shown"), [
    ("Write to ana.ruiz+x@mail.example.org.", "Write to [e-mail]."),
    ("Call +44 20 7946 0018 now.", "Call [phone] now."),
    ("More from @quaypost.", "More from [handle]."), ("She lives at 14 Mill Lane.", "She lives at [address]."),
])  # fmt: skip
def test_contact_data_go_whoevers_they_are(text: str, shown: str) -> None:
    assert redacted(text) == [shown]


def test_nothing_of_a_person_is_left_anywhere_in_an_export(tmp_path: Path) -> None:
    found, _ = comparison()
    first, *others = found.claims
    claim = dataclasses.replace(first, text="“It is loud,” said Deborah Lund of 14 Quarry Lane.", voice="reported",
                                holder="Deborah Lund", via=("Tom Fletcher",))  # fmt: skip
    issue = dataclasses.replace(found.issues[0], title="Is Deborah Lund right?", why="Deborah Lund")
    made = dataclasses.replace(found, claims=(claim, *others), issues=(issue, *found.issues[1:]))
    (tmp_path / "comparison.json").write_text(dump_json(made), encoding="utf-8")
    done = CliRunner().invoke(
        app, ["export", str(tmp_path / "comparison.json"), "--out", str(tmp_path / "share"), "--redact"])
    assert done.exit_code == 0, done.output
    for path in (tmp_path / "share").iterdir():
        data = path.read_bytes()
        assert not [word for word in (b"Deborah", b"Lund", b"Fletcher", b"Quarry Lane") if word in data], path.name
    plain = json.loads((tmp_path / "share" / "comparison.json").read_text())
    assert COUNCIL in {document["source"] for document in plain["documents"]}
    assert [c["id"] for c in plain["claims"]] == [c.id for c in made.claims]


def test_a_path_loses_names_and_keeps_its_date() -> None:
    found, _ = comparison()
    claim = dataclasses.replace(found.claims[0], text="“It is loud,” said Deborah Lund.", holder="Deborah Lund")
    document = dataclasses.replace(found.documents[0], path="0012-2024-10-24-deborah.lund.html")
    made = dataclasses.replace(found, claims=(claim, *found.claims[1:]), documents=(document, *found.documents[1:]))
    path = redact_comparison(made).documents[0].path
    assert path.startswith("0012-2024-10-24-[person ")
    assert "lund" not in path


def test_redacting_twice_changes_nothing_more() -> None:
    once = redact_comparison(comparison()[0])
    assert redact_comparison(once) == once


def test_the_stated_error_rates_are_those_measured(capsys: pytest.CaptureFixture[str]) -> None:
    script: dict[str, Any] = runpy.run_path(str(ROOT / "eval" / "redaction.py"))
    script["main"]()
    measured = re.findall(r": (\d+ of \d+)", capsys.readouterr().out)
    page = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    assert re.findall(r"\| (\d+ of \d+) \|", page) == measured


def test_an_export_into_its_own_folder_would_overwrite_the_original(tmp_path: Path) -> None:
    file = tmp_path / "comparison.json"
    file.write_text(dump_json(comparison()[0]), encoding="utf-8")
    before = file.read_bytes()
    (tmp_path / "link").symlink_to(tmp_path)
    for out in (tmp_path, tmp_path / "link", tmp_path / "share" / ".."):
        done = CliRunner().invoke(app, ["export", str(file), "--out", str(out), "--redact"])
        assert isinstance(done.exception, InputError)
        assert "would be overwritten" in str(done.exception)
        assert (file.read_bytes(), list(tmp_path.glob("*.csv"))) == (before, [])
