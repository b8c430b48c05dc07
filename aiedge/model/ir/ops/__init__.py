"""The operations of the graph: what each takes, gives and computes.

Shapes: ``N`` batch, ``H`` height, ``W`` width, ``C``/``I`` input and ``O`` output channels. The arithmetic of
each is ``aiedge-1`` (docs/arithmetic.md). ``clamp_min`` and ``clamp_max`` are in the output's integers and
carry a fused activation; they lie within the range of the output's dtype. Operations on float32 are in ``floating.py``;
those that only move elements take any type.
"""

from __future__ import annotations

from aiedge.model.ir.ops.base import Op
from aiedge.model.ir.ops.dense import FullyConnected
from aiedge.model.ir.ops.elementwise import Add, Lookup, Maximum, Minimum, Mul, PRelu, Requantize, Sub
from aiedge.model.ir.ops.floating import (
    FLOAT_OPS,
    BinaryFunction,
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
    Quantize,
    ReduceFunction,
    UnaryFunction,
)
from aiedge.model.ir.ops.indexing import ArgMax, Gather
from aiedge.model.ir.ops.movement import Concat, Pad, Reshape, StridedSlice, Transpose
from aiedge.model.ir.ops.recurrent import Lstm
from aiedge.model.ir.ops.reduction import Mean, MeanOver, Softmax, Sum
from aiedge.model.ir.ops.resize import ResizeBilinear, ResizeNearest
from aiedge.model.ir.ops.window import AveragePool2D, Conv2D, DepthwiseConv2D, MaxPool2D

ALL_OPS: tuple[type[Op], ...] = (
    Conv2D,
    DepthwiseConv2D,
    FullyConnected,
    Add,
    AveragePool2D,
    Mean,
    Softmax,
    Reshape,
    Requantize,
    Concat,
    Pad,
    Transpose,
    StridedSlice,
    ResizeBilinear,
    ResizeNearest,
    ArgMax,
    Gather,
    Lookup,
    Mul,
    Sub,
    MaxPool2D,
    Sum,
    Minimum,
    Maximum,
    PRelu,
    MeanOver,
    Lstm,
    *FLOAT_OPS,
    Quantize,
)

__all__ = [
    "ALL_OPS",
    "FLOAT_OPS",
    "Add",
    "ArgMax",
    "AveragePool2D",
    "BinaryFunction",
    "Concat",
    "Conv2D",
    "DepthwiseConv2D",
    "Dequantize",
    "FloatAveragePool2D",
    "FloatBinary",
    "FloatConv2D",
    "FloatDepthwiseConv2D",
    "FloatFullyConnected",
    "FloatMaxPool2D",
    "FloatPRelu",
    "FloatReduce",
    "FloatResizeBilinear",
    "FloatSoftmax",
    "FloatUnary",
    "FullyConnected",
    "Gather",
    "Lookup",
    "Lstm",
    "MaxPool2D",
    "Maximum",
    "Mean",
    "MeanOver",
    "Minimum",
    "Mul",
    "Op",
    "PRelu",
    "Pad",
    "Quantize",
    "ReduceFunction",
    "Requantize",
    "Reshape",
    "ResizeBilinear",
    "ResizeNearest",
    "Softmax",
    "StridedSlice",
    "Sub",
    "Sum",
    "Transpose",
    "UnaryFunction",
]
