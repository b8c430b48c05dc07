"""Fixed-point functions of int16 and int32, exactly as ``aiedge-1`` (docs/arithmetic.md) says.

Arrays hold int64; every result fits the width that its function is for. An int16 with ``b`` integer bits stands for
``q / 2^(15 - b)``.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

_ONE = 32767  # the number 1 with no integer bits, as near as it gets
_EXP_EIGHTH, _THIRD = 28918, 10923  # exp(-1/8) and 1/3, no integer bits
_48_17, _NEG_32_17 = 23130, -15420  # 48/17 and -32/17, two integer bits
# exp(-2^e) for e = -2 to 4, no integer bits
_EXPONENTIALS = ((-2, 25520), (-1, 19875), (0, 12055), (1, 4435), (2, 600), (3, 11), (4, 0))


class Multiplier(NamedTuple):
    """``factor * 2^(exponent - 31)``; the factor has 31 bits."""

    factor: int
    exponent: int


def multiplier_of(value: float) -> Multiplier:
    """The multiplier nearest to a positive number."""
    mantissa, exponent = math.frexp(value)
    factor = math.floor(mantissa * 2.0**31 + 0.5)
    return Multiplier(factor // 2, exponent + 1) if factor == 1 << 31 else Multiplier(factor, exponent)


def multiplied(x: Integers, by: Multiplier) -> Integers:
    """int32 times the multiplier, rounded twice."""
    left = np.clip(x << max(by.exponent, 0), -(1 << 31), (1 << 31) - 1)
    return shifted(_away_at_half(left * by.factor, 31), max(-by.exponent, 0))


def shifted(x: Integers, count: int) -> Integers:
    """``x / 2^count``, halves away from zero."""
    if count == 0:
        return x
    half: Integers = np.int64(1) << np.int64(count - 1)
    return (x + half - (x < 0)) >> count


def logistic(x: Integers) -> Integers:
    """int16 with three integer bits -> int16 with none."""
    positive = np.minimum(2 * _inverse(_exponential(_negative(x), 3)), _ONE)
    result = np.where(x > 0, positive, _ONE - positive)
    return np.where(x == 0, 1 << 14, result)


def tanh(x: Integers, integer_bits: int) -> Integers:
    """int16 with up to six integer bits -> int16 with none."""
    positive = np.clip((_inverse(_exponential(_negative(x), integer_bits + 1)) - (1 << 13)) * 4, -32768, _ONE)
    return np.where(x == 0, 0, np.where(x < 0, -positive, positive))


def _negative(x: Integers) -> Integers:
    return -np.abs(x)


def _away_at_half(x: Integers, count: int) -> Integers:
    """``x / 2^count`` to the nearest, halves up: adds a half and cuts towards zero."""
    nudged = x + np.where(x >= 0, 1 << (count - 1), 1 - (1 << (count - 1)))
    return np.where(nudged >= 0, nudged >> count, -(-nudged >> count))


def _product(a: Integers, b: Integers | int) -> Integers:
    """Of two int16, the upper half."""
    return _away_at_half(a * b, 15)


def _exponential(x: Integers, integer_bits: int) -> Integers:
    """``exp(x)`` for ``x <= 0``, with no integer bits: by a polynomial in [-1/4, 0), then by squares."""
    fraction_bits = 15 - integer_bits
    quarter = 1 << (fraction_bits - 2)
    within = (x & (quarter - 1)) - quarter
    rest = within - x
    t = (within << integer_bits) + (1 << 12)  # around -1/8
    t2 = _product(t, t)
    t3, t4 = _product(t2, t), _product(t2, t2)
    tail = shifted(_product(shifted(t4, 2) + t3, _THIRD) + t2, 1)
    result = np.minimum(_EXP_EIGHTH + _product(t + tail, _EXP_EIGHTH), _ONE)
    for exponent, factor in _EXPONENTIALS:
        if integer_bits > exponent:
            taken = (rest & (1 << (fraction_bits + exponent))) != 0
            result = np.where(taken, _product(result, factor), result)
    if integer_bits > 5:
        result = np.where(x < -(1 << (fraction_bits + 5)), 0, result)
    return np.where(x == 0, _ONE, result)


def _inverse(x: Integers) -> Integers:
    """``2 / (1 + x)`` for x in [0, 1] with no integer bits, with two integer bits: three steps of Newton's."""
    half = (x + _ONE + 1) >> 1
    y = _48_17 + _product(half, _NEG_32_17)
    for _ in range(3):
        y = y + np.clip(4 * _product(y, (1 << 13) - _product(half, y)), -32768, _ONE)
    return y
