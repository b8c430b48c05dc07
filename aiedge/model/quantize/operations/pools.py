"""Pools, which keep their input's quantization, and the mean of a whole image, which has its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from aiedge.model.ir.graph import Node
from aiedge.model.ir.ops import (
    AveragePool2D,
    FloatAveragePool2D,
    FloatMaxPool2D,
    MaxPool2D,
    Mean,
    Op,
    Pad,
)
from aiedge.model.quantize.builder import Builder
from aiedge.model.quantize.operations.conversion import Conversion, EightInts, clamp_of, result_of
from aiedge.model.quantize.plan import Role


def average_pool_2d(builder: Builder, place: int, node: Node, op: FloatAveragePool2D) -> None:
    """The mean of windows; padding that counts becomes a pad before it."""
    result = result_of(builder, place)
    if builder.plan.nodes[place].role is Role.COMPUTE:
        builder.emit(place, Mean(), (builder.int8(node.inputs[0]),), result)
        return
    wanted = builder.quantizations[result]
    x = builder.int8_as(node.inputs[0], wanted)
    pads = ((0, 0), (op.pad_top, op.pad_bottom), (op.pad_left, op.pad_right), (0, 0))
    if op.count_padding and any(map(any, pads)):
        shape = tuple(
            size + before + after
            for size, (before, after) in zip(builder.tensors[x].shape, pads, strict=True)
        )
        padded = builder.add_tensor(f"{node.name} (padded)", shape, wanted)
        builder.add_node(f"{node.name} pad", Pad.of(pads, wanted.zero_point), (x,), padded)
        x = padded
        op = replace(op, pad_top=0, pad_bottom=0, pad_left=0, pad_right=0)
    builder.emit(place, AveragePool2D(*_window(op), *clamp_of(builder, place)), (x,), result)


def max_pool_2d(builder: Builder, place: int, node: Node, op: FloatMaxPool2D) -> None:
    """The greatest of windows."""
    result = result_of(builder, place)
    x = builder.int8_as(node.inputs[0], builder.quantizations[result])
    builder.emit(place, MaxPool2D(*_window(op), *clamp_of(builder, place)), (x,), result)


CONVERSIONS: Mapping[type[Op], Conversion] = MappingProxyType(
    {FloatAveragePool2D: average_pool_2d, FloatMaxPool2D: max_pool_2d}
)


def _window(op: FloatAveragePool2D | FloatMaxPool2D) -> EightInts:
    sizes = (op.filter_h, op.filter_w, op.stride_h, op.stride_w)
    return (*sizes, op.pad_top, op.pad_bottom, op.pad_left, op.pad_right)
