"""Whose words: what a reader would be misled by if it went wrong. All sentences are made up."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.documents.sentences import split_sentences
from stance.records import Document, Passage
from stance.voices import UNCERTAIN, Attribution, Sentence, attribute
from stance.voices.bodies import fold_name


def document(text: str, kinds: dict[int, str] | None = None, speakers: dict[int, str] | None = None) -> Document:
    """One passage for every line that is not empty; kinds and speakers by the number of the passage."""
    passages: list[Passage] = []
    at = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            n = len(passages)
            passages.append(
                Passage(at, at + len(line.rstrip("\n")), (kinds or {}).get(n, "body"), (speakers or {}).get(n))
            )  # type: ignore[arg-type]
        at += len(line)
    return Document(
        id="d",
        source="The Courier",
        path="d.txt",
        sha256="",
        text=text,
        end=len(text),
        language="en",
        passages=tuple(passages),
    )


def read(text: str, **layout: dict[int, str]) -> list[tuple[str, Attribution]]:
    doc = document(text, **layout)  # type: ignore[arg-type]
    sentences = [
        Sentence(start, end, n)
        for n, p in enumerate(doc.passages)
        if p.kind == "body"
        for start, end in split_sentences(text, p.start, p.end)
    ]
    return [(text[a.start : a.end], a) for a in attribute(doc, sentences)]


def holders(text: str, **layout: dict[int, str]) -> list[str | None]:
    return [a.holder for _, a in read(text, **layout)]


@pytest.mark.parametrize(
    ("text", "holder"),
    [
        ("The mayor of Brockley, Ida Moss, said the bridge would open in June.", "Ida Moss"),
        ('"The bridge is safe," said Ida Moss, mayor of Brockley.', "Ida Moss"),
        ("“The bridge is safe,” Ida Moss said on Tuesday.", "Ida Moss"),
        ("According to the Harbour Board, traffic has doubled since March.", "the Harbour Board"),
        ("Traffic has doubled since March, according to the Harbour Board.", "the Harbour Board"),
        ("Ida Moss, who runs the ferry, told reporters that the quay was crumbling.", "Ida Moss"),
        ("Ida Moss argues that tolls punish the poor.", "Ida Moss"),
        ("Ida Moss (Ind.), the mayor, warned that the quay was crumbling.", "Ida Moss"),
        ("Ida Moss called the toll “a tax on work”.", "Ida Moss"),
        ("The Harbour Board rejected assertions that the toll was illegal.", "The Harbour Board"),
        ("Norland expressed doubts about the new canal treaty.", "Norland"),
        ("Many engineers believe that the quay will not last the winter.", "Many engineers"),
        ("Critics say the toll is unfair.", "Critics"),
        ("The mayor and council leaders said the toll would stay.", "The mayor and council leaders"),
        ("A poll by Metrix showed that most residents want the toll gone.", "A poll by Metrix"),
        ("In Ida Moss's view, the toll is a burden.", "Ida Moss"),
        ("In the view of the Harbour Board, the toll is a burden.", "the Harbour Board"),
        ("The Ratepayers' League said the bridge was too dear.", "The Ratepayers' League"),
        ("The bridge is too dear, according to the Ratepayers’ League.", "the Ratepayers’ League"),
        ("Fishermen welcome the bridge.", "Fishermen"),
        ("The dockers' union warned that the port would close in May.", "The dockers' union"),
        ("The residents' demands are fair, the minister said on Monday.", "the minister"),
        ("The toll drew sharp criticism from the Freight League over its cost.", "the Freight League"),
        ("«The bridge is safe and will stay open», said Ida Moss.", "Ida Moss"),
        ("The state is broke, she was told, and three wells have run dry, records show.", "records"),
    ],
)
def test_reported_speech_is_credited_to_its_holder(text: str, holder: str) -> None:
    (_, found), *rest = read(text)
    assert found.voice == "reported"
    assert found.holder is not None
    assert found.holder.removeprefix("the ").removeprefix("The ") == holder.removeprefix("the ").removeprefix("The ")
    assert not rest


@pytest.mark.parametrize(
    "text",
    [
        "Ida Moss signed the harbour bill on Friday.",
        "The council banned lorries from the old bridge.",
        "The toll has sparked a backlash across the county.",
        'The "Harbour House" project was launched with nine partners.',
        'The "Blue Line" is now open to all.',
        "The report is due in May.",
        "Seven ferries were sold, and the money went to the port.",
        "The states will vote in autumn.",
        "The Harbour Board announced a ban on night fishing.",
        "Sales of claims and calls rose by a tenth.",
        "The president signed decrees recognising the two provinces as independent.",  # a noun here, no verb
    ],
)
def test_what_the_outlet_tells_is_its_own(text: str) -> None:
    assert [a.voice for _, a in read(text)] == ["own"]


def test_a_name_is_completed_from_elsewhere_in_the_document() -> None:
    found = holders(
        "Gov. Ida Moss opened the quay.\nMoss said it had cost nine million crowns.\n"
        "The governor added that the money was well spent."
    )
    assert found == [None, "Ida Moss", "Ida Moss"]


def test_a_short_form_is_the_one_body_that_the_document_named_before() -> None:
    lines = "Russia's foreign ministry said the talks would go on.\n{}The ministry added that a date was near."
    assert holders(lines.format(""))[1] == "Russia's foreign ministry"
    same = "The Russian Foreign Ministry said in May that the talks were fruitful.\n"
    assert holders(lines.format(same))[2] == "Russia's foreign ministry"
    other = "Ukraine's foreign ministry said that the talks had failed.\n"
    assert holders(lines.format(other))[2] == "The ministry"
    late = "The ministry said that a date was near.\nRussia's foreign ministry said so too."
    assert holders(late)[0] == "The ministry"


def test_two_names_of_one_body_fold_to_one_and_bodies_of_two_countries_to_two() -> None:
    one = ("Russia’s foreign ministry", "the Russian Foreign Ministry", "the Ministry of Foreign Affairs of Russia")
    assert len(set(map(fold_name, one))) == 1
    others = ("Ukraine's foreign ministry", "the Foreign Ministry", "America's Voice", "the American Voice", "traders",
              "the traders")
    assert len(set(map(fold_name, (one[0], *others)))) == 7


def test_a_pronoun_is_the_person_last_heard_and_less_sure() -> None:
    text = '"The quay is sound," said Mary Orr, an engineer.\n"It will stand for years," she said.'
    (_, first), (_, second) = read(text)
    assert second.holder == "Mary Orr"
    assert second.confidence < first.confidence


def test_the_source_and_the_interlocutor_are_whoever_was_speaking() -> None:
    text = (
        '"The quay is sound," said Mary Orr, an engineer.\n"It was tested twice," the source adds.\n'
        'John Pell, a pilot, disagrees with the tests. "They were rushed," says Pell.\n'
        '"Nobody looked at the piles," the interlocutor believes.'
    )
    assert [
        h
        for t, h in zip([t for t, _ in read(text)], holders(text), strict=True)
        if t.startswith(('"It was', '"Nobody'))
    ] == ["Mary Orr", "John Pell"]


def test_a_pronoun_that_nobody_explains_stays_uncertain() -> None:
    ((_, found),) = read("He said the well was dry.")
    assert found.voice == "reported"
    assert found.confidence < UNCERTAIN


def test_a_split_quotation_has_one_speaker() -> None:
    text = '"The quay is sound," Mary Orr said. "It was tested twice. Nobody need worry."'
    assert set(holders(text)) == {"Mary Orr"}


def test_every_sentence_of_a_quotation_belongs_to_its_speaker() -> None:
    text = '"The quay is sound. It was tested twice. Nobody need worry," Mary Orr said.'
    assert holders(text) == ["Mary Orr"] * 3


def test_a_quotation_that_opens_each_paragraph_and_closes_once() -> None:
    text = (
        '"The quay is sound and was tested twice in May.\n'
        '"It will stand for many years.\n"Nobody need worry about it," Mary Orr said.'
    )
    assert holders(text)[-1] == "Mary Orr"
    assert all(a.voice == "reported" for _, a in read(text))


def test_an_open_quotation_goes_on_without_marks_and_grows_less_sure() -> None:
    text = (
        '"We tested the quay in April," said Mary Orr, an engineer.\n'
        '"The piles are of oak and have stood two hundred winters.\n'
        "Any load that the law allows can cross it.\n"
        '"We shall test it again in spring," she says.'
    )
    found = read(text)
    assert [a.holder for _, a in found] == ["Mary Orr"] * 4
    assert found[2][1].confidence < found[0][1].confidence


def test_an_announced_block_quotation_has_no_marks() -> None:
    text = (
        "To quote the Harbour Board's key findings of 3 May:\nThe quay has lost a third of its piles.\n"
        "Repairs will take two summers."
    )
    found = [a for t, a in read(text) if not t.startswith("To quote")]
    assert [a.voice for a in found] == ["reported", "reported"]
    assert all(a.holder == "Harbour Board" for a in found)


def test_a_colon_hands_over_one_paragraph_only() -> None:
    text = 'Ida Moss told the council:\n"The quay will be closed."\nThe council met in the old town hall.'
    assert [a.voice for t, a in read(text) if "council:" not in t] == ["reported", "own"]


def test_a_source_rubric_holds_what_is_not_credited_to_others() -> None:
    text = (
        "The quay will be closed until autumn.\nSource: Institute for Ports (IFP)\n"
        "The piles were found to be rotten.\nThe Norland Navy said it would send divers."
    )
    found = [a for _, a in read(text, kinds={1: "rubric"})]
    assert found[0].holder == found[1].holder == "Institute for Ports (IFP)"
    assert (found[2].voice, found[2].holder, found[2].via) == (
        "nested",
        "The Norland Navy",
        ("Institute for Ports (IFP)",),
    )


def test_a_summary_of_a_statement_stays_the_ministrys() -> None:
    text = (
        "According to a recent statement from the Norland Foreign Ministry, the year brought great gains.\n"
        "Trade with the islands reached nine billion crowns.\nNine treaties were signed."
    )
    assert holders(text) == ["Norland Foreign Ministry"] * 3


def test_a_speaker_given_by_the_layout() -> None:
    text = "The canal belongs to all of us.\nThe envoy Hal Brandt said the locks were falling apart."
    (_, first), (_, second) = read(text, speakers={0: "Minister Ida Moss", 1: "Minister Ida Moss"})
    assert (first.voice, first.holder) == ("reported", "Ida Moss")
    assert (second.voice, second.via) == ("nested", ("Ida Moss",))
    assert "Brandt" in str(second.holder)


def test_the_source_itself_is_no_reported_speaker() -> None:
    ((_, found),) = read("The canal belongs to all of us.", speakers={0: "The Courier"})
    assert found.voice == "own"


def test_speech_within_speech_is_nested() -> None:
    ((_, found),) = read("Ida Moss noted that there have been comments that the canal is too narrow.")
    assert (found.voice, found.via) == ("nested", ("Ida Moss",))
    ((_, found),) = read("Ida Moss added that the report found that the piles were rotten.")
    assert (found.voice, found.holder, found.via) == ("nested", "the report", ("Ida Moss",))


def test_two_holders_in_one_sentence_are_told_apart() -> None:
    found = read("Ida Moss said the quay was perfectly safe, but Mary Orr said the piles had rotted away.")
    assert [a.holder for _, a in found] == ["Ida Moss", "Mary Orr"]


def test_the_outlets_clause_beside_a_reported_one_is_its_own() -> None:
    found = read(
        "The bill is not expected to pass in the upper house, where the leader, Hal Brandt, has said it is dead."
    )
    assert [a.voice for _, a in found] == ["own", "reported"]
    found = read("Ida Moss called the toll a robbery, while the council moved the vote to Monday.")
    assert [a.voice for _, a in found] == ["reported", "own"]


def test_one_holder_is_not_split() -> None:
    text = '"The quay is sound," Mary Orr said, adding that the tests had been done twice.'
    assert holders(text) == ["Mary Orr"]
    assert len(read("Ida Moss said the quay was safe, but she worried about the piles.")) == 1


def test_a_bare_attribution_is_nothing_of_its_own() -> None:
    text = '"The quay is sound!" Mary Orr wrote on Monday.'
    assert set(holders(text)) == {"Mary Orr"}
    assert all("sound" in t for t, _ in read(text))


def test_a_vague_authority_is_given_no_name() -> None:
    text = "Mary Orr, an engineer, said the quay was sound.\nSome experts doubt that the tests were done."
    assert holders(text)[1] == "Some experts"


_PIECES = st.lists(
    st.sampled_from(
        [
            '"',
            "“",
            "”",
            "«",
            "»",
            "''",
            "Ida Moss",
            "said",
            "that",
            "the quay is sound",
            ",",
            ".",
            "\n",
            " ",
            "he",
            "according to",
            ":",
            "told",
            "who",
            "(",
            ")",
            "—",
            "’s",
            "but",
            "🙂",
            "ідея",
            "،",
            "which",
            "asked whether",
            "Source:",
            "\u202e",
            "Dr.",
            ";",
        ]
    ),
    max_size=40,
).map(" ".join)


@given(_PIECES)
def test_no_words_are_lost_or_invented_whatever_the_marks(text: str) -> None:
    doc = document(text)
    sentences = [
        Sentence(start, end, n)
        for n, p in enumerate(doc.passages)
        for start, end in split_sentences(text, p.start, p.end)
    ]
    found = attribute(doc, sentences)
    assert found == attribute(doc, sentences)
    for a in found:
        assert any(s.start <= a.start < a.end <= s.end for s in sentences)
        assert 0 <= a.confidence <= 1
        assert (a.voice == "own") <= (a.holder is None)
        assert (a.voice == "nested") == bool(a.via)
    assert all(x.end <= y.start for x, y in pairwise(found))
