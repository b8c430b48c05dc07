"""A chain of dense layers with names, small enough to know every number of it; shared by tests of commands."""

from __future__ import annotations

import itertools

import numpy as np

from aiedge.model.ir.graph import Graph, Node, Quantization, Tensor
from aiedge.model.ir.ops import FullyConnected


def dense_chain(sizes: tuple[int, ...] = (6, 5, 4, 3), *, seed: int = 1, last: str = "y") -> Graph:
    """``x`` through layers ``dense 0``, ``dense 1``, ... whose outputs are ``hidden 0``, ..., and ``last``."""
    rng = np.random.default_rng(seed)
    tensors = [_activation("x", sizes[0])]
    nodes = []
    for index, (before, after) in enumerate(itertools.pairwise(sizes)):
        x = len(tensors) - 1
        weights = rng.integers(-127, 128, (after, before)).astype(np.int8)
        scales = Quantization(np.array([0.01], np.float32), np.array([0], np.int32))
        tensors.append(Tensor(f"weights {index}", weights.shape, "int8", scales, weights))
        bias = rng.integers(-50, 50, after).astype(np.int32)
        tensors.append(Tensor(f"bias {index}", bias.shape, "int32", None, bias))
        is_last = index == len(sizes) - 2
        tensors.append(_activation(last if is_last else f"hidden {index}", after))
        node = Node(f"dense {index}", FullyConnected(-128, 127), (x, x + 1, x + 2), (x + 3,))
        nodes.append(node)
    return Graph("dense", tensors, nodes, (0,), (len(tensors) - 1,))


def _activation(name: str, size: int) -> Tensor:
    return Tensor(
        name, (1, size), "int8", Quantization(np.array([0.05], np.float32), np.array([3], np.int32))
    )
