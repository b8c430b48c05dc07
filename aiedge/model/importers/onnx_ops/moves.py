"""How an operator that moves elements, or picks among them, works on every kind of value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from numpy.typing import NDArray

from aiedge.model.importers.onnx_builder import GraphBuilder
from aiedge.model.importers.onnx_ops.fields import deeper, unsupported
from aiedge.model.importers.onnx_reader import FileNode
from aiedge.model.importers.onnx_values import (
    Above,
    Activation,
    Coding,
    Constant,
    Function,
    Pending,
    Real,
    Value,
    Weights,
)


@dataclass(frozen=True, slots=True)
class Move:
    """What becomes of a shape, of a tensor and of a constant; ``axis`` says where an axis goes, -1 where nowhere."""

    shape: tuple[int, ...]
    activation: Callable[[Activation], Activation]
    array: Callable[[NDArray[Any]], NDArray[Any]]
    axis: Callable[[int], int] = lambda axis: -1


def moved(builder: GraphBuilder, node: FileNode, value: Value, move: Move) -> Value:
    """The value with its elements moved."""
    if isinstance(value, Constant):
        return Constant(move.array(value.array))
    if isinstance(value, Weights):
        axis = move.axis(value.axis) if value.scales.size > 1 else 0
        if axis < 0:
            raise unsupported(node, "constants with a scale for each channel in another shape")
        return Weights(move.array(value.array), value.scales, value.zero_points, axis)
    if isinstance(value, Activation):
        return move.activation(value)
    if isinstance(value, Real):
        return Real(move.activation(value.activation))
    if isinstance(value, Above):
        raise unsupported(node, "a comparison that is moved")
    if isinstance(value, Function):
        in_float = cache(lambda: move.activation(value.in_float()))
        return Function(value.node, move.activation(value.source), value.values, in_float, value.depth + 1)

    def emit(coding: Coding, low: float, high: float) -> Activation:
        return move.activation(value.emit(coding, low, high))

    return Pending(value.node, move.shape, emit, value.low, value.high, depth=deeper(node, value))
