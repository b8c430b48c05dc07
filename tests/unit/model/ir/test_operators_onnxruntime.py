"""Every operator with a QLinear counterpart, beside ONNX Runtime: the same bits, or a stated number of steps apart.

The same where the arithmetic is: sums of integers scaled by one float32 factor and rounded half to even, and a
maximum. ONNX Runtime adds, multiplies, averages and normalizes in float32 in another order, so that there a value
near half-way between two integers may become the other one: one step.
"""

from __future__ import annotations

import litert
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx_models import run_onnx
from operator_models import ONNXRUNTIME
from tflite_models import Draw

from aiedge.model.compile import import_model
from aiedge.model.ir.interpret import interpret


@pytest.mark.parametrize("operator", ONNXRUNTIME)
@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32 - 1), dtype=st.sampled_from(["int8", "uint8"]))
def test_beside_onnxruntime(operator: str, seed: int, dtype: str) -> None:
    build, steps = ONNXRUNTIME[operator]
    draw = Draw(seed)
    graph = import_model(build(draw, dtype), "m")
    inputs = [litert.random_integers(draw.rng, graph.tensors[i].shape, np.dtype(dtype)) for i in graph.inputs]
    ours = interpret(graph, inputs)[0].astype(np.int64)
    theirs = run_onnx(graph, inputs).astype(np.int64)
    op = graph.nodes[0].op
    if hasattr(op, "clamp_min") and hasattr(op, "clamp_max"):
        theirs = np.clip(theirs, op.clamp_min, op.clamp_max)
    assert np.abs(ours - theirs).max() <= steps
