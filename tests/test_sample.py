"""The teaching corpora, their gold and the codebooks: what a user, a lesson or a gate relies on."""

from __future__ import annotations

import json
import os
import re
import runpy
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = sorted(p for p in (ROOT / "data" / "sample").iterdir() if p.is_dir())
CODEBOOKS = sorted((ROOT / "data" / "codebooks").glob("*.toml"))
SHARED = Path(os.environ.get("STANCE_SHARED", ROOT.parent / "shared"))


def gold_of(folder: Path) -> dict[str, Any]:
    return dict(json.loads((ROOT / "data" / "gold" / folder.name / "gold.json").read_text(encoding="utf-8")))


def toml_of(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def spans_of(gold: dict[str, Any]) -> list[dict[str, Any]]:
    near = [miss[side] for miss in gold["near_misses"] for side in "ab"]
    return [e for row in gold["aligned"] for e in row["entries"]] + gold["single"] + near + gold["non_claims"]


@pytest.mark.parametrize("folder", SAMPLES, ids=lambda p: p.name)
class TestSample:
    def test_each_document_is_named_and_of_a_length_for_one_lesson(self, folder: Path) -> None:
        sources = toml_of(folder / "sources.toml")
        gold = gold_of(folder)
        assert set(gold["docs"].values()) == set(sources)
        assert len({s["source"] for s in sources.values()}) == len(sources) >= 4
        for name in sources:
            words = re.sub(r"<[^>]+>", " ", (folder / name).read_text(encoding="utf-8")).split()
            assert 250 <= len(words) <= 600, name

    def test_each_gold_span_holds_the_words_it_says(self, folder: Path) -> None:
        gold = gold_of(folder)
        for span in spans_of(gold):
            text = (folder / gold["docs"][span["doc"]]).read_bytes().decode("utf-8")
            if "start" in span:
                assert text[span["start"] : span["end"]] == span["quote"]
                assert text.count(span["quote"]) == span["copies"]
            else:
                assert gold["docs"][span["doc"]].endswith(".html")
                assert text.count(span["quote"]) == 1

    def test_rows_hold_several_sources_and_opposed_rows_opposite_stances(self, folder: Path) -> None:
        gold = gold_of(folder)
        opposed = [row for row in gold["aligned"] if row["relation"] == "OPPOSE"]
        assert len(opposed) >= 3
        assert all(len({e["doc"] for e in row["entries"]}) >= 2 for row in gold["aligned"])
        for row in opposed:
            stances = {(e.get("target", row["target"]), e["stance"]) for e in row["entries"]}
            assert len({s for _, s in stances} & {"FAV", "UNF"}) == 2 or len({t for t, _ in stances}) == 2, row["id"]

    def test_issues_to_ask_are_gold_rows(self, folder: Path) -> None:
        asked = toml_of(folder / "issues.toml")["issue"]
        rows = {row["id"]: row for row in gold_of(folder)["aligned"]}
        assert 3 <= len(asked) <= 5
        assert all(rows[a["id"]]["target"] == a["target"] and a["question"].endswith("?") for a in asked)

    def test_holds_what_makes_real_sources_hard(self, folder: Path) -> None:
        gold = gold_of(folder)
        voices = {e["voice"] for row in gold["aligned"] for e in row["entries"]} | {s["voice"] for s in gold["single"]}
        assert voices == {"own", "rep", "nest"}
        everything = "\n".join((folder / name).read_text(encoding="utf-8") for name in gold["docs"].values())
        assert re.search(r"\[(?:date|number)\]|\s%\s", everything), "a blank"
        assert any(len(row["entries"]) < len(gold["docs"]) for row in gold["aligned"]), "a silence"

    def test_says_that_it_was_written_for_teaching(self, folder: Path) -> None:
        assert "written for teaching" in (folder / "sources.toml").read_text(encoding="utf-8")

    def test_shares_no_run_of_words_with_documents_that_must_not_be_copied(self, folder: Path) -> None:
        theirs = [p for p in SHARED.glob("corpora/**/*.txt") if p.is_file()]
        if not theirs:
            pytest.skip("no real documents here (set STANCE_SHARED)")
        copied = set().union(*(runs_of_words(p) for p in theirs))
        interface = ("telegram", "forwarded")
        for name in gold_of(folder)["docs"].values():
            shared = runs_of_words(folder / name) & copied
            assert not [run for run in shared if not any(word in run for word in interface)], name


def runs_of_words(path: Path, length: int = 8) -> set[tuple[str, ...]]:
    words = re.findall(r"[\w']+", path.read_text(encoding="utf-8").casefold())
    return set(zip(*(words[i:] for i in range(length)), strict=False))


def test_the_data_statement_lists_what_was_invented_for_kazan() -> None:
    told = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    told = " ".join(told.split())
    for name in [s["source"] for s in toml_of(ROOT / "data/sample/kazan/sources.toml").values()]:
        assert name in told
    assert all(
        name in told for name in ("Anton Belsky", "Viktor Zorin", "Institute for Conflict Analysis", "Market Notes")
    )


@pytest.mark.parametrize("path", CODEBOOKS, ids=lambda p: p.stem)
def test_a_codebook_defines_each_label_once_with_examples(path: Path) -> None:
    book = toml_of(path)
    assert book["name"]
    assert book["description"]
    ids = [label["id"] for label in book["label"]]
    assert len(set(ids)) == len(ids) >= 3
    for label in book["label"]:
        assert set(label) == {"id", "name", "definition", "examples"}
        assert len(label["definition"].split()) >= 8
        assert 2 <= len(label["examples"]) <= 3


def test_policy_frames_are_the_fourteen_and_a_rest() -> None:
    assert [label["id"] for label in toml_of(ROOT / "data/codebooks/policy-frames.toml")["label"]][14:] == ["other"]


def test_each_war_narrative_has_a_counterpart_of_the_other_side() -> None:
    ids = [label["id"] for label in toml_of(ROOT / "data/codebooks/war-narratives.toml")["label"]]
    assert [i[:3] for i in ids] == ["ru-", "ua-"] * (len(ids) // 2)


def test_symmetry_pairs_come_from_their_templates_and_differ_in_names_only() -> None:
    made = runpy.run_path(str(ROOT / "eval/data/make_symmetry.py"))["rows"]()
    shipped = [
        json.loads(line) for line in (ROOT / "eval/data/symmetry.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert shipped == made
    assert len(shipped) >= 200
    assert {(row["kind"], row["tone"]) for row in shipped} == {
        (kind, tone) for kind in ("side", "outlet", "person") for tone in ("neutral", "loaded")
    }
    assert all(row["a"] != row["b"] for row in shipped)
