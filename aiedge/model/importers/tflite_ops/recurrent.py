"""Operations that carry a state from step to step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import tflite

from aiedge.errors import ModelError
from aiedge.model.importers.tflite_ops.fields import Importer, node_of
from aiedge.model.importers.tflite_reader import ABSENT, FileOperator, FileTensor
from aiedge.model.importers.tflite_tensors import TensorTable
from aiedge.model.ir.graph import Node
from aiedge.model.ir.ops import Lstm

_STATE, _CELL, _HIDDEN = 18, 19, 4
_ABSENT = {
    "peepholes": (9, 10, 11),
    "a projection": (16, 17),
    "layer normalization": (20, 21, 22, 23),
}


def unidirectional_sequence_lstm(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's UNIDIRECTIONAL_SEQUENCE_LSTM in int8 with an int16 cell, in the basic form."""
    given = operator.inputs
    if len(given) not in {20, 24} or len(operator.intermediates) != 5:
        counts = f"{len(given)} inputs and {len(operator.intermediates)} intermediate tensors"
        raise ModelError("AIE-MOD-010", where=operator.place, feature=f"an LSTM with {counts}")
    for feature, places in _ABSENT.items():
        if any(place < len(given) and given[place] != ABSENT for place in places):
            raise ModelError("AIE-MOD-010", where=operator.place, feature=f"an LSTM with {feature}")
    needed = (0, *range(1, 9), *range(12, 16))
    if any(given[place] == ABSENT for place in (*needed, _STATE, _CELL)):
        feature = "an LSTM with coupled gates, or without a state or bias"
        raise ModelError("AIE-MOD-010", where=operator.place, feature=feature)
    if operator.options.get("FusedActivationFunction", 0) != tflite.ActivationFunctionType.TANH:
        raise ModelError(
            "AIE-MOD-010", where=operator.place, feature="an LSTM with another activation than tanh"
        )
    if operator.options.get("DiagonalRecurrentTensors", False):
        raise ModelError("AIE-MOD-010", where=operator.place, feature="an LSTM with diagonal weights")
    cell = tensors.file_tensor(given[_CELL])
    exponent = _cell_exponent(operator, cell)
    scale, zero_point = _one_scale(operator, tensors.file_tensor(operator.intermediates[_HIDDEN]), "INT8")
    node = node_of(
        tensors,
        operator,
        Lstm(
            time_major=int(operator.options.get("TimeMajor", False)),
            cell_exponent=exponent,
            cell_clip=_clip(float(operator.options.get("CellClip", 0.0)), exponent),
            hidden_scale=scale,
            hidden_zero_point=zero_point,
        ),
        tuple(tensors.index(given[place]) for place in needed),
    )
    _check_state(tensors, operator, tensors.file_tensor(given[_STATE]), node)
    return node


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        "UNIDIRECTIONAL_SEQUENCE_LSTM": unidirectional_sequence_lstm,
    }
)


def _one_scale(operator: FileOperator, tensor: FileTensor, type_name: str) -> tuple[float, int]:
    """Scale and zero point of a tensor that does not enter the graph."""
    if tensor.type_name != type_name or tensor.scales.size != 1 or tensor.zero_points.size != 1:
        feature = f"an LSTM whose {tensor.name[:80]!r} is not {type_name.lower()} with one scale"
        raise ModelError("AIE-MOD-010", where=operator.place, feature=feature)
    return float(tensor.scales[0]), int(tensor.zero_points[0])


def _cell_exponent(operator: FileOperator, cell: FileTensor) -> int:
    scale, zero_point = _one_scale(operator, cell, "INT16")
    mantissa, exponent = math.frexp(scale) if math.isfinite(scale) and scale > 0 else (0.0, 0)
    if mantissa != 0.5 or zero_point != 0:
        feature = f"an LSTM whose cell has the scale {scale}, no power of two, or a zero point"
        raise ModelError("AIE-MOD-010", where=operator.place, feature=feature)
    return exponent - 1


def _clip(clip: float, exponent: int) -> int:
    """The cell's bound in its integers, cut towards zero; 0 where there is none."""
    return int(min(clip / 2.0**exponent, 32767.0)) if clip > 0 else 0


def _check_state(tensors: TensorTable, operator: FileOperator, state: FileTensor, node: Node) -> None:
    """The state is what the output is, so that it needs no quantization of its own."""
    scale, zero_point = _one_scale(operator, state, "INT8")
    quantization = tensors.tensors[node.outputs[0]].quantization
    if quantization is None or float(quantization.scale) != scale or quantization.zero_point != zero_point:
        feature = "an LSTM whose state and output have different scales"
        raise ModelError("AIE-MOD-010", where=operator.place, feature=feature)
