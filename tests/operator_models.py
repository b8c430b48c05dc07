"""The random .tflite models of one operator that are run beside other engines: the registry of the operator tests."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import index_models
import lstm_models
import movement_models
import resize_models
import tflite_models as models
from tflite_models import Draw

Model = Callable[[Draw, str], bytes]

LOOKUPS = (
    *("ABS", "ELU", "EXP", "GELU", "HARD_SWISH", "LEAKY_RELU", "LOG", "LOGISTIC"),
    *("RELU", "RELU6", "RELU_0_TO_1", "RELU_N1_TO_1", "TANH"),
)
"""Functions of one tensor, by the schema's names; they are run on all 256 values."""

INT8_ONLY = ("ABS", "ELU", "EXP", "LOG", "unidirectional_sequence_lstm")
"""Those that LiteRT does not run on uint8."""

LITERT: dict[str, Model] = {
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
    "softmax": models.softmax,
    "reshape": models.reshape,
    "quantize": models.quantize,
    **movement_models.MODELS,
    **resize_models.MODELS,
    **index_models.MODELS,
    **lstm_models.MODELS,
}
"""Operators whose bits equal LiteRT's."""

ONNXRUNTIME: dict[str, tuple[Model, int]] = {
    "conv_2d": (partial(models.convolution, depthwise=False), 0),
    "depthwise_conv_2d": (partial(models.convolution, depthwise=True), 0),
    "fully_connected": (models.fully_connected, 0),
    "max_pool_2d": (partial(models.pool, "MAX_POOL_2D"), 0),
    "add": (partial(models.sum_of_two, "ADD"), 1),
    "mul": (models.mul, 1),
    "average_pool_2d": (partial(models.pool, "AVERAGE_POOL_2D"), 1),
    "softmax": (models.softmax, 1),
    "logistic": (partial(models.lookup, "LOGISTIC"), 1),
}
"""Operators that ONNX Runtime has, and by how many steps of the output the two may differ."""
