"""How often a tensor's values lie where, in bounded memory however many come."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

BINS = 2048
COUNTED = 1 << 16
"""Of one array; the least and the greatest value are always of all."""


class Histogram:
    """Equal bins that cover all values so far; where one lies outside, pairs of bins merge until it does not.

    Exact zeros are counted apart: int8 holds them without an error, and after a ReLU they are most of the values.
    ``least`` and ``greatest`` are exact and include 0, because every range does.
    """

    def __init__(self) -> None:
        self.low = 0.0
        self.width = 0.0
        self.counts: NDArray[np.int64] = np.zeros(BINS, np.int64)
        self.zeros = 0
        self.least = 0.0
        self.greatest = 0.0

    @property
    def total(self) -> int:
        """How many values were counted."""
        return self.zeros + int(self.counts.sum())

    @property
    def centres(self) -> NDArray[np.float64]:
        """The middle of each bin."""
        middles: NDArray[np.float64] = self.low + (np.arange(BINS, dtype=np.float64) + 0.5) * self.width
        return middles

    def add(self, values: NDArray[Any]) -> None:
        """Take in finite float values of any shape; of more than :data:`COUNTED` evenly spaced ones are counted."""
        least, greatest = float(values.min()), float(values.max())
        self.least, self.greatest = min(self.least, least), max(self.greatest, greatest)
        counted = _spaced(values)
        zeros = counted.size - int(np.count_nonzero(counted))
        self.zeros += zeros
        if least == greatest == 0:
            return
        if self.width == 0:
            self.low = least
            # a little more than the span, so that the greatest value lies inside the last bin
            self.width = max(greatest - least, abs(least) * 2.0**-20) / BINS * (1 + 2.0**-20)
        self._cover(least, greatest)
        counts = np.bincount(self._places(counted), minlength=BINS)
        if zeros:
            counts[self._places(np.zeros(1))] -= zeros
        self.counts += counts

    def copy(self) -> Histogram:
        """The same state, apart."""
        other = Histogram()
        other.low, other.width, other.zeros = self.low, self.width, self.zeros
        other.least, other.greatest = self.least, self.greatest
        other.counts = self.counts.copy()
        return other

    def coarse(self, bins: int) -> tuple[int, ...]:
        """The counts in ``bins`` equal bins, a divisor of :data:`BINS`."""
        return tuple(int(count) for count in self.counts.reshape(bins, -1).sum(axis=1))

    def _places(self, flat: NDArray[Any]) -> NDArray[np.int64]:
        wide = flat.astype(np.float64)
        wide -= self.low
        wide /= self.width
        places: NDArray[np.int64] = wide.astype(np.int64)
        return np.clip(places, 0, BINS - 1, out=places)

    def _cover(self, least: float, greatest: float) -> None:
        while greatest >= self.low + BINS * self.width:
            self.counts = np.concatenate([self._merged(), np.zeros(BINS // 2, np.int64)])
            self.width *= 2
        while least < self.low:
            self.low -= BINS * self.width
            self.counts = np.concatenate([np.zeros(BINS // 2, np.int64), self._merged()])
            self.width *= 2

    def _merged(self) -> NDArray[np.int64]:
        pairs: NDArray[np.int64] = self.counts.reshape(-1, 2).sum(axis=1)
        return pairs


def _spaced(values: NDArray[Any]) -> NDArray[Any]:
    """Every k-th value, ``k`` having no divisor in common with the channels, so that all of them are met."""
    flat = values.reshape(-1)
    if flat.size <= COUNTED:
        return flat
    step = flat.size // COUNTED
    while math.gcd(step, values.shape[-1]) != 1:
        step += 1
    return flat[::step]
