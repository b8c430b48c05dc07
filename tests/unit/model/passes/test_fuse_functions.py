"""Activation functions in the parts in which exporters write them become one node."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from float_builder import FloatBuilder, names, random_inputs

from aiedge.model.ir.graph import Graph
from aiedge.model.ir.interpret import interpret
from aiedge.model.ir.ops import BinaryFunction, FloatUnary, UnaryFunction
from aiedge.model.ir.verify import verify
from aiedge.model.passes import run_passes
from aiedge.model.passes.fuse_functions import fuse_functions

ADD, MUL, DIV = BinaryFunction.ADD, BinaryFunction.MUL, BinaryFunction.DIV
Part = Callable[[FloatBuilder, int], int]


def product(gate: Part, swapped: bool, b: FloatBuilder, x: int) -> int:
    other = gate(b, x)
    return b.binary(MUL, other, x) if swapped else b.binary(MUL, x, other)


def sigmoid(b: FloatBuilder, x: int) -> int:
    return b.unary(UnaryFunction.SIGMOID, x)


def hard_sigmoid(b: FloatBuilder, x: int, alpha: float = 1 / 6) -> int:
    return b.unary(UnaryFunction.HARD_SIGMOID, x, alpha, 0.5)


def tanh_softplus(b: FloatBuilder, x: int) -> int:
    return b.unary(UnaryFunction.TANH, b.unary(UnaryFunction.SOFTPLUS, x))


def relu6(b: FloatBuilder, x: int, shift: float = 3.0) -> int:
    return b.unary(UnaryFunction.CLIP, b.binary(ADD, x, shift), 0, 6)


def relu6_over_6(b: FloatBuilder, x: int) -> int:
    return b.binary(DIV, relu6(b, x), 6.0)


def relu6_by_sixth(b: FloatBuilder, x: int) -> int:
    return b.binary(MUL, relu6(b, x), float(np.float32(1 / 6)))


def swish_over_6(b: FloatBuilder, x: int) -> int:
    return b.binary(DIV, product(relu6, False, b, x), 6.0)


def swish_by_sixth(b: FloatBuilder, x: int) -> int:
    return b.binary(MUL, product(relu6, True, b, x), 1 / 6)


def erf_gate(b: FloatBuilder, x: int, root: float = 1.41421354, one: float = 1.0) -> int:
    return b.binary(ADD, b.unary(UnaryFunction.ERF, b.binary(DIV, x, root)), one)


def erf_gate_by_product(b: FloatBuilder, x: int) -> int:
    scaled = b.binary(MUL, x, 0.70710678)
    return b.binary(ADD, b.unary(UnaryFunction.ERF, scaled), 1.0)


def half_last(gate: Part, b: FloatBuilder, x: int) -> int:
    return b.binary(MUL, product(gate, False, b, x), 0.5)


def half_first(gate: Part, b: FloatBuilder, x: int) -> int:
    half = b.binary(MUL, x, 0.5)
    return b.binary(MUL, half, gate(b, x))


def half_gate(gate: Part, b: FloatBuilder, x: int) -> int:
    half = b.binary(MUL, gate(b, x), 0.5)
    return b.binary(MUL, x, half)


def built(part: Part, *shape: int) -> Graph:
    b = FloatBuilder()
    return b.build(part(b, b.input(*(shape or (2, 3, 50)))))


@pytest.mark.parametrize(
    ("part", "function"),
    [
        (partial(product, sigmoid, False), "silu"),
        (partial(product, sigmoid, True), "silu"),
        (partial(product, hard_sigmoid, False), "hard_swish"),
        (partial(product, hard_sigmoid, True), "hard_swish"),
        (partial(product, tanh_softplus, False), "mish"),
        (partial(product, tanh_softplus, True), "mish"),
        (partial(half_last, erf_gate), "gelu"),
        (partial(half_first, erf_gate), "gelu"),
        (partial(half_gate, erf_gate), "gelu"),
        (partial(half_last, erf_gate_by_product), "gelu"),
        (relu6_over_6, "hard_sigmoid"),
        (relu6_by_sixth, "hard_sigmoid"),
        (partial(product, relu6_over_6, False), "hard_swish"),
        (partial(product, relu6_by_sixth, True), "hard_swish"),
        (swish_over_6, "hard_swish"),
        (swish_by_sixth, "hard_swish"),
    ],
)
def test_one_function_of_the_same_values(part: Part, function: str) -> None:
    graph = built(part)
    fused = fuse_functions(graph)
    verify(fused)
    assert names(fused) == [function]
    assert fuse_functions(fused) is fused
    inputs = random_inputs(graph)
    np.testing.assert_allclose(interpret(fused, inputs)[0], interpret(graph, inputs)[0], rtol=1e-5, atol=2e-6)


def test_hard_swish_keeps_the_bits_of_its_hard_sigmoid() -> None:
    graph = built(partial(product, hard_sigmoid, True), 4000)
    (x,) = random_inputs(graph)
    assert interpret(fuse_functions(graph), [x])[0].tobytes() == interpret(graph, [x])[0].tobytes()


def read_elsewhere(b: FloatBuilder, x: int) -> int:
    gate = sigmoid(b, x)
    return b.binary(ADD, b.binary(MUL, x, gate), gate)


def of_another(b: FloatBuilder, x: int) -> int:
    return b.binary(MUL, x, sigmoid(b, b.unary(UnaryFunction.ABS, x)))


@pytest.mark.parametrize(
    "part",
    [
        read_elsewhere,
        of_another,
        partial(product, partial(hard_sigmoid, alpha=0.2), False),
        partial(half_last, partial(erf_gate, root=1.5)),
        partial(half_last, partial(erf_gate, one=2.0)),
        partial(product, erf_gate, False),
        partial(product, partial(relu6, shift=2.0), False),
        partial(relu6, shift=3.0),
    ],
)
def test_what_only_looks_alike_stays(part: Part) -> None:
    graph = built(part)
    assert fuse_functions(graph) is graph


def test_an_output_in_between_stays() -> None:
    b = FloatBuilder()
    x = b.input(2, 5)
    gate = sigmoid(b, x)
    graph = b.build(b.binary(MUL, x, gate), gate)
    assert names(fuse_functions(graph)) == ["sigmoid", "mul"]


def test_a_constant_that_widens_is_no_part() -> None:
    b = FloatBuilder()
    x = b.input(5)
    shifted = b.binary(ADD, x, b.constant([[3.0]]))
    graph = b.build(b.binary(DIV, b.unary(UnaryFunction.CLIP, shifted, 0, 6), 6.0))
    assert fuse_functions(graph) is graph


def test_a_model_of_many_is_fused_whole() -> None:
    b = FloatBuilder()
    x = b.input(3, 7)
    for part in (partial(product, sigmoid, False), swish_over_6, partial(half_last, erf_gate)):
        x = part(b, x)
    graph = run_passes(b.build(x))
    assert names(graph) == ["silu", "hard_swish", "gelu"]
    assert graph.nodes[0].op == FloatUnary(UnaryFunction.SILU)
