"""The layers of a graph of ours."""

from __future__ import annotations

import numpy as np

from aiedge.diff.layer import Coding, Layer, keyed
from aiedge.model.ir.graph import Graph, Tensor
from aiedge.types import TensorSpec


def graph_layers(graph: Graph) -> tuple[Layer, ...]:
    """One for each node, in running order."""
    outputs = [graph.tensors[node.outputs[0]] for node in graph.nodes]
    keys = keyed([tensor.name for tensor in outputs])
    return tuple(
        Layer(key, node.op.NAME, coding_of(tensor))
        for key, node, tensor in zip(keys, graph.nodes, outputs, strict=True)
    )


def graph_inputs(graph: Graph) -> tuple[TensorSpec, ...]:
    """The inputs as an engine would tell them."""
    return tuple(_spec(graph.tensors[index]) for index in graph.inputs)


def coding_of(tensor: Tensor) -> Coding | None:
    """How a tensor's integers are meant; None without a scale for the whole of it."""
    quantization = tensor.quantization
    if quantization is None or quantization.per_channel:
        return None
    return Coding(tensor.dtype, float(quantization.scale), quantization.zero_point)


def _spec(tensor: Tensor) -> TensorSpec:
    coding = coding_of(tensor)
    scale, zero_point = (None, 0) if coding is None else (coding.scale, coding.zero_point)
    return TensorSpec(tensor.name, tensor.shape, np.dtype(tensor.dtype), scale, zero_point)
