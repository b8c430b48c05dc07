"""Small random graphs, one operation each, with sizes at the edges of the kernels' tiles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.model.ir.arithmetic import softmax_table
from aiedge.model.ir.graph import Graph, Node, Quantization, Tensor
from aiedge.model.ir.ops import (
    Add,
    AveragePool2D,
    Conv2D,
    DepthwiseConv2D,
    FullyConnected,
    Lookup,
    Maximum,
    MaxPool2D,
    Mean,
    MeanOver,
    Minimum,
    Mul,
    Op,
    PRelu,
    Requantize,
    Reshape,
    Softmax,
    Sub,
    Sum,
)

Random = np.random.Generator
CHANNELS = (1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64)
HARD_BIAS = (-(2**31), 2**31 - 1, 2**30, 0)


def random_values(rng: Random, dtype: str, shape: tuple[int, ...]) -> NDArray[Any]:
    info = np.iinfo(dtype)
    return rng.integers(info.min, info.max + 1, shape).astype(dtype)


def activation(
    rng: Random, dtype: str, shape: tuple[int, ...], *, scale: float | None = None, name: str = "x"
) -> Tensor:
    info = np.iinfo(dtype)
    chosen = np.float32(rng.uniform(0.005, 0.2) if scale is None else scale)
    zero_point = int(rng.integers(info.min, info.max + 1))
    quantization = Quantization(np.array([chosen]), np.array([zero_point], np.int32))
    return Tensor(name, shape, dtype, quantization)


def like(tensor: Tensor, shape: tuple[int, ...]) -> Tensor:
    """An activation of the same quantization and another shape."""
    return Tensor("y", shape, tensor.dtype, tensor.quantization)


def clamp(rng: Random, dtype: str) -> tuple[int, int]:
    info = np.iinfo(dtype)
    if rng.integers(2):
        return info.min, info.max
    low, high = sorted(int(v) for v in rng.integers(info.min, info.max + 1, 2))
    return low, high


def weights_and_bias(rng: Random, dtype: str, shape: tuple[int, ...], axis: int) -> tuple[Tensor, Tensor]:
    channels = shape[axis]
    per_channel = dtype == "int8" and channels > 1 and rng.integers(4) > 0
    count = channels if per_channel else 1
    scales = rng.uniform(0.001, 0.02, count).astype(np.float32)
    zeros = np.zeros(count, np.int32) if dtype == "int8" else rng.integers(0, 256, count).astype(np.int32)
    weights = Tensor(
        "w",
        shape,
        dtype,
        Quantization(scales, zeros, axis if per_channel else 0),
        random_values(rng, dtype, shape),
    )
    bias = rng.integers(-20000, 20000, channels).astype(np.int32)
    if rng.integers(3) == 0:  # a sum beyond int32 wraps
        bias[rng.integers(channels)] = rng.choice(HARD_BIAS)
    return weights, Tensor("b", (channels,), "int32", None, bias)


class Window:
    """One axis: input size, window, stride, dilation, padding before and after, and how many windows fit."""

    def __init__(self, rng: Random, *, dilated: bool) -> None:
        while True:
            self.size = int(rng.integers(1, 14))
            self.window = int(rng.integers(1, 6))
            self.stride = int(rng.integers(1, 4))
            self.dilation = int(rng.integers(1, 4)) if dilated else 1
            extent = (self.window - 1) * self.dilation + 1
            self.before, self.after = (int(v) for v in rng.integers(0, min(extent, 4), 2))
            room = self.size + self.before + self.after - extent
            self.count = room // self.stride + 1
            if room >= 0:
                return


def conv_2d(rng: Random, dtype: str) -> Graph:
    rows, columns = Window(rng, dilated=True), Window(rng, dilated=True)
    if rng.integers(2):  # pointwise is a case of its own
        for axis in (rows, columns):
            axis.window = axis.stride = axis.dilation = 1
            axis.before = axis.after = 0
            axis.count = axis.size
    batch, depth, channels = int(rng.integers(1, 3)), int(rng.choice(CHANNELS)), int(rng.choice(CHANNELS))
    x = activation(rng, dtype, (batch, rows.size, columns.size, depth))
    weights, bias = weights_and_bias(rng, dtype, (channels, rows.window, columns.window, depth), 0)
    y = activation(rng, dtype, (batch, rows.count, columns.count, channels), name="y")
    op = Conv2D(
        rows.stride, columns.stride, rows.dilation, columns.dilation,
        rows.before, rows.after, columns.before, columns.after, *clamp(rng, dtype),
    )  # fmt: skip
    return graph_of(op, [x, weights, bias], y)


def depthwise_conv_2d(rng: Random, dtype: str) -> Graph:
    rows, columns = Window(rng, dilated=True), Window(rng, dilated=True)
    batch, depth = int(rng.integers(1, 3)), int(rng.choice(CHANNELS))
    multiplier = int(rng.choice([1, 1, 1, 2, 3]))
    x = activation(rng, dtype, (batch, rows.size, columns.size, depth))
    channels = depth * multiplier
    weights, bias = weights_and_bias(rng, dtype, (1, rows.window, columns.window, channels), 3)
    y = activation(rng, dtype, (batch, rows.count, columns.count, channels), name="y")
    op = DepthwiseConv2D(
        multiplier, rows.stride, columns.stride, rows.dilation, columns.dilation,
        rows.before, rows.after, columns.before, columns.after, *clamp(rng, dtype),
    )  # fmt: skip
    return graph_of(op, [x, weights, bias], y)


def fully_connected(rng: Random, dtype: str) -> Graph:
    rows, depth, channels = int(rng.integers(1, 5)), int(rng.choice(CHANNELS)), int(rng.choice(CHANNELS))
    x = activation(rng, dtype, (rows, depth))
    weights, bias = weights_and_bias(rng, dtype, (channels, depth), 0)
    y = activation(rng, dtype, (rows, channels), name="y")
    return graph_of(FullyConnected(*clamp(rng, dtype)), [x, weights, bias], y)


def add(rng: Random, dtype: str) -> Graph:
    return _sum_of_two(Add(*clamp(rng, dtype)), rng, dtype)


def sub(rng: Random, dtype: str) -> Graph:
    return _sum_of_two(Sub(*clamp(rng, dtype)), rng, dtype)


def _sum_of_two(op: Op, rng: Random, dtype: str) -> Graph:
    a_shape, b_shape, y_shape = operand_shapes(rng)
    a = activation(rng, dtype, a_shape, scale=float(2.0 ** rng.uniform(-8, 1)))
    b = activation(rng, dtype, b_shape, scale=float(2.0 ** rng.uniform(-8, 1)), name="b")
    y = activation(rng, dtype, y_shape, scale=float(2.0 ** rng.uniform(-5, 1)), name="y")
    return graph_of(op, [a, perhaps_constant(rng, b)], y)


def mul(rng: Random, dtype: str) -> Graph:
    a_shape, b_shape, y_shape = operand_shapes(rng)
    a = activation(rng, dtype, a_shape, scale=float(2.0 ** -rng.integers(1, 8)))
    b = activation(rng, dtype, b_shape, scale=float(2.0 ** -rng.integers(1, 8)), name="b")
    y = activation(rng, dtype, y_shape, scale=float(2.0 ** -rng.integers(0, 6)), name="y")
    return graph_of(Mul(*clamp(rng, dtype)), [a, perhaps_constant(rng, b)], y)


def minimum(rng: Random, dtype: str) -> Graph:
    return _extremum(Minimum(), rng, dtype)


def maximum(rng: Random, dtype: str) -> Graph:
    return _extremum(Maximum(), rng, dtype)


def _extremum(op: Op, rng: Random, dtype: str) -> Graph:
    a_shape, b_shape, y_shape = operand_shapes(rng)
    a = activation(rng, dtype, a_shape)
    return graph_of(op, [a, perhaps_constant(rng, like(a, b_shape))], like(a, y_shape))


def prelu(rng: Random, dtype: str) -> Graph:
    shape = (1, 3, int(rng.integers(1, 9)), int(rng.choice(CHANNELS)))
    x = activation(rng, dtype, shape)
    slopes = activation(rng, dtype, shape[int(rng.integers(0, 4)) :], name="slopes")
    y = activation(rng, dtype, shape, name="y")
    return graph_of(PRelu(), [x, perhaps_constant(rng, slopes)], y)


def operand_shapes(rng: Random) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Two operands' shapes, some axes of which repeat, and the output's."""
    full = (*(int(size) for size in rng.integers(1, 5, rng.integers(0, 4))), int(rng.choice(CHANNELS)))
    a, b = (tuple(1 if rng.integers(3) == 0 else size for size in full) for _ in range(2))
    if rng.integers(2):
        a = b = full
    elif rng.integers(2):
        a = full
        b = b[int(rng.integers(0, len(b))) :]
    return a, b, tuple(np.broadcast_shapes(a, b))


def perhaps_constant(rng: Random, tensor: Tensor) -> Tensor:
    if rng.integers(3) == 0:
        tensor.data = random_values(rng, tensor.dtype, tensor.shape)
    return tensor


def average_pool_2d(rng: Random, dtype: str) -> Graph:
    return _pool(AveragePool2D, rng, dtype)


def max_pool_2d(rng: Random, dtype: str) -> Graph:
    return _pool(MaxPool2D, rng, dtype)


def _pool(kind: type[AveragePool2D] | type[MaxPool2D], rng: Random, dtype: str) -> Graph:
    rows, columns = Window(rng, dilated=False), Window(rng, dilated=False)
    depth = int(rng.choice(CHANNELS))
    x = activation(rng, dtype, (1, rows.size, columns.size, depth))
    y = like(x, (1, rows.count, columns.count, depth))
    op = kind(
        rows.window, columns.window, rows.stride, columns.stride,
        rows.before, rows.after, columns.before, columns.after, *clamp(rng, dtype),
    )  # fmt: skip
    return graph_of(op, [x], y)


def mean(rng: Random, dtype: str) -> Graph:
    height, width, depth = int(rng.integers(1, 12)), int(rng.integers(1, 12)), int(rng.choice(CHANNELS))
    x = activation(rng, dtype, (2, height, width, depth))
    return graph_of(Mean(), [x], activation(rng, dtype, (2, depth), name="y"))


def mean_over(rng: Random, dtype: str) -> Graph:
    return _reduction(MeanOver, rng, dtype)


def sum_over(rng: Random, dtype: str) -> Graph:
    return _reduction(Sum, rng, dtype)


def _reduction(kind: type[MeanOver] | type[Sum], rng: Random, dtype: str) -> Graph:
    shape = (*(int(size) for size in rng.integers(1, 7, rng.integers(0, 4))), int(rng.choice(CHANNELS)))
    first, last = sorted(int(axis) for axis in rng.integers(0, len(shape), 2))
    inner = [1] * (last - first + 1) if rng.integers(2) else []
    x = activation(rng, dtype, shape)
    y = activation(rng, dtype, (*shape[:first], *inner, *shape[last + 1 :]), name="y")
    return graph_of(kind(first, last), [x], y)


def lookup(rng: Random, dtype: str) -> Graph:
    x = activation(rng, dtype, (2, int(rng.choice(CHANNELS))))
    y = activation(rng, dtype, x.shape, name="y")
    table = Tensor("table", (256,), dtype, y.quantization, random_values(rng, dtype, (256,)))
    return graph_of(Lookup(), [x, table], y)


def softmax(rng: Random, dtype: str) -> Graph:
    x = activation(rng, dtype, (int(rng.integers(1, 4)), int(rng.choice(CHANNELS))))
    assert x.quantization is not None
    beta = float(rng.choice([1.0, 0.5]))
    table = softmax_table(x.quantization.scale, beta)
    y = activation(rng, dtype, x.shape, scale=float(rng.choice([1 / 256, 1 / 200])), name="y")
    return graph_of(Softmax(beta), [x, Tensor("table", table.shape, "float32", None, table)], y)


def reshape(rng: Random, dtype: str) -> Graph:
    x = activation(rng, dtype, (2, 3, int(rng.choice(CHANNELS))))
    return graph_of(Reshape(), [x], like(x, (x.element_count,)))


def requantize(rng: Random, dtype: str) -> Graph:
    x = activation(rng, dtype, (3, int(rng.choice(CHANNELS))))
    assert x.quantization is not None
    same = float(x.quantization.scale) if rng.integers(2) else None
    return graph_of(
        Requantize(), [x], activation(rng, str(rng.choice(["int8", "uint8"])), x.shape, scale=same, name="y")
    )


def graph_of(op: Op, inputs: list[Tensor], output: Tensor) -> Graph:
    """A graph of one node; its inputs are those tensors that are not constant."""
    return Graph(
        "random",
        [*inputs, output],
        [Node("node", op, tuple(range(len(inputs))), (len(inputs),))],
        tuple(i for i, tensor in enumerate(inputs) if not tensor.is_constant),
        (len(inputs),),
    )


BUILDERS: Mapping[str, Callable[[Random, str], Graph]] = {
    build.__name__: build
    for build in (
        conv_2d, depthwise_conv_2d, fully_connected, add, average_pool_2d, mean, softmax, reshape, requantize,
        lookup, mul, sub, max_pool_2d, sum_over, minimum, maximum, prelu, mean_over,
    )
}  # fmt: skip
