"""Where the float graph itself changes between float and integers, and indices out of float."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from aiedge.model.ir.graph import Node
from aiedge.model.ir.ops import ArgMax, Dequantize, Op, Quantize, Requantize
from aiedge.model.quantize.builder import Builder, is_same
from aiedge.model.quantize.operations.conversion import Conversion, result_of


def dequantize(builder: Builder, place: int, node: Node, op: Dequantize) -> None:
    """Nothing: the integers are what the float values become; uint8 is moved to int8."""
    result = result_of(builder, place)
    x = builder.plain(node.inputs[0])
    if builder.tensors[x].dtype == "int8":
        builder.alias(result, x)
    else:
        builder.emit(place, Requantize(), (x,), result)


def quantize(builder: Builder, place: int, node: Node, op: Quantize) -> None:
    """Nothing where the quantization is the same, else a change of scale."""
    result = result_of(builder, place)
    y = builder.graph.tensors[result]
    x = builder.int8(node.inputs[0])
    own = builder.quantizations[node.inputs[0]]
    if y.dtype == "int8" and y.quantization is not None and is_same(own, y.quantization):
        builder.alias(result, x)
    else:
        builder.emit(place, Requantize(), (x,), result)


def argmax(builder: Builder, place: int, node: Node, op: ArgMax) -> None:
    """The index of the greatest integer, which is that of the greatest value but for equal ones."""
    builder.emit(place, op, (builder.int8(node.inputs[0]),), result_of(builder, place))


CONVERSIONS: Mapping[type[Op], Conversion] = MappingProxyType(
    {Dequantize: dequantize, Quantize: quantize, ArgMax: argmax}
)
