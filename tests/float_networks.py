"""Small float graphs with names, as quantization takes them; shared by tests of commands."""

from __future__ import annotations

import numpy as np

from aiedge.model.ir.graph import Graph, Node, Tensor
from aiedge.model.ir.ops.floating import FloatConv2D, FloatFullyConnected, FloatUnary, UnaryFunction


def float_network(
    *, seed: int = 1, height: int = 6, width: int = 6, channels: int = 3, classes: int = 4
) -> Graph:
    """``x`` (1, height, width, channels) through ``conv``, ``relu`` and ``head`` to ``scores`` (1, classes)."""
    rng = np.random.default_rng(seed)
    filters = 5
    size = height * width * filters
    tensors = [
        Tensor("x", (1, height, width, channels), "float32"),
        _constant("conv/weights", rng.standard_normal((filters, 3, 3, channels)) / 5),
        _constant("conv/bias", rng.standard_normal(filters) / 5),
        Tensor("conv", (1, height, width, filters), "float32"),
        Tensor("relu", (1, height, width, filters), "float32"),
        _constant("head/weights", rng.standard_normal((classes, size)) / size**0.5),
        _constant("head/bias", rng.standard_normal(classes) / 5),
        Tensor("scores", (1, classes), "float32"),
    ]
    nodes = [
        Node("conv", FloatConv2D(1, 1, 1, 1, 1, 1, 1, 1), (0, 1, 2), (3,)),
        Node("relu", FloatUnary(UnaryFunction.CLIP, 0.0, float("inf")), (3,), (4,)),
        Node("head", FloatFullyConnected(), (4, 5, 6), (7,)),
    ]
    return Graph("network", tensors, nodes, (0,), (7,))


def _constant(name: str, values: np.ndarray) -> Tensor:
    data = values.astype(np.float32)
    return Tensor(name, data.shape, "float32", None, data)
