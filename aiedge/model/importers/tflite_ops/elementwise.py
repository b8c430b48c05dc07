"""Operations that treat each element alone."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from aiedge.errors import ModelError
from aiedge.model.importers.tflite_ops.fields import Importer, clamp_of, inputs_of, node_of
from aiedge.model.importers.tflite_reader import FileOperator
from aiedge.model.importers.tflite_tensors import TensorTable
from aiedge.model.ir.graph import Node
from aiedge.model.ir.ops import Add, Requantize


def add(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's ADD."""
    inputs = inputs_of(tensors, operator, 2, 2)
    if tensors.tensors[inputs[0]].shape != tensors.tensors[inputs[1]].shape:
        raise ModelError("AIE-MOD-010", where=operator.place, feature="an ADD of different shapes")
    return node_of(tensors, operator, Add(*clamp_of(tensors, operator)), inputs)


def quantize(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's QUANTIZE."""
    return node_of(tensors, operator, Requantize(), inputs_of(tensors, operator, 1, 1))


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        "ADD": add,
        "QUANTIZE": quantize,
    }
)
