"""Cleaning: every trap of layout, each on a text of our own, and the laws of the ledger."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.documents.cleaning import Cleaned, clean
from stance.documents.printed import Printed

STORY = (
    "The council of Lindenau voted on Monday to close the market square to cars for a trial period of one year. "
    "Shopkeepers had asked for a shorter trial."
)
TAIL = "Shopkeepers had asked for a shorter trial."
MORE = "Deliveries will still be allowed before ten in the morning, the transport office explained to reporters."
THIRD = "A first report on takings and on the air in the square is due before the summer break begins."


def kept(text: str, cleaned: Cleaned, kind: str = "body") -> list[str]:
    return [text[p.start : p.end] for p in cleaned.passages if p.kind == kind]


def left_out(text: str, cleaned: Cleaned) -> list[tuple[str, str]]:
    return [(text[d.start : d.end], d.reason) for d in cleaned.dropped if d.reason != "marks"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("VIEW IN TELEGRAM", "interface residue"),
        ("Please open Telegram to view this post", "interface residue"),
        ("Media is too big", "interface residue"),
        ("👉 Read in full", "interface residue"),
        ("📄 Read more on our website", "interface residue"),
        ("Share this article on Facebook", "interface residue"),
        ("We use cookies to improve your visit.", "interface residue"),
        ("Sign up for our morning newsletter", "interface residue"),
        ("Читать полностью", "interface residue"),
        ("Weiterlesen", "interface residue"),
        ("1,204 views", "interface residue"),
        ("Photo: Ida Brandt / Lindenau Press", "interface residue"),
        ("Advertisement:", "advertisement"),
        ("ANZEIGE", "advertisement"),
        ("#Lindenau #TrafficTrial", "hashtags"),
        ("#MarketSquare", "hashtags"),
        ("https://lindenau.example/square", "link"),
        ("square_map_2024.png", "image name"),
        ("MarketSquare2024", "image name"),
        ("[Date]", "blank"),
        ("Forwarded from Lindenau City Hall 🏛", "forward header"),
    ],
)
def test_a_line_of_layout_is_dropped_with_its_reason(line: str, reason: str) -> None:
    text = f"{STORY}\n\n{line}\n\n{MORE}"
    cleaned = clean(text)
    assert kept(text, cleaned) == [STORY, MORE]
    assert [why for _, why in left_out(text, cleaned)] == [reason]


@pytest.mark.parametrize(
    "sentence",
    [
        "Read the minutes in full and you will find no mention of the square, said one shopkeeper.",
        "Germany wants to become a member of the new transport pact, and Austria may follow.",
        "The mayor asked the province to support us in the talks about the square.",
        "Privacy policy remains contested among the parties of the council.",
        "Share prices of the bus company fell by three percent after the vote.",
        "She made a donation of ten thousand euros to the hospital last year.",
        'A sign in the window said: "Support our traders, please donate today!"',
        "The ad cost the city forty thousand euros.",
        "#Lindenau has become a model for other towns of its size in the region.",
        "Published on Monday, the report shows that takings fell by a tenth.",
        "Subscribers to the local paper were told first about the closure.",
    ],
)
def test_a_sentence_that_only_sounds_like_layout_stays(sentence: str) -> None:
    text = f"{STORY}\n\n{sentence}\n\n{MORE}"
    assert kept(text, clean(text)) == [STORY, sentence, MORE]


def test_hashtags_inside_sentences_are_words_and_after_the_last_stop_they_are_not() -> None:
    text = f"{STORY}\nMembers of the #TramAlliance and of #BusUnion met the mayor. #Lindenau #trams"
    cleaned = clean(text)
    assert kept(text, cleaned)[1] == "Members of the #TramAlliance and of #BusUnion met the mayor."
    assert ("#Lindenau #trams", "hashtags") in [(words.strip(), why) for words, why in left_out(text, cleaned)]


def test_emoji_bullets_and_flags_are_trimmed_from_the_edges_only() -> None:
    text = (
        "🇨🇭🚋 Trams return to the square 🎉 next week, the company announced. 👏\n"
        "• Tickets cost two francs.\n1️⃣ Lines 3 and 7 go first."
    )
    assert kept(text, clean(text)) == [
        "Trams return to the square 🎉 next week, the company announced.",
        "Tickets cost two francs.",
        "Lines 3 and 7 go first.",
    ]


@pytest.mark.parametrize(
    "appeal",
    [
        "Before I go on I want to make an appeal. If you enjoy this podcast, please help us keep the show running. "
        "Everybody who donates is thanked by name.",
        "Support Lindenau Weekly or become our patron!",
        "Please donate today: every franc counts.",
        "Like and subscribe for more stories from the square!",
        "Поддержите нашу редакцию!",
    ],
)
@pytest.mark.parametrize("place", ["middle", "end"])
def test_an_appeal_to_the_reader_is_dropped_as_a_paragraph(appeal: str, place: str) -> None:
    text = f"{STORY}\n\n{appeal}\n\n{MORE}" if place == "middle" else f"{STORY}\n\n{MORE}\n\n{appeal}"
    cleaned = clean(text)
    assert kept(text, cleaned) == [STORY, MORE]
    assert left_out(text, cleaned) == [(appeal, "appeal")]


def test_an_appeal_glued_to_news_takes_only_its_sentence() -> None:
    text = f"{STORY} {MORE} You can support us on Patreon."
    cleaned = clean(text)
    assert kept(text, cleaned) == [f"{STORY} {MORE}"]
    assert left_out(text, cleaned) == [("You can support us on Patreon.", "appeal")]


@pytest.mark.parametrize(
    ("stamp", "published"),
    [
        ("date 2024-05-03 ", "2024-05-03"),
        ("Published: 3 May 2024\n", "2024-05-03"),
        ("Lindenau, May 3, 2024\n", "2024-05-03"),
        ("2024-05-03 ", "2024-05-03"),
        ("LINDENAU — ", None),
        ("LINDENAU, May 3 (Reuters) - ", None),
        ("Lindenau (DPA) – ", None),
        ("By Ida Brandt and Jan Holub\n", None),
    ],
)
def test_a_date_or_dateline_is_cut_off_the_first_sentence(stamp: str, published: str | None) -> None:
    text = f"{stamp}{STORY}\n\n{MORE}"
    cleaned = clean(text)
    assert kept(text, cleaned) == [STORY, MORE]
    assert cleaned.published == published


def test_an_acronym_before_a_dash_is_no_dateline() -> None:
    text = "NATO — founded in 1949 — has opened an office in the town, to the surprise of its mayor.\n\n" + MORE
    assert kept(text, clean(text))[0].startswith("NATO — founded")


def test_rubrics_are_kept_for_attribution_apart_from_what_they_introduce() -> None:
    text = f"{STORY}\n\nSource: Institute for Town Planning\n\nDetails: {MORE}"
    cleaned = clean(text)
    assert kept(text, cleaned, "rubric") == ["Source: Institute for Town Planning", "Details:"]
    assert kept(text, cleaned) == [STORY, MORE]


def test_titles_and_headings_are_no_body() -> None:
    text = (
        f"Who Owns the Market Square?\n\n{STORY} {MORE}\n\nWhat comes next\n\n"
        f"Rising rents and empty shops. {STORY.replace('Monday', 'Tuesday')} {THIRD}\n\n"
        f"Turning Parking Lots Into Public Gardens. {MORE} “Open Square” brings “New Life”. {THIRD}"
    )
    cleaned = clean(text)
    assert cleaned.title == "Who Owns the Market Square?"
    assert kept(text, cleaned, "heading") == [
        "What comes next",
        "Rising rents and empty shops.",
        "Turning Parking Lots Into Public Gardens.",
        "“Open Square” brings “New Life”.",
    ]
    assert kept(text, cleaned) == [f"{STORY} {MORE}", f"{STORY.replace('Monday', 'Tuesday')} {THIRD}", MORE, THIRD]


@pytest.mark.parametrize(
    "paragraph",
    [
        "Gov. Ana Ruiz signed it. The square stays open until the autumn, and nobody objected to that.",
        "It failed. The council had never asked the traders what they wanted from the square.",
        "Mayor Ruiz Met Mayor Holub of Steinbach on the square. They agreed to share the buses.",
        "“Never again,” said Holub. “Never again,” said Ruiz, who had lost the vote by two hands.",
        "Nobody won. Everybody lost something in the vote on the square, the paper concluded.",
    ],
)
def test_short_sentences_are_not_taken_for_headings(paragraph: str) -> None:
    text = f"{STORY}\n\n{paragraph}\n\n{MORE}"
    assert kept(text, clean(text)) == [STORY, paragraph, MORE]


def test_a_headline_alone_is_the_text_and_a_list_of_headlines_has_no_title() -> None:
    assert kept("Council closes square to cars", clean("Council closes square to cars")) == [
        "Council closes square to cars"
    ]
    text = "Council closes square to cars\nTraders go to court over square\nTrams to return next week"
    assert kept(text, clean(text)) == text.split("\n")


def test_a_title_repeated_as_the_first_sentence_counts_once() -> None:
    text = f"Council closes square\n\nCouncil closes square\n{STORY}"
    cleaned = clean(text)
    assert (kept(text, cleaned, "title"), kept(text, cleaned)) == (["Council closes square"], [STORY])
    assert left_out(text, cleaned) == [("Council closes square", "repeated text")]


def test_blanks_as_whole_adverbials_are_dropped_and_blanks_in_sentences_stay() -> None:
    text = (
        "From [Date] to [Date], the traders met in the town hall. On [specific date], Mayor Ruiz joined them. "
        "Takings fell by [number] percent."
    )
    cleaned = clean(text)
    assert kept(text, cleaned) == [
        "the traders met in the town hall.",
        "Mayor Ruiz joined them. Takings fell by [number] percent.",
    ]
    assert [why for _, why in left_out(text, cleaned)] == ["blank", "blank"]


@pytest.mark.parametrize("cut", ["<...>", "<…>", "[…]", "(...)"])
def test_an_editorial_cut_is_a_boundary_and_marks_what_stands_before_it(cut: str) -> None:
    text = f"{STORY} {cut} {MORE} {cut} {THIRD}\n{cut}\n✅ Nothing was cut after this sentence of the report."
    cleaned = clean(text)
    assert kept(text, cleaned)[:3] == [STORY, MORE, THIRD]
    assert [p.cut for p in cleaned.passages] == [True, True, True, False]


def test_an_ellipsis_inside_a_quoted_sentence_does_not_tear_it() -> None:
    text = "The mayor said the town would “keep the square […] open to all who live here” for good."
    assert kept(text, clean(text)) == [text]


def test_repeated_bodies_are_dropped_also_without_header_glued_or_cut_short() -> None:
    body = [STORY, MORE, THIRD, "Short line."]
    text = "\n".join(
        [
            "Forwarded from Town Hall",
            "🎙 Mayor Ruiz’s remarks at the town hall (May 3, 2024)",
            "💬 " + body[0],
            *body[1:],
            "Read in full",
            *(body[0], body[1] + " " + body[2], body[3], THIRD[:60], TAIL),
        ]
    )
    cleaned = clean(text)
    assert kept(text, cleaned) == body
    assert {p.speaker for p in cleaned.passages if p.kind == "body"} == {"Mayor Ruiz"}
    repeated = [words for words, why in left_out(text, cleaned) if why == "repeated text"]
    assert "".join(repeated).replace(" ", "") == "".join([STORY, MORE, THIRD, "Short line.", THIRD[:60], TAIL]).replace(
        " ", ""
    )


def test_new_words_glued_to_a_repeat_are_kept() -> None:
    text = f"{STORY}\n{MORE}\n{STORY} The vote was close, with seven hands against six."
    cleaned = clean(text)
    assert kept(text, cleaned) == [STORY, MORE, "The vote was close, with seven hands against six."]


def test_short_lines_that_recur_on_their_own_are_no_repeats() -> None:
    text = f"“No.”\n{STORY}\n“No.”\n{MORE}"
    assert kept(text, clean(text)).count("“No.”") == 2


def test_repeats_are_known_across_the_posts_of_one_file() -> None:
    text = f"{STORY}\n{MORE}"
    twice = text + "\n" + text
    printed = Printed()
    assert len(clean(twice, 0, len(text), printed).passages) == 2
    assert clean(twice, len(text) + 1, len(twice), printed).passages == ()


def test_questions_belong_to_the_interviewer_and_answers_to_the_labelled_speaker() -> None:
    text = (
        "🎙 Mayor Ana Ruiz’s interview to The Quay Post (May 3, 2024)\n"
        "❓Question: Why close the square at all?\n"
        "💬 Ana Ruiz: The air there is the worst in town, and children cross it on their way to school.\n"
        "👉 We measured it for a year before anyone spoke of a closure.\n<...>\n"
        "❓Question: And the traders?\n💬 Ana Ruiz: They will have a seat at the table."
    )
    cleaned = clean(text)
    assert cleaned.title == "Mayor Ana Ruiz’s interview to The Quay Post (May 3, 2024)"
    assert cleaned.published == "2024-05-03"
    assert kept(text, cleaned, "question") == ["Why close the square at all?", "And the traders?"]
    body = [p for p in cleaned.passages if p.kind == "body"]
    assert [p.speaker for p in body] == ["Ana Ruiz"] * 3
    assert text[body[0].start :].startswith("The air there")
    assert body[1].cut


def test_q_and_a_labels_and_transcripts_carry_the_speaker_to_the_next_turn() -> None:
    text = (
        "RUIZ: The square is closed from Monday.\nAnd it stays closed until the review.\n"
        "HOLUB: My members were never asked about any of this.\nRUIZ: They were invited twice."
    )
    assert [p.speaker for p in clean(text).passages] == ["RUIZ", "RUIZ", "HOLUB", "RUIZ"]
    text = (
        "Q: Who pays?\nA: The town pays for the benches.\nThe province pays for the trams.\n"
        "Q: And then?\nA: Nobody knows that yet."
    )
    assert [(p.kind, p.speaker) for p in clean(text).passages] == [
        ("question", None), ("body", "A"), ("body", "A"), ("question", None), ("body", "A"),
    ]  # fmt: skip


def test_a_header_names_the_speaker_of_what_is_marked_as_speech() -> None:
    text = (
        "⚡️ From President Lena Moor's Address to the Assembly (February 9, 2024)\nKey talking points:\n"
        "• We need the bridge by next spring, and we shall pay for it ourselves.\n"
        "• Nobody will be left on the other bank."
    )
    cleaned = clean(text)
    assert {p.speaker for p in cleaned.passages if p.kind == "body"} == {"President Lena Moor"}
    assert kept(text, cleaned, "heading") == ["Key talking points:"]


def test_a_narrative_first_sentence_names_no_speaker() -> None:
    text = (
        "🗓 On 3 May, Mayor Ana Ruiz took part in a meeting of the traders’ association.\n"
        "✅ The mayor’s wish to keep the square closed was noted by those present."
    )
    assert [p.speaker for p in clean(text).passages] == [None, None]


def test_a_colon_after_a_name_is_no_speaker_without_evidence() -> None:
    text = f"{STORY}\n\nLindenau Square: what the council decided and what it left open for another day.\n\n{MORE}"
    cleaned = clean(text)
    assert all(p.speaker is None for p in cleaned.passages)
    assert len(kept(text, cleaned)) == 3


def test_lines_that_were_broken_are_one_paragraph() -> None:
    wrapped = (
        "The council of Lindenau voted on\nMonday to close the market square\nto cars for a trial period of one\n"
        "year, and nobody in the hall was\nsurprised by the result.\n\n"
        "A second paragraph is wrapped in\nthe same way and ends here."
    )
    assert len(clean(wrapped).passages) == 2
    broken = "Members of the alliance, of the union and of the guild,\nas well as their guests, met the mayor."
    text = f"{STORY}\n{broken}\n{MORE}"
    assert len(clean(text).passages) == 3


def test_mixed_line_ends_and_right_to_left_text_keep_their_offsets() -> None:
    lines = [
        "أغلق المجلس الساحة أمام السيارات لمدة عام.",
        STORY,
        MORE,
        "👨‍👩‍👧‍👦 A family of four crossed the square on foot.",
    ]
    text = f"\u202b{lines[0]}\u202c\r\n{lines[1]}\r{lines[2]}\n\n{lines[3]}"
    assert kept(text, clean(text)) == [*lines[:3], "A family of four crossed the square on foot."]


PIECES = st.sampled_from(
    ["Read more", "💬 ", "❓Question: ", "<...>", "[Date]", "Ana Ruiz: ", "#tag ", STORY, MORE, "\n", "\n\n", "\r\n",
     "“", "”", ". ", "Advertisement:", "Source: ", "2024-05-03 ", "By Ida Brandt", "🇨🇭", "• ", "\u2028",
     "A Title In Capitals", "please donate today", " "]
)  # fmt: skip
TEXTS = st.one_of(st.lists(PIECES, max_size=30).map("".join), st.text(max_size=300))


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS)
def test_passages_and_ledger_together_hold_every_character(before: str, text: str) -> None:
    whole = before + text
    cleaned = clean(whole, len(before))
    position = len(before)
    for start, end in sorted(
        [(p.start, p.end) for p in cleaned.passages] + [(d.start, d.end) for d in cleaned.dropped]
    ):
        assert position <= start < end <= len(whole)
        assert not whole[position:start].strip()
        position = end
    assert not whole[position:].strip()
    for passage in cleaned.passages:
        words = whole[passage.start : passage.end]
        assert words == words.strip()
        assert any(map(str.isalnum, words))
    for dropped in cleaned.dropped:
        if dropped.reason == "marks":
            assert not any(c.isalpha() for c in whole[dropped.start : dropped.end])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.text(alphabet=st.characters(whitelist_categories=["Ll", "Zs", "Po"]), min_size=45, max_size=80), max_size=6
    )
)
def test_a_text_printed_twice_is_read_once(paragraphs: list[str]) -> None:
    once = "\n\n".join(p for p in paragraphs)
    first = [once[p.start : p.end] for p in clean(once).passages]
    twice = once + "\n\n" + once
    assert sorted({twice[p.start : p.end] for p in clean(twice).passages}) == sorted(set(first))


@pytest.mark.parametrize("line", [
    "Advertisement: fresh plum cake, to your door.", "Original: information desk of the harbour board. 3 pages.",
    "For interviews and pictures please contact the press office.",
    "If you enjoy these notes, think about buying me a coffee.",
])  # fmt: skip
def test_notices_around_the_text_are_no_text(line: str) -> None:
    text = f"The harbour board voted on Monday to close the old pier.\n\n{line}\n\nThe vote was seven to two."
    cleaned = clean(text)
    kept = [text[p.start : p.end] for p in cleaned.passages]
    assert kept == ["The harbour board voted on Monday to close the old pier.", "The vote was seven to two."]
    assert line.split()[0] in "".join(text[d.start : d.end] for d in cleaned.dropped)
