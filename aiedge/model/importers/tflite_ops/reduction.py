"""Operations that sum over an axis."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from aiedge.errors import ModelError
from aiedge.model.importers.tflite_ops.fields import Importer, inputs_of, node_of
from aiedge.model.importers.tflite_reader import FileOperator
from aiedge.model.importers.tflite_tensors import TensorTable
from aiedge.model.ir.graph import Node
from aiedge.model.ir.ops import Mean, MeanOver, Softmax, Sum


def mean(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's MEAN."""
    first, last, rank = _axes(tensors, operator)
    op = Mean() if (first, last, rank) == (1, 2, 4) else MeanOver(first, last)
    return node_of(tensors, operator, op, inputs_of(tensors, operator, 1, 2))


def sum_over(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's SUM."""
    first, last, _ = _axes(tensors, operator)
    return node_of(tensors, operator, Sum(first, last), inputs_of(tensors, operator, 1, 2))


def softmax(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's SOFTMAX."""
    op = Softmax(beta=float(operator.options.get("Beta", 0.0)))
    return node_of(tensors, operator, op, inputs_of(tensors, operator, 1, 1))


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        "MEAN": mean,
        "SOFTMAX": softmax,
        "SUM": sum_over,
    }
)


def _axes(tensors: TensorTable, operator: FileOperator) -> tuple[int, int, int]:
    """The first and last of the axes, which are neighbours, and how many axes the input has."""
    inputs = inputs_of(tensors, operator, 1, 2)
    rank = len(tensors.tensors[inputs[0]].shape)
    given = tensors.settings(operator.inputs[1]) if len(operator.inputs) > 1 else []
    axes = sorted({axis + rank if axis < 0 else axis for axis in given})
    if not axes or axes[0] < 0 or axes[-1] >= rank or axes != list(range(axes[0], axes[-1] + 1)):
        feature = f"a {operator.kind} over axes {given} of {rank}"
        raise ModelError("AIE-MOD-010", where=operator.place, feature=feature)
    return axes[0], axes[-1], rank
