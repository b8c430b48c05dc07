"""Builds float graphs of several operations by hand: a line an operation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.model.ir.geometry import same_padding, window_count
from aiedge.model.ir.graph import Graph, Node, Quantization, Tensor
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
    FloatSoftmax,
    FloatUnary,
    Op,
    Quantize,
    ReduceFunction,
    Reshape,
    UnaryFunction,
)

Shape = tuple[int, ...]


class FloatGraph:
    """Tensors are indices; a node is named for its operation and its place."""

    def __init__(self, seed: int = 0) -> None:
        self.rng = np.random.default_rng(seed)
        self.graph = Graph("float")

    def input(self, *shape: int) -> int:
        made = self._tensor(f"input {len(self.graph.inputs)}", shape)
        self.graph.inputs = (*self.graph.inputs, made)
        return made

    def constant(self, data: NDArray[Any] | Sequence[float], name: str = "constant") -> int:
        array = np.asarray(data, np.float32)
        self.graph.tensors.append(
            Tensor(f"{name} {len(self.graph.tensors)}", array.shape, "float32", None, array)
        )
        return len(self.graph.tensors) - 1

    def node(self, op: Op, inputs: Sequence[int], shape: Shape, dtype: str = "float32") -> int:
        made = self._tensor(f"{op.NAME} out {len(self.graph.nodes)}", shape, dtype)
        self.graph.nodes.append(Node(f"{op.NAME} {len(self.graph.nodes)}", op, tuple(inputs), (made,)))
        return made

    def conv(self, x: int, channels: int, size: int = 1, stride: int = 1, scale: float = 1.0) -> int:
        depth = self.shape(x)[3]
        spread = scale / math.sqrt(depth * size * size)
        weights = self.rng.normal(0, spread, (channels, size, size, depth))
        return self.conv_with(x, weights, self.rng.normal(0, 0.2, channels), stride)

    def conv_with(self, x: int, weights: NDArray[Any], bias: NDArray[Any], stride: int = 1) -> int:
        batch, height, width, _ = self.shape(x)
        channels, rows, columns, _ = weights.shape
        pads, out = _same((height, width), (rows, columns), stride)
        op = FloatConv2D(stride, stride, 1, 1, *pads)
        inputs = (x, self.constant(weights, "weights"), self.constant(bias, "bias"))
        return self.node(op, inputs, (batch, *out, channels))

    def depthwise(self, x: int, size: int = 3, stride: int = 1, multiplier: int = 1) -> int:
        batch, height, width, depth = self.shape(x)
        pads, out = _same((height, width), (size, size), stride)
        weights = self.rng.normal(0, 1 / size, (1, size, size, depth * multiplier))
        op = FloatDepthwiseConv2D(multiplier, stride, stride, 1, 1, *pads)
        bias = self.constant(self.rng.normal(0, 0.2, depth * multiplier), "bias")
        return self.node(op, (x, self.constant(weights, "weights"), bias), (batch, *out, depth * multiplier))

    def dense(self, x: int, channels: int) -> int:
        batch, depth = self.shape(x)
        weights = self.rng.normal(0, 1 / math.sqrt(depth), (channels, depth))
        bias = self.constant(self.rng.normal(0, 0.2, channels), "bias")
        return self.node(
            FloatFullyConnected(), (x, self.constant(weights, "weights"), bias), (batch, channels)
        )

    def unary(self, x: int, function: UnaryFunction, alpha: float = 0.0, beta: float = 0.0) -> int:
        return self.node(FloatUnary(function, alpha, beta), (x,), self.shape(x))

    def relu(self, x: int) -> int:
        return self.unary(x, UnaryFunction.CLIP, 0.0, math.inf)

    def relu6(self, x: int) -> int:
        return self.unary(x, UnaryFunction.CLIP, 0.0, 6.0)

    def binary(self, a: int, b: int, function: BinaryFunction) -> int:
        shape = np.broadcast_shapes(self.shape(a), self.shape(b))
        return self.node(FloatBinary(function), (a, b), shape)

    def prelu(self, x: int, slopes: int) -> int:
        return self.node(FloatPRelu(), (x, slopes), self.shape(x))

    def max_pool(self, x: int, size: int = 2, stride: int = 2) -> int:
        batch, height, width, depth = self.shape(x)
        out = tuple(window_count(n, 0, 0, size, stride) for n in (height, width))
        return self.node(FloatMaxPool2D(size, size, stride, stride, 0, 0, 0, 0), (x,), (batch, *out, depth))

    def average_pool(self, x: int, size: int = 2, stride: int = 2, pad: int = 0, counting: int = 0) -> int:
        batch, height, width, depth = self.shape(x)
        out = tuple(window_count(n, pad, pad, size, stride) for n in (height, width))
        op = FloatAveragePool2D(size, size, stride, stride, pad, pad, pad, pad, counting)
        return self.node(op, (x,), (batch, *out, depth))

    def reduce(self, x: int, function: ReduceFunction, first: int, last: int, keep: bool = False) -> int:
        shape = self.shape(x)
        middle = (1,) * (last - first + 1) if keep else ()
        return self.node(
            FloatReduce(function, first, last), (x,), (*shape[:first], *middle, *shape[last + 1 :])
        )

    def softmax(self, x: int) -> int:
        return self.node(FloatSoftmax(1.0), (x,), self.shape(x))

    def reshape(self, x: int, *shape: int) -> int:
        return self.node(Reshape(), (x,), shape)

    def concat(self, parts: Sequence[int], axis: int) -> int:
        shape = list(self.shape(parts[0]))
        shape[axis] = sum(self.shape(part)[axis] for part in parts)
        return self.node(Concat(axis), parts, tuple(shape))

    def quantize(self, x: int, scale: float, zero_point: int, dtype: str = "int8") -> int:
        made = self.node(Quantize(), (x,), self.shape(x), dtype)
        self.graph.tensors[made].quantization = Quantization(
            np.array([scale], np.float32), np.array([zero_point], np.int32)
        )
        return made

    def dequantize(self, x: int) -> int:
        return self.node(Dequantize(), (x,), self.shape(x))

    def done(self, *outputs: int) -> Graph:
        self.graph.outputs = outputs
        return self.graph

    def shape(self, tensor: int) -> Shape:
        return self.graph.tensors[tensor].shape

    def _tensor(self, name: str, shape: Shape, dtype: str = "float32") -> int:
        self.graph.tensors.append(Tensor(name, tuple(shape), dtype))
        return len(self.graph.tensors) - 1


def samples_for(
    graph: Graph, count: int, seed: int = 0, spread: float = 1.0
) -> list[list[NDArray[np.float32]]]:
    """Normal values for each input."""
    rng = np.random.default_rng(seed)
    return [
        [rng.normal(0, spread, graph.tensors[i].shape).astype(np.float32) for i in graph.inputs]
        for _ in range(count)
    ]


def _same(sizes: tuple[int, int], windows: tuple[int, int], stride: int) -> tuple[Shape, Shape]:
    """Padding (top, bottom, left, right) and the output's height and width."""
    pads: list[int] = []
    out: list[int] = []
    for size, window in zip(sizes, windows, strict=True):
        before, after = same_padding(size, window, stride)
        pads += [before, after]
        out.append(window_count(size, before, after, window, stride))
    return tuple(pads), tuple(out)
