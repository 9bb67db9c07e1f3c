"""stance beside BERTopic and narrativegraphs on the same documents: processor seconds, and what each finds.

    pip install bertopic sentence-transformers narrativegraphs          a virtual environment of its own is best
    python -m spacy download en_core_web_sm                              what narrativegraphs reads with, and
    python -m nltk.downloader punkt_tab averaged_perceptron_tagger_eng   what it tells determiners by
    python eval/beside.py ROWS.jsonl OUT [--documents 2000] [--spacy en_core_web_sm] [--only TOOL …]

Takes so many rows, evenly spaced, as stance reads them: title and text. Each tool does what it does by default, on one
thread if you say so (OMP_NUM_THREADS=1); BERTopic gets vectors of stance's own encoder. Imports are left out of the
seconds, loading of models is not; BERTopic's hold the compilation that its first fit in a process costs. A tool that is
not installed is left out. The three answer different questions: none of this says which is better.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
from benchmark import measure_run

from stance.encoding import find_encoder_directory
from stance.pipeline import read_paths
from stance.records import Document

Found = dict[str, Any]


def run_stance(rows: Path, out: Path) -> Found:
    run = measure_run(rows, out)[0]

    def read(table: str) -> list[dict[str, Any]]:
        files = sorted((out / "tables" / table).rglob("*.parquet"))
        return [row for file in files for row in parquet.ParquetFile(file).read().to_pylist()]

    issues, cells, stages = read("issues"), read("cells"), run["stages_cpu_s"]
    return {"cpu_s": run["cpu_s"], "of_it_encoder": stages["encoder"], "of_it_classifier": stages["classifier"],
            "dtype": run["dtype"], "events_of_several_sources": run["events_shared"], "rows": len(issues),
            "rows_contested": sum(row["contested"] for row in issues), "cells": len(cells),
            "cells_silent": sum(cell["state"] == "silent" for cell in cells),
            "claims_with_holder": sum(bool(claim["holder"]) for claim in read("claims"))}


def run_bertopic(texts: Sequence[str], documents: Sequence[Document]) -> Found:
    from bertopic import BERTopic
    from sentence_transformers import SentenceTransformer

    begun = time.process_time()
    encoder = SentenceTransformer(str(find_encoder_directory()), device="cpu", local_files_only=True)
    vectors = encoder.encode(list(texts), show_progress_bar=False)
    encoded = time.process_time()
    topics, _ = BERTopic(embedding_model=encoder).fit_transform(list(texts), vectors)
    ended = time.process_time()
    sources: dict[int, set[str]] = defaultdict(set)
    for topic, document in zip(topics, documents, strict=True):
        sources[int(topic)].add(document.source)
    return {"cpu_s": round(ended - begun, 1), "of_it_encoder": round(encoded - begun, 1),
            "topics": len(set(sources) - {-1}), "documents_in_no_topic": sum(int(topic) == -1 for topic in topics),
            "topics_of_several_sources": sum(len(found) > 1 for topic, found in sources.items() if topic != -1)}


def run_narrativegraphs(texts: Sequence[str], documents: Sequence[Document], spacy_model: str) -> Found:
    from narrativegraphs import DependencyGraphExtractor, NarrativeGraph, SubgramLemmatizationMapper

    begun = time.process_time()
    graph = NarrativeGraph(DependencyGraphExtractor(model_name=spacy_model),
                           entity_mapper=SubgramLemmatizationMapper("noun", spacy_model),
                           predicate_mapper=SubgramLemmatizationMapper("verb", spacy_model))
    graph.fit(list(texts), categories=[document.source for document in documents])
    return {"cpu_s": round(time.process_time() - begun, 1), "triplets": len(graph.triplets_),
            "entities": len(graph.entities_), "relations": len(graph.relations_), "predicates": len(graph.predicates_)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--spacy", default="en_core_web_sm", help="name of an installed spaCy model")
    parser.add_argument("--only", nargs="*", default=["stance", "bertopic", "narrativegraphs"])
    told = parser.parse_args()
    lines = told.rows.read_text(encoding="utf-8").splitlines(keepends=True)
    told.out.mkdir(parents=True, exist_ok=True)
    taken = told.out / "rows.jsonl"
    taken.write_text("".join(lines[::max(len(lines) // told.documents, 1)][:told.documents]), encoding="utf-8")
    documents = read_paths([taken]).documents
    texts = [f"{document.title or ''}\n{document.text[document.start:document.end]}".strip() for document in documents]
    tools: dict[str, Callable[[], Found]] = {
        "stance": lambda: run_stance(taken, told.out / "run"),
        "bertopic": lambda: run_bertopic(texts, documents),
        "narrativegraphs": lambda: run_narrativegraphs(texts, documents, told.spacy)}
    for name in told.only:
        try:
            print(json.dumps({name: tools[name](), "documents": len(documents)}), flush=True)
        except ImportError as error:
            print(json.dumps({name: f"left out: {error}"}), flush=True)


if __name__ == "__main__":
    main()
