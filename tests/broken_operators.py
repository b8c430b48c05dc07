"""Graphs of one operation with one fault each: what the verifier says, and what the native core says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from random_graphs import activation, graph_of

from aiedge.model.ir.graph import Graph, Tensor
from aiedge.model.ir.ops import (
    Add,
    Lookup,
    Maximum,
    MaxPool2D,
    MeanOver,
    Minimum,
    Mul,
    Op,
    PRelu,
    Sub,
    Sum,
)


@dataclass(frozen=True)
class Broken:
    """``inputs`` and ``output`` do not fit ``op``; ``python`` and ``native`` are parts of the refusals."""

    op: Op
    inputs: tuple[Tensor, ...]
    output: Tensor
    python: str
    native: str

    def graph(self) -> Graph:
        return graph_of(self.op, list(self.inputs), self.output)


def x(*shape: int, scale: float = 0.1, dtype: str = "int8") -> Tensor:
    """An activation whose quantization depends on its scale only."""
    return activation(np.random.default_rng(1), dtype, shape, scale=scale)


def table(y: Tensor, size: int = 256) -> Tensor:
    return Tensor("table", (size,), y.dtype, y.quantization, np.zeros(size, y.dtype))


WIDE = (-128, 127)
POOL = MaxPool2D(2, 2, 2, 2, 0, 0, 0, 0, *WIDE)
SHAPES = "do not fit together"
BOTH: tuple[Callable[..., Op], ...] = (Add, Sub, Mul)

BROKEN: tuple[Broken, ...] = (
    *(Broken(op(*WIDE), (x(2, 3), x(2, 4)), x(2, 4), SHAPES, SHAPES) for op in BOTH),
    *(Broken(op(*WIDE), (x(2, 3), x(1, 3)), x(1, 3), SHAPES, SHAPES) for op in BOTH),
    *(Broken(op(*WIDE), (x(2, 3), x(3)), x(1, 2, 3), SHAPES, "as many axes") for op in BOTH),
    *(Broken(op(*WIDE), (x(2), x(2, dtype="uint8")), x(2), "dtypes", "different dtypes") for op in BOTH),
    *(Broken(op(-128, 128), (x(2), x(2)), x(2), "clamp", "clamp") for op in BOTH),
    Broken(Sub(*WIDE), (x(2), x(2)), x(2, scale=1e-6), "2^8", "2\\^-10 to 2\\^8"),
    Broken(Mul(*WIDE), (x(2), x(2)), x(2, scale=1e-6), "2^8", "2\\^-16 to 2\\^8"),
    Broken(Mul(*WIDE), (x(2), x(2)), x(2, scale=1e6), "2^-16", "2\\^-16 to 2\\^8"),
    Broken(Mul(*WIDE), (x(2, scale=1e-30), x(2, scale=1e-30)), x(2, scale=1e-38), "2^8", "2\\^8"),
    Broken(Mul(*WIDE), (x(2, scale=1e-20), x(2, scale=1e-20)), x(2, scale=1e-38), "2^8", "2\\^8"),
    Broken(Minimum(), (x(2), x(3)), x(3), SHAPES, SHAPES),
    Broken(Minimum(), (x(2), x(2, scale=0.2)), x(2), "scale or zero", "different quantization"),
    Broken(Maximum(), (x(2), x(2)), x(2, scale=0.2), "scale or zero", "different quantization"),
    Broken(PRelu(), (x(1, 3), x(2, 3)), x(2, 3), "differ", "different shapes"),
    Broken(PRelu(), (x(2, 3), x(2)), x(2, 3), SHAPES, SHAPES),
    Broken(PRelu(), (x(2), x(2)), x(2, scale=1e-8), "2^16", "2\\^16"),
    Broken(PRelu(), (x(2), x(2, scale=1e-8)), x(2), "2^-16", "2\\^-16"),
    Broken(POOL, (x(1, 4, 4, 1),), x(1, 2, 3, 1), "width is 3", "output's size"),
    Broken(POOL, (x(1, 4, 4, 1),), x(1, 2, 2, 2), "channels", SHAPES),
    Broken(POOL, (x(4, 4, 1),), x(1, 2, 2, 1), "axes", "rank 4"),
    Broken(POOL, (x(1, 4, 4, 1),), x(1, 2, 2, 1, scale=0.2), "scale or zero", "different quantization"),
    Broken(replace(POOL, stride_h=0), (x(1, 4, 4, 1),), x(1, 2, 2, 1), "less than 1", "stride and dilation"),
    Broken(replace(POOL, clamp_min=9, clamp_max=8), (x(1, 4, 4, 1),), x(1, 2, 2, 1), "clamp", "clamp"),
    Broken(Lookup(), (x(2), table(x(2))), x(3), "differ", "different shapes"),
    Broken(Lookup(), (x(2), table(x(2), 255)), x(2), "table", "256 entries"),
    Broken(Lookup(), (x(2), x(256)), x(2), "table", "256 entries"),
    Broken(Lookup(), (x(2), table(x(2, scale=0.2))), x(2), "scale or zero", "different quantization"),
    Broken(Lookup(), (x(2), table(x(2, dtype="uint8"))), x(2), "table", "different dtypes"),
    Broken(Lookup(), (x(2, dtype="uint8"), table(x(2))), x(2), "dtypes", "different dtypes"),
    *(
        broken
        for op in (Sum, MeanOver)
        for broken in (
            Broken(op(1, 2), (x(2, 3),), x(2), "not axes", "not axes"),
            Broken(op(1, 0), (x(2, 3),), x(2), "not axes", "not axes"),
            Broken(op(-1, 1), (x(2, 3),), x(2), "not axes", "not axes"),
            Broken(op(1, 1), (x(2, 3),), x(3), "shape", "shape"),
            Broken(op(1, 1), (x(2, 3),), x(2, 1, 1), "shape", "shape"),
            Broken(op(0, 1), (x(1 << 12, 1 << 12),), x(1, 1), "sums over", "2\\^23"),
            Broken(op(0, 0), (x(2),), x(1, scale=1e-8), "2^16", "2\\^16"),
            Broken(op(0, 0), (x(2),), x(1, dtype="uint8"), "dtypes", "different dtypes"),
        )
    ),
)


def name_of(broken: Any) -> str:
    return f"{broken.op.NAME}: {broken.python}"
