"""Operators of two tensors, element by element."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from aiedge.model.importers.onnx_builder import GraphBuilder
from aiedge.model.importers.onnx_ops.fields import (
    INTEGERS,
    Importer,
    coded_input,
    coded_weights,
    coding_of,
    define,
    in_float,
    invalid,
    real_value,
    unsupported,
    value_of,
)
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


def binary(builder: GraphBuilder, node: FileNode) -> None:
    """Add, Sub, Mul and Div: of two values between quantizations, of a bias to a product, inside of a function."""
    a, b = value_of(builder, node, 0), value_of(builder, node, 1)
    if isinstance(a, Constant) and isinstance(b, Constant):
        fold(builder, node)
        return
    if node.kind == "Add":
        for x, bias in ((a, b), (b, a)):
            if isinstance(x, Pending) and isinstance(bias, Constant | Weights):
                define(builder, node, _with_bias(node, x, bias))
                return
    function = joined(builder, node, a, b, _FLOATS[node.kind])
    if function is not None:
        define(builder, node, function)
        return
    if node.kind not in _OPS:
        raise in_float(node, "both of its inputs are computed by the model")
    define(builder, node, _binary(builder, node, node.kind, a, b))


def qlinear_binary(builder: GraphBuilder, node: FileNode) -> None:
    """ONNX Runtime's QLinearAdd and QLinearMul."""
    a, b = _coded(builder, node, 0), _coded(builder, node, 3)
    pending = _binary(builder, node, node.kind.removeprefix("QLinear"), a, b)
    define(builder, node, pending.emit(coding_of(builder, node, 6, 7), -math.inf, math.inf))


_FLOATS: Mapping[str, Callable[[Floats, Floats], Floats]] = MappingProxyType(
    {"Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": np.divide}
)
_OPS: Mapping[str, Callable[[int, int], Add | Sub | Mul]] = MappingProxyType(
    {"Add": Add, "Sub": Sub, "Mul": Mul}
)
OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        **dict.fromkeys(_FLOATS, binary),
        "com.microsoft.QLinearAdd": qlinear_binary,
        "com.microsoft.QLinearMul": qlinear_binary,
    }
)


def _coded(builder: GraphBuilder, node: FileNode, index: int) -> Value:
    if isinstance(value_of(builder, node, index), Constant):
        return coded_weights(builder, node, index, 0, index + 1, index + 2)
    return Real(coded_input(builder, node, index))


def _with_bias(node: FileNode, x: Pending, bias: Constant | Weights) -> Pending:
    if x.add_bias is None:
        raise in_float(node, f"its input, made by {x.node.kind}, is not quantized")
    floats = bias.values() if isinstance(bias, Weights) else bias.array.astype(np.float64)
    shape = [1] * len(x.shape)
    shape[x.channel_axis] = x.shape[x.channel_axis]
    if floats.size != 1 and [*[1] * (len(shape) - floats.ndim), *floats.shape] != shape:
        raise unsupported(node, f"a bias of {list(floats.shape)} beside {list(x.shape)}")
    return x.add_bias(floats.reshape(-1))


def _binary(builder: GraphBuilder, node: FileNode, kind: str, a: Value, b: Value) -> Pending:
    operands = [_operand(builder, node, value, index) for index, value in enumerate((a, b))]
    try:
        shape = np.broadcast_shapes(*[operand.shape for operand in operands])
    except ValueError:
        reason = f"its shapes {[list(operand.shape) for operand in operands]} do not fit"
        raise invalid(node, reason) from None
    # The order of the operand that has the output's shape, so that the other, smaller one is brought to it.
    order = next(
        (one.order for one in operands if isinstance(one, Activation) and one.shape == shape),
        tuple(range(len(shape))),
    )

    def emit(coding: Coding, low: float, high: float) -> Activation:
        tensors = [_tensor(builder, node, operand, len(shape), order) for operand in operands]
        op = _OPS[kind](*builder.clamp(coding, low, high))
        return builder.add(node, op, tensors, shape, order, coding)

    return Pending(node, shape, emit)


def _operand(builder: GraphBuilder, node: FileNode, value: Value, index: int) -> Activation | Weights:
    if isinstance(value, Constant):
        raise in_float(node, f"its constant {list(value.shape)} of {value.array.dtype} is not quantized")
    if not isinstance(value, Weights):
        return real_value(builder, node, value, node.inputs[index])
    if value.scales.size != 1 or value.array.dtype.name not in INTEGERS:
        raise unsupported(node, "a constant with a scale for each channel, or in int32")
    return value


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
