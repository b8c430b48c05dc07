"""Float .onnx models: against ONNX Runtime, and what becomes of files of which a part is quantized."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx_builder import run_onnxruntime
from onnx_float_files import CASES, FUNCTIONS, Case

from aiedge.model.compile import import_model
from aiedge.model.ir.interpret import interpret

RELATIVE = 1e-5
"""Of the largest output: both compute in float32 and add in another order."""


def assert_close(ours: list[NDArray[np.float32]], theirs: list[NDArray[np.float32]]) -> None:
    assert [(a.shape, a.dtype) for a in ours] == [(b.shape, b.dtype) for b in theirs]
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=RELATIVE * float(np.abs(b).max()))


@pytest.mark.parametrize("kind", FUNCTIONS | CASES)
def test_as_onnxruntime_computes_it(kind: str) -> None:
    case: Case = (FUNCTIONS | CASES)[kind]
    for seed in range(2):
        model, inputs = case(np.random.default_rng(seed))
        ours = interpret(import_model(model, "m.onnx"), inputs)
        assert_close(ours, run_onnxruntime(model, *inputs))
        assert np.unique(ours[0]).size > 3
