"""Operators on constants: what exporters compute of shapes is computed when the model is imported."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from functools import reduce
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.errors import ModelError
from aiedge.model.importers.onnx_builder import GraphBuilder
from aiedge.model.importers.onnx_ops.fields import (
    Importer,
    array_of,
    axis_of,
    define,
    integer,
    integers_of,
    invalid,
    unsupported,
    value_of,
)
from aiedge.model.importers.onnx_reader import TYPES, FileNode
from aiedge.model.importers.onnx_values import Activation, Constant, Function, Pending, Real, Weights

MAX_FOLDED = 1 << 20
"""How many elements a folded operator may make; shapes have a handful."""

_FOLDED_TYPES = ("float32", "float64", "float16", "int64", "int32", "int8", "uint8", "bool")


def fold(builder: GraphBuilder, node: FileNode) -> None:
    """Add, Sub, Mul, Div, Min, Max, Sum, Floor, Ceil, Neg of constants."""
    values = [value_of(builder, node, index) for index in range(len(node.inputs))]
    arrays = [
        value.values().astype(np.float32) if isinstance(value, Weights) else array_of(builder, node, index)
        for index, value in enumerate(values)
    ]
    if len({array.dtype for array in arrays}) != 1 or arrays[0].dtype.kind not in "fiu":
        raise invalid(node, f"its inputs are of the types {[array.dtype.name for array in arrays]}")
    counts, function = _FUNCTIONS[node.kind]
    if len(arrays) not in counts:
        raise invalid(node, f"it has {len(arrays)} inputs")
    try:
        shape = np.broadcast_shapes(*[array.shape for array in arrays])
    except ValueError:
        raise invalid(node, f"its shapes {[list(array.shape) for array in arrays]} do not fit") from None
    _check_size(node, shape)
    with np.errstate(all="ignore"):
        result = function(*arrays) if len(counts) == 1 else reduce(function, arrays)
        define(builder, node, Constant(np.asarray(result).astype(arrays[0].dtype)))


def constant(builder: GraphBuilder, node: FileNode) -> None:
    """Constant."""
    if len(node.attributes) != 1:
        raise invalid(node, f"it has {len(node.attributes)} values instead of one")
    ((name, value),) = node.attributes.items()
    if isinstance(value, np.ndarray):
        define(builder, node, Constant(value))
    elif name in {"value_float", "value_floats"}:
        define(builder, node, Constant(np.array(value, np.float32)))
    elif name in {"value_int", "value_ints"}:
        define(builder, node, Constant(np.array(value, np.int64)))
    else:
        raise unsupported(node, f"the attribute {name!r}")


def constant_of_shape(builder: GraphBuilder, node: FileNode) -> None:
    """ConstantOfShape."""
    shape = tuple(integers_of(builder, node, 0))
    _check_size(node, shape)
    value = node.attributes.get("value", np.zeros(1, np.float32))
    if not isinstance(value, np.ndarray) or value.size != 1:
        raise invalid(node, "its value is no single number")
    define(builder, node, Constant(np.full(shape, value.reshape(-1)[0], value.dtype)))


def shape_of(builder: GraphBuilder, node: FileNode) -> None:
    """Shape: all shapes are known."""
    shape = value_of(builder, node, 0).shape
    start, end = integer(node, "start", 0), integer(node, "end", len(shape))
    define(builder, node, Constant(np.array(shape, np.int64)[start:end]))


def size_of(builder: GraphBuilder, node: FileNode) -> None:
    """Size."""
    define(builder, node, Constant(np.array(math.prod(value_of(builder, node, 0).shape), np.int64)))


def gather(builder: GraphBuilder, node: FileNode) -> None:
    """Gather from a constant."""
    array, indices = array_of(builder, node, 0), array_of(builder, node, 1)
    axis = axis_of(node, integer(node, "axis", 0), array.ndim)
    size = array.shape[axis]
    if indices.dtype.kind != "i" or np.any((indices < -size) | (indices >= size)):
        raise invalid(node, f"an index is none of the {size} on axis {axis}")
    _check_size(node, (*array.shape[:axis], *indices.shape, *array.shape[axis + 1 :]))
    define(builder, node, Constant(np.take(array, indices % max(size, 1), axis=axis)))


def cast(builder: GraphBuilder, node: FileNode) -> None:
    """Cast of a constant; of float values to float32, which they are."""
    dtype = TYPES.get(integer(node, "to", 0), "?")
    value = value_of(builder, node, 0)
    is_float = isinstance(value, Activation) and value.coding.is_float
    if dtype == "float32" and (is_float or isinstance(value, Real | Pending | Function | Weights)):
        define(builder, node, value)
        return
    array = array_of(builder, node, 0)
    if dtype not in _FOLDED_TYPES:
        raise ModelError("AIE-MOD-006", where=node.place, dtype=dtype)
    _check_size(node, array.shape)
    with np.errstate(all="ignore"):
        define(builder, node, Constant(array.astype(dtype)))


def range_(builder: GraphBuilder, node: FileNode) -> None:
    """Range of integers."""
    start, limit, step = (_whole(builder, node, index) for index in (0, 1, 2))
    if step == 0:
        raise invalid(node, "its step is 0")
    numbers = range(start, limit, step)
    _check_size(node, (len(numbers),))
    define(builder, node, Constant(np.array(numbers, np.int64)))


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        "Constant": constant,
        "ConstantOfShape": constant_of_shape,
        "Shape": shape_of,
        "Size": size_of,
        "Cast": cast,
        "Range": range_,
        **dict.fromkeys(("Floor", "Ceil"), fold),
    }
)


def _quotient(a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    """Integers are divided towards zero."""
    if a.dtype.kind == "f":
        return np.asarray(a / b)
    if np.any(b == 0):
        return np.zeros(np.broadcast_shapes(a.shape, b.shape), a.dtype)
    return np.asarray(np.sign(a) * np.sign(b) * (np.abs(a) // np.abs(b)))


_MANY = range(1, 65)
_FUNCTIONS: Mapping[str, tuple[Collection[int], Callable[..., Any]]] = MappingProxyType(
    {
        "Add": ((2,), np.add),
        "Sub": ((2,), np.subtract),
        "Mul": ((2,), np.multiply),
        "Div": ((2,), _quotient),
        "Min": (_MANY, np.minimum),
        "Max": (_MANY, np.maximum),
        "Sum": (_MANY, np.add),
        "Floor": ((1,), np.floor),
        "Ceil": ((1,), np.ceil),
        "Neg": ((1,), np.negative),
    }
)
"""How many inputs an operator may have; a function of two is taken from the first to the last of many."""


def _whole(builder: GraphBuilder, node: FileNode, index: int) -> int:
    values = integers_of(builder, node, index, 1)
    if len(values) != 1:
        raise invalid(node, f"its input {index} is no single integer")
    return values[0]


def _check_size(node: FileNode, shape: tuple[int, ...]) -> None:
    if any(size < 0 for size in shape):
        raise ModelError("AIE-MOD-008", where=node.place, shape=list(shape))
    count = math.prod(shape)
    if count > MAX_FOLDED:
        raise ModelError(
            "AIE-MOD-017",
            where=node.place,
            count=count,
            unit="elements of a folded constant",
            limit=MAX_FOLDED,
        )
