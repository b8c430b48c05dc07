"""Operations that multiply by a whole matrix."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from aiedge.errors import ModelError
from aiedge.model.importers.tflite_ops.fields import (
    Importer,
    bias_of,
    clamp_of,
    float_nodes,
    inputs_of,
    is_float,
    node_of,
    weights_of,
    wrong_rank,
)
from aiedge.model.importers.tflite_reader import FileOperator
from aiedge.model.importers.tflite_tensors import TensorTable
from aiedge.model.ir.graph import Node
from aiedge.model.ir.ops import FloatFullyConnected, FullyConnected


def fully_connected(tensors: TensorTable, operator: FileOperator) -> list[Node]:
    """The schema's FULLY_CONNECTED."""
    x, _ = inputs_of(tensors, operator, 2, 3)
    if operator.options.get("WeightsFormat", 0) != 0:
        raise ModelError("AIE-MOD-010", where=operator.place, feature="shuffled weights")
    index = weights_of(tensors, operator, 1)
    weights = tensors.tensors[index]
    if len(weights.shape) != 2:
        raise wrong_rank(operator, weights, 2)
    inputs = (x, index, bias_of(tensors, operator, weights.shape[0]))
    if is_float(tensors, operator):
        return float_nodes(tensors, operator, FloatFullyConnected(), inputs)
    return [node_of(tensors, operator, FullyConnected(*clamp_of(tensors, operator)), inputs)]


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        "FULLY_CONNECTED": fully_connected,
    }
)
