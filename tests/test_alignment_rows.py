"""Rows from scored pairs alone: who meets whom, and who does not."""

from __future__ import annotations

from itertools import combinations

from stance.alignment.grouping import Pair, lay_rows, relate_pairs


def rows_of(sources: str, scores: dict[Pair, float], threshold: float = 1.0, slack: float = .5,
            n_best: int = 3) -> list[list[int]]:
    return lay_rows(sources, relate_pairs(sources, scores, threshold, slack, n_best))


def test_claims_meet_from_the_threshold_on() -> None:
    assert rows_of("ab", {(0, 1): 1.0}) == [[0, 1]]
    assert rows_of("ab", {(0, 1): .99}) == []
    assert rows_of("aa", {(0, 1): 3.0}) == []


def test_near_the_threshold_a_third_claim_decides() -> None:
    chain = {(0, 1): 2.0, (1, 2): 2.0}
    assert rows_of("abc", chain | {(0, 2): .5}) == [[0, 1, 2]]
    assert rows_of("abc", chain | {(0, 2): .49}) == [[0, 1], [1, 2]]
    assert rows_of("abc", chain) == [[0, 1], [1, 2]]
    assert rows_of("abc", {(0, 1): 2.0, (1, 2): .9, (0, 2): .9}) == [[0, 1]]  # the third must be related itself
    assert rows_of("acb", {(0, 2): 2.0, (1, 2): 2.0, (0, 1): .5}) == [[0, 1, 2]]


def test_a_claim_is_tied_to_the_best_of_a_source_only() -> None:
    scores: dict[Pair, float] = {(0, 1): 2.0, (0, 2): 3.0, (0, 3): 2.5}
    assert rows_of("abbb", scores, n_best=1) == [[0, 2]]
    assert rows_of("abbb", scores, n_best=2) == [[0, 2, 3]]
    assert rows_of("abcb", scores, n_best=1, slack=0) == [[0, 2], [0, 3]]
    assert rows_of("abbb", dict.fromkeys(scores, 2.0), n_best=1) == [[0, 1]]  # of equals the first
    assert rows_of("aab", {(0, 2): 2.0, (1, 2): 3.0}, n_best=1) == [[1, 2]]  # the liking is mutual


def test_a_row_takes_who_is_related_to_all_of_it() -> None:
    whole = dict.fromkeys(combinations(range(4), 2), 2.0)
    assert rows_of("abcd", whole) == [[0, 1, 2, 3]]
    assert rows_of("aabb", whole) == [[0, 1, 2, 3]]
    del whole[1, 2]
    assert rows_of("abcd", whole) == [[0, 1, 3], [0, 2, 3]]
    # two claims of one source need not be alike, but each must be like the others
    assert rows_of("abab", {(0, 1): 2.0, (1, 2): 2.0, (2, 3): 2.0}) == [[0, 1, 2], [2, 3]]


def test_the_strongest_pair_and_the_strongest_third_go_first() -> None:
    # 0 and 1 are strongest; 2 and 3 both fit them and not each other: the better one gets all three pairs
    scores = {(0, 1): 4.0, (0, 2): 2.0, (1, 2): 2.0, (0, 3): 3.0, (1, 3): 3.0}
    assert rows_of("abcd", scores) == [[0, 1, 2], [0, 1, 3]]
    # what is held already is not what a row is extended for
    scores = {(0, 1): 4.0, (1, 2): 3.0, (2, 3): 2.0, (0, 2): 2.0}
    assert rows_of("abcd", scores) == [[0, 1, 2], [2, 3]]


def test_a_row_grows_by_who_brings_most_pairs() -> None:
    # 3 is liked best, but it is not like 2, who brings a pair with 0 as well
    scores = {(0, 1): 5.0, (0, 2): 2.0, (1, 2): 2.0, (1, 3): 4.0}
    assert rows_of("abca", scores) == [[0, 1, 2], [1, 3]]


def test_what_belongs_together_most_is_a_row_even_where_fewer_rows_would_do() -> None:
    inner, outer = [(0, 1), (0, 2), (1, 2)], [(0, 3), (1, 3), (1, 4), (2, 4), (0, 5), (2, 5)]
    strong = dict.fromkeys(inner, 4.0) | dict.fromkeys(outer, 2.0)
    assert rows_of("abcdef", strong) == [[0, 1, 2], [0, 1, 3], [0, 2, 5], [1, 2, 4]]
    weak = dict.fromkeys(inner, 2.0) | dict.fromkeys(outer, 4.0)
    assert rows_of("abcdef", weak) == [[0, 1, 3], [0, 2, 5], [1, 2, 4]]
