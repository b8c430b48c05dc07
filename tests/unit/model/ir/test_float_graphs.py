"""Graphs of float operations: verified, computed, written as text and through bundles; faults are refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from float_graphs import FLOAT_BUILDERS, inputs_of, real
from random_graphs import activation, graph_of

from aiedge.errors import ModelError
from aiedge.model.bundle import read_bundle, write_bundle
from aiedge.model.ir.graph import Graph, Tensor
from aiedge.model.ir.interpret import interpret
from aiedge.model.ir.ops import (
    BinaryFunction,
    Concat,
    Conv2D,
    Dequantize,
    FloatAveragePool2D,
    FloatBinary,
    FloatConv2D,
    FloatDepthwiseConv2D,
    FloatFullyConnected,
    FloatMaxPool2D,
    FloatPRelu,
    FloatReduce,
    FloatResizeBilinear,
    FloatSoftmax,
    FloatUnary,
    Op,
    Pad,
    Quantize,
    ReduceFunction,
    Softmax,
    UnaryFunction,
)
from aiedge.model.ir.text import to_text
from aiedge.model.ir.verify import verify


@pytest.mark.parametrize("kind", FLOAT_BUILDERS)
def test_a_float_graph_goes_through_a_bundle(kind: str) -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        graph = FLOAT_BUILDERS[kind](rng)
        verify(graph)
        again = read_bundle(write_bundle(graph)).graph
        assert to_text(again) == to_text(graph)
        assert [node.op for node in again.nodes] == [node.op for node in graph.nodes]
        inputs = inputs_of(graph, rng)
        ours, read = interpret(graph, inputs)[0], interpret(again, inputs)[0]
        assert ours.dtype == graph.tensors[graph.outputs[0]].dtype
        # which bits a NaN has is open
        numbers = ~np.isnan(ours)
        assert ours[numbers].tobytes() == read[numbers].tobytes()
        assert np.isnan(read[~numbers]).all()


def test_a_function_stands_by_its_name_in_the_text() -> None:
    graph = graph_of(FloatUnary(UnaryFunction.CLIP, 0, np.inf), [real((2,))], real((2,), "y"))
    assert "%1 = float_unary(%0) function=clip alpha=0.0 beta=inf -> float32[2] 'y'" in to_text(graph)


def test_alpha_and_beta_are_float32() -> None:
    assert FloatUnary(UnaryFunction.LEAKY_RELU, 0.1).alpha == np.float32(0.1)
    assert FloatSoftmax(0.3).beta == np.float32(0.3)


def constant(shape: tuple[int, ...], value: float = 1) -> Tensor:
    return Tensor("c", shape, "float32", None, np.full(shape, value, np.float32))


CONV = FloatConv2D(1, 1, 1, 1, 0, 0, 0, 0)
CONV_IN = (real((1, 4, 4, 2)), constant((3, 3, 3, 2)), constant((3,)))
CONV_OUT = real((1, 2, 2, 3))
DEPTHWISE = FloatDepthwiseConv2D(2, 1, 1, 1, 1, 0, 0, 0, 0)
POOL = FloatMaxPool2D(2, 2, 2, 2, 0, 0, 0, 0)
AVERAGE = FloatAveragePool2D(2, 2, 2, 2, 0, 0, 0, 0, 0)
Q = activation(np.random.default_rng(0), "int8", (2,))


def conv(*, x: Tensor = CONV_IN[0], w: Tensor = CONV_IN[1], b: Tensor = CONV_IN[2]) -> list[Tensor]:
    return [x, w, b]


@pytest.mark.parametrize(
    ("op", "inputs", "output", "text"),
    [
        (CONV, conv(x=real((4, 4, 2))), CONV_OUT, "3 axes"),
        (CONV, conv(x=real((1, 4, 4, 1))), CONV_OUT, "read 2 channels"),
        (CONV, conv(), real((1, 2, 2, 4)), "output has 4 channels"),
        (CONV, conv(), real((1, 2, 3, 3)), "width is 3"),
        (CONV, conv(), real((2, 2, 2, 3)), "batch of 2"),
        (replace(CONV, stride_h=0), conv(), CONV_OUT, "less than 1"),
        (replace(CONV, dilation_w=0), conv(), CONV_OUT, "less than 1"),
        (replace(CONV, pad_left=3), conv(), CONV_OUT, "does not fit a window"),
        (CONV, conv(w=real((3, 3, 3, 2))), CONV_OUT, "not constant"),
        (CONV, conv(b=real((3,))), CONV_OUT, "needs constant float32 [3]"),
        (CONV, conv(b=constant((2,))), CONV_OUT, "needs constant float32 [3]"),
        (CONV, conv(b=Tensor("b", (3,), "int32", None, np.zeros(3, np.int32))), CONV_OUT, "its bias is int32"),
        (CONV, conv(x=activation(np.random.default_rng(0), "int8", (1, 4, 4, 2))), CONV_OUT, "is int8"),
        (CONV, conv(), activation(np.random.default_rng(0), "int8", (1, 2, 2, 3)), "output is int8"),
        (Conv2D(1, 1, 1, 1, 0, 0, 0, 0, -128, 127), conv(), CONV_OUT, "output is float32"),
        (DEPTHWISE, [real((1, 4, 4, 2)), constant((1, 3, 3, 3)), constant((3,))], CONV_OUT, "3 channels"),
        (DEPTHWISE, [real((1, 4, 4, 2)), constant((2, 3, 3, 4)), constant((4,))], CONV_OUT, "weights have the"),
        (FloatFullyConnected(), [real((2, 3)), constant((4, 2)), constant((4,))], real((2, 4)), "elements"),
        (FloatFullyConnected(), [real((2, 3)), constant((4, 3)), constant((3,))], real((2, 4)), "bias"),
        (FloatFullyConnected(), [real((2, 3)), real((4, 3)), constant((4,))], real((2, 4)), "not constant"),
        (FloatFullyConnected(), [real((2, 3)), constant((4, 3)), constant((4,))], real((4, 2)), "rows of 4"),
        (FloatBinary(7), [real((2,)), real((2,))], real((2,)), "function 7 is unknown"),
        (FloatBinary(BinaryFunction.ADD), [real((2,)), real((3,))], real((3,)), "do not fit together"),
        (FloatBinary(BinaryFunction.ADD), [real((1, 2)), real((2,))], real((2,)), "do not fit together"),
        (FloatBinary(BinaryFunction.ADD), [real((2,)), Q], real((2,)), "dtypes float32, int8"),
        (FloatUnary(0), [real((2,))], real((2,)), "function 0 is unknown"),
        (FloatUnary(21), [real((2,))], real((2,)), "function 21 is unknown"),
        (FloatUnary(UnaryFunction.ABS), [real((2,))], real((3,)), "differ"),
        (FloatUnary(UnaryFunction.ABS), [Q], real((2,)), "is int8"),
        (FloatUnary(UnaryFunction.ABS, 1), [real((2,))], real((2,)), "alpha is 1"),
        (FloatUnary(UnaryFunction.ELU, 1, 1), [real((2,))], real((2,)), "beta is 1"),
        (FloatUnary(UnaryFunction.ELU, np.inf), [real((2,))], real((2,)), "alpha is inf"),
        (FloatUnary(UnaryFunction.HARD_SIGMOID, 1, np.nan), [real((2,))], real((2,)), "beta is nan"),
        (FloatUnary(UnaryFunction.CLIP, 1, 0), [real((2,))], real((2,)), "bounds are 1.0 and 0.0"),
        (FloatUnary(UnaryFunction.CLIP, np.nan, 0), [real((2,))], real((2,)), "bounds are nan"),
        (POOL, [real((1, 4, 4, 1))], real((1, 2, 3, 1)), "width is 3"),
        (POOL, [real((1, 4, 4, 1))], real((1, 2, 2, 2)), "channels"),
        (POOL, [real((4, 4, 1))], real((1, 2, 2, 1)), "axes"),
        (replace(POOL, pad_top=2), [real((1, 4, 4, 1))], real((1, 2, 2, 1)), "does not fit a window"),
        (replace(AVERAGE, count_padding=2), [real((1, 4, 4, 1))], real((1, 2, 2, 1)), "count_padding is 2"),
        (replace(AVERAGE, filter_w=0), [real((1, 4, 4, 1))], real((1, 2, 2, 1)), "less than 1"),
        (FloatReduce(4, 0, 0), [real((2, 3))], real((3,)), "function 4 is unknown"),
        (FloatReduce(ReduceFunction.SUM, 0, 2), [real((2, 3))], real((3,)), "not axes"),
        (FloatReduce(ReduceFunction.SUM, 1, 0), [real((2, 3))], real((3,)), "not axes"),
        (FloatReduce(ReduceFunction.SUM, 0, 0), [real((2, 3))], real((2,)), "shape"),
        (FloatReduce(ReduceFunction.SUM, 0, 1), [real((1 << 12, 1 << 12))], real((1, 1)), "sums over"),
        (FloatReduce(ReduceFunction.SUM, 0, 0), [Q], activation(np.random.default_rng(0), "int8", ()), "int8"),
        (FloatSoftmax(0.0), [real((2,))], real((2,)), "beta is 0"),
        (FloatSoftmax(np.inf), [real((2,))], real((2,)), "beta is inf"),
        (FloatSoftmax(1.0), [real(())], real(()), "do not fit"),
        (FloatSoftmax(1.0), [Q], real((2,)), "is int8"),
        (FloatResizeBilinear(1, 1), [real((1, 2, 2, 1))], real((1, 4, 4, 1)), "1 and 1"),
        (FloatResizeBilinear(0, 0), [real((1, 2, 2, 1))], real((1, 4, 4, 2)), "batch or channels"),
        (FloatPRelu(), [real((2, 3)), real((2,))], real((2, 3)), "do not fit together"),
        (FloatPRelu(), [real((1, 3)), real((2, 3))], real((2, 3)), "differ"),
        (Quantize(), [Q], Q, "is int8"),
        (Quantize(), [real((2,))], real((2,)), "output is float32"),
        (Quantize(), [real((3,))], Q, "differ"),
        (Dequantize(), [real((2,))], real((2,)), "not one scale"),
        (Dequantize(), [Q], Q, "output is int8"),
        (Dequantize(), [Q], real((3,)), "differ"),
        (Pad.of([(1, 0)], 1), [real((2,))], real((3,)), "value 1 does not fit float32"),
        (Concat(0), [real((2,)), Q], real((4,)), "not one scale"),
        (Softmax(1.0), [real((2,))], Q, "not one scale"),
    ],
)  # fmt: skip
def test_a_float_operation_that_does_not_fit_is_refused(
    op: Op, inputs: list[Tensor], output: Tensor, text: str
) -> None:
    with pytest.raises(ModelError) as caught:
        verify(graph_of(op, inputs, output))
    assert caught.value.code == "AIE-MOD-009"
    assert text in caught.value.what


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_constant_that_is_no_number_is_refused_by_its_name(value: float) -> None:
    weights = constant((3, 3, 3, 2))
    weights.name = "conv/weights"
    assert weights.data is not None
    weights.data[1, 2, 0, 1] = value
    with pytest.raises(ModelError) as caught:
        verify(graph_of(CONV, conv(w=weights), CONV_OUT))
    assert caught.value.code == "AIE-MOD-050"
    assert "conv/weights" in str(caught.value)
    assert str(np.float32(value)) in caught.value.what


@pytest.mark.parametrize(("dtype", "quantized"), [("float32", True), ("int8", False), ("uint8", False)])
def test_what_is_quantized_and_what_is_not(dtype: str, quantized: bool) -> None:
    y: Any = Q.quantization if quantized else None
    graph = Graph("m", [Tensor("x", (2,), dtype, y), real((2,), "y")], [], (0,), (1,))
    graph.nodes = graph_of(FloatUnary(UnaryFunction.ABS), [real((2,))], real((2,))).nodes
    with pytest.raises(ModelError, match="with a quantization" if quantized else "without a quantization"):
        verify(graph)
