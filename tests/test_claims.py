"""What counts as a claim, and what the span laws promise. All texts are made up."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.claims import extract_claims, extract_stream
from stance.documents.cleaning import clean
from stance.records import Claim, Document, Passage


def document(
    text: str,
    start: int = 0,
    end: int | None = None,
    id: str = "d",
    path: str = "d.txt",
    passages: tuple[Passage, ...] | None = None,
    origin: str | None = None,
) -> Document:
    end = len(text) if end is None else end
    return Document(
        id=id,
        source="The Courier",
        path=path,
        sha256="",
        text=text,
        start=start,
        end=end,
        language="en",
        passages=clean(text, start, end).passages if passages is None else passages,
        origin=origin,
    )


def body(text: str, **fields: bool) -> Document:
    return document(text, passages=(Passage(0, len(text), **fields),))  # type: ignore[arg-type]


def texts(doc: Document) -> list[str]:
    return [claim.text for claim in extract_claims(doc)]


@pytest.mark.parametrize(
    "text",
    [
        "Why does the quay matter so much?",
        "“Will the quay ever reopen?”",
        "Welcome to Brockley, the pearl of the coast.",
        "I would like to warmly greet all guests of the fair.",
        "Thank you for the kind words.",
        "We look forward to discussing these issues today.",
        "I wish you every success in your work.",
        "Please donate to keep our newsroom going.",
        "Support us or become our patron!",
        "Read in full",
        "Click here for more updates",
        "Harbour news, May",
        "Advertisement",
        "Police station in Marwick.",
        "Women and children first.",
        "Men of the hour.",
        "Many people in Brockley.",
        "Women March For Peace",
    ],
)
def test_what_asserts_nothing_is_no_claim(text: str) -> None:
    assert texts(body(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "The quay lost a third of its piles.",
        "Donations to the harbour fund fell by half last year.",
        "The council thanked the divers and closed the quay.",
        "Read and write rates rose in every district.",
        "Many experts consider this a triumph of Norland's diplomacy.",
        "Fishermen welcome the bridge.",
        "Women march for peace.",
        "They strongly oppose it.",
        "Police arrest two men.",
        "The firm sold the quay.",
    ],
)
def test_what_asserts_something_is_one_claim(text: str) -> None:
    assert texts(body(text)) == [text]


def test_titles_headings_rubrics_and_questions_give_none() -> None:
    text = "The quay is closed today."
    for kind in ("title", "heading", "rubric", "question"):
        assert extract_claims(document(text, passages=(Passage(0, len(text), kind),))) == []  # type: ignore[arg-type]


def test_bullets_are_trimmed_and_the_words_are_the_files() -> None:
    text = "• 🙂 The quay lost a third of its piles.\n— Nine ferries were sold in March.\n"
    doc = document(text, passages=(Passage(0, 40), Passage(41, len(text) - 1)))
    assert texts(doc) == ["The quay lost a third of its piles.", "Nine ferries were sold in March."]


def test_a_sentence_printed_twice_is_one_claim_that_counts_two() -> None:
    text = "The quay lost a third of its piles. Nine ferries were sold in March.\nThe quay lost a third of its piles!"
    found = extract_claims(
        document(text, passages=(Passage(0, text.index("\n")), Passage(text.index("\n") + 1, len(text))))
    )
    assert [(c.text, c.copies) for c in found] == [
        ("The quay lost a third of its piles.", 2),
        ("Nine ferries were sold in March.", 1),
    ]


def test_posts_of_one_file_do_not_repeat_each_other() -> None:
    text = "The quay lost a third of its piles.\nThe quay lost a third of its piles.\n"
    half = text.index("\n") + 1
    posts = [
        document(text, 0, half, "a", passages=(Passage(0, half - 1),)),
        document(text, half, len(text), "b", passages=(Passage(half, len(text) - 1),)),
    ]
    assert [(c.document_id, c.copies) for c in extract_stream(posts)] == [("a", 2)]
    apart = [posts[0], document(text[half:], id="b", path="other.txt", passages=(Passage(0, len(text) - half - 1),))]
    assert [(c.document_id, c.copies) for c in extract_stream(apart)] == [("a", 1), ("b", 1)]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Their share of world trade has risen to % since the merger.", "Their share of world trade"),
        (
            "On [date], the council met the harbour master in Brockley.",
            "the council met the harbour master in Brockley.",
        ),
        ("Norland sent invitations to states, with states confirming their presence.", "Norland sent invitations"),
    ],
)
def test_a_hole_is_marked_and_not_filled(text: str, kept: str) -> None:
    (claim,) = extract_claims(body(text))
    assert claim.blank
    assert claim.text == kept


@pytest.mark.parametrize(
    "text",
    [
        "Their share of world trade has risen to 12 % since the merger.",
        "Costs rose by 4% to $3 million in May.",
        "Fees went to schools, and schools used them well.",
    ],
)
def test_what_has_its_numbers_is_not_blank(text: str) -> None:
    (claim,) = extract_claims(body(text))
    assert not claim.blank
    assert claim.text == text


def test_a_cut_marks_the_last_claim_before_it() -> None:
    found = extract_claims(body("The quay lost a third of its piles. Nine ferries were sold in March.", cut=True))
    assert [c.cut for c in found] == [False, True]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The council hopes to reopen the quay by June.", "aim"),
        ("The port aims to double its trade with the islands.", "aim"),
        ("The quay must be closed at once.", "opinion"),
        ("The quay was closed on 3 May.", "statement"),
    ],
)
def test_aims_opinions_and_statements(text: str, kind: str) -> None:
    assert [c.kind for c in extract_claims(body(text))] == [kind]


def test_worth_puts_figures_above_wishes() -> None:
    def worth(text: str) -> float:
        (claim,) = extract_claims(body(text))
        return claim.worth

    assert (
        worth("The Harbour Board of Brockley spent 9 million crowns on piles in 2021.")
        > worth("The quay was closed for a while last year.")
        > worth("You should maybe hope for better days.")
    )


def test_origin_is_whom_the_document_forwards_or_else_whom_it_relays() -> None:
    text = "The Norland Navy said that the quay was sound."
    assert [c.origin for c in extract_claims(body(text))] == ["The Norland Navy"]
    assert [
        c.origin for c in extract_claims(document(text, passages=(Passage(0, len(text)),), origin="Port News"))
    ] == ["Port News"]


def test_ids_depend_on_the_documents_own_words_only() -> None:
    text = "The quay lost a third of its piles."
    moved = "Something else.\n" + text
    first = extract_claims(document(text, passages=(Passage(0, len(text)),)))
    second = extract_claims(document(moved, 16, len(moved), passages=(Passage(16, len(moved)),)))
    assert [c.id for c in first] == [c.id for c in second]


def test_other_languages_keep_their_sentences() -> None:
    text = "Мост закрыт до осени. Почему это важно?"
    doc = Document(
        id="d",
        source="s",
        path="p",
        sha256="",
        text=text,
        end=len(text),
        language="ru",
        passages=(Passage(0, len(text)),),
    )
    assert len(extract_claims(doc)) >= 1


_TEXT = st.text(st.sampled_from(list("ab Q.,?!\"“”'’\n%[]()<>•—0123🙂é\u202eЖ،。 ")), max_size=200)


@given(_TEXT)
def test_claims_are_spans_of_the_untouched_text(text: str) -> None:
    doc = document(text)
    claims = extract_claims(doc)
    assert claims == extract_claims(doc)
    keys = [_key(c) for c in claims]
    assert len(keys) == len(set(keys))
    assert len({c.id for c in claims}) == len(claims)
    for claim in claims:
        assert text[claim.start : claim.end] == claim.text
        assert claim.text == claim.text.strip()
        assert 0 <= claim.worth <= 1


def _key(claim: Claim) -> str:
    return re.sub(r"\W+", " ", claim.text).casefold().strip()


def test_rows_of_a_table_that_say_one_sentence_all_say_it() -> None:
    """Two outlets that print one sentence are the finding; only posts of one text repeat themselves."""
    sentence = "The harbour bridge was closed on Tuesday by the police."
    rows = [document(sentence + more, id=i, path="posts.csv") for i, more in (("a", ""), ("b", " Nobody was hurt."))]
    assert [c.document_id for c in extract_stream(rows) if c.text.startswith("The harbour")] == ["a", "b"]
