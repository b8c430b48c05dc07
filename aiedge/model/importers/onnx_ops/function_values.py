"""Functions of single numbers, as arrays of float32: transcendental ones in float64, rounded once.

So no machine's math library decides a bit of a table that is made of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from aiedge.model.importers.onnx_ops.fields import real, text
from aiedge.model.importers.onnx_reader import FileNode
from aiedge.model.importers.onnx_values import Floats

Wide = NDArray[np.float64]


def once_rounded(function: Callable[[Wide], Wide]) -> Callable[[Floats], Floats]:
    """The function computed in float64 and rounded once."""

    def apply(v: Floats) -> Floats:
        rounded: Floats = function(v.astype(np.float64)).astype(np.float32)
        return rounded

    return apply


def _erf(v: Wide) -> Wide:
    return np.array([math.erf(one) if not math.isnan(one) else one for one in v])


def _sigmoid(v: Wide) -> Wide:
    return np.asarray(1 / (1 + np.exp(-v)))


def _softplus(v: Wide) -> Wide:
    return np.logaddexp(0, v)


def _hard_sigmoid(node: FileNode) -> Callable[[Floats], Floats]:
    alpha, beta = np.float32(real(node, "alpha", 0.2)), np.float32(real(node, "beta", 0.5))
    return lambda v: np.clip(alpha * v + beta, np.float32(0), np.float32(1))


def _hard_swish(node: FileNode) -> Callable[[Floats], Floats]:
    sixth = np.float32(1 / 6)
    return lambda v: v * np.clip(sixth * v + np.float32(0.5), np.float32(0), np.float32(1))


def _leaky_relu(node: FileNode) -> Callable[[Floats], Floats]:
    alpha = np.float32(real(node, "alpha", 0.01))
    return lambda v: np.where(v >= 0, v, alpha * v)


def _elu(node: FileNode) -> Callable[[Floats], Floats]:
    alpha = real(node, "alpha", 1.0)
    return once_rounded(lambda v: np.where(v >= 0, v, alpha * np.expm1(np.minimum(v, 0))))


def _selu(node: FileNode) -> Callable[[Floats], Floats]:
    alpha, gamma = real(node, "alpha", 1.6732632), real(node, "gamma", 1.0507010)
    return once_rounded(lambda v: gamma * np.where(v > 0, v, alpha * np.expm1(np.minimum(v, 0))))


def _gelu(node: FileNode) -> Callable[[Floats], Floats]:
    if text(node, "approximate", "none") == "tanh":
        root = math.sqrt(2 / math.pi)
        return once_rounded(lambda v: 0.5 * v * (1 + np.tanh(root * (v + 0.044715 * v**3))))
    return once_rounded(lambda v: 0.5 * v * (1 + _erf(v / math.sqrt(2))))


def _swish(node: FileNode) -> Callable[[Floats], Floats]:
    alpha = real(node, "alpha", 1.0)
    return once_rounded(lambda v: v * _sigmoid(alpha * v))


def _plain(function: Callable[[Wide], Wide]) -> Callable[[FileNode], Callable[[Floats], Floats]]:
    return lambda node: once_rounded(function)


FUNCTIONS: Mapping[str, Callable[[FileNode], Callable[[Floats], Floats]]] = MappingProxyType(
    {
        "Abs": _plain(np.abs),
        "Elu": _elu,
        "Erf": _plain(_erf),
        "Exp": _plain(np.exp),
        "Gelu": _gelu,
        "HardSigmoid": _hard_sigmoid,
        "HardSwish": _hard_swish,
        "LeakyRelu": _leaky_relu,
        "Log": _plain(np.log),
        "Mish": _plain(lambda v: v * np.tanh(_softplus(v))),
        "Neg": _plain(np.negative),
        "Reciprocal": _plain(np.reciprocal),
        "Selu": _selu,
        "Sigmoid": _plain(_sigmoid),
        "Softplus": _plain(_softplus),
        "Softsign": _plain(lambda v: v / (1 + np.abs(v))),
        "Sqrt": _plain(np.sqrt),
        "Swish": _swish,
        "Tanh": _plain(np.tanh),
    }
)
"""By the operator's name: what makes of its attributes a function of float32."""
