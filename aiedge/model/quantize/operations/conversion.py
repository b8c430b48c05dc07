"""What all conversions take and need."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from aiedge.model.ir.graph import Node, Quantization
from aiedge.model.quantize.builder import Builder

EightInts = tuple[int, int, int, int, int, int, int, int]

Conversion = Callable[[Builder, int, Node, Any], None]
"""The builder, the float node's place, the node, its operation."""


def result_of(builder: Builder, place: int) -> int:
    """The float graph's tensor that the int8 operation gives."""
    return builder.plan.results[place]


def clamp_of(builder: Builder, place: int) -> tuple[int, int]:
    """The bounds of the operation's result in its integers."""
    quantization = builder.quantizations[result_of(builder, place)]
    low, high = builder.plan.bounds.get(place, (-math.inf, math.inf))
    return integer_of(low, quantization), integer_of(high, quantization)


def integer_of(value: float, quantization: Quantization) -> int:
    """``sat(rne(f32(f32(v / s) + f32(z))))``, also of infinity."""
    with np.errstate(over="ignore"):
        moved = np.float32(value) / quantization.scale + np.float32(quantization.zero_point)
    return int(np.clip(np.rint(moved), -128, 127))
