"""The whole way: what is handed on, what the run card says, and that real texts go through it."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from stance.encoding import choose_device, load_encoder
from stance.errors import InputError
from stance.framing import Pair, load_stance_model, read_target
from stance.pipeline import compare_documents, load_asked, read_metrics, read_paths, trace_origins
from stance.records import (
    STANCES,
    Cell,
    Claim,
    Comparison,
    Document,
    Dropped,
    Issue,
    Passage,
    Position,
    Print,
    Relay,
    dump_json,
    from_plain,
    read_comparison,
    to_plain,
)

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = Path(__file__).parent / "golden" / "charge.json"


@pytest.fixture(scope="module")
def charge() -> tuple[Comparison, tuple[Document, ...]]:
    reading = read_paths([ROOT / "data" / "sample" / "charge"], strict=True)
    return compare_documents(reading, load_encoder(), load_stance_model()), reading.documents


def test_every_claim_points_into_its_untouched_file(charge: tuple[Comparison, tuple[Document, ...]]) -> None:
    comparison, documents = charge
    texts = {document.id: document.text for document in documents}
    assert comparison.claims
    for claim in comparison.claims:
        assert texts[claim.document_id][claim.start : claim.end] == claim.text


def test_the_sample_comes_out_as_it_was_looked_at(charge: tuple[Comparison, tuple[Document, ...]]) -> None:
    """Golden: who says what in which row, and with which stance. After a change that is meant, look at the difference,
    then write it anew with STANCE_UPDATE_GOLDEN=1."""
    comparison, documents = charge
    source = {document.id: document.source for document in documents}
    claims = {claim.id: claim for claim in comparison.claims}
    stance = {(p.issue_id, p.claim_id): p.stance for p in comparison.positions}
    seen = [
        {
            "target": issue.target,
            "contested": issue.contested,
            "claims": [
                [source[claims[c].document_id], claims[c].voice, claims[c].holder, stance[issue.id, c], claims[c].text]
                for c in issue.claim_ids
            ],
        }
        for issue in comparison.issues
    ]
    if os.environ.get("STANCE_UPDATE_GOLDEN"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(json.dumps(seen, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert seen == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_a_comparison_survives_its_file(charge: tuple[Comparison, tuple[Document, ...]], tmp_path: Path) -> None:
    comparison, _ = charge
    path = tmp_path / "comparison.json"
    path.write_text(dump_json(comparison), encoding="utf-8")
    back = read_comparison(path)
    assert dump_json(back) == dump_json(comparison)


def test_the_run_card_names_inputs_models_and_what_was_left_out(
    charge: tuple[Comparison, tuple[Document, ...]],
) -> None:
    run = charge[0].run
    assert {item["path"] for item in run["inputs"]} == {d.path for d in charge[1]}
    assert all(len(item["sha256"]) == 64 for item in run["inputs"])
    assert len(run["models"]) == 2
    assert run["dropped"]
    assert run["languages"] == {"en": 4}


def test_rows_hang_on_the_models_reading_of_likely_pairs(
    charge: tuple[Comparison, tuple[Document, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load_stance_model()
    assert charge[0].run["matcher"] == model.name
    predict = model.predict

    def refuse(pairs: list[Pair], task: str = "topic") -> Any:
        return np.tile([0.001, 0.001, 0.998], (len(pairs), 1)) if task == "issue" else predict(pairs, task)

    monkeypatch.setattr(model, "predict", refuse)
    reading = read_paths([ROOT / "data" / "sample" / "charge"])
    assert len(compare_documents(reading, load_encoder(), model).issues) < len(charge[0].issues)


def test_figures_of_other_weights_are_not_taken_for_the_models(tmp_path: Path) -> None:
    model = SimpleNamespace(directory=tmp_path, sha256="mine")
    assert read_metrics(model) == {}  # type: ignore[arg-type]
    for owner, found in (("mine", True), ("other", False)):
        (tmp_path / "metrics.json").write_text(json.dumps({"weights_sha256": owner, "dev": []}), encoding="utf-8")
        assert bool(read_metrics(model)) is found  # type: ignore[arg-type]


def test_renaming_a_source_changes_no_label(charge: tuple[Comparison, tuple[Document, ...]]) -> None:
    """The classifier never sees the source's name: swap two, and every text keeps its stance."""
    reading = read_paths([ROOT / "data" / "sample" / "charge"])
    names = [document.source for document in reading.documents]
    turned = replace(
        reading,
        documents=tuple(
            replace(d, source=name) for d, name in zip(reading.documents, names[1:] + names[:1], strict=True)
        ),
    )
    other = compare_documents(turned, load_encoder(), load_stance_model())

    def labels(comparison: Comparison) -> set[tuple[str, str, str | None]]:
        text = {claim.id: claim.text for claim in comparison.claims}
        target = {issue.id: issue.target for issue in comparison.issues}
        return {(target[p.issue_id], text[p.claim_id], p.stance) for p in comparison.positions}

    assert labels(other) == labels(charge[0])


def test_a_relayed_passage_counts_as_the_first_prints_origin() -> None:
    documents = [Document(id=i, source=s, path=i, sha256="", text="") for i, s in (("1", "Agency"), ("2", "Daily"))]
    relays = [Relay((Print("1", 0, 50), Print("2", 10, 60)), 0.9, True)]
    inside = Claim("a", "2", 20, 40, "x" * 20)
    outside = Claim("b", "2", 70, 90, "y" * 20)
    told = Claim("c", "2", 20, 40, "z" * 20, origin="the ministry")
    first = Claim("d", "1", 10, 30, "x" * 20)
    traced = {c.id: c.origin for c in trace_origins([inside, outside, told, first], documents, relays)}
    assert traced == {"a": "Agency", "b": None, "c": "the ministry", "d": None}


@pytest.mark.parametrize(("text", "said"), [
    ("", "no [[issue]]"), ("[[issue]]\nid='a'\nquestion='q'", "target"), ("x = ", "TOML"),
    ("[[issue]]\nid='a'\nquestion='q'\ntarget='t'\n[[issue]]\nid='a'\nquestion='r'\ntarget='u'", "twice"),
])  # fmt: skip
def test_wrong_questions_are_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "issues.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_asked(tmp_path / "issues.toml")
    assert said in str(caught.value)


@pytest.mark.parametrize(("target", "task"), [
    ("the claim that the tram is safe", "claim"), ("Trams are a danger to children.", "claim"),
    ("the city's tram", "topic"), ("Should the city build a tram?", "topic"), ("Mayor Lund", "topic"),
])  # fmt: skip
def test_a_target_tells_its_task(target: str, task: str) -> None:
    assert read_target(target)[0] == task


def test_documents_of_another_language_are_announced(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "a.txt").write_text("Die Brücke wurde am Montag eröffnet. Der Verkehr hat abgenommen, sagte die "
                                    "Bürgermeisterin der Zeitung.", encoding="utf-8")
    (tmp_path / "b.txt").write_text("The bridge opened on Monday. Traffic has fallen since.", encoding="utf-8")
    comparison = compare_documents(read_paths([tmp_path]), load_encoder(), load_stance_model())
    assert comparison.run["languages"] == {"de": 1, "en": 1}
    assert "de" in caplog.text
    assert "English" in caplog.text


@pytest.mark.slow
def test_real_documents_go_through_whole(shared: Path) -> None:
    reading = read_paths([shared / "corpora" / "kazan"], strict=True)
    assert len([d for d in reading.documents if d.path == "mfa_telegram.txt"]) == 9
    comparison = compare_documents(reading, load_encoder(), load_stance_model())
    texts = [claim.text.casefold() for claim in comparison.claims if claim.document_id in
             {d.id for d in reading.documents if d.path == "mfa_telegram.txt"}]
    assert len(texts) == len(set(texts)), "a repeated post was counted twice"
    assert len(comparison.issues) >= 10


words = st.text(max_size=12)
spans = st.tuples(st.integers(0, 99), st.integers(0, 99)).map(lambda p: (min(p), max(p)))


@given(words, words, spans, st.sampled_from(STANCES))
def test_records_survive_plain_values(name: str, text: str, span: tuple[int, int], stance: str) -> None:
    claim = Claim(name, text, *span, text, "nested", None, (name, text), span, 0.5)
    document = Document(name, text, "p", "s", text, passages=(Passage(*span),), dropped=(Dropped(*span, "why"),))
    issue = Issue(name, text, text, (name,), scores={name: 0.5})
    position = Position(name, text, stance, dict.fromkeys(STANCES, 1 / 3))  # type: ignore[arg-type]
    cell = Cell(name, text, "states", None, (name,), (text,), 1, 1)
    for record in (claim, issue, position, cell):
        assert from_plain(type(record), json.loads(json.dumps(to_plain(record)))) == record
    assert from_plain(Document, to_plain(document)) == replace(document, text="")


def test_what_the_classifier_computes_elsewhere_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """A device that is not the processor: inputs are sent there, answers are fetched from there."""
    model, sent = load_stance_model(), []
    inner, pairs = model._model, [Pair("the bridge", "The bridge is safe."), Pair("the bridge", "It rained.")]
    before = model.logits(pairs, "topic")
    assert (model.device, before.shape) == (choose_device(), (2, 3))

    class Elsewhere:
        def __call__(self, **inputs: torch.Tensor) -> object:
            sent.extend(str(tensor.device) for tensor in inputs.values())
            return inner(**{name: torch.ones(tensor.shape, dtype=torch.long) for name, tensor in inputs.items()})

    monkeypatch.setattr(model, "_model", Elsewhere())
    monkeypatch.setattr(model, "device", "meta")  # torch's device without memory: nothing can stay there unnoticed
    assert model.logits(pairs, "topic").shape == (2, 3)
    assert set(sent) == {"meta"}
