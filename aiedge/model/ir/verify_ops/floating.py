"""Demands of the operations on float32."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.limits import MAX_DIMENSION
from aiedge.model.ir.ops import (
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
    Op,
    Quantize,
    ReduceFunction,
    UnaryFunction,
)
from aiedge.model.ir.verify_ops.checks import (
    Rule,
    check_broadcast,
    check_product,
    check_ranks,
    check_reduced,
    check_resized,
    demand,
    per_tensor,
)
from aiedge.model.ir.verify_ops.window_checks import check_convolution, check_depthwise, check_pool

_USES_ALPHA = (
    UnaryFunction.CLIP,
    UnaryFunction.HARD_SIGMOID,
    UnaryFunction.LEAKY_RELU,
    UnaryFunction.ELU,
)
_USES_BETA = (UnaryFunction.CLIP, UnaryFunction.HARD_SIGMOID)


def float_conv_2d(op: FloatConv2D, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.FloatConv2D`."""
    x, w, _ = inputs
    check_convolution(op, x, w, y)
    _check_float_weights(inputs, w.shape[0])


def float_depthwise_conv_2d(op: FloatDepthwiseConv2D, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.FloatDepthwiseConv2D`."""
    x, w, _ = inputs
    check_depthwise(op, x, w, y)
    _check_float_weights(inputs, w.shape[3])


def float_fully_connected(op: FloatFullyConnected, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.FloatFullyConnected`."""
    x, w, _ = inputs
    check_product(x, w, y)
    _check_float_weights(inputs, w.shape[0])


def float_binary(op: FloatBinary, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.FloatBinary`."""
    demand(isinstance(op.function, BinaryFunction), f"its function {op.function} is unknown")
    check_broadcast(inputs[0], inputs[1], y)
    _check_float(y)


def float_unary(op: FloatUnary, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.FloatUnary`."""
    demand(isinstance(op.function, UnaryFunction), f"its function {op.function} is unknown")
    _check_float(*inputs, y)
    demand(inputs[0].shape == y.shape, f"its shapes {list(inputs[0].shape)}, {list(y.shape)} differ")
    if op.function == UnaryFunction.CLIP:
        demand(op.alpha <= op.beta, f"its bounds are {op.alpha} and {op.beta}")
        return
    for name, value, used in (
        ("alpha", op.alpha, op.function in _USES_ALPHA),
        ("beta", op.beta, op.function in _USES_BETA),
    ):
        demand(math.isfinite(value) and (used or value == 0), f"its {name} is {value}")


def float_average_pool_2d(op: FloatAveragePool2D, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.FloatAveragePool2D`."""
    _check_float_pool(op, inputs[0], y)
    demand(op.count_padding in {0, 1}, f"its count_padding is {op.count_padding}")


def float_max_pool_2d(op: FloatMaxPool2D, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.FloatMaxPool2D`."""
    _check_float_pool(op, inputs[0], y)


def float_reduce(op: FloatReduce, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.FloatReduce`."""
    demand(isinstance(op.function, ReduceFunction), f"its function {op.function} is unknown")
    check_reduced(op.first_axis, op.last_axis, inputs[0], y)


def float_softmax(op: FloatSoftmax, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.FloatSoftmax`."""
    (x,) = inputs
    _check_float(x, y)
    demand(len(x.shape) > 0 and x.shape == y.shape, f"its shapes {list(x.shape)}, {list(y.shape)} do not fit")
    demand(math.isfinite(op.beta) and op.beta > 0, f"its beta is {op.beta}")


def float_resize_bilinear(op: FloatResizeBilinear, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.FloatResizeBilinear`."""
    _check_float(inputs[0], y)
    check_resized(op, inputs[0], y)


def float_prelu(op: FloatPRelu, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.FloatPRelu`."""
    x, slopes = inputs
    check_broadcast(x, slopes, y)
    _check_float(y)
    demand(x.shape == y.shape, f"its shapes {list(x.shape)}, {list(y.shape)} differ")


def quantize(op: Quantize, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.Quantize`."""
    _check_float(*inputs)
    per_tensor(y)
    demand(inputs[0].shape == y.shape, f"its shapes {list(inputs[0].shape)}, {list(y.shape)} differ")


def dequantize(op: Dequantize, inputs: Sequence[Tensor], y: Tensor) -> None:
    """Demands of :class:`~aiedge.model.ir.ops.Dequantize`."""
    _check_float(y)
    per_tensor(inputs[0])
    demand(inputs[0].shape == y.shape, f"its shapes {list(inputs[0].shape)}, {list(y.shape)} differ")


RULES: Mapping[type[Op], Rule] = MappingProxyType(
    {
        FloatConv2D: ((3,), float_conv_2d),
        FloatDepthwiseConv2D: ((3,), float_depthwise_conv_2d),
        FloatFullyConnected: ((3,), float_fully_connected),
        FloatBinary: ((2,), float_binary),
        FloatUnary: ((1,), float_unary),
        FloatAveragePool2D: ((1,), float_average_pool_2d),
        FloatMaxPool2D: ((1,), float_max_pool_2d),
        FloatReduce: ((1,), float_reduce),
        FloatSoftmax: ((1,), float_softmax),
        FloatResizeBilinear: ((1,), float_resize_bilinear),
        Quantize: ((1,), quantize),
        Dequantize: ((1,), dequantize),
        FloatPRelu: ((2,), float_prelu),
    }
)
"""How many inputs each operation may have, and the rest of its demands."""


def _check_float(*tensors: Tensor) -> None:
    for tensor in tensors:
        demand(tensor.dtype == "float32", f"{tensor.name!r} is {tensor.dtype}, not float32")


def _check_float_weights(inputs: Sequence[Tensor], channels: int) -> None:
    """The input is float32, weights and bias are constants of float32, one bias a channel."""
    x, w, bias = inputs
    _check_float(x, w)
    demand(w.data is not None, f"its weights {w.name!r} are not constant")
    fits = bias.dtype == "float32" and bias.shape == (channels,) and bias.data is not None
    demand(fits, f"its bias is {bias.dtype} {list(bias.shape)}, needs constant float32 [{channels}]")


def _check_float_pool(op: FloatAveragePool2D | FloatMaxPool2D, x: Tensor, y: Tensor) -> None:
    _check_float(x, y)
    check_ranks((x, 4), (y, 4))
    check_pool(op, x, y)
    demand(
        op.filter_h * op.filter_w <= MAX_DIMENSION // 2,
        f"its window {op.filter_h}x{op.filter_w} is too large",
    )
