from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hand_graphs import FloatGraph, samples_for

from aiedge.errors import InputError, ModelError, UsageError
from aiedge.model.ir.graph import Graph
from aiedge.model.ir.interpret import interpret_all
from aiedge.model.ir.ops import BinaryFunction, UnaryFunction
from aiedge.model.quantize.options import QuantizeOptions
from aiedge.model.quantize.quantize import quantize
from aiedge.model.quantize.samples import split

TABLE_BYTES = 256 * 4  # of the softmax


def classifier(seed: int = 0) -> Graph:
    build = FloatGraph(seed)
    x = build.relu(build.conv(build.input(1, 8, 8, 3), 6, 3, 2))
    x = build.relu(build.depthwise(x))
    x = build.relu(build.conv(x, 8))
    x = build.average_pool(x, 4, 4)
    return build.done(build.softmax(build.dense(build.reshape(x, 1, 8), 5)))


def constants(graph: Graph) -> list[bytes]:
    return [tensor.data.tobytes() for tensor in graph.tensors if tensor.data is not None]


def test_the_same_seed_gives_the_same_graph_and_report() -> None:
    graph, samples = classifier(), samples_for(classifier(), 12)
    one, two = (quantize(graph, samples, interpret_all) for _ in range(2))
    assert one.report == two.report
    assert constants(one.graph) == constants(two.graph)
    assert [n.op for n in one.graph.nodes] == [n.op for n in two.graph.nodes]


def test_the_report_tells_what_was_tried_and_what_came_of_it() -> None:
    graph, samples = classifier(), samples_for(classifier(), 16)
    stages: list[str] = []
    made = quantize(graph, samples, interpret_all, progress=lambda stage, done, total: stages.append(stage))
    report = made.report
    assert {"calibration", "float results", "trials"} <= set(stages)
    assert sum(trial.chosen for trial in report.trials) == 1
    assert {"minmax", "percentile 99.99", "entropy", "mse"} <= {trial.method for trial in report.trials}
    assert {trial.equalized for trial in report.trials} == {False, True}
    assert report.samples == 16
    assert report.judging_samples == 4
    assert report.snr_db > 25
    assert report.budget_met
    assert report.int8_bytes - TABLE_BYTES < report.float_bytes / 2
    assert len(report.calibration_sha256) == 64
    assert [layer.name for layer in report.layers] == [node.name for node in graph.nodes]
    conv = report.layers[0]
    assert conv.result_op == "conv_2d"
    assert conv.snr_db > 20
    assert conv.weights_snr_db > 30
    assert conv.range_min <= 0 < conv.range_max
    assert not conv.kept_float
    bound = report.layers[1]
    assert (bound.result_op, bound.snr_db) == ("", None)
    assert bound.reason == f"bounds of {conv.name}"
    assert report.layers[-1].method == "fixed"
    assert report.outputs[0].name == graph.tensors[graph.outputs[0]].name
    assert dict(report.options)["method"] == "auto"


def test_a_single_method_is_tried_alone() -> None:
    options = QuantizeOptions(
        method="percentile", percentile=99.5, weights="mse", equalize="off", bias_correction="on"
    )
    report = quantize(classifier(), samples_for(classifier(), 8), interpret_all, options).report
    (trial,) = report.trials
    assert (trial.method, trial.weights) == ("percentile 99.5", "mse")
    assert (trial.equalized, trial.bias_corrected) == (False, True)


def test_the_best_trial_is_no_worse_than_each_method_alone() -> None:
    graph, samples = classifier(3), samples_for(classifier(3), 16)
    report = quantize(graph, samples, interpret_all).report
    chosen = next(trial for trial in report.trials if trial.chosen)
    assert all(trial.snr_db <= chosen.snr_db for trial in report.trials)


def fragile() -> Graph:
    """Thin layers, each with or without an activation behind it."""
    build = FloatGraph(1)
    x = build.relu(build.dense(build.input(1, 16), 16))
    y = build.unary(build.dense(x, 16), UnaryFunction.TANH)
    return build.done(build.dense(build.dense(y, 16), 4))


def test_layers_stay_float_until_the_budget_is_met() -> None:
    graph, samples = fragile(), samples_for(fragile(), 12)
    free = quantize(graph, samples, interpret_all).report
    assert not any(layer.kept_float for layer in free.layers)
    wanted = free.snr_db + 3
    made = quantize(graph, samples, interpret_all, QuantizeOptions(min_snr_db=wanted))
    kept = [layer for layer in made.report.layers if layer.kept_float]
    assert made.report.budget_met
    assert made.report.snr_db >= wanted
    assert 0 < len(kept) < len(graph.nodes)
    assert all(layer.reason for layer in kept)
    assert any(node.op.NAME == "float_fully_connected" for node in made.graph.nodes)


def test_a_budget_beyond_reach_is_told() -> None:
    options = QuantizeOptions(min_snr_db=150, max_float_layers=1)
    report = quantize(fragile(), samples_for(fragile(), 8), interpret_all, options).report
    assert not report.budget_met
    assert 1 <= sum(layer.kept_float for layer in report.layers) <= 2  # a layer, and perhaps its activation
    assert all(layer.float_max > layer.float_min for layer in report.layers)


def test_every_layer_may_go_back_to_float() -> None:
    options = QuantizeOptions(min_snr_db=150, max_float_layers=100)
    report = quantize(fragile(), samples_for(fragile(), 8), interpret_all, options).report
    assert all(layer.kept_float for layer in report.layers)
    assert all(layer.scale is None and layer.range_min is None for layer in report.layers)


def test_named_nodes_stay_float() -> None:
    graph = fragile()
    name = graph.nodes[0].name
    made = quantize(graph, samples_for(graph, 6), interpret_all, QuantizeOptions(keep_float=(name,)))
    layer = made.report.layers[0]
    assert (layer.name, layer.kept_float, layer.reason) == (name, True, "asked for")
    with pytest.raises(UsageError, match=r"AIE-MOD-076.*'nowhere'"):
        quantize(graph, samples_for(graph, 6), interpret_all, QuantizeOptions(keep_float=("nowhere",)))


def test_one_sample_is_enough() -> None:
    report = quantize(classifier(), samples_for(classifier(), 1), interpret_all).report
    assert report.samples == report.judging_samples == 1
    assert report.snr_db > 15


def test_a_dead_layer_has_a_report() -> None:
    build = FloatGraph()
    x = build.input(1, 4, 4, 2)
    dead = build.relu(build.conv_with(x, np.zeros((3, 1, 1, 2)), np.full(3, -1.0)))
    graph = build.done(build.binary(dead, build.conv(x, 3), BinaryFunction.ADD))
    report = quantize(graph, samples_for(graph, 8), interpret_all).report
    assert report.layers[0].snr_db == math.inf
    assert report.snr_db > 25


def nan_weights() -> Graph:
    graph = classifier()
    index = graph.nodes[2].inputs[1]
    data = graph.tensors[index].data.copy()
    data[0, 0, 0, 0] = np.nan
    graph.tensors[index] = replace(graph.tensors[index], data=data)
    return graph


def test_errors_name_the_place() -> None:
    graph, samples = classifier(), samples_for(classifier(), 5)
    with pytest.raises(InputError, match="AIE-MOD-071"):
        quantize(graph, [], interpret_all)
    with pytest.raises(InputError, match=r"AIE-MOD-072.*sample 1 .*\[1, 8, 9, 3\].*'input 0'"):
        quantize(graph, [samples[0], [np.zeros((1, 8, 9, 3), np.float32)]], interpret_all)
    with pytest.raises(InputError, match=r"AIE-MOD-072.*int8"):
        quantize(graph, [[np.zeros((1, 8, 8, 3), np.int8)]], interpret_all)
    with pytest.raises(InputError, match=r"AIE-MOD-072.*2 arrays"):
        quantize(graph, [[*samples[0], *samples[0]]], interpret_all)
    bad = samples[2][0].copy()
    bad[0, 0, 0, 0] = np.inf
    with pytest.raises(InputError, match=r"AIE-MOD-073.*sample 1 "):
        quantize(graph, [samples[0], [bad]], interpret_all)
    with pytest.raises(ModelError, match=r"AIE-MOD-075.*weights"):
        quantize(nan_weights(), samples, interpret_all)
    with pytest.raises(InputError, match="AIE-MOD-079"):
        quantize(graph, samples, lambda graph, sample: interpret_all(graph, sample)[:-1])


def test_a_model_that_computes_no_number_is_refused_by_its_node() -> None:
    build = FloatGraph()
    graph = build.done(build.unary(build.input(1, 4), UnaryFunction.LOG))
    with pytest.raises(ModelError, match=r"AIE-MOD-074.*float_unary 0.*sample 0"):
        quantize(graph, [[np.full((1, 4), -1, np.float32)]], interpret_all)


def test_a_model_without_float_is_refused() -> None:
    graph = quantize(classifier(), samples_for(classifier(), 4), interpret_all).graph
    with pytest.raises(ModelError, match="AIE-MOD-077"):
        quantize(graph, [[np.zeros((1, 8, 8, 3), np.int8)]], interpret_all)


def test_weights_beyond_float32_are_refused_by_name() -> None:
    build = FloatGraph()
    x = build.dense(build.input(1, 2), 1)
    build.graph.tensors[build.graph.nodes[0].inputs[1]].data = np.array([[0, 3e38]], np.float32)
    graph = build.done(x)
    with pytest.raises(ModelError, match=r"AIE-MOD-078.*float_fully_connected 0.*'weights"):
        quantize(graph, [[np.array([[3e38, 0]], np.float32)]], interpret_all)


@pytest.mark.parametrize(
    "options",
    [
        {"method": "median"},
        {"percentile": 40.0},
        {"held_out": 0.9},
        {"min_agreement": 1.5},
        {"max_float_layers": -1},
        {"correction_samples": 0},
        {"seed": -1},
        {"min_snr_db": 1e9},
        {"weights": "none"},
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"AIE-MOD-070.*{next(iter(options))}"):
        QuantizeOptions(**options)


def test_samples_are_split_by_the_seed() -> None:
    calibrating, judging = split(20, 0.25, 1)
    assert sorted(calibrating + judging) == list(range(20))
    assert len(judging) == 5
    assert split(20, 0.25, 1) == (calibrating, judging)
    assert split(20, 0.25, 2) != (calibrating, judging)
    assert split(3, 0.25, 0) == ([0, 1, 2], [0, 1, 2])
