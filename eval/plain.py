"""Quality beside what people write themselves, on folders of documents with gold rows.

    python eval/plain.py OUT GOLD DOCUMENTS [GOLD DOCUMENTS …]     prints a table; OUT gets comparison.json of both ways

The plain way: sentences, their vectors by sentence-transformers, agglomerative clustering by cosine, a row for each
cluster of two sources or more, and the classifier through a transformers pipeline on each of its sentences toward the
most central one. It gets the documents as `stance compare` reads and cleans them, and one threshold for all folders,
that whose mean pair F1 on this very gold is best: more than anybody has without gold. Both ways have the same weights.

Beside them the figures of `stance compare` as it is by default, from `stance.evaluation.gold`. Seconds are of the
processor, from files to comparison, the classifier's loading left out.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    """Clusters of two sources or more, each named and targeted by its most central sentence."""
    from sklearn.cluster import AgglomerativeClustering

    of_row: dict[int, list[int]] = defaultdict(list)
    cut = AgglomerativeClustering(None, metric="cosine", linkage=linkage, distance_threshold=1 - threshold)
    for i, label in enumerate(cut.fit_predict(read.vectors).tolist()):
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


def choose_threshold(folders: Sequence[Sentences], linkage: str) -> float:
    """Where the mean of the folders' pair F1 is highest."""
    def mean_f1(threshold: float) -> float:
        found = [score_rows(read, lay_rows(read, linkage, threshold))[1].figures["pair_f1"] for read in folders]
        return sum(figure.value() for figure in found) / len(found)

    return max(THRESHOLDS, key=mean_f1)


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
    told = parser.parse_args()
    pairs = list(zip(told.folders[::2], told.folders[1::2], strict=True))
    classify = pipeline("text-classification", model=str(shipped_models() / DEFAULT_MODEL), device="cpu")
    print(f"{'way':22}  {'folder':24}  {'  '.join(f'{name:>14}' for name in MEASURES)}  {'opposed':>14}   cpu_s")
    folders = [read_sentences(*pair) for pair in pairs]
    for linkage in LINKAGES:
        threshold = choose_threshold(folders, linkage)
        found = []
        for read in folders:
            begun = time.process_time()
            issues = lay_rows(read, linkage, threshold)
            comparison, scored = score_rows(read, issues, label_rows(read, issues, classify))
            found.append((read.name, scored, read.seconds + time.process_time() - begun))
            write_whole(told.out / f"{linkage}-{read.name}.json", dump_json(comparison))
        print_way(f"plain, {linkage} {threshold:.2f}", found)
    model, found = load_stance_model(), []
    for folder, texts in pairs:
        gold, begun = load_gold(folder), time.process_time()
        comparison = compare_files(document_files(gold, texts), model, None, ()).comparison
        found.append((folder.name, score_gold(gold, comparison, folder.name), time.process_time() - begun))
        write_whole(told.out / f"stance-{folder.name}.json", dump_json(comparison))
    print_way("stance compare", found)


if __name__ == "__main__":
    main()
