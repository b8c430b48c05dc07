"""Operators that take a part of a tensor, or several parts, on integers, on numbers and on constants alike."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from aiedge.model.importers.onnx_builder import GraphBuilder, check_size
from aiedge.model.importers.onnx_ops.fields import (
    Importer,
    array_of,
    axis_of,
    define,
    has_input,
    integer,
    integers,
    integers_of,
    invalid,
    unsupported,
    value_of,
)
from aiedge.model.importers.onnx_ops.folding import gather as gather_constant
from aiedge.model.importers.onnx_ops.movement import reshaped
from aiedge.model.importers.onnx_ops.moves import Move, moved
from aiedge.model.importers.onnx_reader import FileNode
from aiedge.model.importers.onnx_values import Activation, Constant, Value, Weights
from aiedge.model.ir.ops import Gather, StridedSlice


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
    """Gather by constant indices: a slice where they are evenly spaced."""
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
    if not places:
        raise unsupported(node, "no indices")
    steps = {after - before for before, after in pairwise(places)} or {1}
    if len(steps) > 1 or 0 in steps:
        taken = _picked(builder, node, value, axis, places)
    else:
        (step,) = steps
        stop = places[-1] + (1 if step > 0 else -1)
        slices = [slice(None)] * len(value.shape)
        slices[axis] = slice(places[0], stop if stop >= 0 else None, step)
        taken = _cut(builder, node, value, slices)
    reshaped(builder, node, taken, (*value.shape[:axis], *indices.shape, *value.shape[axis + 1 :]))


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


OPERATORS: Mapping[str, Importer] = MappingProxyType({"Slice": slice_, "Gather": gather, "Split": split})


def _picked(builder: GraphBuilder, node: FileNode, value: Value, axis: int, places: list[int]) -> Value:
    """The elements at these places of an axis, in any order."""
    shape = (*value.shape[:axis], len(places), *value.shape[axis + 1 :])
    check_size(shape, node.place)

    def activation(x: Activation) -> Activation:
        indices = builder.constant(f"{node.outputs[0]}/indices", np.array(places, np.int32), None)
        op = Gather(x.order.index(axis))
        return builder.add(node, op, [x.tensor, indices], shape, x.order, x.coding)

    return moved(builder, node, value, Move(shape, activation, lambda array: array.take(places, axis)))


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
