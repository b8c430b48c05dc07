from __future__ import annotations

import numpy as np
import pytest
from hand_graphs import FloatGraph, samples_for
from quantizing import converted, observed, real_outputs

from aiedge.model.ir.graph import Graph
from aiedge.model.ir.interpret import interpret
from aiedge.model.ir.ops import UnaryFunction
from aiedge.model.quantize.equalize import equalize


def uneven(bend: str = "relu", second: str = "depthwise") -> Graph:
    """Two layers; the channels between them differ a thousandfold."""
    build = FloatGraph(2)
    spread = np.logspace(-2, 1, 6)
    weights = build.rng.normal(0, 1, (6, 3, 3, 3)) * spread[:, None, None, None]
    x = build.conv_with(build.input(1, 8, 8, 3), weights, build.rng.normal(0, 0.1, 6) * spread)
    if bend == "leaky":
        x = build.unary(x, UnaryFunction.LEAKY_RELU, 0.1)
    elif bend == "tanh":
        x = build.unary(x, UnaryFunction.TANH)
    else:
        x = build.relu6(x) if bend == "relu6" else build.relu(x)
    if second == "depthwise":
        y = build.depthwise(x, 3, 1, 2)
    elif second == "pooled":
        y = build.dense(build.reshape(build.max_pool(x, 8, 8), 1, 6), 4)
    else:
        y = build.conv(x, 5)
    weights_of_second = build.graph.tensors[build.graph.nodes[-1].inputs[1]]
    # so that every channel counts alike in the result
    repeated = np.repeat(spread, 2) if second == "depthwise" else spread
    weights_of_second.data = (weights_of_second.data / repeated).astype(np.float32)
    return build.done(y)


def peaks_of(graph: Graph, samples: list) -> dict[int, np.ndarray]:
    return {index: stats.channel_peaks for index, stats in observed(graph, samples).stats.items()}


def snr(graph: Graph, made, samples: list) -> float:
    wanted = np.concatenate([interpret(graph, sample)[0].ravel() for sample in samples]).astype(np.float64)
    given = np.concatenate([real_outputs(made, sample)[0].ravel() for sample in samples])
    return float(10 * np.log10((wanted**2).sum() / ((wanted - given) ** 2).sum()))


@pytest.mark.parametrize("bend", ["relu", "leaky"])
@pytest.mark.parametrize("second", ["depthwise", "conv", "pooled"])
def test_the_float_function_stays_and_int8_gains(bend: str, second: str) -> None:
    graph = uneven(bend, second)
    samples = samples_for(graph, 6)
    made = equalize(graph, peaks_of(graph, samples))
    assert len(made.pairs) == 1
    assert made.refused == ()
    for sample in samples:
        before, after = (interpret(g, sample)[0] for g in (graph, made.graph))
        assert np.allclose(before, after, rtol=1e-4, atol=1e-5 * np.abs(before).max())
    gain = snr(graph, converted(made.graph, samples), samples) - snr(
        graph, converted(graph, samples), samples
    )
    assert gain > 6


@pytest.mark.parametrize(("bend", "reason"), [("relu6", "clip to 0 and 6"), ("tanh", "tanh between them")])
def test_a_bend_that_does_not_scale_is_refused_by_name(bend: str, reason: str) -> None:
    graph = uneven(bend)
    made = equalize(graph, peaks_of(graph, samples_for(graph, 2)))
    assert made.pairs == ()
    (refusal,) = made.refused
    assert graph.nodes[0].name in refusal
    assert reason in refusal
    assert made.graph.tensors == graph.tensors


def test_what_others_read_is_left_alone() -> None:
    build = FloatGraph()
    x = build.relu(build.conv(build.input(1, 4, 4, 3), 4))
    graph = build.done(build.conv(x, 2), build.conv(x, 2))
    made = equalize(graph, peaks_of(graph, samples_for(graph, 2)))
    assert made.pairs == made.refused == ()


def test_weights_that_two_layers_share_are_refused() -> None:
    build = FloatGraph()
    x = build.input(1, 4, 4, 3)
    y = build.conv(build.relu(build.conv(x, 3)), 3)
    first, second = (node for node in build.graph.nodes if node.op.NAME == "float_conv_2d")
    second.inputs = (second.inputs[0], first.inputs[1], second.inputs[2])
    graph = build.done(y)
    made = equalize(graph, peaks_of(graph, samples_for(graph, 2)))
    assert made.pairs == ()
    assert "same weights" in made.refused[0]


def test_a_channel_that_was_never_seen_stays() -> None:
    build = FloatGraph()
    weights = np.ones((3, 1, 1, 2))
    weights[1] = 0
    x = build.relu(build.conv_with(build.input(1, 4, 4, 2), weights, np.array([0.1, -1.0, 0.1])))
    graph = build.done(build.conv(x, 2))
    samples = samples_for(graph, 3)
    made = equalize(graph, peaks_of(graph, samples))
    bias = made.graph.tensors[graph.nodes[0].inputs[2]].data
    assert bias[1] == -1
    assert np.isfinite(bias).all()
