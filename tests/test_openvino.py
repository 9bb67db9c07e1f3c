"""The encoder and the classifier in OpenVINO: the answers of torch, up to what precision leaves."""

from __future__ import annotations

import importlib.util
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from stance.encoding import Encoder, load_encoder
from stance.errors import ModelError
from stance.framing import Pair, StanceModel, load_stance_model
from stance.openvino import Compiled, load_openvino

TEXTS = ["The bridge is safe.", "The council says that the bridge is not safe, and that it will close in spring.",
         "Bread went up.", "The bridge was closed on Monday.", "“We were never told,” said the ferry's owner."]
PAIRS = [Pair("The bridge is safe.", text) for text in TEXTS] + [Pair("the council", TEXTS[1], 4, 11)]


def test_without_openvino_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(ModelError, match=r"pip install 'stance-compare\[openvino\]'"):
        load_openvino()


@pytest.fixture(scope="module")
def installed() -> None:
    if importlib.util.find_spec("openvino") is None:
        pytest.skip("openvino is not installed: pip install 'stance-compare[openvino]'")


@pytest.fixture(scope="module")
def encoder(installed: None) -> Encoder:
    return load_encoder(device="openvino")


@pytest.fixture(scope="module")
def model(installed: None) -> StanceModel:
    return load_stance_model(device="openvino")


def test_vectors_are_those_of_torch(encoder: Encoder) -> None:
    told = load_encoder(device="cpu")
    assert (encoder.device, encoder.dtype) == ("openvino", "fp32")
    np.testing.assert_allclose(encoder.encode(TEXTS), told.encode(TEXTS), atol=1e-4)
    for one, other in zip(encoder.encode_tokens(TEXTS), told.encode_tokens(TEXTS), strict=True):
        assert one.spans == other.spans


def test_a_vector_does_not_depend_on_its_company(encoder: Encoder) -> None:
    together = encoder.encode(TEXTS * 3)
    assert all(encoder.encode([text]).tobytes() == together[i].tobytes() for i, text in enumerate(TEXTS))


def test_labels_are_those_of_torch(model: StanceModel) -> None:
    told = load_stance_model(device="cpu")
    np.testing.assert_allclose(model.predict(PAIRS, "claim"), told.predict(PAIRS, "claim"), atol=1e-3)
    assert model.predict(PAIRS[:1], "claim").tobytes() == model.predict(PAIRS, "claim")[:1].tobytes()


@pytest.mark.usefixtures("installed")
def test_bf16_stays_near() -> None:
    half = load_stance_model(dtype="bf16", device="openvino")
    assert np.abs(half.predict(PAIRS, "claim") - load_stance_model().predict(PAIRS, "claim")).max() < 0.05


def test_it_can_be_sent_to_another_process(encoder: Encoder) -> None:
    sent = pickle.loads(pickle.dumps(encoder))
    assert isinstance(sent._model, Compiled)
    assert sent.encode(TEXTS).tobytes() == encoder.encode(TEXTS).tobytes()


@pytest.mark.usefixtures("installed")
def test_it_reports_to_nobody(tmp_path: Path) -> None:
    """The library keeps an id for its reports in the home folder as soon as it is imported with its telemetry."""
    code = "from stance.encoding import load_encoder; load_encoder(device='openvino').encode(['The bridge is safe.'])"
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ | {"HOME": str(tmp_path)},
                   capture_output=True)
    assert not list(tmp_path.rglob("*ga*"))
    assert not (tmp_path / "intel").exists()
