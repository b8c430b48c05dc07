"""The random .tflite models of one operator in float32: those of integers, and those that integers lack."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import index_models
import movement_models
import numpy as np
import resize_models
import tflite_models as models
from tflite_builder import TfliteBuilder
from tflite_models import Draw, broadcast_shapes

DTYPE = "float32"
FUNCTIONS = (
    *("ABS", "ELU", "EXP", "GELU", "HARD_SWISH", "LEAKY_RELU", "LOG", "LOGISTIC", "NEG", "RELU", "RELU6"),
    *("RELU_0_TO_1", "RELU_N1_TO_1", "RSQRT", "SQRT", "SQUARE", "TANH"),
)
POSITIVE = ("LOG", "RSQRT", "SQRT")
Model = Callable[[Draw], bytes]


def div(draw: Draw) -> bytes:
    """DIV; the second operand is constant, and not near 0."""
    a_shape, b_shape, y_shape = broadcast_shapes(draw)
    t = TfliteBuilder()
    data = draw.rng.uniform(0.5, 2, b_shape).astype(np.float32)
    a, b, y = t.tensor(a_shape, DTYPE), t.tensor(b_shape, DTYPE, data=data), t.tensor(y_shape, DTYPE)
    t.operator("DIV", [a, b], [y], FusedActivationFunction=draw.activation())
    return t.build([a], [y])


def quantize(draw: Draw) -> bytes:
    """QUANTIZE to either type."""
    to = ("int8", "uint8")[draw.whole(0, 1)]
    t = TfliteBuilder()
    x, y = t.tensor((3, 200), DTYPE), t.tensor((3, 200), to, draw.scale(0.01, 0.1), draw.zero_point(to))
    t.operator("QUANTIZE", [x], [y])
    return t.build([x], [y])


def dequantize(draw: Draw) -> bytes:
    """DEQUANTIZE from either type, of all its values."""
    dtype = ("int8", "uint8")[draw.whole(0, 1)]
    t = TfliteBuilder()
    x = t.tensor((1, 256), dtype, draw.scale(1e-3, 1), draw.zero_point(dtype))
    y = t.tensor((1, 256), DTYPE)
    t.operator("DEQUANTIZE", [x], [y])
    return t.build([x], [y])


_SAME = {
    "conv_2d": partial(models.convolution, depthwise=False),
    "depthwise_conv_2d": partial(models.convolution, depthwise=True),
    "fully_connected": models.fully_connected,
    "add": partial(models.sum_of_two, "ADD"),
    "sub": partial(models.sum_of_two, "SUB"),
    "mul": models.mul,
    "minimum": partial(models.extremum, "MINIMUM"),
    "maximum": partial(models.extremum, "MAXIMUM"),
    "prelu": models.prelu,
    "average_pool_2d": partial(models.pool, "AVERAGE_POOL_2D"),
    "max_pool_2d": partial(models.pool, "MAX_POOL_2D"),
    "mean": models.mean,
    "mean_over": partial(models.reduction, "MEAN"),
    "sum": partial(models.reduction, "SUM"),
    "reduce_max": partial(models.reduction, "REDUCE_MAX"),
    "softmax": models.softmax,
    "reshape": models.reshape,
    "resize_bilinear": resize_models.resize_bilinear,
    "resize_nearest_neighbor": resize_models.resize_nearest_neighbor,
    "gather": index_models.gather,
    **movement_models.MODELS,
    **{kind: partial(models.lookup, kind) for kind in FUNCTIONS},
}
FLOAT: dict[str, Model] = {
    **{name: partial(model, dtype=DTYPE) for name, model in _SAME.items()},
    "div": div,
    "quantize": quantize,
    "dequantize": dequantize,
}
