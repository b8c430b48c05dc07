"""Operations that only move or mix elements of one quantization."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from aiedge.model.ir.graph import Node
from aiedge.model.ir.ops import (
    Concat,
    FloatResizeBilinear,
    Gather,
    Op,
    Pad,
    Reshape,
    ResizeBilinear,
    ResizeNearest,
    StridedSlice,
    Transpose,
)
from aiedge.model.quantize.builder import Builder
from aiedge.model.quantize.operations.conversion import Conversion, result_of


def move(builder: Builder, place: int, node: Node, op: Op) -> None:
    """The same operation on integers."""
    result = result_of(builder, place)
    wanted = builder.quantizations[result]
    builder.emit(place, op, [builder.int8_as(i, wanted) for i in node.inputs], result)


def pad(builder: Builder, place: int, node: Node, op: Pad) -> None:
    """Padding with the integer of 0."""
    move(builder, place, node, replace(op, value=builder.quantizations[result_of(builder, place)].zero_point))


def gather(builder: Builder, place: int, node: Node, op: Gather) -> None:
    """The indices stay as they are."""
    result = result_of(builder, place)
    x, indices = node.inputs
    inputs = (builder.int8_as(x, builder.quantizations[result]), builder.plain(indices))
    builder.emit(place, op, inputs, result)


def resize_bilinear(builder: Builder, place: int, node: Node, op: FloatResizeBilinear) -> None:
    """The same taps, with weights of 11 bits."""
    move(builder, place, node, ResizeBilinear(op.align_corners, op.half_pixel_centers))


CONVERSIONS: Mapping[type[Op], Conversion] = MappingProxyType(
    {
        Concat: move,
        FloatResizeBilinear: resize_bilinear,
        Gather: gather,
        Pad: pad,
        Reshape: move,
        ResizeNearest: move,
        StridedSlice: move,
        Transpose: move,
    }
)
