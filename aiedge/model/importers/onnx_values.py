"""What a name of an .onnx file stands for while its nodes are read one after another.

An .onnx file in QDQ form says what is computed in float, between integers: the integers are dequantized, an operator
works on them in float, its result is quantized. What becomes a node of the graph is the operator together with the
quantizations around it, so the float value of integers, and what is computed of them, is kept as what it was made of,
until a QuantizeLinear tells its integers. Where something else reads it, it is computed in float.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.model.importers.onnx_reader import FileNode

_ONE = np.float32(1)


@dataclass(slots=True)
class Coding:
    """How the elements of a tensor stand for numbers: as float32, or as integers in the way that the file says.

    Operators that only move elements hand it on, so what the first DequantizeLinear says of integers holds for all
    that moved them.
    """

    dtype: str
    scale: np.float32 = _ONE
    zero_point: int = 0
    is_scaled: bool = False

    @property
    def is_float(self) -> bool:
        """Whether the elements are the numbers themselves."""
        return self.dtype == "float32"


FLOAT = Coding("float32", is_scaled=True)
"""Nothing changes this one: it is scaled from the start."""


@dataclass(frozen=True, slots=True)
class Activation:
    """A tensor that a node of the graph makes: integers, or float32 where its coding says so.

    ``shape`` is the file's; axis i of the graph's tensor ``tensor`` is axis ``order[i]`` of the file's.
    """

    tensor: int
    shape: tuple[int, ...]
    order: tuple[int, ...]
    coding: Coding


@dataclass(frozen=True, slots=True)
class Real:
    """The float value of integers."""

    activation: Activation

    @property
    def shape(self) -> tuple[int, ...]:
        """The file's shape."""
        return self.activation.shape


@dataclass(frozen=True, slots=True)
class Constant:
    """A known value of any type."""

    array: NDArray[Any]

    @property
    def shape(self) -> tuple[int, ...]:
        """The file's shape."""
        return self.array.shape


@dataclass(frozen=True, slots=True)
class Weights:
    """The float value of known integers; one scale, or one for each index of ``axis``; axis is 0 with one scale."""

    array: NDArray[Any]
    scales: NDArray[np.float32]
    zero_points: NDArray[np.int32]
    axis: int

    @property
    def shape(self) -> tuple[int, ...]:
        """The file's shape."""
        return self.array.shape

    def values(self) -> NDArray[np.float64]:
        """The numbers that the integers stand for."""
        shape = [1] * self.array.ndim
        if self.scales.size > 1:
            shape[self.axis] = self.scales.size
        offset = self.array.astype(np.float64) - self.zero_points.astype(np.float64).reshape(shape)
        numbers: NDArray[np.float64] = offset * self.scales.astype(np.float64).reshape(shape)
        return numbers


Emit = Callable[[Coding, float, float], Activation]
"""Makes the node once it is known how its output is coded, which may be float32, and its lower and upper bound."""


@dataclass(frozen=True, slots=True)
class Pending:
    """The float result of an operator on dequantized integers, before it is quantized.

    ``add_bias`` is there where one float for each output channel, the file's axis ``channel_axis``, can still be added;
    ``softmax_of`` are the integers that a softmax is taken of; ``depth`` counts the operators that ``emit`` goes
    through.
    """

    node: FileNode
    shape: tuple[int, ...]
    emit: Emit
    low: float = -math.inf
    high: float = math.inf
    add_bias: Callable[[NDArray[np.float64]], Pending] | None = None
    channel_axis: int = -1
    softmax_of: Activation | None = None
    depth: int = 0


Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Function:
    """A float function of each integer alone: ``values[i]`` for the integer of the graph whose byte is i.

    Quantized, it becomes a table. The values are there from the start, so that a long chain costs no more than its
    nodes. ``in_float`` computes it in float instead, once; ``depth`` counts the operators that it goes through.
    """

    node: FileNode
    source: Activation
    values: Floats
    in_float: Callable[[], Activation]
    depth: int = 0

    @property
    def shape(self) -> tuple[int, ...]:
        """The file's shape."""
        return self.source.shape


@dataclass(frozen=True, slots=True)
class Above:
    """Where numbers are above a limit; nothing computes it, and only a choice by it is read."""

    source: Activation
    limit: float

    @property
    def shape(self) -> tuple[int, ...]:
        """The file's shape."""
        return self.source.shape


Value = Activation | Real | Constant | Weights | Pending | Function | Above
