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
        self,
        session: Any,
        where: str,
        model_bytes: int,
        failures: tuple[type[Exception], ...],
        further: Sequence[str] = (),
    ) -> None:
        self._session = session
        self._failures = failures
        self.inputs = tuple(_spec(node, where) for node in session.get_inputs())
        own = [node for node in session.get_outputs() if node.name not in further]
        self.outputs = tuple(_spec(node, where) for node in own)
        self._wanted = [spec.name for spec in self.outputs]
        self._further = list(further)
        self.memory = Memory(arena_bytes=0, weight_bytes=model_bytes, peak_bytes=model_bytes)
        self.placement: tuple[Placement, ...] = ()

    def run(self, inputs: Sequence[NDArray[Any]], out: Sequence[NDArray[Any]]) -> None:
        """Run once, blocking; copies outputs out."""
        try:
            for array, result in zip(out, self._results(self._wanted, inputs), strict=True):
                array[...] = result
        except self._failures as error:
            raise EngineError("AIE-ENG-007", where=self.name, reason=error) from error

    def values(self, inputs: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """Run once, blocking; new arrays of the further values that :func:`load` was asked for."""
        try:
            return self._results(self._further, inputs)
        except self._failures as error:
            raise EngineError("AIE-ENG-007", where=self.name, reason=error) from error

    def _results(self, names: list[str], inputs: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        feed = {spec.name: array for spec, array in zip(self.inputs, inputs, strict=True)}
        results: list[NDArray[Any]] = self._session.run(names, feed)
        return results


def load(where: str, data: bytes, threads: int, *, further: Sequence[str] = ()) -> OnnxruntimeEngine:
    """Make a session for the bytes of an .onnx file; ``where`` names them in errors.

    ``further`` names values inside the graph, none of them an output, for :meth:`OnnxruntimeEngine.values`. What
    ONNX Runtime would fuse away then stays, so that only few should be asked for.
    """
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
        session = onnxruntime.InferenceSession(
            data + _more_outputs(further), options, providers=["CPUExecutionProvider"]
        )
    except failures as error:
        raise EngineError("AIE-ENG-007", where=where, reason=error) from error
    return OnnxruntimeEngine(session, where, len(data), failures, further)


def _more_outputs(names: Sequence[str]) -> bytes:
    """A protobuf message's tail that adds outputs to ``ModelProto.graph`` (7): a parser joins parts of one field."""
    if not names:
        return b""
    # GraphProto.output (12) is a list of ValueInfoProto; only the name (1) is needed.
    outputs = (_field(12, _field(1, name.encode("utf-8", "surrogateescape"))) for name in names)
    return _field(7, b"".join(outputs))


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def _spec(node: Any, where: str) -> TensorSpec:
    # A batch of free size is run one by one; any other free size has no right value.
    shape = [1 if i == 0 and not isinstance(size, int) else size for i, size in enumerate(node.shape)]
    if not all(isinstance(size, int) for size in shape):
        raise ModelError("AIE-MOD-008", where=where, shape=node.shape)
    if node.type not in _DTYPES:
        raise ModelError("AIE-MOD-006", where=where, dtype=node.type)
    return TensorSpec(name=node.name, shape=tuple(shape), dtype=np.dtype(_DTYPES[node.type]))
