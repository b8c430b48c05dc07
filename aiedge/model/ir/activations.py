"""Functions of one tensor as tables: what each of the 256 input values becomes, exactly as ``aiedge-1`` says.

Transcendental functions are computed in float64 and rounded once to float32, so that no machine's math library
decides a bit; everything after that is float32 with one rounding an operation, or integers.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from aiedge.model.ir.graph import Quantization

LOOKUP_SIZE = 256

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
Function = Callable[[Floats], Floats]
"""float32 values to float32 values of the same shape."""


class NoTableError(Exception):
    """Why the quantization has no table: the scales are out of the range in which the formula holds."""


def input_values(dtype: str) -> Integers:
    """All values of the 8-bit type in the order of a table: entry ``i`` is the value whose byte is ``i``."""
    return np.arange(LOOKUP_SIZE, dtype=np.uint8).view(dtype).astype(np.int64)


def half_even_table(function: Function, x: Quantization, y: Quantization, dtype: str) -> Integers:
    """``sat(rne(f32(f32(function(v) * f32(1 / sy)) + zy)))`` for ``v = f32((q - zx) * sx)``."""
    with np.errstate(over="ignore", under="ignore"):
        scaled = function(_real(x, dtype)) * (np.float32(1) / y.scale) + np.float32(y.zero_point)
    return _saturated(np.rint(scaled), dtype)


def half_away_table(function: Function, x: Quantization, y: Quantization, dtype: str) -> Integers:
    """``sat(away(f32(function(v) * f32(1 / sy))) + zy)``; where the function is not a number, the least value."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        scaled = (function(_real(x, dtype)) * (np.float32(1) / y.scale)).astype(np.float64)
    rounded = np.copysign(np.floor(np.abs(scaled) + 0.5), scaled) + y.zero_point
    return _saturated(np.where(np.isnan(rounded), -np.inf, rounded), dtype)


def clamp_table(bounds: tuple[float, float], x: Quantization, y: Quantization, dtype: str) -> Integers:
    """The value in the output's scale by :func:`scaled`, held within the real bounds in the output's integers."""
    with np.errstate(over="ignore"):
        low, high = (_half_away(np.float32(bound) / y.scale) + y.zero_point for bound in bounds)
    moved = scaled(input_values(dtype) - x.zero_point, _ratio(x, y)) + y.zero_point
    return _saturated(np.clip(moved, low, high), dtype)


def abs_table(x: Quantization, y: Quantization, dtype: str) -> Integers:
    """The absolute value in the output's scale by :func:`scaled`."""
    moved = scaled(np.abs(input_values(dtype) - x.zero_point), _ratio(x, y)) + y.zero_point
    return _saturated(moved, dtype)


def leaky_relu_table(alpha: float, x: Quantization, y: Quantization, dtype: str) -> Integers:
    """``v`` where it is not negative, else ``alpha * v``, in the output's scale."""
    slope = np.float32(alpha)
    centred = input_values(dtype) - x.zero_point
    ratio = _ratio(x, y)
    if not (np.isfinite(slope) and abs(float(slope)) * ratio <= 2.0**16):
        raise NoTableError(f"a LEAKY_RELU with alpha {alpha}")
    single = x.scale / y.scale
    negative = slope * single
    if 2.0**-8 <= single <= 2.0**7 and abs(negative) >= 2.0**-8 and -127.99609375 <= negative <= 128:
        factors = (int(np.rint(np.float32(256) * f)) for f in (single, negative))
        above, below = ((factor * centred + 128) >> 8 for factor in factors)
    else:
        above, below = scaled(centred, ratio), scaled(centred, float(slope) * ratio)
    return _saturated(np.where(centred >= 0, above, below) + y.zero_point, dtype)


def hard_swish_table(x: Quantization, y: Quantization, dtype: str) -> Integers:
    """``v * relu6(v + 3) / 6`` in 16-bit fixed point."""
    fine = np.float32(1 / 128) * x.scale
    output_factor, output_exponent = _factor16(fine / y.scale)
    gate_factor, gate_exponent = _factor16(fine / np.float32(3 / 32768))
    if not -15 <= output_exponent <= 0 or not -15 <= gate_exponent <= 16:
        raise NoTableError(f"a HARD_SWISH from scale {x.scale} to {y.scale}")
    centred = (input_values(dtype) - x.zero_point) * 128
    value = _high_product16(centred, output_factor)
    gate = centred
    if gate_exponent > 0:
        gate = _saturated16(gate << (gate_exponent - 1))
    gate = _high_product16(gate, gate_factor)
    gate = _saturated16(gate << 1) if gate_exponent > 0 else _divided_half_away(gate, -gate_exponent)
    gate = (gate + (1 << 15)) >> 1
    product = _toward_zero(gate * value, 1 << 15)
    return _saturated(_divided_half_away(product, -output_exponent) + y.zero_point, dtype)


def scaled(values: Integers, ratio: float) -> Integers:
    """``values * ratio`` by a factor of 31 bits: rounded half up, then by a power of two half away from zero.

    ``f * 2^e = ratio`` with ``|f|`` in [0.5, 1): ``h = (values * 2^max(e, 0) * floor(f * 2^31 + 0.5) + 2^30) >> 31``
    and ``away(h / 2^max(-e, 0))``. ``ratio`` is at most 2^16 in magnitude and a value less than 2^17.
    """
    mantissa, exponent = math.frexp(ratio)
    factor = math.floor(mantissa * 2.0**31 + 0.5)
    # values * factor needs 48 bits; with the shift it may need more than 63
    shift = 31 - max(exponent, 0)
    high = (values * factor + (1 << (shift - 1))) >> shift
    return _divided_half_away(high, min(max(-exponent, 0), 62))


def logistic(v: Floats) -> Floats:
    """``1 / (1 + exp(-v))``."""
    return _once(lambda w: 1 / (1 + np.exp(-w)), v)


def tanh(v: Floats) -> Floats:
    """The hyperbolic tangent."""
    return _once(np.tanh, v)


def elu(v: Floats) -> Floats:
    """``v`` where it is not negative, else ``exp(v) - 1``."""
    return _once(lambda w: np.where(w >= 0, w, np.expm1(np.minimum(w, 0))), v)


def exp(v: Floats) -> Floats:
    """The exponential."""
    return _once(np.exp, v)


def log(v: Floats) -> Floats:
    """The natural logarithm; not a number below 0."""
    return _once(np.log, v)


def gelu(v: Floats) -> Floats:
    """``0.5 * v * erfc(-v * sqrt(0.5))``, each step in float32, erfc correctly rounded."""
    root = np.float32(np.sqrt(0.5))
    complement = np.array([math.erfc(w) for w in (-v * root).astype(np.float64)], np.float32)
    values: Floats = np.float32(0.5) * v * complement
    return values


def gelu_approximate(v: Floats) -> Floats:
    """``0.5 * v * (1 + tanh(sqrt(2 / pi) * (v + 0.044715 * v^3)))``, each step in float32."""
    inner = np.float32(0.7978845608028654) * (v + np.float32(0.044715) * v * v * v)
    values: Floats = np.float32(0.5) * v * (np.float32(1) + tanh(inner))
    return values


def _once(function: Callable[[NDArray[np.float64]], NDArray[np.float64]], v: Floats) -> Floats:
    """In float64, rounded once."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        rounded: Floats = function(v.astype(np.float64)).astype(np.float32)
    return rounded


def _real(x: Quantization, dtype: str) -> Floats:
    values: Floats = (input_values(dtype) - x.zero_point).astype(np.float32) * x.scale
    return values


def _ratio(x: Quantization, y: Quantization) -> float:
    ratio = float(x.scale) / float(y.scale)
    if not 2.0**-16 <= ratio <= 2.0**16:
        raise NoTableError(f"a function from scale {x.scale} to {y.scale}, more than a factor of 2^16,")
    return ratio


def _saturated(values: NDArray[np.float64] | Floats | Integers, dtype: str) -> Integers:
    limits = np.iinfo(dtype)
    return np.clip(values, limits.min, limits.max).astype(np.int64)


def _half_away(value: np.float32) -> float:
    return float(np.copysign(np.floor(np.abs(value) + np.float32(0.5)), value))


def _divided_half_away(values: Integers, bits: int) -> Integers:
    """``away(values / 2^bits)``."""
    if bits == 0:
        return values
    half = np.int64(1) << (bits - 1)
    magnitude = (np.abs(values) + half) >> bits
    quotients: Integers = np.where(values < 0, -magnitude, magnitude)
    return quotients


def _toward_zero(values: Integers, divisor: int) -> Integers:
    quotients: Integers = np.sign(values) * (np.abs(values) // divisor)
    return quotients


def _saturated16(values: Integers) -> Integers:
    held: Integers = np.clip(values, -32768, 32767)
    return held


def _high_product16(values: Integers, factor: int) -> Integers:
    """``(values * factor + nudge) / 2^15`` toward zero, the nudge half of the divisor (less 1 below zero)."""
    products = values * factor
    nudge = np.where(products >= 0, 1 << 14, 1 - (1 << 14))
    return _saturated16(_toward_zero(products + nudge, 1 << 15))


def _factor16(ratio: np.float32) -> tuple[int, int]:
    """The ratio as a factor of 15 bits, rounded from one of 31 bits, and an exponent."""
    mantissa, exponent = math.frexp(float(ratio))
    factor = math.floor(mantissa * 2.0**31 + 0.5)
    if factor == 1 << 31:
        factor, exponent = factor // 2, exponent + 1
    return (32767 if factor >= (1 << 31) - 1 - (1 << 15) else (factor + (1 << 15)) >> 16), exponent
