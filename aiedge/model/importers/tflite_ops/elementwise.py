"""Operations that treat each element alone."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from aiedge.model.importers.tflite_ops.fields import Importer, clamp_of, inputs_of, node_of
from aiedge.model.importers.tflite_reader import FileOperator
from aiedge.model.importers.tflite_tensors import TensorTable
from aiedge.model.ir.graph import Node
from aiedge.model.ir.ops import Add, Maximum, Minimum, Mul, PRelu, Requantize, Sub


def add(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's ADD."""
    op = Add(*clamp_of(tensors, operator))
    return node_of(tensors, operator, op, inputs_of(tensors, operator, 2, 2))


def sub(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's SUB."""
    op = Sub(*clamp_of(tensors, operator))
    return node_of(tensors, operator, op, inputs_of(tensors, operator, 2, 2))


def mul(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's MUL."""
    op = Mul(*clamp_of(tensors, operator))
    return node_of(tensors, operator, op, inputs_of(tensors, operator, 2, 2))


def minimum(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's MINIMUM."""
    return node_of(tensors, operator, Minimum(), inputs_of(tensors, operator, 2, 2))


def maximum(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's MAXIMUM."""
    return node_of(tensors, operator, Maximum(), inputs_of(tensors, operator, 2, 2))


def prelu(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's PRELU."""
    return node_of(tensors, operator, PRelu(), inputs_of(tensors, operator, 2, 2))


def quantize(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's QUANTIZE."""
    return node_of(tensors, operator, Requantize(), inputs_of(tensors, operator, 1, 1))


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        "ADD": add,
        "MAXIMUM": maximum,
        "MINIMUM": minimum,
        "MUL": mul,
        "PRELU": prelu,
        "SUB": sub,
        "QUANTIZE": quantize,
    }
)
