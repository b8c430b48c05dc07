from __future__ import annotations

import numpy as np
import pytest
from hand_graphs import FloatGraph, samples_for
from quantizing import converted, real_outputs

from aiedge.model.ir.graph import Graph
from aiedge.model.ir.interpret import interpret, interpret_all
from aiedge.model.ir.verify import verify
from aiedge.model.quantize.bias_correction import correct_biases, float_means, window_means


def coarse(kind: str) -> Graph:
    """Layers whose weights' rounding is a bias: large weights make the small ones' steps wide."""
    build = FloatGraph(4)
    x = build.input(1, 6, 6, 8)
    for _ in range(2):
        x = build.relu({"conv": lambda v: build.conv(v, 8, 3), "depthwise": build.depthwise}[kind](x))
    y = build.dense(build.reshape(build.average_pool(x, 6, 6), 1, 8), 4)
    for node in build.graph.nodes:
        if "conv" in node.op.NAME:
            tensor = build.graph.tensors[node.inputs[1]]
            tensor.data = (tensor.data * 0.02 + 0.011).astype(np.float32)
            tensor.data.reshape(tensor.shape)[..., 0] = 2.0
    return build.done(y)


@pytest.mark.parametrize("kind", ["conv", "depthwise"])
def test_the_mean_error_of_every_channel_goes(kind: str) -> None:
    graph = coarse(kind)
    samples = [[np.abs(x) for x in sample] for sample in samples_for(graph, 8)]
    made = converted(graph, samples, method="percentile")
    means = float_means(graph, [interpret_all(graph, sample) for sample in samples])
    better = correct_biases(graph, made, means, samples, interpret_all)
    verify(better.graph)

    def mean_error(which) -> float:
        errors = [interpret(graph, s)[0] - real_outputs(which, s)[0] for s in samples]
        return float(np.abs(np.mean(errors, axis=0)).max())

    scale = float(made.graph.tensors[made.graph.outputs[0]].quantization.scale)
    assert mean_error(better) <= max(0.7 * mean_error(made), scale)


def test_only_biases_change() -> None:
    graph = coarse("conv")
    samples = samples_for(graph, 3)
    made = converted(graph, samples)
    means = float_means(graph, [interpret_all(graph, sample) for sample in samples])
    better = correct_biases(graph, made, means, samples, interpret_all)
    biases = {node.inputs[2] for node in made.graph.nodes if len(node.inputs) == 3}
    changed = {
        index
        for index, (a, b) in enumerate(zip(made.graph.tensors, better.graph.tensors, strict=True))
        if a.data is not None and not np.array_equal(a.data, b.data)
    }
    assert changed
    assert changed <= biases


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("kind", ["conv", "depthwise", "dense"])
def test_mean_outputs_follow_from_mean_inputs(kind: str, stride: int) -> None:
    build = FloatGraph()
    if kind == "dense":
        graph = build.done(build.dense(build.input(3, 7), 4))
    else:
        x = build.input(2, 7, 6, 3)
        graph = build.done(
            build.conv(x, 4, 3, stride) if kind == "conv" else build.depthwise(x, 3, stride, 2)
        )
    (sample,) = samples_for(graph, 1)
    node = graph.nodes[0]
    weights, bias = (graph.tensors[i].data.astype(np.float64) for i in node.inputs[1:])
    means = window_means(node.op, sample[0], weights.shape)
    if kind == "depthwise":
        given = (weights[0] * np.repeat(means, 2, axis=2)).sum(axis=(0, 1)) + bias
    else:
        given = weights.reshape(4, -1) @ means.reshape(-1) + bias
    wanted = interpret(graph, sample)[0].reshape(-1, len(bias)).mean(axis=0)
    assert np.allclose(given, wanted, atol=1e-5)
