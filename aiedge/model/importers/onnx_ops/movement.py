"""Operators that only move elements. They work on integers, on numbers and on constants alike."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.model.importers.onnx_builder import GraphBuilder
from aiedge.model.importers.onnx_ops.fields import (
    Importer,
    array_of,
    axes_of,
    axis_of,
    coded_input,
    coding_of,
    deeper,
    define,
    has_input,
    integer,
    integers,
    integers_of,
    invalid,
    told,
    unsupported,
    value_of,
)
from aiedge.model.importers.onnx_ops.floats import clipped, float_value, numbers_of
from aiedge.model.importers.onnx_ops.moves import Move, moved
from aiedge.model.importers.onnx_ops.quantization import quantized
from aiedge.model.importers.onnx_ops.tables import requantize
from aiedge.model.importers.onnx_reader import FileNode
from aiedge.model.importers.onnx_values import (
    FLOAT,
    Activation,
    Coding,
    Constant,
    Function,
    Pending,
    Real,
    Value,
    Weights,
)
from aiedge.model.ir.limits import MAX_NODE_INPUTS
from aiedge.model.ir.ops import Concat


def identity(builder: GraphBuilder, node: FileNode) -> None:
    """Identity and Dropout, which does nothing but in training."""
    if node.kind == "Dropout" and has_input(node, 2) and np.any(array_of(builder, node, 2)):
        raise unsupported(node, "a Dropout in training mode")
    define(builder, node, value_of(builder, node, 0))


def transpose(builder: GraphBuilder, node: FileNode) -> None:
    """Transpose: nothing moves; the axes are only named in another order."""
    value = value_of(builder, node, 0)
    rank = len(value.shape)
    axes = integers(node, "perm", list(reversed(range(rank))))
    if axes is None or sorted(axes) != list(range(rank)):
        raise invalid(node, f"its order {axes} is none of {rank} axes")
    order = tuple(axes)
    shape = tuple(value.shape[axis] for axis in order)

    def activation(x: Activation) -> Activation:
        return Activation(x.tensor, shape, tuple(order.index(axis) for axis in x.order), x.coding)

    move = Move(shape, activation, lambda array: array.transpose(order), order.index)
    define(builder, node, moved(builder, node, value, move))


def reshape(builder: GraphBuilder, node: FileNode) -> None:
    """Reshape to a constant shape."""
    value = value_of(builder, node, 0)
    wanted = integers_of(builder, node, 1)
    sizes = []
    for axis, size in enumerate(wanted):
        if size == 0 and not integer(node, "allowzero", 0):
            if axis >= len(value.shape):
                raise invalid(node, f"its shape {wanted} copies axis {axis} of {list(value.shape)}")
            sizes.append(value.shape[axis])
        else:
            sizes.append(size)
    known = math.prod(size for size in sizes if size != -1)
    if sizes.count(-1) == 1 and known > 0:
        sizes[sizes.index(-1)] = math.prod(value.shape) // known
    reshaped(builder, node, value, tuple(sizes))


def flatten(builder: GraphBuilder, node: FileNode) -> None:
    """Flatten to two axes."""
    value = value_of(builder, node, 0)
    rank = len(value.shape)
    axis = integer(node, "axis", 1)
    axis = rank if axis == rank else axis_of(node, axis, max(rank, 1))
    reshaped(builder, node, value, (math.prod(value.shape[:axis]), math.prod(value.shape[axis:])))


def squeeze(builder: GraphBuilder, node: FileNode) -> None:
    """Squeeze: axes of one element go."""
    value = value_of(builder, node, 0)
    axes = axes_of(builder, node, len(value.shape), 13)
    if axes is None:
        axes = [axis for axis, size in enumerate(value.shape) if size == 1]
    if any(value.shape[axis] != 1 for axis in axes):
        raise invalid(node, f"its axes {axes} of {list(value.shape)} are not of one element each")
    reshaped(builder, node, value, tuple(s for axis, s in enumerate(value.shape) if axis not in axes))


def unsqueeze(builder: GraphBuilder, node: FileNode) -> None:
    """Unsqueeze: axes of one element come."""
    value = value_of(builder, node, 0)
    given = integers_of(builder, node, 1) if builder.opset >= 13 else integers(node, "axes")
    rank = len(value.shape) + len(given or [])
    axes = axes_of(builder, node, rank, 13)
    if axes is None:
        raise invalid(node, "it has no axes")
    rest = iter(value.shape)
    reshaped(builder, node, value, tuple(1 if axis in axes else next(rest) for axis in range(rank)))


def concat(builder: GraphBuilder, node: FileNode) -> None:
    """Concat; integers of different scales are brought to the output's, numbers are joined as they are."""
    values = [value_of(builder, node, index) for index in range(len(node.inputs))]
    if all(isinstance(value, Constant) for value in values):
        _concat_constants(builder, node, [value.array for value in values if isinstance(value, Constant)])
        return
    axis = integer(node, "axis", 0)
    shape = _joined(node, [value.shape for value in values], axis)
    axis = axis_of(node, axis, len(shape))
    if all(isinstance(value, Activation) and not value.coding.is_float for value in values):
        parts = [value for value in values if isinstance(value, Activation)]
        coding = next((part.coding for part in parts if part.coding.is_scaled), None)
        if coding is None:
            raise unsupported(node, "a concatenation of integers whose scale comes later")
        parts = [told(builder, node, part, coding) for part in parts]
        define(builder, node, _concat(builder, node, parts, shape, axis))
        return
    reals = [value.activation for value in values if isinstance(value, Real)]
    if len(reals) == len(values) and all(builder.same_coding(one.coding, reals[0].coding) for one in reals):
        define(builder, node, Real(_concat(builder, node, reals, shape, axis)))
        return

    def emit(coding: Coding, low: float, high: float) -> Activation:
        if coding.is_float:
            numbers = [_numbers(builder, node, value, index) for index, value in enumerate(values)]
            return clipped(builder, node, _concat(builder, node, numbers, shape, axis), low, high)
        parts = [quantized(builder, node, value, coding) for value in values]
        return builder.clamped(node, _concat(builder, node, parts, shape, axis), low, high)

    waits = any(isinstance(value, Real | Pending | Function) for value in values)
    if waits and not any(isinstance(value, Constant | Weights) for value in values):
        define(builder, node, Pending(node, shape, emit, depth=deeper(node, *values)))
    else:
        define(builder, node, emit(FLOAT, -math.inf, math.inf))


def qlinear_concat(builder: GraphBuilder, node: FileNode) -> None:
    """ONNX Runtime's QLinearConcat."""
    coding = coding_of(builder, node, 0, 1)
    if len(node.inputs) % 3 != 2 or len(node.inputs) < 5:
        raise invalid(node, f"it has {len(node.inputs)} inputs")
    parts = [coded_input(builder, node, index) for index in range(2, len(node.inputs), 3)]
    shape = _joined(node, [part.shape for part in parts], integer(node, "axis", 0))
    axis = axis_of(node, integer(node, "axis", 0), len(shape))
    changed = [requantize(builder, node, part, coding) for part in parts]
    define(builder, node, _concat(builder, node, changed, shape, axis))


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        "Identity": identity,
        "Dropout": identity,
        "Transpose": transpose,
        "Reshape": reshape,
        "Flatten": flatten,
        "Squeeze": squeeze,
        "Unsqueeze": unsqueeze,
        "Concat": concat,
        "com.microsoft.QLinearConcat": qlinear_concat,
    }
)


def reshaped(builder: GraphBuilder, node: FileNode, value: Value, shape: tuple[int, ...]) -> None:
    """Define the output as the value in a shape that must have as many elements."""
    if min(shape, default=1) < 0 or math.prod(shape) != math.prod(value.shape):
        raise invalid(node, f"it makes {list(shape)} of {list(value.shape)}")
    if shape == value.shape:
        define(builder, node, value)
        return

    def activation(x: Activation) -> Activation:
        return builder.reshape(node, x, shape)

    define(builder, node, moved(builder, node, value, Move(shape, activation, lambda a: a.reshape(shape))))


def _joined(node: FileNode, shapes: list[tuple[int, ...]], axis: int) -> tuple[int, ...]:
    if not 0 < len(shapes) <= MAX_NODE_INPUTS:
        raise unsupported(node, f"a concatenation of {len(shapes)} values")
    first = shapes[0]
    axis = axis_of(node, axis, len(first))
    rests = {(*shape[:axis], *shape[axis + 1 :]) for shape in shapes}
    if len(rests) != 1 or any(len(shape) != len(first) for shape in shapes):
        raise invalid(node, f"its inputs {[list(shape) for shape in shapes]} do not fit beside axis {axis}")
    return (*first[:axis], sum(shape[axis] for shape in shapes), *first[axis + 1 :])


def _concat_constants(builder: GraphBuilder, node: FileNode, arrays: list[NDArray[Any]]) -> None:
    _joined(node, [array.shape for array in arrays], integer(node, "axis", 0))
    if len({array.dtype for array in arrays}) != 1:
        raise invalid(node, "its inputs have different types")
    define(builder, node, Constant(np.concatenate(arrays, axis=integer(node, "axis", 0))))


def _numbers(builder: GraphBuilder, node: FileNode, value: Value, index: int) -> Activation:
    """A part in float32, which may be constant."""
    if not isinstance(value, Constant | Weights):
        return float_value(builder, node, value, node.inputs[index])
    order = tuple(range(len(value.shape)))
    array = numbers_of(node, value, node.inputs[index])
    return Activation(builder.constant(node.inputs[index], array, None), value.shape, order, FLOAT)


def _concat(
    builder: GraphBuilder, node: FileNode, parts: list[Activation], shape: tuple[int, ...], axis: int
) -> Activation:
    # That of the largest part, which then stays where it is.
    order = max(parts, key=lambda part: math.prod(part.shape)).order
    tensors = [builder.ordered(node, part, order).tensor for part in parts]
    return builder.add(node, Concat(order.index(axis)), tensors, shape, order, parts[0].coding)
