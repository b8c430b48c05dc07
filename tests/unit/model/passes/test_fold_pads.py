"""A padding before a convolution becomes the convolution's own, where that is the same."""

from __future__ import annotations

import litert
import numpy as np
import pytest
from float_builder import FloatBuilder
from tflite_builder import TfliteBuilder

from aiedge.model.compile import import_model
from aiedge.model.ir.graph import Graph
from aiedge.model.ir.interpret import interpret
from aiedge.model.ir.ops import FloatConv2D, FloatDepthwiseConv2D, Pad
from aiedge.model.passes import run_passes

SAME, VALID = 0, 1


def padded_convolution(
    pads: list[tuple[int, int]], *, depthwise: bool = False, value: int | None = None, padding: int = VALID
) -> bytes:
    """PAD of an image (1, 5, 6, 2), then a window of 3 by 3 with the strides 2 and 1."""
    rng = np.random.default_rng(1)
    t = TfliteBuilder()
    q = ("int8", 0.5, 7)
    x = t.tensor((1, 5, 6, 2), *q)
    shape = [size + sum(pair) for size, pair in zip((1, 5, 6, 2), pads, strict=True)]
    wide = t.tensor(shape, *q)
    settings = t.tensor((4, 2), "int32", data=np.array(pads, np.int32))
    constant = [] if value is None else [t.tensor((1,), *q, data=np.array([value], np.int8))]
    t.operator("PADV2" if constant else "PAD", [x, settings, *constant], [wide])
    channels = shape[3]
    weights = (1, 3, 3, channels) if depthwise else (channels, 3, 3, channels)
    w = t.tensor(weights, "int8", 0.01, 0, data=rng.integers(-127, 128, weights).astype(np.int8))
    bias = t.tensor((channels,), "int32", 0.005, 0, data=np.arange(channels, dtype=np.int32) * 100)
    rows, columns = (
        (-(-shape[1] // 2), shape[2]) if padding == SAME else ((shape[1] - 3) // 2 + 1, shape[2] - 2)
    )
    y = t.tensor((shape[0], rows, columns, channels), "int8", 0.2, -3)
    options = {"StrideH": 2, "StrideW": 1, "Padding": padding}
    if depthwise:
        t.operator("DEPTHWISE_CONV_2D", [wide, w, bias], [y], DepthMultiplier=1, **options)
    else:
        t.operator("CONV_2D", [wide, w, bias], [y], **options)
    return t.build([x], [y])


BORDER = [(0, 0), (1, 2), (2, 0), (0, 0)]


@pytest.mark.parametrize(
    ("model", "ops"),
    [
        (padded_convolution(BORDER), ["conv_2d"]),
        (padded_convolution(BORDER, depthwise=True), ["depthwise_conv_2d"]),
        (padded_convolution(BORDER, value=7), ["conv_2d"]),
        (padded_convolution([(0, 0), (1, 1), (1, 1), (0, 0)], padding=SAME), ["conv_2d"]),
        (padded_convolution(BORDER, padding=SAME), ["pad", "conv_2d"]),  # more than the window
        (padded_convolution([(0, 0), (3, 0), (0, 0), (0, 0)]), ["pad", "conv_2d"]),
        (padded_convolution([(0, 0), (1, 1), (1, 1), (1, 0)]), ["pad", "conv_2d"]),
        (padded_convolution([(1, 0), (1, 1), (1, 1), (0, 0)]), ["pad", "conv_2d"]),
        (padded_convolution(BORDER, value=0), ["pad", "conv_2d"]),
    ],
)
def test_folded_where_it_fits_and_the_bits_stay(model: bytes, ops: list[str]) -> None:
    graph = import_model(model, "m")
    assert [node.op.NAME for node in graph.nodes] == ops
    reference = litert.LiteRT(model)
    inputs = reference.random_inputs(np.random.default_rng(2))
    np.testing.assert_array_equal(interpret(graph, inputs)[0], reference.run(inputs)[0])


def test_a_pad_that_something_else_needs_stays() -> None:
    t = TfliteBuilder()
    q = ("int8", 0.5, 7)
    x, wide, y = t.tensor((1, 4, 4, 1), *q), t.tensor((1, 6, 6, 1), *q), t.tensor((1, 4, 4, 1), *q)
    pads = t.tensor((4, 2), "int32", data=np.array([(0, 0), (1, 1), (1, 1), (0, 0)], np.int32))
    w = t.tensor((1, 3, 3, 1), "int8", 0.01, 0, data=np.ones((1, 3, 3, 1), np.int8))
    t.operator("PAD", [x, pads], [wide])
    t.operator("CONV_2D", [wide, w, -1], [y], StrideH=1, StrideW=1, Padding=VALID)
    graph = import_model(t.build([x], [wide, y]), "m")
    assert [node.op.NAME for node in graph.nodes] == ["pad", "conv_2d"]
    assert graph.nodes[1].inputs[0] == graph.inputs[0]


def padded_float_convolution(bias: float, *, depthwise: bool = False) -> Graph:
    """An image (1, 4, 5, 2) with a border, then a window of 3 by 3."""
    b = FloatBuilder()
    rng = np.random.default_rng(4)
    wide = b.node(Pad.of([(0, 0), (1, 2), (2, 0), (0, 0)], 0), [b.input(1, 4, 5, 2)], (1, 7, 7, 2))
    shape = (1, 3, 3, 2) if depthwise else (3, 3, 3, 2)
    channels = 2 if depthwise else 3
    operands = [wide, b.constant(rng.standard_normal(shape)), b.constant(np.full(channels, bias))]
    op = FloatDepthwiseConv2D(1, 1, 1, 1, 1, 0, 0, 0, 0) if depthwise else FloatConv2D(1, 1, 1, 1, 0, 0, 0, 0)
    return b.build(b.node(op, operands, (1, 5, 5, channels)))


@pytest.mark.parametrize("depthwise", [False, True])
@pytest.mark.parametrize(("bias", "left"), [(0.5, 1), (0.0, 1), (-0.0, 2)])
def test_folded_in_float_where_no_sum_is_minus_0(bias: float, left: int, depthwise: bool) -> None:
    graph = padded_float_convolution(bias, depthwise=depthwise)
    folded = run_passes(graph)
    assert len(folded.nodes) == left
    rng = np.random.default_rng(5)
    x = np.where(rng.random((1, 4, 5, 2)) < 0.7, -0.0, rng.standard_normal((1, 4, 5, 2))).astype(np.float32)
    assert interpret(folded, [x])[0].tobytes() == interpret(graph, [x])[0].tobytes()
