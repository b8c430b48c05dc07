"""Indices as a model's inputs and outputs: what their arrays are, and that no index leads outside."""

from __future__ import annotations

import numpy as np
import pytest
from random_graphs import activation, like

from aiedge import _native
from aiedge.errors import InputError
from aiedge.model.bundle import write_bundle
from aiedge.model.ir.graph import Graph, Node, Tensor
from aiedge.model.ir.interpret import interpret
from aiedge.model.ir.ops import ArgMax, Gather, Reshape


@pytest.fixture
def graph() -> Graph:
    """x int8 (3, 4), i int32 (5) -> rows of x, and where each row of them is greatest, int32 (5, 1)."""
    x = activation(np.random.default_rng(1), "int8", (3, 4))
    shapes = {"i": (5,), "greatest": (5,), "column": (5, 1)}
    indices, greatest, column = (Tensor(name, shape, "int32") for name, shape in shapes.items())
    nodes = [
        Node("rows", Gather(0), (0, 1), (2,)),
        Node("greatest", ArgMax(1), (2,), (3,)),
        Node("column", Reshape(), (3,), (4,)),
    ]
    return Graph("ports", [x, indices, like(x, (5, 4)), greatest, column], nodes, (0, 1), (2, 4))


def test_what_they_are(graph: Graph) -> None:
    model = _native.Model(write_bundle(graph))
    infos = (model.inputs[1], model.outputs[1])
    assert [(info.dtype, info.shape, info.scale) for info in infos] == [
        ("int32", (5,), None),
        ("int32", (5, 1), None),
    ]


@pytest.mark.parametrize("threads", [1, 2])
def test_an_index_outside_is_held_at_the_end(graph: Graph, threads: int) -> None:
    x = np.arange(12, dtype=np.int8).reshape(3, 4)
    indices = np.array([1, -1, 3, -(2**31), 2**31 - 1], np.int32)
    rows, column = np.empty((5, 4), np.int8), np.empty((5, 1), np.int32)
    _native.Model(write_bundle(graph), threads=threads).run([x, indices], [rows, column])
    np.testing.assert_array_equal(rows, x[[1, 0, 2, 0, 2]])
    assert column.tolist() == [[3]] * 5
    for ours, wanted in zip((rows, column), interpret(graph, [x, indices]), strict=True):
        np.testing.assert_array_equal(ours, wanted)


def test_they_may_lie_at_any_address(graph: Graph) -> None:
    x = np.arange(12, dtype=np.int8).reshape(3, 4)
    indices = np.ndarray((5,), np.int32, bytearray(21), offset=1)
    column = np.ndarray((5, 1), np.int32, bytearray(21), offset=1)
    indices[:] = [2, 1, 0, 1, 2]
    rows = np.empty((5, 4), np.int8)
    _native.Model(write_bundle(graph)).run([x, indices], [rows, column])
    np.testing.assert_array_equal(rows, x[indices])
    assert column.tolist() == [[3]] * 5


@pytest.mark.parametrize("dtype", ["int8", "uint32", "int64", "float32"])
def test_other_types_are_refused(graph: Graph, dtype: str) -> None:
    model = _native.Model(write_bundle(graph))
    x, outs = np.zeros((3, 4), np.int8), [np.empty((5, 4), np.int8), np.empty((5, 1), np.int32)]
    with pytest.raises(InputError, match=r"int32 \(5\)"):
        model.run([x, np.zeros(5, dtype)], outs)
    with pytest.raises(InputError, match=r"int32 \(5, 1\)"):
        model.run([x, np.zeros(5, np.int32)], [outs[0], np.empty((5, 1), dtype)])
