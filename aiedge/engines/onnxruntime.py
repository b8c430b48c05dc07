"""ONNX Runtime (package onnxruntime) behind the engine protocol, on the CPU."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.errors import EngineError, ModelError
from aiedge.types import Memory, Placement, TensorSpec

_DTYPES = {
    "tensor(int8)": "int8",
    "tensor(uint8)": "uint8",
    "tensor(int16)": "int16",
    "tensor(int32)": "int32",
    "tensor(int64)": "int64",
    "tensor(float)": "float32",
}


class OnnxruntimeEngine:
    """One session. ONNX Runtime reports no memory, so ``memory`` counts only the model's bytes.

    ``specs`` carry no scale: ONNX keeps the quantization inside the graph.
    """

    name = "onnxruntime"
    labels: tuple[str, ...] = ()

    def __init__(
        self, session: Any, where: str, model_bytes: int, failures: tuple[type[Exception], ...]
    ) -> None:
        self._session = session
        self._failures = failures
        self.inputs = tuple(_spec(node, where) for node in session.get_inputs())
        self.outputs = tuple(_spec(node, where) for node in session.get_outputs())
        self._wanted = [spec.name for spec in self.outputs]
        self.memory = Memory(arena_bytes=0, weight_bytes=model_bytes, peak_bytes=model_bytes)
        self.placement: tuple[Placement, ...] = ()

    def run(self, inputs: Sequence[NDArray[Any]], out: Sequence[NDArray[Any]]) -> None:
        """Run once, blocking; copies outputs out."""
        feed = {spec.name: array for spec, array in zip(self.inputs, inputs, strict=True)}
        try:
            for array, result in zip(out, self._session.run(self._wanted, feed), strict=True):
                array[...] = result
        except self._failures as error:
            raise EngineError("AIE-ENG-007", where=self.name, reason=error) from error


def load(where: str, data: bytes, threads: int) -> OnnxruntimeEngine:
    """Make a session for the bytes of an .onnx file; ``where`` names them in errors."""
    try:
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as state
    except ModuleNotFoundError as error:
        raise EngineError(
            "AIE-ENG-006", where="onnxruntime", package="onnxruntime", extra="onnxruntime"
        ) from error
    failures: tuple[type[Exception], ...] = (RuntimeError, ValueError, state.Fail, state.InvalidArgument)
    failures += (state.InvalidProtobuf, state.InvalidGraph, state.NotImplemented, state.RuntimeException)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what fails is raised; nothing but our error is printed
    try:
        session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except failures as error:
        raise EngineError("AIE-ENG-007", where=where, reason=error) from error
    return OnnxruntimeEngine(session, where, len(data), failures)


def _spec(node: Any, where: str) -> TensorSpec:
    # A batch of free size is run one by one; any other free size has no right value.
    shape = [1 if i == 0 and not isinstance(size, int) else size for i, size in enumerate(node.shape)]
    if not all(isinstance(size, int) for size in shape):
        raise ModelError("AIE-MOD-008", where=where, shape=node.shape)
    if node.type not in _DTYPES:
        raise ModelError("AIE-MOD-006", where=where, dtype=node.type)
    return TensorSpec(name=node.name, shape=tuple(shape), dtype=np.dtype(_DTYPES[node.type]))
