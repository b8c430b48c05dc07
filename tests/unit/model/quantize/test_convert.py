from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hand_graphs import FloatGraph, samples_for
from hypothesis import given, settings
from hypothesis import strategies as st
from quantizing import converted, names, real_outputs, scale_of, seen_inputs

from aiedge.model.ir.graph import Graph
from aiedge.model.ir.interpret import interpret, interpret_all
from aiedge.model.ir.ops import (
    AveragePool2D,
    BinaryFunction,
    Conv2D,
    FloatResizeBilinear,
    FloatSoftmax,
    Gather,
    Pad,
    ReduceFunction,
    ResizeNearest,
    StridedSlice,
    Transpose,
    UnaryFunction,
)

Build = Callable[[FloatGraph], Graph]


def snr(graph: Graph, samples: list, made) -> float:
    signal = noise = 0.0
    for sample in samples:
        for wanted, given_values in zip(interpret(graph, sample), real_outputs(made, sample), strict=True):
            signal += float((wanted.astype(np.float64) ** 2).sum())
            noise += float(((wanted - given_values) ** 2).sum())
    return 10 * math.log10(signal / noise)


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10_000),
    kind=st.sampled_from(["conv", "depthwise", "dense"]),
    bend=st.sampled_from(["none", "relu", "relu6"]),
)
def test_a_layer_is_as_near_as_its_scales_say(seed: int, kind: str, bend: str) -> None:
    build = FloatGraph(seed)
    rng = build.rng
    if kind == "dense":
        y = build.dense(build.input(1, 12), 5)
    else:
        x = build.input(1, 6, 5, 4)
        y = build.conv(x, 6, 3) if kind == "conv" else build.depthwise(x, 3, 1, int(rng.integers(1, 3)))
    y = {"none": lambda v: v, "relu": build.relu, "relu6": build.relu6}[bend](y)
    graph = build.done(y)
    samples = samples_for(graph, 3, seed)
    made = converted(graph, samples)
    (node,) = made.graph.nodes
    x_scale, y_scale = scale_of(made.graph, node.inputs[0]), scale_of(made.graph, node.outputs[0])
    layer = graph.nodes[0]
    weights = np.abs(graph.tensors[layer.inputs[1]].data)
    per_channel = made.graph.tensors[node.inputs[1]].quantization.scales.astype(np.float64)
    read = weights.shape[1] * weights.shape[2] if kind == "depthwise" else math.prod(weights.shape[1:])
    axis = 3 if kind == "depthwise" else 0
    sums = np.moveaxis(weights, axis, 0).reshape(len(per_channel), -1).sum(axis=1)
    for sample in samples:
        (wanted,) = interpret(graph, sample)
        (given_values,) = real_outputs(made, sample)
        peak = float(np.abs(sample[0]).max())
        # half a step of each input times its weight, half a step of each weight times its input, of bias and output
        bound = (
            sums * x_scale / 2 + read * (peak + x_scale) * per_channel / 2 + x_scale * per_channel + y_scale
        )
        assert np.all(np.abs(wanted - given_values) <= bound * 1.001)


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10_000),
    function=st.sampled_from([BinaryFunction.ADD, BinaryFunction.SUB, BinaryFunction.MUL]),
    ratio=st.sampled_from([1e-4, 0.03, 1.0, 50.0]),
)
def test_two_operands_are_as_near_as_their_scales_say(
    seed: int, function: BinaryFunction, ratio: float
) -> None:
    build = FloatGraph(seed)
    a, b = build.input(1, 3, 4), build.input(1, 3, 4)
    graph = build.done(build.binary(a, b, function))
    samples = [[one, two * np.float32(ratio)] for one, two in samples_for(graph, 3, seed)]
    made = converted(graph, samples)
    (node,) = made.graph.nodes
    sa, sb, sy = (scale_of(made.graph, i) for i in (*node.inputs, *node.outputs))
    for sample in samples:
        (wanted,) = interpret(graph, seen_inputs(made, sample))
        (given_values,) = real_outputs(made, sample)
        # the integers' own rounding, and the range that calibration saw before the inputs were rounded
        peaks = [float(np.abs(array).max()) + 1e-6 for array in sample]
        off = sa / 2 * peaks[1] + sb / 2 * peaks[0] + sa * sb if function == BinaryFunction.MUL else sa + sb
        assert np.all(np.abs(wanted - given_values) <= 1.02 * sy + off)


FUNCTIONS = [
    (UnaryFunction.SIGMOID, 0.0, 0.0),
    (UnaryFunction.TANH, 0.0, 0.0),
    (UnaryFunction.SILU, 0.0, 0.0),
    (UnaryFunction.HARD_SIGMOID, 0.2, 0.5),
    (UnaryFunction.HARD_SWISH, 0.0, 0.0),
    (UnaryFunction.LEAKY_RELU, 0.1, 0.0),
    (UnaryFunction.ELU, 1.0, 0.0),
    (UnaryFunction.GELU, 0.0, 0.0),
    (UnaryFunction.SOFTPLUS, 0.0, 0.0),
    (UnaryFunction.MISH, 0.0, 0.0),
    (UnaryFunction.ABS, 0.0, 0.0),
    (UnaryFunction.NEG, 0.0, 0.0),
    (UnaryFunction.EXP, 0.0, 0.0),
    (UnaryFunction.SQUARE, 0.0, 0.0),
    (UnaryFunction.CLIP, -0.5, 0.7),
]


@pytest.mark.parametrize(("function", "alpha", "beta"), FUNCTIONS, ids=str)
def test_a_function_is_a_table_that_is_right_to_half_a_step(
    function: UnaryFunction, alpha: float, beta: float
) -> None:
    build = FloatGraph()
    graph = build.done(build.unary(build.input(1, 300), function, alpha, beta))
    samples = samples_for(graph, 2, spread=2.0)
    made = converted(graph, samples)
    assert names(made.graph) == ["lookup"]
    y = made.graph.tensors[made.graph.outputs[0]].quantization
    for sample in samples:
        (wanted,) = interpret(graph, seen_inputs(made, sample))
        held = np.clip(wanted, (-128 - y.zero_point) * float(y.scale), (127 - y.zero_point) * float(y.scale))
        (given_values,) = real_outputs(made, sample)
        assert np.all(np.abs(held - given_values) <= float(y.scale) * 0.5001)


def squeeze_excite(b: FloatGraph) -> Graph:
    x = b.relu(b.conv(b.input(1, 8, 8, 3), 8, 3))
    s = b.reduce(x, ReduceFunction.MEAN, 1, 2, keep=True)
    gate = b.unary(b.conv(b.relu(b.conv(s, 4)), 8), UnaryFunction.HARD_SIGMOID, 1 / 6, 0.5)
    return b.done(b.binary(x, gate, BinaryFunction.MUL))


def swish_by_hand(b: FloatGraph) -> Graph:
    x = b.conv(b.input(1, 6, 6, 3), 8)
    return b.done(b.binary(x, b.unary(x, UnaryFunction.SIGMOID), BinaryFunction.MUL))


def normalised(b: FloatGraph) -> Graph:
    x = b.input(1, 6, 6, 3)
    scaled = b.binary(x, b.constant([0.25]), BinaryFunction.MUL)
    return b.done(b.conv(b.binary(scaled, b.constant([0.5]), BinaryFunction.SUB), 4))


def channel_constants(b: FloatGraph) -> Graph:
    x = b.input(1, 6, 6, 3)
    shifted = b.binary(x, b.constant([0.1, -0.2, 0.3]), BinaryFunction.SUB)
    return b.done(b.binary(shifted, b.constant([0.5, 0.7, 0.9]), BinaryFunction.DIV))


def residual(b: FloatGraph) -> Graph:
    x = b.relu(b.conv(b.input(1, 6, 6, 3), 8, 3))
    return b.done(b.relu(b.binary(b.conv(x, 8, 3), x, BinaryFunction.ADD)))


def branches(b: FloatGraph) -> Graph:
    x = b.relu(b.conv(b.input(1, 8, 8, 3), 4, 3))
    pools = [x]
    for _ in range(2):
        pools.append(b.max_pool(pools[-1], 1, 1))
    return b.done(b.conv(b.concat(pools, 3), 5))


def classifier(b: FloatGraph) -> Graph:
    x = b.relu(b.conv(b.input(1, 8, 8, 3), 6, 3, 2))
    x = b.average_pool(b.relu6(b.depthwise(x)), 4, 4)
    return b.done(b.softmax(b.dense(b.reshape(x, 1, 6), 5)))


def slopes(b: FloatGraph) -> Graph:
    x = b.conv(b.input(1, 6, 6, 3), 4)
    return b.done(b.prelu(x, b.constant([[[0.1, 0.2, -0.3, 0.4]]])))


def one_slope(b: FloatGraph) -> Graph:
    return b.done(b.prelu(b.conv(b.input(1, 6, 6, 3), 4), b.constant([0.2])))


def moves(b: FloatGraph) -> Graph:
    x = b.node(Pad.of([(0, 0), (1, 1), (2, 0), (0, 0)], 0), (b.input(1, 4, 5, 3),), (1, 6, 7, 3))
    x = b.node(Transpose.of([0, 2, 1, 3]), (x,), (1, 7, 6, 3))
    x = b.node(StridedSlice.of([0, 6, 0, 0], [1, -2, 1, 1]), (x,), (1, 4, 6, 3))
    x = b.node(ResizeNearest(0, 1), (x,), (1, 8, 12, 3))
    x = b.node(FloatResizeBilinear(0, 1), (x,), (1, 5, 6, 3))
    return b.done(b.reshape(x, 1, 90))


def extrema(b: FloatGraph) -> Graph:
    x, y = b.input(1, 4, 4, 3), b.input(1, 4, 4, 3)
    lesser = b.binary(x, y, BinaryFunction.MINIMUM)
    return b.done(b.binary(lesser, b.constant([-0.5, 0.1, 0.2]), BinaryFunction.MAXIMUM))


def counted_padding(b: FloatGraph) -> Graph:
    return b.done(b.average_pool(b.input(1, 6, 6, 3), 3, 1, 1, 1))


def reductions(b: FloatGraph) -> Graph:
    x = b.input(1, 6, 5, 4)
    outputs = (
        b.reduce(x, ReduceFunction.MEAN, 1, 2),
        b.reduce(x, ReduceFunction.SUM, 3, 3),
        b.reduce(x, ReduceFunction.MEAN, 2, 3, keep=True),
        b.reduce(x, ReduceFunction.MAX, 1, 2),
        b.reduce(x, ReduceFunction.MAX, 1, 2, keep=True),
    )
    return b.done(*outputs)


def table_row(b: FloatGraph) -> Graph:
    rows = b.constant(b.rng.normal(0, 1, (7, 5)))
    b.graph.tensors.append(
        type(b.graph.tensors[0])("rows", (3,), "int32", None, np.array([1, 6, 0], np.int32))
    )
    gathered = b.node(Gather(0), (rows, len(b.graph.tensors) - 1), (3, 5))
    return b.done(b.binary(gathered, b.input(3, 5), BinaryFunction.ADD))


PATTERNS: dict[str, tuple[Build, list[str]]] = {
    "squeeze_excite": (squeeze_excite, ["conv_2d", "mean", "conv_2d", "conv_2d", "lookup", "mul"]),
    "swish_by_hand": (swish_by_hand, ["conv_2d", "lookup"]),
    "normalised": (normalised, ["lookup", "conv_2d"]),
    "channel_constants": (channel_constants, ["sub", "mul"]),
    "residual": (residual, ["conv_2d", "conv_2d", "add"]),
    "branches": (branches, ["conv_2d", "max_pool_2d", "max_pool_2d", "concat", "conv_2d"]),
    "classifier": (
        classifier,
        ["conv_2d", "depthwise_conv_2d", "mean", "reshape", "fully_connected", "softmax"],
    ),
    "slopes": (slopes, ["conv_2d", "prelu"]),
    "one_slope": (one_slope, ["conv_2d", "lookup"]),
    "moves": (moves, ["pad", "transpose", "strided_slice", "resize_nearest", "resize_bilinear", "reshape"]),
    "extrema": (extrema, ["minimum", "maximum"]),
    "counted_padding": (counted_padding, ["pad", "average_pool_2d"]),
    "reductions": (
        reductions,
        ["mean", "sum", "mean_over", "max_pool_2d", "reshape", "max_pool_2d"],
    ),
    "table_row": (table_row, ["gather", "add"]),
}


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_becomes_these_int8_operations_and_stays_near(name: str) -> None:
    build, expected = PATTERNS[name]
    graph = build(FloatGraph(3))
    samples = samples_for(graph, 6, 1)
    made = converted(graph, samples)
    assert names(made.graph) == expected
    assert all(t.dtype != "float32" or t.data is not None for t in made.graph.tensors)
    assert snr(graph, samples, made) > 26


def test_a_softmax_has_the_scale_and_zero_point_that_its_values_ask_for() -> None:
    graph = classifier(FloatGraph())
    made = converted(graph, samples_for(graph, 3))
    quantization = made.graph.tensors[made.graph.outputs[0]].quantization
    assert (float(quantization.scale), quantization.zero_point) == (1 / 256, -128)


def test_concat_shares_one_range_and_requantizes_only_what_is_much_smaller_and_read_elsewhere() -> None:
    build = FloatGraph()
    small, large = build.relu(build.conv(build.input(1, 4, 4, 3), 4)), build.input(1, 4, 4, 3)
    joined = build.concat([small, large], 3)
    graph = build.done(joined, build.conv(small, 2))
    samples = [[one, two * np.float32(6)] for one, two in samples_for(graph, 4)]
    made = converted(graph, samples)
    assert names(made.graph).count("requantize") == 1
    alone = converted(graph_without_second_reader(), samples)
    assert "requantize" not in names(alone.graph)


def graph_without_second_reader() -> Graph:
    build = FloatGraph()
    small, large = build.relu(build.conv(build.input(1, 4, 4, 3), 4)), build.input(1, 4, 4, 3)
    return build.done(build.concat([small, large], 3))


def test_a_result_of_boxes_and_scores_stays_float_so_that_the_scores_live() -> None:
    build = FloatGraph()
    x = build.input(1, 4, 4, 3)
    boxes = build.binary(build.conv(x, 4), build.constant([300.0]), BinaryFunction.MUL)
    scores = build.unary(build.conv(x, 2), UnaryFunction.SIGMOID)
    joined = build.reshape(build.concat([boxes, scores], 3), 1, 16, 6)
    graph = build.done(joined)
    samples = samples_for(graph, 4)
    made = converted(graph, samples)
    assert names(made.graph)[-4:] == ["dequantize", "dequantize", "concat", "reshape"]
    for sample in samples:
        (wanted,), (given_values,) = interpret(graph, sample), real_outputs(made, sample)
        assert np.abs(wanted[..., 4:] - given_values[..., 4:]).max() < 0.03
    (place,) = (place for place, node in enumerate(graph.nodes) if node.op.NAME == "concat")
    assert "too much for one scale" in made.plan.nodes[place].reason


def test_a_result_is_found_behind_many_moves_and_branches() -> None:
    """Walking each way from the concat to the result would take longer than anybody waits."""
    build = FloatGraph()
    x = build.input(1, 4, 4, 3)
    boxes = build.binary(build.conv(x, 4), build.constant([300.0]), BinaryFunction.MUL)
    joined = build.concat([boxes, build.unary(build.conv(x, 2), UnaryFunction.SIGMOID)], 3)
    for _ in range(40):
        joined = build.concat([build.reshape(joined, 1, 8, 2, 6), build.reshape(joined, 1, 8, 2, 6)], 1)
        joined = build.reshape(
            build.node(StridedSlice.of([0] * 4, [1] * 4), [joined], (1, 8, 2, 6)), 1, 4, 4, 6
        )
    for _ in range(1200):
        joined = build.reshape(joined, 1, 4, 4, 6)
    graph = build.done(joined)
    made = converted(graph, samples_for(graph, 1))
    first = next(place for place, node in enumerate(graph.nodes) if node.op.NAME == "concat")
    assert "too much for one scale" in made.plan.nodes[first].reason


def test_a_clip_whose_input_others_read_becomes_a_table() -> None:
    build = FloatGraph()
    x = build.conv(build.input(1, 4, 4, 3), 4)
    graph = build.done(build.relu(x), build.unary(x, UnaryFunction.TANH))
    made = converted(graph, samples_for(graph, 4))
    assert names(made.graph) == ["conv_2d", "lookup", "lookup"]


def test_relu6_clamps_at_six_where_calibration_saw_more() -> None:
    build = FloatGraph()
    graph = build.done(build.relu6(build.conv(build.input(1, 4, 4, 3), 4, scale=20.0)))
    samples = samples_for(graph, 4)
    made = converted(graph, samples)
    (node,) = made.graph.nodes
    assert isinstance(node.op, Conv2D)
    assert real_outputs(made, samples[0])[0].max() == pytest.approx(6, abs=0.03)


def test_a_pool_takes_the_bounds_of_a_clip_behind_it() -> None:
    build = FloatGraph()
    graph = build.done(build.relu(build.average_pool(build.input(1, 4, 4, 3))))
    made = converted(graph, samples_for(graph, 4))
    (node,) = made.graph.nodes
    assert isinstance(node.op, AveragePool2D)
    assert node.op.clamp_min == made.graph.tensors[node.outputs[0]].quantization.zero_point


def test_what_has_no_int8_form_stays_float_between_two_borders() -> None:
    build = FloatGraph()
    a, b = build.input(1, 4), build.input(1, 4)
    quotient = build.binary(
        build.unary(a, UnaryFunction.TANH), build.unary(b, UnaryFunction.EXP), BinaryFunction.DIV
    )
    graph = build.done(build.dense(quotient, 3))
    samples = samples_for(graph, 8)
    made = converted(graph, samples)
    assert names(made.graph) == [
        "lookup",
        "lookup",
        "dequantize",
        "dequantize",
        "float_binary",
        "quantize",
        "fully_connected",
    ]
    assert snr(graph, samples, made) > 20


def test_a_kept_layer_keeps_its_activation_and_a_move_to_another_float_node_in_float() -> None:
    build = FloatGraph()
    x = build.relu(build.conv(build.input(1, 4, 4, 2), 3))
    graph = build.done(build.dense(build.reshape(x, 1, 48), 4))
    samples = samples_for(graph, 4)
    places = {
        place
        for place, node in enumerate(graph.nodes)
        if node.op.NAME in {"float_conv_2d", "float_fully_connected"}
    }
    made = converted(graph, samples, dict.fromkeys(places, "asked"))
    assert names(made.graph) == [
        "dequantize",
        "float_conv_2d",
        "float_unary",
        "reshape",
        "float_fully_connected",
    ]
    first = converted(graph, samples, {0: "asked"})
    assert names(first.graph) == [
        "dequantize",
        "float_conv_2d",
        "float_unary",
        "quantize",
        "reshape",
        "fully_connected",
    ]
    assert first.graph.tensors[first.graph.inputs[0]].dtype == "int8"


def test_everything_kept_is_the_float_graph_on_rounded_inputs() -> None:
    graph = classifier(FloatGraph())
    samples = samples_for(graph, 3)
    made = converted(graph, samples, dict.fromkeys(range(len(graph.nodes)), "asked"))
    for sample in samples:
        assert np.array_equal(real_outputs(made, sample)[0], interpret(graph, seen_inputs(made, sample))[0])


def test_integers_that_the_model_has_already_stay() -> None:
    build = FloatGraph()
    x = build.quantize(build.input(1, 4, 4, 3), 0.03, 5)
    x = build.dequantize(build.quantize(build.dequantize(x), 0.05, 100, "uint8"))
    graph = build.done(build.conv(x, 4))
    samples = samples_for(graph, 4)
    made = converted(graph, samples)
    assert "dequantize" not in names(made.graph)
    assert names(made.graph)[-1] == "conv_2d"
    conv = made.graph.nodes[-1]
    quantization = made.graph.tensors[conv.inputs[0]].quantization
    assert float(quantization.scale) == pytest.approx(0.05)
    assert quantization.zero_point == 100 - 128
    assert snr(graph, samples, made) > 25


@settings(deadline=None, max_examples=30)
@given(
    st.sampled_from([1e-12, 1e-6, 1e6, 1e12]), st.sampled_from([1e-12, 1e-6, 1.0, 1e6]), st.integers(0, 99)
)
def test_scales_far_apart_are_widened_or_stay_float(first: float, second: float, seed: int) -> None:
    build = FloatGraph(seed)
    a, b = build.input(1, 8), build.input(1, 8)
    difference = build.binary(a, b, BinaryFunction.ADD)
    product = build.binary(difference, b, BinaryFunction.MUL)
    graph = build.done(product, build.binary(product, a, BinaryFunction.SUB))
    samples = [
        [one * np.float32(first), two * np.float32(second)] for one, two in samples_for(graph, 3, seed)
    ]
    made = converted(graph, samples)  # verifies the result
    for sample in samples:
        for wanted, given_values in zip(interpret(graph, sample), real_outputs(made, sample), strict=True):
            assert np.abs(wanted - given_values).max() <= 0.1 * np.abs(wanted).max() + 1e-30


def test_a_dead_layer_and_a_dead_input_are_converted() -> None:
    build = FloatGraph()
    x = build.input(1, 4, 4, 2)
    dead = build.relu(build.conv_with(x, np.zeros((3, 1, 1, 2)), np.full(3, -1.0)))
    graph = build.done(build.conv(dead, 2))
    samples = [[np.zeros((1, 4, 4, 2), np.float32)]]
    made = converted(graph, samples)
    assert np.allclose(real_outputs(made, samples[0])[0], interpret(graph, samples[0])[0], atol=0.01)


def test_the_same_arguments_give_the_same_graph() -> None:
    graph = squeeze_excite(FloatGraph())
    samples = samples_for(graph, 3)
    one, two = (converted(graph, samples, weights="mse", method="mse").graph for _ in range(2))
    assert [t.name for t in one.tensors] == [t.name for t in two.tensors]
    assert [n.op for n in one.nodes] == [n.op for n in two.nodes]
    for a, b in zip(one.tensors, two.tensors, strict=True):
        assert a.data is None or np.array_equal(a.data, b.data)
    values = [interpret_all(g, [np.full((1, 8, 8, 3), 3, np.int8)]) for g in (one, two)]
    assert all(np.array_equal(a, b) for a, b in zip(*values, strict=True))


def test_names_stay_and_are_unique() -> None:
    graph = residual(FloatGraph())
    made = converted(graph, samples_for(graph, 2)).graph
    assert len({t.name for t in made.tensors}) == len(made.tensors)
    assert {n.name for n in made.nodes} <= {n.name for n in graph.nodes}


def test_a_softmax_over_a_softmax_is_converted() -> None:
    build = FloatGraph()
    x = build.softmax(build.input(2, 6))
    graph = build.done(build.node(FloatSoftmax(2.0), (x,), (2, 6)))
    samples = samples_for(graph, 3)
    assert snr(graph, samples, converted(graph, samples)) > 30
