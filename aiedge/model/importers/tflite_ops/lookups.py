"""Functions of one tensor: each becomes a table of 256 entries, made here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

import numpy as np

from aiedge.errors import ModelError
from aiedge.model.importers.tflite_ops.fields import Importer, inputs_of, node_of, output_of
from aiedge.model.importers.tflite_reader import FileOperator
from aiedge.model.importers.tflite_tensors import TensorTable
from aiedge.model.ir import activations
from aiedge.model.ir.activations import Integers, NoTableError
from aiedge.model.ir.graph import Node, Quantization
from aiedge.model.ir.ops import Lookup

_Table = Callable[[Quantization, Quantization, str], Integers]
"""Input's and output's quantization, dtype -> the table."""

_BYTES = ("int8", "uint8")
# LiteRT computes these of int8 only.
_INT8_ONLY = frozenset({"ABS", "ELU", "EXP", "LOG"})
_TABLES: Mapping[str, _Table] = MappingProxyType(
    {
        "ABS": activations.abs_table,
        "ELU": partial(activations.half_even_table, activations.elu),
        "EXP": partial(activations.half_away_table, activations.exp),
        "HARD_SWISH": activations.hard_swish_table,
        "LOG": partial(activations.half_away_table, activations.log),
        "LOGISTIC": partial(activations.half_even_table, activations.logistic),
        "RELU": partial(activations.clamp_table, (0.0, np.inf)),
        "RELU6": partial(activations.clamp_table, (0.0, 6.0)),
        "RELU_0_TO_1": partial(activations.clamp_table, (0.0, 1.0)),
        "RELU_N1_TO_1": partial(activations.clamp_table, (-1.0, 1.0)),
        "TANH": partial(activations.half_even_table, activations.tanh),
    }
)


def lookup(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's operators of one tensor without options."""
    return _node(tensors, operator, _TABLES[operator.kind])


def gelu(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's GELU."""
    approximate = bool(operator.options.get("Approximate", 0))
    function = activations.gelu_approximate if approximate else activations.gelu
    return _node(tensors, operator, partial(activations.half_away_table, function))


def leaky_relu(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's LEAKY_RELU."""
    alpha = float(operator.options.get("Alpha", 0.0))
    return _node(tensors, operator, partial(activations.leaky_relu_table, alpha))


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {"GELU": gelu, "LEAKY_RELU": leaky_relu} | dict.fromkeys(_TABLES, lookup)
)


def _node(tensors: TensorTable, operator: FileOperator, make: _Table) -> Node:
    (x_index,) = inputs_of(tensors, operator, 1, 1)
    x, y = tensors.tensors[x_index], tensors.get(output_of(operator))
    kinds = f"{operator.kind} from {x.dtype} to {y.dtype}"
    if x.dtype != y.dtype or x.dtype not in _BYTES or (operator.kind in _INT8_ONLY and x.dtype != "int8"):
        raise ModelError("AIE-MOD-010", where=operator.place, feature=f"the operator {kinds}")
    a, b = x.quantization, y.quantization
    if a is None or b is None or a.per_channel or b.per_channel:
        raise ModelError(
            "AIE-MOD-010", where=operator.place, feature=f"{operator.kind} of more than one scale"
        )
    try:
        entries = make(a, b, x.dtype)
    except NoTableError as error:
        raise ModelError("AIE-MOD-010", where=operator.place, feature=str(error)) from None
    table = tensors.table(f"{operator.kind.lower()} table", y, entries)
    return node_of(tensors, operator, Lookup(), (x_index, table))
