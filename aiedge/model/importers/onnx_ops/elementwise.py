"""Operators of two tensors, element by element."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeGuard

import numpy as np

from aiedge.model.importers.onnx_builder import GraphBuilder
from aiedge.model.importers.onnx_ops.fields import (
    INTEGERS,
    Importer,
    coded_input,
    coded_weights,
    coding_of,
    define,
    invalid,
    unsupported,
    value_of,
)
from aiedge.model.importers.onnx_ops.floats import binary as float_binary
from aiedge.model.importers.onnx_ops.floats import clipped, float_value, numbers_of, together
from aiedge.model.importers.onnx_ops.folding import fold
from aiedge.model.importers.onnx_ops.functions import joined
from aiedge.model.importers.onnx_ops.parts import quantization_of
from aiedge.model.importers.onnx_reader import FileNode
from aiedge.model.importers.onnx_values import (
    Activation,
    Coding,
    Constant,
    Floats,
    Pending,
    Real,
    Value,
    Weights,
)
from aiedge.model.ir.ops import Add, Mul, Sub
from aiedge.model.ir.ops.floating import BinaryFunction


def binary(builder: GraphBuilder, node: FileNode) -> None:
    """Add, Sub, Mul and Div: of constants, of integers between quantizations, of a bias to a product, or in float."""
    a, b = value_of(builder, node, 0), value_of(builder, node, 1)
    if isinstance(a, Constant | Weights) and isinstance(b, Constant | Weights):
        fold(builder, node)
        return
    if node.kind == "Add":
        biased = _biased(a, b) or _biased(b, a)
        if biased is not None:
            define(builder, node, biased)
            return
    values, function = _FLOATS[node.kind]

    def in_float(one: Activation | Floats, two: Activation | Floats) -> Activation:
        return float_binary(builder, node, function, one, two)

    made = joined(builder, node, a, b, values, in_float)
    coded = [value for value in (a, b) if _has_one_coding(value)]
    if made is not None:
        define(builder, node, made)
    elif node.kind in _OPS and len(coded) == 2:
        define(builder, node, _binary(builder, node, node.kind, coded))
    else:
        operands = (_float_operand(builder, node, value, index) for index, value in enumerate((a, b)))
        define(builder, node, in_float(*operands))


def variadic(builder: GraphBuilder, node: FileNode) -> None:
    """Min, Max and Sum of any number of values: of constants, or in float."""
    values = [value_of(builder, node, index) for index in range(len(node.inputs))]
    if not values:
        raise invalid(node, "it has no inputs")
    if all(isinstance(value, Constant | Weights) for value in values):
        fold(builder, node)
        return
    result, *rest = (_float_operand(builder, node, value, index) for index, value in enumerate(values))
    if not rest:
        define(builder, node, values[0])
        return
    apply, function = _MANY[node.kind]
    for one in rest:
        if isinstance(result, np.ndarray) and isinstance(one, np.ndarray):
            together(node, [result, one])
            result = apply(result, one)
        else:
            result = float_binary(builder, node, function, result, one)
    define(builder, node, Constant(result) if isinstance(result, np.ndarray) else result)


def qlinear_binary(builder: GraphBuilder, node: FileNode) -> None:
    """ONNX Runtime's QLinearAdd and QLinearMul."""
    coded = [_coded(builder, node, 0), _coded(builder, node, 3)]
    pending = _binary(builder, node, node.kind.removeprefix("QLinear"), coded)
    define(builder, node, pending.emit(coding_of(builder, node, 6, 7), -math.inf, math.inf))


_FLOATS: Mapping[str, tuple[Callable[[Floats, Floats], Floats], BinaryFunction]] = MappingProxyType(
    {
        "Add": (np.add, BinaryFunction.ADD),
        "Sub": (np.subtract, BinaryFunction.SUB),
        "Mul": (np.multiply, BinaryFunction.MUL),
        "Div": (np.divide, BinaryFunction.DIV),
    }
)
_MANY: Mapping[str, tuple[Callable[[Floats, Floats], Floats], BinaryFunction]] = MappingProxyType(
    {
        "Min": (np.minimum, BinaryFunction.MINIMUM),
        "Max": (np.maximum, BinaryFunction.MAXIMUM),
        "Sum": (np.add, BinaryFunction.ADD),
    }
)
_OPS: Mapping[str, Callable[[int, int], Add | Sub | Mul]] = MappingProxyType(
    {"Add": Add, "Sub": Sub, "Mul": Mul}
)
OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        **dict.fromkeys(_FLOATS, binary),
        **dict.fromkeys(_MANY, variadic),
        "com.microsoft.QLinearAdd": qlinear_binary,
        "com.microsoft.QLinearMul": qlinear_binary,
    }
)


def _float_operand(builder: GraphBuilder, node: FileNode, value: Value, index: int) -> Activation | Floats:
    if isinstance(value, Constant | Weights):
        return numbers_of(node, value, node.inputs[index])
    return float_value(builder, node, value, node.inputs[index])


def _has_one_coding(value: Value) -> TypeGuard[Real | Weights]:
    """Whether an operator between quantizations takes it: integers, constant ones with one scale."""
    if isinstance(value, Weights):
        return value.scales.size == 1 and value.array.dtype.name in INTEGERS
    return isinstance(value, Real)


def _coded(builder: GraphBuilder, node: FileNode, index: int) -> Real | Weights:
    if isinstance(value_of(builder, node, index), Constant):
        value = coded_weights(builder, node, index, 0, index + 1, index + 2)
        if not _has_one_coding(value):
            raise unsupported(node, "a constant with a scale for each channel, or in int32")
        return value
    return Real(coded_input(builder, node, index))


def _biased(x: Value, bias: Value) -> Pending | None:
    """A product with one number, or with one for each channel, as its bias; None where it is something else."""
    if not isinstance(x, Pending) or x.add_bias is None or not isinstance(bias, Constant | Weights):
        return None
    if isinstance(bias, Constant) and bias.array.dtype.kind != "f":
        return None
    shape = [1] * len(x.shape)
    shape[x.channel_axis] = x.shape[x.channel_axis]
    if bias.array.size != 1 and [*[1] * (len(shape) - bias.array.ndim), *bias.shape] != shape:
        return None
    floats = bias.values() if isinstance(bias, Weights) else bias.array.astype(np.float64)
    return x.add_bias(floats.reshape(-1))


def _binary(builder: GraphBuilder, node: FileNode, kind: str, coded: list[Real | Weights]) -> Pending:
    operands = [one.activation if isinstance(one, Real) else one for one in coded]
    shape, order = together(node, [one if isinstance(one, Activation) else one.array for one in operands])

    def emit(coding: Coding, low: float, high: float) -> Activation:
        if coding.is_float:
            one, two = (_float_operand(builder, node, value, index) for index, value in enumerate(coded))
            y = float_binary(builder, node, _FLOATS[kind][1], one, two)
            return clipped(builder, node, y, low, high)
        tensors = [_tensor(builder, node, one, len(shape), order) for one in operands]
        op = _OPS[kind](*builder.clamp(coding, low, high))
        return builder.add(node, op, tensors, shape, order, coding)

    return Pending(node, shape, emit)


def _tensor(
    builder: GraphBuilder, node: FileNode, operand: Activation | Weights, rank: int, order: tuple[int, ...]
) -> int:
    """The graph's index of an operand with axes of one element before its own, in an order of axes."""
    shape = (*[1] * (rank - len(operand.shape)), *operand.shape)
    if isinstance(operand, Activation):
        whole = operand if shape == operand.shape else builder.reshape(node, operand, shape)
        return builder.ordered(node, whole, order).tensor
    array = builder.stored_array(operand.array.reshape(shape).transpose(order))
    return builder.constant(f"{node.outputs[0]}/constant", array, quantization_of(builder, operand, 0))
