"""The constants that operators derive from scales, exactly as ``aiedge-1`` (docs/arithmetic.md) forms them.

Everything here is float32 with one rounding an operation, in the order written.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SOFTMAX_TABLE_SIZE = 256


def requantization_scales(
    input_scale: np.float32, weight_scales: NDArray[np.float32], output_scale: np.float32
) -> NDArray[np.float32]:
    """``f32(f32(sx * sw[c]) / sy)``, one for each weight scale."""
    with np.errstate(over="ignore", under="ignore"):
        scales: NDArray[np.float32] = (input_scale * weight_scales) / output_scale
    return scales


class AddFactors(NamedTuple):
    """``y = ((2^(shift-1) + a * (qa - za) + b * (qb - zb)) >> shift) + zy``."""

    a: int
    b: int
    shift: int


def add_factors(a_scale: np.float32, b_scale: np.float32, output_scale: np.float32) -> AddFactors | None:
    """The factors of a sum; None where the larger of ``sa / sy``, ``sb / sy`` is not in [2^-10, 2^8)."""
    with np.errstate(over="ignore", under="ignore"):
        a, b = a_scale / output_scale, b_scale / output_scale
    largest = max(a, b)
    if not 2.0**-10 <= largest < 2.0**8:
        return None
    shift = 20 - (int(np.frexp(largest)[1]) - 1)
    return AddFactors(int(np.rint(np.ldexp(a, shift))), int(np.rint(np.ldexp(b, shift))), shift)


def mean_factor(input_scale: np.float32, output_scale: np.float32, count: int) -> np.float32:
    """``f32(f32(sx / sy) / n)`` for a mean over ``count`` elements."""
    with np.errstate(over="ignore", under="ignore"):
        factor: np.float32 = (input_scale / output_scale) / np.float32(count)
    return factor


def softmax_table(input_scale: np.float32, beta: float) -> NDArray[np.float32]:
    """``table[i] = f32(exp(-sx * beta * i))`` for i = 0..255, computed in float64 and rounded once."""
    steps = np.arange(SOFTMAX_TABLE_SIZE, dtype=np.float64)
    table: NDArray[np.float32] = np.exp(-(float(input_scale) * beta) * steps).astype(np.float32)
    return table
