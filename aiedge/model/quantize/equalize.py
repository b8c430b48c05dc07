"""Cross-layer equalization: channels that use little of a tensor's range are scaled up, in the next layer down.

After Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction" (2019). Because weights
here have a scale for each output channel, what limits is the activation between two layers: a factor comes from the
channel's peak in calibration and from what the second layer's weights lose by it (Xiao et al., "SmoothQuant", 2022).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from aiedge.model.ir.graph import Graph, Node, Tensor
from aiedge.model.ir.ops import (
    FloatAveragePool2D,
    FloatDepthwiseConv2D,
    FloatMaxPool2D,
    FloatReduce,
    FloatUnary,
    Pad,
    Reshape,
    UnaryFunction,
)
from aiedge.model.quantize.constants import data_of
from aiedge.model.quantize.operations.weighted import channel_axis
from aiedge.model.quantize.plan import WEIGHTED

GREATEST_FACTOR = 2.0**8
"""A channel is scaled by at most this much up or down, beside the median channel."""


@dataclass(frozen=True, slots=True)
class Equalized:
    """The graph with the same function in float, but for rounding; tensors and nodes have the same indices."""

    graph: Graph
    pairs: tuple[str, ...]
    refused: tuple[str, ...]


def equalize(graph: Graph, peaks: Mapping[int, NDArray[np.float64]]) -> Equalized:
    """Scale the channels between each two layers that allow it; ``graph`` stays as it is.

    ``peaks``: tensor -> the greatest magnitude of each channel in calibration. Two layers allow it where what lies
    between them, read by nothing else, only scales with its input: ReLU and leaky ReLU, pools, means, padding with 0.
    ReLU6 does not: a scaled channel would be cut off elsewhere; such pairs are refused by name.
    """
    tensors = list(graph.tensors)
    readers = Counter(index for node in graph.nodes for index in node.inputs)
    readers.update(graph.outputs)
    reader = {index: node for node in graph.nodes for index in node.inputs}
    pairs: list[str] = []
    refused: list[str] = []
    for first in graph.nodes:
        if not isinstance(first.op, WEIGHTED):
            continue
        second, reason = _next_layer(graph, first, readers, reader)
        if second is None:
            continue
        name = f"{first.name} -> {second.name}"
        if any(readers[i] > 1 or tensors[i].data is None for i in (*first.inputs[1:], second.inputs[1])):
            reason = "other layers read the same weights"
        if reason:
            refused.append(f"{name}: {reason}")
            continue
        factors = _factors(second, data_of(tensors[second.inputs[1]]), peaks[second.inputs[0]])
        _divide(graph, tensors, first, factors)
        _multiply(tensors, second, factors)
        pairs.append(name)
    made = Graph(graph.name, tensors, graph.nodes, graph.inputs, graph.outputs, graph.arithmetic)
    return Equalized(made, tuple(pairs), tuple(refused))


def _next_layer(
    graph: Graph, first: Node, readers: Counter[int], reader: Mapping[int, Node]
) -> tuple[Node | None, str]:
    """The layer that reads the first one's channels, and why the pair cannot be scaled; None where there is none."""
    index = first.outputs[0]
    channels = graph.tensors[index].shape[-1]
    reason = ""
    while readers[index] == 1 and index in reader:
        node = reader[index]
        if isinstance(node.op, WEIGHTED):
            fits = node.inputs[0] == index and _reads(node, graph, channels)
            return (node, reason) if fits else (None, "")
        if isinstance(node.op, FloatUnary):
            reason = reason or _bend(node.op)
        elif not _keeps_channels(graph, node, channels):
            return None, ""
        index = node.outputs[0]
    return None, ""


def _reads(node: Node, graph: Graph, channels: int) -> bool:
    """Whether each channel has its own weights in the layer."""
    weights = graph.tensors[node.inputs[1]].shape
    if isinstance(node.op, FloatDepthwiseConv2D):
        return weights[3] == channels * node.op.depth_multiplier
    return weights[-1] == channels


def _bend(op: FloatUnary) -> str:
    """Why the function does not scale with its input, or an empty text."""
    if op.function == UnaryFunction.LEAKY_RELU:
        return ""
    if op.function == UnaryFunction.CLIP:
        if op.alpha in {0, -math.inf} and op.beta == math.inf:
            return ""
        return f"a clip to {op.alpha:g} and {op.beta:g} between them would cut off elsewhere"
    return f"{UnaryFunction(op.function).name.lower()} between them does not scale with its input"


def _keeps_channels(graph: Graph, node: Node, channels: int) -> bool:
    """Whether the node treats each channel alone and alike, and gives them in the same places."""
    if graph.tensors[node.outputs[0]].shape[-1:] != (channels,):
        return False
    rank = len(graph.tensors[node.inputs[0]].shape)
    if isinstance(node.op, FloatReduce):
        return node.op.last_axis < rank - 1
    if isinstance(node.op, Pad):
        return node.op.pads[rank - 1] == (0, 0)
    return isinstance(node.op, FloatMaxPool2D | FloatAveragePool2D | Reshape)


def _factors(second: Node, weights: NDArray[np.float32], peaks: NDArray[np.float64]) -> NDArray[np.float32]:
    """What each channel is divided by; a channel that calibration never saw is left alone."""
    if isinstance(second.op, FloatDepthwiseConv2D):
        # Each channel has a weight scale of its own, so that the second layer loses nothing; but all channels at one
        # peak would leave no room for inputs that calibration did not see. The root leaves a channel its share.
        wished = np.sqrt(peaks)
    else:
        rows = np.abs(weights.astype(np.float64)).reshape(len(weights), -1, weights.shape[-1]).max(axis=1)
        shares = rows / np.maximum(rows.max(axis=1, keepdims=True), np.finfo(np.float64).tiny)
        wished = np.sqrt(peaks / np.maximum(shares.max(axis=0), 1 / 128))
    seen = wished > 0
    if not seen.any():
        return np.ones(len(peaks), np.float32)
    median = float(np.median(wished[seen]))
    factors = np.where(seen, np.clip(wished / median, 1 / GREATEST_FACTOR, GREATEST_FACTOR), 1.0)
    single: NDArray[np.float32] = factors.astype(np.float32)
    return single


def _divide(graph: Graph, tensors: list[Tensor], first: Node, factors: NDArray[np.float32]) -> None:
    axis = channel_axis(first.op)
    shape = [1] * len(tensors[first.inputs[1]].shape)
    shape[axis] = -1
    for index, divisors in ((first.inputs[1], factors.reshape(shape)), (first.inputs[2], factors)):
        tensors[index] = replace(tensors[index], data=(data_of(tensors[index]) / divisors).astype(np.float32))


def _multiply(tensors: list[Tensor], second: Node, factors: NDArray[np.float32]) -> None:
    index = second.inputs[1]
    if isinstance(second.op, FloatDepthwiseConv2D):
        factors = np.repeat(factors, second.op.depth_multiplier)
    tensors[index] = replace(tensors[index], data=(data_of(tensors[index]) * factors).astype(np.float32))
