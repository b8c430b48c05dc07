"""LiteRT (package ai-edge-litert) behind the engine protocol, with its default kernels (XNNPACK)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.errors import EngineError
from aiedge.types import Memory, Placement, TensorSpec


class TfliteEngine:
    """One interpreter. Its arena is not reported by LiteRT, so ``memory`` counts only the model's bytes."""

    name = "tflite"
    labels: tuple[str, ...] = ()

    def __init__(self, interpreter: Any, model_bytes: int) -> None:
        self._interpreter = interpreter
        input_details = interpreter.get_input_details()
        output_details = interpreter.get_output_details()
        self._in = [details["index"] for details in input_details]
        self._out = [details["index"] for details in output_details]
        self.inputs = tuple(_spec(details) for details in input_details)
        self.outputs = tuple(_spec(details) for details in output_details)
        self.memory = Memory(arena_bytes=0, weight_bytes=model_bytes, peak_bytes=model_bytes)
        self.placement: tuple[Placement, ...] = ()

    def run(self, inputs: Sequence[NDArray[Any]], out: Sequence[NDArray[Any]]) -> None:
        """Run once, blocking; copies inputs in and outputs out."""
        try:
            for index, array in enumerate(inputs):
                self._interpreter.set_tensor(self._in[index], array)
            self._interpreter.invoke()
            for index, array in enumerate(out):
                array[...] = self._interpreter.get_tensor(self._out[index])
        except (RuntimeError, ValueError) as error:
            raise EngineError("AIE-ENG-007", where=self.name, reason=error) from error

    def forget(self) -> None:
        """Clear what an LSTM keeps from one run to the next."""
        self._interpreter.reset_all_variables()

    def values(self, tensors: Sequence[int]) -> list[NDArray[Any] | None]:
        """Copies of tensors of the file as the last run left them; None for one that is not held.

        Only of an engine that was loaded with ``keep_all``.
        """
        return [self._value(index) for index in tensors]

    def _value(self, index: int) -> NDArray[Any] | None:
        try:
            value: NDArray[Any] = self._interpreter.get_tensor(index)
        except ValueError:
            # Of what a kernel computes together with its neighbour.
            return None
        return value


def load(where: str, data: bytes, threads: int, *, keep_all: bool = False) -> TfliteEngine:
    """Make an interpreter for the bytes of a .tflite file; ``where`` names them in errors.

    ``keep_all``: all values of a run stay to be looked at, which takes memory, with the same kernels.
    """
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ModuleNotFoundError as error:
        raise EngineError("AIE-ENG-006", where="tflite", package="ai-edge-litert", extra="tflite") from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the memory that keep_all takes
            interpreter = Interpreter(
                model_content=data, num_threads=threads, experimental_preserve_all_tensors=keep_all
            )
        interpreter.allocate_tensors()
    except (RuntimeError, ValueError) as error:
        raise EngineError("AIE-ENG-007", where=where, reason=error) from error
    return TfliteEngine(interpreter, len(data))


def _spec(details: Any) -> TensorSpec:
    scale, zero_point = details["quantization"]
    return TensorSpec(
        name=details["name"],
        shape=tuple(int(d) for d in details["shape"]),
        dtype=np.dtype(details["dtype"]),
        scale=float(scale) if scale else None,
        zero_point=int(zero_point),
    )
