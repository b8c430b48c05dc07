"""Functions of one tensor: of integers each becomes a table of 256 entries, made here; of numbers an operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

import numpy as np

from aiedge.errors import ModelError
from aiedge.model.importers.tflite_ops.fields import (
    Importer,
    inputs_of,
    is_float,
    new_node,
    node_of,
    output_of,
)
from aiedge.model.importers.tflite_reader import FileOperator
from aiedge.model.importers.tflite_tensors import TensorTable
from aiedge.model.ir import activations
from aiedge.model.ir.activations import Integers, NoTableError
from aiedge.model.ir.graph import Node, Quantization
from aiedge.model.ir.ops import FloatUnary, Lookup
from aiedge.model.ir.ops.floating import UnaryFunction

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


_FLOATS: Mapping[str, FloatUnary] = MappingProxyType(
    {
        "ABS": FloatUnary(UnaryFunction.ABS),
        "ELU": FloatUnary(UnaryFunction.ELU, 1.0),
        "EXP": FloatUnary(UnaryFunction.EXP),
        "HARD_SWISH": FloatUnary(UnaryFunction.HARD_SWISH),
        "LOG": FloatUnary(UnaryFunction.LOG),
        "LOGISTIC": FloatUnary(UnaryFunction.SIGMOID),
        "NEG": FloatUnary(UnaryFunction.NEG),
        "RELU": FloatUnary(UnaryFunction.CLIP, 0.0, np.inf),
        "RELU6": FloatUnary(UnaryFunction.CLIP, 0.0, 6.0),
        "RELU_0_TO_1": FloatUnary(UnaryFunction.CLIP, 0.0, 1.0),
        "RELU_N1_TO_1": FloatUnary(UnaryFunction.CLIP, -1.0, 1.0),
        "SQRT": FloatUnary(UnaryFunction.SQRT),
        "SQUARE": FloatUnary(UnaryFunction.SQUARE),
        "TANH": FloatUnary(UnaryFunction.TANH),
    }
)


def function(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's operators of one tensor without options."""
    if is_float(tensors, operator):
        return node_of(tensors, operator, _FLOATS[operator.kind], inputs_of(tensors, operator, 1, 1))
    if operator.kind not in _TABLES:
        raise ModelError("AIE-MOD-010", where=operator.place, feature=f"a {operator.kind} of integers")
    return _node(tensors, operator, _TABLES[operator.kind])


def rsqrt(tensors: TensorTable, operator: FileOperator) -> list[Node]:
    """The schema's RSQRT, in float."""
    if not is_float(tensors, operator):
        raise ModelError("AIE-MOD-010", where=operator.place, feature="a RSQRT of integers")
    (x,) = inputs_of(tensors, operator, 1, 1)
    root = new_node(tensors, FloatUnary(UnaryFunction.SQRT), x, tensors.tensors[x].shape)
    return [root, node_of(tensors, operator, FloatUnary(UnaryFunction.RECIPROCAL), root.outputs)]


def gelu(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's GELU."""
    approximate = bool(operator.options.get("Approximate", 0))
    if is_float(tensors, operator):
        op = FloatUnary(UnaryFunction.GELU_TANH if approximate else UnaryFunction.GELU)
        return node_of(tensors, operator, op, inputs_of(tensors, operator, 1, 1))
    formula = activations.gelu_approximate if approximate else activations.gelu
    return _node(tensors, operator, partial(activations.half_away_table, formula))


def leaky_relu(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's LEAKY_RELU."""
    alpha = float(operator.options.get("Alpha", 0.0))
    if is_float(tensors, operator):
        op = FloatUnary(UnaryFunction.LEAKY_RELU, alpha)
        return node_of(tensors, operator, op, inputs_of(tensors, operator, 1, 1))
    return _node(tensors, operator, partial(activations.leaky_relu_table, alpha))


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        **dict.fromkeys(_FLOATS, function),
        "GELU": gelu,
        "LEAKY_RELU": leaky_relu,
        "RSQRT": rsqrt,
    }
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
