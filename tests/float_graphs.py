"""Small random graphs of one float operation each, with sizes at the edges of the kernels' tiles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from random_graphs import CHANNELS, Random, Window, activation, graph_of, operand_shapes, random_values

from aiedge.model.ir.graph import Graph, Tensor
from aiedge.model.ir.ops import (
    BinaryFunction,
    Concat,
    Dequantize,
    FloatAveragePool2D,
    FloatBinary,
    FloatConv2D,
    FloatDepthwiseConv2D,
    FloatFullyConnected,
    FloatMaxPool2D,
    FloatPRelu,
    FloatReduce,
    FloatResizeBilinear,
    FloatSoftmax,
    FloatUnary,
    Gather,
    Pad,
    Quantize,
    ReduceFunction,
    Reshape,
    ResizeNearest,
    StridedSlice,
    Transpose,
    UnaryFunction,
)

Builder = Callable[[Random], Graph]
Floats = NDArray[np.float32]

ZEROS = np.array([0.0, -0.0], np.float32)
SPECIAL = np.array([0.0, -0.0, 1e-45, -1e-45, 1e-39, -1e-39, 3.4e38, -3.4e38, 1.0, -1.0], np.float32)
"""Finite values at which kernels go wrong: both zeros, subnormals, the greatest."""


def floats(rng: Random, shape: tuple[int, ...], *, special: bool = True) -> Floats:
    """Values of many magnitudes, some of them special."""
    scale = float(rng.choice([0.1, 1.0, 4.0, 30.0]))
    values = (rng.standard_normal(shape) * scale).astype(np.float32)
    if special and rng.integers(2):
        chosen = rng.random(shape) < 0.2
        values = np.where(chosen, rng.choice(SPECIAL if rng.integers(2) else ZEROS, shape), values)
    return np.asarray(values, np.float32)


def inputs_of(graph: Graph, rng: Random) -> list[NDArray[Any]]:
    """Arrays for the inputs of a graph of any types."""
    tensors = [graph.tensors[i] for i in graph.inputs]
    return [
        floats(rng, t.shape) if t.dtype == "float32" else random_values(rng, t.dtype, t.shape)
        for t in tensors
    ]


def real(shape: tuple[int, ...], name: str = "x") -> Tensor:
    """A float32 activation."""
    return Tensor(name, shape, "float32")


def constant(rng: Random, shape: tuple[int, ...], name: str) -> Tensor:
    """Values that do not overflow in a sum, some of them both zeros and subnormal."""
    values = (rng.standard_normal(shape) * float(rng.choice([0.05, 1.0]))).astype(np.float32)
    if rng.integers(2):
        chosen = rng.random(shape) < 0.2
        values = np.where(chosen, rng.choice(np.array([0, -0.0, 1e-40], np.float32), shape), values)
    return Tensor(name, shape, "float32", None, np.asarray(values, np.float32))


def perhaps_constant(rng: Random, tensor: Tensor) -> Tensor:
    return constant(rng, tensor.shape, tensor.name) if rng.integers(3) == 0 else tensor


def conv_2d(rng: Random) -> Graph:
    rows, columns = Window(rng, dilated=True), Window(rng, dilated=True)
    if rng.integers(2):  # pointwise is a case of its own
        for axis in (rows, columns):
            axis.window = axis.stride = axis.dilation = 1
            axis.before = axis.after = 0
            axis.count = axis.size
    batch, depth, channels = int(rng.integers(1, 3)), int(rng.choice(CHANNELS)), int(rng.choice(CHANNELS))
    x = real((batch, rows.size, columns.size, depth))
    weights = constant(rng, (channels, rows.window, columns.window, depth), "w")
    op = FloatConv2D(
        rows.stride, columns.stride, rows.dilation, columns.dilation,
        rows.before, rows.after, columns.before, columns.after,
    )  # fmt: skip
    y = real((batch, rows.count, columns.count, channels), "y")
    return graph_of(op, [x, weights, constant(rng, (channels,), "b")], y)


def depthwise_conv_2d(rng: Random) -> Graph:
    rows, columns = Window(rng, dilated=True), Window(rng, dilated=True)
    batch, depth = int(rng.integers(1, 3)), int(rng.choice(CHANNELS))
    multiplier = int(rng.choice([1, 1, 1, 2, 3]))
    channels = depth * multiplier
    x = real((batch, rows.size, columns.size, depth))
    weights = constant(rng, (1, rows.window, columns.window, channels), "w")
    op = FloatDepthwiseConv2D(
        multiplier, rows.stride, columns.stride, rows.dilation, columns.dilation,
        rows.before, rows.after, columns.before, columns.after,
    )  # fmt: skip
    y = real((batch, rows.count, columns.count, channels), "y")
    return graph_of(op, [x, weights, constant(rng, (channels,), "b")], y)


def fully_connected(rng: Random) -> Graph:
    rows, depth, channels = int(rng.integers(1, 5)), int(rng.choice(CHANNELS)), int(rng.choice(CHANNELS))
    lead = (rows,) if rng.integers(2) else (1, rows)
    weights = constant(rng, (channels, depth), "w")
    bias = constant(rng, (channels,), "b")
    return graph_of(
        FloatFullyConnected(), [real((*lead, depth)), weights, bias], real((*lead, channels), "y")
    )


def binary(function: BinaryFunction, rng: Random) -> Graph:
    a_shape, b_shape, y_shape = operand_shapes(rng)
    operands = [real(a_shape, "a"), perhaps_constant(rng, real(b_shape, "b"))]
    if rng.integers(2):
        operands.reverse()
    return graph_of(FloatBinary(function), operands, real(y_shape, "y"))


def unary(function: UnaryFunction, rng: Random) -> Graph:
    shape = (*(int(size) for size in rng.integers(1, 5, rng.integers(0, 4))), int(rng.choice(CHANNELS)))
    alpha = beta = 0.0
    if function == UnaryFunction.CLIP:
        alpha, beta = [(0, np.inf), (0, 6), (-np.inf, 1), (-1, 1), (0, 0)][rng.integers(5)]
    elif function == UnaryFunction.HARD_SIGMOID:
        alpha, beta = [(0.2, 0.5), (1 / 6, 0.5)][rng.integers(2)]
    elif function in (UnaryFunction.LEAKY_RELU, UnaryFunction.ELU):
        alpha = float(rng.choice([0.01, 0.1, 1.0]))
    return graph_of(FloatUnary(function, alpha, beta), [real(shape)], real(shape, "y"))


def average_pool_2d(rng: Random) -> Graph:
    rows, columns, fields = _pool(rng)
    depth = int(rng.choice(CHANNELS))
    op = FloatAveragePool2D(*[*fields, int(rng.integers(2))])
    x, y = (1, rows.size, columns.size, depth), (1, rows.count, columns.count, depth)
    return graph_of(op, [real(x)], real(y, "y"))


def max_pool_2d(rng: Random) -> Graph:
    rows, columns, fields = _pool(rng)
    depth = int(rng.choice(CHANNELS))
    x, y = (1, rows.size, columns.size, depth), (1, rows.count, columns.count, depth)
    return graph_of(FloatMaxPool2D(*fields), [real(x)], real(y, "y"))


def _pool(rng: Random) -> tuple[Window, Window, list[int]]:
    rows, columns = Window(rng, dilated=False), Window(rng, dilated=False)
    fields = [rows.window, columns.window, rows.stride, columns.stride]
    return rows, columns, [*fields, rows.before, rows.after, columns.before, columns.after]


def reduce(function: ReduceFunction, rng: Random) -> Graph:
    shape = (*(int(size) for size in rng.integers(1, 7, rng.integers(0, 4))), int(rng.choice(CHANNELS)))
    first, last = sorted(int(axis) for axis in rng.integers(0, len(shape), 2))
    inner = [1] * (last - first + 1) if rng.integers(2) else []
    y = real((*shape[:first], *inner, *shape[last + 1 :]), "y")
    return graph_of(FloatReduce(function, first, last), [real(shape)], y)


def softmax(rng: Random) -> Graph:
    shape = (*(int(size) for size in rng.integers(1, 5, rng.integers(0, 3))), int(rng.choice(CHANNELS)))
    return graph_of(FloatSoftmax(float(rng.choice([1.0, 0.5]))), [real(shape)], real(shape, "y"))


def resize_bilinear(rng: Random) -> Graph:
    modes = [(0, 0), (0, 1), (1, 0)][rng.integers(3)]
    return _resized(rng, FloatResizeBilinear(*modes))


def resize_nearest(rng: Random) -> Graph:
    modes = [(0, 0), (0, 1), (1, 0)][rng.integers(3)]
    return _resized(rng, ResizeNearest(*modes))


def _resized(rng: Random, op: FloatResizeBilinear | ResizeNearest) -> Graph:
    height, width, rows, columns = (int(size) for size in rng.integers(1, 9, 4))
    depth = int(rng.choice(CHANNELS))
    return graph_of(op, [real((2, height, width, depth))], real((2, rows, columns, depth), "y"))


def quantize(rng: Random) -> Graph:
    shape = (2, int(rng.choice(CHANNELS)))
    y = activation(rng, str(rng.choice(["int8", "uint8"])), shape, name="y")
    return graph_of(Quantize(), [real(shape)], y)


def dequantize(rng: Random) -> Graph:
    x = activation(rng, str(rng.choice(["int8", "uint8"])), (2, int(rng.choice(CHANNELS))))
    return graph_of(Dequantize(), [x], real(x.shape, "y"))


def prelu(rng: Random) -> Graph:
    shape = (1, 3, int(rng.integers(1, 9)), int(rng.choice(CHANNELS)))
    slopes = perhaps_constant(rng, real(shape[int(rng.integers(0, 4)) :], "slopes"))
    return graph_of(FloatPRelu(), [real(shape), slopes], real(shape, "y"))


def reshape(rng: Random) -> Graph:
    x = real((2, 3, int(rng.choice(CHANNELS))))
    return graph_of(Reshape(), [x], real((x.element_count,), "y"))


def concat(rng: Random) -> Graph:
    sizes = [int(size) for size in rng.integers(1, 9, rng.integers(1, 4))]
    inputs = [perhaps_constant(rng, real((2, size, 3), f"x{i}")) for i, size in enumerate(sizes)]
    inputs[0] = real((2, sizes[0], 3))
    return graph_of(Concat(1), inputs, real((2, sum(sizes), 3), "y"))


def pad(rng: Random) -> Graph:
    shape = (1, 4, 3, int(rng.choice(CHANNELS)))
    pads = [(int(before), int(after)) for before, after in rng.integers(0, 3, (4, 2))]
    y = real(tuple(size + sum(pair) for size, pair in zip(shape, pads, strict=True)), "y")
    return graph_of(Pad.of(pads, 0), [real(shape)], y)


def transpose(rng: Random) -> Graph:
    shape = (2, 3, 5, int(rng.choice(CHANNELS)))
    axes = [int(axis) for axis in rng.permutation(4)]
    return graph_of(Transpose.of(axes), [real(shape)], real(tuple(shape[axis] for axis in axes), "y"))


def strided_slice(rng: Random) -> Graph:
    depth = int(rng.choice(CHANNELS))
    return graph_of(StridedSlice.of((4, 1, 0), (-2, 1, 1)), [real((5, 4, depth))], real((3, 2, depth), "y"))


def gather(rng: Random) -> Graph:
    count = int(rng.integers(1, 5))
    x = real((3, 4, int(rng.choice(CHANNELS))))
    indices = Tensor("indices", (count,), "int32")
    return graph_of(Gather(1), [x, indices], real((3, count, x.shape[2]), "y"))


FLOAT_BUILDERS: Mapping[str, Builder] = {
    **{
        build.__name__: build
        for build in (
            conv_2d, depthwise_conv_2d, fully_connected, average_pool_2d, max_pool_2d, softmax, resize_bilinear,
            resize_nearest, quantize, dequantize, prelu, reshape, concat, pad, transpose, strided_slice, gather,
        )
    },
    **{f.name.lower(): partial(binary, f) for f in BinaryFunction},
    **{f.name.lower(): partial(unary, f) for f in UnaryFunction},
    **{f"reduce_{f.name.lower()}": partial(reduce, f) for f in ReduceFunction},
}  # fmt: skip
"""A builder for each float operation, each function, and each movement of float32."""
