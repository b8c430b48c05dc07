"""How far integers are from float: signal-to-noise ratios."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.model.ir.graph import Tensor


class SignalNoise:
    """Sums of squares over many arrays."""

    def __init__(self) -> None:
        self.signal = 0.0
        self.noise = 0.0
        self.greatest = 0.0

    def add(self, wanted: NDArray[Any], given: NDArray[Any]) -> None:
        """Take in float values and what stands for them, of one shape."""
        difference = wanted.astype(np.float64) - given
        self.signal += float(np.square(wanted, dtype=np.float64).sum())
        self.noise += float(np.square(difference).sum())
        self.greatest = max(self.greatest, float(np.abs(difference).max(initial=0)))

    @property
    def snr_db(self) -> float:
        """Power over power in dB."""
        return decibels(self.signal, self.noise)


def decibels(signal: float, noise: float) -> float:
    """``10 log10(signal / noise)``; ``inf`` without noise, ``-inf`` without signal."""
    if noise == 0:
        return math.inf
    return 10 * math.log10(signal / noise) if signal > 0 else -math.inf


def snr_db(wanted: NDArray[Any], given: NDArray[Any]) -> float:
    """Of one array beside what stands for it."""
    sums = SignalNoise()
    sums.add(wanted, given)
    return sums.snr_db


def real_values(values: NDArray[Any], tensor: Tensor) -> NDArray[np.float64]:
    """What the array of a tensor with one scale, or of a float one, stands for."""
    wide: NDArray[np.float64] = values.astype(np.float64)
    if tensor.quantization is None:
        return wide
    return (wide - tensor.quantization.zero_point) * float(tensor.quantization.scale)
