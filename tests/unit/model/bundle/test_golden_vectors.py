"""Golden vectors: what is stored is what the oracle says, and hostile bytes are refused."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from bundle_patch import with_section
from hypothesis import given, settings
from hypothesis import strategies as st
from random_graphs import BUILDERS
from tflite_models import everything

from aiedge.errors import InputError, ModelError
from aiedge.model.bundle import read_bundle, write_bundle
from aiedge.model.bundle.golden import make_golden, random_inputs, read_golden
from aiedge.model.compile import import_model
from aiedge.model.ir.graph import Graph, Node, Tensor
from aiedge.model.ir.interpret import interpret
from aiedge.model.ir.ops import Add

GRAPH = BUILDERS["conv_2d"](np.random.default_rng(1), "int8")
CONTENT = make_golden(GRAPH, random_inputs(GRAPH, 3, seed=5))


@pytest.mark.parametrize("dtype", ["int8", "uint8"])
def test_round_trip(dtype: str) -> None:
    graph = import_model(everything(dtype), "everything.tflite")
    inputs = random_inputs(graph, 4, seed=1)
    vectors = read_golden(make_golden(graph, inputs), graph, "m")
    assert len(vectors) == 4
    for given_inputs, vector in zip(inputs, vectors, strict=True):
        for stored, given_array in zip(vector.inputs, given_inputs, strict=True):
            np.testing.assert_array_equal(stored, given_array, strict=True)
        for stored, expected in zip(vector.outputs, interpret(graph, given_inputs), strict=True):
            np.testing.assert_array_equal(stored, expected, strict=True)


def test_the_layout_is_the_documented_one() -> None:
    (x,), (y,) = GRAPH.inputs, GRAPH.outputs
    x_bytes = int(np.prod(GRAPH.tensors[x].shape))
    y_bytes = int(np.prod(GRAPH.tensors[y].shape))
    assert struct.unpack_from("<16I", CONTENT) == (1, 3, 1, 1, *(0,) * 12)
    position = 64
    for inputs in random_inputs(GRAPH, 3, seed=5):
        assert CONTENT[position : position + x_bytes] == inputs[0].tobytes()
        position = -(-(position + x_bytes) // 64) * 64
        assert CONTENT[position : position + y_bytes] == interpret(GRAPH, inputs)[0].tobytes()
        end = position + y_bytes
        position = -(-end // 64) * 64
    assert len(CONTENT) == end


def test_inputs_come_from_the_seed_alone() -> None:
    assert make_golden(GRAPH, random_inputs(GRAPH, 3, seed=5)) == CONTENT
    assert make_golden(GRAPH, random_inputs(GRAPH, 3, seed=6)) != CONTENT


def test_random_inputs_reach_both_ends() -> None:
    (values,) = random_inputs(GRAPH, 1, seed=5)[0]
    many = np.concatenate([array.ravel() for (array,) in random_inputs(GRAPH, 200, seed=5)])
    assert values.dtype == np.int8
    assert (many.min(), many.max()) == (-128, 127)


def test_vectors_that_are_too_large_are_not_computed() -> None:
    wide = Graph(
        "wide",
        [Tensor(name, (1, 1 << 22), "int8", GRAPH.tensors[GRAPH.inputs[0]].quantization) for name in "ab"],
        [Node("add", Add(-128, 127), (0, 0), (1,))],
        (0,),
        (1,),
    )
    array = np.zeros((1, 1 << 22), np.int8)
    with pytest.raises(ModelError, match=r"AIE-MOD-096.*16777216"):
        make_golden(wide, [[array]] * 2)
    assert len(make_golden(wide, [[array]])) == 64 + (2 << 22)


@pytest.mark.parametrize("count", [0, 4097])
def test_a_number_of_vectors_that_cannot_be(count: int) -> None:
    with pytest.raises(ValueError, match=str(count)):
        make_golden(GRAPH, [[]] * count)


def test_an_input_of_another_shape() -> None:
    with pytest.raises(InputError, match="AIE-ENG-004"):
        make_golden(GRAPH, [[np.zeros((1, 2), np.int8)]])


@pytest.mark.parametrize(
    ("offset", "value", "text"),
    [
        (0, 2, "have the layout 2"),
        (4, 0, "are 0"),
        (4, 4097, "are 4097"),
        (4, 4, "do not fit"),
        (4, 2, "do not fit"),
        (8, 2, "have 2 inputs"),
        (12, 0, "have 1 inputs and 0 outputs"),
        (16, 1, "have no valid header"),
        (60, 1, "have no valid header"),
    ],
)
def test_a_field_that_is_wrong(offset: int, value: int, text: str) -> None:
    content = bytearray(CONTENT)
    struct.pack_into("<I", content, offset, value)
    with pytest.raises(ModelError, match=f"AIE-MOD-011: m: .*golden vectors {text}"):
        read_golden(bytes(content), GRAPH, "m")


def test_a_gap_that_is_not_zero() -> None:
    (x,) = GRAPH.inputs
    end = 64 + int(np.prod(GRAPH.tensors[x].shape))
    assert end % 64, "the test needs a gap"
    content = CONTENT[:end] + b"\1" + CONTENT[end + 1 :]
    with pytest.raises(ModelError, match="do not fit the graph"):
        read_golden(content, GRAPH, "m")


@given(st.integers(0, len(CONTENT) - 1))
@settings(max_examples=100, deadline=None)
def test_vectors_that_are_cut_off(length: int) -> None:
    with pytest.raises(ModelError, match="AIE-MOD-011"):
        read_golden(CONTENT[:length], GRAPH, "m")


@given(st.integers(0, 63), st.binary(min_size=1, max_size=8))
@settings(max_examples=200, deadline=None)
def test_hostile_headers(offset: int, junk: bytes) -> None:
    content = bytearray(CONTENT)
    content[offset : offset + len(junk)] = junk
    try:
        vectors = read_golden(bytes(content), GRAPH, "m")
    except ModelError:
        return  # a refusal is what hostile bytes are to get
    assert len(vectors) == 3


def test_a_graph_with_other_ports_does_not_take_them() -> None:
    other = BUILDERS["fully_connected"](np.random.default_rng(1), "int8")
    data = with_section(write_bundle(other), b"GOLD", 0, CONTENT)
    bundle = read_bundle(data)
    with pytest.raises(ModelError, match="golden vectors"):
        read_golden(bundle.sections[b"GOLD"], bundle.graph, "m")
