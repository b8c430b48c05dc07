"""Constants and attributes of .onnx files are read as the package onnx writes them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from aiedge.model.importers.onnx_reader import read_onnx
from aiedge.model.importers.onnx_wire import MAX_LISTED, WireError, listed

FLOATS = ("float32", "float64", "float16")
INTEGERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
TYPES = (*FLOATS, *INTEGERS, "bool")


def _extremes(dtype: str) -> NDArray[Any]:
    if dtype == "bool":
        return np.array([[True, False, True]])
    limits: Any = np.iinfo(dtype) if np.dtype(dtype).kind in "iu" else np.finfo(dtype)
    return np.array([[limits.min, 0, 1], [limits.max, 3, limits.max]], dtype)


def _model(tensor: TensorProto) -> bytes:
    graph = helper.make_graph([], "g", [], [], [tensor])
    data: bytes = helper.make_model(graph).SerializeToString()
    return data


@pytest.mark.parametrize("dtype", TYPES)
def test_raw_constants(dtype: str) -> None:
    array = _extremes(dtype)
    read = read_onnx(_model(numpy_helper.from_array(array, "c")), "m").constants["c"]
    assert read.dtype == array.dtype
    np.testing.assert_array_equal(read, array)


@pytest.mark.parametrize("dtype", TYPES)
def test_listed_constants(dtype: str) -> None:
    array = _extremes(dtype)
    kind = helper.np_dtype_to_tensor_dtype(array.dtype)
    tensor = helper.make_tensor("c", kind, array.shape, array.reshape(-1).tolist())
    assert not tensor.raw_data
    read = read_onnx(_model(tensor), "m").constants["c"]
    assert read.dtype == array.dtype
    np.testing.assert_array_equal(read, array)


def test_attributes() -> None:
    given_attributes: dict[str, Any] = {
        "f": 1.5,
        "i": -7,
        "s": "text",
        "floats": [0.5, -2.0],
        "ints": [1, -(1 << 63)],
        "strings": ["a", "b"],
    }
    node = helper.make_node("Any", ["a"], ["b"], name="n", domain="d", **given_attributes)
    model = helper.make_model(helper.make_graph([node], "g", [], []))
    (read,) = read_onnx(model.SerializeToString(), "m").nodes
    assert (read.kind, read.name, read.domain, read.inputs, read.outputs) == ("Any", "n", "d", ("a",), ("b",))
    assert read.attributes == {
        "f": 1.5,
        "i": -7,
        "s": b"text",
        "floats": (0.5, -2.0),
        "ints": (1, -(1 << 63)),
        "strings": (b"a", b"b"),
    }


@given(st.lists(st.integers(-(1 << 63), (1 << 63) - 1), max_size=50))
def test_lists_of_numbers(numbers: list[int]) -> None:
    tensor = TensorProto(int64_data=numbers)
    packed = tensor.SerializeToString()
    skip = 1 + next(i for i, byte in enumerate(packed[1:], 1) if byte < 0x80) if numbers else 0
    assert listed(memoryview(packed[skip:])).tolist() == numbers


def test_a_list_longer_than_one_piece() -> None:
    numbers = np.arange(1 << 20) - 5
    packed = TensorProto(int64_data=numbers).SerializeToString()
    skip = 1 + next(i for i, byte in enumerate(packed[1:], 1) if byte < 0x80)
    np.testing.assert_array_equal(listed(memoryview(packed[skip:])), numbers)


@pytest.mark.parametrize("raw", [b"\x80", b"\x01\xff", b"\xff" * 10 + b"\x01", b"\x80" * 70000])
def test_lists_that_are_damaged(raw: bytes) -> None:
    with pytest.raises(WireError):
        listed(memoryview(raw))


def test_a_list_that_is_too_long() -> None:
    with pytest.raises(WireError, match="raw data"):
        listed(memoryview(bytes(MAX_LISTED + 1)))
