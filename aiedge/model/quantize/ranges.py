"""Which range of a tensor's values the 256 integers cover."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aiedge.model.ir.graph import Quantization
from aiedge.model.quantize.histogram import Histogram

LEVELS = 255
"""Steps between the least and the greatest int8."""

NARROWINGS = 64
"""How many bounds ``mse`` and ``entropy`` try at a time, evenly from a twentieth of the greatest to all of it."""

EMPTY_SCALE = 2.0**-12
"""Of a tensor whose values were all 0."""

_SMALLEST_SCALE = 2.0**-100


class Range(NamedTuple):
    """Real bounds; 0 lies between them."""

    low: float
    high: float

    def joined(self, other: Range) -> Range:
        """The least range that holds both."""
        return Range(min(self.low, other.low), max(self.high, other.high))


@dataclass(frozen=True, slots=True)
class RangeMethod:
    """A method with its parameter: ``percentile`` (percent kept inside) counts for that method only."""

    name: str
    percentile: float = 100.0

    @property
    def label(self) -> str:
        """As reports name it."""
        return f"percentile {self.percentile:g}" if self.name == "percentile" else self.name


def choose_range(histogram: Histogram, method: RangeMethod) -> Range:
    """The range by the method; all values' range where fewer than 8 bins of the histogram hold any."""
    everything = Range(histogram.least, histogram.greatest)
    if histogram.width == 0 or np.count_nonzero(histogram.counts) < 8:
        return everything
    low, high = _METHODS[method.name](histogram, method)
    return Range(min(max(low, everything.low), 0.0), max(min(high, everything.high), 0.0))


def quantization_of(chosen: Range) -> Quantization:
    """int8 with a zero that is one of the integers: ``scale = (high - low) / 255``."""
    span = chosen.high - chosen.low
    scale = np.float32(max(span / LEVELS, _SMALLEST_SCALE)) if span > 0 else np.float32(EMPTY_SCALE)
    zero_point = int(np.clip(np.rint(-128 - chosen.low / float(scale)), -128, 127)) if span > 0 else 0
    return Quantization(np.array([scale], np.float32), np.array([zero_point], np.int32))


def held_range(quantization: Quantization) -> Range:
    """The real values of the least and the greatest int8."""
    scale, zero_point = float(quantization.scale), quantization.zero_point
    return Range((-128 - zero_point) * scale, (127 - zero_point) * scale)


def clipped_share(histogram: Histogram, held: Range) -> float:
    """The share of values more than half a step outside the range."""
    half = (held.high - held.low) / LEVELS / 2
    outside = (histogram.centres < held.low - half) | (histogram.centres > held.high + half)
    # a bin's middle may lie outside where its values do not
    if histogram.least >= held.low - half and histogram.greatest <= held.high + half:
        return 0.0
    return float(histogram.counts[outside].sum() / max(histogram.total, 1))


def expected_noise(histogram: Histogram, held: Range) -> float:
    """The mean squared error of rounding and clipping to the range: even inside a step, exact outside."""
    total = max(histogram.total, 1)
    return float(_squared_errors(histogram, np.array([held.low]), np.array([held.high]))[0] / total)


def signal_power(histogram: Histogram) -> float:
    """The mean square of the values."""
    return float((histogram.counts * histogram.centres**2).sum() / max(histogram.total, 1))


def _minmax(histogram: Histogram, _: RangeMethod) -> Range:
    return Range(histogram.least, histogram.greatest)


def _percentile(histogram: Histogram, method: RangeMethod) -> Range:
    """So that at most the rest of the values lies outside on each side; all values' range if only zeros were left."""
    counts = histogram.counts.copy()
    zero = int(np.clip(-histogram.low / histogram.width, 0, len(counts) - 1))
    counts[zero] += histogram.zeros
    allowed = (1 - method.percentile / 100) * histogram.total
    first = int(np.searchsorted(np.cumsum(counts), allowed, side="right"))
    last = len(counts) - int(np.searchsorted(np.cumsum(counts[::-1]), allowed, side="right"))
    # of a sparse tensor, whose few other values are what it says
    if not histogram.counts[first:last].any():
        return Range(histogram.least, histogram.greatest)
    return Range(histogram.low + first * histogram.width, histogram.low + last * histogram.width)


def _mse(histogram: Histogram, _: RangeMethod) -> Range:
    """The least mean squared error."""
    return _least(histogram, lambda lows, highs: _squared_errors(histogram, lows, highs))


def _least(
    histogram: Histogram, cost: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]
) -> Range:
    """The range of the least cost: first of those that hold magnitudes up to a threshold, then each bound alone."""
    shares = np.linspace(0.05, 1, NARROWINGS)
    thresholds = max(-histogram.least, histogram.greatest) * shares
    lows, highs = np.maximum(-thresholds, histogram.least), np.minimum(thresholds, histogram.greatest)
    place = int(np.argmin(cost(lows, highs)))
    low, high = float(lows[place]), float(highs[place])
    for _turn in range(2):
        lows = histogram.least * shares
        low = float(lows[np.argmin(cost(lows, np.full_like(lows, high)))])
        highs = histogram.greatest * shares
        high = float(highs[np.argmin(cost(np.full_like(highs, low), highs))])
    return Range(low, high)


def _squared_errors(
    histogram: Histogram, lows: NDArray[np.float64], highs: NDArray[np.float64]
) -> NDArray[np.float64]:
    """For each range: the sum of squared errors of all values."""
    centres, counts = histogram.centres, histogram.counts.astype(np.float64)
    held = np.clip(centres, lows[:, None], highs[:, None])
    clipping = ((centres - held) ** 2) @ counts
    inside = (held == centres) @ counts
    steps = (highs - lows) / LEVELS
    errors: NDArray[np.float64] = clipping + inside * steps**2 / 12
    return errors


def _entropy(histogram: Histogram, _: RangeMethod) -> Range:
    """The least Kullback-Leibler divergence of the values held within the range from what 256 integers keep of them.

    After Migacz, "8-bit inference with TensorRT" (2017), for ranges that need not be symmetric.
    """

    def cost(lows: NDArray[np.float64], highs: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array([_divergence(histogram, Range(*bounds)) for bounds in zip(lows, highs, strict=True)])

    return _least(histogram, cost)


def _divergence(histogram: Histogram, candidate: Range) -> float:
    counts = histogram.counts.astype(np.float64)
    places = (np.array(candidate) - histogram.low) / histogram.width
    first = int(np.clip(np.floor(places[0]), 0, len(counts) - 1))
    last = int(np.clip(np.ceil(places[1]), first + 1, len(counts)))
    inside = counts[first:last]
    held = inside.copy()
    held[0] += counts[:first].sum()
    held[-1] += counts[last:].sum()
    # each integer spreads what it counts evenly over its bins that hold anything
    level = np.minimum(np.arange(last - first) * (LEVELS + 1) // (last - first), LEVELS)
    sums = np.bincount(level, weights=inside, minlength=LEVELS + 1)
    filled = np.bincount(level, weights=inside > 0, minlength=LEVELS + 1)
    kept = np.where(inside > 0, sums[level] / np.maximum(filled[level], 1), 0.0)
    if kept.sum() == 0:
        return np.inf
    p, q = held / held.sum(), kept / kept.sum()
    # what was clipped into an empty bin has no counterpart; a small one keeps the sum finite
    seen = p > 0
    return float((p[seen] * np.log(p[seen] / np.maximum(q[seen], 1e-9))).sum())


_METHODS: Mapping[str, Callable[[Histogram, RangeMethod], Range]] = MappingProxyType(
    {"minmax": _minmax, "percentile": _percentile, "entropy": _entropy, "mse": _mse}
)
