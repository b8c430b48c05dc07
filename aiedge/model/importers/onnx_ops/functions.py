"""Functions of one tensor.

What lies in float between two quantizations becomes one table, however long it is; all else is computed in float.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

import numpy as np

from aiedge.model.importers.onnx_builder import GraphBuilder
from aiedge.model.importers.onnx_ops.fields import (
    MAX_DEPTH,
    Importer,
    array_of,
    coded_input,
    coding_of,
    define,
    has_input,
    invalid,
    too_deep,
    unsupported,
    value_of,
)
from aiedge.model.importers.onnx_ops.float_functions import FLOAT_FUNCTIONS, power
from aiedge.model.importers.onnx_ops.floats import (
    by_channel,
    clipped,
    float_of,
    float_value,
    numbers_of,
    operand,
)
from aiedge.model.importers.onnx_ops.folding import fold
from aiedge.model.importers.onnx_ops.function_values import FUNCTIONS, once_rounded
from aiedge.model.importers.onnx_ops.tables import identity, table_node
from aiedge.model.importers.onnx_reader import FileNode
from aiedge.model.importers.onnx_values import (
    FLOAT,
    Activation,
    Constant,
    Floats,
    Function,
    Pending,
    Real,
    Value,
    Weights,
)
from aiedge.model.ir.ops import FloatPRelu


def function_of(builder: GraphBuilder, node: FileNode, value: Value) -> Function | None:
    """A value in float as a function of the integers behind it; None where there are none."""
    if isinstance(value, Function):
        return value
    return identity(builder, node, value.activation) if isinstance(value, Real) else None


def then(
    node: FileNode,
    first: Function,
    apply: Callable[[Floats], Floats],
    in_float: Callable[[Activation], Activation],
) -> Function:
    """A function of a function: its values, and how it is computed in float."""
    return after(node, (first,), apply(first.values), lambda: in_float(first.in_float()))


def after(
    node: FileNode, before: tuple[Function, ...], values: Floats, in_float: Callable[[], Activation]
) -> Function:
    """A function whose values have been made of those of functions of the same integers."""
    depth = 1 + max(one.depth for one in before)

    def computed() -> Activation:
        if depth > MAX_DEPTH:
            raise too_deep(node)
        return in_float()

    return Function(node, before[0].source, values, cache(computed), depth)


def unary(builder: GraphBuilder, node: FileNode) -> None:
    """A float operator with one input that treats each element alone."""
    value = value_of(builder, node, 0)
    apply, in_float = FUNCTIONS[node.kind](node), FLOAT_FUNCTIONS[node.kind]
    if isinstance(value, Constant):
        _fold(builder, node, value, apply)
        return
    function(builder, node, value, apply, lambda x: in_float(builder, node, x))


def function(
    builder: GraphBuilder,
    node: FileNode,
    value: Value,
    apply: Callable[[Floats], Floats],
    in_float: Callable[[Activation], Activation],
) -> None:
    """Define the output as a function of a value: of integers by its values, else in float."""
    first = function_of(builder, node, value)
    if first is None:
        define(builder, node, in_float(float_value(builder, node, value, node.inputs[0])))
        return
    with np.errstate(all="ignore"):
        define(builder, node, then(node, first, apply, in_float))


def pow_(builder: GraphBuilder, node: FileNode) -> None:
    """Pow with a constant exponent."""
    exponent = array_of(builder, node, 1)
    if exponent.size != 1 or exponent.dtype.kind not in "fi":
        raise unsupported(node, "an exponent that is no single number")
    number = float(exponent.reshape(-1)[0])
    value = value_of(builder, node, 0)
    apply = once_rounded(lambda v: np.power(v, number))
    if isinstance(value, Constant):
        _fold(builder, node, value, apply)
        return
    function(builder, node, value, apply, lambda x: power(builder, node, x, number))


def bound(builder: GraphBuilder, node: FileNode, low: float, high: float) -> None:
    """Bounds: of the operation that makes the input, or of a function, or an operation of their own."""
    x = value_of(builder, node, 0)
    if isinstance(x, Pending):
        # Two bounds one after another: the second holds the first ones, too.
        bounds = (min(max(x.low, low), high), min(max(x.high, low), high))
        define(builder, node, Pending(x.node, x.shape, x.emit, *bounds, depth=x.depth))
        return
    limits = (np.float32(low), np.float32(high))
    if isinstance(x, Constant):
        _fold(builder, node, x, lambda v: np.clip(v, *limits))
        return
    function(
        builder, node, x, lambda v: np.clip(v, *limits), lambda one: clipped(builder, node, one, low, high)
    )


def relu(builder: GraphBuilder, node: FileNode) -> None:
    """Relu."""
    bound(builder, node, 0.0, math.inf)


def clip(builder: GraphBuilder, node: FileNode) -> None:
    """Clip with constant bounds."""
    low, high = _limit(builder, node, 1, -math.inf), _limit(builder, node, 2, math.inf)
    if low > high:
        raise invalid(node, f"its bounds are {low} and {high}")
    bound(builder, node, low, high)


def prelu(builder: GraphBuilder, node: FileNode) -> None:
    """PRelu by constant slopes, in float."""
    x = float_of(builder, node, 0)
    slopes = numbers_of(node, value_of(builder, node, 1), node.inputs[1])
    if slopes.ndim == 1 and slopes.size > 1 and len(x.shape) > 2 and slopes.size == x.shape[1]:
        # Some files have a slope for each channel without the axes behind it.
        slopes = by_channel(slopes, len(x.shape))
    fits = slopes.ndim <= len(x.shape) and all(
        size in {1, whole} for size, whole in zip(slopes.shape[::-1], x.shape[::-1], strict=False)
    )
    if not fits:
        raise invalid(node, f"its slopes {list(slopes.shape)} do not fit {list(x.shape)}")
    inputs = [x.tensor, operand(builder, node, slopes, len(x.shape), x.order)]
    define(builder, node, builder.add(node, FloatPRelu(), inputs, x.shape, x.order, FLOAT))


def qlinear_function(builder: GraphBuilder, node: FileNode) -> None:
    """ONNX Runtime's QLinearSigmoid and QLinearLeakyRelu."""
    x = coded_input(builder, node, 0)
    kind = node.kind.removeprefix("QLinear")
    with np.errstate(all="ignore"):
        values = FUNCTIONS[kind](node)(identity(builder, node, x).values)
    define(builder, node, table_node(builder, node, x, values, coding_of(builder, node, 3, 4)))


def joined(
    builder: GraphBuilder,
    node: FileNode,
    a: Value,
    b: Value,
    apply: Callable[[Floats, Floats], Floats],
    in_float: Callable[[Activation | Floats, Activation | Floats], Activation],
) -> Function | None:
    """A float operator of two values as a function of one tensor of integers; None where they are not of one.

    One may be a single number. Functions of the same integers, such as ``x * sigmoid(x)``, are one function.
    """
    one, two = function_of(builder, node, a), function_of(builder, node, b)
    first, second = _number(a, b), _number(b, a)
    with np.errstate(all="ignore"):
        if first is not None and two is not None:
            whole, part = np.full_like(two.values, first), first.reshape(1)
            return after(node, (two,), apply(whole, two.values), lambda: in_float(part, two.in_float()))
        if second is not None and one is not None:
            whole, part = np.full_like(one.values, second), second.reshape(1)
            return after(node, (one,), apply(one.values, whole), lambda: in_float(one.in_float(), part))
        if one is None or two is None or not (isinstance(a, Function) or isinstance(b, Function)):
            return None
        if _key(one.source) != _key(two.source):
            return None
        values = apply(one.values, two.values)
    return after(node, (one, two), values, lambda: in_float(one.in_float(), two.in_float()))


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        **dict.fromkeys(FUNCTIONS, unary),
        "Clip": clip,
        "PRelu": prelu,
        "Pow": pow_,
        "Relu": relu,
        "com.microsoft.Gelu": unary,
        "com.microsoft.QLinearLeakyRelu": qlinear_function,
        "com.microsoft.QLinearSigmoid": qlinear_function,
    }
)


def _key(x: Activation) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    return x.tensor, x.shape, x.order


def _number(value: Value, beside: Value) -> Floats | None:
    """The float of a constant with one element, which gives the value beside it no more axes."""
    if not isinstance(value, Constant) or value.array.size != 1 or value.array.dtype.kind != "f":
        return None
    if value.array.ndim > len(beside.shape):
        return None
    number: Floats = value.array.reshape(-1)[0].astype(np.float32)
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
