"""Factors and summands of each channel go into the weights before them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from float_builder import FloatBuilder, names, random_inputs

from aiedge.model.ir.graph import Graph
from aiedge.model.ir.interpret import interpret
from aiedge.model.ir.ops import (
    BinaryFunction,
    FloatConv2D,
    FloatDepthwiseConv2D,
    FloatFullyConnected,
    UnaryFunction,
)
from aiedge.model.ir.verify import verify
from aiedge.model.passes.fold_scales import fold_scales

ADD, SUB, MUL, DIV = BinaryFunction.ADD, BinaryFunction.SUB, BinaryFunction.MUL, BinaryFunction.DIV
RNG = np.random.default_rng(7)
CHANNELS = RNG.uniform(0.5, 2, 6)
Weighted = Callable[[FloatBuilder], int]


def conv(b: FloatBuilder) -> int:
    operands = [b.input(2, 5, 5, 3), b.constant(RNG.standard_normal((6, 3, 3, 3))), b.constant(CHANNELS)]
    return b.node(FloatConv2D(1, 1, 1, 1, 1, 1, 1, 1), operands, (2, 5, 5, 6))


def depthwise(b: FloatBuilder) -> int:
    operands = [b.input(2, 5, 5, 3), b.constant(RNG.standard_normal((1, 3, 3, 6))), b.constant(CHANNELS)]
    return b.node(FloatDepthwiseConv2D(2, 1, 1, 1, 1, 1, 1, 1, 1), operands, (2, 5, 5, 6))


def fully_connected(b: FloatBuilder) -> int:
    operands = [b.input(4, 9), b.constant(RNG.standard_normal((6, 9))), b.constant(CHANNELS)]
    return b.node(FloatFullyConnected(), operands, (4, 6))


def test_batch_normalization_vanishes() -> None:
    for weighted, name in (
        (conv, "float_conv_2d"),
        (depthwise, "float_depthwise_conv_2d"),
        (fully_connected, "float_fully_connected"),
    ):
        b = FloatBuilder()
        x = b.binary(MUL, weighted(b), b.constant(-CHANNELS))
        x = b.unary(UnaryFunction.CLIP, b.binary(ADD, x, b.constant(CHANNELS[None])), 0, 6)
        graph = b.build(x)
        folded = fold_scales(graph)
        verify(folded)
        assert names(folded) == [name, "clip"]
        _assert_close(folded, graph)
        assert fold_scales(folded) is folded


@pytest.mark.parametrize("weighted", [conv, depthwise, fully_connected])
@pytest.mark.parametrize("function", [ADD, SUB, MUL, DIV])
@pytest.mark.parametrize("values", [CHANNELS, [[3.0]], -2.5])
@pytest.mark.parametrize("swapped", [False, True])
def test_each_function(weighted: Weighted, function: BinaryFunction, values: object, swapped: bool) -> None:
    b = FloatBuilder()
    x, constant = weighted(b), b.constant(values)
    graph = b.build(b.binary(function, constant, x) if swapped else b.binary(function, x, constant))
    folded = fold_scales(graph)
    verify(folded)
    assert len(folded.nodes) == (2 if function is DIV and swapped else 1)
    _assert_close(folded, graph)


def test_shared_weights_keep_their_values_for_others() -> None:
    b = FloatBuilder()
    x = fully_connected(b)
    y = b.node(FloatFullyConnected(), b.graph.nodes[0].inputs, (4, 6))
    graph = b.build(b.binary(MUL, x, 2.0), y)
    folded = fold_scales(graph)
    assert names(folded) == ["float_fully_connected"] * 2
    _assert_close(folded, graph)


def _read_twice(b: FloatBuilder) -> tuple[int, ...]:
    x = conv(b)
    return b.binary(MUL, x, 2.0), b.unary(UnaryFunction.ABS, x)


def _an_output(b: FloatBuilder) -> tuple[int, ...]:
    x = conv(b)
    return b.binary(MUL, x, 2.0), x


def _with_itself(b: FloatBuilder) -> tuple[int, ...]:
    x = conv(b)
    return (b.binary(ADD, x, x),)


def _for_each_pixel(b: FloatBuilder) -> tuple[int, ...]:
    return (b.binary(MUL, conv(b), b.constant(np.ones((5, 1)))),)


def _wider(b: FloatBuilder) -> tuple[int, ...]:
    return (b.binary(MUL, conv(b), b.constant(np.ones((1, 1, 1, 1, 6)))),)


def _too_large(b: FloatBuilder) -> tuple[int, ...]:
    return (b.binary(MUL, conv(b), b.constant(1e39 / 2.95)),)


def _by_zero(b: FloatBuilder) -> tuple[int, ...]:
    return (b.binary(DIV, conv(b), 0.0),)


def _another_function(b: FloatBuilder) -> tuple[int, ...]:
    return (b.binary(BinaryFunction.MAXIMUM, conv(b), 0.0),)


@pytest.mark.parametrize(
    "build",
    [_read_twice, _an_output, _with_itself, _for_each_pixel, _wider, _too_large, _by_zero, _another_function],
)
def test_what_does_not_fit_stays(build: Callable[[FloatBuilder], tuple[int, ...]]) -> None:
    b = FloatBuilder()
    graph = b.build(*build(b))
    assert fold_scales(graph) is graph


def _assert_close(folded: Graph, graph: Graph) -> None:
    inputs = random_inputs(graph)
    for ours, theirs in zip(interpret(folded, inputs), interpret(graph, inputs), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)
