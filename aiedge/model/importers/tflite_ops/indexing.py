"""Operations that give or take indices."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from aiedge.errors import ModelError
from aiedge.model.importers.tflite_ops.fields import Importer, axis_of, inputs_of, node_of, output_of
from aiedge.model.importers.tflite_reader import FileOperator
from aiedge.model.importers.tflite_tensors import TensorTable
from aiedge.model.ir.graph import Node
from aiedge.model.ir.ops import ArgMax, Gather


def arg_max(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's ARG_MAX."""
    (index,) = inputs_of(tensors, operator, 1, 2)
    axes = tensors.settings(operator.inputs[1]) if len(operator.inputs) > 1 else []
    if len(axes) != 1:
        raise ModelError(
            "AIE-MOD-009", where=operator.place, reason=f"it has {len(axes)} axes instead of one"
        )
    if tensors.file_tensor(output_of(operator)).type_name == "INT64":
        feature = "an ARG_MAX with int64 indices (int32 ones are: output_type=tf.int32)"
        raise ModelError("AIE-MOD-010", where=operator.place, feature=feature)
    axis = axis_of(operator, axes[0], len(tensors.tensors[index].shape))
    return node_of(tensors, operator, ArgMax(axis), (index,))


def gather(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's GATHER."""
    if operator.options.get("BatchDims", 0) != 0:
        raise ModelError("AIE-MOD-010", where=operator.place, feature="a GATHER with batch dimensions")
    inputs = inputs_of(tensors, operator, 2, 2)
    axis = axis_of(operator, int(operator.options.get("Axis", 0)), len(tensors.tensors[inputs[0]].shape))
    return node_of(tensors, operator, Gather(axis), inputs)


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        "ARG_MAX": arg_max,
        "GATHER": gather,
    }
)
