"""Transposes meet, vanish and move down; the bits stay the same."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from float_builder import FloatBuilder, names, random_inputs
from hypothesis import given
from hypothesis import strategies as st

from aiedge.model.ir.graph import Graph, Quantization
from aiedge.model.ir.interpret import interpret
from aiedge.model.ir.ops import (
    BinaryFunction,
    Concat,
    FloatPRelu,
    FloatReduce,
    FloatSoftmax,
    Quantize,
    ReduceFunction,
    StridedSlice,
    Transpose,
    UnaryFunction,
)
from aiedge.model.ir.text import to_text
from aiedge.model.ir.verify import verify
from aiedge.model.passes import run_passes
from aiedge.model.passes.reshaped_view import reshaped_view
from aiedge.model.passes.transposes import move_transposes

NCHW, NHWC = (0, 3, 1, 2), (0, 2, 3, 1)
RELU = (UnaryFunction.CLIP, 0, np.inf)
ADD, MUL = BinaryFunction.ADD, BinaryFunction.MUL
Q = Quantization(np.array([0.1], np.float32), np.array([3], np.int32))


def image() -> tuple[FloatBuilder, int]:
    """A builder with an NHWC input, and the input transposed to NCHW."""
    b = FloatBuilder()
    return b, b.transpose(b.input(2, 3, 4, 5), *NCHW)


def inverse() -> Graph:
    b, x = image()
    return b.build(b.transpose(x, *NHWC))


def three_in_a_row() -> Graph:
    b, x = image()
    return b.build(b.transpose(b.transpose(x, *NCHW), 0, 1, 3, 2))


def around_functions() -> Graph:
    b, x = image()
    x = b.unary(UnaryFunction.SIGMOID, b.unary(*RELU[:1], x, *RELU[1:]))
    return b.build(b.transpose(x, *NHWC))


def around_constants() -> Graph:
    b, x = image()
    x = b.binary(ADD, x, b.constant(np.arange(5.0).reshape(5, 1, 1)))
    x = b.binary(MUL, x, b.constant(np.arange(60.0).reshape(1, 5, 3, 4)))
    x = b.binary(BinaryFunction.DIV, b.constant([[[[2.0]]]]), x)
    x = b.node(FloatPRelu(), [x, b.constant(np.full((5, 1, 1), 0.1))], b.shape(x))
    return b.build(b.transpose(x, *NHWC))


def of_both_operands() -> Graph:
    b, x = image()
    y = b.transpose(b.input(2, 3, 4, 5), *NCHW)
    return b.build(b.transpose(b.binary(ADD, x, y), *NHWC))


def times_itself() -> Graph:
    b, x = image()
    return b.build(b.transpose(b.binary(MUL, x, x), *NHWC))


def joined() -> Graph:
    b, x = image()
    y = b.transpose(b.input(2, 3, 4, 7), *NCHW)
    return b.build(b.transpose(b.node(Concat(1), [x, y], (2, 12, 3, 4)), *NHWC))


def quantized() -> Graph:
    b, x = image()
    x = b.node(Quantize(), [x], b.shape(x), dtype="int8", quantization=Q)
    y = b.node(Transpose.of(NHWC), [x], (2, 3, 4, 5), dtype="int8", quantization=Q)
    return b.build(y)


def mean(first: int, last: int, *shape: int, flat: int = 0) -> Callable[[], Graph]:
    def build() -> Graph:
        b, x = image()
        x = b.node(FloatReduce(ReduceFunction.MEAN, first, last), [x], shape)
        return b.build(b.reshape(x, flat) if flat else x)

    return build


def read_twice() -> Graph:
    b, x = image()
    return b.build(b.unary(UnaryFunction.ABS, x), b.node(FloatSoftmax(), [x], b.shape(x)))


def also_an_output() -> Graph:
    b, x = image()
    return b.build(x, b.transpose(b.unary(UnaryFunction.ABS, x), *NHWC))


def two_outputs_of_one() -> Graph:
    b = FloatBuilder()
    x = b.unary(UnaryFunction.ABS, b.input(2, 3, 4, 5))
    y, z = (b.transpose(b.transpose(x, *NCHW), *NHWC) for _ in range(2))
    return b.build(y, z)


def output_that_is_read_on() -> Graph:
    b = FloatBuilder()
    x = b.unary(UnaryFunction.ABS, b.input(2, 3, 4, 5))
    y = b.transpose(b.transpose(x, *NCHW), *NHWC)
    return b.build(y, b.unary(UnaryFunction.EXP, x), b.transpose(y, 3, 2, 1, 0))


def a_constant_that_repeats_it() -> Graph:
    b = FloatBuilder()
    x = b.transpose(b.input(1, 4), 1, 0)
    return b.build(b.binary(ADD, x, b.constant(np.ones((4, 9)))))


def two_orders() -> Graph:
    b, x = image()
    y = b.transpose(b.input(2, 4, 3, 5), 0, 3, 2, 1)
    return b.build(b.binary(ADD, x, y))


def one_operand() -> Graph:
    b, x = image()
    return b.build(b.binary(ADD, x, b.input(2, 5, 3, 4)))


def axes_of_size_1() -> Graph:
    b = FloatBuilder()
    x = b.transpose(b.input(1, 1, 1, 9), *NCHW)
    return b.build(b.node(FloatSoftmax(), [x], b.shape(x)))


def flattened() -> Graph:
    b = FloatBuilder()
    x = b.transpose(b.input(1, 1, 7, 1), *NCHW)
    return b.build(b.reshape(x, 7))


def heads(b: FloatBuilder, size: int) -> int:
    """What detectors do to a level's output: (N,H,W,C) -> (N,C,H*W)."""
    x = b.transpose(b.input(2, size, size, 6), *NCHW)
    return b.reshape(x, 2, 6, size * size)


def detector() -> Graph:
    b = FloatBuilder()
    x = b.node(Concat(2), [heads(b, 4), heads(b, 2)], (2, 6, 20))
    boxes = b.node(StridedSlice.of((0, 0, 0), (1, 1, 1)), [x], (2, 4, 20))
    classes = b.node(StridedSlice.of((0, 4, 0), (1, 1, 1)), [x], (2, 2, 20))
    return b.build(b.transpose(b.unary(UnaryFunction.EXP, boxes), 0, 2, 1), b.transpose(classes, 0, 2, 1))


def shuffled_channels() -> Graph:
    b, x = image()
    return b.build(b.transpose(b.reshape(x, 2, 5, 12), 0, 2, 1))


def sliced_twice_over() -> Graph:
    """Slices that take more than there is together."""
    b, x = image()
    pieces = [b.node(StridedSlice.of((0, i, 0, 0), (1, 1, 1, 1)), [x], (2, 3, 3, 4)) for i in range(2)]
    return b.build(*pieces)


def joined_across() -> Graph:
    """A reshape that joins channels and rows, which lie apart before."""
    b, x = image()
    return b.build(b.reshape(x, 2, 15, 4))


@pytest.mark.parametrize(
    ("build", "left"),
    [
        (inverse, ["reshape"]),
        (three_in_a_row, ["transpose"]),
        (around_functions, ["clip", "sigmoid"]),
        (around_constants, ["add", "mul", "div", "float_prelu"]),
        (of_both_operands, ["add"]),
        (times_itself, ["mul"]),
        (joined, ["concat"]),
        (quantized, ["quantize"]),
        (mean(2, 3, 2, 5), ["float_reduce"]),
        (mean(2, 3, 2, 5, 1, 1), ["float_reduce", "reshape"]),
        (mean(2, 3, 2, 5, 1, 1, flat=10), ["float_reduce", "reshape"]),
        (mean(1, 1, 2, 3, 4), ["float_reduce"]),
        (mean(1, 2, 2, 4), ["transpose", "float_reduce"]),
        (mean(0, 0, 5, 3, 4), ["float_reduce", "transpose"]),
        (read_twice, ["transpose", "abs", "float_softmax"]),
        (also_an_output, ["transpose", "abs", "transpose"]),
        (two_outputs_of_one, ["abs", "reshape"]),
        (output_that_is_read_on, ["abs", "exp", "transpose"]),
        (a_constant_that_repeats_it, ["reshape", "add"]),
        (two_orders, ["transpose", "transpose", "add"]),
        (one_operand, ["transpose", "add"]),
        (axes_of_size_1, ["reshape", "float_softmax"]),
        (flattened, ["reshape"]),
        (detector, ["reshape", "reshape", "concat", "strided_slice", "strided_slice", "exp"]),
        (shuffled_channels, ["reshape"]),
        (sliced_twice_over, ["transpose", "strided_slice", "strided_slice"]),
        (joined_across, ["transpose", "reshape"]),
    ],
    ids=lambda value: getattr(value, "__qualname__", None),
)
def test_what_is_left(build: Callable[[], Graph], left: list[str]) -> None:
    graph = build()
    before = to_text(graph)
    moved = move_transposes(graph)
    verify(moved)
    assert names(moved) == left
    assert to_text(graph) == before
    assert to_text(move_transposes(moved)) == to_text(moved)
    for seed in range(3):
        inputs = random_inputs(graph, seed)
        for ours, theirs in zip(interpret(moved, inputs), interpret(graph, inputs), strict=True):
            assert ours.shape == theirs.shape
            assert ours.tobytes() == theirs.tobytes()


def test_names_of_inputs_and_outputs_stay() -> None:
    graph = around_functions()
    moved = run_passes(graph)
    for indices, others in ((graph.inputs, moved.inputs), (graph.outputs, moved.outputs)):
        assert [graph.tensors[i].name for i in indices] == [moved.tensors[i].name for i in others]


def test_random_chains_keep_the_bits() -> None:
    for seed in range(100):
        graph = random_graph(np.random.default_rng(seed))
        moved = move_transposes(graph)
        # once more may find more, where a reader has gone
        again = move_transposes(moved)
        for result in (moved, again):
            verify(result)
        counts = [moved_elements(g) for g in (graph, moved, again)]
        assert counts == sorted(counts, reverse=True)
        inputs = random_inputs(graph, seed)
        for ours, theirs in zip(interpret(again, inputs), interpret(graph, inputs), strict=True):
            assert ours.tobytes() == theirs.tobytes()


def moved_elements(graph: Graph) -> int:
    """How many elements transposes move."""
    outputs = [node.outputs[0] for node in graph.nodes if isinstance(node.op, Transpose)]
    return sum(graph.tensors[index].element_count for index in outputs)


@given(
    sizes=st.lists(st.integers(1, 3), min_size=1, max_size=5),
    data=st.data(),
    factors=st.lists(st.integers(1, 3)),
)
def test_a_reshaped_view_is_the_same_value(sizes: list[int], data: st.DataObject, factors: list[int]) -> None:
    axes = data.draw(st.permutations(range(len(sizes))))
    x = np.arange(np.prod(sizes)).reshape(sizes)
    shape: list[int] = []
    for factor in factors[:4]:
        if x.size // int(np.prod(shape)) % factor == 0:
            shape.append(factor)
    shape.append(x.size // int(np.prod(shape)))
    view = reshaped_view(sizes, axes, shape)
    if view is not None:
        np.testing.assert_array_equal(
            x.reshape(view.shape).transpose(view.axes), x.transpose(axes).reshape(shape)
        )


def random_graph(rng: np.random.Generator) -> Graph:
    """Transposes, functions, sums and reductions in any order, some values read more than once."""
    b = FloatBuilder()
    values = [b.input(*(int(size) for size in rng.choice([1, 2, 3, 5], 4))) for _ in range(2)]
    for _ in range(12):
        x = values[int(rng.integers(len(values)))] if rng.integers(4) == 0 else values[-1]
        rank = len(b.shape(x))
        kind = rng.integers(8)
        if kind < 3:
            values.append(b.transpose(x, *(int(axis) for axis in rng.permutation(rank))))
        elif kind == 3:
            values.append(b.unary(UnaryFunction.ABS, x))
        elif kind == 4:
            alike = [v for v in values if b.shape(v) == b.shape(x)]
            shape = [size if rng.integers(2) else 1 for size in b.shape(x)]
            other = b.constant(rng.standard_normal(shape)) if rng.integers(2) else alike[-1]
            values.append(b.binary(ADD, x, other))
        elif kind == 6:
            first, last = sorted(int(axis) for axis in rng.integers(0, rank, 2))
            shape = b.shape(x)
            joined = (*shape[:first], int(np.prod(shape[first : last + 1])), *shape[last + 1 :])
            values.append(b.reshape(x, *joined))
        elif kind == 7:
            begins = [int(rng.integers(size)) for size in b.shape(x)]
            strides = [int(rng.choice([-1, 1])) for _ in begins]
            counts = [
                (size - begin if stride > 0 else begin + 1)
                for size, begin, stride in zip(b.shape(x), begins, strides, strict=True)
            ]
            values.append(b.node(StridedSlice.of(begins, strides), [x], counts))
        elif rank > 2:
            first, last = sorted(int(axis) for axis in rng.integers(0, rank, 2))
            ones = [1] * (last - first + 1) if rng.integers(2) or last - first + 1 == rank else []
            shape = [*b.shape(x)[:first], *ones, *b.shape(x)[last + 1 :]]
            values.append(b.node(FloatReduce(ReduceFunction.SUM, first, last), [x], shape))
    produced = [node.outputs[0] for node in b.graph.nodes]
    others = [v for v in produced[:-1] if rng.integers(6) == 0]
    return b.build(produced[-1], *others)


def test_a_constant_of_more_axes_than_the_transposed_value_stays_behind() -> None:
    b = FloatBuilder()
    x = b.transpose(b.input(2, 3, 4), 0, 2, 1)
    graph = b.build(b.binary(ADD, x, b.constant(np.arange(3).reshape(1, 1, 1, 3))))
    moved = move_transposes(graph)
    verify(moved)
    inputs = random_inputs(graph)
    np.testing.assert_array_equal(interpret(moved, inputs)[0], interpret(graph, inputs)[0])
