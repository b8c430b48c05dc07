"""What depends on constants only is computed when the model is compiled."""

from __future__ import annotations

import numpy as np
from float_builder import FloatBuilder, names, random_inputs

from aiedge.model.ir.interpret import interpret
from aiedge.model.ir.ops import BinaryFunction, Concat, FloatReduce, ReduceFunction, UnaryFunction
from aiedge.model.ir.verify import verify
from aiedge.model.passes import run_passes
from aiedge.model.passes.fold_constants import MOST_ELEMENTS, fold_constants

ADD, MUL, DIV = BinaryFunction.ADD, BinaryFunction.MUL, BinaryFunction.DIV


def test_a_chain_of_constants_becomes_one() -> None:
    b = FloatBuilder()
    x = b.input(2, 3)
    c = b.transpose(b.constant(np.arange(6).reshape(3, 2)), 1, 0)
    c = b.unary(UnaryFunction.SIGMOID, b.binary(MUL, c, 0.3))
    c = b.node(Concat(0), [c, b.constant(np.ones((1, 3)))], (3, 3))
    c = b.node(FloatReduce(ReduceFunction.MEAN, 0, 0), [c], (3,))
    graph = b.build(b.binary(ADD, x, c))
    folded = fold_constants(graph)
    verify(folded)
    assert names(folded) == ["add"]
    assert len(folded.tensors) == 3
    inputs = random_inputs(graph)
    assert interpret(folded, inputs)[0].tobytes() == interpret(graph, inputs)[0].tobytes()
    assert fold_constants(folded) is folded


def test_the_graph_given_stays_as_it_is() -> None:
    b = FloatBuilder()
    graph = b.build(b.binary(ADD, b.input(2), b.unary(UnaryFunction.EXP, b.constant([1, 2]))))
    run_passes(graph)
    assert names(graph) == ["exp", "add"]
    assert graph.tensors[2].data is None


def test_what_is_no_number_is_left_to_the_run() -> None:
    b = FloatBuilder()
    zero = b.constant([0.0, 1.0])
    graph = b.build(b.binary(ADD, b.input(2), b.binary(DIV, b.constant([1.0, 1.0]), zero)))
    assert fold_constants(graph) is graph
    assert interpret(run_passes(graph), [np.zeros(2, np.float32)])[0].tolist() == [np.inf, 1]


def test_an_output_stays_computed() -> None:
    b = FloatBuilder()
    graph = b.build(b.unary(UnaryFunction.ABS, b.constant([-1.0])), b.unary(UnaryFunction.ABS, b.input(1)))
    assert fold_constants(graph) is graph


def test_what_would_grow_the_file_too_much_stays() -> None:
    b = FloatBuilder()
    rows, columns = MOST_ELEMENTS >> 10, (1 << 10) + 1
    wide = b.binary(ADD, b.constant(np.ones((rows, 1))), b.constant(np.ones((1, columns))))
    graph = b.build(b.binary(ADD, b.input(1, columns), wide))
    assert fold_constants(graph) is graph


def test_all_results_together_are_bounded() -> None:
    b = FloatBuilder()
    x = b.input(1, 1 << 10)
    for _ in range(3):
        rows = b.constant(np.ones((MOST_ELEMENTS >> 11, 1)))
        wide = b.binary(ADD, rows, b.constant(np.ones((1, 1 << 10))))
        x = b.binary(ADD, x, wide)
    assert names(fold_constants(b.build(x))).count("add") == 4
