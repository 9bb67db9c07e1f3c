"""How claims are read, how well their words match, and which are neighbours, on made-up vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import pytest
from made_up import WordEncoder, run_of
from numpy.typing import NDArray

from stance.alignment import matching, neighbours, reading
from stance.alignment.matching import match_all, match_some, match_within
from stance.alignment.neighbours import find_neighbours
from stance.alignment.reading import Texts, background, read_claims, read_contexts
from stance.encoding import Encoder


@pytest.fixture
def encoder() -> Encoder:
    return cast(Encoder, WordEncoder())


def test_a_claim_that_leans_on_the_sentence_before_is_read_after_it() -> None:
    long = "The ferry company raised fares. " + "x" * 500
    _, claims = run_of(("a", "Crews slept."), ("b", "The toll is fair."), ("a", "This decision angered them."),
                       ("b", "Lee disagrees."), ("c", "It is wrong."), ("a", long), ("a", "They refused."))
    contexts = read_contexts(claims)
    assert contexts == ["", "", "Crews slept. ", "", "", "", long[-400:] + " "]
    assert read_contexts(claims[::-1]) == contexts[::-1]


def test_each_word_is_read_in_its_sentence_and_weights_are_shared_out(encoder: Encoder) -> None:
    documents, claims = run_of(("a", "Ferries deliver strawberries."), ("b", "It was so."),
                               ("a", "This decision (angered) everyone, aboard."))
    read = read_claims(documents, claims, encoder)
    assert len(read.claims) == 3
    assert read.claims.starts.tolist() == [0, 3, 3, 7]
    assert np.add.reduceat(read.claims.weights, [0, 3]) == pytest.approx([1, 1], abs=1e-6)
    assert np.linalg.norm(read.claims.vectors.astype(float), axis=1) == pytest.approx(1, abs=1e-2)
    assert np.linalg.norm(read.claims.pooled, axis=1) == pytest.approx(1, abs=1e-5)
    before = claims[0].text + " "
    (tokens,) = encoder.encode_tokens([before + claims[2].text])
    expected = tokens.pooled - read.text_mean
    assert read.claims.pooled[2] == pytest.approx(expected / np.linalg.norm(expected), abs=1e-5)
    for k, word in enumerate(("decision", "angered", "everyone", "aboard")):
        start = (before + claims[2].text).index(word)
        mine = [v for v, (a, b) in zip(tokens.vectors, tokens.spans, strict=True) if start <= a < start + len(word)]
        expected = np.mean(mine, axis=0) - read.word_mean  # without the marks around it
        assert read.claims.vectors[3 + k].astype(float) == pytest.approx(expected / np.linalg.norm(expected), abs=2e-3)


def test_other_texts_are_read_as_the_claims_are(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    documents, claims = run_of(("a", "Ferries deliver strawberries."), ("b", "The toll hurts Velmar."),
                               ("a", "Crews sleep in Velmar."))
    read = read_claims(documents, claims, encoder)
    monkeypatch.setattr(reading, "CHUNK", 2)  # read in smaller bites
    for again in (read.read([claim.text for claim in claims]), read_claims(documents, claims, encoder).claims):
        assert again.stems == read.claims.stems
        for name in ("starts", "weights", "vectors", "pooled"):
            assert np.array_equal(getattr(again, name), getattr(read.claims, name))


def test_words_beyond_what_the_encoder_reads_are_left_out(encoder: Encoder) -> None:
    documents, claims = run_of(("a", "Crews slept. " + "ferry " * 80), ("b", "The toll hurts Velmar."))
    read = read_claims(documents, claims, encoder).claims
    assert read.stems[read.starts[1]:] == ("toll", "hurt", "velmar")
    assert 2 < read.starts[1] < 62


def test_what_a_run_and_the_stand_ins_share_is_taken_out(encoder: Encoder) -> None:
    """Twenty claims weigh as much as the stand-in sentences; a run of the stand-ins themselves moves no mean."""
    stand_in = encoder.encode_tokens(background())
    pooled = np.mean([text.pooled for text in stand_in], axis=0)
    documents, claims = run_of(*[(f"s{k}", text) for k, text in enumerate(background())])
    same = read_claims(documents, claims, encoder)
    assert same.text_mean == pytest.approx(pooled, abs=1e-6)
    assert np.array_equal(same.claims.vectors, same.background.vectors)
    small, _ = run_of()
    assert read_claims(small, [], encoder).word_mean == pytest.approx(same.word_mean, abs=1e-6)
    documents, claims = run_of(*[(f"s{k}", "Ferries wait.") for k in range(20)])
    (ferries,) = encoder.encode_tokens(["Ferries wait."])
    both = read_claims(documents, claims, encoder)
    assert both.text_mean == pytest.approx((pooled + ferries.pooled) / 2, abs=1e-6)
    assert np.linalg.norm(both.claims.pooled, axis=1) == pytest.approx(1, abs=1e-5)


def test_what_is_taken_out_of_words_is_their_mean_and_one_claim_weighs_as_one(encoder: Encoder) -> None:
    stand_in = read_claims([], [], encoder)
    (tokens,) = encoder.encode_tokens(["Ferries wait."])
    words = [np.mean([v for v, (a, b) in zip(tokens.vectors, tokens.spans, strict=True) if start <= a and b <= end],
                     axis=0) for start, end in ((0, 7), (8, 12))]
    for n in (1, 20):
        read = read_claims(*run_of(*[(f"s{k}", "Ferries wait.") for k in range(n)]), encoder)
        share = n / (n + 20)
        assert read.word_mean == pytest.approx(share * np.mean(words, axis=0) + (1 - share) * stand_in.word_mean,
                                               abs=2e-3)
        assert read.text_mean == pytest.approx(share * tokens.pooled + (1 - share) * stand_in.text_mean, abs=1e-5)


def test_a_name_weighs_less_than_another_word_that_is_as_rare(encoder: Encoder) -> None:
    documents, claims = run_of(("a", "Crews near Velmar slept."), ("b", "The ferry and the toll."),
                               ("c", "Another ferry."))
    weigh = read_claims(documents, claims, encoder).weigh
    assert weigh("velmar") == pytest.approx(reading.NAME_WEIGHT * weigh("toll"))
    assert weigh("velmar") < weigh("toll")
    assert weigh("ferry") < weigh("toll") == weigh("crew")


def test_words_that_every_claim_holds_share_out_the_whole_weight_all_the_same(encoder: Encoder) -> None:
    documents, claims = run_of(*[(f"s{k}", text) for k, text in enumerate(["Ferries wait."] * 60 + ["It was so."])])
    read = read_claims(documents, claims, encoder).claims
    assert np.add.reduceat(read.weights, read.starts[:60]) == pytest.approx(1, abs=1e-5)
    assert len(read) == 61


def make_texts(*texts: Sequence[Sequence[float]], weights: Sequence[float] | None = None) -> Texts:
    """Texts whose words have these vectors, made unit long; each word weighs the same where nothing is said."""
    rows = [row for text in texts for row in text]
    width = len(rows[0])
    vectors = np.array(rows, dtype=np.float32) / np.linalg.norm(rows, axis=1, keepdims=True)
    starts = np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype(np.int64)
    shares = [1 / len(text) for text in texts for _ in text] if weights is None else weights
    return Texts(tuple(map(str, range(len(rows)))), starts, np.array(shares, dtype=np.float32),
                 vectors.astype(np.float16), np.zeros((len(texts), width), np.float32))


EYE = np.eye(20).tolist()


def test_likeness_is_what_the_words_share() -> None:
    same, half, other, nothing = EYE[:4], [*EYE[:2], *EYE[4:6]], EYE[10:14], list[list[float]]()
    likeness, firmness = match_within(make_texts(same, nothing, half, other, same, nothing))
    assert likeness[0].tolist() == pytest.approx([1, 0, .5, 0, 1, 0])
    assert likeness[1].tolist() == [0] * 6
    assert 0 == firmness[0, 3] < firmness[0, 2] < firmness[0, 4] < 1
    assert np.array_equal(likeness, likeness.T)


def test_words_that_are_half_alike_count_little_and_opposite_ones_nothing() -> None:
    texts = make_texts([[1, 0]], [[1, 3 ** .5]], [[-1, 0]])
    assert match_all(texts, texts)[0][0] == pytest.approx([1, .177, 0], abs=1e-3)


def test_one_shared_name_is_no_subject_and_a_short_text_is_not_firm() -> None:
    one_of_eight = [EYE[0], *EYE[12:19]]
    firmness = match_within(make_texts(EYE[:8], one_of_eight, EYE[:8], EYE[:2], EYE[:2]))[1]
    assert firmness[0, 2] == pytest.approx((1 - .75 / 8) / 2)  # eight words: half
    assert firmness[3, 4] < firmness[0, 2] / 3
    assert firmness[0, 1] < firmness[0, 2] / 20


def test_a_likeness_both_ways_is_the_mean_of_the_ways() -> None:
    texts = make_texts(EYE[:2], EYE[:8])
    (there, back), both = match_all(texts, texts)[0][[0, 1], [1, 0]], match_within(texts)[0][0, 1]
    assert (there, back, both) == pytest.approx((1, .25, .625))


def made_up() -> Texts:
    random = np.random.default_rng(3)
    sizes = (3, 0, 5, 1, 8, 0, 2, 4, 0)
    texts = [(random.standard_normal((n, 6)) + 1).tolist() for n in sizes]
    shares = np.concatenate([random.dirichlet(np.ones(n)) for n in sizes if n])
    return make_texts(*texts, weights=shares.tolist())


def test_blocks_and_single_texts_give_what_all_pairs_give(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = made_up()
    everyone = np.arange(len(texts))
    partners = [everyone, everyone[::-1], everyone[:0], *[everyone[k % 3::2] for k in range(len(texts) - 3)]]
    likeness, firmness = match_within(texts)
    assert likeness[likeness > 0].min() < .5 < likeness.max()
    for i, (alike, firm) in enumerate(match_some(texts, partners)):
        assert alike == pytest.approx(likeness[i, partners[i]], abs=1e-6)
        assert firm == pytest.approx(firmness[i, partners[i]], abs=1e-6)
    for cells in (1, 23 * 4, 23 * 9):  # one text at a time, and a few
        monkeypatch.setattr(matching, "BLOCK_CELLS", cells)
        assert match_within(texts)[0] == pytest.approx(likeness, abs=1e-6)
        assert match_within(texts)[1] == pytest.approx(firmness, abs=1e-6)


def test_each_word_takes_its_best_word(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = made_up()
    likeness, firmness = match_all(texts, texts)
    vectors = texts.vectors.astype(np.float64)
    for i in range(len(texts)):
        for j in range(len(texts)):
            mine, theirs = (slice(texts.starts[k], texts.starts[k + 1]) for k in (i, j))
            alike = vectors[mine] @ vectors[theirs].T
            if alike.size:
                parts = np.maximum(alike, 0).max(1) ** 2.5 * texts.weights[mine]
                assert likeness[i, j] == pytest.approx(parts.sum(), abs=1e-5)
                assert firmness[i, j] == pytest.approx((parts.sum() - .75 * parts.max()) * len(parts)
                                                       / (len(parts) + 8), abs=1e-5)
            else:
                assert likeness[i, j] == firmness[i, j] == 0


def test_nothing_is_like_no_words_at_all() -> None:
    texts, none = make_texts(EYE[:3]), Texts((), np.zeros(3, np.int64), np.zeros(0, np.float32),
                                             np.zeros((0, 20), np.float16), np.zeros((2, 20), np.float32))
    for a, b in ((texts, none), (none, texts), (none, none)):
        for part in match_all(a, b):
            assert part.shape == (len(a), len(b))
            assert not part.any()


def test_neighbours_come_from_other_sources_whatever_the_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    angles = np.radians([0, 1, 10, 30, 35, 90, 180])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    sources = list("aabbcca")
    expected = [[2, 3], [2, 3], [1, 0], [4, 1], [3, 2], [3, 2], [5, 4]]
    for block in (1, 2, 1024):
        monkeypatch.setattr(neighbours, "BLOCK", block)
        found, recall = find_neighbours(vectors, sources, 2)
        assert ([row.tolist() for row in found], recall) == (expected, 1.0)
    many = find_neighbours(vectors, sources, 99)[0]
    assert [len(row) for row in many] == [4, 4, 5, 5, 5, 5, 4]
    assert many[0].tolist() == [2, 3, 4, 5]
    assert all(len(row) == 0 for row in find_neighbours(vectors, ["a"] * 7, 2)[0])
    assert find_neighbours(vectors, sources, 2, exact_up_to=7)[1] == 1.0


def test_recall_says_what_share_of_the_true_neighbours_the_cells_found(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(7)
    vectors = random.standard_normal((400, 24)).astype(np.float32)  # no clusters: cells miss much
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    sources = [f"s{k % 3}" for k in range(400)]
    monkeypatch.setattr(neighbours, "SAMPLE", 400)
    exact = find_neighbours(vectors, sources, 5)[0]
    for k, others in enumerate(exact):
        likeness = {j: float(vectors[k] @ vectors[j]) for j in range(400) if j % 3 != k % 3}
        assert others.tolist() == sorted(likeness, key=lambda j: -likeness[j])[:5]
    assert find_neighbours(vectors, sources, 5, exact_up_to=400)[1] == 1.0
    found, recall = find_neighbours(vectors, sources, 5, exact_up_to=399)
    hits = sum(len(set(a.tolist()) & set(b.tolist())) for a, b in zip(exact, found, strict=True))
    assert recall == pytest.approx(hits / 2000)
    assert .1 < recall < 1
    alone, nothing = find_neighbours(vectors, ["a"] * 400, 5, exact_up_to=0)
    assert nothing == 0
    assert not any(map(len, alone))


def scattered(n: int, width: int) -> tuple[NDArray[np.float32], list[str]]:
    """Vectors without clusters, of which cells miss some, and three sources in turn."""
    vectors = np.random.default_rng(7).standard_normal((n, width)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), [f"s{k % 3}" for k in range(n)]


@pytest.mark.parametrize("exact_up_to", [0, 900])
def test_who_asks_for_one_neighbour_gets_the_first_of_several(exact_up_to: int) -> None:
    vectors, sources = scattered(900, 12)
    several = find_neighbours(vectors, sources, 20, exact_up_to)[0]
    for n in (1, 2, 9):
        fewer = find_neighbours(vectors, sources, n, exact_up_to)[0]
        assert [row.tolist() for row in fewer] == [row[:n].tolist() for row in several]


def test_cells_find_each_row_once_also_where_there_are_fewer_than_wanted() -> None:
    vectors, sources = scattered(200, 4)
    for some in ({"s0"}, {"s0", "s1"}):
        named = [source if source in some else "other" for source in sources]
        found = find_neighbours(vectors, named, 300, exact_up_to=0)[0]
        assert set(np.concatenate(found).tolist()) == set(range(200))
        for k, others in enumerate(found):
            assert 0 < len(others) == len(set(others.tolist())) < 200
            assert all(named[j] != named[k] for j in others)


def test_a_large_run_looks_at_a_quarter_of_its_pairs_and_finds_nearly_all_neighbours() -> None:
    import faiss

    vectors, sources = scattered(3000, 16)
    faiss.cvar.indexIVF_stats.reset()
    recall = find_neighbours(vectors, sources, 10, exact_up_to=0)[1]
    assert faiss.cvar.indexIVF_stats.ndis < 3000 ** 2 / 4
    assert recall > .955


def test_recall_is_measured_from_the_first_row_to_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two rows the first and the last, here the only ones that have more than two neighbours to find."""
    vectors, _ = scattered(400, 24)
    sources = ["first", *["between"] * 398, "last"]
    exact = find_neighbours(vectors, sources, 60)[0]
    monkeypatch.setattr(neighbours, "SAMPLE", 2)
    found, recall = find_neighbours(vectors, sources, 60, exact_up_to=0)
    hits = sum(len(set(found[k].tolist()) & set(exact[k].tolist())) for k in (0, -1))
    assert 60 < hits < 120
    assert recall == pytest.approx(hits / 120)
