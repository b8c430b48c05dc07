"""The exponential function that no math library has a say in (docs/arithmetic.md)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

_LOWEST, _HIGHEST = -745.0, 709.78
_PER_LN2 = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 0.693147180369123816490, 1.90821492927058770002e-10
_DEGREE = 13


def exp64(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """``exp`` of each value, held within -745 to 709.78, the same bits everywhere; NaN stays NaN."""
    held = np.clip(values, _LOWEST, _HIGHEST)
    power = np.rint(held * _PER_LN2)
    rest = (held - power * _LN2_HIGH) - power * _LN2_LOW
    sums = np.full_like(held, 1.0 / math.factorial(_DEGREE))
    for degree in range(_DEGREE - 1, -1, -1):
        sums = sums * rest + 1.0 / math.factorial(degree)
    with np.errstate(invalid="ignore", under="ignore"):
        exponent = np.where(np.isnan(power), 0.0, power).astype(np.int32)
        scaled: NDArray[np.float64] = np.ldexp(sums, exponent)
    return scaled


def sigmoid32(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The logistic function: ``1 / (1 + exp(-v))`` in float64, rounded to float32."""
    with np.errstate(under="ignore"):
        logistic: NDArray[np.float32] = (1.0 / (1.0 + exp64(-values.astype(np.float64)))).astype(np.float32)
    return logistic


def exponentials32(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """``exp(v - max)`` along the last axis, rounded to float32: a softmax before its division."""
    with np.errstate(invalid="ignore", under="ignore"):
        shifted = values - values.max(axis=-1, keepdims=True)
        rounded: NDArray[np.float32] = exp64(shifted.astype(np.float64)).astype(np.float32)
    return rounded


def sequential_sum32(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The sum along the last axis from the first value on, each sum rounded to float32; keeps the axis."""
    with np.errstate(invalid="ignore"):
        total: NDArray[np.float32] = np.cumsum(values, axis=-1, dtype=np.float32)[..., -1:]
    return total
