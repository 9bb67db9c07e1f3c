"""Scores a comparison against gold rows: what a careful reader would put side by side, and what must stay apart.

Definitions. A gold span is *covered* by the claim of its file that shares most characters with it, if that is half of
the span or more. Two spans are *together* where their claims share an issue; they *belong* together where one gold row
holds both (or both their claims cover spans of one row). Only spans that gold names are counted, so precision is a
lower bound. Gold that is only measured on is here; how a comparison is made is not."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from stance.errors import InputError, UndecidedError
from stance.evaluation import metrics
from stance.evaluation.metrics import Figure, figure
from stance.evaluation.suites import GOLD_NAME
from stance.records import Claim, Comparison, confine, read_json

SIGN = {"FAV": 1, "UNF": -1}
TITLES = frozenset(  # words of a name that do not tell it from others
    (
        "a",
        "an",
        "and",
        "dr",
        "for",
        "from",
        "her",
        "his",
        "in",
        "its",
        "lord",
        "many",
        "minister",
        "mr",
        "mrs",
        "ms",
        "of",
        "president",
        "prof",
        "professor",
        "said",
        "secretary",
        "senator",
        "some",
        "the",
        "their",
        "unnamed",
    )
)
Items = dict[str, tuple[str, str]]  # item → (what the tool said, what gold says)


class Span(BaseModel):
    """Words of one document. Offsets are code points of the file; a web page has none, its words are looked up."""

    doc: str
    quote: str
    start: int | None = None
    end: int | None = None


class Entry(Span):
    speaker: str
    holder: str = ""
    voice: Literal["own", "rep", "nest"]
    stance: Literal["FAV", "UNF", "NEU", "MIX"]
    target: str | None = None


class Row(BaseModel):
    id: str
    entries: list[Entry]


class Single(Span):
    id: str


class NearMiss(BaseModel):
    id: str
    a: Span
    b: Span


class Gold(BaseModel):
    """One folder's gold. Unknown fields (notes, reasons) are allowed."""

    docs: dict[str, str]
    aligned: list[Row]
    single: list[Single] = []
    near_misses: list[NearMiss] = []
    non_claims: list[Span] = []


@dataclass(frozen=True, slots=True)
class Scored:
    """Figures by metric name, and each item as the tool and as gold have it."""

    figures: Mapping[str, Figure]
    items: Items


def load_gold(folder: Path) -> Gold:
    """The gold in a folder. Raises UndecidedError where there is none, InputError where it is not gold."""
    path = folder / GOLD_NAME
    if not path.is_file():
        raise UndecidedError(f"{folder}: no {GOLD_NAME} there, so nothing could be measured")
    advice = "see data/README.md for the form of gold"
    try:
        return Gold.model_validate(read_json(path, advice))
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(map(str, problem["loc"])) or "the whole"
        raise InputError(f"{path}: not gold ({where}: {problem['msg']}); {advice}") from None


def score_gold(gold: Gold, comparison: Comparison, where: str = "gold") -> Scored:
    """Every measure of one comparison but the asked ones. `where` names the folder in groups and items.

    Raises InputError where the gold's offsets do not hold its words."""
    reading = _Reading(gold, comparison, where)
    items: Items = {}
    figures = {**_spans(reading, items), **_pairs(reading, items), **_apart(reading, items), **_clean(reading, items)}
    return Scored(figures, items)


def score_asked(gold: Gold, comparison: Comparison, asked: Iterable[str], where: str = "gold") -> Scored:
    """How well the issues that were asked found their claims: the claims in the issue of a gold row's id, against the
    claims that cover that row's spans. `asked`: the ids that were asked; other rows are left out."""
    seen = _Reading(gold, comparison, where)
    members = {issue.asked: set(issue.claim_ids) for issue in comparison.issues if issue.asked}
    wanted_ids = set(asked)
    groups, hit, found, wanted = [], [], [], []
    for row in gold.aligned:
        if row.id in wanted_ids:
            truth = {c for c, rows in seen.rows.items() if row.id in rows}
            given = {c for c in members.get(row.id, set()) if seen.rows.get(c)}
            groups.append(f"{where}:{row.id}")
            hit.append(len(truth & given))
            found.append(len(given))
            wanted.append(len(truth))
    columns: dict[str, Sequence[Any]] = {"hit": hit, "found": found, "wanted": wanted}
    return Scored(
        {
            "asked_precision": figure(metrics.precision, groups, **columns),
            "asked_recall": figure(metrics.recall, groups, **columns),
            "asked_f1": figure(metrics.pair_f1, groups, **columns),
        },
        {},
    )


def pool(parts: Iterable[Scored]) -> Scored:
    """The figures of several folders as one: their items side by side."""
    import numpy as np

    figures: dict[str, Figure] = {}
    items: Items = {}
    for part in parts:
        items |= part.items
        for name, new in part.figures.items():
            old = figures.get(name)
            figures[name] = (
                new
                if old is None
                else Figure(
                    new.statistic,
                    old.groups + new.groups,
                    {c: np.concatenate([old.columns[c], new.columns[c]]) for c in new.columns},
                )
            )
    return Scored(figures, items)


class _Reading:
    """One comparison seen through one gold: which claim covers a span, which issues a claim is in."""

    def __init__(self, gold: Gold, comparison: Comparison, where: str) -> None:
        self.gold, self.where, self.comparison = gold, where, comparison
        stems = {Path(file).name: name for name, file in gold.docs.items()}
        self.document = {d.id: d for d in comparison.documents}
        self.texts: dict[str, str] = {}
        for document in comparison.documents:
            if name := stems.get(Path(document.path).name):
                self.texts[name] = document.text
        self.claims: dict[str, list[Claim]] = defaultdict(list)
        for claim in comparison.claims:
            self.claims[stems.get(Path(self.document[claim.document_id].path).name, "")].append(claim)
        self.issues: dict[str, set[str]] = defaultdict(set)
        for issue in comparison.issues:
            for claim_id in issue.claim_ids:
                self.issues[claim_id].add(issue.id)
        self.stances = {(p.issue_id, p.claim_id): p.stance for p in comparison.positions}
        self.spans = [(row.id, entry, self.claim_of(entry)) for row in gold.aligned for entry in row.entries]
        self.rows: dict[str, set[str]] = defaultdict(set)  # claim → the gold rows that it speaks to
        for row_id, _, covering in self.spans:
            if covering:
                self.rows[covering.id].add(row_id)

    def claim_of(self, span: Span) -> Claim | None:
        """The claim that covers a span, if any."""
        if (place := self._place(span)) is None:
            return None
        start, end = place

        def shared(claim: Claim) -> int:
            return min(claim.end, end) - max(claim.start, start)

        best = max(self.claims[span.doc], key=lambda claim: (shared(claim), -claim.start), default=None)
        return best if best and 2 * shared(best) >= end - start else None

    def _place(self, span: Span) -> tuple[int, int] | None:
        text = self.texts.get(span.doc)
        if text is None:
            return None
        if span.start is not None and span.end is not None:
            if text[span.start : span.end] != span.quote:
                raise InputError(
                    f"{self.where}: {span.doc}, {span.start} to {span.end}: the file does not hold the "
                    "gold's words there; restore the file, or set the offsets anew"
                )
            return span.start, span.end
        found = re.search(r"\s+".join(map(re.escape, span.quote.split())), text)
        return found.span() if found else None

    def together(self, a: Claim | None, b: Claim | None) -> bool:
        return a is not None and b is not None and bool(self.issues[a.id] & self.issues[b.id])

    def names_holder(self, entry: Entry, claim: Claim) -> bool:
        """Own words must be the outlet's own, or credited to the outlet by its name. Somebody else's must not be its
        own, and must name the speaker; a forwarded post may name its origin instead."""
        if entry.speaker.casefold().startswith("outlet"):
            itself = name_words(self.document[claim.document_id].source)
            given = name_words(claim.holder)
            return claim.voice == "own" or (bool(given) and given <= itself)
        wanted = name_words(entry.speaker) | name_words(entry.holder)
        origin = claim.origin or self.document[claim.document_id].origin
        given = name_words(origin) if claim.voice == "own" else name_words(claim.holder)
        return bool(wanted & given)


def name_words(name: str | None) -> set[str]:
    """The words of a name that tell it from others."""
    return {re.sub(r"['’]s$", "", w) for w in re.findall(r"[\w'’-]{2,}", (name or "").casefold())} - TITLES


def _spans(seen: _Reading, items: Items) -> dict[str, Figure]:
    covered: list[tuple[str, bool]] = []
    outer: list[tuple[str, bool]] = []
    nested: list[tuple[str, bool]] = []
    for number, (row_id, entry, claim) in enumerate(seen.spans):
        item = f"{seen.where}:{row_id}:{number}"
        covered.append((f"{seen.where}:{row_id}", claim is not None))
        if claim is None:
            items[item] = ("not covered", entry.speaker)
            continue
        right = seen.names_holder(entry, claim)
        said = "outlet" if claim.voice == "own" else claim.holder or "nobody"
        items[item] = (entry.speaker if right else said, entry.speaker)
        (nested if entry.voice == "nest" else outer).append((f"{seen.where}:{row_id}", right))
    return {"coverage": _shares(covered), "holder": _shares(outer), "holder_nested": _shares(nested)}


def _pairs(seen: _Reading, items: Items) -> dict[str, Figure]:
    """A pair across two gold rows counts half for each of them, so that rows can be resampled."""
    groups: list[str] = []
    counts: list[tuple[float, float, float]] = []
    relations: list[tuple[str, bool, bool]] = []
    for (i, (row_a, a, claim_a)), (j, (row_b, b, claim_b)) in combinations(enumerate(seen.spans), 2):
        if a.doc == b.doc:
            continue
        joined = seen.together(claim_a, claim_b)
        belong = row_a == row_b or bool(claim_a and claim_b and seen.rows[claim_a.id] & seen.rows[claim_b.id])
        if not (joined or belong):
            continue
        items[f"{seen.where}:{row_a}:{i}+{row_b}:{j}"] = (
            "together" if joined else "apart",
            "together" if belong else "apart",
        )
        for row_id in (row_a, row_b):
            groups.append(f"{seen.where}:{row_id}")
            counts.append((0.5 * (joined and belong), 0.5 * joined, 0.5 * belong))
        signs = [SIGN.get(entry.stance, 0) for entry in (a, b)]
        if row_a == row_b and joined and all(signs) and a.target == b.target and claim_a and claim_b:
            issue = min(seen.issues[claim_a.id] & seen.issues[claim_b.id])
            found = {seen.stances.get((issue, claim.id)) for claim in (claim_a, claim_b)}
            relations.append((f"{seen.where}:{row_a}", found == {"favourable", "unfavourable"}, signs[0] != signs[1]))
    hit, found_, wanted = zip(*counts, strict=True) if counts else ((), (), ())
    columns = {"hit": hit, "found": found_, "wanted": wanted}
    return {
        "pair_precision": figure(metrics.precision, groups, **columns),
        "pair_recall": figure(metrics.recall, groups, **columns),
        "pair_f1": figure(metrics.pair_f1, groups, **columns),
        "relation": figure(
            _both_recalls,
            [g for g, _, _ in relations],
            predicted=[p for _, p, _ in relations],
            gold=[g for _, _, g in relations],
        ),
    }


def _both_recalls(columns: metrics.Columns) -> float:
    """Balanced accuracy of same against opposite; undefined without both."""
    gold = columns["gold"]
    return metrics.balanced_accuracy(columns) if gold.any() and not gold.all() else float("nan")


def _apart(seen: _Reading, items: Items) -> dict[str, Figure]:
    near, single = [], []
    for miss in seen.gold.near_misses:
        a, b = seen.claim_of(miss.a), seen.claim_of(miss.b)
        wrong = a is not b and seen.together(a, b)
        near.append((f"{seen.where}:{miss.id}", wrong))
        items[f"{seen.where}:{miss.id}"] = ("together" if wrong else "apart", "apart")
    for span in seen.gold.single:
        claim = seen.claim_of(span)
        alone = claim is not None and not seen.rows[claim.id]
        wrong = alone and any(entry.doc != span.doc and seen.together(claim, other) for _, entry, other in seen.spans)
        single.append((f"{seen.where}:{span.id}", wrong))
        items[f"{seen.where}:{span.id}"] = ("together" if wrong else "apart", "apart")
    return {"near_misses_merged": _shares(near), "single_merged": _shares(single)}


def _clean(seen: _Reading, items: Items) -> dict[str, Figure]:
    taken = []
    for number, span in enumerate(seen.gold.non_claims):
        claimed = seen.claim_of(span) is not None
        taken.append((f"{seen.where}:{span.doc}", claimed))
        items[f"{seen.where}:non-claim:{number}"] = ("claim" if claimed else "no claim", "no claim")
    repeated = []
    for doc, claims in sorted(seen.claims.items()):
        words = Counter(re.sub(r"\W+", " ", claim.text).casefold().strip() for claim in claims)
        repeated += [(f"{seen.where}:{doc}", i > 0) for n in words.values() for i in range(n)]
    return {"non_claims_taken": _shares(taken), "repeats": _shares(repeated)}


def _shares(rows: Sequence[tuple[str, bool]]) -> Figure:
    return figure(metrics.mean, [group for group, _ in rows], value=[float(value) for _, value in rows])


def document_files(gold: Gold, folder: Path) -> list[Path]:
    """The files of the gold's documents. Raises UndecidedError where one is missing."""
    paths = [folder / file for _, file in sorted(gold.docs.items())]
    for path in paths:
        if not path.is_file():
            raise UndecidedError(f"{path} is not there, so the gold of {folder.name} could not be measured")
        confine(path, folder, f"gold of {folder.name}", "gold names files inside its folder of documents")
    return paths
