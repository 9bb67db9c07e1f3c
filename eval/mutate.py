"""Mutation testing: small faults planted in a module, one at a time; do its tests notice?

    python eval/mutate.py [MODULE …] [--at-most 60] [--seed 0]

Comparisons and boolean operators are exchanged, numbers moved by one, signs turned, conditions negated, returned values
and arguments dropped (DeMillo, Lipton and Sayward 1978). Docstrings, messages, type hints and zip's `strict` are left
alone. Of many mutants a seeded sample is run. Each runs in a forked copy of this process, with the tests that belong to
the module; one that takes ten times as long as the unchanged module counts as killed. Prints the share that was killed
and each survivor as "line: before → after". Needs a system that can fork."""

from __future__ import annotations

import argparse
import ast
import contextlib
import gc
import importlib
import importlib.abc
import importlib.util
import io
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import hypothesis  # noqa: F401  loaded once, before forking
import numpy  # noqa: F401
import pytest
import scipy.sparse
import scipy.stats  # noqa: F401
import sklearn.metrics  # noqa: F401

ROOT = Path(__file__).resolve().parents[1]
WHOLE = "tests/test_alignment.py"  # with an encoder and slow: only what needs none is taken from it
TESTS = {
    "stance.comparison": ["tests/test_comparison.py"],
    "stance.evaluation.gates": ["tests/test_evaluation.py"],
    "stance.evaluation.metrics": ["tests/test_evaluation.py"],
    "stance.evaluation.agreement": ["tests/test_agreement.py"],
    "stance.alignment.align": ["tests/test_alignment_issues.py"],
    "stance.alignment.grouping": [
        "tests/test_alignment_rows.py", f"{WHOLE}::test_rows_are_free_of_chains_and_cover_every_tie",
        f"{WHOLE}::test_rows_do_not_depend_on_the_order_of_pairs"],
    "stance.alignment.matching": ["tests/test_alignment_parts.py"],
    "stance.alignment.reading": ["tests/test_alignment_parts.py"],
    "stance.alignment.words": ["tests/test_alignment_words.py"],
    "stance.alignment.naming": [
        "tests/test_alignment_words.py", f"{WHOLE}::test_a_plural_and_its_verb_are_no_name_for_an_issue"],
    "stance.alignment.neighbours": [
        "tests/test_alignment_parts.py",
        f"{WHOLE}::test_neighbours_are_of_other_sources_nearest_first_and_cells_find_most",
        f"{WHOLE}::test_copies_come_in_the_order_of_their_rows_however_they_are_searched"],
    "stance.alignment.readers": ["tests/test_alignment_readers.py"],
    "stance.positions": ["tests/test_positions.py"],
}  # fmt: skip
LOADED = {  # once, before forking
    "stance.alignment.neighbours": ["faiss"],
    "stance.alignment.readers": [
        "torch", "tokenizers", "transformers.models.auto.modeling_auto", "transformers.models.auto.tokenization_auto",
        "transformers.models.bert.modeling_bert", "transformers.tokenization_utils_tokenizers"],
}  # fmt: skip
EXCHANGED: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
}  # fmt: skip


def mutants(source: str) -> Iterator[tuple[int, str, str]]:
    """(line, what changed, the whole source with it changed)."""
    for place in range(len(list(_sites(ast.parse(source))))):
        tree = ast.parse(source)
        node, change = list(_sites(tree))[place]
        before = ast.unparse(node)
        change()
        told = (" ".join(words.split())[:70] for words in (before, ast.unparse(node)))
        yield node.lineno, " → ".join(told), ast.unparse(tree)


def _sites(tree: ast.Module) -> Iterator[tuple[ast.expr | ast.stmt, object]]:
    """Every place that can be changed, and a call that changes it. Annotations, docstrings, messages are skipped."""
    quiet = {id(part) for node in ast.walk(tree) for part in _untested(node)}
    for node in ast.walk(tree):
        if id(node) in quiet:
            continue
        if isinstance(node, ast.Compare):
            for k, sign in enumerate(node.ops):
                yield node, _set(node.ops, k, EXCHANGED[type(sign)]())
        elif isinstance(node, (ast.BoolOp, ast.BinOp)) and type(node.op) in EXCHANGED:
            yield node, _attribute(node, "op", EXCHANGED[type(node.op)]())
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.USub)):
            yield node, _attribute(node, "op", ast.UAdd() if isinstance(node.op, ast.USub) else ast.Invert())
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
            yield node, _attribute(node, "value", node.value + 1)
        elif isinstance(node, ast.keyword) and node.arg == "strict":
            quiet.add(id(node.value))  # of zip: an assertion
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
            yield node, _attribute(node, "value", not node.value)
        elif isinstance(node, (ast.If, ast.IfExp)):
            yield node, _attribute(node, "test", ast.UnaryOp(ast.Not(), node.test))
        elif isinstance(node, ast.Return) and ast.unparse(node) not in ("return", "return None"):
            yield node, _attribute(node, "value", ast.Constant(None))


def _untested(node: ast.AST) -> Iterator[ast.AST]:
    parts: list[ast.AST | None] = []
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        annotations = [a.annotation for a in ast.walk(node.args) if isinstance(a, ast.arg)]
        parts = [node.returns, *annotations, *node.decorator_list]
    elif isinstance(node, ast.ClassDef):
        parts = list(node.decorator_list)
    elif isinstance(node, ast.AnnAssign):
        parts = [node.annotation]
    elif isinstance(node, (ast.Raise, ast.JoinedStr)):
        parts = [node]
    for part in parts:
        if part is not None:
            yield from ast.walk(part)


def _set(items: list[ast.cmpop], k: int, new: ast.cmpop) -> object:
    return lambda: items.__setitem__(k, new)


def _attribute(node: ast.AST, name: str, new: object) -> object:
    return lambda: setattr(node, name, new)


class _Planted(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Gives one module another source."""

    def __init__(self, module: str, source: str, path: str) -> None:
        self.module, self.source, self.path = module, source, path

    def find_spec(self, name: str, path: object = None, target: object = None) -> object:
        return importlib.util.spec_from_loader(name, self, origin=self.path) if name == self.module else None

    def get_source(self, name: str) -> str:
        return self.source

    def exec_module(self, module: object) -> None:
        module.__file__ = self.path  # type: ignore[attr-defined]
        exec(compile(self.source, self.path, "exec"), module.__dict__)


def passes(module: str, source: str, patience: float) -> bool:
    """Whether the module's tests pass with this source. Runs them in a forked process."""
    gc.freeze()  # what is loaded need not be looked through by each copy
    child = os.fork()
    if child == 0:
        signal.alarm(max(1, int(patience)))
        os.chdir(ROOT)
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # none is needed, and loading takes longer than most tests
        sys.meta_path.insert(0, _Planted(module, source, str(ROOT / (module.replace(".", "/") + ".py"))))
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            try:
                options = ["-x", "-q", "--tb=no", "-p", "no:cacheprovider", "-m", "not slow"]
                code = int(pytest.main([*options, *TESTS[module]]))
            except BaseException:
                code = 3
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"any of {', '.join(TESTS)}")
    parser.add_argument("--at-most", type=int, default=60, help="mutants a module")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    print("| module | mutants | run | killed | share |\n|---|---|---|---|---|")
    for module in arguments.modules or TESTS:
        source = (ROOT / (module.replace(".", "/") + ".py")).read_text(encoding="utf-8")
        for library in LOADED.get(module, ()):
            importlib.import_module(library)
        begin = time.monotonic()
        if not passes(module, ast.unparse(ast.parse(source)), 600):
            sys.exit(f"{module}: its tests fail without a mutant; mend them first")
        patience = 10 * (time.monotonic() - begin) + 10
        found = list(mutants(source))
        chosen = random.Random(arguments.seed).sample(found, min(arguments.at_most, len(found)))
        alive = [(line, what) for line, what, text in sorted(chosen) if passes(module, text, patience)]
        killed = len(chosen) - len(alive)
        print(f"| {module} | {len(found)} | {len(chosen)} | {killed} | {killed / len(chosen):.0%} |", flush=True)
        for line, what in alive:
            print(f"{module}:{line}: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
