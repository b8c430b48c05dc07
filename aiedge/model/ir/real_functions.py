"""Real functions in float64, exactly as ``aiedge-1`` (docs/arithmetic.md, "Float") says.

Only ``+ - * /``, rounding to whole numbers and scaling by powers of two are used, each rounded as IEEE 754 says and in
the order written, so that no machine's math library decides a bit. Arrays are float64 of any shape; the results are
accurate to far less than half an ulp of float32, to which the caller rounds them once. NaN gives NaN.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

_LOG2_E = 1.4426950408889634
_LN_2 = 0.6931471805599453
# ln(2) in two parts, the first with zeros at its end so that its product with an exponent is exact (fdlibm, e_exp.c)
_LN_2_HIGH, _LN_2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_EXP_TERMS = 13
_LOG_TERMS = 23
_ERF_TERMS = 40
_ERFC_LEVELS = 60
_TWO_OVER_ROOT_PI = 1.1283791670955126
_ROOT_PI = 1.7724538509055159
_ROOT_HALF = 0.7071067811865476
_ROOT_TWO_OVER_PI = 0.7978845608028654


def exp64(v: Reals) -> Reals:
    """The exponential; ``v`` is held in [-745, 709.78], so that it is never infinite.

    ``exp(v) = 2^k * exp(r)``, ``k`` the nearest integer to ``v / ln 2``, ``r = v - k * ln 2`` in two steps (Cody and
    Waite); ``exp(r)`` is the Taylor polynomial to ``r^13``, less than 5e-18 off for ``|r| <= ln(2) / 2``.
    """
    held = np.minimum(np.maximum(v, -745.0), 709.78)
    k = np.rint(held * _LOG2_E)
    r = (held - k * _LN_2_HIGH) - k * _LN_2_LOW
    p = np.full_like(r, 1 / math.factorial(_EXP_TERMS))
    for n in range(_EXP_TERMS - 1, -1, -1):
        p = p * r + 1 / math.factorial(n)
    return _scaled(p, k)


def log64(v: Reals) -> Reals:
    """The natural logarithm; -inf at 0, NaN below.

    ``v = m * 2^e`` with ``m`` in [sqrt(1/2), sqrt(2)); ``log(v) = e * ln 2 + 2 * artanh((m - 1) / (m + 1))``.
    """
    mantissa, exponent = np.frexp(v)
    low = mantissa < _ROOT_HALF
    m = np.where(low, mantissa * 2, mantissa)
    e = np.where(low, exponent - 1, exponent).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithm = e * _LN_2 + _twice_artanh((m - 1) / (m + 1))
    logarithm = np.where(np.isinf(v), v, logarithm)
    logarithm = np.where(v == 0, -np.inf, logarithm)
    return np.where(v < 0, np.nan, logarithm)


def log1p64(e: Reals) -> Reals:
    """``log(1 + e)`` for ``e`` in 0 to 1: ``2 * artanh(e / (2 + e))``."""
    return _twice_artanh(e / (2 + e))


def erf64(v: Reals) -> Reals:
    """The error function: for ``|v| < 2`` its Taylor series (DLMF 7.6.1), beyond ``1 - erfc``."""
    a = np.minimum(np.abs(v), 6.0)
    return np.where(v < 0, -1.0, 1.0) * np.where(a < 2, _erf_near(a), 1 - _erfc_far(a))


def erfc64(v: Reals) -> Reals:
    """``1 - erf(v)``, accurate also where it is small."""
    return np.where(v < 2, 1 - erf64(v), _erfc_far(np.minimum(np.abs(v), 28.0)))


def sigmoid64(v: Reals) -> Reals:
    """``1 / (1 + exp(-v))``."""
    return 1 / (1 + exp64(-v))


def tanh64(v: Reals) -> Reals:
    """The hyperbolic tangent: ``(1 - e) / (1 + e)`` with ``e = exp(-2 * |v|)``; near 0, ``v - v^3 / 3``."""
    e = exp64(-2 * np.abs(v))
    far = (1 - e) / (1 + e)
    # a large v would overflow in the branch that is not taken
    near = np.minimum(np.maximum(v, -1.0), 1.0)
    return np.where(np.abs(v) < 1e-4, near - ((near * near) * near) / 3, np.where(v < 0, -far, far))


def softplus64(v: Reals) -> Reals:
    """``log(1 + exp(v))`` as ``max(v, 0) + log(1 + exp(-|v|))``."""
    return np.maximum(v, 0) + log1p64(exp64(-np.abs(v)))


def silu64(v: Reals) -> Reals:
    """``v * sigmoid(v)`` (Elfwing et al., 2017)."""
    return v * sigmoid64(v)


def mish64(v: Reals) -> Reals:
    """``v * tanh(softplus(v))`` (Misra, 2019)."""
    return v * tanh64(softplus64(v))


def expm1_64(v: Reals) -> Reals:
    """``exp(v) - 1`` for ``v`` up to 0; near 0, ``v + v^2 * (1/2 + v/6)``."""
    near = np.maximum(v, -1.0)
    return np.where(v > -1e-4, near + (near * near) * (0.5 + near / 6), exp64(v) - 1)


def gelu64(v: Reals) -> Reals:
    """``v * Phi(v)``, Phi the normal distribution (Hendrycks and Gimpel, 2016): ``0.5 * v * erfc(-v * sqrt(1/2))``."""
    return (0.5 * v) * erfc64(-v * _ROOT_HALF)


def gelu_tanh64(v: Reals) -> Reals:
    """Its approximation ``0.5 * v * (1 + tanh(u))``, which is ``v * sigmoid(2 * u)``."""
    u = _ROOT_TWO_OVER_PI * (v + ((0.044715 * v) * v) * v)
    return v * sigmoid64(2 * u)


def _scaled(p: Reals, k: Reals) -> Reals:
    """``p * 2^k`` for ``p`` about 1, rounded once where it is subnormal: the first step is exact."""
    whole = np.where(np.isnan(k), 0, k).astype(np.int64)
    first = np.clip(whole, -1000, 1000)
    return (p * _power(first)) * _power(whole - first)


def _power(k: NDArray[np.int64]) -> Reals:
    """``2^k`` for ``k`` in -1022 to 1023, by its bits."""
    return ((k + 1023) << 52).view(np.float64)


def _twice_artanh(s: Reals) -> Reals:
    """``2 * (s + s^3 / 3 + s^5 / 5 + ... + s^23 / 23)``."""
    z = s * s
    p = np.full_like(s, 1 / _LOG_TERMS)
    for n in range(_LOG_TERMS - 2, 0, -2):
        p = p * z + 1 / n
    return (2 * s) * p


def _erf_near(a: Reals) -> Reals:
    """``2 / sqrt(pi) * (a - a^3 / 3 + a^5 / 10 - ...)`` to the 41st term, for ``a`` below 2."""
    a = np.minimum(a, 2.0)
    term = total = a
    for n in range(1, _ERF_TERMS + 1):
        term = (term * -(a * a)) / n
        total = total + term / (2 * n + 1)
    return _TWO_OVER_ROOT_PI * total


def _erfc_far(a: Reals) -> Reals:
    """``exp(-a^2) / (f * sqrt(pi))`` for ``a`` from 2 on; ``f = a + (1/2)/(a + (2/2)/(a + ...))`` (DLMF 7.9.1)."""
    a = np.maximum(a, 2.0)
    f = a
    for n in range(_ERFC_LEVELS, 0, -1):
        f = a + (0.5 * n) / f
    return exp64(-(a * a)) * (1 / (f * _ROOT_PI))
