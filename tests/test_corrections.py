"""Corrections: what readers said is found again, applied, reported where it finds nothing, and handed on."""

from __future__ import annotations

import csv
import dataclasses
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tram import CHANNEL, COUNCIL, HERALD, RUN, TRADERS, claim, comparison, document, records

from stance.comparison import compare
from stance.corrections import (
    Correction,
    correct_claims,
    correct_issues,
    correct_positions,
    corrections_card,
    dump_correction,
    point_to_claim,
    point_to_issue,
    read_corrections,
    settle,
)
from stance.errors import InputError
from stance.records import STANCES, Issue, Position
from stance.review.exports import labelled_rows, to_csv, to_label_studio
from stance.training.data import load_csv

DOCUMENTS, CLAIMS, ISSUES, POSITIONS = records()
LOOSE = [claim(DOCUMENTS, HERALD, "The European Union looks on."), claim(DOCUMENTS, TRADERS, "The EU pays nothing.")]
CLAIMS = [*CLAIMS, *LOOSE]
SOURCE = {d.id: d.source for d in DOCUMENTS}
STREET, FAIR, COST, NOISE = ISSUES


def on(one):
    return point_to_claim(one, SOURCE[one.document_id])


def row(issue: Issue):
    return point_to_issue(issue)


def said(words: str):
    return next(c for c in CLAIMS if words in c.text)


def relabel(issues: list[Issue]) -> list[Position]:
    """What a model would say of every row after it was corrected: always neutral where the town did not say."""
    known = {(p.issue_id, p.claim_id): p for p in POSITIONS}
    plain = dict(zip(STANCES, (0.1, 0.8, 0.1), strict=True))
    return [known.get((i.id, c)) or Position(i.id, c, "neutral", plain) for i in issues for c in i.claim_ids]


def apply(corrections, documents=DOCUMENTS, claims=CLAIMS, issues=ISSUES, positions=None):
    """The pipeline's three steps, without its models."""
    claims, one = correct_claims(documents, claims, corrections)
    issues, two = correct_issues(documents, claims, issues, corrections)
    before = relabel(issues) if positions is None else positions
    positions, three = correct_positions(documents, claims, issues, before, corrections)
    return claims, issues, positions, [*one, *two, *three]


def look(result):
    claims, issues, positions, _ = result
    return compare(DOCUMENTS, claims, issues, positions, RUN)


every_stance = st.builds(lambda p, s: Correction("stance", on(next(c for c in CLAIMS if c.id == p.claim_id)),
                                                 row(next(i for i in ISSUES if i.id == p.issue_id)), stance=s),
                         st.sampled_from(POSITIONS), st.sampled_from([*STANCES, None]))
every_voice = st.builds(lambda c, v, h: Correction("voice", on(c), voice=v, holder=h), st.sampled_from(CLAIMS),
                        st.sampled_from(["own", "reported", "nested"]), st.sampled_from([None, "Ida Brandt"]))
every_split = st.builds(lambda p: Correction("split", on(next(c for c in CLAIMS if c.id == p.claim_id)),
                                             row(next(i for i in ISSUES if i.id == p.issue_id))),
                        st.sampled_from(POSITIONS))
every_add = st.builds(lambda c, i: Correction("add", on(c), row(i)), st.sampled_from(LOOSE), st.sampled_from(ISSUES))
every_merge = st.builds(lambda i, j: Correction("merge", issue=row(i), into=row(j)), st.sampled_from(ISSUES),
                        st.sampled_from(ISSUES)).filter(lambda c: c.issue != c.into)
every_silence = st.builds(lambda d, i: Correction("silence", issue=row(i), source=d.source, document_ids=(d.id,)),
                          st.sampled_from(DOCUMENTS), st.sampled_from(ISSUES))
every = st.lists(st.one_of(every_stance, every_voice, every_split, every_add, every_merge, every_silence), max_size=7)


def conflicting(corrections) -> bool:
    """Whether two of them speak about one thing: then their order may matter."""
    about = [c.about for c in corrections]
    members = {(c.issue.id, SOURCE[c.claim and next(k for k in CLAIMS if k.id == c.claim.id).document_id])
               for c in corrections if c.kind == "add" and c.issue}
    silent = {(c.issue.id, c.source) for c in corrections if c.kind == "silence" and c.issue}
    n_merges = sum(c.kind == "merge" for c in corrections)
    return len(set(about)) < len(about) or bool(members & silent) or n_merges + bool(members and silent) > 1


@settings(max_examples=60, deadline=None)
@given(every)
def test_twice_is_once(corrections):
    once, twice = apply(settle(corrections)), apply(settle(corrections * 2))
    assert once[:3] == twice[:3]
    claims, issues, positions, _ = once
    if all(any(i.id == r.id for i in issues) for r in ISSUES):
        again = apply(settle(corrections), claims=claims, issues=issues, positions=positions)
        assert again[:3] == (claims, issues, positions)


@settings(max_examples=60, deadline=None)
@given(every.filter(lambda c: not conflicting(c)), st.randoms(use_true_random=False))
def test_order_does_not_matter_without_conflict(corrections, chance):
    mixed = list(corrections)
    chance.shuffle(mixed)
    one, other = apply(settle(corrections)), apply(settle(mixed))
    assert one[:3] == other[:3]
    assert {str(m) for m in one[3]} == {str(m) for m in other[3]}


@settings(max_examples=60, deadline=None)
@given(every)
def test_every_correction_is_applied_or_reported(corrections):
    settled = settle(corrections)
    result = apply(settled)
    look(result)  # raises where a record points at one that is not there
    card = corrections_card(settled, result[3])
    assert card["n_applied"] + card["n_replaced"] + card["n_without_effect"] == len(corrections)
    assert len(card["without_effect"]) == card["n_without_effect"]


@settings(max_examples=40, deadline=None)
@given(every)
def test_a_file_gives_back_what_was_written(tmp_path_factory, corrections):
    path = tmp_path_factory.mktemp("c") / "corrections.jsonl"
    path.write_bytes(b"".join(map(dump_correction, corrections)))
    assert read_corrections(path).standing == settle(corrections).standing


def test_a_stance_is_corrected_and_the_cell_follows():
    kill = said("kill the high street")
    found = look(apply(settle([Correction("stance", on(kill), row(STREET), stance="favourable")])))
    position = next(p for p in found.positions if p.claim_id == kill.id)
    assert (position.stance, position.probabilities["favourable"]) == ("favourable", 1.0)
    cell = next(c for c in found.cells if c.source == TRADERS and c.issue_id == STREET.id)
    assert cell.stance == "favourable"


def test_no_clear_position_abstains():
    kill = said("kill the high street")
    found = look(apply(settle([Correction("stance", on(kill), row(STREET), stance=None)])))
    assert next(p for p in found.positions if p.claim_id == kill.id).stance is None


def test_a_voice_is_corrected_with_holder_and_origin():
    pays = said("the state will pay")
    claims, *_ = apply(settle([Correction("voice", on(pays), voice="reported", holder="the treasurer")]))
    corrected = next(c for c in claims if c.id == pays.id)
    assert (corrected.holder, corrected.origin, corrected.confidence) == ("the treasurer", "the treasurer", 1.0)
    claims, *_ = apply(settle([Correction("voice", on(pays), voice="own")]))
    corrected = next(c for c in claims if c.id == pays.id)
    assert (corrected.voice, corrected.holder, corrected.origin, corrected.cue) == ("own", None, None, None)


def test_a_forwarded_claim_keeps_its_origin_when_its_voice_is_corrected():
    busier = said("busier in every town")
    claims, *_ = apply(settle([Correction("voice", on(busier), voice="reported", holder="a mayor")]))
    assert next(c for c in claims if c.id == busier.id).origin == busier.origin


def test_rows_are_merged_and_keep_the_title_of_the_one_merged_into():
    _, issues, _, missed = apply(settle([Correction("merge", issue=row(NOISE), into=row(STREET))]))
    assert [i.id for i in issues] == [STREET.id, FAIR.id, COST.id]
    assert set(issues[0].claim_ids) == {*STREET.claim_ids, *NOISE.claim_ids}
    assert (issues[0].title, issues[0].target) == (STREET.title, STREET.target)
    assert NOISE.title in issues[0].why
    assert missed == []


def test_a_merge_never_loses_a_row_that_the_user_asked_for():
    asked = [dataclasses.replace(STREET, asked="street"), FAIR, COST, NOISE]
    _, issues, _, missed = apply(settle([Correction("merge", issue=row(STREET), into=row(NOISE))]), issues=asked)
    assert missed == []
    kept = next(i for i in issues if i.asked)
    assert (kept.title, set(kept.claim_ids)) == (STREET.title, {*STREET.claim_ids, *NOISE.claim_ids})
    both = [dataclasses.replace(STREET, asked="street"), FAIR, COST, dataclasses.replace(NOISE, asked="noise")]
    _, issues, _, missed = apply(settle([Correction("merge", issue=row(STREET), into=row(NOISE))]), issues=both)
    assert len(issues) == 4
    assert "asked" in str(missed[0])


def test_a_stance_toward_one_target_is_not_carried_over_to_another():
    quieter = said("quieter than the buses")
    _, _, positions, missed = apply(settle([
        Correction("stance", on(quieter), row(NOISE), stance="unfavourable"),
        Correction("merge", issue=row(NOISE), into=row(STREET))]))
    assert next(p for p in positions if p.claim_id == quieter.id).stance == "neutral"  # the model's, on the new target
    assert NOISE.target in str(missed[0])


def test_claims_are_put_in_and_taken_out_and_silences_kept():
    busier = said("busier in every town")
    found = look(apply(settle([
        Correction("add", on(LOOSE[1]), row(COST)),
        Correction("silence", issue=row(STREET), source=CHANNEL, document_ids=(busier.document_id,))])))
    cells = {(c.source, c.issue_id): c for c in found.cells}
    assert cells[TRADERS, COST.id].claim_ids == (LOOSE[1].id,)
    assert cells[CHANNEL, STREET.id].state == "silent"


def test_a_row_without_claims_goes_unless_it_was_asked():
    out = settle([Correction("split", on(c), row(NOISE)) for c in CLAIMS if c.id in NOISE.claim_ids])
    assert NOISE.id not in [i.id for i in apply(out)[1]]
    asked = [STREET, FAIR, COST, dataclasses.replace(NOISE, asked="noise")]
    assert apply(out, issues=asked)[1][3].claim_ids == ()


def test_the_last_line_about_one_thing_holds_and_can_be_taken_back():
    kill = said("kill the high street")
    first, last = (Correction("stance", on(kill), row(STREET), stance=s) for s in ("favourable", "neutral"))
    assert settle([first, last]).standing == (last,)
    taken_back = settle([first, last, dataclasses.replace(last, withdrawn=True)])
    assert (taken_back.standing, taken_back.n_replaced) == ((), 3)
    assert apply(taken_back)[2] == POSITIONS


def test_a_claim_put_in_after_a_silence_speaks():
    quiet = Correction("silence", issue=row(COST), source=TRADERS, document_ids=(LOOSE[1].document_id,))
    put_in = Correction("add", on(LOOSE[1]), row(COST))
    assert LOOSE[1].id in apply(settle([quiet, put_in]))[1][2].claim_ids
    assert LOOSE[1].id not in apply(settle([put_in, quiet]))[1][2].claim_ids


def test_corrections_find_their_place_after_documents_are_added_and_ids_moved():
    kill, falk = said("kill the high street"), said("bring life back")
    corrections = settle([
        Correction("stance", on(kill), row(STREET), stance="neutral"),
        Correction("voice", on(falk), voice="reported", holder="the mayor"),
        Correction("split", on(said("is the best thing")), row(STREET)),
        Correction("merge", issue=row(NOISE), into=row(COST))])
    # Another document joins: rows get other ids, titles and targets, and one document's claims get other ids.
    extra = document("Norby Post", "Aldermoor should look at Norby before it lays a single rail.\n")
    new = claim([*DOCUMENTS, extra], "Norby Post", "Aldermoor should look at Norby before it lays a single rail.")
    moved = {c.id: "moved-" + c.id if c.document_id == kill.document_id else c.id for c in CLAIMS}
    claims = [*(dataclasses.replace(c, id=moved[c.id]) for c in CLAIMS), new]
    issues = [Issue("new-" + i.id, "Line 4, and what else?" if i is STREET else i.title,
                    "the new line" if i is STREET else i.target,
                    (*(moved[c] for c in i.claim_ids), *((new.id,) if i is STREET else ()))) for i in ISSUES]
    claims, issues, positions, missed = apply(corrections, [*DOCUMENTS, extra], claims, issues)
    assert missed == []
    street = next(i for i in issues if i.id == "new-" + STREET.id)
    assert (street.title, street.target) == (STREET.title, STREET.target)  # judged under these words
    assert new.id in street.claim_ids
    assert said("is the best thing").id not in street.claim_ids
    assert next(p for p in positions if p.claim_id == moved[kill.id]).probabilities["neutral"] == 1.0
    assert next(c for c in claims if c.id == falk.id).holder == "the mayor"
    assert len(issues) == 3


def test_what_finds_nothing_is_reported_with_its_line_and_changes_nothing():
    gone = dataclasses.replace(on(CLAIMS[0]), id="f" * 16, text="Nobody ever printed this.")
    nowhere = dataclasses.replace(row(STREET), id="e" * 16, title="?", target="?", claim_ids=("d" * 16,))
    corrections = settle([dataclasses.replace(c, line=n) for n, c in enumerate([
        Correction("stance", gone, row(STREET), stance="neutral"),
        Correction("stance", on(CLAIMS[0]), nowhere, stance="neutral"),
        Correction("stance", on(LOOSE[0]), row(STREET), stance="neutral"),
        Correction("voice", gone, voice="own"),
        Correction("split", gone, row(STREET)),
        Correction("add", on(LOOSE[0]), nowhere),
        Correction("merge", issue=nowhere, into=row(STREET)),
        Correction("silence", issue=row(STREET), source="Nobody", document_ids=("c" * 16,))], 1)])
    claims, issues, positions, missed = apply(corrections)
    assert (claims, issues, positions) == (CLAIMS, ISSUES, POSITIONS)
    card = corrections_card(corrections, missed)
    assert (card["n_applied"], card["n_without_effect"]) == (0, 8)
    assert [m.split(":")[0] for m in card["without_effect"]] == [f"line {n}" for n in range(1, 9)]


GOOD = json.loads(dump_correction(Correction("stance", on(CLAIMS[0]), row(STREET), stance="neutral")))


@pytest.mark.parametrize(("line", "told"), [
    (b"{", "not JSON"), (b"[" * 100_000, "not JSON"), (b"\xff\xfe", "not JSON"), (b"[]", "object"),
    (b'{"kind": "mood"}', "mood"), (b'{"kind": ["stance"]}', "none of"), (b'{"kind": "stance"}', "claim"),
    (json.dumps(GOOD | {"stanse": 1}).encode(), "stanse"), (json.dumps(GOOD | {"stance": "good"}).encode(), "good"),
    (json.dumps(GOOD | {"claim": {"id": "x"}}).encode(), "source"),
    (json.dumps(GOOD | {"claim": None}).encode(), "claim"),
    (json.dumps({"kind": "merge", "issue": GOOD["issue"], "into": GOOD["issue"]}).encode(), "itself"),
])
def test_a_line_that_cannot_be_understood_is_named(tmp_path, line, told):
    path = tmp_path / "corrections.jsonl"
    path.write_bytes(json.dumps(GOOD).encode() + b"\n\n" + line + b"\n")
    with pytest.raises(InputError, match="line 3") as caught:
        read_corrections(path)
    assert told in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match="stance review"):
        read_corrections(tmp_path / "none.jsonl")


def test_whatever_a_text_holds_can_be_written_and_read(tmp_path):
    odd = dataclasses.replace(on(CLAIMS[0]), text="half a \ud800 sign\u2028and a line", source="Газета")
    correction = Correction("split", odd, row(STREET), annotator="A", note="n", at="2031-03-09")
    (tmp_path / "c.jsonl").write_bytes(dump_correction(correction))
    assert read_corrections(tmp_path / "c.jsonl").standing == (correction,)
    assert "Газета" in (tmp_path / "c.jsonl").read_text(encoding="utf-8")


def test_stances_become_rows_that_train_reads(tmp_path):
    kill, best = said("kill the high street"), said("is the best thing")
    corrections = settle([
        Correction("stance", on(kill), row(STREET), stance="unfavourable"),
        Correction("stance", on(best), row(STREET), stance=None),
        Correction("stance", on(best), row(dataclasses.replace(STREET, id="i", target="the claim that it is loud")),
                   stance="favourable"),
        Correction("voice", on(best), voice="own")])
    rows = labelled_rows(corrections)
    assert [(r["label"], r["task"], r["target"]) for r in rows] == [
        ("unfavourable", "topic", "tram line 4"), ("favourable", "claim", "It is loud")]
    assert next(csv.DictReader(io.StringIO(to_csv(rows))))["text"] == kill.text
    (tmp_path / "rows.csv").write_text(to_csv(rows), encoding="utf-8")
    assert len(load_csv(tmp_path / "rows.csv", "topic")) == 2


def test_label_studio_gets_a_task_for_each_claim_in_a_row():
    found, _ = comparison()
    tasks = to_label_studio(found)
    assert len(tasks) == sum(len(i.claim_ids) for i in found.issues)
    task = next(t for t in tasks if "is the best thing" in t["data"]["text"])
    assert task["data"]["source"] == COUNCIL
    results = {r["from_name"]: r for r in task["predictions"][0]["result"]}
    assert results["stance"]["value"] == {"choices": ["favourable"]}
    assert results["voice"]["value"] == {"choices": ["own"]}
    assert all(r["to_name"] == "text" for t in tasks for r in t["predictions"][0]["result"])
    assert json.loads(json.dumps(tasks)) == tasks
