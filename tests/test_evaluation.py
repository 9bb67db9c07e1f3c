"""The gate must catch what it is there to catch, and must never pass what it could not decide.

What is measured is a stand-in with a planted fault; the suites, the data and the decision are the real ones."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
import math
import os
import re
import runpy
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stance import claims, pipeline
from stance.errors import GateError, InputError, ModelError, UndecidedError
from stance.evaluation import (
    Evaluation,
    Gold,
    Stages,
    evaluate,
    load_gold,
    load_suite,
    score_asked,
    score_gold,
    to_json,
    to_junit,
    to_table,
)
from stance.evaluation.gates import judge, read_baseline, worst
from stance.evaluation.metrics import accuracy, balanced_accuracy, calibration_error, figure, macro_f1, mcnemar, pair_f1
from stance.evaluation.stages import Compared, Recognised, load_model
from stance.evaluation.suites import Gate, digest_files
from stance.framing import Pair
from stance.records import STANCES, Claim, Comparison, Document, Issue, Position

ROOT = Path(__file__).resolve().parents[1]
BASELINE = ROOT / "eval" / "baseline.json"
SUITES = sorted((ROOT / "eval" / "suites").glob("*.toml"))
WORDS = {"good": "favourable", "plain": "neutral", "bad": "unfavourable"}


class StandIn:
    """Knows the answer, which is a word of the text; `answer` plants the fault."""

    name = "stand-in"

    def __init__(self, answer: Callable[[str, Pair], str] = lambda stance, _: stance, sha256: str = "0" * 64) -> None:
        self.answer, self.sha256 = answer, sha256

    def predict(self, pairs: Sequence[Pair], task: str = "topic") -> np.ndarray:
        rows = np.full((len(pairs), 3), 0.05)
        for row, pair in zip(rows, pairs, strict=True):
            known = next((stance for word, stance in WORDS.items() if word in pair.text.split()), "neutral")
            row[STANCES.index(self.answer(known, pair))] = 0.9
        return rows


def stages(answer: Callable[[str, Pair], str] = lambda stance, _: stance, **others: Any) -> Stages:
    return Stages(load_model=lambda _: StandIn(answer), **others)


SWAP = {"favourable": "unfavourable", "unfavourable": "favourable", "neutral": "neutral"}


@pytest.fixture
def suite(tmp_path: Path) -> Callable[..., Path]:
    """Writes a suite and its data; `n` rows, the words of which tell their labels."""
    (tmp_path / "pyproject.toml").touch()

    def write(
        metrics: str = "[metrics.macro_f1]\nfloor = 0.8\n", n: int = 120, name: str = "small", **changes: str
    ) -> Path:
        rows = tmp_path / "rows.jsonl"
        words = list(WORDS)
        made = [(f"a {words[i % 3]} thing, number {i}", f"thing {i // 4}", words[i % 3]) for i in range(n)]
        lines = [json.dumps(dict(zip(("words", "about", "label"), row, strict=True))) + "\n" for row in made]
        rows.write_text("".join(lines), encoding="utf-8")
        fields = {"task": "stance", "path": "rows.jsonl", "digest": digest_files([rows])} | changes
        path = tmp_path / f"{name}.toml"
        path.write_text(
            f'name = "{name}"\ntask = "{fields["task"]}"\nresamples = 200\n'
            f'[[data]]\npath = "{fields["path"]}"\ndigest = "{fields["digest"]}"\n'
            'text = "words"\ntarget = "about"\nlabel = "label"\ngroup = "about"\n'
            f'labels = {{ good = "favourable", plain = "neutral", bad = "unfavourable" }}\n{metrics}',
            encoding="utf-8",
        )
        return path

    return write


def only(evaluation: Evaluation) -> Any:
    assert len(evaluation.suites) == 1
    return evaluation.suites[0]


class TestOutcome:
    def test_a_model_above_its_floor_passes(self, suite: Callable[..., Path]) -> None:
        evaluation = evaluate([suite()], stages=stages())
        assert evaluation.exit_code == 0
        assert only(evaluation).rows[0].value == 1.0

    def test_two_labels_swapped_are_caught(self, suite: Callable[..., Path]) -> None:
        evaluation = evaluate([suite()], stages=stages(lambda s, _: SWAP[s]))
        assert evaluation.exit_code == GateError.exit_code == 1
        assert only(evaluation).rows[0].state == "below"

    def test_an_interval_that_straddles_the_floor_is_undecided(self, suite: Callable[..., Path]) -> None:
        halting = stages(lambda s, pair: SWAP[s] if int(pair.text.split()[-1]) % 5 == 0 else s)
        row = only(evaluate([suite("[metrics.accuracy]\nfloor = 0.87\n")], stages=halting)).rows[0]
        assert row.low < 0.87 < row.high
        assert evaluate([suite("[metrics.accuracy]\nfloor = 0.87\n")], stages=halting).exit_code == 3

    def test_an_exact_metric_is_compared_by_its_value(self, suite: Callable[..., Path]) -> None:
        halting = stages(lambda s, pair: SWAP[s] if int(pair.text.split()[-1]) % 5 == 0 else s)
        passing = only(evaluate([suite("[metrics.accuracy]\nfloor = 0.86\nexact = true\n")], stages=halting))
        falling = only(evaluate([suite("[metrics.accuracy]\nfloor = 0.87\nexact = true\n")], stages=halting))
        assert (passing.exit_code, falling.exit_code) == (0, 1)
        assert 0.86 < passing.rows[0].value < 0.87

    def test_an_exact_metric_shows_the_interval_that_it_is_not_judged_by(self, suite: Callable[..., Path]) -> None:
        halting = stages(lambda s, pair: SWAP[s] if int(pair.text.split()[-1]) % 5 == 0 else s)
        exact, sampled = (only(evaluate([suite(f"[metrics.accuracy]\nfloor = 0.86\n{more}")], stages=halting)).rows[0]
                          for more in ("exact = true\n", ""))  # fmt: skip
        assert (exact.state, sampled.state) == ("pass", "undecided")
        assert (exact.low, exact.high) == (sampled.low, sampled.high)
        assert exact.low < 0.86 < exact.high

    def test_a_ceiling_works_the_other_way_round(self, suite: Callable[..., Path]) -> None:
        metric = "[metrics.calibration_error]\nceiling = 0.2\n"
        assert evaluate([suite(metric)], stages=stages()).exit_code == 0
        assert evaluate([suite(metric)], stages=stages(lambda s, _: SWAP[s])).exit_code == 1

    def test_one_group_gives_no_interval_and_no_pass(self, suite: Callable[..., Path]) -> None:
        row = only(evaluate([suite(n=4)], stages=stages())).rows[0]
        assert (row.state, row.value) == ("undecided", 1.0)

    def test_a_metric_without_limits_is_only_measured(self, suite: Callable[..., Path]) -> None:
        evaluation = evaluate([suite("[metrics.macro_f1]\n")], stages=stages(lambda s, _: SWAP[s]))
        assert (evaluation.exit_code, only(evaluation).rows[0].state) == (0, "measured")

    @pytest.mark.parametrize(("codes", "code"), [([0, 3], 3), ([3, 1, 0], 1), ([1, 2, 3], 2), ([0, 0], 0)])
    def test_the_worst_suite_decides(self, codes: list[int], code: int) -> None:
        assert worst(codes) == code

    @given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
    def test_a_pass_needs_the_whole_interval(self, a: float, b: float, value: float, floor: float) -> None:
        low, high = sorted((a, b))
        state, _ = judge(value, (low, high), Gate(floor=floor))
        assert state == ("pass" if low >= floor else "below" if high < floor else "undecided")
        assert judge(math.nan, (low, high), Gate(floor=floor))[0] == "undecided"
        assert judge(value, None, Gate(ceiling=floor))[0] == "undecided"


class TestWhatCannotBeMeasured:
    def test_a_missing_model_is_undecided_and_replaced_by_nothing(self, suite: Callable[..., Path]) -> None:
        path = suite()
        path.write_text('model = "nowhere"\n' + path.read_text())
        result = only(evaluate([path]))
        assert result.exit_code == UndecidedError.exit_code == 3
        assert "no model there" in result.error
        assert not result.rows

    def test_missing_data_are_undecided(self, suite: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
        assert only(evaluate([suite(path="gone.jsonl")], stages=stages())).exit_code == 3
        monkeypatch.delenv("STANCE_DATA", raising=False)
        unset = only(evaluate([suite(path="$STANCE_DATA/rows.jsonl")], stages=stages()))
        assert unset.exit_code == 3
        assert "--data" in unset.error

    def test_the_data_option_stands_in_for_the_variable(self, suite: Callable[..., Path], tmp_path: Path) -> None:
        assert evaluate([suite(path="$STANCE_DATA/rows.jsonl")], data=tmp_path, stages=stages()).exit_code == 0

    def test_altered_data_are_an_error_that_says_what_to_do(self, suite: Callable[..., Path], tmp_path: Path) -> None:
        path = suite()
        with (tmp_path / "rows.jsonl").open("a", encoding="utf-8") as rows:
            rows.write('{"words": "a good thing", "about": "x", "label": "good"}\n')
        result = only(evaluate([path], stages=stages()))
        assert result.exit_code == 2
        assert "restore it" in result.error
        assert digest_files([tmp_path / "rows.jsonl"]) in result.error

    def test_data_without_a_digest_are_refused_with_the_digest_to_pin(self, suite: Callable[..., Path]) -> None:
        path = suite()
        kept = [line for line in path.read_text().splitlines() if not line.startswith("digest")]
        path.write_text("\n".join(kept))
        result = only(evaluate([path], stages=stages()))
        assert result.exit_code == 2
        assert 'digest = "sha256:' in result.error

    def test_another_model_than_the_pinned_one_is_an_error(self, suite: Callable[..., Path]) -> None:
        path = suite()
        path.write_text(f'model_sha256 = "{"1" * 64}"\n' + path.read_text())
        result = only(evaluate([path], stages=stages()))
        assert result.exit_code == ModelError.exit_code == 2
        assert "pins" in result.error

    def test_a_path_may_not_lead_out_of_the_project(self, suite: Callable[..., Path]) -> None:
        result = only(evaluate([suite(path="../../../../etc/hostname")], stages=stages()))
        assert result.exit_code == 2
        assert "leads out" in result.error
        assert ".git or pyproject.toml" in result.error

    def test_one_bad_suite_does_not_stop_the_others(self, suite: Callable[..., Path], tmp_path: Path) -> None:
        broken = tmp_path / "broken.toml"
        broken.write_text("name = [")
        evaluation = evaluate([broken, suite()], stages=stages())
        assert [result.exit_code for result in evaluation.suites] == [2, 0]
        assert evaluation.exit_code == 2

    @pytest.mark.parametrize(("old", "new", "told"), [
        ("task = \"stance\"", "task = \"guess\"", "task"),
        ("floor = 0.8", "floor = 'high'", "metrics.macro_f1.floor"),
        ("floor = 0.8", "flor = 0.8", "flor"),
        ("floor = 0.8", "floor = nan", "metrics.macro_f1.floor"),
        ("floor = 0.8", "floor = 0.8\nceiling = 0.7", "floor 0.8 is above ceiling 0.7"),
        ("floor = 0.8", "floor = 0.8\nlowered_because = ' '", "lowered_because"),
        ("rows.jsonl", "rows\\u0000.jsonl", "no path"),
        ("label = \"label\"\n", "", "label missing"),
        ("macro_f1", "micro_f1", "known: "),
        ("text = \"words\"", "text = \"body\"", "no field 'body'"),
        ("\"neutral\"", "\"lukewarm\"", "lukewarm"),
    ])  # fmt: skip
    def test_a_wrong_suite_says_where(self, suite: Callable[..., Path], old: str, new: str, told: str) -> None:
        path = suite()
        path.write_text(path.read_text().replace(old, new))
        result = only(evaluate([path], stages=stages()))
        assert result.exit_code == 2
        assert told in result.error

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(cut=st.integers(0, 400), junk=st.binary(max_size=12))
    def test_a_damaged_suite_or_data_file_gives_an_outcome_and_no_traceback(
        self, suite: Callable[..., Path], tmp_path: Path, cut: int, junk: bytes
    ) -> None:
        for damaged in (suite(n=12), tmp_path / "rows.jsonl"):
            whole = damaged.read_bytes()
            damaged.write_bytes(whole[:cut] + junk + whole[cut + len(junk) :])
            path = tmp_path / "small.toml"
            if damaged != path:
                digest = digest_files([damaged])
                path = suite(n=12, digest=digest)
                damaged.write_bytes(whole[:cut] + junk + whole[cut + len(junk) :])
            assert evaluate([path], stages=stages()).exit_code in (0, 1, 2, 3)

    def test_no_suite_and_two_of_one_name_are_errors(self, suite: Callable[..., Path]) -> None:
        with pytest.raises(InputError, match="no suite"):
            evaluate([])
        with pytest.raises(InputError, match="its own name"):
            evaluate([suite(), suite()], stages=stages())


class TestBaseline:
    def make(self, suite: Path, folder: Path, answer: Callable[[str, Pair], str] = lambda s, _: s) -> Path:
        path = folder / "baseline.json"
        path.write_text(to_json(evaluate([suite], stages=stages(answer))), encoding="utf-8")
        return path

    def test_lists_which_items_changed(self, suite: Callable[..., Path], tmp_path: Path) -> None:
        baseline = self.make(suite(), tmp_path)
        worse = stages(lambda s, pair: SWAP[s] if pair.text.endswith((" 0", " 5")) else s)
        changes = only(evaluate([suite()], baseline=baseline, stages=worse)).changes
        assert [(item.rpartition(":")[2], was, now) for item, was, now, _ in changes.items] == [
            ("1", "favourable", "unfavourable"), ("6", "unfavourable", "favourable")]  # fmt: skip
        assert (changes.n_mended, changes.n_broken) == (0, 2)
        assert "2 broken" in to_table(evaluate([suite()], baseline=baseline, stages=worse))

    def test_a_lowered_floor_is_refused_unless_the_suite_says_why(
        self, suite: Callable[..., Path], tmp_path: Path
    ) -> None:
        baseline = self.make(suite(), tmp_path)
        quiet = only(evaluate([suite("[metrics.macro_f1]\nfloor = 0.7\n")], baseline=baseline, stages=stages()))
        gone = only(evaluate([suite("[metrics.accuracy]\n")], baseline=baseline, stages=stages()))
        loud = suite('[metrics.macro_f1]\nfloor = 0.7\nlowered_because = "new data are harder"\n')
        evaluation = evaluate([loud], baseline=baseline, stages=stages())
        assert (quiet.exit_code, gone.exit_code, evaluation.exit_code) == (2, 2, 0)
        assert "restore it" in quiet.error
        assert "new data are harder" in to_table(evaluation)

    def test_a_reason_excuses_one_step_and_not_the_next(self, suite: Callable[..., Path], tmp_path: Path) -> None:
        def lowered(floor: float, why: str) -> Path:
            return suite(f'[metrics.macro_f1]\nfloor = {floor}\nlowered_because = "{why}"\n')

        baseline = self.make(lowered(0.7, "new data are harder"), tmp_path)
        codes = [only(evaluate([lowered(*asked)], baseline=baseline, stages=stages())).exit_code for asked in (
            (0.7, "new data are harder"), (0.6, "new data are harder"), (0.6, "so is the new part"))]  # fmt: skip
        assert codes == [0, 2, 0]

    @pytest.mark.parametrize("narrower", [
        ('group = "about"', 'group = "words"'), ("labels = {", 'where = { label = "good" }\nlabels = {'),
        ("resamples = 200", "resamples = 100"), ("resamples = 200", "resamples = 200\nseed = 1"),
        ('plain = "neutral", ', ""), ("resamples = 200", 'resamples = 200\nreads = "claim"'),
    ])  # fmt: skip
    def test_other_settings_are_refused_unless_the_suite_says_why_anew(
        self, suite: Callable[..., Path], tmp_path: Path, narrower: tuple[str, str]
    ) -> None:
        def changed(why: str = "") -> Any:
            path = suite("[metrics.accuracy]\nfloor = 0.5\nexact = true\n")
            path.write_text(why + path.read_text().replace(*narrower))
            return only(evaluate([path], baseline=baseline, stages=stages()))

        baseline = self.make(suite("[metrics.accuracy]\nfloor = 0.5\nexact = true\n"), tmp_path)
        quiet, loud = changed(), changed('changed_because = "fewer rows are enough"\n')
        assert (quiet.exit_code, loud.exit_code) == (2, 0)
        assert "other settings" in quiet.error
        assert "settings changed: fewer rows are enough" in to_table(Evaluation((loud,), 0))
        baseline.write_text(to_json(Evaluation((dataclasses.replace(loud, settings="other"),), 0)), encoding="utf-8")
        assert changed('changed_because = "fewer rows are enough"\n').exit_code == 2

    def test_what_a_limit_or_a_description_says_is_no_setting(
        self, suite: Callable[..., Path], tmp_path: Path
    ) -> None:
        baseline = self.make(suite(), tmp_path)
        path = suite("[metrics.macro_f1]\nfloor = 0.9\n[metrics.accuracy]\n")
        path.write_text('description = "small"\n' + path.read_text())
        assert evaluate([path], baseline=baseline, stages=stages()).exit_code == 0

    def test_a_suite_that_the_baseline_has_not_measured_is_refused(
        self, suite: Callable[..., Path], tmp_path: Path
    ) -> None:
        idle = "[metrics.macro_f1]\nfloor = 0\n"
        baseline = self.make(suite(idle), tmp_path)
        assert "not in the baseline" in only(evaluate([suite(idle, name="renamed")], None, baseline, stages())).error
        undecided = self.make(suite(idle, path="gone.jsonl"), tmp_path)
        result = only(evaluate([suite(idle)], baseline=undecided, stages=stages()))
        assert result.exit_code == 2
        assert "on purpose" in result.error

    def test_a_suite_is_added_by_writing_the_baseline_of_all(
        self, suite: Callable[..., Path], tmp_path: Path
    ) -> None:
        baseline = self.make(suite(), tmp_path)
        both = [suite(), suite(name="second")]
        assert evaluate(both, baseline=baseline, stages=stages()).exit_code == 2
        baseline.write_text(to_json(evaluate(both, stages=stages())), encoding="utf-8")
        assert evaluate(both, baseline=baseline, stages=stages()).exit_code == 0

    def test_another_model_version_or_dtype_than_the_baselines_is_told_in_one_line(
        self, suite: Callable[..., Path], tmp_path: Path
    ) -> None:
        baseline = self.make(suite(), tmp_path)
        same = evaluate([suite()], baseline=baseline, stages=stages())
        assert only(same).changes.made_with == ()
        assert "was made with" not in to_table(same)
        text = baseline.read_text(encoding="utf-8")
        for here, there in (("@000000000000", "@ffffffffffff"), ("dtype:fp32", "dtype:bf16"), ("numpy:", "numpy:0")):
            text = text.replace(here, there)
        baseline.write_text(text, encoding="utf-8")
        other = evaluate([suite()], baseline=baseline, stages=stages())
        told = r"^  the baseline was made with model:stand-in@f{12}, dtype:bf16, numpy:0[\d.]+$"
        assert re.search(told, to_table(other), re.M)
        assert len(only(other).changes.made_with) == 3
        assert '"dtype:bf16"' in to_json(other)

    def test_items_that_are_gone_or_new_are_listed_with_their_gold(
        self, suite: Callable[..., Path], tmp_path: Path
    ) -> None:
        baseline = self.make(suite(), tmp_path)
        plain = json.loads(baseline.read_text(encoding="utf-8"))
        items = plain["suites"][0]["items"]
        first, second = sorted(items)[:2]
        items["gone:1"] = ["neutral", "favourable"]
        del items[first]
        baseline.write_text(json.dumps(plain), encoding="utf-8")
        changes = only(evaluate([suite()], baseline=baseline, stages=stages())).changes
        assert ("gone:1", "neutral", "absent", "favourable") in changes.items
        assert (first, "absent", "favourable", "favourable") in changes.items
        assert len(changes.items) == 2
        assert (changes.n_mended, changes.n_broken) == (0, 0)
        assert second in items

    def test_giving_up_the_interval_counts_as_lowering(self, suite: Callable[..., Path], tmp_path: Path) -> None:
        baseline = self.make(suite(), tmp_path)
        exact = suite("[metrics.macro_f1]\nfloor = 0.8\nexact = true\n")
        assert only(evaluate([exact], baseline=baseline, stages=stages())).exit_code == 2

    @pytest.mark.parametrize(("ceiling", "code"), [(0.2, 0), (0.15, 0), (0.3, 2), (None, 2)])
    def test_a_ceiling_may_fall_and_not_rise(
        self, suite: Callable[..., Path], tmp_path: Path, ceiling: float | None, code: int
    ) -> None:
        baseline = self.make(suite("[metrics.calibration_error]\nceiling = 0.2\n"), tmp_path)
        now = suite("[metrics.calibration_error]\n" + (f"ceiling = {ceiling}\n" if ceiling else ""))
        result = only(evaluate([now], baseline=baseline, stages=stages()))
        assert result.exit_code == code
        assert ("has ceiling 0.2, the suite asks for less" in result.error) == (code == 2)

    def test_an_item_that_is_mended_is_told_from_one_that_broke(
        self, suite: Callable[..., Path], tmp_path: Path
    ) -> None:
        plain = "[metrics.macro_f1]\n"
        baseline = self.make(suite(plain), tmp_path, lambda s, pair: SWAP[s] if pair.text.endswith(" 5") else s)
        now = stages(lambda s, pair: SWAP[s] if pair.text.endswith((" 0", " 2")) else s)
        changes = only(evaluate([suite(plain)], baseline=baseline, stages=now)).changes
        assert (changes.n_mended, changes.n_broken) == (1, 2)

    def test_a_raised_floor_is_welcome(self, suite: Callable[..., Path], tmp_path: Path) -> None:
        baseline = self.make(suite(), tmp_path)
        assert evaluate([suite("[metrics.macro_f1]\nfloor = 0.9\n")], baseline=baseline, stages=stages()).exit_code == 0

    def test_other_data_than_the_baselines_are_an_error(self, suite: Callable[..., Path], tmp_path: Path) -> None:
        baseline = self.make(suite(), tmp_path)
        assert "other data" in only(evaluate([suite(n=90)], baseline=baseline, stages=stages())).error

    @pytest.mark.parametrize("text", [
        "", "[]", '{"schema": "other/1", "suites": []}', '{"suites": [{"name": "a"}]}',
        '{"schema": "stance-evaluation/1", "exit_code": 0, "suites": [{"name": "a", "path": "a", "exit_code": "no"}]}',
    ])  # fmt: skip
    def test_a_file_that_is_no_baseline_is_refused(self, suite: Callable[..., Path], tmp_path: Path, text: str) -> None:
        (tmp_path / "baseline.json").write_text(text)
        with pytest.raises(InputError, match=r"baseline\.json: .*make one"):
            evaluate([suite()], baseline=tmp_path / "baseline.json", stages=stages())

    @pytest.mark.parametrize("item", ["neutral", ["neutral"], ["neutral", "neutral", "neutral"], "no", None])
    def test_a_baseline_whose_items_are_no_pairs_is_refused(
        self, suite: Callable[..., Path], tmp_path: Path, item: object
    ) -> None:
        baseline = self.make(suite(), tmp_path)
        plain = json.loads(baseline.read_text(encoding="utf-8"))
        plain["suites"][0]["items"]["odd:1"] = item
        baseline.write_text(json.dumps(plain), encoding="utf-8")
        with pytest.raises(InputError, match="no baseline"):
            evaluate([suite()], baseline=baseline, stages=stages())


class TestTwoModels:
    def run(self, suite: Path, here: Callable[[str, Pair], str], there: Callable[[str, Pair], str]) -> Any:
        models = {Path("here"): StandIn(here, "1" * 64), Path("there"): StandIn(there)}
        both = Stages(load_model=lambda folder: models[folder])
        return only(evaluate([suite], stages=both, model=Path("here"), against=Path("there")))

    def test_a_better_model_is_better_by_an_interval_above_zero_and_by_mcnemar(
        self, suite: Callable[..., Path]
    ) -> None:
        weak = lambda s, pair: SWAP[s] if int(pair.text.split()[-1]) % 4 == 0 else s  # noqa: E731
        result = self.run(suite("[metrics.accuracy]\n"), lambda s, _: s, weak)
        gain, low, high = result.rows[0].difference
        assert gain == pytest.approx(20 / 120, abs=1e-6)
        assert 0 < low < gain < high
        assert (result.changes.n_mended, result.changes.n_broken) == (20, 0)
        assert result.changes.p_value < 0.001
        assert "against stand-in@000000000000: 20 items changed" in to_table(Evaluation((result,), 0))
        back = self.run(suite("[metrics.accuracy]\n"), weak, lambda s, _: s)
        assert back.rows[0].difference == pytest.approx((-gain, -high, -low))

    def test_a_model_is_not_compared_with_itself(self, suite: Callable[..., Path], tmp_path: Path) -> None:
        result = only(evaluate([suite()], stages=stages(), model=tmp_path / "model", against=tmp_path / "copy"))
        assert result.exit_code == 2
        assert "the same weights (stand-in)" in result.error

    def test_models_that_answer_alike_differ_in_nothing(self, suite: Callable[..., Path]) -> None:
        weak = lambda s, pair: SWAP[s] if int(pair.text.split()[-1]) % 4 == 0 else s  # noqa: E731
        result = self.run(suite("[metrics.macro_f1]\n"), weak, weak)
        assert result.rows[0].difference == (0.0, 0.0, 0.0)
        assert (result.changes.items, result.changes.p_value) == ((), 1.0)

    def test_the_pairing_makes_the_interval_of_a_difference_narrow(self, suite: Callable[..., Path]) -> None:
        """Two models that miss the same items are told apart by the few on which they differ."""
        weak = lambda s, pair: SWAP[s] if int(pair.text.split()[-1]) % 2 == 0 else s  # noqa: E731
        other = lambda s, pair: s if pair.text.endswith(" 0") else weak(s, pair)  # noqa: E731
        row = self.run(suite("[metrics.accuracy]\n"), other, weak).rows[0]
        _, low, high = row.difference
        assert high - low < (row.high - row.low) / 2

    def test_a_missing_second_model_is_undecided(self, suite: Callable[..., Path], tmp_path: Path) -> None:
        def load(folder: Path | None) -> StandIn:
            if folder is None:
                return StandIn()
            raise UndecidedError(f"{folder}: no model there")

        result = only(evaluate([suite()], stages=Stages(load_model=load), against=tmp_path / "gone"))
        assert (result.exit_code, result.rows) == (3, ())

    def test_a_baseline_and_a_second_model_are_not_mixed(self, suite: Callable[..., Path], tmp_path: Path) -> None:
        with pytest.raises(InputError, match="one of"):
            evaluate([suite()], baseline=tmp_path / "b.json", against=tmp_path)


class TestOutput:
    def test_same_run_same_bytes_and_a_signature(self, suite: Callable[..., Path]) -> None:
        first, second = (evaluate([suite()], stages=stages()) for _ in range(2))
        assert to_json(first) == to_json(second)
        signature = only(first).signature
        for part in ("suite:small", "model:stand-in@000000000000", "data:", "seed:0", "dtype:fp32", "stance-compare:"):
            assert part in signature

    def test_the_signature_says_how_the_figures_were_made(self, suite: Callable[..., Path]) -> None:
        plain = "suite:small.task:stance.model:stand-in@0{12}.data:[0-9a-f]{12}.n:120.seed:0.resamples:200.dtype:fp32"
        signature = only(evaluate([suite()], stages=stages())).signature
        assert re.match(plain + ".stance-compare:", signature)
        digest = json.loads(to_json(evaluate([suite()], stages=stages())))["suites"][0]["data"]["rows.jsonl"]
        assert f"data:{digest.removeprefix('sha256:')[:12]}|" in signature

    def test_a_line_of_the_table_holds_figure_interval_size_and_limit(self, suite: Callable[..., Path]) -> None:
        halting = stages(lambda s, pair: SWAP[s] if int(pair.text.split()[-1]) % 5 == 0 else s)
        for metrics, n, line in (
            ("[metrics.accuracy]\nfloor = 0.7\n", 120,
             r"  pass      accuracy 0\.867 \[0\.\d{3}, 0\.\d{3}\], n = 120 in 30 groups \(floor 0\.7\)"),
            ("[metrics.accuracy]\nfloor = 0.8\nexact = true\n", 120,
             r"  pass      accuracy 0\.867 \[0\.\d{3}, 0\.\d{3}\], n = 120 in 30 groups \(floor 0\.8; exact\)"),
            ("[metrics.accuracy]\nfloor = 0.7\nceiling = 0.99\n", 4,
             r"  undecided accuracy 0\.750, n = 4 in 1 groups \(floor 0\.7; ceiling 0\.99; no interval: fewer .*\)"),
            ("[metrics.accuracy]\n", 4, r"  measured  accuracy 0\.750, n = 4 in 1 groups"),
        ):  # fmt: skip
            told = to_table(evaluate([suite(metrics, n=n)], stages=halting)).splitlines()[1]
            assert re.fullmatch(line, told), told

    @pytest.mark.parametrize(("n", "told"), [
        (120, r"\], \+0\.167 \[\+0\.\d{3}, \+0\.\d{3}\] against the other, n = 120"),
        (4, r"1\.000, \+0\.250 against the other, n = 4")])  # fmt: skip
    def test_a_difference_is_told_with_its_interval_where_there_is_one(
        self, suite: Callable[..., Path], n: int, told: str
    ) -> None:
        weak = lambda s, pair: SWAP[s] if int(pair.text.split()[-1]) % 4 == 0 else s  # noqa: E731
        result = TestTwoModels().run(suite("[metrics.accuracy]\n", n=n), lambda s, _: s, weak)
        assert re.search(told, to_table(Evaluation((result,), 0)))

    def test_junit_never_hides_what_was_undecided(self, suite: Callable[..., Path], tmp_path: Path) -> None:
        broken = tmp_path / "broken.toml"
        broken.write_text("name = [")
        cases = [(suite(), stages(), (0, 0)), (suite(), stages(lambda s, _: SWAP[s]), (1, 0)),
                 (suite(n=4), stages(), (0, 1)), (broken, stages(), (0, 1))]  # fmt: skip
        for path, what, wanted in cases:
            path = suite(n=4) if wanted == (0, 1) and path != broken else suite() if path != broken else path
            found = ElementTree.fromstring(to_junit(evaluate([path], stages=what))).find("testsuite")
            assert found is not None
            assert (int(found.get("failures", -1)), int(found.get("errors", -1))) == wanted
            assert not found.findall(".//skipped")

    def test_junit_says_what_failed_and_nothing_where_all_passed(
        self, suite: Callable[..., Path], tmp_path: Path
    ) -> None:
        broken = tmp_path / "broken.toml"
        broken.write_text("name = [")

        def told(path: Path, what: Stages) -> list[tuple[str, str]]:
            root = ElementTree.fromstring(to_junit(evaluate([path], stages=what)))
            return [(part.tag, part.get("message", "")) for case in root.iter("testcase") for part in case
                    if part.tag != "system-out"]  # fmt: skip

        assert told(suite(), stages()) == []
        ((kind, message),) = told(suite(), stages(lambda s, _: SWAP[s]))
        assert kind == "failure"
        assert message.startswith("macro_f1 0.333 [")
        ((kind, message),) = told(broken, stages())
        assert kind == "error"
        assert "broken.toml" in message


class TestMetrics:
    @settings(max_examples=30, deadline=None)
    @given(
        st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(0, 5)), min_size=2, max_size=40),
        st.randoms(use_true_random=False),
    )
    def test_neither_value_nor_interval_depends_on_the_order(
        self, rows: list[tuple[int, int, int]], random: Any
    ) -> None:
        def made(given: list[tuple[int, int, int]]) -> Any:
            return figure(
                accuracy, [str(g) for *_, g in given], gold=[a for a, *_ in given], predicted=[b for _, b, _ in given]
            )

        shuffled = random.sample(rows, len(rows))
        assert made(rows).value() == pytest.approx(made(shuffled).value())
        first, second = made(rows).interval(7, 100), made(shuffled).interval(7, 100)
        assert first == pytest.approx(second) if first else second is None

    @settings(max_examples=30, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=30))
    def test_macro_f1_and_balanced_accuracy_are_those_of_scikit_learn(self, rows: list[tuple[int, int]]) -> None:
        from sklearn.metrics import f1_score, recall_score

        gold, predicted = (np.array(column) for column in zip(*rows, strict=True))
        columns = {"gold": gold, "predicted": predicted}
        assert macro_f1(columns) == pytest.approx(f1_score(gold, predicted, average="macro", zero_division=0))
        recalls = recall_score(gold, predicted, labels=np.unique(gold), average="macro", zero_division=0)
        assert balanced_accuracy(columns) == pytest.approx(recalls)

    def test_groups_are_drawn_whole(self) -> None:
        halves = figure(accuracy, ["a"] * 50 + ["b"] * 50, gold=[1] * 100, predicted=[1] * 50 + [0] * 50)
        alone = dataclasses.replace(halves, groups=tuple(map(str, range(100))))
        assert halves.interval(0, 500) == (0.0, 1.0)
        low, high = alone.interval(0, 500) or (0, 1)
        assert 0.35 < low < 0.5 < high < 0.65

    def test_known_values(self) -> None:
        gold, predicted = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])
        assert macro_f1({"gold": gold, "predicted": predicted}) == pytest.approx((2 / 3 + 4 / 5) / 2)
        sure = {"gold": gold, "predicted": predicted, "confidence": np.full(4, 0.95)}
        assert calibration_error(sure) == pytest.approx(0.2)
        assert pair_f1({"hit": np.array([2.0]), "found": np.array([3.0]), "wanted": np.array([5.0])}) == 0.5
        assert mcnemar([True] * 10, [False] * 10) == pytest.approx(2 / 1024)
        assert mcnemar([True, False], [True, False]) == 1.0


TEXTS = {
    "one.txt": "The mayor said that the bridge is safe. Rents went up. Read more here.",
    "two.txt": "An engineer warned that the bridge is not safe. The bakery has closed.",
}


def small_gold() -> Gold:
    def span(doc: str, quote: str) -> dict[str, Any]:
        start = TEXTS[f"{doc}.txt"].index(quote)
        return {"doc": doc, "quote": quote, "start": start, "end": start + len(quote)}

    said = {"voice": "rep", "holder": ""}
    return Gold(
        docs={"one": "one.txt", "two": "two.txt"},
        aligned=[{"id": "bridge", "entries": [
            {**span("one", "the bridge is safe"), "speaker": "the mayor", "stance": "FAV", **said},
            {**span("two", "the bridge is not safe"), "speaker": "An engineer", "stance": "UNF", **said}]}],
        single=[{"id": "s1", **span("one", "Rents went up")}],
        near_misses=[{"id": "n1", "a": span("one", "Rents went up"), "b": span("two", "The bakery has closed")}],
        non_claims=[span("one", "Read more here")],
    )  # fmt: skip


def comparison(claims: Sequence[tuple[str, str, str | None]], issues: Sequence[tuple[int, ...]],
               stances: Sequence[str | None] = (), asked: str | None = None) -> Comparison:  # fmt: skip
    """Claims (file, words, holder) with ids 0, 1, …, in issues by these numbers, each with a stance."""
    documents = {name: Document(name, name[:-4], name, "", text, 0, len(text)) for name, text in TEXTS.items()}
    made = []
    for number, (name, words, holder) in enumerate(claims):
        start = TEXTS[name].index(words)
        made.append(Claim(str(number), name, start, start + len(words), words, "reported" if holder else "own", holder))
    rows = [Issue(f"i{n}", "", "", tuple(map(str, members)), asked=asked) for n, members in enumerate(issues)]
    positions = [Position(row.id, c, stances[int(c)], {}) for row in rows for c in row.claim_ids if stances]  # type: ignore[arg-type]
    return Comparison(tuple(documents.values()), tuple(made), tuple(rows), tuple(positions), (), {})


ALL = [("one.txt", "The mayor said that the bridge is safe.", "The mayor"), ("one.txt", "Rents went up.", None),
       ("two.txt", "An engineer warned that the bridge is not safe.", "An engineer"),
       ("two.txt", "The bakery has closed.", None)]  # fmt: skip


def values(gold: Gold, made: Comparison) -> dict[str, float]:
    return {name: found.value() for name, found in score_gold(gold, made).figures.items()}


class TestGold:
    def test_the_right_comparison_scores_full(self) -> None:
        found = values(small_gold(), comparison(ALL, [(0, 2)], ["favourable", None, "unfavourable", None]))
        full = ("coverage", "holder", "pair_precision", "pair_recall", "pair_f1")
        assert [found[name] for name in full] == [1.0] * 5
        none = ("near_misses_merged", "single_merged", "non_claims_taken", "repeats")
        assert [found[name] for name in none] == [0.0] * 4

    def test_each_fault_lowers_its_own_measure(self) -> None:
        gold, stances = small_gold(), ["favourable", None, "unfavourable", None]
        assert values(gold, comparison(ALL[:2] + ALL[3:], [])).get("coverage") == 0.5
        wrong = [(name, words, "The mayor" if holder else None) for name, words, holder in ALL]
        assert values(gold, comparison(wrong, [(0, 2)], stances))["holder"] == 0.5
        outlets = [(name, words, None) for name, words, _ in ALL]
        assert values(gold, comparison(outlets, [(0, 2)], stances))["holder"] == 0.0
        split = values(gold, comparison(ALL, [(0,), (2,)], stances))
        assert (split["pair_recall"], math.isnan(split["pair_precision"])) == (0.0, True)
        lump = values(gold, comparison(ALL, [(0, 1, 2, 3)], stances))
        assert (lump["near_misses_merged"], lump["single_merged"]) == (1.0, 1.0)
        residue = values(gold, comparison([*ALL, ("one.txt", "Read more here.", None)], [(0, 2)], stances))
        assert residue["non_claims_taken"] == 1.0
        twice = values(gold, comparison([*ALL, ALL[1]], [(0, 2)], stances))
        assert twice["repeats"] == pytest.approx(1 / 5)

    def test_relation_needs_pairs_of_both_kinds(self) -> None:
        assert math.isnan(values(small_gold(), comparison(ALL, [(0, 2)], ["favourable"] * 4))["relation"])

    def test_asked_issues_are_scored_by_their_gold_row(self) -> None:
        right, gold = comparison(ALL, [(0, 2)], asked="bridge"), small_gold()
        empty = comparison(ALL, [], asked="bridge")
        asked = [score_asked(gold, made, ["bridge"]).figures["asked_f1"].value() for made in (right, empty)]
        assert asked == [1.0, 0.0]

    def test_gold_whose_words_moved_is_refused(self) -> None:
        gold = small_gold()
        moved = gold.model_copy(update={"single": [gold.single[0].model_copy(update={"start": 1, "end": 14})]})
        with pytest.raises(InputError, match="restore the file"):
            score_gold(moved, comparison(ALL, []))

    def test_a_folder_without_gold_is_undecided_and_a_wrong_file_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(UndecidedError):
            load_gold(tmp_path)
        (tmp_path / "gold.json").write_text('{"docs": {}, "aligned": [{"id": 1}]}')
        with pytest.raises(InputError, match="aligned"):
            load_gold(tmp_path)


class TestEndToEndGate:
    """Planted faults, on the shipped suite and gold; the stages are stand-ins that know the gold."""

    def perfect(self, skip: int = 0, threshold: float = 1.0) -> Callable[..., Compared]:
        """Stages that read the gold; `skip` drops every n-th claim, a `threshold` below 1 merges rows."""

        def compare(paths: Sequence[Path], *_: Any) -> Compared:
            folder = paths[0].parent
            gold = load_gold(ROOT / "data" / "gold" / folder.name)
            texts = {name: (folder / file).read_text(encoding="utf-8") for name, file in gold.docs.items()}
            documents = [Document(name, name, gold.docs[name], "", text, 0, len(text)) for name, text in texts.items()]
            claims, issues = [], {}
            for number, (row, entry) in enumerate((r, e) for r in gold.aligned for e in r.entries):
                if skip and number % skip == 0:
                    continue
                start = texts[entry.doc].index(entry.quote) if entry.start is None else entry.start
                own = entry.speaker == "outlet"
                claims.append(Claim(f"c{number}", entry.doc, start, start + len(entry.quote), entry.quote,
                                    "own" if own else "reported", None if own else entry.speaker))  # fmt: skip
                issues.setdefault(row.id if threshold == 1.0 else "everything", []).append(f"c{number}")
            rows = tuple(Issue(row, "", "", tuple(members), asked=row) for row, members in issues.items())
            return Compared(Comparison(tuple(documents), tuple(claims), rows, (), (), {}), {"encoder": "2" * 64})

        return compare

    def run(self, **fault: Any) -> Any:
        suite = ROOT / "eval" / "suites" / "sample.toml"
        return only(evaluate([suite], stages=stages(compare=self.perfect(**fault))))

    def test_a_perfect_comparison_passes(self) -> None:
        result = self.run()
        assert result.exit_code == 0, to_table(Evaluation((result,), 0))
        assert {row.metric: row.value for row in result.rows}["pair_f1"] == 1.0

    def test_a_reader_that_loses_every_tenth_sentence_is_caught(self) -> None:
        result = self.run(skip=10)
        assert result.exit_code == 1
        assert [row.metric for row in result.rows if row.state == "below"] == ["coverage"]

    def test_a_merge_threshold_that_joins_everything_is_caught(self) -> None:
        result = self.run(threshold=0.0)
        assert "pair_f1" in [row.metric for row in result.rows if row.state == "below"]


@pytest.mark.slow
class TestPlantedInTheRealThing:
    """The shipped suites and baseline against the real stages, with one fault each: what `make gates` would say."""

    def run(self, name: str, stages: Stages | None = None) -> Any:
        result = only(evaluate([ROOT / "eval" / "suites" / f"{name}.toml"], baseline=BASELINE, stages=stages))
        assert not result.error
        return result

    def below(self, result: Any) -> list[str]:
        return [row.metric for row in result.rows if row.state == "below"]

    def test_two_labels_swapped(self) -> None:
        class Swapped(StandIn):
            def __init__(self) -> None:
                self.model = load_model(None)
                self.name, self.sha256 = self.model.name, self.model.sha256

            def predict(self, pairs: Sequence[Pair], task: str = "topic") -> np.ndarray:
                return self.model.predict(pairs, task)[:, [2, 1, 0]]

        result = self.run("positions", Stages(load_model=lambda _: Swapped()))
        assert (result.exit_code, self.below(result)) == (1, ["balanced_accuracy"])
        assert len(result.changes.items) > 40

    def test_every_tenth_sentence_dropped(self, monkeypatch: pytest.MonkeyPatch) -> None:
        whole, counter = claims.split_sentences, itertools.count(1)
        monkeypatch.setattr(claims, "split_sentences", lambda *a: [s for s in whole(*a) if next(counter) % 10])
        assert "coverage" in self.below(self.run("sample"))

    @pytest.mark.parametrize("threshold", [0.12, 0.6])
    def test_a_merge_threshold_moved(self, threshold: float, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = pipeline.align_claims
        monkeypatch.setattr(pipeline, "align_claims", lambda *a, **k: whole(*a, threshold=threshold, **k))
        result = self.run("sample")
        assert result.exit_code == 1
        assert set(self.below(result)) & {"pair_precision", "pair_f1", "asked_f1"}


def test_the_gate_of_make_check_is_the_one_that_is_pinned() -> None:
    """Each suite that make runs is in the baseline, with the very limits that the suite asks for, and passes."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    shipped = next(line for line in makefile.splitlines() if line.startswith("SHIPPED")).split(":=")[1].split()
    results = read_baseline(BASELINE)
    assert set(results) == set(shipped)
    for name, result in results.items():
        suite = load_suite(ROOT / "eval" / "suites" / f"{name}.toml")
        assert {d.path: d.digest for d in suite.data} == result.data
        assert result.exit_code == 0
        assert result.settings == suite.settings
        assert any(row.state == "pass" for row in result.rows)
        for row in result.rows:
            gate = suite.metrics.get(row.metric) or suite.metrics[row.metric.rpartition(".")[2]]
            assert (row.floor, row.ceiling, row.exact) == (gate.floor, gate.ceiling, gate.exact), row.metric
            assert row.lowered_because == gate.lowered_because, row.metric
            assert not row.exact or row.low is not None, row.metric


class TestOtherTasks:
    def test_frames_count_the_examples_that_are_recognised(self, tmp_path: Path) -> None:
        book = tmp_path / "book.toml"
        book.write_text("any", encoding="utf-8")
        suite = tmp_path / "suite.toml"
        suite.write_text(f'name = "f"\ntask = "frames"\n[[data]]\npath = "book.toml"\n'
                         f'digest = "{digest_files([book])}"\n'
                         "[metrics.accuracy]\nfloor = 0.7\nexact = true\n")  # fmt: skip

        def recognise(right: int) -> Callable[..., Recognised]:
            return lambda *_: Recognised(
                tuple((f"e{n}", "a", "a" if n < right else "b") for n in range(10)), {"encoder": "2" * 64}
            )

        good, poor = (only(evaluate([suite], stages=stages(recognise=recognise(n)))) for n in (8, 6))
        assert (good.exit_code, good.rows[0].value, poor.exit_code) == (0, 0.8, 1)
        assert good.items["book:10"] == ("b", "a")
        assert set(good.models) == {"stand-in", "encoder"}

    def test_names_that_move_a_label_are_caught(self, tmp_path: Path) -> None:
        text = (ROOT / "eval/suites/symmetry.toml").read_text(encoding="utf-8")
        suite = tmp_path / "symmetry.toml"
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "symmetry.jsonl").write_bytes((ROOT / "eval/data/symmetry.jsonl").read_bytes())
        suite.write_text(text.replace("../data/", "data/"), encoding="utf-8")
        partial = stages(lambda s, pair: "unfavourable" if pair.target == "Russia" else s)
        fair, unfair = (only(evaluate([suite], stages=what)) for what in (stages(), partial))
        assert {row.value for row in fair.rows} == {0.0}
        assert {row.metric: row.value > 0 for row in unfair.rows}["neutral.flips"]
        assert fair.exit_code == 0

    def test_relation_does_not_depend_on_which_claim_comes_first(self, suite: Callable[..., Path]) -> None:
        path = suite(task="relation")
        text = path.read_text()
        for stance, relation in (("favourable", "agree"), ("neutral", "other"), ("unfavourable", "oppose")):
            text = text.replace(f'"{stance}"', f'"{relation}"')
        swapped = text.replace('text = "words"', 'text = "about"').replace('target = "about"', 'target = "words"')
        found = []
        for version in (text, swapped):
            path.write_text(version)
            found.append(only(evaluate([path], stages=stages())).rows[0].value)
        assert found[0] == found[1]

    def test_attribution_counts_whose_words_and_who(self, tmp_path: Path) -> None:
        text = "The dam holds, the engineer said. It rained all night."
        content, source, cue = ("The dam holds", "the engineer", "said")
        marked = {name: [{"start": text.index(words), "end": text.index(words) + len(words)}]
                  for name, words in (("content", content), ("source", source), ("cue", cue))}  # fmt: skip
        rows = tmp_path / "rows.jsonl"
        rows.write_text(
            "".join(json.dumps({"id": str(i), "text": text, "attributions": [marked]}) + "\n" for i in range(3))
        )
        suite = tmp_path / "suite.toml"
        suite.write_text(f'name = "a"\ntask = "attribution"\n[[data]]\npath = "rows.jsonl"\n'
                         'text = "text"\ngroup = "id"\n'
                         f'digest = "{digest_files([rows])}"\n'
                         "[metrics.voice_f1]\n[metrics.voice_precision]\n[metrics.holder]\n")  # fmt: skip

        def measured(*claims: tuple[str, str]) -> dict[str, float]:
            def extract(document: Document) -> list[Claim]:
                found = []
                for words, holder in claims:
                    start = text.index(words)
                    found.append(Claim(words, document.id, start, start + len(words), words, "reported", holder))
                return found

            return {row.metric: row.value for row in only(evaluate([suite], stages=stages(extract=extract))).rows}

        right = ("The dam holds, the engineer said", "the engineer")
        assert measured(right) == {"voice_f1": pytest.approx(1, abs=0.05), "voice_precision": pytest.approx(1, abs=0.1),
                                   "holder": 1.0}  # fmt: skip
        assert measured((right[0], "the weather service"))["holder"] == 0.0
        assert measured(right, ("It rained all night.", "the engineer"))["voice_precision"] < 0.6
        assert measured()["voice_f1"] == 0.0

    def test_claims_are_ranked_by_worth(self, tmp_path: Path) -> None:
        rows = tmp_path / "rows.jsonl"
        rows.write_text("".join(json.dumps({"text": f"{i} per cent", "label": "yes" if i % 2 else "no"}) + "\n"
                                for i in range(40)))  # fmt: skip
        suite = tmp_path / "suite.toml"
        suite.write_text(f'name = "c"\ntask = "claims"\nresamples = 100\n[[data]]\npath = "rows.jsonl"\n'
                         'text = "text"\nlabel = "label"\n'
                         f'digest = "{digest_files([rows])}"\nlabels = {{ yes = "claim", no = "other" }}\n'
                         "[metrics.average_precision]\nfloor = 0.9\n[metrics.roc_auc]\nfloor = 0.9\n")  # fmt: skip

        def extract(right: bool) -> Callable[[Document], list[Claim]]:
            def found(document: Document) -> list[Claim]:
                worth = 0.9 if (int(document.text.split()[0]) % 2 == 1) == right else 0.1
                return [Claim("c", document.id, 0, 1, document.text[:1], worth=worth)]

            return found

        codes = [evaluate([suite], stages=stages(extract=extract(right))).exit_code for right in (True, False)]
        assert codes == [0, 1]


@pytest.mark.parametrize("path", SUITES, ids=lambda p: p.stem)
def test_shipped_suites_load_and_pin_all_their_data(path: Path) -> None:
    suite = load_suite(path)
    assert suite.name == path.stem
    assert suite.description
    assert all(data.digest and len(data.digest) == len("sha256:") + 64 for data in suite.data)


def test_shipped_data_have_the_pinned_digests() -> None:
    data = load_suite(ROOT / "eval/suites/symmetry.toml").data
    assert {d.digest for d in data} == {
        "sha256:" + hashlib.sha256((ROOT / "eval/data/symmetry.jsonl").read_bytes()).hexdigest()
    }


def test_attributions_come_from_their_marked_texts() -> None:
    made = runpy.run_path(str(ROOT / "eval/data/make_attributions.py"))["rows"]()
    lines = (ROOT / "eval/data/attributions.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == made
    nested = next(row for row in made if row["id"] == "nested 1")
    words = [{part: [nested["text"][s["start"] : s["end"]] for s in spans] for part, spans in a.items()}
             for a in nested["attributions"]]  # fmt: skip
    assert words == [
        {"source": ["The envoy"], "cue": ["said"],
         "content": ["the generals had promised that the road would be open by May"]},
        {"source": ["the generals"], "cue": ["promised"], "content": ["the road would be open by May"]}]  # fmt: skip


@pytest.mark.parametrize(("name", "kinds"), [
    ("attributions", {"direct", "indirect", "according to", "pronoun", "nested", "nobody", "both"}),
    ("claims", {"figure", "event", "cause", "comparison", "judgement", "forecast", "demand", "report",
                "question", "greeting", "appeal", "caption", "residue", "talk"})])  # fmt: skip
def test_shipped_rows_are_of_many_kinds(name: str, kinds: set[str]) -> None:
    rows = [json.loads(line) for line in (ROOT / f"eval/data/{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {row["kind"] for row in rows} == kinds
    assert len({row["text"] for row in rows}) == len(rows) >= 40


class TestPlantedInWhoseWords:
    """The suites that need no model, against faults of the stages that they are there for."""

    def run(self, name: str, extract: Callable[[Document], list[Claim]] | None = None) -> Any:
        planted = Stages(extract=extract) if extract else None
        return only(evaluate([ROOT / "eval" / "suites" / f"{name}.toml"], baseline=BASELINE, stages=planted))

    def test_as_shipped_both_pass(self) -> None:
        assert [self.run(name).exit_code for name in ("attributions", "claims")] == [0, 0]

    @pytest.mark.parametrize(("fault", "metric"), [
        ({"voice": "own", "holder": None}, "voice_recall"), ({"holder": "The minister"}, "holder"),
        ({"voice": "reported"}, "voice_precision")])  # fmt: skip
    def test_lost_or_wrong_speakers(self, fault: dict[str, Any], metric: str) -> None:
        result = self.run("attributions", lambda d: [dataclasses.replace(c, **fault) for c in claims.extract_claims(d)])
        assert result.exit_code != 0
        states = {row.metric: row.state for row in result.rows}
        assert states[metric] in ("below", "undecided")

    @pytest.mark.parametrize(("found", "wanted"), [
        (lambda d: [Claim("c", d.id, 0, d.end, d.text, worth=0.5)], {"average_precision", "roc_auc"}),
        (lambda _: [], {"average_precision", "roc_auc", "recall"})])  # fmt: skip
    def test_everything_or_nothing_taken_for_a_claim(
        self, found: Callable[[Document], list[Claim]], wanted: set[str]
    ) -> None:
        result = self.run("claims", found)
        assert {row.metric for row in result.rows if row.state == "below"} == wanted


def test_public_data_have_the_pinned_digests() -> None:
    if not os.environ.get("STANCE_DATA"):
        pytest.skip("no public data here (set STANCE_DATA)")
    public = [p for p in SUITES if p.stem in ("newsmtsc", "perspectrum", "claimdiff")]
    evaluation = evaluate(public, stages=stages())
    assert {result.exit_code for result in evaluation.suites} <= {0, 1, 3}
    assert not [result.error for result in evaluation.suites if result.error]
