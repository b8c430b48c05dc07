"""The functions of one float32 operand, computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from aiedge.model.ir import real_functions as real
from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.ops import FloatUnary, UnaryFunction
from aiedge.model.ir.oracle.steps import Array

Floats = NDArray[np.float32]
Function = Callable[[Floats, np.float32, np.float32], Floats]
"""x, alpha, beta -> y."""


def unary(op: FloatUnary, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor) -> Array:
    """What :class:`~aiedge.model.ir.ops.FloatUnary` computes."""
    return _FUNCTIONS[UnaryFunction(op.function)](values[0], np.float32(op.alpha), np.float32(op.beta))


def clip(x: Floats, low: np.float32, high: np.float32) -> Floats:
    """Held within the bounds; -0 and NaN stay."""
    held: Floats = np.where(x < low, low, np.where(x > high, high, x))
    return held


def hard_sigmoid(x: Floats, alpha: np.float32, beta: np.float32) -> Floats:
    """``alpha * x + beta``, held within 0 to 1."""
    return clip(alpha * x + beta, np.float32(0), np.float32(1))


def hard_swish(x: Floats, alpha: np.float32, beta: np.float32) -> Floats:
    """``x`` times a hard sigmoid of the slope 1/6."""
    return x * hard_sigmoid(x, np.float32(1 / 6), np.float32(0.5))


def leaky_relu(x: Floats, alpha: np.float32, beta: np.float32) -> Floats:
    """``x`` where it is not negative, else ``alpha * x``."""
    bent: Floats = np.where(x >= 0, x, alpha * x)
    return bent


def elu(x: Floats, alpha: np.float32, beta: np.float32) -> Floats:
    """``x`` where it is not negative, else ``alpha * (exp(x) - 1)``."""
    below = (np.float64(alpha) * real.expm1_64(x.astype(np.float64))).astype(np.float32)
    bent: Floats = np.where(x >= 0, x, below)
    return bent


def _once(function: Callable[[real.Reals], real.Reals]) -> Function:
    """In float64, rounded once."""

    def rounded(x: Floats, alpha: np.float32, beta: np.float32) -> Floats:
        return function(x.astype(np.float64)).astype(np.float32)

    return rounded


_FUNCTIONS: Mapping[UnaryFunction, Function] = MappingProxyType(
    {
        UnaryFunction.CLIP: clip,
        UnaryFunction.ABS: lambda x, alpha, beta: np.abs(x),
        UnaryFunction.NEG: lambda x, alpha, beta: -x,
        UnaryFunction.EXP: _once(real.exp64),
        UnaryFunction.LOG: _once(real.log64),
        UnaryFunction.SQRT: lambda x, alpha, beta: np.sqrt(x),
        UnaryFunction.RECIPROCAL: lambda x, alpha, beta: np.float32(1) / x,
        UnaryFunction.SIGMOID: _once(real.sigmoid64),
        UnaryFunction.TANH: _once(real.tanh64),
        UnaryFunction.SILU: _once(real.silu64),
        UnaryFunction.HARD_SIGMOID: hard_sigmoid,
        UnaryFunction.HARD_SWISH: hard_swish,
        UnaryFunction.LEAKY_RELU: leaky_relu,
        UnaryFunction.ELU: elu,
        UnaryFunction.GELU: _once(real.gelu64),
        UnaryFunction.GELU_TANH: _once(real.gelu_tanh64),
        UnaryFunction.SOFTPLUS: _once(real.softplus64),
        UnaryFunction.MISH: _once(real.mish64),
        UnaryFunction.ERF: _once(real.erf64),
        UnaryFunction.SQUARE: lambda x, alpha, beta: x * x,
    }
)
