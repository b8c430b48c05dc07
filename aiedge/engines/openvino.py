"""OpenVINO (package openvino) behind the engine protocol, on the CPU, with its latency hint and one stream."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.errors import EngineError, ModelError
from aiedge.types import Memory, Placement, TensorSpec


class OpenvinoEngine:
    """One infer request. OpenVINO reports no memory, so ``memory`` counts only the model's bytes.

    ``specs`` carry no scale: OpenVINO keeps the quantization inside the graph.
    """

    name = "openvino"
    labels: tuple[str, ...] = ()

    def __init__(self, compiled: Any, model_bytes: int) -> None:
        self._request = compiled.create_infer_request()
        self.inputs = tuple(_spec(port) for port in compiled.inputs)
        self.outputs = tuple(_spec(port) for port in compiled.outputs)
        # The request's own tensors, which stay where they are: shapes are fixed.
        self._in = [self._request.get_input_tensor(i).data for i in range(len(self.inputs))]
        self.memory = Memory(arena_bytes=0, weight_bytes=model_bytes, peak_bytes=model_bytes)
        self.placement: tuple[Placement, ...] = ()

    def run(self, inputs: Sequence[NDArray[Any]], out: Sequence[NDArray[Any]]) -> None:
        """Run once, blocking; copies inputs in and outputs out."""
        try:
            for own, array in zip(self._in, inputs, strict=True):
                own[...] = array
            self._request.start_async()
            self._request.wait()
            for index, array in enumerate(out):
                array[...] = self._request.get_output_tensor(index).data
        except (RuntimeError, ValueError) as error:
            raise EngineError("AIE-ENG-007", where=self.name, reason=error) from error


def load(where: str, data: bytes, threads: int) -> OpenvinoEngine:
    """Compile the bytes of a .tflite file for the CPU; ``where`` names them in errors."""
    try:
        import openvino
    except ModuleNotFoundError as error:
        raise EngineError("AIE-ENG-006", where="openvino", package="openvino", extra="openvino") from error
    options = {"PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": 1, "INFERENCE_NUM_THREADS": threads}
    try:
        # OpenVINO reads TFLite models from files only.
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "model.tflite"
            file.write_bytes(data)
            core = openvino.Core()
            model = core.read_model(str(file))
            model.reshape({port: _fixed(port.partial_shape, where) for port in model.inputs})
            compiled = core.compile_model(model, "CPU", options)
    except (RuntimeError, ValueError) as error:
        raise EngineError("AIE-ENG-007", where=where, reason=error) from error
    return OpenvinoEngine(compiled, len(data))


def _fixed(shape: Any, where: str) -> list[int]:
    # A batch of free size is run one by one; any other free size has no right value.
    sizes = [1 if i == 0 and size.is_dynamic else size for i, size in enumerate(shape)]
    if shape.rank.is_dynamic or any(not isinstance(size, int) and size.is_dynamic for size in sizes):
        raise ModelError("AIE-MOD-008", where=where, shape=shape)
    return [size if isinstance(size, int) else size.get_length() for size in sizes]


def _spec(port: Any) -> TensorSpec:
    # A port may have no name of its own.
    name = next(iter(sorted(port.names)), "")
    return TensorSpec(name=name, shape=tuple(port.shape), dtype=np.dtype(port.element_type.to_dtype()))
