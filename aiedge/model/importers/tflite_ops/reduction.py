"""Operations that make one element of all on an axis, or weigh them against each other."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from aiedge.errors import ModelError
from aiedge.model.importers.tflite_ops.fields import Importer, inputs_of, is_float, node_of
from aiedge.model.importers.tflite_reader import FileOperator
from aiedge.model.importers.tflite_tensors import TensorTable
from aiedge.model.ir.graph import Node
from aiedge.model.ir.ops import FloatReduce, FloatSoftmax, Mean, MeanOver, Op, Softmax, Sum
from aiedge.model.ir.ops.floating import ReduceFunction


def mean(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's MEAN."""
    first, last, rank = _axes(tensors, operator)
    op: Op = Mean() if (first, last, rank) == (1, 2, 4) else MeanOver(first, last)
    if is_float(tensors, operator):
        op = FloatReduce(ReduceFunction.MEAN, first, last)
    return node_of(tensors, operator, op, inputs_of(tensors, operator, 1, 2))


def sum_over(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's SUM."""
    first, last, _ = _axes(tensors, operator)
    op: Op = Sum(first, last)
    if is_float(tensors, operator):
        op = FloatReduce(ReduceFunction.SUM, first, last)
    return node_of(tensors, operator, op, inputs_of(tensors, operator, 1, 2))


def reduce_max(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's REDUCE_MAX, in float."""
    first, last, _ = _axes(tensors, operator)
    if not is_float(tensors, operator):
        raise ModelError("AIE-MOD-010", where=operator.place, feature="a REDUCE_MAX of integers")
    op = FloatReduce(ReduceFunction.MAX, first, last)
    return node_of(tensors, operator, op, inputs_of(tensors, operator, 1, 2))


def softmax(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's SOFTMAX."""
    beta = float(operator.options.get("Beta", 0.0))
    op = FloatSoftmax(beta) if is_float(tensors, operator) else Softmax(beta)
    return node_of(tensors, operator, op, inputs_of(tensors, operator, 1, 1))


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        "MEAN": mean,
        "REDUCE_MAX": reduce_max,
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
