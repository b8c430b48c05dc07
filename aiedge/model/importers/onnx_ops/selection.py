"""Comparisons, and the choice by them: of constants, and in the one form in which exporters write softplus."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from aiedge.model.importers.onnx_builder import GraphBuilder
from aiedge.model.importers.onnx_ops.fields import Importer, define, invalid, unsupported, value_of
from aiedge.model.importers.onnx_ops.folding import MAX_FOLDED
from aiedge.model.importers.onnx_reader import FileNode
from aiedge.model.importers.onnx_values import Above, Activation, Constant, Value
from aiedge.model.ir.ops import FloatUnary
from aiedge.model.ir.ops.floating import UnaryFunction

_SOFTPLUS_IS_ITSELF = 17.0
"""From here on softplus of x and x are the same float32: ln(1 + exp(-17)) is less than half an ulp of 17."""


def compare(builder: GraphBuilder, node: FileNode) -> None:
    """Equal, Greater, Less and their kin, And and Or, of constants; Greater of numbers is kept for :func:`where`."""
    a, b = value_of(builder, node, 0), value_of(builder, node, 1)
    if isinstance(a, Constant) and isinstance(b, Constant):
        _check(node, a, b)
        define(builder, node, Constant(np.asarray(_COMPARISONS[node.kind](a.array, b.array))))
    elif (
        node.kind == "Greater" and isinstance(a, Activation) and isinstance(b, Constant) and b.array.size == 1
    ):
        define(builder, node, Above(a, float(b.array.reshape(-1)[0])))
    else:
        raise unsupported(node, "a comparison of values that the model computes")


def where(builder: GraphBuilder, node: FileNode) -> None:
    """Where of constants, and of a softplus beside its input where that is large, which is the softplus."""
    condition, a, b = (value_of(builder, node, index) for index in range(3))
    if isinstance(condition, Constant) and isinstance(a, Constant) and isinstance(b, Constant):
        if condition.array.dtype != np.bool_ or a.array.dtype != b.array.dtype:
            raise invalid(
                node, f"it chooses by {condition.array.dtype} of {a.array.dtype} and {b.array.dtype}"
            )
        _check(node, condition, a, b)
        define(builder, node, Constant(np.where(condition.array, a.array, b.array)))
    elif _is_softplus(builder, condition, a, b):
        define(builder, node, b)
    else:
        raise unsupported(node, "a choice among values that the model computes")


def _is_softplus(builder: GraphBuilder, condition: Value, a: Value, b: Value) -> bool:
    """Whether the first value is chosen where it is large, and the second is its softplus."""
    if not (isinstance(condition, Above) and isinstance(a, Activation) and isinstance(b, Activation)):
        return False
    maker = builder.maker(b)
    return (
        condition.source == a
        and condition.limit >= _SOFTPLUS_IS_ITSELF
        and maker is not None
        and isinstance(maker.op, FloatUnary)
        and maker.op.function == UnaryFunction.SOFTPLUS
        and maker.inputs == (a.tensor,)
    )


_COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {
        "And": np.logical_and,
        "Equal": np.equal,
        "Greater": np.greater,
        "GreaterOrEqual": np.greater_equal,
        "Less": np.less,
        "LessOrEqual": np.less_equal,
        "Or": np.logical_or,
    }
)
OPERATORS: Mapping[str, Importer] = MappingProxyType({**dict.fromkeys(_COMPARISONS, compare), "Where": where})


def _check(node: FileNode, *constants: Constant) -> None:
    """The constants fit each other, and what is made of them is small."""
    try:
        shape = np.broadcast_shapes(*[one.shape for one in constants])
    except ValueError:
        raise invalid(node, f"its shapes {[list(one.shape) for one in constants]} do not fit") from None
    if np.prod(shape, dtype=np.float64) > MAX_FOLDED:
        raise unsupported(node, f"a comparison of constants of {list(shape)}")
