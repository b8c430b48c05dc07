"""Every float operation, native against the NumPy oracle: equal bits on random graphs, instruction sets and threads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from float_graphs import FLOAT_BUILDERS, floats, inputs_of, real
from numpy.typing import NDArray
from random_graphs import activation

from aiedge import _native
from aiedge.model.bundle import write_bundle
from aiedge.model.ir.graph import Graph, Node, Tensor
from aiedge.model.ir.interpret import interpret
from aiedge.model.ir.ops import (
    BinaryFunction,
    Conv2D,
    Dequantize,
    FloatBinary,
    FloatConv2D,
    FloatFullyConnected,
    FloatReduce,
    FloatSoftmax,
    FloatUnary,
    Quantize,
    ReduceFunction,
    UnaryFunction,
)

ROUNDS = 40


def assert_same(graph: Graph, inputs: Sequence[NDArray[Any]]) -> None:
    """Native and oracle give the same bits; of NaN only that it is one."""
    expected = interpret(graph, inputs)
    bundle = write_bundle(graph)
    for isa in ("reference", ""):
        for threads in (1, 2):
            model = _native.Model(bundle, threads=threads, isa=isa)
            out = [np.empty_like(array) for array in expected]
            model.run(inputs, out)
            for mine, theirs in zip(out, expected, strict=True):
                message = f"{isa or 'best'}, {threads} thread(s), {graph}"
                np.testing.assert_array_equal(_bits(mine), _bits(theirs), message)


def _bits(array: NDArray[Any]) -> NDArray[Any]:
    if array.dtype != np.float32:
        return array
    return np.where(np.isnan(array), np.float32(np.nan), array).view(np.uint32)


@pytest.mark.parametrize("op", FLOAT_BUILDERS)
def test_equals_the_oracle(op: str) -> None:
    rng = np.random.default_rng(sum(op.encode()))
    for _ in range(ROUNDS):
        graph = FLOAT_BUILDERS[op](rng)
        assert_same(graph, inputs_of(graph, rng))


@pytest.mark.parametrize("op", FLOAT_BUILDERS)
def test_infinities_and_nan_are_where_the_oracle_has_them(op: str) -> None:
    rng = np.random.default_rng(sum(op.encode()))
    for _ in range(5):
        graph = FLOAT_BUILDERS[op](rng)
        inputs = inputs_of(graph, rng)
        for array in inputs:
            if array.dtype == np.float32:
                wild = rng.choice(np.array([np.nan, np.inf, -np.inf], np.float32), array.shape)
                array[...] = np.where(rng.random(array.shape) < 0.2, wild, array)
        assert_same(graph, inputs)


@pytest.mark.parametrize("function", UnaryFunction)
def test_functions_at_any_float32(function: UnaryFunction) -> None:
    """Bits at random, and every function's turning points, from both sides."""
    rng = np.random.default_rng(function)
    turns = np.array([0, 1e-4, 0.5, 1, 2, 2.8284271, 3, 6, 20, 28, 39.6, 88.72, 103.97], np.float32)
    near = np.concatenate([np.nextafter(turns, np.float32(way)) for way in (-100, 1000)])
    some = np.concatenate([turns, -turns, near, -near])
    x = np.concatenate([some, rng.integers(0, 2**32, 5000 - len(some), np.uint32).view(np.float32)])
    alpha, beta = (0.2, 0.5) if function == UnaryFunction.HARD_SIGMOID else (0.0, 0.0)
    if function in (UnaryFunction.LEAKY_RELU, UnaryFunction.ELU):
        alpha = 0.3
    op = FloatUnary(function, alpha, beta)
    assert_same(Graph("f", [real(x.shape), real(x.shape, "y")], [Node("f", op, (0,), (1,))], (0,), (1,)), [x])


def mixed() -> Graph:
    """A float network whose second layer is int8; large enough that two threads share its layers."""
    rng = np.random.default_rng(4)

    def constant(*shape: int) -> Tensor:
        return Tensor("c", shape, "float32", None, rng.standard_normal(shape).astype(np.float32) * 0.2)

    images = [real((2, 20, 20, 16), f"t{i}") for i in range(2)]
    codes = activation(rng, "int8", (2, 20, 20, 16), scale=0.03, name="q")
    coded = activation(rng, "int8", (2, 20, 20, 8), scale=0.05, name="r")
    weights = activation(rng, "int8", (8, 1, 1, 16), scale=0.01, name="w")
    weights = Tensor(
        "w", weights.shape, "int8", weights.quantization, rng.integers(-99, 99, weights.shape, np.int8)
    )
    tensors = [
        real((2, 20, 20, 4), "x"), constant(16, 3, 3, 4), constant(16), images[0], images[1], codes,
        weights, Tensor("b", (8,), "int32", None, np.arange(8, dtype=np.int32)), coded,
        real((2, 20, 20, 8), "d"), constant(8), real((2, 20, 20, 8), "s"), real((2, 8), "m"),
        constant(5, 8), constant(5), real((2, 5), "f"), real((2, 5), "y"),
    ]  # fmt: skip
    nodes = [
        Node("conv", FloatConv2D(1, 1, 1, 1, 1, 1, 1, 1), (0, 1, 2), (3,)),
        Node("silu", FloatUnary(UnaryFunction.SILU), (3,), (4,)),
        Node("quantize", Quantize(), (4,), (5,)),
        Node("int8", Conv2D(1, 1, 1, 1, 0, 0, 0, 0, -128, 127), (5, 6, 7), (8,)),
        Node("dequantize", Dequantize(), (8,), (9,)),
        Node("add", FloatBinary(BinaryFunction.ADD), (9, 10), (11,)),
        Node("mean", FloatReduce(ReduceFunction.MEAN, 1, 2), (11,), (12,)),
        Node("dense", FloatFullyConnected(), (12, 13, 14), (15,)),
        Node("softmax", FloatSoftmax(), (15,), (16,)),
    ]
    return Graph("mixed", tensors, nodes, (0,), (16, 8))


def test_a_graph_of_both_kinds() -> None:
    rng = np.random.default_rng(3)
    assert_same(mixed(), [floats(rng, (2, 20, 20, 4), special=False)])


def test_floats_at_any_address() -> None:
    graph = FLOAT_BUILDERS["conv_2d"](np.random.default_rng(2))
    x = floats(np.random.default_rng(3), graph.tensors[0].shape)
    (expected,) = interpret(graph, [x])
    model = _native.Model(write_bundle(graph))
    shifted = np.frombuffer(bytearray(x.nbytes + 1), np.uint8)[1:].view(np.float32).reshape(x.shape)
    shifted[...] = x
    out = np.frombuffer(bytearray(expected.nbytes + 3), np.uint8)[3:].view(np.float32).reshape(expected.shape)
    model.run([shifted], [out])
    np.testing.assert_array_equal(_bits(out), _bits(expected))


def test_tells_what_a_float_tensor_is() -> None:
    model = _native.Model(write_bundle(mixed()))
    assert (model.inputs[0].dtype, model.inputs[0].scale, model.inputs[0].zero_point) == ("float32", None, 0)
    assert [info.dtype for info in model.outputs] == ["float32", "int8"]
    assert model.nodes[0].macs == 2 * 20 * 20 * 16 * 3 * 3 * 4
