"""What each operation demands of its tensors and attributes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from types import MappingProxyType
from typing import Any

import numpy as np

from aiedge.model.ir.arithmetic import (
    SOFTMAX_TABLE_SIZE,
    add_factors,
    requantization_scales,
)
from aiedge.model.ir.geometry import window_count, window_extent
from aiedge.model.ir.graph import Quantization, Tensor
from aiedge.model.ir.limits import MAX_DIMENSION
from aiedge.model.ir.ops import (
    Add,
    AveragePool2D,
    Conv2D,
    DepthwiseConv2D,
    FullyConnected,
    Mean,
    Op,
    Requantize,
    Reshape,
    Softmax,
)

_SMALLEST_NORMAL = np.finfo(np.float32).tiny


class OpError(Exception):
    """Why an operation does not fit its tensors; the verifier adds the place."""


def check_op(op: Op, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> None:
    """Raise OpError unless the operation, its attributes and its (by themselves valid) tensors fit."""
    if type(op) not in _RULES:
        raise OpError(f"the operation {type(op).__name__} is unknown")
    counts, rule = _RULES[type(op)]
    _demand(len(inputs) in counts, f"it has {len(inputs)} inputs, needs {' or '.join(map(str, counts))}")
    _demand(len(outputs) == 1, f"it has {len(outputs)} outputs, needs 1")
    _demand(outputs[0].dtype in {"int8", "uint8"}, f"its output is {outputs[0].dtype}")
    for field in fields(op):
        value = getattr(op, field.name)
        whole = isinstance(value, int) and -MAX_DIMENSION <= value <= MAX_DIMENSION
        _demand(whole or isinstance(value, float), f"its {field.name} is {value!r}")
    rule(op, inputs, outputs[0])


def _conv_2d(op: Conv2D, inputs: Sequence[Tensor], y: Tensor) -> None:
    x, w, _ = inputs
    _check_ranks((x, 4), (w, 4), (y, 4))
    channels, rows, columns, depth = w.shape
    _demand(depth == x.shape[3], f"its weights read {depth} channels and its input has {x.shape[3]}")
    _check_windows(op, (rows, columns), (op.dilation_h, op.dilation_w), x, y)
    _demand(y.shape[3] == channels, f"its output has {y.shape[3]} channels and its weights make {channels}")
    _check_weights(op, inputs, y, channels, axis=0)


def _depthwise_conv_2d(op: DepthwiseConv2D, inputs: Sequence[Tensor], y: Tensor) -> None:
    x, w, _ = inputs
    _check_ranks((x, 4), (w, 4), (y, 4))
    one, rows, columns, channels = w.shape
    expected = x.shape[3] * op.depth_multiplier
    _demand(one == 1 and op.depth_multiplier >= 1, f"its weights have the shape {list(w.shape)}")
    _demand(channels == expected, f"its weights are for {channels} channels, its input makes {expected}")
    _check_windows(op, (rows, columns), (op.dilation_h, op.dilation_w), x, y)
    _demand(y.shape[3] == channels, f"its output has {y.shape[3]} channels and its weights make {channels}")
    _check_weights(op, inputs, y, channels, axis=3)


def _fully_connected(op: FullyConnected, inputs: Sequence[Tensor], y: Tensor) -> None:
    x, w, _ = inputs
    _check_ranks((w, 2))
    channels, depth = w.shape
    _demand(
        x.element_count % depth == 0, f"its input has {x.element_count} elements, its weights read {depth}"
    )
    expected = x.element_count // depth * channels
    fits = y.element_count == expected and len(y.shape) > 0 and y.shape[-1] == channels
    _demand(
        fits, f"its output has the shape {list(y.shape)}, needs {expected} elements in rows of {channels}"
    )
    _check_weights(op, inputs, y, channels, axis=0)


def _add(op: Add, inputs: Sequence[Tensor], y: Tensor) -> None:
    a, b = inputs
    _demand(
        a.shape == b.shape == y.shape, f"its shapes {list(a.shape)}, {list(b.shape)}, {list(y.shape)} differ"
    )
    _demand(a.dtype == b.dtype == y.dtype, f"its dtypes {a.dtype}, {b.dtype}, {y.dtype} differ")
    factors = add_factors(_per_tensor(a).scale, _per_tensor(b).scale, _per_tensor(y).scale)
    _demand(factors is not None, "the larger input scale is not in [2^-10, 2^8) of the output scale")
    _check_clamp(op, y)


def _average_pool_2d(op: AveragePool2D, inputs: Sequence[Tensor], y: Tensor) -> None:
    (x,) = inputs
    _check_ranks((x, 4), (y, 4))
    _check_same_quantization(x, y)
    _check_windows(op, (op.filter_h, op.filter_w), (1, 1), x, y)
    _demand(y.shape[3] == x.shape[3], f"its output has {y.shape[3]} channels and its input {x.shape[3]}")
    # so that a sum of the raw values fits int32
    _demand(
        op.filter_h * op.filter_w <= MAX_DIMENSION // 2,
        f"its window {op.filter_h}x{op.filter_w} is too large",
    )
    _check_clamp(op, y)


def _mean(op: Mean, inputs: Sequence[Tensor], y: Tensor) -> None:
    (x,) = inputs
    _check_ranks((x, 4))
    _demand(x.dtype == y.dtype, f"its dtypes {x.dtype}, {y.dtype} differ")
    n, height, width, channels = x.shape
    fits = y.shape in {(n, channels), (n, 1, 1, channels)}
    _demand(fits, f"its output has the shape {list(y.shape)}, needs {n} x {channels}")
    _demand(height * width <= MAX_DIMENSION // 2, f"its window {height}x{width} is too large")
    _check_ratio(x, y)


def _softmax(op: Softmax, inputs: Sequence[Tensor], y: Tensor) -> None:
    x = inputs[0]
    _per_tensor(x)
    _demand(bool(_per_tensor(y).scale >= 2.0**-16), "its output's scale is below 2^-16")
    _demand(
        len(x.shape) > 0 and x.shape == y.shape, f"its shapes {list(x.shape)}, {list(y.shape)} do not fit"
    )
    _demand(x.dtype == y.dtype, f"its dtypes {x.dtype}, {y.dtype} differ")
    _demand(math.isfinite(op.beta) and op.beta > 0, f"its beta is {op.beta}")
    if len(inputs) == 2:
        table = inputs[1]
        fits = table.dtype == "float32" and table.shape == (SOFTMAX_TABLE_SIZE,) and table.data is not None
        _demand(fits, f"its table is {table.dtype} {list(table.shape)}")
        # the first entry is 1, so that no sum is 0 and nothing overflows
        data: Any = table.data
        _demand(
            bool(data[0] == 1 and np.all((data >= 0) & (data <= 1))), "its table is not one of exponentials"
        )


def _reshape(op: Reshape, inputs: Sequence[Tensor], y: Tensor) -> None:
    (x,) = inputs
    _check_same_quantization(x, y)
    _demand(x.element_count == y.element_count, f"it makes {y.element_count} elements of {x.element_count}")


def _requantize(op: Requantize, inputs: Sequence[Tensor], y: Tensor) -> None:
    (x,) = inputs
    _demand(x.dtype in {"int8", "uint8"}, f"its input is {x.dtype}")
    _demand(x.shape == y.shape, f"its shapes {list(x.shape)}, {list(y.shape)} differ")
    _check_ratio(x, y)


_Rule = tuple[tuple[int, ...], Callable[[Any, Sequence[Tensor], Tensor], None]]
_RULES: Mapping[type[Op], _Rule] = MappingProxyType(
    {
        Conv2D: ((3,), _conv_2d),
        DepthwiseConv2D: ((3,), _depthwise_conv_2d),
        FullyConnected: ((3,), _fully_connected),
        Add: ((2,), _add),
        AveragePool2D: ((1,), _average_pool_2d),
        Mean: ((1,), _mean),
        Softmax: ((1, 2), _softmax),
        Reshape: ((1,), _reshape),
        Requantize: ((1,), _requantize),
    }
)


def _demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise OpError(otherwise)


def _check_ranks(*tensors_and_ranks: tuple[Tensor, int]) -> None:
    for tensor, rank in tensors_and_ranks:
        _demand(len(tensor.shape) == rank, f"{tensor.name!r} has {len(tensor.shape)} axes, needs {rank}")


def _per_tensor(tensor: Tensor) -> Quantization:
    quantization = tensor.quantization
    if quantization is None or quantization.per_channel:
        raise OpError(f"{tensor.name!r} has not one scale")
    return quantization


def _check_same_quantization(x: Tensor, y: Tensor) -> None:
    a, b = _per_tensor(x), _per_tensor(y)
    same = x.dtype == y.dtype and a.scale == b.scale and a.zero_point == b.zero_point
    _demand(same, "its input and output differ in dtype, scale or zero point")


def _check_clamp(op: Conv2D | DepthwiseConv2D | FullyConnected | Add | AveragePool2D, y: Tensor) -> None:
    limits = np.iinfo(y.dtype)
    fits = limits.min <= op.clamp_min <= op.clamp_max <= limits.max
    _demand(fits, f"its clamp {op.clamp_min} to {op.clamp_max} does not fit {y.dtype}")


def _check_factor(factor: np.float32) -> None:
    # A factor that is subnormal would depend on the CPU's flush-to-zero mode.
    fits = bool(np.isfinite(factor) and factor >= _SMALLEST_NORMAL)
    _demand(fits, f"its scales are too far apart (factor {factor})")


def _check_ratio(x: Tensor, y: Tensor) -> None:
    with np.errstate(over="ignore", under="ignore"):
        ratio = _per_tensor(x).scale / _per_tensor(y).scale
    _demand(bool(2.0**-16 <= ratio <= 2.0**16), "the input scale is not in [2^-16, 2^16] of the output scale")


def _check_weights(
    op: Conv2D | DepthwiseConv2D | FullyConnected,
    inputs: Sequence[Tensor],
    y: Tensor,
    channels: int,
    axis: int,
) -> None:
    x, w, bias = inputs
    _demand(x.dtype == w.dtype == y.dtype, f"its dtypes {x.dtype}, {w.dtype}, {y.dtype} differ")
    _demand(w.data is not None, f"its weights {w.name!r} are not constant")
    fits = bias.dtype == "int32" and bias.shape == (channels,) and bias.data is not None
    _demand(fits, f"its bias is {bias.dtype} {list(bias.shape)}, needs constant int32 [{channels}]")
    weights = w.quantization
    if weights is None or (weights.per_channel and (weights.axis != axis or w.dtype != "int8")):
        raise OpError(
            f"its weights {w.name!r} need one scale, or int8 and one for each channel of axis {axis}"
        )
    factors = requantization_scales(_per_tensor(x).scale, weights.scales, _per_tensor(y).scale)
    for factor in (factors.min(), factors.max()):
        _check_factor(factor)
    _check_clamp(op, y)


def _check_windows(
    op: Conv2D | DepthwiseConv2D | AveragePool2D,
    size: tuple[int, int],
    dilation: tuple[int, int],
    x: Tensor,
    y: Tensor,
) -> None:
    _demand(y.shape[0] == x.shape[0], f"its output has a batch of {y.shape[0]}, its input of {x.shape[0]}")
    axes = (
        ("height", 1, op.stride_h, op.pad_top, op.pad_bottom),
        ("width", 2, op.stride_w, op.pad_left, op.pad_right),
    )
    for (name, axis, stride, before, after), taps, step in zip(axes, size, dilation, strict=True):
        _demand(
            min(stride, taps, step) >= 1, f"its stride, window or dilation is less than 1 over the {name}"
        )
        extent = window_extent(taps, step)
        # A window always covers at least one position of the input.
        padded = 0 <= before < extent and 0 <= after < extent
        _demand(padded, f"its padding {before}, {after} does not fit a window of {extent} over the {name}")
        count = window_count(x.shape[axis], before, after, extent, stride)
        _demand(y.shape[axis] == count, f"its output's {name} is {y.shape[axis]}, needs {count}")
