"""Quality beside what people write themselves, on folders of documents with gold rows.

    python eval/plain.py OUT GOLD DOCUMENTS [GOLD DOCUMENTS …] [--every-pair]
                                         prints a table; OUT gets comparison.json of each way

The plain way: sentences, their vectors by sentence-transformers, agglomerative clustering by cosine, a row for each
cluster of two sources or more, and the classifier through a transformers pipeline on each of its sentences toward the
most central one. It gets the documents as `stance compare` reads and cleans them, and one threshold for all folders,
that whose mean pair F1 on this very gold is best: more than anybody has without gold. With `--every-pair` also the way
that is often written where clusters are too coarse: the same pipeline reads every pair of sentences of two sources, do
they speak to one thing, and pairs above a threshold, chosen likewise, make rows (connected components). All ways have
the same weights.

Beside them the figures of `stance compare` as it is by default, from `stance.evaluation.gold`, and of the same without
its reading of likely pairs, which is how `stance batch` aligns. Seconds are of the
processor, from files to comparison, the classifier's loading left out.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance import pipeline as whole
from stance.comparison import compare
from stance.documents.sentences import split_sentences
from stance.encoding import find_encoder_directory
from stance.evaluation.gold import Gold, Scored, document_files, load_gold, pool, score_gold
from stance.evaluation.stages import compare_files
from stance.framing import DEFAULT_MODEL, load_stance_model, shipped_models
from stance.pipeline import read_paths
from stance.records import Claim, Comparison, Document, Issue, Position, Stance, digest, dump_json, write_whole

LINKAGES = ("complete", "average")
THRESHOLDS = [t / 100 for t in range(30, 91, 5)]  # cosine at which clusters still join
CHANCES = [t / 100 for t in (*range(50, 100, 5), 97, 98, 99)]  # probability at which a pair is joined
MEASURES = ("pair_f1", "pair_precision", "relation", "holder")


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences of one folder as claims in the outlet's own voice, their unit vectors, and what both cost."""

    name: str
    gold: Gold
    documents: tuple[Document, ...]
    claims: list[Claim]
    vectors: NDArray[np.float32]
    seconds: float


def read_sentences(folder: Path, texts: Path) -> Sentences:
    from sentence_transformers import SentenceTransformer

    gold, begun = load_gold(folder), time.process_time()
    documents = read_paths(document_files(gold, texts)).documents
    claims = [Claim(digest(document.id, str(start)), document.id, start, end, document.text[start:end])
              for document in documents for passage in document.passages
              for start, end in split_sentences(document.text, passage.start, passage.end)]
    encoder = SentenceTransformer(str(find_encoder_directory()), device="cpu", local_files_only=True)
    vectors = encoder.encode([claim.text for claim in claims], normalize_embeddings=True, show_progress_bar=False)
    return Sentences(folder.name, gold, documents, claims, vectors, time.process_time() - begun)


def lay_rows(read: Sentences, linkage: str, threshold: float) -> list[Issue]:
    """Clusters by cosine as rows."""
    from sklearn.cluster import AgglomerativeClustering

    cut = AgglomerativeClustering(None, metric="cosine", linkage=linkage, distance_threshold=1 - threshold)
    return name_rows(read, cut.fit_predict(read.vectors).tolist())


def read_pairs(read: Sentences, classify: Callable[..., Any]) -> NDArray[np.float32]:
    """(n, n): how likely two sentences of two sources speak to one thing; 0 within a source."""
    source = {document.id: document.source for document in read.documents}
    chance = np.zeros((len(read.claims),) * 2, np.float32)
    for (i, a), (j, b) in itertools.combinations(enumerate(read.claims), 2):
        if source[a.document_id] != source[b.document_id]:
            scores = classify({"text": f"issue: {a.text}", "text_pair": b.text}, top_k=None)
            of = {score["label"]: score["score"] for score in scores}
            chance[i, j] = of["favourable"] / (of["favourable"] + of["unfavourable"])
    return chance


def join_pairs(read: Sentences, chance: NDArray[np.float32], threshold: float) -> list[Issue]:
    """What hangs together by pairs above a threshold as rows."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    return name_rows(read, connected_components(csr_array(chance >= threshold), directed=False)[1].tolist())


def name_rows(read: Sentences, labels: Sequence[int]) -> list[Issue]:
    """Groups of two sources or more, each named and targeted by its most central sentence."""
    of_row: dict[int, list[int]] = defaultdict(list)
    for i, label in enumerate(labels):
        of_row[label].append(i)
    source = {document.id: document.source for document in read.documents}
    issues = []
    for row in of_row.values():
        if len({source[read.claims[i].document_id] for i in row}) > 1:
            centre = read.claims[row[int((read.vectors[row] @ read.vectors[row].sum(0)).argmax())]]
            issues.append(Issue(centre.id, centre.text, centre.text, tuple(read.claims[i].id for i in row)))
    return issues


def label_rows(read: Sentences, issues: Sequence[Issue], classify: Callable[..., Any]) -> list[Position]:
    text = {claim.id: claim.text for claim in read.claims}

    def label(target: str, claim: str) -> Stance:
        return classify({"text": f"claim: {target}", "text_pair": text[claim]})["label"]

    return [Position(issue.id, claim, label(issue.target, claim), {}) for issue in issues for claim in issue.claim_ids]


def score_rows(read: Sentences, issues: Sequence[Issue], positions: Sequence[Position] = ()
               ) -> tuple[Comparison, Scored]:
    comparison = compare(read.documents, read.claims, issues, positions, {})
    return comparison, score_gold(read.gold, comparison, read.name)


def choose_threshold(folders: Sequence[Sentences], lay: Callable[[int, float], list[Issue]],
                     thresholds: Sequence[float]) -> float:
    """Where the mean of the folders' pair F1 is highest. `lay`: the rows of a folder, by its place, at a threshold."""
    def mean_f1(threshold: float) -> float:
        found = [score_rows(read, lay(k, threshold))[1].figures["pair_f1"] for k, read in enumerate(folders)]
        return sum(figure.value() for figure in found) / len(found)

    return max(thresholds, key=mean_f1)


def print_way(way: str, found: Sequence[tuple[str, Scored, float]]) -> None:
    """A line a folder, all rows as one, and the mean of the folders. `opposed`: of the joined pairs that are opposed in
    gold, those that are called so, and how many others are."""
    together = "pooled", pool(scored for _, scored, _ in found), sum(seconds for *_, seconds in found)
    for name, scored, seconds in (*found, together):
        values = "  ".join(f"{scored.figures[measure].value():14.3f}" for measure in MEASURES)
        called, opposed = (scored.figures["relation"].columns[side] > 0 for side in ("predicted", "gold"))
        count = f"{(called & opposed).sum()} of {opposed.sum()}, {(called & ~opposed).sum()}"
        print(f"{way:22}  {name:24}  {values}  {count:>14}  {seconds:6.1f}", flush=True)
    mean = np.nanmean([[scored.figures[measure].value() for measure in MEASURES] for _, scored, _ in found], axis=0)
    print(f"{way:22}  {'mean':24}  {'  '.join(f'{value:14.3f}' for value in mean)}", flush=True)


def main() -> None:
    from transformers import pipeline

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("folders", type=Path, nargs="+", help="folders of gold rows, each before that of its documents")
    parser.add_argument("--every-pair", action="store_true", help="also the way that reads every pair: slow")
    told = parser.parse_args()
    pairs = list(zip(told.folders[::2], told.folders[1::2], strict=True))
    classify = pipeline("text-classification", model=str(shipped_models() / DEFAULT_MODEL), device="cpu")
    print(f"{'way':22}  {'folder':24}  {'  '.join(f'{name:>14}' for name in MEASURES)}  {'opposed':>14}   cpu_s")
    folders = [read_sentences(*pair) for pair in pairs]
    def measure(way: str, lay: Callable[[int, float], list[Issue]], thresholds: Sequence[float],
                before: Sequence[float]) -> None:
        threshold = choose_threshold(folders, lay, thresholds)
        found = []
        for k, read in enumerate(folders):
            begun = time.process_time()
            issues = lay(k, threshold)
            comparison, scored = score_rows(read, issues, label_rows(read, issues, classify))
            found.append((read.name, scored, read.seconds + before[k] + time.process_time() - begun))
            write_whole(told.out / f"{way.replace(' ', '-')}-{read.name}.json", dump_json(comparison))
        print_way(f"plain, {way} {threshold:.2f}", found)

    for linkage in LINKAGES:
        measure(linkage, lambda k, threshold, how=linkage: lay_rows(folders[k], how, threshold), THRESHOLDS,
                [0.0] * len(folders))
    if told.every_pair:
        chances, seconds = [], []
        for read in folders:
            begun = time.process_time()
            chances.append(read_pairs(read, classify))
            seconds.append(time.process_time() - begun)
        measure("every pair", lambda k, threshold: join_pairs(folders[k], chances[k], threshold), CHANCES, seconds)
    model = load_stance_model()
    for way, most in (("stance compare", whole.ALL_PAIRS_UP_TO), ("as stance batch", 0)):
        whole.ALL_PAIRS_UP_TO, found = most, []  # type: ignore[misc]
        for folder, texts in pairs:
            gold, begun = load_gold(folder), time.process_time()
            comparison = compare_files(document_files(gold, texts), model, None, ()).comparison
            found.append((folder.name, score_gold(gold, comparison, folder.name), time.process_time() - begun))
            write_whole(told.out / f"{way.replace(' ', '-')}-{folder.name}.json", dump_json(comparison))
        print_way(way, found)


if __name__ == "__main__":
    main()
