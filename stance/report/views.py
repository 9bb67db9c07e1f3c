"""The same rows turned around: by holder, by pair of sources, by what is left out, by names, by words, by date.

Each view is what its table says and where its chart's marks go. No new number is made that the rows don't hold; what
the views count is documented in comparison.py and words.py."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from stance.comparison import Agreement, Holder, agreements, frame_counts, holders, left_out, sources, states_by_source
from stance.naming import NameRow, naming_table
from stance.records import STANCES, CellState, Comparison, Document, Issue
from stance.report import charts, words

QUOTE = 240  # characters of a relayed text that the table shows
BARS = 12  # a chart shows the first so many; its table shows all


@dataclass(frozen=True, slots=True)
class Dated:
    """One document of the timeline. `day` is None where the date is not known or not readable."""

    document: Document
    day: date | None
    n_spans: int


@dataclass(frozen=True, slots=True)
class Framed:
    """One label of a codebook: how many claims of each source carry it, and which share of that source's claims."""

    label: str
    counts: Mapping[str, int]
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Relayed:
    """A text that several sources print: its words, who prints it, and whether it is known that the first was first."""

    text: str
    sources: tuple[str, ...]
    is_dated: bool


@dataclass(frozen=True, slots=True)
class Views:
    """What the tabs beside the table show."""

    holders: tuple[Holder, ...]
    holder_chart: tuple[charts.Bar, ...]
    agreements: tuple[Agreement, ...]
    agreement_chart: tuple[charts.Interval, ...]
    states: Mapping[str, Mapping[CellState, int]]
    state_chart: tuple[charts.Bar, ...]
    left_out: Mapping[str, tuple[Issue, ...]]
    names: Mapping[str, Mapping[str, tuple[NameRow, ...]]]
    words: Mapping[str, tuple[words.Distinctive, ...]]
    word_charts: Mapping[str, tuple[charts.Bar, ...]]
    frames: Mapping[str, tuple[Framed, ...]]
    relays: tuple[Relayed, ...]
    timeline: tuple[Dated, ...]
    timeline_chart: tuple[tuple[charts.Lane, ...], date, date] | None
    stances: tuple[str, ...] = STANCES


def build_views(comparison: Comparison, documents: Sequence[Document]) -> Views:
    """All views. `documents` carry the texts that words are counted in."""
    people = holders(comparison)
    pairs = agreements(comparison)
    states = states_by_source(comparison)
    issues = {issue.id: issue for issue in comparison.issues}
    distinctive = words.distinctive_words(words.count_words(documents or comparison.documents, comparison.claims))
    dated = _dated(comparison)
    lanes = [(source, [(d.day, d.n_spans, f"{d.document.title or d.document.path}, {d.day}") for d in dated
                       if d.day and d.document.source == source]) for source in sources(comparison)]
    return Views(
        holders=people,
        holder_chart=charts.stacked_bars([(h.name, [(s, h.counts[s]) for s in STANCES]) for h in people[:BARS]]),
        agreements=pairs,
        agreement_chart=charts.share_intervals([(" · ".join(a.sources), a.low, a.n_agree / a.n_shared, a.high)
                                                for a in pairs if a.n_shared][:BARS]),
        states=states,
        state_chart=charts.stacked_bars([(source, counts.items()) for source, counts in states.items()]),
        left_out={source: tuple(issues[i] for i in ids) for source, ids in left_out(comparison).items()},
        names=_named_differently(comparison, documents),
        words=distinctive,
        word_charts={source: charts.stacked_bars([(d.word, [("plain", round(d.z * 100))]) for d in found])
                     for source, found in distinctive.items()},
        frames=_framed(comparison),
        relays=_relayed(comparison, documents),
        timeline=dated,
        timeline_chart=charts.timeline([lane for lane in lanes if lane[1]]),
    )


def _relayed(comparison: Comparison, documents: Sequence[Document]) -> tuple[Relayed, ...]:
    """Texts that two sources or more print, those with most sources first."""
    by_id = {document.id: document for document in documents}
    found = []
    for relay in comparison.relays:
        names = tuple(dict.fromkeys(by_id[p.document_id].source for p in relay.prints if p.document_id in by_id))
        first = by_id.get(relay.prints[0].document_id)
        if len(names) > 1 and first is not None:
            words = " ".join(first.text[relay.prints[0].start:relay.prints[0].end].split())
            found.append(Relayed(words if len(words) <= QUOTE else words[:QUOTE].rpartition(" ")[0] + " …",
                                 names, relay.is_dated))
    return tuple(sorted(found, key=lambda r: (-len(r.sources), r.text)))


def _framed(comparison: Comparison) -> dict[str, tuple[Framed, ...]]:
    books = {}
    for book, by_source in frame_counts(comparison).items():
        totals = {source: sum(counts.values()) for source, counts in by_source.items()}
        everywhere: Counter[str] = Counter()
        for counts in by_source.values():
            everywhere.update(counts)
        # The claims without a label come last, whatever their number.
        labels = sorted(everywhere, key=lambda label: (not label, -everywhere[label], label))
        books[book] = tuple(Framed(
            label, {source: by_source[source].get(label, 0) for source in by_source},
            {source: by_source[source].get(label, 0) / max(1, totals[source]) for source in by_source},
        ) for label in labels)
    return books


def _named_differently(comparison: Comparison, documents: Sequence[Document]
                       ) -> dict[str, dict[str, tuple[NameRow, ...]]]:
    """Thing → source → its names for it, for things that two or more sources name, and not all by the same word."""
    things: dict[str, dict[str, list[NameRow]]] = {}
    for row in naming_table(documents, comparison.claims):
        things.setdefault(row.thing, {}).setdefault(row.source, []).append(row)
    return {thing: {source: tuple(rows) for source, rows in by_source.items()} for thing, by_source in things.items()
            if len(by_source) > 1 and len({row.surface for rows in by_source.values() for row in rows}) > 1}


def _dated(comparison: Comparison) -> tuple[Dated, ...]:
    in_rows = {claim_id for issue in comparison.issues for claim_id in issue.claim_ids}
    spans = Counter(claim.document_id for claim in comparison.claims if claim.id in in_rows)
    found = [Dated(d, _day(d.published), spans[d.id]) for d in comparison.documents]
    return tuple(sorted(found, key=lambda d: d.day or date.max))


def _day(published: str | None) -> date | None:
    try:
        return date.fromisoformat((published or "")[:10])
    except ValueError:
        return None
