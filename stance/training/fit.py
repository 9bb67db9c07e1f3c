"""The fit itself: a recipe and labelled rows in, a directory with weights and tokenizer out.

Uses transformers' Trainer, on the CPU in bfloat16 where the processor has it. Checkpoints go to the run folder, so a
run that was cut off goes on where it was. It does not measure: see measure.py."""

from __future__ import annotations

import json
import logging
import platform
import time
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.batch.kept import KeptModel
from stance.cache import Cache
from stance.encoding import best_dtype, find_encoder_directory
from stance.errors import InputError
from stance.framing import TASKS, Pair, load_stance_model, read_settings, target_words
from stance.records import STANCES, digest
from stance.training.data import Example, load_training_rows
from stance.training.recipes import Recipe

log = logging.getLogger(__name__)

CHECKPOINT_STEPS = 150


def fit_model(recipe: Recipe, folder: Path | None, runs: Path, download: bool = False) -> Path:
    """Train by the recipe; returns the folder with the weights (`runs/NAME-DIGEST/weights`).

    A run of the same recipe on the same rows that was cut off, also by its limit of minutes, is resumed from its last
    checkpoint; one that is done is not repeated.
    Raises InputError where data, base or the `train` extra is missing."""
    rows = load_training_rows(recipe, folder)
    if len({row.label for row in rows}) < 2:
        raise InputError(f"{recipe.name}: {len(rows)} training rows, of fewer than two labels; give more")
    log.info("%d training rows: %s", len(rows), dict(Counter(row.task or "untold" for row in rows)))
    data_digest = digest(*sorted(digest(r.text, r.target, r.label, r.task, r.taught) for r in rows))
    # How long it may take, what is blended in afterwards and what it is measured on decide nothing here.
    decisive = recipe.model_dump_json(exclude={"blend", "max_minutes"} | (set() if recipe.held_out else {"dev"}))
    teacher = read_settings(Path(recipe.teacher)) if recipe.teacher else {}
    run = runs / f"{recipe.name}-{digest(decisive, data_digest, teacher.get('sha256'))[:8]}"
    weights = run / "weights"
    if _is_done(weights, recipe):
        log.info("%s is done already", weights)
        return weights
    try:
        import torch
        from transformers import (
            AutoModelForSequenceClassification,
            AutoTokenizer,
            DataCollatorWithPadding,
            Trainer,
            TrainerCallback,
            TrainingArguments,
            set_seed,
        )

        version("accelerate")
    except ImportError as error:
        raise InputError(f"training needs more packages ({error}): pip install 'stance-compare[train]'") from None

    base, adapter = find_base(recipe, download)
    set_seed(recipe.seed)
    tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True)
    model = AutoModelForSequenceClassification.from_pretrained(
        base,
        num_labels=len(STANCES),
        id2label=dict(enumerate(STANCES)),
        label2id={stance: i for i, stance in enumerate(STANCES)},
        local_files_only=True,
        dtype=torch.float32,
    )
    if recipe.lora:
        model = _with_adapters(model, recipe, adapter)

    arguments = TrainingArguments(
        output_dir=str(run),
        num_train_epochs=recipe.epochs,
        learning_rate=recipe.learning_rate,
        per_device_train_batch_size=recipe.batch_size,
        warmup_steps=recipe.warmup,
        lr_scheduler_type="linear",
        weight_decay=0.01,
        seed=recipe.seed,
        data_seed=recipe.seed,
        bf16=best_dtype() == "bf16",
        use_cpu=not torch.cuda.is_available(),
        train_sampling_strategy="group_by_length",
        length_column_name="length",
        save_steps=CHECKPOINT_STEPS,
        save_total_limit=1,
        logging_steps=50,
        report_to="none",
        disable_tqdm=True,
        dataloader_num_workers=0,
        remove_unused_columns=True,
    )

    def soft_loss(outputs: Any, labels: Any, **_: Any) -> Any:
        return torch.nn.functional.cross_entropy(outputs["logits"].float(), labels)

    started = 0.0

    class StopInTime(TrainerCallback):  # type: ignore[misc]
        """Bounded: stops at max_minutes, whatever the epochs."""

        def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            nonlocal started
            started = time.monotonic()

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if time.monotonic() - started > recipe.max_minutes * 60:
                control.should_training_stop = True

    trainer = Trainer(
        model=model,
        args=arguments,
        train_dataset=_tokenized(rows, soft_labels(rows, recipe, runs), tokenizer, recipe.max_length),
        data_collator=DataCollatorWithPadding(tokenizer),
        compute_loss_func=soft_loss,
        callbacks=[StopInTime()],
    )
    resumable = any(run.glob("checkpoint-*"))
    trainer.train(resume_from_checkpoint=resumable or None)

    weights.mkdir(parents=True, exist_ok=True)
    trained = trainer.model.to(torch.float16)  # half the size; measured afterwards in this form
    if recipe.lora:  # a folder of this machine means nothing to others
        name = read_settings(adapter)["base"]["name"] if adapter else recipe.base
        trained.peft_config["default"].base_model_name_or_path = name
    trained.save_pretrained(weights, safe_serialization=True)
    tokenizer.save_pretrained(weights)
    record = {
        "recipe": recipe.model_dump(mode="json"),
        "rows": len(rows),
        "rows_by_task": dict(sorted(Counter(row.task for row in rows).items())),
        "steps": trainer.state.global_step,
        "steps_planned": trainer.state.max_steps,
        "minutes": round((time.monotonic() - started) / 60, 1),
        "resumed": resumable,
        "data_digest": data_digest,
        "teacher": {name: teacher[name] for name in ("name", "sha256")} if teacher else None,
        "versions": {name: version(name) for name in ("torch", "transformers", "accelerate")}
        | {"python": platform.python_version()},
        "precision": "bfloat16 autocast" if arguments.bf16 else "float32",
    }
    (weights / "training.json").write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return weights


def _is_done(weights: Path, recipe: Recipe) -> bool:
    """Whether a run came to its end, or was cut off by a limit no shorter than the recipe's."""
    path = weights / "training.json"
    if not path.is_file():
        return False
    record = json.loads(path.read_text(encoding="utf-8"))
    return bool(record["steps"] >= record["steps_planned"] or record["recipe"]["max_minutes"] >= recipe.max_minutes)


def blend_weights(directory: Path, recipe: Recipe) -> None:
    """Averages the weights in a model's directory with those of the recipe's `blend`, in float32, kept as float16.
    Raises InputError where the two are not of one shape."""
    if recipe.blend is None:
        return
    from safetensors.torch import load_file, save_file

    path, other = directory / "model.safetensors", Path(recipe.blend.model) / "model.safetensors"
    if not other.is_file():
        raise InputError(f"{recipe.name}: blend: {other} is missing; train that model first")
    ours, theirs = load_file(path), load_file(other)
    if {name: w.shape for name, w in ours.items()} != {name: w.shape for name, w in theirs.items()}:
        raise InputError(f"{recipe.name}: blend: {other} has other weights than {path}; blend models of one base")
    share = recipe.blend.share
    mixed = {name: ((1 - share) * w.float() + share * theirs[name].float()).half() for name, w in ours.items()}
    save_file(mixed, path, metadata={"format": "pt"})


def soft_labels(rows: Sequence[Example], recipe: Recipe, runs: Path) -> NDArray[np.float32]:
    """What each row should be answered with, (n, 3), rows sum to 1: its label, smoothed, mixed with what the teacher
    says where the row is taught. The teacher's answers are kept in `runs`, since they take a while and another run asks
    the same."""
    even = recipe.label_smoothing / len(STANCES)
    labels = np.eye(len(STANCES), dtype=np.float32)[[row.label for row in rows]] * (1 - recipe.label_smoothing) + even
    taught = [i for i, row in enumerate(rows) if row.taught]
    if not taught:
        return labels
    assert recipe.teacher is not None  # load_recipe saw to it
    runs.mkdir(parents=True, exist_ok=True)
    with Cache(runs / "taught.sqlite") as cache:
        teacher = KeptModel(load_stance_model(Path(recipe.teacher), dtype=best_dtype()), cache)
        log.info("%s answers %d rows", teacher.name, len(taught))
        said = np.zeros((len(rows), len(STANCES)), dtype=np.float32)
        for task in TASKS:
            mine = sorted((i for i in taught if (rows[i].task or "topic") == task), key=lambda i: len(rows[i].text))
            if mine:  # a mention that is marked in the text is not marked again
                said[mine] = teacher.predict([Pair(rows[i].target, rows[i].text) for i in mine], task)
    share = np.array([rows[i].taught for i in taught], dtype=np.float32)[:, None]
    labels[taught] = (1 - share) * labels[taught] + share * said[taught]
    return labels


def _tokenized(rows: Sequence[Example], labels: NDArray[np.float32], tokenizer: Any, max_length: int) -> Any:
    from datasets import Dataset

    encoded = tokenizer(
        [target_words(row.target, row.task) for row in rows],
        [row.text for row in rows],
        truncation="longest_first",
        max_length=max_length,
    )
    columns = {name: encoded[name] for name in encoded}
    return Dataset.from_dict(
        columns | {"labels": labels.tolist(), "length": [len(ids) for ids in encoded["input_ids"]]}
    )


def find_base(recipe: Recipe, download: bool = False) -> tuple[Path, Path | None]:
    """The folder of the encoder that a recipe starts from, and of the adapters to go on from, if its base is a stance
    model that consists of adapters. Raises InputError where such adapters are not what the recipe trains."""
    if recipe.base == "default":
        return find_encoder_directory(None, download), None
    adapter = Path(recipe.base)
    if not (adapter / "adapter_config.json").is_file():
        return find_encoder_directory(recipe.base, download), None
    if recipe.lora is None:
        raise InputError(f"{recipe.name}: base {adapter} consists of adapters; give lora = {{ … }}, or another base")
    return find_encoder_directory(read_settings(adapter)["base"]["name"], download), adapter


def _with_adapters(model: Any, recipe: Recipe, adapter: Path | None) -> Any:
    from peft import LoraConfig, PeftModel, TaskType, get_peft_model

    assert recipe.lora is not None
    if adapter:
        return PeftModel.from_pretrained(model, adapter, is_trainable=True)
    return get_peft_model(
        model,
        LoraConfig(
            task_type=TaskType.SEQ_CLS,
            r=recipe.lora.rank,
            lora_alpha=recipe.lora.alpha,
            lora_dropout=recipe.lora.dropout,
            target_modules="all-linear",
        ),
    )
