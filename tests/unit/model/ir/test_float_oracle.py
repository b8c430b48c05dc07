"""The oracle's float operations beside plain loops over scalars, each step rounded as docs/arithmetic.md writes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from float_graphs import FLOAT_BUILDERS, inputs_of, real
from numpy.typing import NDArray
from random_graphs import graph_of

from aiedge.model.ir.graph import Graph, Node, Quantization, Tensor
from aiedge.model.ir.interpret import interpret
from aiedge.model.ir.ops import (
    Dequantize,
    FloatAveragePool2D,
    FloatConv2D,
    FloatMaxPool2D,
    FloatReduce,
    FloatSoftmax,
    Quantize,
    ReduceFunction,
)
from aiedge.model.ir.real_functions import exp64

Floats = NDArray[np.float32]
f32 = np.float32
pytestmark = pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid", "ignore:divide")


def taps(op: Any, size: tuple[int, int], x: Floats, place: tuple[int, int]) -> list[tuple[int, int, Floats]]:
    """Row, column and pixel of each position of a window that lies inside the input, in order."""
    dilation = (getattr(op, "dilation_h", 1), getattr(op, "dilation_w", 1))
    found = []
    for row in range(size[0]):
        for column in range(size[1]):
            i = place[0] * op.stride_h + row * dilation[0] - op.pad_top
            j = place[1] * op.stride_w + column * dilation[1] - op.pad_left
            if 0 <= i < x.shape[0] and 0 <= j < x.shape[1]:
                found.append((row, column, x[i, j]))
    return found


def each_place(graph: Graph) -> list[tuple[int, ...]]:
    return list(np.ndindex(graph.tensors[graph.outputs[0]].shape))


def conv_2d(graph: Graph, x: Floats) -> list[np.float32]:
    op: Any = graph.nodes[0].op
    w, bias = (graph.tensors[i].data for i in graph.nodes[0].inputs[1:])
    assert w is not None
    assert bias is not None
    results = []
    for n, i, j, o in each_place(graph):
        total = bias[o]
        for row, column, pixel in taps(op, w.shape[1:3], x[n], (i, j)):
            for channel in range(len(pixel)):
                total = f32(total + f32(pixel[channel] * w[o, row, column, channel]))
        results.append(total)
    return results


def depthwise_conv_2d(graph: Graph, x: Floats) -> list[np.float32]:
    op: Any = graph.nodes[0].op
    w, bias = (graph.tensors[i].data for i in graph.nodes[0].inputs[1:])
    assert w is not None
    assert bias is not None
    results = []
    for n, i, j, o in each_place(graph):
        total = bias[o]
        for row, column, pixel in taps(op, w.shape[1:3], x[n], (i, j)):
            total = f32(total + f32(pixel[o // op.depth_multiplier] * w[0, row, column, o]))
        results.append(total)
    return results


def fully_connected(graph: Graph, x: Floats) -> list[np.float32]:
    w, bias = (graph.tensors[i].data for i in graph.nodes[0].inputs[1:])
    assert w is not None
    assert bias is not None
    results = []
    for row in x.reshape(-1, w.shape[1]):
        for o in range(len(bias)):
            total = bias[o]
            for k in range(w.shape[1]):
                total = f32(total + f32(row[k] * w[o, k]))
            results.append(total)
    return results


def average_pool_2d(graph: Graph, x: Floats) -> list[np.float32]:
    op: Any = graph.nodes[0].op
    results = []
    for n, i, j, c in each_place(graph):
        inside = taps(op, (op.filter_h, op.filter_w), x[n], (i, j))
        total = f32(0)
        for _, _, pixel in inside:
            total = f32(total + pixel[c])
        results.append(f32(total / f32(op.filter_h * op.filter_w if op.count_padding else len(inside))))
    return results


def max_pool_2d(graph: Graph, x: Floats) -> list[np.float32]:
    op: Any = graph.nodes[0].op
    results = []
    for n, i, j, c in each_place(graph):
        (_, _, first), *others = taps(op, (op.filter_h, op.filter_w), x[n], (i, j))
        greatest = first[c]
        for _, _, pixel in others:
            greatest = max(greatest, pixel[c])
        results.append(greatest)
    return results


def softmax(graph: Graph, x: Floats) -> list[np.float32]:
    op: Any = graph.nodes[0].op
    results = []
    for row in x.reshape(-1, x.shape[-1]):
        greatest = row[0]
        for value in row[1:]:
            greatest = value if value > greatest else greatest
        moved = [f32(f32(value - greatest) * f32(op.beta)) for value in row]
        parts = [f32(exp64(np.array(float(value)))) for value in moved]
        total = parts[0]
        for part in parts[1:]:
            total = f32(total + part)
        results += [f32(part / total) for part in parts]
    return results


def reduced(graph: Graph, x: Floats) -> list[np.float32]:
    op: Any = graph.nodes[0].op
    lead, count = x.shape[: op.first_axis], int(np.prod(x.shape[op.first_axis : op.last_axis + 1]))
    results = []
    for before in x.reshape(int(np.prod(lead)), count, -1):
        for after in range(before.shape[1]):
            value = before[0, after] if op.function == ReduceFunction.MAX else f32(0)
            for element in before[:, after]:
                if op.function != ReduceFunction.MAX:
                    value = f32(value + element)
                elif element > value:
                    value = element
            results.append(f32(value / f32(count)) if op.function == ReduceFunction.MEAN else value)
    return results


def resize_bilinear(graph: Graph, x: Floats) -> list[np.float32]:
    op: Any = graph.nodes[0].op
    _, rows, columns, _ = graph.tensors[graph.outputs[0]].shape

    def place(i: int, n: int, m: int) -> tuple[int, int, np.float32]:
        k = 1 if op.align_corners and m > 1 else 0
        step = f32(f32(n - k) / f32(m - k))
        p = f32(f32(i) * step)
        if op.half_pixel_centers:
            p = f32(p + f32(f32(f32(0.5) * step) - f32(0.5)))
            p = min(max(p, f32(0)), f32(n - 1))
        low = min(int(p), n - 1)
        return low, min(low + 1, n - 1), f32(p - f32(low))

    results = []
    for n, i, j, c in each_place(graph):
        top, bottom, down = place(i, x.shape[1], rows)
        left, right, across = place(j, x.shape[2], columns)
        pair = []
        for row in (top, bottom):
            a, b = x[n, row, left, c], x[n, row, right, c]
            pair.append(f32(a + f32(f32(b - a) * across)))
        results.append(f32(pair[0] + f32(f32(pair[1] - pair[0]) * down)))
    return results


PLAIN: dict[str, Callable[[Graph, Floats], list[np.float32]]] = {
    "conv_2d": conv_2d,
    "depthwise_conv_2d": depthwise_conv_2d,
    "fully_connected": fully_connected,
    "average_pool_2d": average_pool_2d,
    "max_pool_2d": max_pool_2d,
    "softmax": softmax,
    "resize_bilinear": resize_bilinear,
    "reduce_mean": reduced,
    "reduce_sum": reduced,
    "reduce_max": reduced,
}


@pytest.mark.parametrize("kind", PLAIN)
def test_the_bits_of_plain_loops(kind: str) -> None:
    compared = seed = 0
    while compared < 4:
        rng = np.random.default_rng(seed)
        seed += 1
        graph = FLOAT_BUILDERS[kind](rng)
        weights = [graph.tensors[i] for i in graph.nodes[0].inputs if graph.tensors[i].is_constant]
        per_output = weights[0].element_count if weights else 10
        if graph.tensors[graph.outputs[0]].element_count * per_output > 200_000:
            continue
        (x,) = inputs_of(graph, rng)
        ours = interpret(graph, [x])[0]
        expected = np.array(PLAIN[kind](graph, x), np.float32).reshape(ours.shape)
        numbers = ~np.isnan(expected)
        assert ours[numbers].tobytes() == expected[numbers].tobytes()
        assert np.isnan(ours[~numbers]).all()
        compared += 1


def run(graph: Graph, *values: NDArray[Any]) -> NDArray[Any]:
    return interpret(graph, list(values))[0]


def test_padding_is_left_out_of_a_sum() -> None:
    """A padding that were added as 0 would turn -0 into 0."""
    w = Tensor("w", (1, 3, 3, 1), "float32", None, np.full((1, 3, 3, 1), 1e-45, np.float32))
    bias = Tensor("b", (1,), "float32", None, np.array([-0.0], np.float32))
    graph = graph_of(
        FloatConv2D(1, 1, 1, 1, 1, 1, 1, 1), [real((1, 1, 1, 1)), w, bias], real((1, 1, 1, 1), "y")
    )
    assert np.signbit(run(graph, np.full((1, 1, 1, 1), -1e-45, np.float32)))[0, 0, 0, 0]


def test_a_window_that_reads_nothing_gives_the_bias() -> None:
    w = Tensor("w", (1, 2, 1, 1), "float32", None, np.ones((1, 2, 1, 1), np.float32))
    bias = Tensor("b", (1,), "float32", None, np.array([7], np.float32))
    graph = graph_of(
        FloatConv2D(1, 1, 4, 1, 2, 2, 0, 0), [real((1, 1, 1, 1)), w, bias], real((1, 1, 1, 1), "y")
    )
    assert run(graph, np.full((1, 1, 1, 1), 100, np.float32)).tolist() == [[[[7.0]]]]


def test_of_both_zeros_the_first_is_the_greatest() -> None:
    x = np.array([[-0.0, 0.0], [0.0, -0.0]], np.float32)
    graph = graph_of(FloatReduce(ReduceFunction.MAX, 1, 1), [real((2, 2))], real((2,), "y"))
    assert np.signbit(run(graph, x)).tolist() == [True, False]
    pool = graph_of(FloatMaxPool2D(1, 2, 1, 1, 0, 0, 0, 0), [real((1, 2, 2, 1))], real((1, 2, 1, 1), "y"))
    assert np.signbit(run(pool, x.reshape(1, 2, 2, 1))).ravel().tolist() == [True, False]


@pytest.mark.parametrize(
    ("x", "y"), [([1, np.nan, 3], 3), ([np.nan, 5, 3], np.nan), ([-np.inf, np.nan], -np.inf)]
)
def test_only_a_first_nan_stays_the_greatest(x: list[float], y: float) -> None:
    graph = graph_of(FloatReduce(ReduceFunction.MAX, 0, 0), [real((len(x),))], real((), "y"))
    np.testing.assert_array_equal(run(graph, np.array(x, np.float32)), np.float32(y))


def test_a_sum_is_never_minus_0() -> None:
    zeros = np.full((1, 2, 2, 1), -0.0, np.float32)
    for op in (FloatAveragePool2D(2, 2, 1, 1, 0, 0, 0, 0, 0), FloatReduce(ReduceFunction.SUM, 1, 2)):
        graph = graph_of(op, [real((1, 2, 2, 1))], real((1, 1, 1, 1), "y"))
        assert not np.signbit(run(graph, zeros)).any()


def test_a_sum_goes_from_the_left() -> None:
    x = np.array([1e8, 1, -1e8, 1], np.float32)
    graph = graph_of(FloatReduce(ReduceFunction.SUM, 0, 0), [real((4,))], real((), "y"))
    assert run(graph, x) == 1


def test_a_masked_score_has_no_share() -> None:
    graph = graph_of(FloatSoftmax(), [real((3,))], real((3,), "y"))
    assert run(graph, np.array([2, -np.inf, 2], np.float32)).tolist() == [0.5, 0, 0.5]


@pytest.mark.parametrize(
    ("x", "q"),
    [
        (0.25, 2),
        (0.75, 4),
        (0.24, 2),
        (-1e30, -128),
        (np.inf, 127),
        (-np.inf, -128),
        (np.nan, 2),
        (62.3, 127),
    ],
)
def test_quantize(x: float, q: int) -> None:
    """Halves to even in units of the scale, 0.5, then the zero point, 2."""
    y = Tensor("y", (1,), "int8", Quantization(np.array([0.5], np.float32), np.array([2], np.int32)))
    assert run(graph_of(Quantize(), [real((1,))], y), np.array([x], np.float32)).tolist() == [q]


def test_dequantize_every_value() -> None:
    x = Tensor("x", (256,), "uint8", Quantization(np.array([0.1], np.float32), np.array([200], np.int32)))
    q = np.arange(256, dtype=np.uint8)
    expected = (q.astype(np.float32) - f32(200)) * f32(0.1)
    assert run(graph_of(Dequantize(), [x], real((256,), "y")), q).tobytes() == expected.tobytes()


def test_what_is_dequantized_comes_back() -> None:
    q = Quantization(np.array([0.037], np.float32), np.array([-5], np.int32))
    tensors = [Tensor("x", (256,), "int8", q), real((256,), "r"), Tensor("y", (256,), "int8", q)]
    nodes = [Node("r", Dequantize(), (0,), (1,)), Node("y", Quantize(), (1,), (2,))]
    values = np.arange(-128, 128).astype(np.int8)
    assert run(Graph("m", tensors, nodes, (0,), (2,)), values).tolist() == values.tolist()
