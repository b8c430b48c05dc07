"""Makes a padding with zeros right before a convolution the convolution's own, so that nothing is copied."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from aiedge.model.ir.geometry import window_extent
from aiedge.model.ir.graph import Graph, Node
from aiedge.model.ir.ops import Conv2D, DepthwiseConv2D, FloatConv2D, FloatDepthwiseConv2D, Pad


def fold_pads(graph: Graph) -> Graph:
    """Let convolutions read what their pad reads, where the verifier takes the sum of both paddings.

    A convolution's padding adds the value 0, so the pad's integer must be the zero point. In float32 it adds nothing,
    which is the same but for a bias of -0. A pad that something else needs stays.
    """
    pads = {node.outputs[0]: node for node in graph.nodes if isinstance(node.op, Pad)}
    nodes = [
        _folded(graph, node, pads[node.inputs[0]]) if node.inputs[0] in pads else node for node in graph.nodes
    ]
    return Graph(graph.name, graph.tensors, nodes, graph.inputs, graph.outputs, graph.arithmetic)


def _folded(graph: Graph, node: Node, pad: Node) -> Node:
    """The node without the pad before it, or as it is."""
    op = node.op
    if not isinstance(op, Conv2D | DepthwiseConv2D | FloatConv2D | FloatDepthwiseConv2D):
        return node
    if not isinstance(pad.op, Pad) or not _adds_nothing(graph, node, pad.op):
        return node
    batch, rows, columns, depth, *_ = pad.op.pads
    top, bottom, left, right = (
        own + padded
        for own, padded in zip(
            (op.pad_top, op.pad_bottom, op.pad_left, op.pad_right), (*rows, *columns), strict=True
        )
    )
    _, height, width, _ = graph.tensors[node.inputs[1]].shape
    fits = max(top, bottom) < window_extent(height, op.dilation_h) and max(left, right) < window_extent(
        width, op.dilation_w
    )
    if not fits or batch != (0, 0) or depth != (0, 0):
        return node
    moved = replace(op, pad_top=top, pad_bottom=bottom, pad_left=left, pad_right=right)
    return Node(node.name, moved, (pad.inputs[0], *node.inputs[1:]), node.outputs)


def _adds_nothing(graph: Graph, node: Node, pad: Pad) -> bool:
    """Whether the padded value makes no difference to a sum."""
    x, _, bias = (graph.tensors[i] for i in node.inputs)
    if x.quantization is not None:
        return pad.value == x.quantization.zero_point
    return bias.data is not None and not bool(np.any(np.signbit(bias.data) & (bias.data == 0)))
