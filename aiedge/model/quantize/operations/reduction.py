"""Means, sums, the greatest of an image, and softmax with its table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from aiedge.model.ir.arithmetic import softmax_table
from aiedge.model.ir.graph import Node
from aiedge.model.ir.ops import (
    FloatReduce,
    FloatSoftmax,
    MaxPool2D,
    Mean,
    MeanOver,
    Op,
    ReduceFunction,
    Reshape,
    Softmax,
    Sum,
)
from aiedge.model.quantize.builder import Builder
from aiedge.model.quantize.operations.conversion import Conversion, result_of


def reduce(builder: Builder, place: int, node: Node, op: FloatReduce) -> None:
    """A mean or sum with a range of its own, or the greatest over height and width."""
    result = result_of(builder, place)
    if op.function == ReduceFunction.MAX:
        _greatest(builder, place, node, result)
        return
    x = builder.int8(node.inputs[0])
    over_image = len(builder.tensors[x].shape) == 4 and (op.first_axis, op.last_axis) == (1, 2)
    if op.function == ReduceFunction.SUM:
        made: Op = Sum(op.first_axis, op.last_axis)
    else:
        made = Mean() if over_image else MeanOver(op.first_axis, op.last_axis)
    builder.emit(place, made, (x,), result)


def softmax(builder: Builder, place: int, node: Node, op: FloatSoftmax) -> None:
    """The softmax with its table of exponentials; its output has the scale 1/256 and the zero point -128."""
    table = softmax_table(builder.quantizations[node.inputs[0]].scale, op.beta)
    name = f"{node.name} (exponentials)"
    inputs = (builder.int8(node.inputs[0]), builder.add_constant(name, table))
    builder.emit(place, Softmax(op.beta), inputs, result_of(builder, place))


CONVERSIONS: Mapping[type[Op], Conversion] = MappingProxyType({FloatReduce: reduce, FloatSoftmax: softmax})


def _greatest(builder: Builder, place: int, node: Node, result: int) -> None:
    wanted = builder.quantizations[result]
    x = builder.int8_as(node.inputs[0], wanted)
    batch, height, width, channels = builder.tensors[x].shape
    pool = MaxPool2D(height, width, 1, 1, 0, 0, 0, 0, -128, 127)
    shape = (batch, 1, 1, channels)
    if builder.graph.tensors[result].shape == shape:
        builder.emit(place, pool, (x,), result)
        return
    pooled = builder.add_tensor(f"{node.name} (pooled)", shape, wanted)
    builder.add_node(f"{node.name} pool", pool, (x,), pooled)
    builder.emit(place, Reshape(), (pooled,), result)
