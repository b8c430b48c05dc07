"""What the operators of an .onnx file have in common: inputs, settings, quantizations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.errors import ModelError
from aiedge.model.importers.onnx_builder import GraphBuilder
from aiedge.model.importers.onnx_reader import FileNode
from aiedge.model.importers.onnx_values import (
    Activation,
    Coding,
    Constant,
    Pending,
    Value,
    Weights,
)

Importer = Callable[[GraphBuilder, FileNode], None]
"""Reads one node of the file: defines its outputs."""

INTEGERS = ("int8", "uint8")
MAX_DEPTH = 64
"""How many operators may wait one behind another: each is a call inside of the one before."""


def invalid(node: FileNode, reason: str) -> ModelError:
    """The error of a node that breaks a rule of the format."""
    return ModelError("AIE-MOD-009", where=node.place, reason=reason)


def unsupported(node: FileNode, feature: str) -> ModelError:
    """The error of a node that is valid and not supported."""
    return ModelError("AIE-MOD-010", where=node.place, feature=feature)


def too_deep(node: FileNode) -> ModelError:
    """The error of a node behind more operators that wait for a quantization than a model has."""
    return unsupported(
        node, f"more than {MAX_DEPTH} operators one after another that wait for a quantization"
    )


def deeper(node: FileNode, *values: Value) -> int:
    """How deep an operator is that waits for these; ModelError beyond what a model has."""
    depth = 1 + max((value.depth for value in values if isinstance(value, Pending)), default=0)
    if depth > MAX_DEPTH:
        raise too_deep(node)
    return depth


# -- inputs and outputs ----------------------------------------------------------------------------------------


def has_input(node: FileNode, index: int) -> bool:
    """Whether the optional input is there."""
    return index < len(node.inputs) and node.inputs[index] != ""


def value_of(builder: GraphBuilder, node: FileNode, index: int) -> Value:
    """The input, which must be there."""
    if not has_input(node, index):
        raise invalid(node, f"its input {index} is absent")
    return builder.find(node.inputs[index], node.place)


def define(builder: GraphBuilder, node: FileNode, value: Value, index: int = 0) -> None:
    """Give the output its value."""
    if index >= len(node.outputs) or not node.outputs[index]:
        raise invalid(node, f"its output {index} is absent")
    if isinstance(value, Constant | Weights):
        builder.spend(value.array.nbytes, node.place)
    builder.define(node.outputs[index], value, node.place)


def array_of(builder: GraphBuilder, node: FileNode, index: int) -> NDArray[Any]:
    """A constant input."""
    value = value_of(builder, node, index)
    if not isinstance(value, Constant):
        raise unsupported(node, f"an input {node.inputs[index][:80]!r} that is no constant")
    return value.array


def integers_of(builder: GraphBuilder, node: FileNode, index: int, limit: int = 64) -> list[int]:
    """A short list of int64 or int32 that configures the operator."""
    array = array_of(builder, node, index)
    if array.dtype.kind not in "iu" or array.size > limit or array.ndim > 1:
        raise invalid(node, f"its input {node.inputs[index][:80]!r} is no short list of integers")
    return [int(value) for value in array.reshape(-1)]


# -- settings --------------------------------------------------------------------------------------------------


def integer(node: FileNode, name: str, default: int) -> int:
    """An attribute that is a whole number."""
    value = node.attributes.get(name, default)
    if not isinstance(value, int):
        raise invalid(node, f"its attribute {name!r} is no whole number")
    return value


def real(node: FileNode, name: str, default: float) -> float:
    """An attribute that is a finite number."""
    value = node.attributes.get(name, default)
    if not isinstance(value, int | float) or not np.isfinite(value):
        raise invalid(node, f"its attribute {name!r} is no finite number")
    return float(value)


def integers(node: FileNode, name: str, default: list[int] | None = None) -> list[int] | None:
    """An attribute that is a list of whole numbers."""
    value = node.attributes.get(name, None)
    if value is None:
        return default
    if not isinstance(value, tuple) or not all(isinstance(one, int) for one in value):
        raise invalid(node, f"its attribute {name!r} is no list of whole numbers")
    return [int(one) for one in value]


def text(node: FileNode, name: str, default: str) -> str:
    """An attribute that is a short text."""
    value = node.attributes.get(name, default.encode())
    if not isinstance(value, bytes) or len(value) > 80:
        raise invalid(node, f"its attribute {name!r} is no short text")
    return value.decode("utf-8", "backslashreplace")


def axis_of(node: FileNode, axis: int, rank: int) -> int:
    """An axis of ``rank``, counted from the front; a negative one is counted from the end."""
    if not -rank <= axis < rank:
        raise invalid(node, f"its axis {axis} is none of {rank}")
    return axis + rank if axis < 0 else axis


def axes_of(builder: GraphBuilder, node: FileNode, rank: int, since: int) -> list[int] | None:
    """The axes: an attribute, from operator set ``since`` the second input; None where neither is there."""
    if builder.opset >= since:
        axes = integers_of(builder, node, 1) if has_input(node, 1) else None
    else:
        axes = integers(node, "axes")
    if axes is None:
        return None
    counted = [axis_of(node, axis, rank) for axis in axes]
    if len(set(counted)) != len(counted):
        raise invalid(node, f"its axes {axes} are not distinct")
    return counted


# -- quantizations ---------------------------------------------------------------------------------------------


def scales_of(builder: GraphBuilder, node: FileNode, index: int) -> NDArray[np.float32]:
    """A constant input of scales: positive, normal float32."""
    scales = array_of(builder, node, index)
    if scales.dtype != np.float32 or scales.ndim > 1 or scales.size == 0:
        raise unsupported(node, f"scales that are {scales.dtype.name} {list(scales.shape)}")
    if not np.all(np.isfinite(scales) & (scales > 0)):
        raise invalid(node, "a scale is not a positive number")
    return np.ascontiguousarray(scales.reshape(-1), np.float32)


def zero_points_of(
    builder: GraphBuilder, node: FileNode, index: int, count: int, default: str
) -> tuple[str, NDArray[np.int32]]:
    """A constant input of ``count`` zero points, and its type; zeros where it is absent."""
    if not has_input(node, index):
        return default, np.zeros(count, np.int32)
    points = array_of(builder, node, index)
    if points.dtype.name not in (*INTEGERS, "int32"):
        raise ModelError("AIE-MOD-006", where=node.place, dtype=points.dtype.name)
    if points.ndim > 1 or points.size not in {1, count}:
        raise invalid(node, f"it has {count} scales and {points.size} zero points")
    return points.dtype.name, np.broadcast_to(points.reshape(-1), (count,)).astype(np.int32)


def coding_of(
    builder: GraphBuilder, node: FileNode, scale: int, zero_point: int, default: str = "uint8"
) -> Coding:
    """The coding by the inputs with its scale and zero point."""
    scales = scales_of(builder, node, scale)
    dtype, points = zero_points_of(builder, node, zero_point, scales.size, default)
    if scales.size != 1:
        raise unsupported(node, "an activation with a scale for each channel")
    if dtype not in INTEGERS:
        raise ModelError("AIE-MOD-006", where=node.place, dtype=dtype)
    return Coding(dtype, scales[0], int(points[0]), is_scaled=True)


def told(builder: GraphBuilder, node: FileNode, x: Activation, coding: Coding) -> Activation:
    """The integers, of which the file says now how they are coded; ModelError when it has said something else."""
    known = x.coding
    if known.dtype != coding.dtype:
        raise invalid(node, f"it reads {coding.dtype} and its input is {known.dtype}")
    if not known.is_scaled:
        known.scale, known.zero_point, known.is_scaled = coding.scale, coding.zero_point, True
    elif known != coding:
        feature = f"integers of scale {known.scale!s}, {known.zero_point} read as {coding.scale!s}, {coding.zero_point}"
        raise unsupported(node, feature)
    return x


def coded_input(builder: GraphBuilder, node: FileNode, index: int) -> Activation:
    """Integers followed by the inputs with their scale and zero point."""
    value = value_of(builder, node, index)
    if not isinstance(value, Activation) or value.coding.is_float:
        raise invalid(node, f"its input {node.inputs[index][:80]!r} holds no integers of the model's")
    return told(builder, node, value, coding_of(builder, node, index + 1, index + 2))


def coded_weights(
    builder: GraphBuilder, node: FileNode, index: int, axis: int, scale: int, zero_point: int
) -> Weights:
    """Constant integers with scales, one or one for each index of ``axis``."""
    array = array_of(builder, node, index)
    scales = scales_of(builder, node, scale)
    dtype, points = zero_points_of(builder, node, zero_point, scales.size, array.dtype.name)
    return weights(node, array, scales, points, axis, dtype)


def weights(
    node: FileNode,
    array: NDArray[Any],
    scales: NDArray[np.float32],
    points: NDArray[np.int32],
    axis: int,
    dtype: str,
) -> Weights:
    """Constant integers and how they are coded, checked against each other."""
    if array.dtype.name not in (*INTEGERS, "int32"):
        raise ModelError("AIE-MOD-006", where=node.place, dtype=array.dtype.name)
    if dtype != array.dtype.name:
        raise invalid(node, f"its integers are {array.dtype.name} and their zero point is {dtype}")
    if scales.size == 1:
        return Weights(array, scales, points, 0)
    axis = axis_of(node, axis, array.ndim)
    if array.shape[axis] != scales.size:
        reason = f"it has {scales.size} scales on axis {axis} of the shape {list(array.shape)}"
        raise invalid(node, reason)
    return Weights(array, scales, points, axis)
