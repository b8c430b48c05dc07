"""Graphs whose outputs are chosen bytes: the picture goes in as it is, and comes out in the shapes that are asked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aiedge.model.ir.graph import Graph, Node, Quantization, Tensor
from aiedge.model.ir.ops import Reshape, StridedSlice
from aiedge.model.ir.ops.floating import FloatUnary, UnaryFunction


def quantization(scale: float, zero_point: int) -> Quantization:
    return Quantization(np.array([scale], np.float32), np.array([zero_point], np.int32))


def picture_graph(
    shape: tuple[int, int, int], outputs: Sequence[tuple[int, ...]], *, scale: float = 0.25, zero_point: int = 0,
    dtype: str = "int8", names: Sequence[str] = (),
) -> Graph:  # fmt: skip
    """An input (1, *shape) and outputs of the given shapes: the input's elements from the first on, one after another.

    All share scale and zero point.
    """
    count = int(np.prod(shape))
    q = quantization(scale, zero_point)
    graph = Graph("pictures", [Tensor("picture", (1, *shape), dtype, q), Tensor("flat", (count,), dtype, q)])
    graph.nodes.append(Node("flat", Reshape(), (0,), (1,)))
    begin = 0
    indices = []
    for number, wanted in enumerate(outputs):
        size = int(np.prod(wanted))
        name = names[number] if number < len(names) else f"output {number}"
        part, output = len(graph.tensors), len(graph.tensors) + 1
        graph.tensors.append(Tensor(f"part {number}", (size,), dtype, q))
        graph.tensors.append(Tensor(name, wanted, dtype, q))
        graph.nodes.append(Node(f"cut {number}", StridedSlice.of([begin], [1]), (1,), (part,)))
        graph.nodes.append(Node(name, Reshape(), (part,), (output,)))
        indices.append(output)
        begin += size
    assert begin <= count
    graph.inputs, graph.outputs = (0,), tuple(indices)
    return graph


def float_graph(
    shape: tuple[int, int, int], outputs: Sequence[tuple[int, ...]], *, hostile: bool = False
) -> Graph:
    """The same in float32; ``hostile``: the outputs are logarithms, so that some are infinite or no numbers."""
    graph = picture_graph(shape, outputs)
    for tensor in graph.tensors:
        tensor.dtype, tensor.quantization = "float32", None
    if hostile:
        graph.tensors.append(Tensor("logarithms", (int(np.prod(shape)),), "float32"))
        last = len(graph.tensors) - 1
        node = Node("logarithms", FloatUnary(UnaryFunction.LOG), (1,), (last,))
        cuts = [Node(n.name, n.op, (last,), n.outputs) if n.inputs == (1,) else n for n in graph.nodes[1:]]
        graph.nodes[1:] = [node, *cuts]
    return graph
