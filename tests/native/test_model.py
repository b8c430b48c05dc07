"""aiedge._native.Model: what it tells, which arrays it takes, and how it refuses."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from random_graphs import BUILDERS, activation, random_values

from aiedge import _native
from aiedge.errors import EngineError, InputError, ModelError
from aiedge.model.bundle import write_bundle
from aiedge.model.ir.graph import Graph, Node
from aiedge.model.ir.interpret import interpret
from aiedge.model.ir.ops import Add


@pytest.fixture
def graph() -> Graph:
    """x (1, 4, 5) + y (1, 4, 5), int8."""
    rng = np.random.default_rng(1)
    tensors = [activation(rng, "int8", (1, 4, 5), scale=0.1, name=name) for name in ("x", "y", "sum")]
    return Graph("sum", tensors, [Node("adder", Add(-128, 127), (0, 1), (2,))], (0, 1), (2,))


@pytest.fixture
def bundle(graph: Graph) -> bytes:
    return write_bundle(graph, ["good", "bad"])


@pytest.fixture
def arrays() -> list[NDArray[Any]]:
    rng = np.random.default_rng(2)
    return [random_values(rng, "int8", (1, 4, 5)) for _ in range(2)]


def test_tells_what_it_is(bundle: bytes, graph: Graph) -> None:
    model = _native.Model(bundle)
    assert [info.name for info in model.inputs] == ["x", "y"]
    (output,) = model.outputs
    assert (output.dtype, output.shape) == ("int8", (1, 4, 5))
    quantization = graph.tensors[2].quantization
    assert quantization is not None
    assert (np.float32(output.scale or 0), output.zero_point) == (quantization.scale, quantization.zero_point)
    (node,) = model.nodes
    assert (node.name, node.op, node.macs) == ("adder", "add", 0)
    assert model.labels == ("good", "bad")
    assert "adder" in model.plan
    memory = model.memory
    assert memory.peak_bytes >= memory.arena_bytes + memory.weight_bytes + len(bundle)


def test_macs_and_memory_of_a_convolution() -> None:
    graph = BUILDERS["conv_2d"](np.random.default_rng(8), "int8")
    model = _native.Model(write_bundle(graph), isa="reference")
    _, weights, _, y = graph.tensors
    depth = weights.element_count // weights.shape[0]
    assert model.nodes[0].macs == y.element_count * depth
    assert model.nodes[0].kernel == "reference"
    assert model.memory.weight_bytes >= weights.element_count + 8 * weights.shape[0]


def test_runs_in_the_callers_arrays(bundle: bytes, graph: Graph, arrays: list[NDArray[Any]]) -> None:
    model = _native.Model(bundle)
    out = np.zeros((1, 4, 5), np.int8)
    model.run(arrays, [out])
    np.testing.assert_array_equal(out, interpret(graph, arrays)[0])
    # Any alignment, and read-only inputs.
    shifted = np.zeros(21, np.int8)[1:].reshape(1, 4, 5)
    shifted[...] = arrays[0]
    shifted.flags.writeable = False
    again = np.zeros(21, np.int8)[1:].reshape(1, 4, 5)
    model.run([shifted, arrays[1]], (again,))
    np.testing.assert_array_equal(again, out)


def test_loads_a_file(tmp_path: Path, bundle: bytes) -> None:
    path = tmp_path / "gr\N{LATIN SMALL LETTER U WITH DIAERESIS}n.aie"
    path.write_bytes(bundle)
    assert len(_native.Model(path).nodes) == 1
    assert len(_native.Model(str(path)).nodes) == 1
    with pytest.raises(ModelError, match="cannot be opened") as caught:
        _native.Model(tmp_path / "none.aie")
    assert caught.value.code == "AIE-MOD-001"
    assert caught.value.where.endswith("none.aie")
    with pytest.raises(ModelError):
        _native.Model(tmp_path)


@pytest.mark.parametrize(
    ("inputs", "outs", "code"),
    [
        ([(1, 4, 5)], [(1, 4, 5)], "AIE-ENG-003"),
        ([(1, 4, 5)] * 2, [], "AIE-ENG-003"),
        ([(1, 4, 5), (1, 5, 4)], [(1, 4, 5)], "AIE-ENG-004"),
        ([(1, 4, 5), (20,)], [(1, 4, 5)], "AIE-ENG-004"),
        ([(1, 4, 5)] * 2, [(1, 4, 6)], "AIE-ENG-004"),
    ],
)
def test_wrong_counts_and_shapes(
    bundle: bytes, inputs: list[tuple[int, ...]], outs: list[tuple[int, ...]], code: str
) -> None:
    model = _native.Model(bundle)
    with pytest.raises(InputError) as caught:
        model.run(
            [np.zeros(shape, np.int8) for shape in inputs], [np.zeros(shape, np.int8) for shape in outs]
        )
    assert caught.value.code == code


def test_wrong_dtype_names_both(bundle: bytes, arrays: list[NDArray[Any]]) -> None:
    model = _native.Model(bundle)
    with pytest.raises(InputError, match=r"'x' must be int8 \(1, 4, 5\), given is uint8 \(1, 4, 5\)"):
        model.run([arrays[0].view(np.uint8), arrays[1]], [np.zeros((1, 4, 5), np.int8)])


def test_arrays_that_cannot_be_used_in_place(bundle: bytes, arrays: list[NDArray[Any]]) -> None:
    model = _native.Model(bundle, name="m.aie")
    out = np.zeros((1, 4, 5), np.int8)
    with pytest.raises(InputError, match="contiguous") as caught:
        model.run([arrays[0], np.zeros((1, 4, 10), np.int8)[:, :, ::2]], [out])
    assert (caught.value.code, caught.value.where) == ("AIE-ENG-005", "m.aie: input 1")
    out.flags.writeable = False
    with pytest.raises(InputError, match="read-only") as caught:
        model.run(arrays, [out])
    assert (caught.value.code, caught.value.where) == ("AIE-ENG-015", "m.aie: output 0")
    with pytest.raises(InputError) as caught:
        model.run(arrays, [arrays[1]])
    assert caught.value.code == "AIE-ENG-012"


def test_other_buffers_than_arrays(bundle: bytes, graph: Graph, arrays: list[NDArray[Any]]) -> None:
    model = _native.Model(bundle)
    memory = bytearray(20)
    out = memoryview(memory).cast("b", (1, 4, 5))
    model.run([memoryview(array) for array in arrays], [out])
    assert memory == interpret(graph, arrays)[0].tobytes()
    with pytest.raises(InputError, match=r"given is B \(20\)"):
        model.run([arrays[0], bytes(20)], [out])
    with pytest.raises(BufferError, match="not writable"):
        model.run(arrays, [memoryview(bytes(20)).cast("b", (1, 4, 5))])
    for wrong in (None, 5, object()):
        with pytest.raises(TypeError):
            model.run([wrong, arrays[1]], [out])
        with pytest.raises(TypeError, match="list or a tuple"):
            model.run(wrong, [out])
    with pytest.raises(TypeError, match="1 given"):
        model.run(arrays)


def test_more_arrays_than_few() -> None:
    """Six inputs in one sum after another."""
    rng = np.random.default_rng(4)
    tensors = [activation(rng, "int8", (7,), scale=0.1, name=f"t{i}") for i in range(11)]
    nodes = [Node("n0", Add(-128, 127), (0, 1), (6,))]
    nodes += [Node(f"n{i}", Add(-128, 127), (5 + i, 1 + i), (6 + i,)) for i in range(1, 5)]
    graph = Graph("sums", tensors, nodes, tuple(range(6)), (10,))
    inputs = [random_values(rng, "int8", (7,)) for _ in range(6)]
    out = np.zeros(7, np.int8)
    _native.Model(write_bundle(graph)).run(inputs, [out])
    np.testing.assert_array_equal(out, interpret(graph, inputs)[0])


def test_short_runs_keep_the_gil_and_give_the_same(
    bundle: bytes, graph: Graph, arrays: list[NDArray[Any]]
) -> None:
    """The first runs are measured with the GIL released, later ones of a model so small keep it."""
    model = _native.Model(bundle)
    (expected,) = interpret(graph, arrays)
    for _ in range(20):
        out = np.zeros((1, 4, 5), np.int8)
        model.run(arrays, [out])
        np.testing.assert_array_equal(out, expected)


def test_options(bundle: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    for threads in (0, 65):
        with pytest.raises(EngineError) as caught:
            _native.Model(bundle, threads=threads)
        assert caught.value.code == "AIE-ENG-011"
    with pytest.raises(EngineError, match="'sse9'") as caught:
        _native.Model(bundle, isa="sse9")
    assert caught.value.code == "AIE-ENG-009"
    monkeypatch.setenv("AIEDGE_ISA", "reference")
    assert _native.Model(bundle).nodes[0].kernel == "reference"
    monkeypatch.setenv("AIEDGE_ISA", "none")
    with pytest.raises(EngineError, match="AIEDGE_ISA"):
        _native.Model(bundle)


def test_a_name_for_errors(bundle: bytes) -> None:
    with pytest.raises(ModelError) as caught:
        _native.Model(bundle[:-1], name="line 1's model")
    assert caught.value.where == "line 1's model: header"


def test_one_run_at_a_time() -> None:
    """Two threads on one model: each run is right or is refused, and at least one other thread got its turn."""
    rng = np.random.default_rng(3)
    graph = BUILDERS["conv_2d"](rng, "int8")
    model = _native.Model(write_bundle(graph), isa="reference")
    x = random_values(rng, "int8", graph.tensors[0].shape)
    (expected,) = interpret(graph, [x])
    done: list[bool] = []

    def runs() -> None:
        out = np.empty_like(expected)
        for _ in range(200):
            try:
                model.run([x], [out])
            except EngineError as error:
                done.append(error.code == "AIE-ENG-013")
            else:
                done.append(bool((out == expected).all()))

    threads = [threading.Thread(target=runs) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [True] * 600
