"""Retrieval and clusters: hand-counted figures, and faults that must cost something."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.alignment import ask_claims, rate_claims
from stance.errors import UndecidedError
from stance.evaluation import Stages, evaluate
from stance.evaluation.metrics import average_precision_at, b_cubed, b_cubed_f1
from stance.evaluation.stages import Grouped, Retrieved, group
from stance.evaluation.suites import digest_files
from stance.records import Asked, Claim

ROOT = Path(__file__).resolve().parents[1]
ENCODER = {"stand-in": "2" * 64}


class TestAveragePrecision:
    @pytest.mark.parametrize(("right", "value"), [
        ({0}, 1), ({1}, 1 / 2), ({4}, 1 / 5), ({5}, 0), ({0, 3}, (1 + 2 / 4) / 2), ({2, 6}, (1 / 3) / 2),
        ({0, 1, 2, 3, 4, 5, 6}, 1),
    ])  # fmt: skip
    def test_counted_by_hand(self, right: set[int], value: float) -> None:
        scores = np.arange(7, 0, -1)
        assert average_precision_at(scores, np.isin(np.arange(7), list(right))) == pytest.approx(value)

    def test_a_score_that_tells_nothing_earns_nothing(self) -> None:
        assert average_precision_at(np.zeros(20), np.arange(20) == 0) == 0

    @settings(max_examples=100, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=12), st.integers(1, 6))
    def test_as_defined(self, items: list[tuple[int, bool]], k: int) -> None:
        ranked = [right for _, right in sorted(items, key=lambda item: (-item[0], item[1]))][:k]
        n_right = sum(right for _, right in items)
        total = sum(sum(ranked[: rank + 1]) / (rank + 1) for rank, right in enumerate(ranked) if right)
        scores, right = (np.array(column) for column in zip(*items, strict=True))
        found = average_precision_at(scores, right, k)
        assert found == pytest.approx(total / min(n_right, k)) if n_right else np.isnan(found)


def together(clusters: Sequence[Sequence[int]], n: int) -> Any:
    matrix = np.eye(n, dtype=bool)
    for members in clusters:
        matrix[np.ix_(members, members)] = True
    return matrix


class TestBCubed:
    GOLD = [range(5), range(5, 7), range(7, 12)]  # noqa: RUF012

    @pytest.mark.parametrize(("found", "value"), [
        ([range(5), range(5, 12)], 16 / 21),  # a small cluster joined with a large one
        ([[*range(5), *range(7, 12)], range(5, 7)], 7 / 12),  # two large ones joined
    ])  # fmt: skip
    def test_the_example_of_bagga_and_baldwin(self, found: Any, value: float) -> None:
        precision, recall = b_cubed(together(found, 12), together(self.GOLD, 12))
        assert precision.mean() == pytest.approx(value)
        assert recall.tolist() == [1] * 12

    def test_an_item_in_two_clusters_is_with_the_members_of_both(self) -> None:
        precision, recall = b_cubed(together([[0, 1], [1, 2]], 3), together([[0, 1]], 3))
        assert precision.tolist() == [1, pytest.approx(2 / 3), 1 / 2]
        assert recall.tolist() == [1, 1, 1]

    @settings(max_examples=100, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=12))
    def test_as_defined(self, items: list[tuple[int, int]]) -> None:
        found, gold = (np.array(column) for column in zip(*items, strict=True))
        precision, recall = b_cubed(found[:, None] == found, gold[:, None] == gold)
        for k, (a, b) in enumerate(items):
            shared = items.count((a, b))
            assert precision[k] == pytest.approx(shared / (found == a).sum())
            assert recall[k] == pytest.approx(shared / (gold == b).sum())

    def test_f1_is_that_of_the_means(self) -> None:
        columns = {"precision": np.array([1.0, 0.5]), "recall": np.array([0.25, 0.25])}
        assert b_cubed_f1(columns) == pytest.approx(2 * 0.75 * 0.25 / (0.75 + 0.25))


@pytest.fixture
def posts(tmp_path: Path) -> Callable[..., Path]:
    """Writes a suite of posts, of which number n repeats claim n, and post 0 claim 1 as well."""

    def write(**changes: str) -> Path:
        texts, queries = tmp_path / "claims.jsonl", tmp_path / "posts.jsonl"
        texts.write_text("".join(json.dumps({"id": f"c{n}", "claim": f"claim {n}"}) + "\n" for n in range(30)))
        pairs = [(0, 0), (0, 1), *((n, n) for n in range(2, 20))]
        queries.write_text("".join(json.dumps({"post": f"p{q}", "words": f"post {q}", "repeats": f"c{c}"}) + "\n"
                                   for q, c in pairs))  # fmt: skip
        fields = {"text": "words", "target": "repeats", "group": "post", "key": "id", "body": "claim",
                  "digest": digest_files([queries, texts])} | changes  # fmt: skip
        suite = tmp_path / "suite.toml"
        suite.write_text('name = "r"\ntask = "retrieval"\nresamples = 100\n'
                         '[[data]]\npath = "posts.jsonl"\ndocuments = "claims.jsonl"\n'
                         + "".join(f'{name} = "{value}"\n' for name, value in fields.items())
                         + "[metrics.map_at_5]\n[metrics.encoder_map_at_5]\n[metrics.gain]\n")  # fmt: skip
        return suite

    return write


def knows(queries: Sequence[str], texts: Sequence[str], encoder: str | None) -> Retrieved:
    """Matches by number; its cosine prefers the claim after the right one."""
    number = np.array([[int(t.split()[1]) - int(q.split()[1]) for t in texts] for q in queries])
    return Retrieved(-np.abs(number - 0.1), -np.abs(number - 0.9).astype(np.float32), ENCODER)


def shuffled(queries: Sequence[str], texts: Sequence[str], encoder: str | None) -> Retrieved:
    made = knows(queries, texts, encoder)
    return Retrieved(np.random.default_rng(0).permuted(made.scores, axis=1), made.cosine, ENCODER)


class TestRetrieval:
    def measured(self, suite: Path, retrieve: Any) -> Any:
        (result,) = evaluate([suite], stages=Stages(retrieve=retrieve)).suites
        return result

    def test_counts_posts_and_holds_matching_against_the_encoder(self, posts: Callable[..., Path]) -> None:
        result = self.measured(posts(), knows)
        values = {row.metric: row.value for row in result.rows}
        assert values["map_at_5"] == 1
        assert values["encoder_map_at_5"] == pytest.approx((1 + 18 / 2) / 19, abs=1e-6)
        assert values["gain"] == pytest.approx(1 - values["encoder_map_at_5"], abs=1e-6)
        assert {row.n for row in result.rows} == {19}
        assert result.items["p0"] == ("c0", "c0")
        assert result.models == ENCODER

    def test_shuffled_scores_are_caught(self, posts: Callable[..., Path]) -> None:
        rows = {row.metric: row for row in self.measured(posts(), shuffled).rows}
        assert rows["map_at_5"].value < 0.3
        assert rows["gain"].high < 0

    @pytest.mark.parametrize(("changes", "told"), [
        ({"target": "words"}, "no text has the id"), ({"key": "name"}, "should be texts"), ({"key": ""}, "should be"),
        ({"target": "gone"}, "no field"), ({"digest": "sha256:" + "0" * 64}, "restore it"),
    ])  # fmt: skip
    def test_wrong_data_are_an_error_that_says_where(
        self, posts: Callable[..., Path], changes: dict[str, str], told: str
    ) -> None:
        result = self.measured(posts(**changes), knows)
        assert result.exit_code == 2
        assert told in result.error

    def test_one_post_has_one_text(self, posts: Callable[..., Path], tmp_path: Path) -> None:
        posts()
        rows = tmp_path / "posts.jsonl"
        rows.write_text(rows.read_text().replace("post 2", "post 3").replace('"p2"', '"p0"'))
        result = self.measured(posts_again(tmp_path), knows)
        assert "another text" in result.error

    def test_altered_texts_are_noticed(self, posts: Callable[..., Path], tmp_path: Path) -> None:
        suite = posts()
        with (tmp_path / "claims.jsonl").open("a") as texts:
            texts.write('{"id": "c99", "claim": "claim 99"}\n')
        assert "restore it" in self.measured(suite, knows).error


def posts_again(folder: Path) -> Path:
    """The suite in a folder, pinned to the data as they are now."""
    suite = folder / "suite.toml"
    found = digest_files([folder / "posts.jsonl", folder / "claims.jsonl"])
    lines = [f'digest = "{found}"' if line.startswith("digest") else line for line in suite.read_text().splitlines()]
    suite.write_text("\n".join(lines))
    return suite


class TestClusters:
    def measured(self, folder: Path, laid: Callable[[Sequence[str]], Any], rows: Any = None) -> Any:
        data = folder / "rows.jsonl"
        made = rows or [{"id": str(g), "clusters": [{"perspectives": [f"{c} {n}" for n in range(3)]} for c in range(4)]}
                        for g in range(6)]  # fmt: skip
        data.write_text("".join(json.dumps(row) + "\n" for row in made))
        suite = folder / "suite.toml"
        suite.write_text('name = "c"\ntask = "clusters"\nresamples = 100\n[[data]]\npath = "rows.jsonl"\ngroup = "id"\n'
                         f'digest = "{digest_files([data])}"\n'
                         "[metrics.b_cubed_precision]\n[metrics.b_cubed_recall]\n[metrics.b_cubed_f1]\n")  # fmt: skip
        grouped = lambda groups, _: Grouped(tuple(laid(texts) for texts in groups), ENCODER)  # noqa: E731
        (result,) = evaluate([suite], stages=Stages(group=grouped)).suites
        return result

    @staticmethod
    def right(texts: Sequence[str]) -> Any:
        return tuple(tuple(k for k, text in enumerate(texts) if text[0] == name) for name in "0123")

    def values(self, folder: Path, laid: Any) -> list[float]:
        result = self.measured(folder, laid)
        assert {(row.n, row.n_groups) for row in result.rows} == {(72, 6)}
        return [row.value for row in result.rows]

    def test_right_alone_and_all_in_one(self, tmp_path: Path) -> None:
        assert self.values(tmp_path, self.right) == [1, 1, 1]
        assert self.values(tmp_path, lambda _: ()) == pytest.approx([1, 1 / 3, 1 / 2], abs=1e-6)
        assert self.values(tmp_path, lambda texts: (tuple(range(len(texts))),)) == pytest.approx(
            [1 / 4, 1, 2 / 5], abs=1e-6)  # fmt: skip

    def test_shuffled_members_are_caught(self, tmp_path: Path) -> None:
        order = np.random.default_rng(0).permutation(12).tolist()
        wrong = lambda texts: tuple(tuple(order[k] for k in row) for row in self.right(texts))  # noqa: E731
        assert max(self.values(tmp_path, wrong)) < 0.6

    def test_items_say_who_is_with_whom(self, tmp_path: Path) -> None:
        items = self.measured(tmp_path, lambda _: ((0, 3),)).items
        assert next(pair for item, pair in items.items() if item.endswith("rows.jsonl:1:1")) == ("1 4", "1 2 3")

    @pytest.mark.parametrize("row", [{"id": "0"}, {"id": "0", "clusters": [{}]}, {"id": "0", "clusters": 3},
                                     {"id": "0", "clusters": [{"perspectives": [3]}]}])  # fmt: skip
    def test_rows_without_texts_are_an_error(self, tmp_path: Path, row: dict[str, Any]) -> None:
        result = self.measured(tmp_path, self.right, [row])
        assert result.exit_code == 2
        assert "perspective" in result.error


@pytest.mark.parametrize("name", ["checkthat", "paraphrases"])
def test_shipped_suites_are_undecided_without_data(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STANCE_DATA", raising=False)
    suite = ROOT / "eval" / "suites" / f"{name}.toml"
    assert [evaluate([suite], data=data).exit_code for data in (None, tmp_path)] == [3, 3]


def test_a_missing_encoder_is_undecided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(UndecidedError, match="no encoder"):
        group([["a"]], "nobody/has-this-encoder")


def test_rated_claims_are_those_that_a_question_alone_takes() -> None:
    from stance.encoding import load_encoder

    texts = ["The bridge opened on Monday.", "Taxes rose.", "Wombats share their burrows.", "A bridge was opened."]
    claims = [Claim(f"{n}", f"{n}", 0, len(text), text) for n, text in enumerate(texts)]
    encoder = load_encoder()
    questions = ["Was the bridge opened?", "Do wombats share burrows?"]
    rated = rate_claims(claims, encoder, questions)
    assert rated.argmax(axis=1).tolist() == [3, 2] or rated.argmax(axis=1).tolist() == [0, 2]
    for question, row in zip(questions, rated, strict=True):
        (issue,) = ask_claims((), claims, encoder, [Asked("q", question, "")], threshold=0.0)
        alone = rate_claims(claims, encoder, [question])[0]
        assert [issue.scores[claim.id] for claim in claims] == pytest.approx(1 / (1 + np.exp(-alone)), abs=1e-4)
        assert np.argsort(row).tolist()[-1] == np.argsort(alone).tolist()[-1]
