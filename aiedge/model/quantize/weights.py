"""Float weights and bias to int8 and int32, a scale for each output channel."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

GREATEST = 127
"""Weights are symmetric: -127 to 127, zero point 0."""

_BIAS_LIMIT = 2.0**30
_SMALLEST_FACTOR = 2.0**-30
_SMALLEST_PRODUCT = 2.0**-110
_NARROWINGS = np.linspace(1, 0.5, 51)


class ScaleError(Exception):
    """Why the weights have no scales in float32."""


class QuantizedWeights(NamedTuple):
    """``weights = scales * values`` along ``axis``; ``bias`` is in units of ``input scale * scales``."""

    values: NDArray[np.int8]
    scales: NDArray[np.float32]
    bias: NDArray[np.int32]


def quantize_weights(
    weights: NDArray[np.float32],
    axis: int,
    bias: NDArray[np.float64],
    scales: tuple[float, float],
    method: str,
) -> QuantizedWeights:
    """Quantize finite weights with output channels on ``axis`` and their bias.

    ``scales``: of the input and of the output. ``method``: ``minmax`` or ``mse``. A channel of zeros, and one whose
    bias would not fit int32, get a greater scale than their weights ask for. Raises ScaleError where float32 ends.
    """
    input_scale, output_scale = scales
    rows = np.moveaxis(weights.astype(np.float64), axis, 0).reshape(weights.shape[axis], -1)
    peaks = np.abs(rows).max(axis=1)
    chosen = peaks / GREATEST
    if method == "mse":
        chosen = chosen * _narrowed(rows, chosen)
    steps = grid_steps(rows)
    chosen = np.where(steps > 0, steps, chosen)
    least = np.maximum(
        np.abs(bias) / (input_scale * _BIAS_LIMIT),
        max(output_scale / input_scale * _SMALLEST_FACTOR, _SMALLEST_PRODUCT / input_scale),
    )
    with np.errstate(over="ignore"):
        channel_scales = np.maximum(chosen, least).astype(np.float32)
        factors = np.float32(input_scale) * channel_scales / np.float32(output_scale)
    if not np.isfinite(channel_scales).all() or not np.isfinite(factors).all():
        raise ScaleError(f"weights up to {peaks.max():g}, scales {input_scale:g} in and {output_scale:g} out")
    values = np.clip(np.rint(rows / channel_scales[:, None].astype(np.float64)), -GREATEST, GREATEST)
    shape = (weights.shape[axis], *np.delete(weights.shape, axis))
    integers = np.moveaxis(values.astype(np.int8).reshape(shape), 0, axis)
    units = input_scale * channel_scales.astype(np.float64)
    return QuantizedWeights(np.ascontiguousarray(integers), channel_scales, quantize_bias(bias, units))


def quantize_bias(bias: NDArray[np.float64], steps: NDArray[np.float64]) -> NDArray[np.int32]:
    """The bias in units of ``steps``, one for each channel, held within int32."""
    limits = np.iinfo(np.int32)
    integers: NDArray[np.int32] = np.clip(np.rint(bias / steps), limits.min, limits.max).astype(np.int32)
    return integers


def restored(quantized: QuantizedWeights, axis: int) -> NDArray[np.float64]:
    """The real weights that the integers stand for."""
    shape = [1] * quantized.values.ndim
    shape[axis] = -1
    real: NDArray[np.float64] = quantized.values * quantized.scales.astype(np.float64).reshape(shape)
    return real


def grid_steps(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each row the step of which all its values are multiples, at most 127; 0 where there is none.

    Weights that were quantized before, with whatever scale, come back as they were, without a second error.
    """
    whole = _grid_step(rows.reshape(-1))
    if whole > 0:
        return np.full(len(rows), whole)
    return np.array([_grid_step(row) for row in rows])


def _grid_step(values: NDArray[np.float64]) -> float:
    distinct = np.unique(np.abs(values[values != 0]))
    # a grid of 127 steps has no more magnitudes, up to float32's rounding of each; few of them prove nothing
    if not 3 <= len(distinct) <= 4 * GREATEST:
        return 0.0
    gaps = np.diff(distinct, prepend=0.0)
    gap = float(gaps[gaps > distinct[-1] * 2.0**-16].min())
    for part in range(1, 5):
        step = gap / part
        multiples = np.rint(distinct / step)
        if multiples[-1] > GREATEST:
            break
        fitted = float((distinct * multiples).sum() / (multiples * multiples).sum())
        if np.abs(distinct - multiples * fitted).max() <= fitted * 1e-3:
            return fitted
    return 0.0


def _narrowed(rows: NDArray[np.float64], scales: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each row the share of its scale that gives the least squared error."""
    best = np.ones(len(rows))
    least = np.full(len(rows), np.inf)
    safe = np.where(scales > 0, scales, 1.0)
    for share in _NARROWINGS:
        steps = (safe * share)[:, None]
        errors = ((np.clip(np.rint(rows / steps), -GREATEST, GREATEST) * steps - rows) ** 2).sum(axis=1)
        better = errors < least
        best[better], least[better] = share, errors[better]
    return best
