"""Functions of single numbers as operations in float32."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from aiedge.model.importers.onnx_builder import GraphBuilder
from aiedge.model.importers.onnx_ops.fields import real, text, unsupported
from aiedge.model.importers.onnx_ops.floats import binary, single, unary
from aiedge.model.importers.onnx_reader import FileNode
from aiedge.model.importers.onnx_values import Activation
from aiedge.model.ir.ops.floating import BinaryFunction, UnaryFunction

FloatFunction = Callable[[GraphBuilder, FileNode, Activation], Activation]
"""Makes the nodes of an operator's function of a tensor."""


def power(builder: GraphBuilder, node: FileNode, x: Activation, exponent: float) -> Activation:
    """A power whose exponent is one of the few that exporters write."""
    if exponent < 0:
        return unary(builder, node, power(builder, node, x, -exponent), UnaryFunction.RECIPROCAL)
    if exponent == 1:
        return x
    if exponent == 0.5:
        return unary(builder, node, x, UnaryFunction.SQRT)
    if exponent in {2, 3, 4}:
        square = unary(builder, node, x, UnaryFunction.SQUARE)
        if exponent == 2:
            return square
        return binary(builder, node, BinaryFunction.MUL, square, x if exponent == 3 else square)
    raise unsupported(node, f"a power of {exponent} in float")


def _plain(function: UnaryFunction) -> FloatFunction:
    return lambda builder, node, x: unary(builder, node, x, function)


def _with_alpha(function: UnaryFunction, default: float) -> FloatFunction:
    return lambda builder, node, x: unary(builder, node, x, function, real(node, "alpha", default))


def _gelu(builder: GraphBuilder, node: FileNode, x: Activation) -> Activation:
    kind = text(node, "approximate", "none")
    if kind not in {"none", "tanh"}:
        raise unsupported(node, f"the approximation {kind!r}")
    return unary(builder, node, x, UnaryFunction.GELU_TANH if kind == "tanh" else UnaryFunction.GELU)


def _hard_sigmoid(builder: GraphBuilder, node: FileNode, x: Activation) -> Activation:
    alpha, beta = real(node, "alpha", 0.2), real(node, "beta", 0.5)
    return unary(builder, node, x, UnaryFunction.HARD_SIGMOID, alpha, beta)


def _selu(builder: GraphBuilder, node: FileNode, x: Activation) -> Activation:
    inner = unary(builder, node, x, UnaryFunction.ELU, real(node, "alpha", 1.6732632))
    return binary(builder, node, BinaryFunction.MUL, inner, single(real(node, "gamma", 1.0507010)))


def _softsign(builder: GraphBuilder, node: FileNode, x: Activation) -> Activation:
    size = unary(builder, node, x, UnaryFunction.ABS)
    return binary(
        builder, node, BinaryFunction.DIV, x, binary(builder, node, BinaryFunction.ADD, size, single(1))
    )


def _swish(builder: GraphBuilder, node: FileNode, x: Activation) -> Activation:
    if real(node, "alpha", 1.0) == 1:
        return unary(builder, node, x, UnaryFunction.SILU)
    scaled = binary(builder, node, BinaryFunction.MUL, x, single(real(node, "alpha", 1.0)))
    return binary(builder, node, BinaryFunction.MUL, x, unary(builder, node, scaled, UnaryFunction.SIGMOID))


FLOAT_FUNCTIONS: Mapping[str, FloatFunction] = MappingProxyType(
    {
        "Abs": _plain(UnaryFunction.ABS),
        "Elu": _with_alpha(UnaryFunction.ELU, 1.0),
        "Erf": _plain(UnaryFunction.ERF),
        "Exp": _plain(UnaryFunction.EXP),
        "Gelu": _gelu,
        "HardSigmoid": _hard_sigmoid,
        "HardSwish": _plain(UnaryFunction.HARD_SWISH),
        "LeakyRelu": _with_alpha(UnaryFunction.LEAKY_RELU, 0.01),
        "Log": _plain(UnaryFunction.LOG),
        "Mish": _plain(UnaryFunction.MISH),
        "Neg": _plain(UnaryFunction.NEG),
        "Reciprocal": _plain(UnaryFunction.RECIPROCAL),
        "Selu": _selu,
        "Sigmoid": _plain(UnaryFunction.SIGMOID),
        "Softplus": _plain(UnaryFunction.SOFTPLUS),
        "Softsign": _softsign,
        "Sqrt": _plain(UnaryFunction.SQRT),
        "Swish": _swish,
        "Tanh": _plain(UnaryFunction.TANH),
    }
)
"""By the operator's name; the same operators as have values."""
