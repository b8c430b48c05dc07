"""Runs .tflite models in LiteRT, and makes inputs for them; shared by all tests that compare bits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

COMPARABLE_VERSION = "2.3.0"
"""The ai-edge-litert whose bits ``aiedge-1`` is; other versions may differ."""


class LiteRT:
    """One model in LiteRT's default configuration (XNNPACK) with ``threads`` threads."""

    def __init__(self, model: bytes, threads: int = 1) -> None:
        self._interpreter = Interpreter(model_content=model, num_threads=threads)
        self._interpreter.allocate_tensors()
        self.inputs = self._interpreter.get_input_details()
        self.outputs = self._interpreter.get_output_details()

    def run(self, inputs: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """Run once; copies of the outputs."""
        self._interpreter.reset_all_variables()  # an LSTM's state lives from one run to the next in LiteRT
        for detail, array in zip(self.inputs, inputs, strict=True):
            self._interpreter.set_tensor(detail["index"], array)
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(detail["index"]) for detail in self.outputs]

    def random_inputs(self, rng: np.random.Generator) -> list[NDArray[Any]]:
        """One array for each input, uniform over its whole integer range."""
        return [random_integers(rng, tuple(d["shape"]), np.dtype(d["dtype"])) for d in self.inputs]


def random_integers(rng: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Integers of ``dtype``, uniform over all its values."""
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)
