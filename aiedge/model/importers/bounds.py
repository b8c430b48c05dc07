"""The bounds of a fused activation in the output's integers, as ``aiedge-1`` (docs/arithmetic.md) rounds them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Rounding = Callable[[np.float32, int], float]


def half_even(bound: np.float32, zero_point: int) -> float:
    """A bound in the integers, halves to the even one."""
    return float(np.rint(bound + np.float32(zero_point)))


def half_away(bound: np.float32, zero_point: int) -> float:
    """A bound in the integers, halves away from zero; of average pools only."""
    magnitude = np.floor(np.abs(bound) + np.float32(0.5))
    return float(np.copysign(magnitude, bound)) + zero_point


def clamp_bounds(
    dtype: str, scale: np.float32, zero_point: int, low: float, high: float, rounded: Rounding = half_even
) -> tuple[int, int]:
    """``low`` and ``high``, which may be infinite, by ``rounded(bound / scale, zero point)`` within the dtype."""
    limits = np.iinfo(dtype)
    with np.errstate(over="ignore"):
        first, last = (rounded(np.float32(bound) / scale, zero_point) for bound in (low, high))
    return int(min(max(first, limits.min), limits.max)), int(max(min(last, limits.max), limits.min))
