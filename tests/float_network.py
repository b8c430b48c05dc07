"""A small network of mixed precision that has every float operation."""

from __future__ import annotations

import numpy as np
from float_builder import FloatBuilder

from aiedge.model.ir.graph import Graph, Quantization
from aiedge.model.ir.ops import (
    BinaryFunction,
    Concat,
    Dequantize,
    FloatAveragePool2D,
    FloatConv2D,
    FloatDepthwiseConv2D,
    FloatFullyConnected,
    FloatMaxPool2D,
    FloatPRelu,
    FloatReduce,
    FloatResizeBilinear,
    FloatSoftmax,
    Pad,
    Quantize,
    ReduceFunction,
    Reshape,
    UnaryFunction,
)


def float_network(seed: int = 0) -> Graph:
    """From an image (1, 8, 8, 3) to 5 shares and to a map of features; not yet rewritten by any pass."""
    rng = np.random.default_rng(seed)
    b = FloatBuilder()

    def numbers(*shape: int) -> int:
        return b.constant(rng.standard_normal(shape) * 0.3)

    x = b.node(Pad.of([(0, 0), (1, 1), (1, 1), (0, 0)], 0), [b.input(1, 8, 8, 3)], (1, 10, 10, 3))
    x = b.node(FloatConv2D(1, 1, 1, 1, 0, 0, 0, 0), [x, numbers(6, 3, 3, 3), numbers(6)], (1, 8, 8, 6))
    x = b.binary(BinaryFunction.ADD, b.binary(BinaryFunction.MUL, x, numbers(6)), numbers(1, 1, 6))
    x = b.binary(BinaryFunction.MUL, x, b.unary(UnaryFunction.SIGMOID, x))
    weights = [x, numbers(1, 3, 3, 12), numbers(12)]
    x = b.node(FloatDepthwiseConv2D(2, 2, 2, 1, 1, 0, 1, 0, 1), weights, (1, 4, 4, 12))
    x = b.node(FloatPRelu(), [x, numbers(12)], b.shape(x))
    x = b.unary(UnaryFunction.HARD_SWISH, b.transpose(x, 0, 3, 1, 2))
    x = b.transpose(x, 0, 2, 3, 1)
    small = b.node(FloatAveragePool2D(2, 2, 2, 2, 0, 0, 0, 0, 0), [x], (1, 2, 2, 12))
    large = b.node(FloatMaxPool2D(3, 3, 1, 1, 1, 1, 1, 1), [x], (1, 4, 4, 12))
    wide = b.node(FloatResizeBilinear(0, 1), [small], (1, 4, 4, 12))
    features = b.node(Concat(3), [wide, large], (1, 4, 4, 24))
    q = Quantization(np.array([0.05], np.float32), np.array([-3], np.int32))
    x = b.node(Quantize(), [features], (1, 4, 4, 24), dtype="int8", quantization=q)
    x = b.node(Reshape(), [x], (4, 4, 24), dtype="int8", quantization=q)
    x = b.node(Dequantize(), [x], (4, 4, 24))
    x = b.node(FloatReduce(ReduceFunction.MEAN, 0, 1), [x], (1, 1, 24))
    scale = b.unary(UnaryFunction.EXP, b.constant(np.linspace(-1, 1, 24)))
    x = b.binary(BinaryFunction.DIV, x, scale)
    x = b.node(FloatFullyConnected(), [x, numbers(5, 24), numbers(5)], (1, 5))
    return b.build(b.node(FloatSoftmax(1.0), [x], (1, 5)), features)
