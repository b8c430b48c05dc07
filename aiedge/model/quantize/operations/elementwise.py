"""Sums, products and other operations on each element, and tables of one tensor's functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from aiedge.model.ir.activations import LOOKUP_SIZE, input_values
from aiedge.model.ir.graph import Graph, Node, Quantization, Tensor
from aiedge.model.ir.interpret import interpret
from aiedge.model.ir.ops import (
    Add,
    BinaryFunction,
    FloatBinary,
    FloatPRelu,
    Lookup,
    Maximum,
    Minimum,
    Mul,
    Op,
    PRelu,
    Sub,
)
from aiedge.model.quantize.builder import Builder, constant_quantization, quantized
from aiedge.model.quantize.constants import data_of
from aiedge.model.quantize.operations.conversion import Conversion, clamp_of, result_of


def binary(builder: Builder, place: int, node: Node, op: FloatBinary) -> None:
    """Two operands, each an activation or a constant."""
    result = result_of(builder, place)
    if op.function in _EXTREMA:
        wanted = builder.quantizations[result]
        inputs = [builder.int8_as(i, wanted) for i in node.inputs]
        builder.emit(place, _EXTREMA[op.function](), inputs, result)
        return
    inputs = [builder.operand(i) for i in node.inputs[:1]]
    if op.function == BinaryFunction.DIV:
        inputs.append(_reciprocal(builder, node.inputs[1]))
    else:
        inputs.append(builder.operand(node.inputs[1]))
    builder.emit(place, _ARITHMETIC[op.function](*clamp_of(builder, place)), inputs, result)


def prelu(builder: Builder, place: int, node: Node, op: FloatPRelu) -> None:
    """A slope for each element below zero."""
    builder.emit(place, PRelu(), [builder.operand(i) for i in node.inputs], result_of(builder, place))


def function(builder: Builder, place: int) -> None:
    """The table of the node and of what lies between it and the tensor that alone decides it."""
    plan = builder.plan.nodes[place]
    result = result_of(builder, place)
    quantization = builder.quantizations[result]
    entries = function_entries(builder.graph, plan.body, plan.root, builder.quantizations[plan.root])
    name = f"{builder.graph.tensors[result].name} (table)"
    table = builder.add_constant(name, quantized(entries, quantization), quantization)
    builder.emit(place, Lookup(), (builder.int8(plan.root), table), result)


def function_entries(
    graph: Graph, body: Sequence[int], root: int, quantization: Quantization
) -> NDArray[np.float32]:
    """What the nodes of ``body`` make of the root's 256 values, in the order of a table, by the float oracle."""
    values = (input_values("int8") - quantization.zero_point).astype(np.float32) * quantization.scale
    part = Graph("table", [Tensor("x", (LOOKUP_SIZE,), "float32")], [], (0,))
    index_of = {root: 0}
    for place in body:
        node = graph.nodes[place]
        for index in node.inputs:
            data = graph.tensors[index].data
            if data is not None and index not in index_of:
                index_of[index] = len(part.tensors)
                part.tensors.append(Tensor("constant", (1,), "float32", None, data.reshape(1)))
        made = len(part.tensors)
        part.tensors.append(Tensor("y", (LOOKUP_SIZE,), "float32"))
        part.nodes.append(Node(node.name, node.op, tuple(index_of[i] for i in node.inputs), (made,)))
        index_of[node.outputs[0]] = made
        part.outputs = (made,)
    (entries,) = interpret(part, [values])
    return entries


_EXTREMA: Mapping[int, type[Minimum] | type[Maximum]] = MappingProxyType(
    {BinaryFunction.MINIMUM: Minimum, BinaryFunction.MAXIMUM: Maximum}
)
_ARITHMETIC: Mapping[int, type[Add] | type[Sub] | type[Mul]] = MappingProxyType(
    {BinaryFunction.ADD: Add, BinaryFunction.SUB: Sub, BinaryFunction.MUL: Mul, BinaryFunction.DIV: Mul}
)
CONVERSIONS: Mapping[type[Op], Conversion] = MappingProxyType({FloatBinary: binary, FloatPRelu: prelu})


def _reciprocal(builder: Builder, divisor: int) -> int:
    """One over each element of a constant, quantized."""
    tensor = builder.graph.tensors[divisor]
    inverse = (np.float32(1) / data_of(tensor)).astype(np.float32)
    quantization = constant_quantization(inverse)
    return builder.add_constant(f"{tensor.name} (inverse)", quantized(inverse, quantization), quantization)
