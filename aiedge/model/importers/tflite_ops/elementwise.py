"""Operations that treat each element alone, and the bridges between integers and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from aiedge.errors import ModelError
from aiedge.model.importers.tflite_ops.fields import (
    Importer,
    clamp_of,
    float_nodes,
    inputs_of,
    is_float,
    node_of,
    output_of,
)
from aiedge.model.importers.tflite_reader import FileOperator
from aiedge.model.importers.tflite_tensors import TensorTable
from aiedge.model.ir.graph import Node
from aiedge.model.ir.ops import (
    Add,
    Dequantize,
    FloatBinary,
    FloatPRelu,
    Maximum,
    Minimum,
    Mul,
    Op,
    PRelu,
    Quantize,
    Requantize,
    Sub,
)
from aiedge.model.ir.ops.floating import BinaryFunction


def arithmetic(tensors: TensorTable, operator: FileOperator) -> list[Node]:
    """The schema's ADD, SUB, MUL and, in float, DIV."""
    inputs = inputs_of(tensors, operator, 2, 2)
    if is_float(tensors, operator):
        return float_nodes(tensors, operator, FloatBinary(_FLOATS[operator.kind]), inputs)
    if operator.kind not in _CLAMPED:
        raise ModelError("AIE-MOD-010", where=operator.place, feature=f"a {operator.kind} of integers")
    op = _CLAMPED[operator.kind](*clamp_of(tensors, operator))
    return [node_of(tensors, operator, op, inputs)]


def extreme(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's MINIMUM and MAXIMUM."""
    inputs = inputs_of(tensors, operator, 2, 2)
    if is_float(tensors, operator):
        return node_of(tensors, operator, FloatBinary(_FLOATS[operator.kind]), inputs)
    return node_of(tensors, operator, _EXTREMES[operator.kind], inputs)


def prelu(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's PRELU."""
    op = FloatPRelu() if is_float(tensors, operator) else PRelu()
    return node_of(tensors, operator, op, inputs_of(tensors, operator, 2, 2))


def quantize(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's QUANTIZE: of numbers, or of integers of another scale."""
    inputs = inputs_of(tensors, operator, 1, 1)
    op = Quantize() if tensors.tensors[inputs[0]].dtype == "float32" else Requantize()
    return node_of(tensors, operator, op, inputs)


def dequantize(tensors: TensorTable, operator: FileOperator) -> list[Node]:
    """The schema's DEQUANTIZE; of a constant it is a constant."""
    if len(operator.inputs) == 1 and tensors.file_tensor(operator.inputs[0]).data is not None:
        tensors.same(output_of(operator), tensors.numbers(operator.inputs[0]))
        return []
    return [node_of(tensors, operator, Dequantize(), inputs_of(tensors, operator, 1, 1))]


_FLOATS: Mapping[str, BinaryFunction] = MappingProxyType(
    {
        "ADD": BinaryFunction.ADD,
        "DIV": BinaryFunction.DIV,
        "MAXIMUM": BinaryFunction.MAXIMUM,
        "MINIMUM": BinaryFunction.MINIMUM,
        "MUL": BinaryFunction.MUL,
        "SUB": BinaryFunction.SUB,
    }
)
_CLAMPED: Mapping[str, type[Add] | type[Mul] | type[Sub]] = MappingProxyType(
    {"ADD": Add, "MUL": Mul, "SUB": Sub}
)
_EXTREMES: Mapping[str, Op] = MappingProxyType({"MAXIMUM": Maximum(), "MINIMUM": Minimum()})
OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        "ADD": arithmetic,
        "DEQUANTIZE": dequantize,
        "DIV": arithmetic,
        "MAXIMUM": extreme,
        "MINIMUM": extreme,
        "MUL": arithmetic,
        "PRELU": prelu,
        "SUB": arithmetic,
        "QUANTIZE": quantize,
    }
)
