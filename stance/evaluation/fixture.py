"""A pytest fixture: a test that holds a tool against suites. Installed with the package, nothing to register.

    def test_our_reader_has_not_become_worse(stance_gate):
        stance_gate("eval/ours.toml", baseline="eval/baseline.json")

What is undecided fails too. Nothing is loaded until a test asks for the gate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from stance.evaluation import Evaluation, Stages


@pytest.fixture
def stance_gate() -> Callable[..., Evaluation]:
    """Measures suites, fails the test unless all of them pass, and returns the evaluation."""

    def gate(
        *suites: str | Path,
        data: str | Path | None = None,
        baseline: str | Path | None = None,
        stages: Stages | None = None,
    ) -> Evaluation:
        from stance.evaluation import evaluate, to_table

        folder, before = (Path(path) if path else None for path in (data, baseline))
        evaluation = evaluate([Path(suite) for suite in suites], folder, before, stages)
        if evaluation.exit_code:
            pytest.fail(to_table(evaluation), pytrace=False)
        return evaluation

    return gate
