"""Where the elements of a resized axis come from, exactly as ``aiedge-1`` (docs/arithmetic.md) says.

Everything here is float32 with one rounding an operation, in the order written.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]

WEIGHT_ONE = 2048
"""The weight that stands for 1."""


class Taps(NamedTuple):
    """For each element of the output axis: two of the input, and the weight of the second of 2048."""

    low: Indices
    high: Indices
    weight: Indices


class RealTaps(NamedTuple):
    """Like :class:`Taps`, the weight a float32 in 0 to 1."""

    low: Indices
    high: Indices
    weight: NDArray[np.float32]


def bilinear_taps(size: int, count: int, align_corners: bool, half_pixel_centers: bool) -> Taps:
    """The taps of an axis of ``size`` that becomes one of ``count``."""
    low, high, beyond = real_taps(size, count, align_corners, half_pixel_centers)
    return Taps(low, high, np.rint(beyond * np.float32(WEIGHT_ONE)).astype(np.int64))


def real_taps(size: int, count: int, align_corners: bool, half_pixel_centers: bool) -> RealTaps:
    """The taps of an axis of ``size`` that becomes one of ``count``, for float32 elements."""
    less = 1 if align_corners and count > 1 else 0
    step = np.float32(size - less) / np.float32(count - less)
    place = np.arange(count, dtype=np.float32) * step
    if half_pixel_centers:
        place = place + (np.float32(0.5) * step - np.float32(0.5))
        place = np.clip(place, np.float32(0), np.float32(size - 1))
    low = np.minimum(place.astype(np.int64), size - 1)
    weight = np.minimum(place - low.astype(np.float32), np.float32(1))
    return RealTaps(low, np.minimum(low + 1, size - 1), weight)


def nearest_indices(size: int, count: int, align_corners: bool, half_pixel_centers: bool) -> Indices:
    """Which elements an axis of ``count`` takes from one of ``size``."""
    less = 1 if align_corners and count > 1 else 0
    step = np.float32(size - less) / np.float32(count - less)
    offset = np.float32(0.5) if half_pixel_centers else np.float32(0)
    place = (np.arange(count, dtype=np.float32) + offset) * step
    half = np.float32(0.5) if align_corners else np.float32(0)
    indices: Indices = np.minimum(np.floor(place + half).astype(np.int64), size - 1)
    return indices
