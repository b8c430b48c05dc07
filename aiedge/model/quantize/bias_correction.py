"""Takes the mean error of each output channel, as calibration samples show it, out of the bias.

After Nagel et al. (2019), empirical and sequential: a layer is corrected with what the corrected layers before it
give. A layer is linear before its bounds, so its mean output follows from the means of its inputs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from aiedge.model.ir.geometry import window_count, window_extent
from aiedge.model.ir.graph import Graph, Node, Tensor
from aiedge.model.ir.ops import FloatConv2D, FloatDepthwiseConv2D, FloatFullyConnected
from aiedge.model.quantize.constants import data_of, quantization_of_tensor
from aiedge.model.quantize.convert import Converted
from aiedge.model.quantize.inputs import converted_inputs
from aiedge.model.quantize.operations.weighted import channel_axis
from aiedge.model.quantize.plan import WEIGHTED
from aiedge.model.quantize.samples import Array, Runner, Sample
from aiedge.model.quantize.signal import real_values
from aiedge.model.quantize.weights import QuantizedWeights, quantize_bias, restored

Weighted = FloatConv2D | FloatDepthwiseConv2D | FloatFullyConnected
Means = NDArray[np.float64]


def float_means(graph: Graph, runs: Iterable[Sequence[Array]]) -> dict[int, Means]:
    """Node -> the mean of what each weight reads, over all positions and runs of the float graph."""
    sums: dict[int, Means] = {}
    count = 0
    for values in runs:
        count += 1
        for place, node in enumerate(graph.nodes):
            if isinstance(node.op, WEIGHTED):
                means = window_means(node.op, values[node.inputs[0]], graph.tensors[node.inputs[1]].shape)
                sums[place] = sums.get(place, np.zeros(())) + means
    return {place: total / count for place, total in sums.items()}


def correct_biases(
    graph: Graph,
    converted: Converted,
    means: Mapping[int, Means],
    samples: Sequence[Sample],
    runner: Runner,
) -> Converted:
    """The converted graph with corrected biases.

    ``means``: of the float graph, from the same samples; layers that it lacks stay as they are. Holds the living
    activations of all samples in memory.
    """
    tensors = list(converted.graph.tensors)
    last_use = {index: place for place, node in enumerate(converted.graph.nodes) for index in node.inputs}
    origin = {made: place for place, made in converted.node_of.items()}
    living: dict[int, list[Array]] = {index: [] for index in converted.graph.inputs}
    for sample in samples:
        for index, array in zip(
            converted.graph.inputs, converted_inputs(converted.graph, sample), strict=True
        ):
            living[index].append(array)
    for made, node in enumerate(converted.graph.nodes):
        place = origin.get(made, -1)
        if place in means and tensors[node.outputs[0]].dtype == "int8":
            given = _mean_of(graph.nodes[place], graph, living[node.inputs[0]], tensors[node.inputs[0]])
            _correct(graph.nodes[place], graph, tensors, node, means[place], given)
        part, sources = _part(tensors, node)
        living[node.outputs[0]] = [
            runner(part, [living[i][k] for i in sources])[part.outputs[0]] for k in range(len(samples))
        ]
        for index in {*node.inputs, *node.outputs}:
            if index in living and last_use.get(index, -1) <= made:
                del living[index]
    corrected = replace_tensors(converted.graph, tensors)
    return replace(converted, graph=corrected)


def window_means(op: Weighted, x: NDArray[np.generic], weights: tuple[int, ...]) -> Means:
    """What each weight reads on average: (KH,KW,I) of a convolution, (K) of a fully connected layer; padding is 0."""
    wide = x.astype(np.float64)
    if isinstance(op, FloatFullyConnected):
        rows: Means = wide.reshape(-1, weights[1]).mean(axis=0)
        return rows
    _, height, width, _ = x.shape
    over_rows = _tap_shares(height, (op.pad_top, op.pad_bottom), weights[1], op.dilation_h, op.stride_h)
    over_columns = _tap_shares(width, (op.pad_left, op.pad_right), weights[2], op.dilation_w, op.stride_w)
    # (KW, W) with (N, H, W, I), then (KH, H) with (H, KW, I)
    narrowed = np.matmul(over_columns, wide).mean(axis=0)
    means: Means = np.tensordot(over_rows, narrowed, axes=(1, 0))
    return means


def _tap_shares(size: int, pads: tuple[int, int], taps: int, dilation: int, stride: int) -> Means:
    """Of each tap and position on an axis: the share of the windows in which the tap reads the position."""
    windows = window_count(size, *pads, window_extent(taps, dilation), stride)
    shares = np.zeros((taps, size))
    for tap in range(taps):
        places = np.arange(windows) * stride + tap * dilation - pads[0]
        shares[tap, places[(places >= 0) & (places < size)]] = 1 / windows
    return shares


def replace_tensors(graph: Graph, tensors: list[Tensor]) -> Graph:
    """The same graph with other tensors at the same indices."""
    return Graph(graph.name, tensors, graph.nodes, graph.inputs, graph.outputs, graph.arithmetic)


def _mean_of(node: Node, graph: Graph, arrays: Sequence[Array], tensor: Tensor) -> Means:
    if not isinstance(node.op, WEIGHTED):
        raise TypeError(f"{node.name!r} has no weights")
    shape = graph.tensors[node.inputs[1]].shape
    total = sum(window_means(node.op, real_values(array, tensor), shape) for array in arrays)
    mean: Means = np.asarray(total) / len(arrays)
    return mean


def _correct(
    layer: Node, graph: Graph, tensors: list[Tensor], node: Node, wanted: Means, given: Means
) -> None:
    """Give the int8 node a bias with which its mean output is the float layer's."""
    weights, bias = (data_of(graph.tensors[i]) for i in layer.inputs[1:3])
    x, w, b = (tensors[i] for i in node.inputs[:3])
    scales = quantization_of_tensor(w).scales
    axis = channel_axis(layer.op)
    real = restored(QuantizedWeights(data_of(w), scales, data_of(b)), axis)
    error = _mean_output(layer, weights, wanted) - _mean_output(layer, real, given)
    units = float(quantization_of_tensor(x).scale) * scales.astype(np.float64)
    tensors[node.inputs[2]] = replace(b, data=quantize_bias(bias.astype(np.float64) + error, units))


def _mean_output(layer: Node, weights: NDArray[np.generic], means: Means) -> Means:
    """The layer's mean output before its bias, of each output channel."""
    if isinstance(layer.op, FloatDepthwiseConv2D):
        read = np.repeat(means, layer.op.depth_multiplier, axis=2)
        depthwise: Means = (weights[0].astype(np.float64) * read).sum(axis=(0, 1))
        return depthwise
    dense: Means = weights.reshape(len(weights), -1).astype(np.float64) @ means.reshape(-1)
    return dense


def _part(tensors: Sequence[Tensor], node: Node) -> tuple[Graph, list[int]]:
    """The one node as a graph, and the tensors that are its inputs."""
    indices = list(dict.fromkeys((*node.inputs, *node.outputs)))
    place_of = {index: place for place, index in enumerate(indices)}
    sources = [index for index in dict.fromkeys(node.inputs) if tensors[index].data is None]
    part = Graph(
        node.name,
        [tensors[index] for index in indices],
        [Node(node.name, node.op, tuple(place_of[i] for i in node.inputs), (place_of[node.outputs[0]],))],
        tuple(place_of[i] for i in sources),
        (place_of[node.outputs[0]],),
    )
    return part, sources
