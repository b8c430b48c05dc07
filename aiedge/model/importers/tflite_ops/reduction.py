"""Operations that sum over an axis."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from aiedge.errors import ModelError
from aiedge.model.importers.tflite_ops.fields import Importer, inputs_of, node_of
from aiedge.model.importers.tflite_reader import FileOperator
from aiedge.model.importers.tflite_tensors import TensorTable
from aiedge.model.ir.graph import Node
from aiedge.model.ir.ops import Mean, Softmax


def mean(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's MEAN."""
    inputs = inputs_of(tensors, operator, 1, 2)
    rank = len(tensors.tensors[inputs[0]].shape)
    axes = tensors.settings(operator.inputs[1]) if len(operator.inputs) > 1 else []
    if rank != 4 or {axis + rank if axis < 0 else axis for axis in axes} != {1, 2}:
        raise ModelError("AIE-MOD-010", where=operator.place, feature=f"a MEAN over axes {axes} of {rank}")
    return node_of(tensors, operator, Mean(), inputs)


def softmax(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's SOFTMAX."""
    op = Softmax(beta=float(operator.options.get("Beta", 0.0)))
    return node_of(tensors, operator, op, inputs_of(tensors, operator, 1, 1))


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        "MEAN": mean,
        "SOFTMAX": softmax,
    }
)
