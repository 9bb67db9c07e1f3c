from __future__ import annotations

import dataclasses
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tram import CHANNEL, COUNCIL, HERALD, MINISTRY, RUN, TRADERS, comparison, records

from stance.comparison import (
    agreements,
    compare,
    confidence_word,
    errors_by_word,
    frame_counts,
    holders,
    left_out,
    repeated,
    signature,
    sources,
    spoken_by_issue,
    stance_shares,
    states_by_source,
)
from stance.errors import InputError
from stance.records import STANCES, Claim, Comparison, Document, Frame, Issue, Position, Stance, dump_json


def cell(found: Comparison, title: str, source: str):
    issue = next(i for i in found.issues if i.title.startswith(title))
    return next(c for c in found.cells if c.issue_id == issue.id and c.source == source)


def test_every_kind_of_silence_has_its_state():
    found, _ = comparison()
    assert cell(found, "Will line 4", COUNCIL).state == "states"
    assert cell(found, "How loud", HERALD).state == "mentions"
    assert cell(found, "Who pays", COUNCIL).state == "blank"
    assert cell(found, "How loud", COUNCIL).state == "silent"
    documents, claims, issues, positions = records()
    unclear = [dataclasses.replace(p, stance=None) for p in positions]
    assert cell(compare(documents, claims, issues, unclear, RUN), "Was the", TRADERS).state == "cut"


def test_a_source_that_prints_both_sides_has_no_stance_of_its_own():
    found, _ = comparison()
    assert cell(found, "Will line 4", HERALD).stance is None
    assert cell(found, "Will line 4", TRADERS).stance == "unfavourable"


def test_an_unsure_position_decides_nothing():
    found, _ = comparison()
    assert cell(found, "How loud", TRADERS).stance is None
    assert cell(found, "How loud", TRADERS).state == "states"


def test_two_sources_that_relay_one_ministry_count_once():
    found, _ = comparison()
    assert cell(found, "Who pays", HERALD).origins == cell(found, "Who pays", CHANNEL).origins == (MINISTRY,)
    pair = next(a for a in agreements(found) if a.sources == (HERALD, CHANNEL))
    assert (pair.n_single_origin, pair.n_agree) == (1, 0)


def test_forwarded_words_belong_to_whom_they_come_from():
    found, _ = comparison()
    names = {h.name for h in holders(found)}
    assert MINISTRY in names
    assert CHANNEL not in names


def test_rows_with_opposed_holders_come_first():
    found, _ = comparison()
    assert [i.title for i in found.issues if i.contested] == [i.title for i in found.issues][:2]
    assert found.issues[0].title.startswith("Will line 4")


def test_one_holder_with_two_minds_is_no_contest():
    documents, claims, issues, _ = records()
    issue = next(i for i in issues if i.title.startswith("Was the"))
    own = [c for c in claims if c.id in issue.claim_ids][:2]
    own = [dataclasses.replace(c, voice="reported", holder=name) for c, name in zip(own, ("Ines Falk", "ines  FALK"),
                                                                                    strict=True)]
    row = dataclasses.replace(issue, claim_ids=tuple(c.id for c in own))
    positions = [Position(row.id, c.id, s, {s: 1.0}) for c, s in zip(own, ("favourable", "unfavourable"), strict=True)]
    assert not compare(documents, own, [row], positions, RUN).issues[0].contested


def test_what_a_source_leaves_out_is_only_what_two_others_take_up():
    found, _ = comparison()
    titles = {i.id: i.title for i in found.issues}
    missing = {titles[i] for i in left_out(found)[CHANNEL]}
    assert missing == {"Was the consultation fair?", "How loud will the trams be?"}
    assert left_out(found)[HERALD] == ()


def test_words_for_confidence_rise_with_it():
    words = [confidence_word(p) for p in (1.0, 0.8, 0.6, 0.2, 0.0)]
    assert words == ["almost certain", "likely", "fairly sure", "unsure", "unsure"]


def test_the_signature_tells_ways_of_working_apart_and_not_inputs():
    assert signature(RUN) == signature({**RUN, "inputs": {}})
    assert signature(RUN) != signature({**RUN, "seed": 14})
    assert signature(RUN) != signature({**RUN, "thresholds": {"align": 0.6}})


def test_records_that_do_not_belong_together_are_refused_with_a_reason():
    documents, claims, issues, positions = records()
    with pytest.raises(InputError, match="is not among the claims"):
        compare(documents, claims[1:], issues, positions, RUN)
    with pytest.raises(InputError, match="not among the documents"):
        compare(documents[1:], claims, issues, positions, RUN)
    with pytest.raises(InputError, match="not in that issue"):
        compare(documents, claims, issues[1:], positions, RUN)


NAMES = ("Ash", "Birch", "Cedar", "Dogwood")


@st.composite
def anything(draw):
    documents = [Document(id=f"d{n}", source=draw(st.sampled_from(NAMES)), path=f"{n}.txt", sha256="0", text="",
                          origin=draw(st.sampled_from([None, None, "Agency"]))) for n in range(draw(st.integers(1, 5)))]
    claims = [Claim(id=f"c{n}", document_id=draw(st.sampled_from(documents)).id, start=n, end=n + 1, text="t",
                    voice=draw(st.sampled_from(["own", "reported"])), holder=draw(st.sampled_from([None, "Ann", "Bo"])),
                    confidence=draw(st.floats(0, 1)), blank=draw(st.booleans()), cut=draw(st.booleans()))
              for n in range(draw(st.integers(0, 8)))]
    issues, positions = [], []
    for n in range(draw(st.integers(0, 4))):
        chosen = draw(st.lists(st.sampled_from(claims), unique_by=lambda c: c.id)) if claims else []
        issues.append(Issue(f"i{n}", f"q{n % 2}", "t", tuple(c.id for c in chosen)))
        for c in chosen:
            if draw(st.booleans()):
                p = draw(st.floats(0, 1))
                positions.append(Position(f"i{n}", c.id, draw(st.sampled_from([*STANCES, None])),
                                          {"favourable": p, "neutral": (1 - p) / 2, "unfavourable": (1 - p) / 2}))
    return documents, claims, issues, positions


@given(anything())
@settings(max_examples=60, deadline=None)
def test_every_source_has_one_cell_in_every_issue(given):
    found = compare(*given, RUN)
    assert [(c.issue_id, c.source) for c in found.cells] == [(i.id, s) for i in found.issues for s in sources(found)]
    assert all(sum(states.values()) == len(found.issues) for states in states_by_source(found).values())


@given(anything())
@settings(max_examples=60, deadline=None)
def test_a_silent_source_stays_silent(given):
    found = compare(*given, RUN)
    said = {(i.id, s.source) for i in found.issues for s in spoken_by_issue(found)[i.id]}
    for c in found.cells:
        assert (c.state == "silent") == ((c.issue_id, c.source) not in said)
        if c.state == "silent":
            assert (c.stance, c.claim_ids, c.origins) == (None, (), ())


@given(anything())
@settings(max_examples=60, deadline=None)
def test_shares_sum_to_one(given):
    for said in spoken_by_issue(compare(*given, RUN)).values():
        shares = stance_shares(said)
        assert not shares or sum(shares.values()) == pytest.approx(1)


@given(anything(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_only_the_order_of_documents_matters(given, rng: random.Random):
    documents, *rest = given
    shuffled = [rng.sample(part, len(part)) for part in rest]
    assert dump_json(compare(documents, *rest, RUN)) == dump_json(compare(documents, *shuffled, RUN))


@given(anything())
@settings(max_examples=60, deadline=None)
def test_swapping_two_sources_swaps_their_columns_and_nothing_else(given):
    documents, *rest = given
    swap = {"Ash": "Birch", "Birch": "Ash"}
    swapped = [dataclasses.replace(d, source=swap.get(d.source, d.source)) for d in documents]
    one, other = compare(documents, *rest, RUN), compare(swapped, *rest, RUN)
    assert (one.claims, one.issues, one.positions) == (other.claims, other.issues, other.positions)

    def renamed(c):
        return dataclasses.replace(c, source=swap.get(c.source, c.source),
                                   origins=tuple(sorted(swap.get(o, o) for o in c.origins)))

    assert [renamed(c) for c in one.cells] == [dataclasses.replace(c, origins=tuple(sorted(c.origins)))
                                              for c in other.cells]


@given(anything())
@settings(max_examples=60, deadline=None)
def test_contested_needs_two_holders_on_opposite_sides(given):
    found = compare(*given, RUN)
    for issue in found.issues:
        clear = [s for s in spoken_by_issue(found)[issue.id] if s.is_clear]
        if issue.contested:
            assert {"favourable", "unfavourable"} <= {s.stance for s in clear}
            assert len({(s.holder, s.source) for s in clear}) > 1


def test_unnamed_authorities_are_no_common_origin():
    documents, claims, issues, positions = records()
    vague = [dataclasses.replace(c, origin="many experts") if c.origin else c for c in claims]
    found = compare(documents, vague, issues, positions, RUN)
    assert cell(found, "Who pays", HERALD).origins == (HERALD,)
    pair = next(a for a in agreements(found) if a.sources == (HERALD, CHANNEL))
    assert (pair.n_single_origin, pair.n_agree) == (0, 1)


def test_frames_are_counted_by_source_and_the_unlabelled_are_not_forgotten():
    found, _ = comparison()
    mine = [c for c in found.claims if c.text.startswith("Line 4 will kill") or c.text.startswith("The consultation")]
    framed = dataclasses.replace(found, frames=tuple(
        Frame(c.id, "book", label, {}) for c, label in zip(mine, ("economy", None, "economy"), strict=False)))
    counts = frame_counts(framed)["book"]
    assert set(counts) == set(sources(found))
    assert sum(n for labels in counts.values() for n in labels.values()) == len(framed.frames)
    assert counts[COUNCIL] == {}


def test_words_for_confidence_are_measured_on_the_dev_data_of_the_tasks_in_use():
    def part(task: str, n: int, wrong: int) -> dict[str, object]:
        return {"set": task, "split": "dev", "task": task, "by_word": {
            "likely": {"n": n, "n_wrong": wrong}, "unsure": {"n": 0, "n_wrong": 0}}}

    found = errors_by_word({"dev": [part("claim", 30, 3), part("topic", 10, 3), part("sentiment", 90, 90)]},
                           ("claim", "topic"))
    assert found == {"likely": {"n": 40, "error": 0.15}, "on": ["claim/dev", "topic/dev"]}
    assert errors_by_word({"dev": [{"task": "claim", "set": "old", "split": "dev"}]}, ("claim",)) == {}
def _made(stances: dict[str, dict[str, str]]) -> Comparison:
    """Issue title → source → stance, each source's own claim."""
    names = sorted({source for said in stances.values() for source in said})
    documents = [Document(f"d-{name}", name, f"{name}.txt", "", "") for name in names]
    claims, issues, positions = [], [], []
    for title, said in stances.items():
        for source, stance in said.items():
            claim = Claim(f"{title}-{source}", f"d-{source}", 0, 1, f"{source} on {title}")
            claims.append(claim)
            sure = {s: 0.9 if s == stance else 0.05 for s in STANCES}
            positions.append(Position(title, claim.id, stance, sure))
        issues.append(Issue(title, title, title, tuple(c.id for c in claims if c.id.startswith(f"{title}-"))))
    return compare(documents, claims, issues, positions, RUN)


def test_agreement_of_two_sources_has_wilsons_interval():
    """Eight of ten: [.490, .943] (Wilson 1927); none: [0, 1]."""
    found = _made({f"q{n}": {"A": "favourable", "B": "favourable" if n < 8 else "unfavourable"} for n in range(10)})
    (pair,) = agreements(found)
    assert (pair.n_shared, pair.n_agree) == (10, 8)
    assert (pair.low, pair.high) == (pytest.approx(0.490, abs=0.001), pytest.approx(0.943, abs=0.001))
    (apart,) = agreements(_made({"q": {"A": "favourable"}, "r": {"B": "neutral"}}))
    assert (apart.n_shared, apart.low, apart.high) == (0, 0.0, 1.0)


def test_shares_are_shares_of_the_clear_positions():
    found = _made({f"q{n}": {"A": "favourable" if n < 3 else "neutral"} for n in range(4)})
    said = [s for rows in spoken_by_issue(found).values() for s in rows]
    assert stance_shares(said) == {"favourable": 0.75, "neutral": 0.25}


def test_rows_that_more_sources_speak_to_come_first():
    found = _made({"a": {"A": "neutral"}, "b": {"A": "neutral", "B": "neutral"},
                   "c": {"A": "neutral", "B": "neutral", "C": "neutral"}})  # fmt: skip
    assert [issue.id for issue in found.issues] == ["c", "b", "a"]


def test_the_row_that_most_sources_speak_to_comes_before_the_contested_ones():
    found = _made({"a": {"A": "favourable", "B": "unfavourable"}, "b": {"A": "neutral", "B": "neutral"},
                   "c": {"A": "neutral", "B": "neutral", "C": "neutral"}})  # fmt: skip
    assert [issue.id for issue in found.issues] == ["c", "a", "b"]


def test_of_the_rows_that_most_sources_speak_to_the_first_is_the_one_that_their_titles_name():
    documents, claims, issues, positions = records()
    documents = [dataclasses.replace(d, title="How loud the trams will be") for d in documents]
    street, *_, noise = issues
    noise = dataclasses.replace(noise, claim_ids=tuple(dict.fromkeys(noise.claim_ids + street.claim_ids)))
    street = dataclasses.replace(street, target="the high street")
    found = compare(documents, claims, [street, noise], [p for p in positions if p.issue_id in (street.id, noise.id)],
                    RUN)
    assert [issue.id for issue in found.issues] == [noise.id, street.id]
    assert [issue.contested for issue in found.issues] == [False, True]


def test_a_row_whose_sources_say_nothing_new_in_it_comes_last_unless_it_is_contested_or_asked():
    documents, claims, issues, positions = records()
    street, _, cost, noise = issues
    positions = [p for p in positions if p.issue_id in (street.id, cost.id, noise.id)]
    again = dataclasses.replace(street, id="again", title="And again?")
    found = compare(documents, claims, [again, street, cost, noise], positions, RUN)
    assert [issue.id for issue in found.issues] == [street.id, cost.id, noise.id, "again"]
    assert repeated(found) == {"again"}
    asked = dataclasses.replace(again, asked="again")
    assert repeated(compare(documents, claims, [asked, street, cost, noise], positions, RUN)) == frozenset()
    opposed = [dataclasses.replace(p, issue_id="again") for p in positions if p.issue_id == street.id]
    assert repeated(compare(documents, claims, [again, street, cost], [*positions[:-2], *opposed], RUN)) == frozenset()


def test_holders_are_counted_by_stance_and_the_busiest_come_first():
    found = _made({"a": {"Ann": "favourable", "Bea": "neutral"}, "b": {"Bea": "neutral"}, "c": {"Bea": "unfavourable"}})
    first, second = holders(found)
    assert (first.name, first.counts) == ("Bea", {"favourable": 0, "neutral": 2, "unfavourable": 1})
    assert second.counts == {"favourable": 1, "neutral": 0, "unfavourable": 0}


def test_the_signature_is_that_of_its_sorted_keys():
    one = signature({"version": "1", "seed": 0, "thresholds": {"b": 1, "a": 2}})
    assert one == signature({"thresholds": {"a": 2, "b": 1}, "seed": 0, "version": "1"})


def test_a_signature_is_short_and_read_by_eye() -> None:
    assert re.fullmatch("[0-9a-f]{12}", signature(RUN))


def test_a_row_is_repeated_where_half_of_its_sources_say_nothing_new() -> None:
    documents = [Document(f"d{name}", name, f"{name}.txt", "", "") for name in "ABCD"]
    claims = [Claim(f"{name}{k}", f"d{name}", k, k + 1, f"{name} says {k}") for name in "ABCD" for k in range(2)]

    def again(*second: str) -> bool:
        issues = [Issue("one", "One?", "one", ("A0", "B0", "C0", "D0")), Issue("two", "Two?", "two", second)]
        return "two" in repeated(compare(documents, claims, issues, [], RUN))

    assert again("A0", "B0", "C1", "D1")
    assert again("A0", "B1")
    assert not again("A0", "B1", "C1")
    assert not again("A1", "B1")
    assert not again("A0", "A1", "B1")  # a source that says something new besides


def test_each_holder_is_quoted_once_for_an_issue_and_a_stance_by_the_claim_that_comes_first() -> None:
    documents = [Document(f"d{name}", name, f"{name}.txt", "", "") for name in "AB"]
    claims = [Claim(f"{name}{k}", f"d{name}", k, k + 1, f"{name} says {k}", voice="reported", holder=holder)
              for name, holder in (("A", "Ines Falk"), ("B", "ines  FALK")) for k in range(3)]
    taken: tuple[Stance, ...] = ("favourable", "favourable", "neutral")
    positions = [Position(i, c.id, taken[k % 3], {taken[k % 3]: 0.9}) for i in ("x", "y") for k, c in enumerate(claims)]
    issues = [Issue(i, f"{i}?", i, tuple(c.id for c in claims)) for i in ("x", "y")]
    (found,) = holders(compare(documents, claims, issues, positions, RUN))
    assert [(s.issue.id, s.claim.id) for s in found.spoken] == [("x", "A0"), ("x", "A2"), ("y", "A0"), ("y", "A2")]
    assert found.counts == {"favourable": 2, "neutral": 2, "unfavourable": 0}
    assert found.name == "Ines Falk"


@pytest.mark.parametrize(("kind", "holder", "state"), [
    ("opinion", "Ines Falk", "states"), ("statement", "Ines Falk", "mentions"), ("opinion", None, "mentions"),
    ("statement", None, "mentions")])  # fmt: skip
def test_without_a_label_only_somebodys_opinion_is_a_statement(kind: str, holder: str | None, state: str) -> None:
    document = Document("d", "Echo", "echo.txt", "", "")
    claim = Claim("c", "d", 0, 1, "The line is late.", voice="reported", holder=holder, kind=kind)  # type: ignore[arg-type]
    (found,) = compare([document], [claim], [Issue("i", "Late?", "the line", ("c",))], [], RUN).cells
    assert found.state == state


def test_claims_without_a_frame_are_counted_under_no_name() -> None:
    found, _ = comparison()
    own = [c for c in found.claims if c.document_id == found.documents[0].id][:3]
    framed = dataclasses.replace(found, frames=tuple(
        Frame(c.id, "book", label, {}) for c, label in zip(own, ("economy", None, None), strict=True)))
    assert frame_counts(framed)["book"][HERALD] == {"economy": 1, "": 2}
