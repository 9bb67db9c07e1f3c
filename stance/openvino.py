"""Runs a transformers model on the processor in OpenVINO, which is faster there than torch. It is an extra.

A compiled model is called as the model was and gives tensors, so the encoder and the classifier need not know which of
the two they hold. Nothing of OpenVINO is imported before one is made.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal

from stance.errors import ModelError

if TYPE_CHECKING:
    import torch


class Compiled:
    """A model compiled for this processor.

    model   as transformers loads it, in fp32, on the CPU, in eval mode
    inputs  names of what it is called with: integer tensors (n, t)
    dtype   what it computes in

    A row's answer does not depend on the rows that it is computed with, as in torch. It may be pickled: it is compiled
    again where it is unpacked. Raises ModelError where OpenVINO is not installed."""

    def __init__(self, model: Any, inputs: Sequence[str], dtype: Literal["fp32", "bf16"]) -> None:
        import torch

        self.config, self._made = model.config, (model, tuple(inputs), dtype)
        openvino = load_openvino()
        from openvino.frontend import FrontEndManager
        from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

        ones = torch.ones((2, 8), dtype=torch.long)
        # What `openvino.convert_model` does, without its usage reports.
        frontend = FrontEndManager().load_by_framework("pytorch")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of torch's tracer, about branches that a mask of ones never takes
            traced = TorchScriptPythonDecoder(model, example_input=dict.fromkeys(inputs, ones))
            graph = frontend.convert(frontend.load(traced))
        self._names = [output.get_any_name() for output in graph.outputs]
        self._compiled = openvino.Core().compile_model(graph, "CPU", {
            "INFERENCE_PRECISION_HINT": "bf16" if dtype == "bf16" else "f32",
            "INFERENCE_NUM_THREADS": torch.get_num_threads(), "NUM_STREAMS": 1})

    def __call__(self, **inputs: torch.Tensor) -> SimpleNamespace:
        """The model's outputs under their names, as tensors."""
        import torch

        answers = self._compiled({name: tensor.numpy() for name, tensor in inputs.items()})
        return SimpleNamespace(**{name: torch.from_numpy(answers[i]) for i, name in enumerate(self._names)})

    def __reduce__(self) -> tuple[type[Compiled], tuple[Any, ...]]:
        return Compiled, self._made


def load_openvino() -> Any:
    """The library, whose telemetry is kept from loading in this process. Raises ModelError where it cannot be loaded.
    """
    # It reports to its makers when it is imported, unless its part for that is not there; then it is content without.
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
    try:
        import openvino
    except ImportError as error:
        raise ModelError(f"device openvino: cannot be loaded ({error}); run pip install 'stance-compare[openvino]', "
                         "or say auto") from None
    return openvino
