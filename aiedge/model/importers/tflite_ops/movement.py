"""Operations that only move elements."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from aiedge.model.importers.tflite_ops.fields import Importer, inputs_of, node_of
from aiedge.model.importers.tflite_reader import FileOperator
from aiedge.model.importers.tflite_tensors import TensorTable
from aiedge.model.ir.graph import Node
from aiedge.model.ir.ops import Reshape


def reshape(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's RESHAPE."""
    # The target shape stands in the output tensor too, and there it is checked.
    return node_of(tensors, operator, Reshape(), inputs_of(tensors, operator, 1, 2))


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        "RESHAPE": reshape,
    }
)
