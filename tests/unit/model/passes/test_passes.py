"""What each pass does, and that all of them keep the bits."""

from __future__ import annotations

import litert
import numpy as np
import pytest
from float_builder import names, random_inputs
from float_network import float_network
from tflite_builder import TfliteBuilder
from tflite_models import everything

from aiedge.model.importers.tflite import import_tflite
from aiedge.model.ir.graph import Graph, Node, Quantization, Tensor
from aiedge.model.ir.interpret import interpret
from aiedge.model.ir.ops import Conv2D, Lookup, Requantize, Softmax
from aiedge.model.ir.text import to_text
from aiedge.model.ir.verify import verify
from aiedge.model.passes import PASSES, run_passes
from aiedge.model.passes.dead_code import drop_dead_code
from aiedge.model.passes.tables import add_tables


def _softmaxes() -> Graph:
    """Three softmaxes of two different scales, one of whose results nobody needs."""
    t = TfliteBuilder()
    inputs = [t.tensor((1, 4), "int8", scale, 0) for scale in (0.5, 0.5, 0.25)]
    outputs = [t.tensor((1, 4), "int8", 1 / 256, -128) for _ in inputs]
    for x, y in zip(inputs, outputs, strict=True):
        t.operator("SOFTMAX", [x], [y], Beta=1.0)
    return import_tflite(t.build(inputs, outputs[:2]), "m")


def test_equal_tables_are_shared() -> None:
    graph = add_tables(_softmaxes())
    tables = [node.inputs[1] for node in graph.nodes]
    assert tables[0] == tables[1] != tables[2]
    table = graph.tensors[tables[2]]
    assert table.data is not None
    expected = np.exp(-0.25 * np.arange(256)).astype(np.float32)
    np.testing.assert_array_equal(table.data, expected)


def test_dead_nodes_and_their_constants_go() -> None:
    graph = drop_dead_code(add_tables(_softmaxes()))
    verify(graph)
    assert len(graph.nodes) == 2
    # an input stays, also when nothing reads it: it is part of the model's signature
    assert len(graph.inputs) == 3
    assert len(graph.tensors) == 3 + 2 + 1


def test_tensors_get_a_canonical_order() -> None:
    graph = run_passes(import_tflite(everything(), "m"))
    shuffled = _reordered(graph, np.random.default_rng(0).permutation(len(graph.tensors)).tolist())
    verify(shuffled)
    assert to_text(shuffled) != to_text(graph)
    assert to_text(drop_dead_code(shuffled)) == to_text(graph)


@pytest.mark.parametrize("name", [name for name, _ in PASSES])
@pytest.mark.parametrize(
    "given", [import_tflite(everything(), "m"), float_network()], ids=["int8", "float32"]
)
def test_a_pass_changes_nothing_the_second_time(name: str, given: Graph) -> None:
    graph = run_passes(given)
    assert to_text(dict(PASSES)[name](graph)) == to_text(graph)


def test_the_graph_given_stays_as_it_is() -> None:
    graph = import_tflite(everything(), "m")
    before = to_text(graph)
    assert any(isinstance(node.op, Softmax) for node in run_passes(graph).nodes)
    assert to_text(graph) == before


def test_a_float_network_keeps_its_results() -> None:
    graph = float_network()
    rewritten = run_passes(graph)
    assert names(rewritten) == [
        "float_conv_2d", "silu", "float_depthwise_conv_2d", "float_prelu", "hard_swish", "float_average_pool_2d",
        "float_max_pool_2d", "float_resize_bilinear", "concat", "quantize", "reshape", "dequantize",
        "float_reduce", "div", "float_fully_connected", "float_softmax",
    ]  # fmt: skip
    for seed in range(3):
        inputs = random_inputs(graph, seed)
        for ours, before in zip(interpret(rewritten, inputs), interpret(graph, inputs), strict=True):
            np.testing.assert_allclose(ours, before, rtol=0.02, atol=1e-5)


def test_an_output_that_is_also_read() -> None:
    q = Quantization(np.ones(1, np.float32), np.zeros(1, np.int32))
    tensors = [Tensor(name, (2,), "int8", q) for name in "xyz"]
    nodes = [Node("y", Requantize(), (0,), (1,)), Node("z", Requantize(), (1,), (2,))]
    graph = Graph("m", tensors, nodes, (0,), (2, 1))
    assert to_text(drop_dead_code(graph)) == to_text(graph)


def _activated(
    kind: str, *, scale: float = 0.1, zero_point: int = -20, also_output: bool = False, again: bool = False
) -> bytes:
    """A convolution with ReLU-like functions behind it."""
    t = TfliteBuilder()
    x = t.tensor((1, 4, 4, 2), "int8", 0.1, 3)
    w = t.tensor((3, 1, 1, 2), "int8", 0.1, 0, data=np.arange(-3, 3, dtype=np.int8).reshape(3, 1, 1, 2) * 40)
    c = t.tensor((1, 4, 4, 3), "int8", 0.1, -20)
    bias = t.tensor((3,), "int32", 0.01, 0, data=np.array([90, -5, 40], np.int32))
    t.operator("CONV_2D", [x, w, bias], [c], StrideH=1, StrideW=1, FusedActivationFunction=2)
    y = t.tensor((1, 4, 4, 3), "int8", scale, zero_point)
    t.operator(kind, [c], [y])
    outputs = [y, c] if also_output else [y]
    if again:
        outputs = [t.tensor((1, 4, 4, 3), "int8", scale, zero_point)]
        t.operator("RELU_0_TO_1", [y], outputs)
    return t.build([x], outputs)


@pytest.mark.parametrize(
    ("model", "left"),
    [
        (_activated("RELU"), 0),
        (_activated("RELU6"), 0),
        (_activated("RELU_N1_TO_1"), 0),
        (_activated("RELU6", again=True), 0),
        (_activated("RELU", scale=0.2), 1),
        (_activated("RELU", zero_point=-21), 1),
        (_activated("RELU", also_output=True), 1),
        (_activated("TANH"), 1),
    ],
)
def test_a_clamp_behind_an_operation_becomes_its_bounds(model: bytes, left: int) -> None:
    graph = run_passes(import_tflite(model, "m"))
    assert sum(isinstance(node.op, Lookup) for node in graph.nodes) == left
    reference = litert.LiteRT(model)
    for inputs in (reference.random_inputs(np.random.default_rng(seed)) for seed in range(5)):
        for ours, theirs in zip(interpret(graph, inputs), reference.run(inputs), strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_the_bounds_are_those_of_both() -> None:
    (node,) = run_passes(import_tflite(_activated("RELU"), "m")).nodes
    assert isinstance(node.op, Conv2D)
    assert (node.op.clamp_min, node.op.clamp_max) == (-20, -10)


def _reordered(graph: Graph, order: list[int]) -> Graph:
    place = {old: new for new, old in enumerate(order)}

    def moved(indices: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(place[i] for i in indices)

    return Graph(
        graph.name,
        [graph.tensors[i] for i in order],
        [Node(node.name, node.op, moved(node.inputs), moved(node.outputs)) for node in graph.nodes],
        moved(graph.inputs),
        moved(graph.outputs),
    )
