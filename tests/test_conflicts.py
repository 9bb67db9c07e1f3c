from __future__ import annotations

import dataclasses
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.comparison import compare
from stance.conflicts import find_conflicts
from stance.errors import InputError
from stance.records import Claim, Comparison, Conflict, Document, Issue, dump_json, from_plain, read_comparison
from stance.report.exports import DICTIONARY, build_tables, summarise
from stance.report.redaction import redact_comparison

LEAD = "😀 "  # offsets count code points


def records(*texts: str, sources: tuple[str, ...] = ()) -> tuple[list[Document], list[Claim], list[Issue]]:
    """A document for each text, of a source of its own unless named, with the text as its claim, all in one issue."""
    documents, claims = [], []
    for n, text in enumerate(texts):
        source = sources[n] if sources else f"Paper {n}"
        whole = LEAD + text
        documents.append(Document(f"d{n}", source, f"{n}.txt", "0", whole, end=len(whole)))
        claims.append(Claim(f"c{n}", f"d{n}", len(LEAD), len(whole), text))
    return documents, claims, [Issue("i", "q", "t", tuple(c.id for c in claims))]


def found(*texts: str) -> list[tuple[str, str, str]]:
    return [(c.kind, c.one.text, c.other.text) for c in find_conflicts(*records(*texts))]


DIFFERENT = [
    ("number", "36 countries took part.", "35 countries took part in the fair."),
    ("number", "The fair was attended by 36 countries.", "Delegations from 35 countries came to the harbour."),
    ("number", "Hosts say that 36 countries took part.", "35 countries took part, and the fair closed."),
    ("number", "Thirty-six countries attended the fair.", "35 countries took part in the fair."),
    ("number", "The blast killed three miners.", "Five miners were killed in the blast, police said."),
    ("number", "At least 40 people were injured.", "A dozen people were wounded in the fire."),
    ("number", "One person was killed.", "Two people were killed in the fire."),
    ("number", "1.2 million people fled the island.", "800,000 people fled the island."),
    ("number", "More than a million people fled the island.", "Nearly 800,000 people fled the island."),
    ("number", "The firm will pay $15 million in fines to the port.", "The firm must pay 25 million dollars in fines."),
    ("number", "The council approved a €3bn harbour tunnel.", "The council backed the €2.1 billion harbour tunnel."),
    ("number", "Half of voters oppose the new harbour law.", "More than 60 percent of voters oppose the harbour law's "
     "new text."),
    ("date", "The fair opened on 23 October in Norby.", "The fair opened on October 24th."),
    ("date", "The bridge was closed to lorries on 23 October 2031.", "The bridge was closed to lorries on Oct. 24."),
    ("date", "On 3 May, the council signed the lease.", "The lease was signed on 4 May 2031."),
    ("date", "The ferry sank on 2031-03-05.", "The ferry sank on March 6."),
    ("status", "The bill passed.", "The bill was rejected."),
    ("status", "Parliament passed the bill.", "The bill was rejected on Friday."),
    ("status", "The bridge reopened on Monday.", "The bridge remains closed."),
    ("status", "The mayor was acquitted.", "The mayor was convicted of fraud."),
    ("status", "The president has signed the lease.", "The president has not signed the lease."),
    ("status", "The president signed the lease.", "The president refused to sign the lease."),
    ("status", "Falk won the election.", "Falk lost the election."),
    ("status", "The minister attended the fair.", "The minister didn’t attend the fair."),
]  # fmt: skip

ALIKE = [
    # hedges and round figures leave a range open
    ("More than 30 countries took part.", "36 countries took part."),
    ("At least 30 countries took part.", "36 countries took part."),
    ("About 35 countries took part.", "36 countries took part."),
    ("Nearly 40 countries took part.", "36 countries took part."),
    ("Up to 40 countries took part.", "36 countries took part."),
    ("30 or more countries took part.", "36 countries took part."),
    ("1.2 million people fled the island.", "1,200,000 people fled the island."),
    ("1.2 million people fled the island.", "1,234,567 people fled the island."),
    ("1.2 million people fled the island.", "More than a million people fled the island."),
    ("A million people fled the island.", "950,000 people fled the island."),
    # other things, or others who do them
    ("36 countries took part in the fair.", "20 countries signed the lease."),
    ("36 countries took part in the fair in Norby.", "15 countries took part in the fair in Aldermoor."),
    ("Three police officers were injured.", "Five officers were injured."),
    ("30 other countries took part.", "31 countries took part."),
    ("The blast killed eight miners.", "They reached the shaft, where four miners were killed."),
    ("20 percent of voters support the mayor.", "45 percent of teachers left the town."),
    ("Prices rose by 5 percent in the harbour shops.", "Prices in the harbour shops rose to 9 percent."),
    ("The town wants a $5 million harbour tunnel.", "The harbour tunnel adds $2 million to the town's debt."),
    # no counts
    ("The number grew from 30 to 36 countries.", "35 countries took part."),
    ("36 countries took part, up from 30 countries.", "35 countries took part."),
    ("Five of the 36 countries took part.", "36 countries took part."),
    ("The two countries took part.", "Nine countries took part."),
    ("36 countries and 40 countries took part.", "35 countries took part."),
    ("Three people a day die there.", "12 people died there."),
    ("The 36-member council met.", "The 35 members met."),
    ("Prices rose to % of wages in the harbour.", "Prices rose to 5 percent of wages in the harbour."),
    ("If 30 countries took part, it failed.", "36 countries took part."),
    ("30 to 40 countries took part.", "45 countries took part."),
    # days
    ("The fair opened on 23 October.", "The fair opened on Oct. 23, 2031."),
    ("The fair opened on 23 October.", "The harbour closed on 24 October."),
    ("He said on 23 October that talks failed.", "He said on 24 October that talks failed."),
    ("The fair lasts from 22 to 24 October.", "The fair opened on 23 October."),
    ("The fair opened on 23 October 2030.", "The fair opened on 24 October 2031."),
    ("The council voted on 3 March.", "The council voted on 7 June."),
    ("The vote was moved to 3 March.", "The vote is held on 1 March."),
    ("The fair opened in October.", "The fair opened on 24 October."),
    # statuses
    ("The House passed the bill.", "The Senate rejected the bill."),
    ("The bill will be signed.", "The bill was not signed."),
    ("If the bill passed, taxes would rise.", "The bill was rejected."),
    ("The law passed.", "The law has not been rejected."),
    ("The Norby bill passed.", "The Aldermoor bill was rejected."),
    ("The harbour bill passed.", "The tunnel bill was rejected."),
    ("Some pupils passed.", "The pupils failed."),
    ("He signed the lease.", "She did not sign the contract."),
    ("Falk didn't just win the election.", "Falk won the election."),
    ("The shop closed on Monday.", "The shop opened on Tuesday."),
    ("The bill passed, but later the bill was rejected.", "The bill was rejected."),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "one", "other"), DIFFERENT)
def test_what_two_sources_state_differently_is_found(kind, one, other):
    assert [k for k, *_ in found(one, other)] == [kind]
    assert [k for k, *_ in found(other, one)] == [kind]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_what_may_both_hold_is_left_alone(one, other):
    assert found(one, other) == found(other, one) == []


def test_the_spans_are_the_words_that_differ():
    texts = ("At least 40 people were injured.", "A dozen people were wounded.")
    assert found(*texts) == [("number", "At least 40 people", "A dozen people")]
    assert found("Parliament passed the bill.", "The bill was rejected.") == [
        ("status", "Parliament passed the bill", "The bill was rejected")]
    assert found("The fair opened on 23 October.", "The fair opened on Oct. 24.")[0][1:] == ("on 23 October",
                                                                                          "on Oct. 24")


def test_a_source_is_not_held_against_itself():
    texts = ("36 countries took part.", "35 countries took part.")
    assert find_conflicts(*records(*texts, sources=("Daily", "Daily"))) == ()
    documents, claims, _ = records(*texts)
    apart = [Issue(f"i{n}", "q", "t", (c.id,)) for n, c in enumerate(claims)]
    assert find_conflicts(documents, claims, apart) == ()


def test_one_origin_or_a_blank_hides_no_conflict():
    documents, claims, issues = records("36 countries took part.", "35 countries took part.")
    claims = [dataclasses.replace(c, origin="Agency", blank=True) for c in claims]
    assert len(find_conflicts(documents, claims, issues)) == 1


def test_an_aim_is_not_held_against_a_fact():
    documents, claims, issues = records("36 countries took part.", "35 countries took part.")
    aim = dataclasses.replace(claims[0], kind="aim")
    assert find_conflicts(documents, [aim, claims[1]], issues) == ()


SAID = st.sampled_from(sorted({text for _, *pair in DIFFERENT for text in pair} | {t for pair in ALIKE for t in pair}))


@given(st.lists(SAID, max_size=6), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_the_order_of_records_does_not_matter_and_spans_lie_in_their_claims(texts, rng: random.Random):
    documents, claims, issues = records(*texts)
    conflicts = find_conflicts(documents, claims, issues)
    mixed = [dataclasses.replace(i, claim_ids=tuple(rng.sample(i.claim_ids, len(i.claim_ids)))) for i in issues]
    assert find_conflicts(rng.sample(documents, len(documents)), rng.sample(claims, len(claims)), mixed) == conflicts
    text_of = {c.id: d.text for c, d in zip(claims, documents, strict=True)}
    by_id = {c.id: c for c in claims}
    for c in conflicts:
        for side in (c.one, c.other):
            assert by_id[side.claim_id].start <= side.start < side.end <= by_id[side.claim_id].end
            assert text_of[side.claim_id][side.start:side.end] == side.text
        assert by_id[c.one.claim_id].document_id != by_id[c.other.claim_id].document_id


WORDS = ("36", "35", "1.2", "million", "$", "%", "half", "a", "three", "of", "the", "countries", "people", "took",
         "part", "October", "23", "on", "to", "not", "passed", "bill", "was", ",", ".", "-", "’", "“",
         "(", "2024-10-23", "😀")


@given(st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join))
@settings(max_examples=150, deadline=None)
def test_any_words_can_be_read(text):
    for c in find_conflicts(*records(text, "35 countries took part on 24 October, and the bill was rejected.")):
        assert c.one.text in text


def compared() -> Comparison:
    documents, claims, issues = records("36 countries took part.", "35 countries took part, Ana Ruiz said.")
    return compare(documents, claims, issues, [], {})


def test_a_comparison_holds_its_conflicts_and_reads_them_back(tmp_path):
    made = compared()
    assert [(c.issue_id, c.kind) for c in made.conflicts] == [("i", "number")]
    path = tmp_path / "comparison.json"
    path.write_text(dump_json(made), encoding="utf-8")
    assert read_comparison(path).conflicts == made.conflicts
    plain = json.loads(path.read_text(encoding="utf-8"))
    del plain["conflicts"]  # a file of an earlier version
    path.write_text(json.dumps(plain), encoding="utf-8")
    assert read_comparison(path).conflicts == ()
    with pytest.raises(InputError, match="kind"):
        from_plain(Conflict, {"issue_id": "i", "kind": "mood", "one": {}, "other": {}})


def test_the_table_and_the_summary_have_both_sides():
    made = compared()
    (row,) = build_tables(made)["conflicts"]
    assert list(row) == list(DICTIONARY["conflicts"])
    assert (row["source"], row["text"], row["other_source"], row["other_text"]) == (
        "Paper 0", "36 countries", "Paper 1", "35 countries")
    assert "different numbers: “36 countries” (Paper 0) / “35 countries” (Paper 1)" in summarise(made)


def test_redaction_keeps_the_words_of_a_conflict_and_takes_names_out_of_them():
    documents, claims, issues = records("Ana Ruiz was acquitted.", "Ana Ruiz was convicted.")
    made = redact_comparison(compare(documents, claims, issues, [], {}))
    assert [side.text for c in made.conflicts for side in (c.one, c.other)] == [
        "[person 1] was acquitted", "[person 1] was convicted"]
