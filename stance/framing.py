"""The framing classifier: how a text stands toward a target, as a calibrated probability or not at all.

One model reads (target, text) pairs. What "favourable" means depends on the task, which is told by a prefix of the
target: sentiment toward a person or body; position on a claim; position on a topic; relation of the text to another
claim (favourable: it supports it, unfavourable: it speaks against it); issue, whether the text speaks to a question, or
to what another text speaks to, whichever way (favourable: it does). The model sees the target and the text, never
who published it. It labels; it does not judge whether anybody is right."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.encoding import (
    Dtype,
    batches_of_one_length,
    choose_device,
    find_encoder_directory,
    place_model,
    torch_device,
    weights_sha256,
)
from stance.errors import InputError, ModelError
from stance.records import STANCES

TASKS = ("sentiment", "claim", "topic", "relation", "issue")
BF16_APART = 0.05  # farthest that a probability of the probes may lie from fp32's where bf16 is taken
DEFAULT_MODEL = "stance-minilm-v5"

Probabilities = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pair:
    """A text and what its stance is asked toward.

    start, end  where the target is mentioned in the text (half-open, code points), if known"""

    target: str
    text: str
    start: int | None = None
    end: int | None = None


_PROBES = (
    Pair("the bridge", "The new bridge is a gift to the whole city."),
    Pair("The bridge is safe.", "Engineers warned that the bridge could fall any day."),
    Pair("the mayor", "The mayor opened the meeting at noon."),
)


def target_words(target: str, task: str) -> str:
    """What the model reads in the target's place: the task's prefix and the target."""
    return f"{task}: {target}" if task else target


def marked_text(text: str, start: int | None, end: int | None) -> str:
    """The text with asterisks around the mention of its target; unchanged where the mention is not known."""
    if start is None or end is None:
        return text
    return f"{text[:start]}* {text[start:end]} *{text[end:]}"


_CLAIM = re.compile(r"(?:the\s+)?(?:claim|assertion|statement|idea|view)\s+that\s+[“\"]?(.+?)[”\"]?", re.I | re.S)
_FINITE = re.compile(
    r"\b(?:is|are|was|were|am|has|have|had|do|does|did|will|would|can|could|may|might|shall|should|must|"
    r"ought|needs?|makes?|made|cannot|\w+n['’]t)\b",
    re.I,
)


def read_target(target: str) -> tuple[str, str]:
    """The task and the words of a target. "the claim that X" asks for the position on the claim X, and so does a
    target that is a whole sentence (it has a finite verb and asks nothing); anything else is a topic."""
    words = " ".join(target.split())
    if claim := _CLAIM.fullmatch(words):
        return "claim", claim[1][:1].upper() + claim[1][1:]
    is_sentence = len(words.split()) >= 3 and words[:1].isupper() and not words.endswith("?") and _FINITE.search(words)
    return ("claim" if is_sentence else "topic"), words


class StanceModel:
    """A fitted classifier. Load one with `load_stance_model`.

    name       as its card names it
    sha256     of its weights
    settings   temperature and abstention threshold by task (from dev data; see the model's card)
    dtype      what it computes in: "fp32", or "bf16" where it was asked for and the start-up check passed; that is
               nearly twice as fast where the processor has it, and changes third digits of a probability
    """

    def __init__(
        self, directory: Path, base: Path | None = None, dtype: Dtype = "fp32", device: str = "auto"
    ) -> None:
        import torch
        from safetensors import SafetensorError
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        settings = read_settings(directory)
        self.directory = directory
        self.name: str = settings["name"]
        self.sha256 = weights_sha256(directory)
        self.settings: Mapping[str, Mapping[str, float]] = settings["tasks"]
        self.max_length: int = settings["max_length"]
        if (pinned := settings.get("sha256", self.sha256)) != self.sha256:
            raise ModelError(
                f"{directory}: weights have SHA-256 {self.sha256}, stance.json pins {pinned}; restore the folder"
            )
        source = directory
        if "base" in settings:
            source = base or find_encoder_directory(settings["base"]["name"])
            if (found := weights_sha256(source)) != settings["base"]["sha256"]:
                raise ModelError(
                    f"{source}: weights have SHA-256 {found}, but {self.name} was fitted on "
                    f"{settings['base']['name']} with {settings['base']['sha256']}; give that one as base"
                )
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(directory, local_files_only=True)
            loaded: Any = AutoModelForSequenceClassification.from_pretrained(
                source, num_labels=len(STANCES), local_files_only=True, use_safetensors=True, dtype=torch.float32
            )
            if "base" in settings:
                from peft import PeftModel

                loaded = PeftModel.from_pretrained(loaded, directory).merge_and_unload()
        except ImportError as error:
            raise ModelError(
                f"{directory}: {self.name} is an adapter and needs peft ({error}): pip install 'stance-compare[train]'"
            ) from None
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise ModelError(f"{directory}: not a stance model that can be loaded ({error})") from None
        self.device, inputs = choose_device(device), self._tokenizer.model_input_names
        self.dtype: Dtype = "fp32"
        self._model: Any = place_model(loaded.eval(), inputs, "fp32", self.device)
        if dtype == "bf16":
            before, exact = self.logits(_PROBES, ""), self._model
            self._model = place_model(loaded, inputs, "bf16", self.device)
            if np.abs(softmax(self.logits(_PROBES, "")) - softmax(before)).max() <= BF16_APART:
                self.dtype = "bf16"
            else:
                self._model = exact

    def logits(self, pairs: Sequence[Pair], task: str) -> Probabilities:
        """Raw scores, (n, 3), in the order of `records.STANCES`. Equal pairs are read once; a pair whose target is
        located is read with and without marks around the mention, and the scores are averaged."""
        import torch

        views = [
            {
                (target_words(pair.target, task), text)
                for text in (pair.text, marked_text(pair.text, pair.start, pair.end))
            }
            for pair in pairs
        ]
        distinct = sorted(set().union(*views)) if views else []
        if not distinct:
            return np.zeros((0, len(STANCES)))
        encoded = self._tokenizer(
            [target for target, _ in distinct],
            [text for _, text in distinct],
            truncation="longest_first",
            max_length=self.max_length,
        )
        found, place = np.zeros((len(distinct), len(STANCES))), torch_device(self.device)
        for batch in batches_of_one_length([len(ids) for ids in encoded["input_ids"]]):
            inputs = {name: torch.tensor([encoded[name][i] for i in batch], device=place) for name in encoded}
            with torch.inference_mode():
                found[batch] = self._model(**inputs).logits.double().cpu().numpy()
        row_of = {text: row for row, text in enumerate(distinct)}
        return np.array([found[sorted(row_of[text] for text in seen)].mean(axis=0) for seen in views])

    def predict(self, pairs: Sequence[Pair | tuple[str, str]], task: str = "topic") -> Probabilities:
        """Calibrated probabilities, (n, 3), in the order of `records.STANCES`; rows sum to 1.

        Calibration is by temperature (Guo et al. 2017), fitted per task on dev data."""
        if task not in TASKS:
            raise ModelError(f"task {task!r} is none of {', '.join(TASKS)}")
        logits = self.logits([pair if isinstance(pair, Pair) else Pair(*pair) for pair in pairs], task)
        return softmax(logits / self.settings[task]["temperature"])

    def choose(self, probabilities: Probabilities, task: str) -> list[str | None]:
        """The likeliest stance of each row, or None where its probability is below the task's threshold."""
        return choose_stances(probabilities, self.settings[task]["threshold"])


def softmax(scores: Probabilities) -> Probabilities:
    """Rows of scores as probabilities."""
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def choose_stances(probabilities: Probabilities, threshold: float) -> list[str | None]:
    """The likeliest stance of each row, or None where its probability is below the threshold."""
    return [STANCES[int(row.argmax())] if row.max() >= threshold else None for row in probabilities]


def shipped_models() -> Path:
    """The folder of models that come with this package (in a checkout: models/)."""
    here = Path(__file__).resolve().parent
    inside = here / "_shipped" / "models"
    return inside if inside.is_dir() else here.parent / "models"


def load_stance_model(
    path: Path | None = None, base: Path | None = None, dtype: Dtype = "fp32", device: str = "auto"
) -> StanceModel:
    """The model in a directory, or the shipped default. `base`: the encoder an adapter was fitted on, if it is
    neither the pinned one nor in the hub's cache. Raises ModelError where it is missing or altered."""
    directory = path or shipped_models() / DEFAULT_MODEL
    if not (directory / "stance.json").is_file():
        raise ModelError(
            f"{directory}: no stance model there (stance.json is missing); "
            "name a folder made by `stance train`, or reinstall stance-compare for the default"
        )
    return StanceModel(directory, base, dtype, device)


def read_settings(directory: Path) -> dict[str, Any]:
    """stance.json of a model's directory. Raises ModelError where it is missing, incomplete or out of range."""
    path = directory / "stance.json"
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(settings["name"], str):
            raise ValueError("name is no text")
        if not isinstance(settings["max_length"], int) or settings["max_length"] not in range(1, 2**16):
            raise ValueError("max_length is no number of tokens")
        if "base" in settings and not all(isinstance(settings["base"][key], str) for key in ("name", "sha256")):
            raise ValueError("base is not named")
        for task in TASKS:
            if not (settings["tasks"][task]["temperature"] > 0 and 0 <= settings["tasks"][task]["threshold"] <= 1):
                raise ValueError(f"{task}: temperature or threshold is out of range")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(f"{path}: cannot be read ({error!r}); restore the file or train the model again") from None
    return dict(settings)


def label_rows(rows: Sequence[Mapping[str, Any]], model: StanceModel, where: str = "input") -> list[dict[str, Any]]:
    """Rows {id, text, target} as {id, stance, probabilities}; a row may carry start, end of the target in its text,
    and a task. Raises InputError for offsets outside the text or an unknown task."""
    tasks, pairs = [], []
    for number, row in enumerate(rows, 1):
        task, target = read_target(row["target"])
        start, end = row.get("start"), row.get("end")
        if (start is None) != (end is None) or (
            start is not None
            and not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(row["text"]))
        ):
            raise InputError(
                f"{where}, row {number}: start {start!r}, end {end!r} do not lie in the text; "
                "give both as code points, or neither"
            )
        if start is not None:
            task, target = "sentiment", row["target"]
        if row.get("task") not in (None, *TASKS):
            raise InputError(f"{where}, row {number}: task {row['task']!r} is none of {', '.join(TASKS)}")
        tasks.append(row.get("task") or task)
        pairs.append(Pair(target, row["text"], start, end))
    answers: list[dict[str, Any]] = [{} for _ in rows]
    for task in TASKS:
        places = [i for i, t in enumerate(tasks) if t == task]
        probabilities = model.predict([pairs[i] for i in places], task)
        for i, p, stance in zip(places, probabilities, model.choose(probabilities, task), strict=True):
            answers[i] = {"id": rows[i]["id"], "stance": stance, "task": task, "probabilities": _by_name(STANCES, p)}
    return answers


SEEN_MORE = 1.2  # log-odds by which what meets is commoner among training's pairs than among the likely pairs of a run


class IssueReader:
    """A stance model as the reader of likely pairs that alignment asks (`alignment.Matcher`): do two texts speak to one
    thing? Read in both directions, so that the order of the two does not matter."""

    def __init__(self, model: StanceModel) -> None:
        self.model = model
        self.name = model.name

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[float | None]:
        """For each pair the probability that both speak to one thing, for or against, among likely pairs of a run."""
        return [float(c / (c + (1 - c) * np.exp(SEEN_MORE))) for c in same_issue(pairs, self.model)]


def same_issue(pairs: Sequence[tuple[str, str]], model: StanceModel) -> Probabilities:
    """(n,): how likely the two texts of each pair speak to one thing, whichever way; the mean of both directions."""
    both = [Pair(plain_words(x), plain_words(y)) for a, b in pairs for x, y in ((a, b), (b, a))]
    p = model.predict(both, "issue")
    speaks, not_so = p[:, STANCES.index("favourable")], p[:, STANCES.index("unfavourable")]
    return np.asarray((speaks / (speaks + not_so)).reshape(-1, 2).mean(axis=1))


RELATIONS = ("agree", "other", "oppose")


def relate_rows(rows: Sequence[Mapping[str, Any]], model: StanceModel) -> list[dict[str, Any]]:
    """Rows {id, a, b} as {id, relation, same_issue, probabilities}: agree, oppose or other; how likely both speak to
    one thing. Each is read as the other's stance on a claim (better between news claims than inference is: see
    eval/README.md), in both directions, so that the order of a and b does not matter."""
    there = model.predict([Pair(row["a"], row["b"]) for row in rows], "claim")
    back = model.predict([Pair(row["b"], row["a"]) for row in rows], "claim")
    same = same_issue([(row["a"], row["b"]) for row in rows], model)
    return [
        {
            "id": row["id"],
            "relation": RELATIONS[int(p.argmax())],
            "probabilities": _by_name(RELATIONS, p),
            "same_issue": round(float(chance), 4),
        }
        for row, p, chance in zip(rows, (there + back) / 2, same, strict=True)
    ]


def _by_name(names: Sequence[str], row: Probabilities) -> dict[str, float]:
    return {name: round(float(p), 4) for name, p in zip(names, row, strict=True)}


def plain_words(text: str) -> str:
    """The text as a model should read it: hashtags as words, white space folded."""
    return " ".join(re.sub(r"#(?=\w)", "", text).split())
