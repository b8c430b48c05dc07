"""Gives factors and summands of each channel, as batch normalization leaves them, to the weights before them."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aiedge.model.ir.graph import Graph, Node, Tensor
from aiedge.model.ir.ops import (
    BinaryFunction,
    FloatBinary,
    FloatConv2D,
    FloatDepthwiseConv2D,
    FloatFullyConnected,
)
from aiedge.model.passes.dead_code import drop_dead_code

Reals = NDArray[np.float64]
_WEIGHTED = (FloatConv2D, FloatDepthwiseConv2D, FloatFullyConnected)


class _Scale(NamedTuple):
    """``y = factor * x + summand``, each one number or one for each channel."""

    factor: Reals
    summand: Reals


def fold_scales(graph: Graph) -> Graph:
    """Multiply and add into float convolutions and fully connected layers what stands right behind them.

    Only where nothing else reads the value in between and the new weights are finite. They are computed in float64
    and rounded once to float32, so that the model's results change by rounding.
    """
    tensors = list(graph.tensors)
    readers = Counter(index for node in graph.nodes for index in node.inputs)
    readers.update(graph.outputs)
    nodes: list[Node] = []
    place_of: dict[int, int] = {}
    for node in graph.nodes:
        before = next((index for index in node.inputs if index in place_of and readers[index] == 1), None)
        folded = None if before is None else _folded(tensors, nodes[place_of[before]], node, before)
        place = len(nodes) if folded is None or before is None else place_of[before]
        nodes[place : place + 1] = [node if folded is None else folded]
        if isinstance(nodes[place].op, _WEIGHTED):
            place_of[node.outputs[0]] = place
    if len(nodes) == len(graph.nodes):
        return graph
    return drop_dead_code(Graph(graph.name, tensors, nodes, graph.inputs, graph.outputs, graph.arithmetic))


def _folded(tensors: list[Tensor], weighted: Node, node: Node, x: int) -> Node | None:
    """The operation with weights that have the node's factors and summands in them, or None; adds the weights."""
    scale = _scale(tensors, node, x)
    old, bias = (tensors[index] for index in weighted.inputs[1:])
    if scale is None or old.data is None or bias.data is None:
        return None
    # one factor for each output channel: the first axis, of depthwise weights the last
    axis = 3 if isinstance(weighted.op, FloatDepthwiseConv2D) else 0
    factor = scale.factor.reshape([-1 if i == axis else 1 for i in range(old.data.ndim)])
    with np.errstate(over="ignore", under="ignore"):
        new_weights = (old.data * factor).astype(np.float32)
        new_bias = (bias.data * scale.factor + scale.summand).astype(np.float32)
    if not (np.isfinite(new_weights).all() and np.isfinite(new_bias).all()):
        return None
    places = []
    for tensor, data in ((old, new_weights), (bias, new_bias)):
        places.append(len(tensors))
        tensors.append(Tensor(tensor.name, tensor.shape, "float32", None, data))
    return Node(weighted.name, weighted.op, (weighted.inputs[0], *places), node.outputs)


def _scale(tensors: list[Tensor], node: Node, x: int) -> _Scale | None:
    """What the node does to each channel of ``x``; None where it is more than that."""
    if not isinstance(node.op, FloatBinary):
        return None
    left = node.inputs[0] == x
    constant = tensors[node.inputs[1] if left else node.inputs[0]]
    shape = tensors[x].shape
    if constant.data is None or tensors[node.outputs[0]].shape != shape:
        return None
    if constant.element_count != 1 and constant.shape != (*(1,) * (len(constant.shape) - 1), shape[-1]):
        return None
    number = constant.data.reshape(-1).astype(np.float64)
    one, zero = np.ones(1), np.zeros(1)
    function = node.op.function
    scale = None
    if function == BinaryFunction.ADD:
        scale = _Scale(one, number)
    elif function == BinaryFunction.SUB:
        scale = _Scale(one, -number) if left else _Scale(-one, number)
    elif function == BinaryFunction.MUL:
        scale = _Scale(number, zero)
    elif function == BinaryFunction.DIV and left and bool(np.all(number != 0)):
        scale = _Scale(1 / number, zero)
    return scale
