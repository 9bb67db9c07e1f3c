"""The gate: figures against floors and ceilings, and an exit code that a build can trust.

    pass       the whole 95 % interval is on the right side       below      the whole interval is on the wrong side
    undecided  the interval straddles the limit, or there is none; a model or data are missing. Never a pass

An `exact` metric is a regression check on a fixed set: its value is compared, its interval is only shown. The worst
suite decides: 2 (usage, altered data), then 1 (below), then 3 (undecided), then 0. One suite that fails does not stop
the others. Against a baseline (an earlier `--json` file) it also lists which items changed, and refuses a suite that is
not in it, and relaxed limits or other settings without a new reason. Against a second model it gives each figure's
difference with a paired interval, and the same list of items."""

from __future__ import annotations

import math
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree

from stance import __version__
from stance.errors import InputError, StanceError
from stance.evaluation.gold import Items
from stance.evaluation.metrics import Figure, mcnemar
from stance.evaluation.stages import Stages
from stance.evaluation.suites import Gate, Suite, find_files, load_suite
from stance.evaluation.tasks import Measured, measure
from stance.records import dump_json, from_plain, read_json

SCHEMA = "stance-evaluation/1"
PACKAGES = ("numpy", "scikit-learn", "torch", "transformers")

State = Literal["pass", "below", "undecided", "measured"]


@dataclass(frozen=True, slots=True)
class Row:
    """One metric of one part. `low`, `high`: 95 % interval; None where there is none. `value` is None if undefined.
    `difference`: to the other model's value, with its 95 % interval where there is one. `lowered_because`: the reason
    that its limits were written with."""

    metric: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    n_groups: int
    floor: float | None
    ceiling: float | None
    exact: bool
    state: State
    note: str = ""
    difference: tuple[float, ...] | None = None
    lowered_because: str | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """Items that differ from the baseline or the other model: [item, there, here, gold]. `n_mended`, `n_broken`: right
    here only, right there only. `p_value`: McNemar's exact test of the two. `made_with`: what the baseline's signature
    has otherwise (model, dtype, versions …)."""

    items: tuple[tuple[str, str, str, str], ...]
    n_mended: int
    n_broken: int
    p_value: float
    made_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one suite. `error` and `exit_code` where it could not be measured. `settings`, `changed_because`:
    the suite's."""

    name: str
    path: str
    exit_code: int
    error: str = ""
    signature: str = ""
    settings: str = ""
    changed_because: str | None = None
    rows: tuple[Row, ...] = ()
    data: Mapping[str, str] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    items: Items = field(default_factory=dict)
    changes: Changes | None = None
    against: str = "the baseline"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All suites of one run."""

    suites: tuple[Result, ...]
    exit_code: int
    schema: str = SCHEMA


@dataclass(frozen=True, slots=True)
class Request:
    """How a run was asked for, and what it is held against."""

    stages: Stages
    data: Path | None = None
    baseline: Path | None = None
    before: Mapping[str, Result] = field(default_factory=dict)
    against: Stages | None = None


def evaluate(
    paths: Sequence[Path],
    data: Path | None = None,
    baseline: Path | None = None,
    stages: Stages | None = None,
    model: Path | None = None,
    against: Path | None = None,
) -> Evaluation:
    """Measure the suites in TOML files.

    data     stands in for $STANCE_DATA
    stages   what is measured
    model    a model folder that stands in for the suites'
    against  another one, that it is compared with, pair by pair; not together with a baseline

    Raises InputError where no suite is given or the baseline cannot be read; a suite that cannot be measured becomes
    a result with its own exit code."""
    if not paths:
        raise InputError("no suite given; name one or more, such as eval/suites/sample.toml")
    if baseline and against:
        raise InputError("a run is held against a baseline or against another model; give one of --baseline, --against")
    stages = stages or Stages()
    request = Request(
        _with_model(stages, model) if model else stages,
        data,
        baseline,
        read_baseline(baseline) if baseline else {},
        _with_model(stages, against) if against else None,
    )
    results = tuple(_run(path, request) for path in paths)
    names = [r.name for r in results]
    if repeated := {n for n in names if names.count(n) > 1}:
        raise InputError(f"two suites are called {min(repeated)!r}; give each its own name")
    return Evaluation(results, worst(r.exit_code for r in results))


def worst(codes: Any) -> int:
    """The exit code of several: wrong input, then below, then undecided, then pass."""
    found = set(codes)
    return next((code for code in (2, 1, 3) if code in found), 0)


def judge(value: float, interval: tuple[float, float] | None, gate: Gate) -> tuple[State, str]:
    """A figure against its limits, and why it is undecided if it is."""
    if gate.floor is None and gate.ceiling is None:
        return "measured", ""
    if math.isnan(value):
        return "undecided", "undefined: nothing to count"
    low, high = (value, value) if gate.exact else interval or (math.nan, math.nan)
    if math.isnan(low):
        return "undecided", "no interval: fewer than two groups, or undefined in too many resamples"
    if (gate.floor is not None and high < gate.floor) or (gate.ceiling is not None and low > gate.ceiling):
        return "below", ""
    if (gate.floor is not None and low < gate.floor) or (gate.ceiling is not None and high > gate.ceiling):
        return "undecided", "the interval straddles the limit"
    return "pass", ""


def _with_model(stages: Stages, folder: Path) -> Stages:
    return replace(stages, load_model=lambda _: stages.load_model(folder))


def _run(path: Path, request: Request) -> Result:
    name = path.stem
    try:
        suite = load_suite(path)
        name = suite.name
        earlier = _find_earlier(suite, request.before, request.baseline) if request.baseline else None
        return _measure(suite, request, earlier)
    except StanceError as error:
        return Result(name, str(path), error.exit_code, error=str(error))


def _measure(suite: Suite, request: Request, earlier: Result | None) -> Result:
    parts = {name: [(d, find_files(suite, d, request.data)) for d in tables] for name, tables in suite.parts.items()}
    digests = {table.path: files.digest for tables in parts.values() for table, files in tables}
    if earlier and earlier.data != digests:
        raise InputError(
            f"{request.baseline}: {suite.name} was measured on other data than {suite.origin} pins now; "
            "look at the change, then write a new baseline with --json"
        )
    measured = {name: measure(suite, tables, request.stages) for name, tables in parts.items()}
    other = {name: measure(suite, tables, request.against) for name, tables in parts.items()} if request.against else {}
    items = _items(measured)
    models = _models(measured)
    if other and models == _models(other):
        raise InputError(
            f"{suite.origin}: both runs read with the same weights ({', '.join(sorted(models)) or 'none'}), so there "
            "is nothing to compare; give two models, and only suites that read with a stance model"
        )
    rows = _rows(suite, measured, other)
    states = {row.state for row in rows}
    signature = _signature(suite, digests, measured)
    made_with = tuple(p for p in earlier.signature.split("|") if p not in signature.split("|")) if earlier else ()
    return Result(
        name=suite.name,
        path=str(suite.origin),
        exit_code=1 if "below" in states else 3 if "undecided" in states else 0,
        signature=signature,
        settings=suite.settings,
        changed_because=suite.changed_because,
        rows=rows,
        data=digests,
        models=models,
        versions=_versions(),
        items=items,
        changes=_changes(earlier.items if earlier else _items(other), items, made_with) if earlier or other else None,
        against=" + ".join(f"{name}@{sha[:12]}" for name, sha in _models(other).items()) if other else "the baseline",
    )


def _items(measured: Mapping[str, Measured]) -> Items:
    return {f"{name}.{item}" if name else item: pair for name, m in measured.items() for item, pair in m.items.items()}


def _models(measured: Mapping[str, Measured]) -> dict[str, str]:
    return {name: sha for m in measured.values() for name, sha in m.models.items()}


def _rows(suite: Suite, measured: Mapping[str, Measured], other: Mapping[str, Measured]) -> tuple[Row, ...]:
    rows = []
    for written, gate in suite.metrics.items():
        part, _, metric = written.rpartition(".")
        chosen = [part] if part else list(measured)
        for name in chosen:
            if name not in measured or metric not in measured[name].figures:
                known = [f"{n}.{m}" if n else m for n, found in measured.items() for m in found.figures]
                raise InputError(f"{suite.origin}: no metric {written!r}; known: {', '.join(known)}")
            if not part and f"{name}.{metric}" in suite.metrics:
                continue  # the part has a gate of its own
            figure = measured[name].figures[metric]
            value = figure.value()
            interval = figure.interval(suite.seed, suite.resamples)
            state, note = judge(value, interval, gate)
            low, high = interval or (None, None)
            if gate.lowered_because:
                note = f"{note}; limit relaxed: {gate.lowered_because}".lstrip("; ")
            rows.append(
                Row(
                    f"{name}.{metric}" if name else metric,
                    _rounded(value),
                    _rounded(low),
                    _rounded(high),
                    figure.n,
                    figure.n_groups,
                    gate.floor,
                    gate.ceiling,
                    gate.exact,
                    state,
                    note,
                    _difference(figure, other[name].figures[metric], suite) if other else None,
                    gate.lowered_because,
                )
            )
    return tuple(rows)


def _difference(figure: Figure, other: Figure, suite: Suite) -> tuple[float, ...] | None:
    value = figure.value() - other.value()
    interval = figure.difference(other, suite.seed, suite.resamples) or ()
    return None if math.isnan(value) else tuple(round(number, 6) for number in (value, *interval))


def _rounded(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else round(value, 6)


def _versions() -> dict[str, str]:
    found = {"stance-compare": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "none"
    return found


def _signature(suite: Suite, digests: Mapping[str, str], measured: Mapping[str, Measured]) -> str:
    """One line that says how the figures were made (after sacrebleu's)."""
    short = [f"{name}@{sha[:12]}" for name, sha in sorted(_models(measured).items())] or ["none"]
    data = [digest.removeprefix("sha256:")[:12] for _, digest in sorted(digests.items())]
    return "|".join(
        [
            f"suite:{suite.name}",
            f"task:{suite.task}",
            f"model:{'+'.join(short)}",
            f"data:{'+'.join(data)}",
            f"n:{len(_items(measured))}",
            f"seed:{suite.seed}",
            f"resamples:{suite.resamples}",
            f"dtype:{next(iter(measured.values())).dtype}",
            *(f"{name}:{number}" for name, number in _versions().items()),
        ]
    )


def read_baseline(path: Path) -> dict[str, Result]:
    """Suite name → its result, of those that were measured in a file that `--json` wrote. Raises InputError where it is
    not one."""
    advice = "make one with `stance evaluate SUITE.toml --json FILE`"
    plain = read_json(path, advice)
    if not isinstance(plain, dict) or plain.get("schema") != SCHEMA:
        raise InputError(f"{path}: not a {SCHEMA} file, so no baseline; {advice}")
    try:
        found = {result.name: result for result in from_plain(Evaluation, plain).suites if not result.error}
    except InputError as error:
        raise InputError(f"{path}: {error}, so no baseline; {advice}") from None
    for result in found.values():
        pairs = result.items.values() if isinstance(result.items, dict) else [None]
        if not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
            raise InputError(f"{path}: {result.name}: items are not pairs, so no baseline; {advice}")
    return found


def _find_earlier(suite: Suite, before: Mapping[str, Result], baseline: Path) -> Result:
    """The suite's result in the baseline. Raises InputError where there is none, where a metric of it is gone, and,
    unless the suite says why, where a limit of it is relaxed or gone or its settings are others. A reason that the
    baseline holds excused an earlier step, so it does not count."""
    earlier = before.get(suite.name)
    if earlier is None:
        raise InputError(
            f"{suite.origin}: {suite.name} is not in the baseline {baseline}, or was not measured there; if that is "
            "meant, look at its figures, then write the baseline on purpose: all its suites with --json, without "
            "--baseline"
        )
    if earlier.settings != suite.settings and suite.changed_because in (None, earlier.changed_because):
        raise InputError(
            f"{suite.origin}: {baseline} was measured with other settings (task, reads, seed, resamples; path, fields, "
            'labels and where of the data); restore them, or say why with a new changed_because = "…"'
        )
    for row in earlier.rows:
        gate = suite.metrics.get(row.metric) or suite.metrics.get(row.metric.rpartition(".")[2])
        relaxed = []
        for limit, was, now, sign in (
            ("floor", row.floor, gate.floor if gate else None, 1),
            ("ceiling", row.ceiling, gate.ceiling if gate else None, -1),
        ):
            if was is not None and (now is None or sign * now < sign * was or (gate and gate.exact and not row.exact)):
                relaxed.append(f"{limit} {was}")
        if relaxed and (gate is None or gate.lowered_because in (None, row.lowered_because)):
            raise InputError(
                f"{suite.origin}: {row.metric}: {baseline} has {' and '.join(relaxed)}, the suite asks for "
                'less; restore it, or say why with a new lowered_because = "…"'
            )
    return earlier


def _changes(before: Items, now: Items, made_with: tuple[str, ...]) -> Changes:
    shared = [item for item in now if item in before]
    was_right = [before[item][0] == before[item][1] for item in shared]
    is_right = [now[item][0] == now[item][1] for item in shared]
    changed = []
    for item in sorted({*before, *now}):
        gold = (now.get(item) or before[item])[1]
        was, is_ = (found[item][0] if item in found else "absent" for found in (before, now))
        if was != is_:
            changed.append((item, was, is_, gold))
    both = list(zip(was_right, is_right, strict=True))
    n_mended, n_broken = both.count((False, True)), both.count((True, False))
    return Changes(tuple(changed), n_mended, n_broken, mcnemar(was_right, is_right), made_with)


def to_json(evaluation: Evaluation) -> str:
    """The whole evaluation, items included; the same run gives the same bytes. Usable as a baseline."""
    return dump_json(evaluation)


def to_junit(evaluation: Evaluation) -> str:
    """JUnit XML: a suite a suite, a case a metric. Below a limit is a failure; undecided is an error, never a skip."""
    root = ElementTree.Element("testsuites")
    for result in evaluation.suites:
        bad = sum(row.state == "below" for row in result.rows)
        open_ = sum(row.state == "undecided" for row in result.rows) + bool(result.error)
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=result.name,
            tests=str(len(result.rows) + bool(result.error)),
            failures=str(bad),
            errors=str(open_),
        )
        if result.error:
            case = ElementTree.SubElement(suite, "testcase", classname=result.name, name="measured")
            ElementTree.SubElement(case, "error", message=result.error)
        for row in result.rows:
            case = ElementTree.SubElement(suite, "testcase", classname=result.name, name=row.metric)
            if row.state in ("below", "undecided"):
                ElementTree.SubElement(case, "failure" if row.state == "below" else "error", message=_told(row))
            ElementTree.SubElement(case, "system-out").text = f"{_told(row)}\n{result.signature}"
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def to_table(evaluation: Evaluation) -> str:
    """What a person reads: a line a metric, the signature, and what changed."""
    lines = []
    for result in evaluation.suites:
        lines.append(f"{result.name} ({result.path})")
        if result.error:
            lines.append(f"  {'error' if result.exit_code == 2 else 'undecided'}: {result.error}")
        lines += [f"  {row.state:9} {_told(row)}" for row in result.rows]
        lines += [f"  settings changed: {result.changed_because}"] if result.changed_because else []
        if result.changes:
            c = result.changes
            lines.append(
                f"  against {result.against}: {len(c.items)} items changed, {c.n_mended} mended, {c.n_broken} broken "
                f"(McNemar p = {c.p_value:.3g})"
            )
            lines += [f"  {result.against} was made with {', '.join(c.made_with)}"] if c.made_with else []
            lines += [f"    {item}: {was} → {now} (gold: {gold})" for item, was, now, gold in c.items]
        lines += [f"  {result.signature}"] if result.signature else []
    return "\n".join(lines) + "\n"


def _told(row: Row) -> str:
    value = "undefined" if row.value is None else f"{row.value:.3f}"
    interval = "" if row.low is None or row.high is None else f" [{row.low:.3f}, {row.high:.3f}]"
    if row.difference:
        less, *ends = row.difference
        interval += f", {less:+.3f}" + (f" [{ends[0]:+.3f}, {ends[1]:+.3f}]" if ends else "") + " against the other"
    limits = [
        f"{name} {limit:g}" for name, limit in (("floor", row.floor), ("ceiling", row.ceiling)) if limit is not None
    ]
    notes = [*limits, *(["exact"] if row.exact else []), *([row.note] if row.note else [])]
    return f"{row.metric} {value}{interval}, n = {row.n} in {row.n_groups} groups" + (
        f" ({'; '.join(notes)})" if notes else ""
    )
