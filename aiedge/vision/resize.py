"""Pictures of another size, in exact integer arithmetic (docs/processing.md has the formulas)."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

InterpolationName = Literal["nearest", "bilinear", "area"]


def resize(
    image: NDArray[np.uint8], width: int, height: int, interpolation: InterpolationName
) -> NDArray[np.uint8]:
    """(rows, columns) or (rows, columns, channels) uint8 -> the same with ``height`` rows and ``width`` columns.

    ``nearest`` samples, ``bilinear`` weighs the two nearest pixels of each axis (and does not smooth where it
    reduces), ``area`` is the exact mean of what a pixel covers, or bilinear where one of the axes grows.
    """
    rows, columns = image.shape[:2]
    if (rows, columns) == (height, width):
        same: NDArray[np.uint8] = image.copy()
        return same
    if interpolation == "nearest":
        sampled: NDArray[np.uint8] = image[_nearest(rows, height)][:, _nearest(columns, width)]
        return sampled
    if interpolation == "area" and height <= rows and width <= columns:
        return _area(image, width, height)
    return _bilinear(image, width, height)


def _nearest(size: int, new_size: int) -> NDArray[np.int64]:
    return (2 * np.arange(new_size, dtype=np.int64) + 1) * size // (2 * new_size)


def _taps(size: int, new_size: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The two pixels that each new one is made of, and the weight of the second in 2048ths."""
    position, unit = (2 * np.arange(new_size, dtype=np.int64) + 1) * size - new_size, 2 * new_size
    position = np.maximum(position, 0)
    low, rest = position // unit, position % unit
    weight = (4096 * rest + unit) // (2 * unit)
    weight = np.where(low >= size - 1, 0, weight)
    low = np.minimum(low, size - 1)
    return low, np.minimum(low + 1, size - 1), weight


def _bilinear(image: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    rows, columns = image.shape[:2]
    more = (1,) * (image.ndim - 2)
    low, high, weight = _taps(columns, width)
    weight = weight.reshape(-1, *more)
    pixels = image.astype(np.int64)
    along = (pixels[:, low] * (2048 - weight) + pixels[:, high] * weight + 8) >> 4
    low, high, weight = _taps(rows, height)
    weight = weight.reshape(-1, 1, *more)
    resized = (along[low] * (2048 - weight) + along[high] * weight + (1 << 17)) >> 18
    rounded: NDArray[np.uint8] = resized.astype(np.uint8)
    return rounded


def _area(image: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    rows, columns = image.shape[:2]
    channels = image.reshape(rows, columns, -1).transpose(2, 0, 1).astype(np.float64)
    # Every sum is below 2^36, which float64 holds exactly.
    sums = np.stack([_cover(rows, height) @ channel @ _cover(columns, width).T for channel in channels])
    whole = rows * columns
    means = (2 * sums.astype(np.int64) + whole) // (2 * whole)
    averaged: NDArray[np.uint8] = means.transpose(1, 2, 0).astype(np.uint8)
    return averaged.reshape(height, width, *image.shape[2:])


def _cover(size: int, new_size: int) -> NDArray[np.float64]:
    """How much of each pixel a new one covers, (new_size, size), in units of which a pixel has ``new_size``."""
    begin = np.arange(new_size)[:, None] * size
    pixel = np.arange(size)[None, :] * new_size
    covered = np.minimum(begin + size, pixel + new_size) - np.maximum(begin, pixel)
    held: NDArray[np.float64] = np.maximum(covered, 0).astype(np.float64)
    return held
