"""How fast a batch run is, stage by stage, beside the bare encoder and beside what people write themselves.

    python eval/benchmark.py INPUT OUT [--naive N] [--device D]     prints one JSON object; OUT gets the run

Processor seconds and ratios are what counts: elapsed seconds say how busy the machine was. A stage's peak of memory is
that of the process when the stage ended. `naive` reads N documents of each of the three weeks that have most with
sentence-transformers, one text at a time in order, and puts every pair of two sources to the classifier through a
transformers pipeline: the same weights, no grouping, nothing done once that is asked twice.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "16")  # as `stance batch` has it

from stance.batch import run as stages
from stance.batch.config import Config
from stance.encoding import Encoder, best_dtype, load_encoder
from stance.framing import StanceModel, load_stance_model

REPEATS = 3  # of the bare encoder, for the spread


class Clock:
    """Wraps functions and adds up the processor seconds inside them; `peak`: GB at most when one ended."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.peak: dict[str, float] = {}
        self.texts: list[str] = []
        self.n_tokens = 0

    def watch(self, owner: Any, name: str, label: str) -> None:
        inner: Callable[..., Any] = getattr(owner, name)

        def timed(*args: Any, **named: Any) -> Any:
            begun = time.process_time()
            try:
                return inner(*args, **named)
            finally:
                self.seconds[label] = self.seconds.get(label, 0.0) + time.process_time() - begun
                self.peak[label] = peak_gb()

        setattr(owner, name, timed)

    def listen(self, encoder: Encoder) -> None:
        inner = encoder.encode_tokens

        def heard(texts: Sequence[str]) -> Any:
            self.texts += texts
            answers = inner(texts)
            self.n_tokens += sum(len(answer.spans) + 2 for answer in answers)
            return answers

        encoder.encode_tokens = heard  # type: ignore[method-assign]


def measure_run(
    source: Path, out: Path, device: str = "auto"
) -> tuple[dict[str, Any], list[str], Encoder, StanceModel]:
    """A batch run over `source`, with the processor seconds of its stages."""
    encoder = load_encoder(dtype=best_dtype(), device=device)
    model = load_stance_model(dtype=best_dtype(), device=device)
    clock = Clock()
    clock.listen(encoder)
    clock.watch(encoder, "encode_tokens", "encoder")
    clock.watch(model, "logits", "classifier")
    for name in ("fill_shelf", "encode_documents", "group_events", "align_claims", "label_issues"):
        clock.watch(stages, name, name)
    config = Config(folder=out.parent, inputs=(str(source.resolve()),), out=out.name)
    begun, elapsed = time.process_time(), time.monotonic()
    stages.run_batch(config, encoder, model)
    whole = time.process_time() - begun
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    card = json.loads((out / "run.json").read_text(encoding="utf-8"))
    n = card["n_documents"]
    models = clock.seconds.get("encoder", 0.0) + clock.seconds.get("classifier", 0.0)
    return {
        "documents": n, "claims": card["n_claims"], "events": card["n_events"],
        "events_shared": card["n_events_shared"], "dtype": encoder.dtype,
        "elapsed_s": round(time.monotonic() - elapsed, 1), "cpu_s": round(whole, 1),
        "cpu_s_processes": round(children.ru_utime + children.ru_stime, 1),
        "stages_cpu_s": {name: round(s, 1) for name, s in clock.seconds.items()},
        "stages_documents_per_cpu_s": {name: round(n / max(s, 1e-3)) for name, s in clock.seconds.items()},
        "stages_peak_gb": clock.peak,
        "encoder_tokens_per_cpu_s": round(clock.n_tokens / max(clock.seconds.get("encoder", 0.0), 1e-9)),
        "documents_per_cpu_s": round(n / whole, 2), "whole_to_models": round(whole / max(models, 1e-9), 2),
        "whole_to_encoder": round(whole / max(clock.seconds.get("encoder", 0.0), 1e-9), 2), "peak_memory_gb": peak_gb(),
    }, clock.texts, encoder, model


def peak_gb() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2)


def measure_bare(texts: Sequence[str], encoder: Encoder) -> dict[str, Any]:
    """Tokens a processor second of nothing but the encoder, in padded batches of like length, and of the stage."""
    import torch

    sample = list(dict.fromkeys(texts))[:4096]
    encodings = encoder._tokenizer(sample, truncation=True, max_length=encoder.max_tokens).encodings
    ids = sorted((row.ids for row in encodings), key=len)
    n_tokens = sum(map(len, ids))

    def bare() -> float:
        begun = time.process_time()
        for batch in (ids[b:b + 128] for b in range(0, len(ids), 128)):
            width = len(batch[-1])
            padded = torch.tensor([row + [0] * (width - len(row)) for row in batch])
            mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in batch])
            with torch.inference_mode():
                encoder._model(input_ids=padded, attention_mask=mask)
        return n_tokens / (time.process_time() - begun)

    def stage() -> float:
        begun = time.process_time()
        encoder.encode_tokens(sample)
        return n_tokens / (time.process_time() - begun)

    ratios, rates = [], []
    for _ in range(REPEATS):
        one, other = bare(), stage()
        ratios.append(other / one)
        rates.append(one)
    return {"bare_tokens_per_cpu_s": round(statistics.median(rates)),
            "stage_to_bare": [round(r, 3) for r in sorted(ratios)]}


def measure_naive(out: Path, n: int) -> list[dict[str, Any]]:
    """Documents a processor second of the plain way, on n documents of each of the three weeks that have most."""
    import duckdb
    from sentence_transformers import SentenceTransformer
    from transformers import pipeline

    from stance.encoding import find_encoder_directory
    from stance.framing import DEFAULT_MODEL, shipped_models

    table = (out / "tables" / "claims" / "*" / "*.parquet").as_posix()
    claims = f"read_parquet('{table}', hive_partitioning = true)"
    weeks = duckdb.sql(f"SELECT week FROM {claims} GROUP BY week ORDER BY count(*) DESC, week LIMIT {REPEATS}")
    bare = SentenceTransformer(str(find_encoder_directory()), device="cpu", local_files_only=True)
    read = pipeline("text-classification", model=str(shipped_models() / DEFAULT_MODEL), device="cpu")
    found = []
    for (week,) in weeks.fetchall():
        rows = duckdb.sql(f"""
            WITH d AS (SELECT DISTINCT document_id FROM {claims} WHERE week = '{week}'
                       ORDER BY hash(document_id) LIMIT {n})
            SELECT source, text FROM {claims} JOIN d USING (document_id) ORDER BY claim_id""").fetchall()
        begun = time.process_time()
        bare.encode([text for _, text in rows], show_progress_bar=False)
        pairs = [{"text": a, "text_pair": b} for (s, a), (t, b) in itertools.combinations(rows, 2) if s != t]
        for pair in pairs:
            read(pair)
        seconds = time.process_time() - begun
        found.append({"week": week, "documents": n, "claims": len(rows), "pairs": len(pairs),
                      "cpu_s": round(seconds, 1), "documents_per_cpu_s": round(n / seconds, 3)})
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("input", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--naive", type=int, default=0, help="documents for the plain way (cost: their square)")
    parser.add_argument("--device", default="auto", help="as for stance batch")
    told = parser.parse_args()
    told.out.parent.mkdir(parents=True, exist_ok=True)
    figures, texts, encoder, _ = measure_run(told.input, told.out, told.device)
    print(json.dumps({"run": figures}), flush=True)
    if texts:
        figures |= measure_bare(texts, encoder)
    if told.naive:
        figures["naive"] = measure_naive(told.out, told.naive)
        figures["to_naive"] = sorted(round(figures["documents_per_cpu_s"] / week["documents_per_cpu_s"], 1)
                                     for week in figures["naive"])
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
