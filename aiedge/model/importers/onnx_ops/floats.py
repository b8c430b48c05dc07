"""Values as tensors in float32, and the operations that several families make of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.errors import ModelError
from aiedge.model.importers.onnx_builder import GraphBuilder
from aiedge.model.importers.onnx_ops.fields import invalid, unsupported, value_of
from aiedge.model.importers.onnx_reader import FileNode
from aiedge.model.importers.onnx_values import (
    FLOAT,
    Above,
    Activation,
    Constant,
    Floats,
    Function,
    Pending,
    Real,
    Value,
    Weights,
)
from aiedge.model.ir.ops import FloatBinary, FloatReduce, FloatUnary
from aiedge.model.ir.ops.floating import BinaryFunction, ReduceFunction, UnaryFunction


def float_of(builder: GraphBuilder, node: FileNode, index: int) -> Activation:
    """An input as a tensor in float32 that the model computes."""
    return float_value(builder, node, value_of(builder, node, index), node.inputs[index])


def float_value(builder: GraphBuilder, node: FileNode, value: Value, name: str) -> Activation:
    """A value as a tensor in float32; what waits for a quantization is computed here. ``name`` is the value's own."""
    if isinstance(value, Real):
        return builder.dequantized(node, value.activation)
    if isinstance(value, Pending):
        return builder.computed(value)
    if isinstance(value, Function):
        return value.in_float()
    if isinstance(value, Activation):
        if not value.coding.is_float:
            raise invalid(node, f"its input {name[:80]!r} is {value.coding.dtype}, not float32")
        return value
    what = "a comparison" if isinstance(value, Above) else "a constant"
    raise unsupported(node, f"{what} as input {name[:80]!r} of {node.kind}")


def numbers_of(node: FileNode, value: Value, name: str) -> Floats:
    """A constant in float, or the numbers that constant integers stand for, as finite float32."""
    if isinstance(value, Weights):
        array: NDArray[Any] = value.values()
    elif not isinstance(value, Constant):
        raise unsupported(node, f"an input {name[:80]!r} that is computed by the model")
    elif value.array.dtype.kind != "f":
        raise invalid(node, f"its input {name[:80]!r} is {value.array.dtype.name}, not float32")
    else:
        array = value.array
    return finite(node, array, f"constant {name[:80]!r}")


def finite(node: FileNode, array: NDArray[Any], what: str) -> Floats:
    """Numbers as float32; ModelError where one is none, or too large."""
    with np.errstate(over="ignore"):
        floats: Floats = array.astype(np.float32)
    if not np.all(np.isfinite(floats)):
        value = floats[~np.isfinite(floats)].reshape(-1)[0]
        raise ModelError("AIE-MOD-050", where=f"{node.place}: {what}", value=value)
    return floats


def single(number: float) -> Floats:
    """A number as a constant operand."""
    return np.array([number], np.float32)


def operand(
    builder: GraphBuilder, node: FileNode, value: Activation | Floats, rank: int, order: tuple[int, ...]
) -> int:
    """The graph's index of an operand with axes of one element before its own, in an order of axes."""
    shape = (*[1] * (rank - value.ndim), *value.shape) if isinstance(value, np.ndarray) else value.shape
    if isinstance(value, np.ndarray):
        numbers = finite(node, value.reshape(shape).transpose(order), "constant")
        return builder.constant(f"{node.outputs[0]}/constant", numbers, None)
    whole = builder.reshape(node, value, (*[1] * (rank - len(shape)), *shape))
    return builder.ordered(node, whole, order).tensor


def together(
    node: FileNode, operands: list[Activation | NDArray[Any]]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The shape of operands that are repeated to fit each other, and the order of axes in which few elements move."""
    try:
        shape = np.broadcast_shapes(*[one.shape for one in operands])
    except ValueError:
        shapes = [list(one.shape) for one in operands]
        raise invalid(node, f"its shapes {shapes} do not fit") from None
    # That of the operand that has the output's shape, so that the other, smaller one is brought to it.
    whole = (one.order for one in operands if isinstance(one, Activation) and one.shape == shape)
    return shape, next(whole, tuple(range(len(shape))))


def binary(
    builder: GraphBuilder,
    node: FileNode,
    function: BinaryFunction,
    a: Activation | Floats,
    b: Activation | Floats,
    name: str = "",
) -> Activation:
    """A function of two operands, element by element; at least one is computed by the model."""
    shape, order = together(node, [a, b])
    tensors = [operand(builder, node, one, len(shape), order) for one in (a, b)]
    return builder.add(node, FloatBinary(function), tensors, shape, order, FLOAT, name)


def unary(
    builder: GraphBuilder,
    node: FileNode,
    x: Activation,
    function: UnaryFunction,
    alpha: float = 0.0,
    beta: float = 0.0,
) -> Activation:
    """A function of each element alone."""
    op = FloatUnary(function, float(np.float32(alpha)), float(np.float32(beta)))
    return builder.add(node, op, [x.tensor], x.shape, x.order, FLOAT)


def clipped(builder: GraphBuilder, node: FileNode, x: Activation, low: float, high: float) -> Activation:
    """Every number held within two bounds; no node where there are none."""
    if (low, high) == (-math.inf, math.inf):
        return x
    return unary(builder, node, x, UnaryFunction.CLIP, low, high)


def by_channel(array: NDArray[Any], rank: int) -> NDArray[Any]:
    """Numbers for each channel, axis 1 of ``rank``."""
    return array.reshape([-1 if axis == 1 else 1 for axis in range(max(rank, 2))])


def reduced(
    builder: GraphBuilder, node: FileNode, x: Activation, function: ReduceFunction, axes: list[int]
) -> Activation:
    """One element of all on the axes, which stay with one element each."""
    rank = len(x.shape)
    shape = tuple(1 if axis in axes else size for axis, size in enumerate(x.shape))
    places = sorted(x.order.index(axis) for axis in axes)
    if places != list(range(places[0], places[-1] + 1)):
        # The axes go next to each other.
        rest = [axis for axis in range(rank) if axis not in axes]
        x = builder.ordered(node, x, (*rest, *sorted(axes)))
        places = list(range(len(rest), rank))
    op = FloatReduce(function, places[0], places[-1])
    return builder.add(node, op, [x.tensor], shape, x.order, FLOAT)
