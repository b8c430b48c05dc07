"""Gives an activation function that only bounds to the operation before it, as that operation's clamp."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace

import numpy as np

from aiedge.model.ir.activations import input_values
from aiedge.model.ir.graph import Graph, Node, Tensor
from aiedge.model.ir.ops import Lookup, Op
from aiedge.model.passes.dead_code import drop_dead_code


def fold_activations(graph: Graph) -> Graph:
    """Drop each look-up that is a clamp right behind an operation that has bounds.

    That is: its table maps every integer to itself, held within two bounds; its input and output have one
    quantization; and nothing else, nor the caller, sees the value in between. The bits stay the same.
    """
    tensors = graph.tensors
    readers = Counter(index for node in graph.nodes for index in node.inputs)
    readers.update(graph.outputs)
    nodes: list[Node] = []
    place_of: dict[int, int] = {}
    for node in graph.nodes:
        bounds = _bounds(node, tensors)
        place = place_of.get(node.inputs[0], -1) if node.inputs else -1
        if bounds is not None and place >= 0 and readers[node.inputs[0]] == 1:
            before = nodes[place]
            nodes[place] = Node(before.name, _bounded(before.op, *bounds), before.inputs, node.outputs)
        else:
            place = len(nodes)
            nodes.append(node)
        if {"clamp_min", "clamp_max"} <= {field.name for field in fields(nodes[place].op)}:
            place_of[node.outputs[0]] = place
    # the values in between and the tables are read by nothing now
    return drop_dead_code(
        Graph(graph.name, list(tensors), nodes, graph.inputs, graph.outputs, graph.arithmetic)
    )


def _bounds(node: Node, tensors: list[Tensor]) -> tuple[int, int] | None:
    """The bounds of a look-up that is nothing but a clamp."""
    if not isinstance(node.op, Lookup):
        return None
    x, table, y = (tensors[i] for i in (*node.inputs, *node.outputs))
    if x.quantization is None or y.quantization is None or table.data is None:
        return None
    a, b = x.quantization, y.quantization
    if x.dtype != y.dtype or a.scale != b.scale or a.zero_point != b.zero_point:
        return None
    low, high = int(table.data.min()), int(table.data.max())
    held = np.clip(input_values(y.dtype), low, high)
    return (low, high) if np.array_equal(held, table.data) else None


def _bounded(op: Op, low: int, high: int) -> Op:
    """The operation with bounds that do what its own and then these do."""
    values = {field.name: getattr(op, field.name) for field in fields(op)}
    inner = (values["clamp_min"], values["clamp_max"])
    clamp_min, clamp_max = (min(max(bound, low), high) for bound in inner)
    # Only operations that have these fields come here, which their common class does not say.
    return replace(op, clamp_min=clamp_min, clamp_max=clamp_max)  # type: ignore[call-arg]
