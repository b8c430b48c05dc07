"""Steps that several operations take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.model.ir.arithmetic import requantization_scales
from aiedge.model.ir.graph import Quantization, Tensor

Array = NDArray[Any]
Computation = Callable[[Any, Sequence[Array], Sequence[Tensor], Tensor], Array]
"""Operation, the inputs' values, the inputs, the output -> the output's integers."""


def quantization(tensor: Tensor) -> Quantization:
    """The quantization that a verified activation has."""
    if tensor.quantization is None:
        raise ValueError(f"the graph is not verified: {tensor.name!r} has no quantization")
    return tensor.quantization


def centred(values: Array, tensor: Tensor) -> NDArray[np.float64]:
    """``q - zero point``. Per-channel zero points are all 0 (verified)."""
    centred: NDArray[np.float64] = values.astype(np.float64) - quantization(tensor).zero_point
    return centred


def requantized(
    total: Array, tensors: Sequence[Tensor], output: Tensor, clamp_min: int, clamp_max: int
) -> Array:
    """Exact sums, channels last -> the output's integers."""
    x, w, y = (quantization(tensor) for tensor in (tensors[0], tensors[1], output))
    accumulators = total.astype(np.int64).astype(np.int32)
    with np.errstate(over="ignore"):
        scaled = accumulators.astype(np.float32) * requantization_scales(x.scale, w.scales, y.scale)
    rounded = np.rint(scaled).astype(np.float64) + y.zero_point
    clamped: Array = np.clip(rounded, clamp_min, clamp_max)
    return clamped


def saturated(values: Array, output: Tensor) -> Array:
    """The values, held within the range of the output's dtype."""
    limits = np.iinfo(output.dtype)
    return np.clip(values, limits.min, limits.max)
