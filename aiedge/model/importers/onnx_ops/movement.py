"""Operators that only move elements. They work on integers, on numbers and on constants alike."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
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
from aiedge.model.importers.onnx_ops.folding import gather as gather_constant
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
from aiedge.model.ir.ops import Concat, StridedSlice


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
    _reshape(builder, node, value, tuple(sizes))


def flatten(builder: GraphBuilder, node: FileNode) -> None:
    """Flatten to two axes."""
    value = value_of(builder, node, 0)
    rank = len(value.shape)
    axis = integer(node, "axis", 1)
    axis = rank if axis == rank else axis_of(node, axis, max(rank, 1))
    _reshape(builder, node, value, (math.prod(value.shape[:axis]), math.prod(value.shape[axis:])))


def squeeze(builder: GraphBuilder, node: FileNode) -> None:
    """Squeeze: axes of one element go."""
    value = value_of(builder, node, 0)
    axes = axes_of(builder, node, len(value.shape), 13)
    if axes is None:
        axes = [axis for axis, size in enumerate(value.shape) if size == 1]
    if any(value.shape[axis] != 1 for axis in axes):
        raise invalid(node, f"its axes {axes} of {list(value.shape)} are not of one element each")
    _reshape(builder, node, value, tuple(s for axis, s in enumerate(value.shape) if axis not in axes))


def unsqueeze(builder: GraphBuilder, node: FileNode) -> None:
    """Unsqueeze: axes of one element come."""
    value = value_of(builder, node, 0)
    given = integers_of(builder, node, 1) if builder.opset >= 13 else integers(node, "axes")
    rank = len(value.shape) + len(given or [])
    axes = axes_of(builder, node, rank, 13)
    if axes is None:
        raise invalid(node, "it has no axes")
    rest = iter(value.shape)
    _reshape(builder, node, value, tuple(1 if axis in axes else next(rest) for axis in range(rank)))


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


def slice_(builder: GraphBuilder, node: FileNode) -> None:
    """Slice by constants."""
    value = value_of(builder, node, 0)
    rank = len(value.shape)
    if builder.opset < 10:
        raise unsupported(node, f"a Slice of operator set {builder.opset}")
    starts, ends = integers_of(builder, node, 1), integers_of(builder, node, 2)
    axes = integers_of(builder, node, 3) if has_input(node, 3) else list(range(len(starts)))
    steps = integers_of(builder, node, 4) if has_input(node, 4) else [1] * len(starts)
    if not len(starts) == len(ends) == len(axes) == len(steps) or 0 in steps:
        raise invalid(node, f"its starts {starts}, ends {ends}, axes {axes}, steps {steps} do not fit")
    slices = [slice(None)] * rank
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        size = value.shape[axis_of(node, axis, rank)]
        # Below -size there is no element: with a negative step that is before the first one.
        stop = None if step < 0 and end < -size else end
        slices[axis_of(node, axis, rank)] = slice(start, stop, step)
    define(builder, node, _cut(builder, node, value, slices))


def gather(builder: GraphBuilder, node: FileNode) -> None:
    """Gather by one index, or by constant indices that are evenly spaced."""
    value = value_of(builder, node, 0)
    if isinstance(value, Constant):
        gather_constant(builder, node)
        return
    indices = array_of(builder, node, 1)
    axis = axis_of(node, integer(node, "axis", 0), len(value.shape))
    size = value.shape[axis]
    if indices.dtype.kind != "i" or np.any((indices < -size) | (indices >= size)):
        raise invalid(node, f"an index is none of the {size} on axis {axis}")
    places = [int(index) % size for index in indices.reshape(-1)]
    steps = {after - before for before, after in pairwise(places)} or {1}
    if indices.ndim > 1 or not places or len(steps) > 1 or 0 in steps:
        raise unsupported(node, f"indices {indices.tolist()!s:.80}")
    (step,) = steps
    slices = [slice(None)] * len(value.shape)
    stop = places[-1] + (1 if step > 0 else -1)
    slices[axis] = slice(places[0], stop if stop >= 0 else None, step)
    taken = _cut(builder, node, value, slices)
    shape = (*value.shape[:axis], *indices.shape, *value.shape[axis + 1 :])
    _reshape(builder, node, taken, shape)


def split(builder: GraphBuilder, node: FileNode) -> None:
    """Split into parts of given or equal sizes."""
    value = value_of(builder, node, 0)
    axis = axis_of(node, integer(node, "axis", 0), len(value.shape))
    size, count = value.shape[axis], len(node.outputs)
    if builder.opset >= 13:
        sizes = integers_of(builder, node, 1, 256) if has_input(node, 1) else None
    else:
        sizes = integers(node, "split")
    if sizes is None:
        each = -(-size // count)
        sizes = [max(min(each, size - part * each), 0) for part in range(count)]
    if len(sizes) != count or sum(sizes) != size or min(sizes) < 1:
        raise invalid(node, f"its parts {sizes} are not the {size} of axis {axis} in {count} outputs")
    start = 0
    for index, part in enumerate(sizes):
        slices = [slice(None)] * len(value.shape)
        slices[axis] = slice(start, start + part)
        if node.outputs[index]:
            define(builder, node, _cut(builder, node, value, slices, node.outputs[index]), index)
        start += part


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
        "Slice": slice_,
        "Gather": gather,
        "Split": split,
    }
)


def _reshape(builder: GraphBuilder, node: FileNode, value: Value, shape: tuple[int, ...]) -> None:
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


def _cut(builder: GraphBuilder, node: FileNode, value: Value, slices: list[slice], name: str = "") -> Value:
    ranges = [range(*one.indices(size)) for one, size in zip(slices, value.shape, strict=True)]
    shape = tuple(len(one) for one in ranges)

    def activation(x: Activation) -> Activation:
        taken = [ranges[axis] for axis in x.order]
        op = StridedSlice.of([one.start for one in taken], [one.step for one in taken])
        return builder.add(node, op, [x.tensor], shape, x.order, x.coding, name)

    if shape == value.shape and all(one.step == 1 for one in ranges):
        return value
    if isinstance(value, Constant | Weights):
        return moved(builder, node, value, Move(shape, activation, lambda array: array[tuple(slices)]))
    if 0 in shape:
        raise invalid(node, f"it cuts {list(value.shape)} down to {list(shape)}")
    return moved(builder, node, value, Move(shape, activation, lambda array: array))
