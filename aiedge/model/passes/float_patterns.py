"""What patterns of float nodes are made of: who computes a tensor, and constants that repeat over everything."""

from __future__ import annotations

from collections import Counter

import numpy as np

from aiedge.model.ir.graph import Graph, Node
from aiedge.model.ir.ops import BinaryFunction, FloatBinary, FloatUnary, UnaryFunction


class Patterns:
    """A graph as patterns see it: a value in the middle of one has no other reader."""

    def __init__(self, graph: Graph) -> None:
        self._tensors = graph.tensors
        self._producers = {node.outputs[0]: node for node in graph.nodes}
        self._readers = Counter(index for node in graph.nodes for index in node.inputs)
        self._readers.update(graph.outputs)

    def unary(self, index: int, function: UnaryFunction) -> Node | None:
        """The node that computes the tensor, if it does so by that function and nothing else reads the tensor."""
        node = self.inner(index)
        fits = node is not None and isinstance(node.op, FloatUnary) and node.op.function == function
        return node if fits else None

    def operands(self, index: int, function: BinaryFunction) -> tuple[int, int] | None:
        """The operands of the node that computes the tensor, likewise."""
        node = self.inner(index)
        return None if node is None else self.operands_of(node, function)

    def operands_of(self, node: Node, function: BinaryFunction) -> tuple[int, int] | None:
        """The operands of the node if it computes that function."""
        if not isinstance(node.op, FloatBinary) or node.op.function != function:
            return None
        a, b = node.inputs
        return a, b

    def with_number(self, index: int, function: BinaryFunction, number: float) -> int | None:
        """What the number stands beside in the node that computes the tensor, likewise."""
        node = self.inner(index)
        return None if node is None else self.beside_number(node, function, number)

    def beside_number(self, node: Node, function: BinaryFunction, number: float) -> int | None:
        """What the number stands beside: on the left, or in a sum or product on either side."""
        operands = self.operands_of(node, function)
        if operands is None:
            return None
        a, b = operands
        (y,) = node.outputs
        if self.is_number(b, number) and self._same_shape(a, y):
            return a
        commutes = function in (BinaryFunction.ADD, BinaryFunction.MUL)
        return b if commutes and self.is_number(a, number) and self._same_shape(b, y) else None

    def is_number(self, index: int, number: float) -> bool:
        """Whether the tensor is a constant of one element that is the number, as float32 files have it."""
        data = self._tensors[index].data
        if data is None or data.size != 1 or data.dtype != np.float32:
            return False
        return abs(float(data.reshape(())) - number) <= 1e-6 * abs(number)

    def inner(self, index: int) -> Node | None:
        """The node that computes the tensor, if nothing else reads the tensor."""
        return self._producers.get(index) if self._readers[index] == 1 else None

    def _same_shape(self, a: int, b: int) -> bool:
        return self._tensors[a].shape == self._tensors[b].shape
