"""Functions of one tensor: what lies in float between two quantizations becomes one table, however long it is."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from aiedge.model.importers.onnx_builder import GraphBuilder
from aiedge.model.importers.onnx_ops.fields import (
    Importer,
    array_of,
    coded_input,
    coding_of,
    define,
    has_input,
    in_float,
    invalid,
    real,
    real_value,
    text,
    unsupported,
    value_of,
)
from aiedge.model.importers.onnx_ops.folding import fold
from aiedge.model.importers.onnx_ops.tables import identity, table_node
from aiedge.model.importers.onnx_reader import FileNode
from aiedge.model.importers.onnx_values import Activation, Constant, Floats, Function, Pending, Value, Weights

Wide = NDArray[np.float64]


def function_of(builder: GraphBuilder, node: FileNode, value: Value, name: str) -> Function:
    """A value in float as a function of the integers behind it; ``name`` is its own."""
    if isinstance(value, Function):
        return value
    return identity(builder, node, real_value(builder, node, value, name))


def then(node: FileNode, first: Function, apply: Callable[[Floats], Floats]) -> Function:
    """A function of a function."""
    with np.errstate(all="ignore"):
        return Function(node, first.source, apply(first.values))


def unary(builder: GraphBuilder, node: FileNode) -> None:
    """A float operator with one input that treats each element alone."""
    value = value_of(builder, node, 0)
    apply = _FUNCTIONS[node.kind](node)
    if isinstance(value, Constant):
        _fold(builder, node, value, apply)
        return
    define(builder, node, then(node, function_of(builder, node, value, node.inputs[0]), apply))


def pow_(builder: GraphBuilder, node: FileNode) -> None:
    """Pow with a constant exponent."""
    exponent = array_of(builder, node, 1)
    if exponent.size != 1 or exponent.dtype.kind not in "fi":
        raise unsupported(node, "an exponent that is no single number")
    power = float(exponent.reshape(-1)[0])
    base = function_of(builder, node, value_of(builder, node, 0), node.inputs[0])
    define(builder, node, then(node, base, _once(lambda v: np.power(v, power))))


def bound(builder: GraphBuilder, node: FileNode, low: float, high: float) -> None:
    """Bounds: of the operation that makes the input, or of a function."""
    x = value_of(builder, node, 0)
    if isinstance(x, Pending):
        # Two bounds one after another: the second holds the first ones, too.
        bounds = (min(max(x.low, low), high), min(max(x.high, low), high))
        define(builder, node, Pending(x.node, x.shape, x.emit, *bounds, depth=x.depth))
        return
    limits = (np.float32(low), np.float32(high))
    first = function_of(builder, node, x, node.inputs[0])
    define(builder, node, then(node, first, lambda v: np.clip(v, *limits)))


def relu(builder: GraphBuilder, node: FileNode) -> None:
    """Relu."""
    bound(builder, node, 0.0, math.inf)


def clip(builder: GraphBuilder, node: FileNode) -> None:
    """Clip with constant bounds."""
    low, high = _limit(builder, node, 1, -math.inf), _limit(builder, node, 2, math.inf)
    if low > high:
        raise invalid(node, f"its bounds are {low} and {high}")
    bound(builder, node, low, high)


def qlinear_function(builder: GraphBuilder, node: FileNode) -> None:
    """ONNX Runtime's QLinearSigmoid and QLinearLeakyRelu."""
    x = coded_input(builder, node, 0)
    apply = _FUNCTIONS[node.kind.removeprefix("QLinear")](node)
    function = then(node, identity(builder, node, x), apply)
    define(builder, node, table_node(builder, function, coding_of(builder, node, 3, 4)))


def joined(
    builder: GraphBuilder,
    node: FileNode,
    a: Value,
    b: Value,
    apply: Callable[[Floats, Floats], Floats],
) -> Function | None:
    """A float operator of two values as a function of one tensor; None where they are of two tensors.

    One may be a single number. Functions of the same integers, such as ``x * sigmoid(x)``, are one function.
    """
    numbers = [_number(value) for value in (a, b)]
    if numbers[0] is not None and not isinstance(b, Constant):
        first = function_of(builder, node, b, node.inputs[1])
        return then(node, first, lambda v: apply(np.full_like(v, numbers[0]), v))
    if numbers[1] is not None and not isinstance(a, Constant):
        first = function_of(builder, node, a, node.inputs[0])
        return then(node, first, lambda v: apply(v, np.full_like(v, numbers[1])))
    if not (isinstance(a, Function) or isinstance(b, Function)):
        return None
    one, two = function_of(builder, node, a, node.inputs[0]), function_of(builder, node, b, node.inputs[1])
    if _key(one.source) != _key(two.source):
        raise in_float(node, "one of its inputs is a function that is not quantized")
    return then(node, one, lambda v: apply(v, two.values))


def _key(x: Activation) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    return x.tensor, x.shape, x.order


def _number(value: Value) -> np.float32 | None:
    """The float of a constant with one element."""
    if not isinstance(value, Constant) or value.array.size != 1 or value.array.dtype.kind != "f":
        return None
    number: np.float32 = value.array.reshape(-1)[0].astype(np.float32)
    return number


def _limit(builder: GraphBuilder, node: FileNode, index: int, default: float) -> float:
    if not has_input(node, index):
        return default
    value = value_of(builder, node, index)
    array = value.values() if isinstance(value, Weights) else array_of(builder, node, index)
    if array.size != 1 or array.dtype.kind != "f" or np.isnan(array.reshape(-1)[0]):
        raise unsupported(node, "a bound that is no single number")
    return float(array.reshape(-1)[0])


def _fold(builder: GraphBuilder, node: FileNode, value: Constant, apply: Callable[[Floats], Floats]) -> None:
    """A function of a constant in float; of integers only the negative."""
    if node.kind == "Neg":
        fold(builder, node)
        return
    if value.array.dtype != np.float32:
        raise unsupported(node, f"a function of {value.array.dtype.name}")
    with np.errstate(all="ignore"):
        define(builder, node, Constant(apply(value.array.reshape(-1)).reshape(value.shape)))


def _once(function: Callable[[Wide], Wide]) -> Callable[[Floats], Floats]:
    """In float64, rounded once."""

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
    return _once(lambda v: np.where(v >= 0, v, alpha * np.expm1(np.minimum(v, 0))))


def _selu(node: FileNode) -> Callable[[Floats], Floats]:
    alpha, gamma = real(node, "alpha", 1.6732632), real(node, "gamma", 1.0507010)
    return _once(lambda v: gamma * np.where(v > 0, v, alpha * np.expm1(np.minimum(v, 0))))


def _gelu(node: FileNode) -> Callable[[Floats], Floats]:
    if text(node, "approximate", "none") == "tanh":
        root = math.sqrt(2 / math.pi)
        return _once(lambda v: 0.5 * v * (1 + np.tanh(root * (v + 0.044715 * v**3))))
    return _once(lambda v: 0.5 * v * (1 + _erf(v / math.sqrt(2))))


def _plain(function: Callable[[Wide], Wide]) -> Callable[[FileNode], Callable[[Floats], Floats]]:
    return lambda node: _once(function)


_FUNCTIONS: Mapping[str, Callable[[FileNode], Callable[[Floats], Floats]]] = MappingProxyType(
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
        "Tanh": _plain(np.tanh),
    }
)
"""By the operator's name: what makes of its attributes a function of float32."""

OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        **dict.fromkeys(_FUNCTIONS, unary),
        "Clip": clip,
        "Pow": pow_,
        "Relu": relu,
        "com.microsoft.Gelu": unary,
        "com.microsoft.QLinearLeakyRelu": qlinear_function,
        "com.microsoft.QLinearSigmoid": qlinear_function,
    }
)
