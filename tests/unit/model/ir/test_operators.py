"""Every operator alone, with random shapes, scales and zero points: the oracle's bits are LiteRT's."""

from __future__ import annotations

from importlib.metadata import version

import litert
import numpy as np
import pytest
import tflite_models as models
from hypothesis import given, settings
from hypothesis import strategies as st
from operator_models import INT8_ONLY, LITERT, LOOKUPS
from tflite_builder import TfliteBuilder
from tflite_models import LOWEST, Draw

from aiedge.model.compile import import_model
from aiedge.model.ir.interpret import interpret

DTYPES = st.sampled_from(["int8", "uint8"])
SEEDS = st.integers(0, 2**32 - 1)


def test_the_pinned_litert_is_here() -> None:
    assert version("ai-edge-litert") == litert.COMPARABLE_VERSION


@pytest.mark.parametrize("operator", LITERT)
@settings(max_examples=150, deadline=None, derandomize=True)
@given(seed=SEEDS, dtype=DTYPES)
def test_bits(operator: str, seed: int, dtype: str) -> None:
    draw = Draw(seed)
    model = LITERT[operator](draw, "int8" if operator in INT8_ONLY else dtype)
    assert_same_bits(model, draw.rng, runs=2)


@pytest.mark.parametrize("kind", LOOKUPS)
@settings(max_examples=150, deadline=None, derandomize=True)
@given(seed=SEEDS, dtype=DTYPES)
def test_bits_of_a_function_of_one_tensor(kind: str, seed: int, dtype: str) -> None:
    dtype = "int8" if kind in INT8_ONLY else dtype
    model = models.lookup(kind, Draw(seed), dtype)
    values = (np.arange(256) + LOWEST[dtype]).astype(dtype).reshape(1, 256)
    expected = litert.LiteRT(model).run([values])[0]
    np.testing.assert_array_equal(interpret(import_model(model, "m"), [values])[0], expected)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=SEEDS)
@pytest.mark.parametrize("dtype", ["int8", "uint8"])
def test_all_operators_in_a_chain(dtype: str, seed: int) -> None:
    assert_same_bits(models.everything(dtype), np.random.default_rng(seed), runs=1)


@pytest.mark.parametrize(
    "ratio", [2.0**-8, 2.0**7, np.nextafter(np.float32(2**-8), 0), 129.0, 2.0**-16, 2.0**16]
)
def test_quantize_where_the_form_changes(ratio: float) -> None:
    t = TfliteBuilder()
    scale = 2.0**-6
    x = t.tensor((1, 256), "uint8", float(np.float32(scale * ratio)), 20)
    y = t.tensor((1, 256), "uint8", scale, 100)
    t.operator("QUANTIZE", [x], [y])
    model = t.build([x], [y])
    values = np.arange(256, dtype=np.uint8).reshape(1, 256)
    expected = litert.LiteRT(model).run([values])[0]
    np.testing.assert_array_equal(interpret(import_model(model, "m"), [values])[0], expected)


@pytest.mark.parametrize("kind", ["conv_2d", "add", "average_pool_2d"])
@pytest.mark.parametrize("dtype", ["int8", "uint8"])
@settings(max_examples=40, deadline=None, derandomize=True)
@given(steps=st.integers(0, 100), zero_point=st.integers(60, 200), six=st.booleans())
def test_bounds_of_an_activation_half_way(
    kind: str, dtype: str, steps: int, zero_point: int, six: bool
) -> None:
    # 6 / scale or 1 / scale lies half-way between two integers, or a bit beside
    scale = float(np.float32((6 if six else 1) / (steps + 0.5)))
    zero_point += LOWEST[dtype]
    options = {"FusedActivationFunction": 3 if six else 2}
    t = TfliteBuilder()
    shape = (1, 16, 16, 1)
    x, y = (t.tensor(shape, dtype, scale, zero_point) for _ in range(2))
    if kind == "conv_2d":
        one = t.tensor((1, 1, 1, 1), dtype, 1.0, 0, data=np.ones((1, 1, 1, 1), dtype))
        bias = t.tensor((1,), "int32", scale, 0, data=np.zeros(1, np.int32))
        t.operator("CONV_2D", [x, one, bias], [y], StrideH=1, StrideW=1, **options)
    elif kind == "add":
        zeros = t.tensor(shape, dtype, scale, zero_point, data=np.full(shape, zero_point, dtype))
        t.operator("ADD", [x, zeros], [y], **options)
    else:
        size = {"FilterHeight": 1, "FilterWidth": 1}
        t.operator("AVERAGE_POOL_2D", [x], [y], StrideH=1, StrideW=1, **size, **options)
    model = t.build([x], [y])
    values = (np.arange(256) + LOWEST[dtype]).astype(dtype).reshape(shape)
    expected = litert.LiteRT(model).run([values])[0]
    np.testing.assert_array_equal(interpret(import_model(model, "m"), [values])[0], expected)


def test_an_accumulator_wraps_around() -> None:
    t = TfliteBuilder()
    x = t.tensor((1, 2), "int8", 1.0, 0)
    weights = t.tensor((2, 2), "int8", 1.0, 0, data=np.array([[127, 127], [1, 0]], np.int8))
    bias = t.tensor((2,), "int32", 1.0, 0, data=np.array([2**31 - 1, -(2**31)], np.int32))
    y = t.tensor((1, 2), "int8", 2.0**24, 0)
    t.operator("FULLY_CONNECTED", [x, weights, bias], [y])
    model = t.build([x], [y])
    values = np.array([[1, 0]], np.int8)
    expected = litert.LiteRT(model).run([values])[0]
    assert expected.tolist() == [[-128, -128]]
    np.testing.assert_array_equal(interpret(import_model(model, "m"), [values])[0], expected)


def assert_same_bits(model: bytes, rng: np.random.Generator, runs: int) -> None:
    graph = import_model(model, "m")
    reference = litert.LiteRT(model)
    for _ in range(runs):
        inputs = reference.random_inputs(rng)
        for ours, theirs in zip(interpret(graph, inputs), reference.run(inputs), strict=True):
            assert ours.dtype == theirs.dtype
            np.testing.assert_array_equal(ours, theirs)
