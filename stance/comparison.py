"""Puts the records side by side: what each source does about each issue, who opposes whom, who is silent.

    documents, claims, issues, positions, run ─ compare ─▶ Comparison (with a cell for every issue and source)

and the same rows turned around: by pair of sources, by source, by holder. It finds nothing new: which claims speak
to an issue is alignment's work, how a holder stands is the classifier's. It draws no conclusion about a source.

Everything here is a pure function. Only the order of `documents` matters (it is the user's order of columns).
"""

from __future__ import annotations

import dataclasses
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import fsum, sqrt
from typing import Any

from stance.errors import InputError
from stance.records import STANCES, Cell, CellState, Claim, Comparison, Document, Issue, Position, Stance, digest
from stance.voices.bodies import fold_name
from stance.voices.holders import is_vague

# Confidence in words: the word holds from this probability upward. How often each word turned out wrong is measured
# by `stance train` on the model's dev data and printed on the report's method page.
CONFIDENCE_WORDS: tuple[tuple[str, float], ...] = (
    ("almost certain", 0.9), ("likely", 0.75), ("fairly sure", 0.55), ("unsure", 0.0))
CLEAR = 0.55  # from "fairly sure" upward a position counts as clear; below, it is kept but decides nothing
CELL_STATES: tuple[CellState, ...] = ("states", "mentions", "blank", "cut", "silent")
_SIGNED = ("version", "versions", "models", "matcher", "dtype", "thresholds", "seed", "corrections")


@dataclass(frozen=True, slots=True)
class Spoken:
    """One claim in one row, with what a reader asks about it.

    holder      whose position it is, for display; "" where it cannot be told
    origin      who the words come from upstream: the source itself unless a document or an attribution says otherwise
    confidence  0 to 1: the weaker of "the stance is right" and "voice and holder are right"; 0 where the classifier
                abstains
    """

    issue: Issue
    claim: Claim
    source: str
    holder: str
    origin: str
    position: Position | None
    confidence: float

    @property
    def stance(self) -> Stance | None:
        return self.position.stance if self.position else None

    @property
    def is_clear(self) -> bool:
        return self.stance is not None and self.confidence >= CLEAR


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often two sources take the same clear stance, over the issues where both take one.

    n_shared         issues where both take a clear stance and more than one origin stands behind them
    n_agree          of those, with the same stance
    n_single_origin  further issues where they agree because both relay one and the same origin: no corroboration
    low, high        95 % Wilson score interval (Wilson 1927) of n_agree / n_shared; 0 and 1 where nothing is shared
    """

    sources: tuple[str, str]
    n_shared: int
    n_agree: int
    n_single_origin: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Holder:
    """One holder's clear positions: one for each issue and stance, however often it was printed."""

    name: str
    counts: Mapping[Stance, int]
    spoken: tuple[Spoken, ...]


def compare(documents: Sequence[Document], claims: Iterable[Claim], issues: Iterable[Issue],
            positions: Iterable[Position], run: Mapping[str, Any]) -> Comparison:
    """The whole comparison. The issue that most sources speak to comes first; of several, the one whose target the
    documents' titles name most. Then the contested ones, most contested first; then the others, by number of sources
    and of claims; last those that mostly repeat (`repeated`).

    Raises InputError where a record points at one that is not there."""
    claims = _by_document(documents, claims)
    rank = {claim.id: n for n, claim in enumerate(claims)}
    rows = []
    for issue in issues:
        unknown = [c for c in issue.claim_ids if c not in rank]
        if unknown:
            raise InputError(f"issue {issue.id} ({issue.title}): claim {unknown[0]} is not among the claims; "
                             "align and compare the same claims")
        rows.append(dataclasses.replace(issue, claim_ids=tuple(sorted(set(issue.claim_ids), key=rank.__getitem__))))
    rows.sort(key=lambda issue: issue.id)
    positions = sorted(positions, key=lambda p: (p.issue_id, rank.get(p.claim_id, -1), p.claim_id))
    known = {(issue.id, c) for issue in rows for c in issue.claim_ids}
    for position in positions:
        if (position.issue_id, position.claim_id) not in known:
            raise InputError(f"position of claim {position.claim_id} on issue {position.issue_id}: that claim is not "
                             "in that issue; label the issues that are compared")
    signed = {**run, "signature": signature(run)}
    draft = Comparison(tuple(documents), tuple(claims), tuple(rows), tuple(positions), (), signed)
    spoken = spoken_by_issue(draft)
    rows = [dataclasses.replace(issue, contested=bool(_opposition(spoken[issue.id]))) for issue in rows]

    rows = _in_order(rows, spoken, documents)
    order = {issue.id: n for n, issue in enumerate(rows)}
    positions = sorted(positions, key=lambda p: order[p.issue_id])
    cells = tuple(_cell(issue, source, [s for s in spoken[issue.id] if s.source == source])
                  for issue in rows for source in sources(draft))
    from stance.conflicts import find_conflicts  # here, because it compares words as the alignment does: see _in_order

    return dataclasses.replace(draft, issues=tuple(rows), positions=tuple(positions), cells=cells,
                               conflicts=find_conflicts(documents, claims, rows))


def sources(comparison: Comparison) -> tuple[str, ...]:
    """The sources, in the order in which their documents were given."""
    return tuple(dict.fromkeys(document.source for document in comparison.documents))


def spoken_by_issue(comparison: Comparison) -> dict[str, list[Spoken]]:
    """Issue id → its claims with holder, origin and position, in the order of the documents."""
    claims = {claim.id: claim for claim in comparison.claims}
    documents = {document.id: document for document in comparison.documents}
    positions = {(p.issue_id, p.claim_id): p for p in comparison.positions}
    return {issue.id: [_spoken(issue, claims[c], documents[claims[c].document_id], positions.get((issue.id, c)))
                       for c in issue.claim_ids] for issue in comparison.issues}


def confidence_word(confidence: float) -> str:
    """The word for a probability between 0 and 1."""
    return next(word for word, least in CONFIDENCE_WORDS if confidence >= least)


def errors_by_word(metrics: Mapping[str, Any], tasks: Collection[str]) -> dict[str, Any]:
    """Word → {n, error}: of the n labels that the model gave with this word on its dev data, the share that was wrong.

    `metrics` is a model's metrics.json, `tasks` are those whose dev data count; "on" names the data. Empty where the
    model was not measured so."""
    parts = [part for part in metrics.get("dev", ()) if part.get("task") in tasks and part.get("by_word")]
    found: dict[str, Any] = {}
    for word, _ in CONFIDENCE_WORDS:
        counts = [part["by_word"][word] for part in parts if word in part["by_word"]]
        if n := sum(count["n"] for count in counts):
            found[word] = {"n": n, "error": round(sum(count["n_wrong"] for count in counts) / n, 4)}
    return found | {"on": list(dict.fromkeys(f"{part['set']}/{part['split']}" for part in parts))} if found else {}


def signature(run: Mapping[str, Any]) -> str:
    """Twelve hex digits of versions, models, thresholds and seed: same digits, same way of working.

    The inputs stay out of it, so that two runs on different texts can be told to have been made alike."""
    return digest(json.dumps({key: run[key] for key in _SIGNED if key in run}, sort_keys=True, default=str))[:12]


def stance_shares(spoken: Iterable[Spoken]) -> dict[Stance, float]:
    """Stance → share among the clear positions. Sums to 1; empty where nothing is clear."""
    counts = Counter(s.stance for s in spoken if s.is_clear)
    total = sum(counts.values())
    return {stance: counts[stance] / total for stance in STANCES if counts[stance]}


def agreements(comparison: Comparison) -> tuple[Agreement, ...]:
    """One record a pair of sources, in column order."""
    stances: dict[str, dict[str, Cell]] = defaultdict(dict)
    for cell in comparison.cells:
        if cell.stance is not None:
            stances[cell.source][cell.issue_id] = cell
    result = []
    for a, b in combinations(sources(comparison), 2):
        n_shared = n_agree = n_single = 0
        for issue_id in stances[a].keys() & stances[b].keys():
            one, other = stances[a][issue_id], stances[b][issue_id]
            same = one.stance == other.stance
            if same and len({fold_name(o) for o in one.origins + other.origins}) == 1:
                n_single += 1
            else:
                n_shared += 1
                n_agree += same
        result.append(Agreement((a, b), n_shared, n_agree, n_single, *_wilson(n_agree, n_shared)))
    return tuple(result)


def states_by_source(comparison: Comparison) -> dict[str, dict[CellState, int]]:
    """Source → state → in how many issues. The states of one source sum to the number of issues."""
    counts: dict[str, dict[CellState, int]] = {s: dict.fromkeys(CELL_STATES, 0) for s in sources(comparison)}
    for cell in comparison.cells:
        counts[cell.source][cell.state] += 1
    return counts


def left_out(comparison: Comparison) -> dict[str, tuple[str, ...]]:
    """Source → ids of the issues on which nothing of it was found although two or more other sources speak to them."""
    speaking = Counter(cell.issue_id for cell in comparison.cells if cell.state != "silent")
    silent = [cell for cell in comparison.cells if cell.state == "silent" and speaking[cell.issue_id] >= 2]
    return {source: tuple(c.issue_id for c in silent if c.source == source) for source in sources(comparison)}


def repeated(comparison: Comparison) -> frozenset[str]:
    """Ids of the issues that bring little new: at least half of their sources say nothing in them that no issue before
    them holds. A contested issue, or one that the user asked, is never among them."""
    return _repeated(comparison.issues, spoken_by_issue(comparison))


def holders(comparison: Comparison) -> tuple[Holder, ...]:
    """Everybody with a clear position, those on most issues first. Holders that the texts do not name are left out:
    two of them need not be one."""
    found: dict[str, list[Spoken]] = defaultdict(list)
    for spoken in spoken_by_issue(comparison).values():
        for s in spoken:
            if s.is_clear and s.holder:
                found[fold_name(s.holder)].append(s)
    result = []
    for said in found.values():
        once = tuple({(s.issue.id, s.stance): s for s in reversed(said)}.values())[::-1]
        counts = {stance: sum(s.stance == stance for s in once) for stance in STANCES}
        result.append(Holder(min(s.holder for s in said), counts, once))
    return tuple(sorted(result, key=lambda h: (-sum(h.counts.values()), h.name)))


def frame_counts(comparison: Comparison) -> dict[str, dict[str, dict[str, int]]]:
    """Codebook → source → label → claims of that source with that label. Claims without a label stand under ""."""
    home = {claim.id: claim.document_id for claim in comparison.claims}
    source = {document.id: document.source for document in comparison.documents}
    counts: dict[str, dict[str, dict[str, int]]] = {}
    for frame in comparison.frames:
        book = counts.setdefault(frame.codebook, {name: {} for name in sources(comparison)})
        labels = book[source[home[frame.claim_id]]]
        labels[frame.label or ""] = labels.get(frame.label or "", 0) + 1
    return counts


def _by_document(documents: Sequence[Document], claims: Iterable[Claim]) -> list[Claim]:
    order = {document.id: n for n, document in enumerate(documents)}
    claims = list(claims)
    for claim in claims:
        if claim.document_id not in order:
            raise InputError(f"claim {claim.id}: its document {claim.document_id} is not among the documents; "
                             "compare claims together with the documents they were extracted from")
    return sorted(claims, key=lambda c: (order[c.document_id], c.start, c.end, c.id))


def _in_order(issues: Iterable[Issue], spoken: Mapping[str, Sequence[Spoken]],
              documents: Sequence[Document]) -> list[Issue]:
    from stance.alignment.words import content_words  # here, because the package brings numpy with it

    titles: dict[str, list[set[str]]] = defaultdict(list)
    for document in documents:
        titles[document.source].append({word for word, _, _ in content_words(document.title or "")})

    def n_sources(issue: Issue) -> int:
        return len({s.source for s in spoken[issue.id]})

    def named(issue: Issue) -> float:
        """How far the titles name the target: the share of its words in one title of each source, summed."""
        words = {word for word, _, _ in content_words(issue.target)}
        return fsum(max(len(words & title) / max(1, len(words)) for title in own) for own in titles.values())

    def prominence(issue: Issue) -> tuple[int, int, int, str, str]:
        said = spoken[issue.id]
        return -_opposition(said), -n_sources(issue), -len(said), issue.title, issue.id

    rows = sorted(issues, key=prominence)
    if rows:
        main = min(rows, key=lambda issue: (-n_sources(issue), -named(issue), *prominence(issue)))
        rows = [main, *(issue for issue in rows if issue is not main)]
    again = _repeated(rows, spoken)
    return sorted(rows, key=lambda issue: issue.id in again)


def _repeated(issues: Iterable[Issue], spoken: Mapping[str, Sequence[Spoken]]) -> frozenset[str]:
    again, seen = set(), set[str]()
    for issue in issues:
        said = spoken[issue.id]
        new = {s.source for s in said if s.claim.id not in seen}
        if not (issue.contested or issue.asked) and 2 * len(new) <= len({s.source for s in said}):
            again.add(issue.id)
        else:
            seen.update(issue.claim_ids)
    return frozenset(again)


def _spoken(issue: Issue, claim: Claim, document: Document, position: Position | None) -> Spoken:
    # "Analysts" in two papers need not be the same people: an unnamed authority is no common origin.
    named = claim.origin if claim.origin and not is_vague(claim.origin) else None
    origin = named or document.origin or document.source
    # Words that a channel forwards are not the channel's own: their holder is whoever they come from.
    holder = origin if claim.voice == "own" else claim.holder or ""
    confidence = 0.0
    if position and position.stance:
        confidence = min(claim.confidence, position.probabilities.get(position.stance, 0.0))
    return Spoken(issue, claim, document.source, holder, origin, position, confidence)


def _cell(issue: Issue, source: str, spoken: list[Spoken]) -> Cell:
    clear = {s.stance for s in spoken if s.is_clear}
    names: dict[str, str] = {}
    for s in spoken:
        names[fold_name(s.origin)] = min(s.origin, names.get(fold_name(s.origin), s.origin))
    origins = tuple(names[key] for key in sorted(names))
    return Cell(issue.id, source, _state(spoken), clear.pop() if len(clear) == 1 else None,
                tuple(s.claim.id for s in spoken), origins, len(spoken), len(origins))


def _state(spoken: list[Spoken]) -> CellState:
    if not spoken:
        return "silent"
    whole = [s for s in spoken if not s.claim.blank]
    if not whole:
        return "blank"
    if any(s.stance or (s.claim.holder and s.claim.kind == "opinion") for s in whole):
        return "states"
    return "cut" if all(s.claim.cut for s in whole) else "mentions"


def _opposition(spoken: Iterable[Spoken]) -> int:
    """How contested a row is: holders on the weaker side, where somebody else stands on the other; 0 if nobody."""
    sides: dict[Stance, set[str]] = {"favourable": set(), "unfavourable": set()}
    for s in spoken:
        if s.is_clear and s.stance in sides:
            # Unnamed holders of one source cannot be told apart, so they count as one.
            sides[s.stance].add(fold_name(s.holder) if s.holder else f"\x1f{s.source}")
    pro, con = sides.values()
    return min(len(pro), len(con)) if pro and con and len(pro | con) > 1 else 0


def _wilson(n_yes: int, n: int, z: float = 1.96) -> tuple[float, float]:
    if not n:
        return 0.0, 1.0
    share, spread = n_yes / n, z * z / n
    middle = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)
