"""Float .tflite models: against LiteRT, and what becomes of weights in other types."""

from __future__ import annotations

from pathlib import Path

import litert
import numpy as np
import pytest
from float_models import FLOAT, POSITIVE
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tflite_builder import TfliteBuilder
from tflite_models import Draw

import aiedge
from aiedge.errors import ModelError
from aiedge.model.compile import import_model
from aiedge.model.ir.interpret import interpret

RELATIVE = 1e-5
"""Of the largest output: both compute in float32 and add in another order."""


def assert_close(ours: list[NDArray[np.float32]], theirs: list[NDArray[np.float32]]) -> None:
    for a, b in zip(ours, theirs, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_allclose(a, b, rtol=0, atol=RELATIVE * float(np.abs(b).max(initial=0)))


def _floats(draw: Draw, shape: tuple[int, ...], dtype: np.dtype[np.float32]) -> NDArray[np.float32]:
    if dtype != np.float32:
        return np.arange(256).astype(np.uint8).view(dtype).reshape(shape)
    return draw.rng.normal(0, 2, shape).astype(np.float32)


@pytest.mark.parametrize("operator", FLOAT)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32 - 1))
def test_as_litert_computes_it(operator: str, seed: int) -> None:
    draw = Draw(seed)
    model = FLOAT[operator](draw)
    reference = litert.LiteRT(model)
    inputs = [_floats(draw, tuple(d["shape"]), np.dtype(d["dtype"])) for d in reference.inputs]
    if operator in POSITIVE:
        inputs = [np.abs(x) + np.float32(0.01) for x in inputs]
    assert_close(interpret(import_model(model, "m.tflite"), inputs), reference.run(inputs))


@pytest.mark.parametrize("operator", FLOAT)
def test_the_native_engine_runs_what_is_imported(tmp_path: Path, operator: str) -> None:
    draw = Draw(7)
    model = FLOAT[operator](draw)
    graph = import_model(model, "m.tflite")
    inputs = [_floats(draw, graph.tensors[i].shape, np.dtype(graph.tensors[i].dtype)) for i in graph.inputs]
    path = tmp_path / "m.tflite"
    path.write_bytes(model)
    results = aiedge.load(path)(*inputs)
    ours = [results] if isinstance(results, np.ndarray) else results
    for a, b in zip(ours, interpret(graph, inputs), strict=True):
        np.testing.assert_array_equal(a, b)


def _dense(
    weights: NDArray[np.generic], scale: float | list[float] | None, *, through: bool = False
) -> bytes:
    """x [3,8] by weights [5,8] of any type, which may go through DEQUANTIZE, and Relu."""
    t = TfliteBuilder()
    x, y = t.tensor((3, 8), "float32"), t.tensor((3, 5), "float32")
    w = t.tensor((5, 8), weights.dtype.name, scale, data=weights)
    if through:
        stored, w = w, t.tensor((5, 8), "float32")
        t.operator("DEQUANTIZE", [stored], [w])
    t.operator("FULLY_CONNECTED", [x, w], [y], FusedActivationFunction=1)
    return t.build([x], [y])


@pytest.mark.parametrize("dtype", ["float16", "int8"])
def test_weights_behind_dequantize_are_numbers(dtype: str) -> None:
    rng = np.random.default_rng(3)
    scale = None if dtype == "float16" else 0.25
    model = _dense((4 * rng.normal(0, 1, (5, 8))).astype(dtype), scale, through=True)
    graph = import_model(model, "m.tflite")
    assert [node.op.NAME for node in graph.nodes] == ["float_fully_connected", "float_unary"]
    x = rng.normal(0, 1, (3, 8)).astype(np.float32)
    assert_close(interpret(graph, [x]), litert.LiteRT(model).run([x]))


@pytest.mark.parametrize("scale", [0.25, [0.1, 0.2, 0.3, 0.4, 0.5]])
def test_weights_in_integers_beside_float_are_numbers(scale: float | list[float]) -> None:
    """LiteRT quantizes the input of such an operator while it runs; here it stays as it is."""
    rng = np.random.default_rng(4)
    weights = rng.integers(-9, 9, (5, 8)).astype(np.int8)
    x = rng.normal(0, 1, (3, 8)).astype(np.float32)
    numbers = weights * np.broadcast_to(np.float32(scale), (5,))[:, np.newaxis]
    (y,) = interpret(import_model(_dense(weights, scale), "m.tflite"), [x])
    np.testing.assert_allclose(y, np.maximum(x @ numbers.T, 0), atol=1e-5)


def _unary(kind: str, x: str, y: str, scale: float | None = None) -> bytes:
    t = TfliteBuilder()
    tensors = [t.tensor((1, 4, 4, 3), dtype, scale) for dtype in (x, y)]
    t.operator(kind, [tensors[0]], [tensors[1]])
    return t.build([tensors[0]], [tensors[1]])


def _padded(value: float) -> bytes:
    t = TfliteBuilder()
    x, y = t.tensor((2, 3), "float32"), t.tensor((4, 3), "float32")
    pads = t.tensor((2, 2), "int32", data=np.array([[1, 1], [0, 0]], np.int32))
    t.operator("PADV2", [x, pads, t.tensor((1,), "float32", data=np.array([value], np.float32))], [y])
    return t.build([x], [y])


@pytest.mark.parametrize(
    ("model", "code", "text"),
    [
        (_dense(np.full((5, 8), np.nan, np.float32), None), "AIE-MOD-050", "finite"),
        (_dense(np.full((5, 8), np.inf, np.float16), None, through=True), "AIE-MOD-050", "finite"),
        (_dense(np.ones((5, 8), np.int64), None, through=True), "AIE-MOD-006", "int64"),
        (_dense(np.ones((5, 8), np.int8), None), "AIE-MOD-006", "without a scale"),
        (_dense(np.ones((5, 8), np.int32), None), "AIE-MOD-006", "int32"),
        (_padded(1.0), "AIE-MOD-010", "padding of numbers"),
        (_padded(np.nan), "AIE-MOD-010", "padding of numbers"),
        (_unary("RELU", "float32", "int8", 0.1), "AIE-MOD-010", "RELU from float32 to int8"),
        (_unary("RELU", "int8", "float32", 0.1), "AIE-MOD-009", "float32"),
        (_unary("SQRT", "int8", "int8", 0.1), "AIE-MOD-010", "a SQRT of integers"),
        (_unary("RSQRT", "int8", "int8", 0.1), "AIE-MOD-010", "a RSQRT of integers"),
        (_unary("DEQUANTIZE", "float32", "float32"), "AIE-MOD-009", "scale"),
        (_unary("DEQUANTIZE", "float16", "float32"), "AIE-MOD-006", "float16"),
        (_unary("QUANTIZE", "float32", "float32"), "AIE-MOD-009", "output is float32"),
        (_unary("CONV_2D", "float32", "float32"), "AIE-MOD-009", "needs 2"),
    ],
)
def test_refused(model: bytes, code: str, text: str) -> None:
    with pytest.raises(ModelError) as caught:
        import_model(model, "m.tflite")
    assert caught.value.code == code
    assert text in caught.value.what
    assert caught.value.where.startswith("m.tflite")
