"""Random graphs whose tensors share memory in every way: native equals the oracle on all ISAs, with 1 and 2 threads."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_graphs import Random, random_values

from aiedge import _native
from aiedge.model.bundle import write_bundle
from aiedge.model.ir.graph import Graph, Node, Quantization, Tensor
from aiedge.model.ir.interpret import interpret
from aiedge.model.ir.ops import Add, Concat, Op, Pad, Requantize, Reshape, StridedSlice, Transpose
from aiedge.model.ir.verify import verify

ONE = Quantization(np.ones(1, np.float32), np.zeros(1, np.int32))
MOST_ELEMENTS = 4000


class Chain:
    """A graph that grows by one random node after another, each of any tensor so far; all have one quantization."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.tensors: list[Tensor] = []
        self.nodes: list[Node] = []
        for i in range(int(rng.integers(1, 3))):
            self.tensor(f"x{i}", self.shape())
        self.inputs = tuple(range(len(self.tensors)))
        constant = self.shape()
        self.tensor("c", constant, random_values(rng, "int8", constant))

    def shape(self) -> tuple[int, ...]:
        rank = int(self.rng.integers(1, 5))
        return tuple(int(size) if self.rng.integers(3) else 1 for size in self.rng.integers(1, 7, rank))

    def tensor(self, name: str, shape: tuple[int, ...], data: np.ndarray | None = None) -> int:
        self.tensors.append(Tensor(name, shape, "int8", ONE, data))
        return len(self.tensors) - 1

    def node(self, op: Op, inputs: tuple[int, ...], shape: tuple[int, ...]) -> None:
        y = self.tensor(f"t{len(self.tensors)}", shape)
        self.nodes.append(Node(op.NAME, op, inputs, (y,)))

    def any(self) -> tuple[int, tuple[int, ...]]:
        index = int(self.rng.integers(len(self.tensors)))
        return index, self.tensors[index].shape

    def compute(self) -> None:
        x, shape = self.any()
        if self.rng.integers(2):
            self.node(Requantize(), (x,), shape)
        else:
            self.node(Add(-128, 127), (x, x), shape)

    def reshape(self) -> None:
        x, shape = self.any()
        count = self.tensors[x].element_count
        self.node(
            Reshape(), (x,), ((count,), (1, count), (*shape, 1)[:6])[self.rng.integers(len(shape) < 6, 3)]
        )

    def concat(self) -> None:
        first, shape = self.any()
        axis = int(self.rng.integers(len(shape)))
        if self.rng.integers(3):  # along the first axis that is not 1, so that pieces lie one after another
            axis = next((i for i, size in enumerate(shape) if size > 1), len(shape) - 1)

        def beside(other: tuple[int, ...]) -> bool:
            same = len(other) == len(shape)
            return same and all(
                a == b for i, (a, b) in enumerate(zip(other, shape, strict=True)) if i != axis
            )

        fitting = [i for i, tensor in enumerate(self.tensors) if beside(tensor.shape)]
        inputs = [first, *(int(i) for i in self.rng.choice(fitting, self.rng.integers(0, 4)))]
        total = sum(self.tensors[i].shape[axis] for i in inputs)
        self.rng.shuffle(inputs)
        self.node(Concat(axis), tuple(inputs), (*shape[:axis], total, *shape[axis + 1 :]))

    def slice(self) -> None:
        x, shape = self.any()
        begins = [int(self.rng.integers(size)) if self.rng.integers(2) else 0 for size in shape]
        counts = [
            int(self.rng.integers(1, size - begin + 1)) if self.rng.integers(2) else size - begin
            for begin, size in zip(begins, shape, strict=True)
        ]
        self.node(StridedSlice.of(begins, [1] * len(shape)), (x,), tuple(counts))

    def pad(self) -> None:
        x, shape = self.any()
        pads = [(int(self.rng.integers(2)), int(self.rng.integers(2))) for _ in shape]
        self.node(Pad.of(pads, 3), (x,), tuple(size + sum(p) for size, p in zip(shape, pads, strict=True)))

    def transpose(self) -> None:
        x, shape = self.any()
        order = [int(axis) for axis in self.rng.permutation(len(shape))]
        self.node(Transpose.of(order), (x,), tuple(shape[axis] for axis in order))

    def grow(self) -> None:
        steps = (self.compute, self.compute, self.reshape, self.concat, self.concat, self.slice, self.pad)
        while True:
            count = len(self.nodes)
            (*steps, self.transpose)[self.rng.integers(len(steps) + 1)]()
            if self.tensors[-1].element_count <= MOST_ELEMENTS:
                return
            del self.nodes[count:], self.tensors[-1]

    def graph(self) -> Graph:
        """Some of the tensors are outputs, among them what nothing reads, and at times an input."""
        read = {i for node in self.nodes for i in node.inputs}
        made = [node.outputs[0] for node in self.nodes]
        outputs = {i for i in made if i not in read or self.rng.integers(4) == 0}
        if self.rng.integers(4) == 0:
            outputs.add(0)
        return Graph("chain", self.tensors, self.nodes, self.inputs, tuple(sorted(outputs)))


def assert_equals_the_oracle(graph: Graph, rng: Random) -> None:
    verify(graph)
    inputs = [random_values(rng, graph.tensors[i].dtype, graph.tensors[i].shape) for i in graph.inputs]
    expected = interpret(graph, inputs)
    bundle = write_bundle(graph)
    for isa in _native.instruction_sets():
        for threads in (1, 2):
            model = _native.Model(bundle, threads=threads, isa=isa)
            for _ in range(2):  # a run leaves nothing behind that changes the next one
                outs = [np.empty_like(array) for array in expected]
                model.run(inputs, outs)
                for out, wanted in zip(outs, expected, strict=True):
                    np.testing.assert_array_equal(out, wanted, f"{isa}, {threads} thread(s), {model.plan}")


@settings(max_examples=400, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32 - 1), nodes=st.integers(1, 14))
def test_random_chains(seed: int, nodes: int) -> None:
    rng = np.random.default_rng(seed)
    chain = Chain(rng)
    for _ in range(nodes):
        chain.grow()
    assert_equals_the_oracle(chain.graph(), rng)


def _joined(kinds: str) -> Graph:
    """A concat of pieces: i the input, k a constant, c computed, o computed and an output too, s a slice of c."""
    tensors = [Tensor("x", (2, 3), "int8", ONE)]
    nodes: list[Node] = []
    outputs = []
    pieces = []
    computed: list[int] = []
    for kind in kinds:
        piece = 0
        if kind == "k":
            tensors.append(Tensor("k", (2, 3), "int8", ONE, np.arange(6, dtype=np.int8).reshape(2, 3)))
            piece = len(tensors) - 1
        elif kind in "cos":
            op: Op = Add(-128, 127)
            inputs, shape = (0, 0), (2, 3)
            if kind == "s":
                op, inputs, shape = StridedSlice.of([1, 0], [1, 1]), (computed[-1],), (1, 3)
            piece = len(tensors)
            tensors.append(Tensor(f"{kind}{piece}", shape, "int8", ONE))
            nodes.append(Node("n", op, inputs, (piece,)))
            computed.append(piece)
            outputs += [piece] if kind == "o" else []
        elif kind == "r":
            piece = computed[-1]
        pieces.append(piece)
    total = sum(tensors[i].shape[0] for i in pieces)
    tensors.append(Tensor("joined", (total, 3), "int8", ONE))
    nodes.append(Node("concat", Concat(0), tuple(pieces), (len(tensors) - 1,)))
    tensors.append(Tensor("y", (total, 3), "int8", ONE))
    nodes.append(Node("sum", Add(-128, 127), (len(tensors) - 2,) * 2, (len(tensors) - 1,)))
    return Graph("joined", tensors, nodes, (0,), (*outputs, len(tensors) - 1))


@pytest.mark.parametrize(
    ("kinds", "kernel"),
    [
        ("cc", "in place"),
        ("ccc", "in place"),
        ("ci", "reference"),
        ("ck", "reference"),
        ("co", "reference"),
        ("cr", "reference"),  # one tensor twice
        ("cs", "reference"),
    ],
)
def test_a_concat_without_copies(kinds: str, kernel: str) -> None:
    graph = _joined(kinds)
    assert_equals_the_oracle(graph, np.random.default_rng(1))
    nodes = _native.Model(write_bundle(graph)).nodes
    assert nodes[-2].kernel == kernel
