"""The typed, quantized graph that importers make, passes rewrite and bundles store."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.model.ir.ops import Op

ARITHMETIC = "aiedge-1"
DTYPES = ("int8", "uint8", "int32", "float32")


@dataclass(frozen=True, slots=True)
class Quantization:
    """``value = scale * (q - zero_point)``.

    ``scales`` is float32 and holds one entry (per tensor) or one for each index of ``axis`` (per channel);
    ``zero_points`` is int32 of the same length.
    """

    scales: NDArray[np.float32]
    zero_points: NDArray[np.int32]
    axis: int = 0

    @property
    def per_channel(self) -> bool:
        """Whether each index of ``axis`` has its own scale."""
        return len(self.scales) > 1

    @property
    def scale(self) -> np.float32:
        """The scale of a per-tensor quantization."""
        scale: np.float32 = self.scales[0]
        return scale

    @property
    def zero_point(self) -> int:
        """The zero point of a per-tensor quantization."""
        return int(self.zero_points[0])


@dataclass(slots=True)
class Tensor:
    """An activation (``data`` is None) or a constant. NHWC, C-contiguous; every dimension is known."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    quantization: Quantization | None = None
    data: NDArray[Any] | None = None

    @property
    def is_constant(self) -> bool:
        """Whether the value is known before the model runs."""
        return self.data is not None

    @property
    def element_count(self) -> int:
        """The product of the shape; 1 for a scalar."""
        count = 1
        for dimension in self.shape:
            count *= dimension
        return count


@dataclass(slots=True)
class Node:
    """One operation; ``inputs`` and ``outputs`` index the graph's tensors, in the order of the op."""

    name: str
    op: Op
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclass(slots=True)
class Graph:
    """Nodes stand in an order in which they can run.

    Each input of a node is a graph input, a constant or an output of an earlier node.
    """

    name: str
    tensors: list[Tensor] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    inputs: tuple[int, ...] = ()
    outputs: tuple[int, ...] = ()
    arithmetic: str = ARITHMETIC
