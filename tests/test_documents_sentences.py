"""Sentence boundaries, and who relays whom."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.documents import split_sentences
from stance.documents.cleaning import clean
from stance.documents.repeats import find_relays
from stance.records import Document, digest


@pytest.mark.parametrize(
    "sentences",
    [
        ["The bridge reopened on Friday.", "Traffic was calm.", "Was it worth it?", "Yes!"],
        ["Gov. Ana Ruiz met Dr. Holub of the U.S. embassy on Jan. 5 at 3 p.m. in the hall.", "They shook hands."],
        ["“We paid.”", "“Nobody helped us,” he said.", "“Is that fair?” she asked."],
        ["He said (and meant it.)", "She left."],
        ["桥梁重新开放。", "交通平静！", "值得吗？"],
        ["पुल खुल गया।", "यातायात शांत रहा।"],
        ["متى فتح الجسر؟", "فتح يوم الجمعة."],
        ["It cost 11.5 million, i.e. 2 per head.", "The rest came from the E.U. in 2023."],
    ],
)
def test_sentences_are_told_apart(sentences: list[str]) -> None:
    glue = "" if sentences[0].endswith("。") else " "
    text = glue.join(sentences)
    assert [text[a:b] for a, b in split_sentences(text)] == sentences


def test_sentences_glued_without_a_space_are_parted_and_addresses_are_not() -> None:
    text = "The trend is visible in some towns.Other towns wait. See lindenau.example or Booking.com for more."
    assert [text[a:b] for a, b in split_sentences(text)] == [
        "The trend is visible in some towns.",
        "Other towns wait.",
        "See lindenau.example or Booking.com for more.",
    ]


def test_offsets_count_from_the_start_of_the_text() -> None:
    text = "Ignored. One here. Two here. Ignored."
    assert [text[a:b] for a, b in split_sentences(text, 9, 28)] == ["One here.", "Two here."]


TEXT = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from([*'aB.!?。…"”“’) \n,', "Mr.", "U.S.", "word "]), max_size=60).map("".join),
)


@settings(max_examples=200, deadline=None)
@given(TEXT, st.integers(0, 20), st.integers(0, 200))
def test_spans_are_ordered_disjoint_trimmed_and_complete(text: str, start: int, length: int) -> None:
    start = min(start, len(text))
    end = min(len(text), start + length)
    position = start
    for left, right in split_sentences(text, start, end):
        assert position <= left < right <= end
        assert not text[position:left].strip()
        assert text[left:right] == text[left:right].strip()
        position = right
    assert not text[position:end].strip()


AGENCY = (
    "The harbour bridge reopened on Friday after four months of repairs, the port office said in a statement that also "
    "thanked the crews for their work through the winter."
)
OWN = "Traders on the east bank say that they lost a third of their customers while the bridge was closed to them."


def document(source: str, published: str | None, *paragraphs: str) -> Document:
    text = "\n\n".join(paragraphs)
    return Document(
        digest(source, text),
        source,
        f"{source}.txt",
        "0",
        text,
        0,
        len(text),
        published=published,
        passages=clean(text).passages,
    )


def test_relays_name_the_earliest_print_first_whatever_the_order() -> None:
    late = document("Echo", "2024-05-05", OWN, AGENCY.replace("winter", "cold winter"))
    early = document("Post", "2024-05-03T08:00:00Z", AGENCY)
    undated = document("Blog", None, AGENCY + " It did.")
    other = document(
        "Star",
        "2024-05-01",
        "The mayor opened a school on the hill on Friday and thanked the crews for their patience so far.",
    )
    (relay,) = find_relays([late, undated, other, early])
    assert [p.document_id for p in relay.prints] == [early.id, late.id, undated.id]
    assert late.text[relay.prints[1].start : relay.prints[1].end].startswith("The harbour bridge")
    assert not relay.is_dated
    assert 0.6 <= relay.similarity < 1
    assert find_relays([early, other, undated, late]) == [relay]
    assert find_relays([early, late])[0].is_dated


def test_who_was_first_on_one_day_is_not_known_without_the_hour() -> None:
    first, second = document("Post", "2024-05-03", AGENCY), document("Echo", "2024-05-03T08:00:00Z", AGENCY)
    assert [relay.is_dated for relay in find_relays([first, second])] == [False]


def test_one_document_alone_and_short_phrases_make_no_relay() -> None:
    assert find_relays([document("Post", None, AGENCY, OWN)]) == []
    assert (
        find_relays(
            [
                document("Post", None, "The two sides agreed to meet again."),
                document("Echo", None, "The two sides agreed to meet again."),
            ]
        )
        == []
    )


def test_every_planted_copy_is_found() -> None:
    words = [f"word{n % 97}x{n % 13}" for n in range(4_000)]
    texts = [
        " ".join(words[n * 37 % 3000 + i] for i in range(30)) + f" number{n} closes this paragraph." for n in range(60)
    ]
    originals = [document(f"Post {n}", "2024-05-01", text) for n, text in enumerate(texts)]
    copies = [document(f"Echo {n}", "2024-05-02", text.replace("closes", "ends")) for n, text in enumerate(texts)]
    relays = find_relays([*copies, *originals])
    paired = {frozenset(p.document_id for p in relay.prints) for relay in relays}
    assert sum(any({a.id, b.id} <= ids for ids in paired) for a, b in zip(originals, copies, strict=True)) == 60
    assert all(dataclasses.is_dataclass(relay) for relay in relays)
