"""Each invariant of a graph, broken one at a time: the verifier names the place and the fault."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tflite_models import everything

from aiedge.errors import ModelError
from aiedge.model.compile import import_model
from aiedge.model.ir.graph import Graph, Node, Quantization, Tensor
from aiedge.model.ir.ops import Op
from aiedge.model.ir.verify import verify


def valid() -> Graph:
    return copy.deepcopy(import_model(everything(), "m"))


def test_a_valid_graph_passes() -> None:
    verify(valid())


def node(graph: Graph, op: str) -> Node:
    return next(node for node in graph.nodes if node.op.NAME == op)  # noqa: SIM300 - NAME is no constant


def change_op(op: str, **attributes: Any) -> Callable[[Graph], None]:
    def change(graph: Graph) -> None:
        target = node(graph, op)
        target.op = replace(target.op, **attributes)

    return change


def change_tensor(op: str, role: int, **fields: Any) -> Callable[[Graph], None]:
    """Change input ``role`` of the operation, or its output for -1."""

    def change(graph: Graph) -> None:
        target = node(graph, op)
        index = target.outputs[0] if role < 0 else target.inputs[role]
        for name, value in fields.items():
            setattr(graph.tensors[index], name, value)

    return change


def scale(value: float, zero_point: int = 0) -> Quantization:
    return Quantization(np.array([value], np.float32), np.array([zero_point], np.int32))


def scales(count: int, axis: int, zero_point: int = 0) -> Quantization:
    return Quantization(np.full(count, 0.5, np.float32), np.full(count, zero_point, np.int32), axis)


def set_graph(**fields: Any) -> Callable[[Graph], None]:
    def change(graph: Graph) -> None:
        for name, value in fields.items():
            setattr(graph, name, value)

    return change


def reverse(graph: Graph) -> None:
    graph.nodes.reverse()


def drop_conv(graph: Graph) -> None:
    del graph.nodes[0]


def unused_activation(graph: Graph) -> None:
    graph.tensors.append(Tensor("lonely", (1,), "int8", scale(1)))


def no_inputs(op: str) -> Callable[[Graph], None]:
    def change(graph: Graph) -> None:
        node(graph, op).inputs = ()

    return change


def two_outputs(graph: Graph) -> None:
    target = node(graph, "requantize")
    graph.tensors.append(Tensor("second", (1, 5), "int8", scale(1)))
    target.outputs = (*target.outputs, len(graph.tensors) - 1)


def unknown_op(graph: Graph) -> None:
    graph.nodes[0].op = Op()  # type: ignore[abstract]


def constant_output(graph: Graph) -> None:
    graph.outputs = (node(graph, "conv_2d").inputs[1],)


INT32 = np.zeros(4, np.int32)


@pytest.mark.parametrize(
    ("change", "code", "text"),
    [
        (set_graph(arithmetic="aiedge-2"), "AIE-MOD-014", "aiedge-2"),
        (set_graph(nodes=[]), "AIE-MOD-009", "no nodes"),
        (set_graph(inputs=()), "AIE-MOD-009", "no inputs"),
        (set_graph(outputs=()), "AIE-MOD-009", "no outputs"),
        (set_graph(inputs=(99,)), "AIE-MOD-009", "inputs (99,)"),
        (set_graph(outputs=(-1,)), "AIE-MOD-009", "outputs (-1,)"),
        (set_graph(outputs=(16, 16)), "AIE-MOD-009", "distinct"),
        (set_graph(inputs=(0, 3)), "AIE-MOD-009", "a value already"),
        (constant_output, "AIE-MOD-009", "is a constant"),
        (reverse, "AIE-MOD-009", "not computed before it"),
        (set_graph(name="m\0"), "AIE-MOD-009", "no text"),
        (change_tensor("conv_2d", 0, name="\udcff"), "AIE-MOD-009", "no text"),
        (drop_conv, "AIE-MOD-009", "not computed before it"),
        (unused_activation, "AIE-MOD-009", "nothing produces"),
        (no_inputs("add"), "AIE-MOD-009", "0 inputs"),
        (no_inputs("softmax"), "AIE-MOD-009", "0 inputs"),
        (two_outputs, "AIE-MOD-009", "2 outputs"),
        # tensors by themselves
        (change_tensor("conv_2d", 0, dtype="int4"), "AIE-MOD-009", "'int4'"),
        (change_tensor("conv_2d", 0, dtype="float32", quantization=None), "AIE-MOD-009", "float32, int8"),
        (
            change_tensor("conv_2d", -1, dtype="float32", quantization=None),
            "AIE-MOD-009",
            "output is float32",
        ),
        (change_tensor("reshape", -1, dtype="float32", quantization=None), "AIE-MOD-009", "not one scale"),
        (change_tensor("conv_2d", 0, dtype="int32", quantization=None), "AIE-MOD-009", "int32, int8"),
        (change_tensor("conv_2d", -1, dtype="int32", quantization=None), "AIE-MOD-009", "output is int32"),
        (change_tensor("reshape", -1, dtype="int32", quantization=None), "AIE-MOD-009", "input is int8"),
        (change_tensor("conv_2d", 0, shape=(1,) * 7), "AIE-MOD-009", "7 axes"),
        (change_tensor("conv_2d", 0, shape=(1, 0, 8, 3)), "AIE-MOD-009", "out of range"),
        (change_tensor("conv_2d", 0, shape=(1, 1 << 25, 1, 3)), "AIE-MOD-009", "out of range"),
        (change_tensor("conv_2d", 0, shape=(1 << 16, 1 << 16, 1, 3)), "AIE-MOD-009", "out of range"),
        (change_tensor("conv_2d", 0, quantization=None), "AIE-MOD-009", "without a quantization"),
        (change_tensor("conv_2d", 2, quantization=scale(1)), "AIE-MOD-009", "with a quantization"),
        (change_tensor("conv_2d", 1, shape=(4, 3, 3, 4)), "AIE-MOD-009", "its data are"),
        (
            change_tensor("conv_2d", 1, data=np.zeros((4, 3, 3, 3), np.uint8)),
            "AIE-MOD-009",
            "its data are uint8",
        ),
        (change_tensor("conv_2d", 0, quantization=scale(0)), "AIE-MOD-009", "positive"),
        (change_tensor("conv_2d", 0, quantization=scale(np.inf)), "AIE-MOD-009", "positive"),
        (change_tensor("conv_2d", 0, quantization=scale(1, 128)), "AIE-MOD-009", "outside int8"),
        (change_tensor("conv_2d", 0, quantization=scales(3, 3)), "AIE-MOD-009", "a scale for each channel"),
        (
            change_tensor("conv_2d", 1, quantization=scales(4, 0, 1)),
            "AIE-MOD-009",
            "zero point that is not 0",
        ),
        (change_tensor("conv_2d", 1, quantization=scales(5, 0)), "AIE-MOD-009", "5 scales on axis 0"),
        (change_tensor("conv_2d", 1, quantization=scales(4, 4)), "AIE-MOD-009", "axis 4"),
        (
            change_tensor(
                "conv_2d", 0, quantization=Quantization(np.ones(2, np.float32), np.zeros(1, np.int32))
            ),
            "AIE-MOD-009",
            "2 scales and 1 zero points",
        ),
        # conv_2d
        (change_op("conv_2d", stride_h=0), "AIE-MOD-009", "less than 1 over the height"),
        (change_op("conv_2d", dilation_w=0), "AIE-MOD-009", "less than 1 over the width"),
        (change_op("conv_2d", stride_w=2), "AIE-MOD-009", "width is 8, needs 4"),
        (change_op("conv_2d", pad_top=3), "AIE-MOD-009", "padding 3, 1"),
        (change_op("conv_2d", pad_left=-1), "AIE-MOD-009", "padding -1, 1"),
        (change_op("conv_2d", clamp_max=128), "AIE-MOD-009", "clamp"),
        (change_op("conv_2d", clamp_min=10, clamp_max=9), "AIE-MOD-009", "clamp"),
        (change_op("conv_2d", stride_h=1 << 30), "AIE-MOD-009", "stride_h is 1073741824"),
        (change_tensor("conv_2d", 0, shape=(1, 8, 8, 4)), "AIE-MOD-009", "read 3 channels"),
        (change_tensor("conv_2d", 0, shape=(8, 8, 3)), "AIE-MOD-009", "3 axes, needs 4"),
        (change_tensor("conv_2d", 0, shape=(2, 8, 8, 3)), "AIE-MOD-009", "batch"),
        (change_tensor("conv_2d", 0, dtype="uint8", quantization=scale(1)), "AIE-MOD-009", "dtypes"),
        (change_tensor("conv_2d", 2, data=np.zeros(5, np.int32), shape=(5,)), "AIE-MOD-009", "bias"),
        (change_tensor("conv_2d", 1, quantization=scales(3, 1)), "AIE-MOD-009", "axis 0"),
        (change_tensor("conv_2d", 1, quantization=scale(1e-38)), "AIE-MOD-009", "too far apart"),
        # depthwise_conv_2d
        (change_op("depthwise_conv_2d", depth_multiplier=2), "AIE-MOD-009", "makes 8"),
        (change_op("depthwise_conv_2d", depth_multiplier=0), "AIE-MOD-009", "shape"),
        (change_tensor("depthwise_conv_2d", 1, quantization=scales(3, 1)), "AIE-MOD-009", "axis 3"),
        # the others
        (change_tensor("fully_connected", -1, shape=(5, 1)), "AIE-MOD-009", "rows of 5"),
        (change_tensor("fully_connected", -1, shape=(2, 5)), "AIE-MOD-009", "needs 5 elements"),
        (change_tensor("add", -1, shape=(1, 8, 4, 8)), "AIE-MOD-009", "do not fit together"),
        (change_tensor("add", -1, quantization=scale(1e4)), "AIE-MOD-009", "2^-10"),
        (change_tensor("add", -1, quantization=scale(1e-3)), "AIE-MOD-009", "2^8"),
        (
            change_tensor("average_pool_2d", -1, quantization=scale(1)),
            "AIE-MOD-009",
            "differ in dtype, scale",
        ),
        (change_op("average_pool_2d", filter_h=0), "AIE-MOD-009", "less than 1"),
        (change_op("average_pool_2d", filter_h=3), "AIE-MOD-009", "height is 4, needs 3"),
        (change_tensor("mean", -1, shape=(4, 1)), "AIE-MOD-009", "1 x 4"),
        (change_tensor("mean", -1, quantization=scale(1e-4)), "AIE-MOD-009", "2^16"),
        (change_tensor("reshape", -1, shape=(1, 5)), "AIE-MOD-009", "5 elements of 4"),
        (change_tensor("reshape", -1, quantization=scale(1)), "AIE-MOD-009", "differ in dtype, scale"),
        (change_op("softmax", beta=-1.0), "AIE-MOD-009", "beta"),
        (change_op("softmax", beta=float("nan")), "AIE-MOD-009", "beta"),
        (change_tensor("softmax", 1, data=np.zeros(256, np.float32)), "AIE-MOD-009", "exponentials"),
        (change_tensor("softmax", 1, data=np.full(256, np.nan, np.float32)), "AIE-MOD-050", "holds nan"),
        (change_tensor("softmax", 1, data=np.ones(3, np.float32), shape=(3,)), "AIE-MOD-009", "table"),
        (change_tensor("softmax", -1, quantization=scale(1e-6)), "AIE-MOD-009", "2^-16"),
        (change_tensor("requantize", -1, shape=(5, 1)), "AIE-MOD-009", "differ"),
        (change_tensor("requantize", -1, quantization=scale(1e-8)), "AIE-MOD-009", "2^16"),
    ],
)
def test_broken(change: Callable[[Graph], None], code: str, text: str) -> None:
    graph = valid()
    change(graph)
    with pytest.raises(ModelError) as caught:
        verify(graph)
    assert caught.value.code == code
    assert text in caught.value.what
    assert caught.value.where.startswith("m")


def test_the_place_is_named() -> None:
    graph = valid()
    change_op("conv_2d", stride_h=0)(graph)
    with pytest.raises(ModelError) as caught:
        verify(graph)
    assert caught.value.where == "m: node 0 conv_2d 'conv'"


def test_too_many_of_anything() -> None:
    graph = valid()
    graph.tensors += [Tensor("c", (1,), "int32", None, np.zeros(1, np.int32))] * 65536
    with pytest.raises(ModelError, match="AIE-MOD-017"):
        verify(graph)
