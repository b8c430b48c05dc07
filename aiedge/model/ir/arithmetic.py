"""The constants that operators derive from scales, exactly as ``aiedge-1`` (docs/arithmetic.md) forms them.

Everything here is float32 with one rounding an operation, in the order written.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aiedge.model.ir.graph import Quantization

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


def mul_factor(a_scale: np.float32, b_scale: np.float32, output_scale: np.float32) -> np.float32 | None:
    """``f32(f32(sa * sb) / sy)``; None where it is not in [2^-16, 2^8) or ``sa * sb`` is subnormal or infinite."""
    with np.errstate(over="ignore", under="ignore"):
        product = a_scale * b_scale
        factor: np.float32 = product / output_scale
    normal = bool(np.isfinite(product) and product >= np.finfo(np.float32).tiny)
    return factor if normal and 2.0**-16 <= factor < 2.0**8 else None


def concat_table(x: Quantization, y: Quantization) -> NDArray[np.int64]:
    """What each uint8 of a concat's input becomes where the output has another scale or zero point.

    ``k = f32(sx * f32(1 / sy))``, ``y = sat(away(f32(f32(q * k) + f32(-zx * k))) + zy)``.
    """
    with np.errstate(over="ignore", under="ignore"):
        scale = x.scale * (np.float32(1) / y.scale)
        moved = np.arange(256, dtype=np.float32) * scale + np.float32(-x.zero_point) * scale
    held = np.clip(moved.astype(np.float64), -1024, 1024)
    table: NDArray[np.int64] = np.clip(
        np.copysign(np.floor(np.abs(held) + 0.5), held) + y.zero_point, 0, 255
    ).astype(np.int64)
    return table


class MeanFactors(NamedTuple):
    """``y = rne(f32(f32(f32(sum(q)) * scale) + bias))``, saturated."""

    scale: np.float32
    bias: np.float32


def mean_factors(x: Quantization, y: Quantization, count: int) -> MeanFactors:
    """``scale = f32(f32(1 / n) * f32(sx / sy))`` and ``bias = f32(zy - f32(f32(n * zx) * scale))``.

    ``sx / sy`` is in [2^-16, 2^16] (verified).
    """
    return _reduction_factors(x, y, count, np.float32(1) / np.float32(count))


def sum_factors(x: Quantization, y: Quantization, count: int) -> MeanFactors:
    """Like :func:`mean_factors` with ``scale = f32(sx / sy)``."""
    return _reduction_factors(x, y, count, np.float32(1))


def _reduction_factors(x: Quantization, y: Quantization, count: int, factor: np.float32) -> MeanFactors:
    scale = factor * (x.scale / y.scale)
    bias = np.float32(y.zero_point) - np.float32(count * x.zero_point) * scale
    return MeanFactors(scale, bias)


class SingleFactor(NamedTuple):
    """``y = ((factor * (q - zx) + 128) >> 8) + zy``, saturated."""

    factor: int


class DoubleFactor(NamedTuple):
    """``v = (q - zx) << left``, ``h = (v * factor + 2^30) >> 31``, ``y = ((h + half(right)) >> right) + zy``.

    ``half(right)`` is ``2^(right-1)``, or 0 where ``right`` is 0; the result is saturated.
    """

    factor: int
    left: int
    right: int


def requantize_factor(
    input_scale: np.float32, output_scale: np.float32, same_dtype: bool
) -> SingleFactor | DoubleFactor:
    """The integer factor of a change of scale; ``sx / sy`` is in [2^-16, 2^16] (verified)."""
    ratio = input_scale / output_scale
    if same_dtype and 2.0**-8 <= ratio <= 2.0**7:
        return SingleFactor(int(np.rint(np.float32(256) * ratio)))
    mantissa, exponent = math.frexp(float(input_scale) / float(output_scale))
    return DoubleFactor(math.floor(mantissa * 2.0**31 + 0.5), max(exponent, 0), max(-exponent, 0))


def softmax_table(input_scale: np.float32, beta: float) -> NDArray[np.float32]:
    """``table[i] = f32(exp(f32(f32(-sx * beta) * i)))`` for i = 0..255; exp in float64, rounded once."""
    with np.errstate(over="ignore", under="ignore"):
        exponents = -(input_scale * np.float32(beta)) * np.arange(SOFTMAX_TABLE_SIZE, dtype=np.float32)
        table: NDArray[np.float32] = np.exp(exponents.astype(np.float64)).astype(np.float32)
    return table
