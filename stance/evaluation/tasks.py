"""One function a task: rows and what is measured in, figures and items out.

    stance       rows {text, target, label}: does the classifier's likeliest stance equal the label?
    relation     rows {target, text, label}: does the text agree with the target, oppose it, or neither?
    attribution  articles with marked attributions: whose words, and who is named?
    claims       sentences {text, label}: is a check-worthy one extracted, and ranked above the others?
    alignment    folders of documents with gold rows: the whole way, end to end (see gold)
    symmetry     pairs of texts that differ in names only: does the label stay?
    frames       codebooks: is each example recognised, once it is left out?
    retrieval    queries {text, target}, and the texts of which the target's is to be found: is it among the first?
    clusters     texts of one group in clusters: are those of one cluster put together, and only those?

What is measured comes in as `Stages`, so that tests can plant a fault. Nothing here stands in for a model that is
missing: what cannot be measured is undecided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.errors import InputError, ModelError
from stance.evaluation import metrics
from stance.evaluation.gold import Items, Scored, document_files, load_gold, name_words, pool, score_asked, score_gold
from stance.evaluation.metrics import Figure, figure
from stance.evaluation.stages import Classifier, Stages
from stance.evaluation.suites import QUESTIONS_NAME, Data, Files, Suite, load_rows, resolve
from stance.framing import RELATIONS, Pair
from stance.records import STANCES, Document, Passage, digest, read_rows

_PRONOUNS = "he her him his i it its me my our she their them they those us we who you your"
PRONOUNS = frozenset(_PRONOUNS.split())


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one part of a suite, its items, and what made them (model or encoder name → SHA-256)."""

    figures: Mapping[str, Figure]
    items: Items
    models: Mapping[str, str] = field(default_factory=dict)
    dtype: str = "fp32"


def measure(suite: Suite, part: Sequence[tuple[Data, Files]], stages: Stages) -> Measured:
    """Measure one part of a suite. Raises UndecidedError where a model is missing, InputError for wrong data."""
    if suite.task == "alignment":
        return _alignment(suite, part, stages)
    if suite.task == "frames":
        return _frames(suite, part, stages)
    rows = [row for data, files in part for row in _fields(suite, data, load_rows(suite, data, files.path))]
    if suite.task == "retrieval":
        return _retrieval(suite, part, rows, stages)
    if suite.task == "clusters":
        return _clusters(suite, rows, stages)
    if suite.task == "attribution":
        return _attribution(rows, stages)
    if suite.task == "claims":
        return _claims(rows, stages)
    model = _model(suite, stages)
    if suite.task == "symmetry":
        return _symmetry(rows, model)
    return _relation(rows, model) if suite.task == "relation" else _stance(suite, rows, model)


def _model(suite: Suite, stages: Stages) -> Classifier:
    model = stages.load_model(resolve(suite, suite.model) if suite.model else None)
    if suite.model_sha256 and suite.model_sha256 != model.sha256:
        raise ModelError(
            f"{suite.origin}: {model.name} has SHA-256 {model.sha256}, the suite pins {suite.model_sha256}; "
            "restore the model, or, if it is meant to be another one, pin its hash"
        )
    return model


def _fields(suite: Suite, data: Data, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with the fields under our names. Raises InputError where a label is none of ours, a field is no text, or
    offsets do not lie in the text."""
    allowed: Mapping[str, tuple[str, ...]] = {"stance": STANCES, "relation": RELATIONS, "claims": ("claim", "other")}
    unknown = set(data.labels.values()) - set(allowed.get(suite.task, ()))
    if unknown and suite.task in allowed:
        raise InputError(f"{suite.origin}: label {min(unknown)!r} is none of {', '.join(allowed[suite.task])}")
    found = []
    for row in rows:
        new = {**row, "gold": data.labels[str(row[data.label])] if data.label else None, "start": None, "end": None}
        for ours, theirs in (("text", data.text), ("target", data.target)):
            if theirs and not isinstance(row[theirs], str):
                raise InputError(f"{row['item']}: {theirs!r} is no text")
            new |= {ours: row[theirs]} if theirs else {}
        if data.start and data.end:
            new["start"], new["end"] = _span(row["item"], new["text"], row[data.start], row[data.end])
        found.append(new)
    return found


def _span(item: str, text: str, start: Any, end: Any) -> tuple[int, int]:
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text)):
        raise InputError(f"{item}: start {start!r}, end {end!r} do not lie in the text; give code points")
    return start, end


def _stance(suite: Suite, rows: Sequence[dict[str, Any]], model: Classifier) -> Measured:
    """The likeliest of the stances that the suite's labels name: two-way data are judged two-way."""
    choices = [s for s in STANCES if any(s in data.labels.values() for data in suite.data)]
    probabilities = model.predict([Pair(r["target"], r["text"], r["start"], r["end"]) for r in rows], suite.reads)
    chosen = probabilities[:, [STANCES.index(s) for s in choices]]
    chosen = chosen / chosen.sum(axis=1, keepdims=True)
    return _classified(rows, [choices[int(k)] for k in chosen.argmax(axis=1)], chosen.max(axis=1), model)


def _relation(rows: Sequence[dict[str, Any]], model: Classifier) -> Measured:
    """Each is read as the other's stance on a claim, in both directions, as `stance relate` does."""
    there = model.predict([Pair(r["target"], r["text"]) for r in rows], "claim")
    back = model.predict([Pair(r["text"], r["target"]) for r in rows], "claim")
    both = (there + back) / 2
    return _classified(rows, [RELATIONS[int(k)] for k in both.argmax(axis=1)], both.max(axis=1), model)


def _classified(
    rows: Sequence[dict[str, Any]], predicted: Sequence[str], confidence: NDArray[np.float64], model: Classifier
) -> Measured:
    groups = [r["group"] for r in rows]
    gold = [r["gold"] for r in rows]
    code = {name: number for number, name in enumerate(sorted({*gold, *predicted}))}
    columns: dict[str, Any] = {"gold": [code[g] for g in gold], "predicted": [code[p] for p in predicted]}
    figures = {
        name: figure(statistic, groups, **columns)
        for name, statistic in (
            ("macro_f1", metrics.macro_f1),
            ("balanced_accuracy", metrics.balanced_accuracy),
            ("accuracy", metrics.accuracy),
        )
    }
    figures["calibration_error"] = figure(metrics.calibration_error, groups, confidence=confidence, **columns)
    items = {r["item"]: (p, g) for r, p, g in zip(rows, predicted, gold, strict=True)}
    return Measured(figures, items, {model.name: model.sha256})


def _symmetry(rows: Sequence[dict[str, Any]], model: Classifier) -> Measured:
    """Rows {a: {target, text}, b: {target, text}, reads}: `flips` is the share of pairs whose likeliest stance
    changes with the names, `shift` half the sum of the absolute differences of their probabilities, on average."""
    moved: list[float] = []
    flipped: list[bool] = []
    items: Items = {}
    for reads in sorted({str(row.get("reads", "topic")) for row in rows}):
        chosen = [row for row in rows if str(row.get("reads", "topic")) == reads]
        a, b = (model.predict([_named(r, side) for r in chosen], reads) for side in ("a", "b"))
        for row, p, q in zip(chosen, a, b, strict=True):
            items[row["item"]] = (STANCES[int(q.argmax())], STANCES[int(p.argmax())])
            flipped.append(bool(p.argmax() != q.argmax()))
            moved.append(float(np.abs(p - q).sum() / 2))
    by_item = {row["item"]: row["group"] for row in rows}
    groups = [by_item[item] for item in items]
    return Measured(
        {
            "flips": figure(metrics.mean, groups, value=[float(f) for f in flipped]),
            "shift": figure(metrics.mean, groups, value=moved),
        },
        items,
        {model.name: model.sha256},
    )


def _named(row: Mapping[str, Any], side: str) -> Pair:
    found = row.get(side)
    if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in ("target", "text")):
        raise InputError(f"{row['item']}: {side!r} should be an object with a target and a text")
    return Pair(found["target"], found["text"])


def _bare_document(name: str, text: str) -> Document:
    """A text as one document whose lines are its passages: extraction is measured alone, without reading."""
    passages, start = [], 0
    for line in text.splitlines(keepends=True):
        words = line.strip()
        if words:
            begin = start + line.index(words)
            passages.append(Passage(begin, begin + len(words)))
        start += len(line)
    return Document(
        id=digest(name),
        source="source",
        path=name,
        sha256=digest(text),
        text=text,
        start=0,
        end=len(text),
        language="en",
        passages=tuple(passages),
    )


def _claims(rows: Sequence[dict[str, Any]], stages: Stages) -> Measured:
    """A sentence's score is the highest worth of a claim in it, 0 where none was extracted."""
    score = [max((c.worth for c in stages.extract(_bare_document(r["item"], r["text"]))), default=0.0) for r in rows]
    groups = [r["group"] for r in rows]
    gold = [r["gold"] == "claim" for r in rows]
    found = [s > 0 for s in score]
    items = {r["item"]: ("claim" if f else "other", r["gold"]) for r, f in zip(rows, found, strict=True)}
    return Measured(
        {
            "average_precision": figure(metrics.average_precision, groups, gold=gold, score=score),
            "roc_auc": figure(metrics.roc_auc, groups, gold=gold, score=score),
            "recall": figure(
                metrics.recall,
                groups,
                hit=[float(f and g) for f, g in zip(found, gold, strict=True)],
                wanted=[float(g) for g in gold],
            ),
        },
        items,
    )


def _attribution(rows: Sequence[dict[str, Any]], stages: Stages) -> Measured:
    """Rows {text, attributions: [{source, cue, content}]}, each a list of {start, end}, as PolNeAR gives them.

    voice, over characters: those of claims that are not in the outlet's own voice, against those of contents; the
    attribution's source and cue, and white space, count for neither. holder, over attributions whose content is
    mostly in somebody's words: does the holder share a word with the source? A pronoun as source is left out."""
    groups, hit, found, wanted = [], [], [], []
    named: list[tuple[str, bool]] = []
    items: Items = {}
    for row in rows:
        item, text = row["item"], row["text"]
        try:
            marked = [
                {
                    part: [_span(item, text, s["start"], s["end"]) for s in a[part]]
                    for part in ("source", "cue", "content")
                }
                for a in row["attributions"]
            ]
        except (KeyError, TypeError) as error:
            raise InputError(f"{item}: needs attributions with source, cue and content spans ({error!r})") from None
        others = [c for c in stages.extract(_bare_document(row["item"], text)) if c.voice != "own"]
        content = _mask(text, [span for a in marked for span in a["content"]])
        aside = _mask(text, [span for a in marked for part in ("source", "cue") for span in a[part]]) & ~content
        counted = np.array([not c.isspace() for c in text], dtype=bool) & ~aside
        said = _mask(text, [(c.start, c.end) for c in others])
        groups.append(row["group"])
        hit.append(int((said & content & counted).sum()))
        found.append(int((said & counted).sum()))
        wanted.append(int((content & counted).sum()))
        for number, attribution in enumerate(marked):
            source = " ".join(text[a:b] for a, b in attribution["source"])
            words = name_words(source) - PRONOUNS
            spans = attribution["content"]
            size = sum(b - a for a, b in spans)
            shared, _, best = max(
                ((sum(max(0, min(c.end, b) - max(c.start, a)) for a, b in spans), -c.start, c) for c in others),
                key=lambda f: f[:2],
                default=(0, 0, None),
            )
            if words and best is not None and 2 * shared >= min(size, best.end - best.start):
                right = bool(words & name_words(best.holder))
                named.append((row["group"], right))
                items[f"{row['item']}:{number}"] = (source if right else best.holder or "nobody", source)
    columns: dict[str, Any] = {"hit": hit, "found": found, "wanted": wanted}
    return Measured(
        {
            "voice_precision": figure(metrics.precision, groups, **columns),
            "voice_recall": figure(metrics.recall, groups, **columns),
            "voice_f1": figure(metrics.pair_f1, groups, **columns),
            "holder": figure(metrics.mean, [g for g, _ in named], value=[float(right) for _, right in named]),
        },
        items,
    )


def _mask(text: str, spans: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
    """(len(text),) True at the characters of the spans."""
    mask = np.zeros(len(text), dtype=bool)
    for start, end in spans:
        mask[start:end] = True
    return mask


def _alignment(suite: Suite, part: Sequence[tuple[Data, Files]], stages: Stages) -> Measured:
    """Each folder compared on its own; a second time with its issues asked, where the suite has an asked metric."""
    from stance.pipeline import load_asked

    model = _model(suite, stages)
    wants_asked = any(metric.rpartition(".")[2].startswith("asked_") for metric in suite.metrics)
    scored: list[Scored] = []
    models, dtype = {model.name: model.sha256}, "fp32"
    for _, files in part:
        gold = load_gold(files.path)
        paths = document_files(gold, files.documents)
        made = stages.compare(paths, model, suite.encoder, ())
        models, dtype = {**models, **made.encoder}, made.dtype
        scored.append(score_gold(gold, made.comparison, files.path.name))
        questions = [folder / QUESTIONS_NAME for folder in (files.path, files.documents)]
        if wants_asked and any(path.is_file() for path in questions):
            asked = load_asked(next(path for path in questions if path.is_file()))
            made = stages.compare(paths, model, suite.encoder, asked)
            scored.append(score_asked(gold, made.comparison, [a.id for a in asked], files.path.name))
    pooled = pool(scored)
    return Measured(pooled.figures, pooled.items, models, dtype)


def _frames(suite: Suite, part: Sequence[tuple[Data, Files]], stages: Stages) -> Measured:
    """Each example is its own group: the examples of one label were written to differ."""
    model = _model(suite, stages)
    items: Items = {}
    models, dtype = {model.name: model.sha256}, "fp32"
    for _, files in part:
        made = stages.recognise(files.path, model, suite.encoder)
        models, dtype = {**models, **made.encoder}, made.dtype
        items |= {f"{files.path.stem}:{n}": (found, gold) for n, (_, gold, found) in enumerate(made.examples, 1)}
    code = {label: n for n, label in enumerate(sorted({label for pair in items.values() for label in pair}))}
    columns = {
        "predicted": [code[found] for found, _ in items.values()],
        "gold": [code[gold] for _, gold in items.values()],
    }
    figures = {
        "macro_f1": figure(metrics.macro_f1, list(items), **columns),
        "accuracy": figure(metrics.accuracy, list(items), **columns),
    }
    return Measured(figures, items, models, dtype)


def _retrieval(
    suite: Suite, part: Sequence[tuple[Data, Files]], rows: Sequence[dict[str, Any]], stages: Stages
) -> Measured:
    """Rows of one group are one query with several right texts. `gain` is how much better it finds them than the
    encoder's own cosine does."""
    texts = {key: text for data, files in part for key, text in _texts(data, files)}
    wanted: dict[str, set[str]] = {}
    queries: dict[str, str] = {}
    for row in rows:
        if row["target"] not in texts:
            raise InputError(f"{row['item']}: no text has the id {row['target']!r}")
        if queries.setdefault(row["group"], row["text"]) != row["text"]:
            raise InputError(f"{row['item']}: another text than that of query {row['group']!r} before it")
        wanted.setdefault(row["group"], set()).add(row["target"])
    keys = list(texts)
    made = stages.retrieve(list(queries.values()), list(texts.values()), suite.encoder)
    right = [np.array([key in wanted[query] for key in keys]) for query in queries]
    found, plain = (
        np.array([metrics.average_precision_at(row, is_right) for row, is_right in zip(scores, right, strict=True)])
        for scores in (made.scores, made.cosine)
    )
    first = (keys[int(best)] for best in made.scores.argmax(axis=1))
    items = {
        query: (best, best if best in wanted[query] else min(wanted[query]))
        for query, best in zip(queries, first, strict=True)
    }
    figures = {
        name: figure(metrics.mean, list(queries), value=value)
        for name, value in (("map_at_5", found), ("encoder_map_at_5", plain), ("gain", found - plain))
    }
    return Measured(figures, items, made.encoder, made.dtype)


def _texts(data: Data, files: Files) -> list[tuple[str, str]]:
    """Id and text of each text that may be found. Raises InputError where one is missing or is no text."""
    found = []
    for number, row in enumerate(read_rows(files.documents), 1):
        key, text = row.get(str(data.key)), row.get(str(data.body))
        if not isinstance(key, str) or not isinstance(text, str):
            raise InputError(f"{files.documents}, row {number}: {data.key!r} and {data.body!r} should be texts")
        found.append((key, text))
    return found


def _clusters(suite: Suite, rows: Sequence[dict[str, Any]], stages: Stages) -> Measured:
    """Rows {clusters: [{perspectives: [text, …]}, …]}, as Perspectrum gives them: a row is a group.

    A text that stands in several rows of the alignment is with all that it shares one with."""
    texts: list[list[str]] = []
    gold: list[NDArray[np.int64]] = []
    for row in rows:
        try:
            clusters = [list(cluster["perspectives"]) for cluster in row["clusters"]]
        except (KeyError, TypeError) as error:
            raise InputError(f"{row['item']}: needs clusters with perspectives ({error!r})") from None
        if not all(isinstance(text, str) for cluster in clusters for text in cluster):
            raise InputError(f"{row['item']}: a perspective is no text")
        texts.append([text for cluster in clusters for text in cluster])
        gold.append(np.repeat(np.arange(len(clusters)), [len(cluster) for cluster in clusters]))
    made = stages.group(texts, suite.encoder)
    groups: list[str] = []
    precision: list[float] = []
    recall: list[float] = []
    items: Items = {}
    for row, cluster, laid in zip(rows, gold, made.rows, strict=True):
        together = np.eye(len(cluster), dtype=bool)
        for members in laid:
            together[np.ix_(members, members)] = True
        is_one = cluster[:, None] == cluster[None, :]
        shares = metrics.b_cubed(together, is_one)
        groups += [row["group"]] * len(cluster)
        precision += shares[0].tolist()
        recall += shares[1].tolist()
        for number in range(len(cluster)):
            pair = [" ".join(map(str, np.flatnonzero(side[number]) + 1)) for side in (together, is_one)]
            items[f"{row['item']}:{number + 1}"] = (pair[0], pair[1])
    figures = {
        name: figure(statistic, groups, precision=precision, recall=recall)
        for name, statistic in (
            ("b_cubed_precision", metrics.b_cubed_precision),
            ("b_cubed_recall", metrics.b_cubed_recall),
            ("b_cubed_f1", metrics.b_cubed_f1),
        )
    }
    return Measured(figures, items, made.encoder, made.dtype)
