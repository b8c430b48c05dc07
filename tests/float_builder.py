"""Builds small float graphs in a few words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.model.ir.graph import Graph, Node, Quantization, Tensor
from aiedge.model.ir.ops import BinaryFunction, FloatBinary, FloatUnary, Op, Reshape, Transpose, UnaryFunction
from aiedge.model.ir.verify import verify


class FloatBuilder:
    """Each method adds a tensor and gives its index; the shapes of a node's output are NumPy's where not given."""

    def __init__(self) -> None:
        self.graph = Graph("built")

    def input(self, *shape: int) -> int:
        """A float32 input of the graph."""
        index = self._tensor(Tensor("x", shape, "float32"))
        self.graph.inputs = (*self.graph.inputs, index)
        return index

    def constant(self, values: Any, dtype: str = "float32") -> int:
        """A constant without a quantization."""
        data = np.ascontiguousarray(values, dtype)
        return self._tensor(Tensor("constant", data.shape, dtype, None, data))

    def node(
        self,
        op: Op,
        inputs: Sequence[int],
        shape: Sequence[int],
        *,
        dtype: str = "float32",
        quantization: Quantization | None = None,
    ) -> int:
        """Any operation."""
        name = f"{op.NAME} {len(self.graph.nodes)}"
        index = self._tensor(Tensor(name, tuple(shape), dtype, quantization))
        self.graph.nodes.append(Node(name, op, tuple(inputs), (index,)))
        return index

    def unary(self, function: UnaryFunction, x: int, alpha: float = 0, beta: float = 0) -> int:
        """One float_unary."""
        return self.node(FloatUnary(function, alpha, beta), [x], self.shape(x))

    def binary(self, function: BinaryFunction, a: int, b: int | float) -> int:
        """One float_binary; a number becomes a constant of one element."""
        b = self.constant(b) if isinstance(b, float) else b
        return self.node(FloatBinary(function), [a, b], np.broadcast_shapes(self.shape(a), self.shape(b)))

    def transpose(self, x: int, *axes: int) -> int:
        """One transpose."""
        return self.node(Transpose.of(axes), [x], [self.shape(x)[axis] for axis in axes])

    def reshape(self, x: int, *shape: int) -> int:
        """One reshape."""
        return self.node(Reshape(), [x], shape)

    def shape(self, index: int) -> tuple[int, ...]:
        """Of a tensor."""
        return self.graph.tensors[index].shape

    def build(self, *outputs: int) -> Graph:
        """The verified graph."""
        self.graph.outputs = outputs
        verify(self.graph)
        return self.graph

    def _tensor(self, tensor: Tensor) -> int:
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1


def names(graph: Graph) -> list[str]:
    """The operations in order; functions by their own names."""
    return [
        node.op.function.name.lower() if isinstance(node.op, FloatBinary | FloatUnary) else node.op.NAME
        for node in graph.nodes
    ]


def random_inputs(graph: Graph, seed: int = 0) -> list[NDArray[np.float32]]:
    """Ordinary float32 values for each input."""
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(graph.tensors[i].shape).astype(np.float32) * 4 for i in graph.inputs]
