"""A picture -> a model's input: the reference that the native core agrees with bit for bit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from aiedge.types import TensorSpec
from aiedge.vision.fit import Fit, FitName, place
from aiedge.vision.resize import InterpolationName, resize

ColourName = Literal["grey", "rgb", "bgr"]


def prepare(
    image: NDArray[np.uint8], reference: NDArray[np.uint8] | None, spec: TensorSpec, *,
    fit: FitName, interpolation: InterpolationName, colour: ColourName, pad: int,
    mean: Sequence[float], std: Sequence[float], bgr: bool = False,
) -> tuple[NDArray[Any], Fit]:  # fmt: skip
    """The input of ``spec`` for a picture, and where the picture lies in it.

    ``image`` is (rows, columns) grey or (rows, columns, 3) RGB uint8, BGR with ``bgr``; with ``reference``, of the
    same form, it becomes a pair. ``mean`` and ``std`` hold one number for each channel. ``ValueError`` for a picture
    that does not fit.
    """
    _, rows, columns, channels = spec.shape
    fitted = place(image.shape[1], image.shape[0], columns, rows, fit)
    if reference is not None and reference.shape[:2] != image.shape[:2]:
        raise ValueError("picture and reference are not of one size")
    pictures = [image] if reference is None else [image, reference]
    pixels = [_in_colour(_cut_and_resized(one, fitted, interpolation), colour, bgr) for one in pictures]
    tables = tables_of(spec, mean, std)
    out = np.empty(spec.shape, spec.dtype)
    out[:] = tables[:, pad]
    target = fitted.target
    inner = out[0, target.y : target.y + target.height, target.x : target.x + target.width]
    joined = np.concatenate(pixels, axis=2)
    for channel in range(channels):
        inner[..., channel] = tables[channel][joined[..., channel]]
    return out, fitted


def tables_of(spec: TensorSpec, mean: Sequence[float], std: Sequence[float]) -> NDArray[Any]:
    """(channels, 256): the input's element for each pixel value."""
    pixels = np.arange(256, dtype=np.float32)
    values = (pixels - np.array(mean, np.float32)[:, None]) / np.array(std, np.float32)[:, None]
    if spec.scale is None:
        return values
    limits = np.iinfo(spec.dtype)
    quantized = np.rint(values / np.float32(spec.scale)).astype(np.float64) + spec.zero_point
    held: NDArray[Any] = np.clip(quantized, limits.min, limits.max).astype(spec.dtype)
    return held


def _cut_and_resized(
    image: NDArray[np.uint8], fit: Fit, interpolation: InterpolationName
) -> NDArray[np.uint8]:
    source = fit.source
    part = image[source.y : source.y + source.height, source.x : source.x + source.width]
    return resize(part, fit.target.width, fit.target.height, interpolation)


def _in_colour(image: NDArray[np.uint8], colour: ColourName, bgr: bool) -> NDArray[np.uint8]:
    """(rows, columns, 1 or 3) in the order of ``colour``."""
    if image.ndim == 2:
        return np.repeat(image[..., None], 1 if colour == "grey" else 3, axis=2)
    if colour == "grey":
        red, green, blue = (image[..., c].astype(np.uint32) for c in ((2, 1, 0) if bgr else (0, 1, 2)))
        grey = (19595 * red + 38470 * green + 7471 * blue + 32768) >> 16
        return grey.astype(np.uint8)[..., None]
    return image if (colour == "bgr") == bgr else image[..., ::-1]
