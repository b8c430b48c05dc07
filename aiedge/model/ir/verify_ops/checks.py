"""Checks that several operations share; each raises OpError with its reason."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from aiedge.model.ir.arithmetic import requantization_scales
from aiedge.model.ir.graph import Quantization, Tensor
from aiedge.model.ir.limits import MAX_DIMENSION
from aiedge.model.ir.ops import Conv2D, DepthwiseConv2D, FullyConnected

_SMALLEST_NORMAL = np.finfo(np.float32).tiny


Rule = tuple[tuple[int, ...], Callable[[Any, Sequence[Tensor], Tensor], None]]
"""How many inputs an operation may have, and what it demands of itself, its inputs and its output."""


class OpError(Exception):
    """Why an operation does not fit its tensors; the verifier adds the place."""


def demand(holds: bool, otherwise: str) -> None:
    """Raise OpError with the reason unless the condition holds."""
    if not holds:
        raise OpError(otherwise)


def check_ranks(*tensors_and_ranks: tuple[Tensor, int]) -> None:
    """Each tensor has that many axes."""
    for tensor, rank in tensors_and_ranks:
        demand(len(tensor.shape) == rank, f"{tensor.name!r} has {len(tensor.shape)} axes, needs {rank}")


def per_tensor(tensor: Tensor) -> Quantization:
    """The tensor's quantization, which has one scale."""
    quantization = tensor.quantization
    if quantization is None or quantization.per_channel:
        raise OpError(f"{tensor.name!r} has not one scale")
    return quantization


def check_same_quantization(x: Tensor, y: Tensor) -> None:
    """Both have one dtype, scale and zero point."""
    a, b = per_tensor(x), per_tensor(y)
    same = x.dtype == y.dtype and a.scale == b.scale and a.zero_point == b.zero_point
    demand(same, "its input and output differ in dtype, scale or zero point")


def check_same_type(x: Tensor, y: Tensor) -> None:
    """Both are float32, or have one dtype, scale and zero point."""
    if x.dtype != "float32" or y.dtype != "float32":
        check_same_quantization(x, y)


class Bounded(Protocol):
    """An operation with a fused activation."""

    @property
    def clamp_min(self) -> int:
        """The least output."""

    @property
    def clamp_max(self) -> int:
        """The greatest output."""


class Resizing(Protocol):
    """An operation that makes an image larger or smaller."""

    @property
    def align_corners(self) -> int:
        """Whether the outermost elements stay where they are."""

    @property
    def half_pixel_centers(self) -> int:
        """Whether an element stands for the middle of its place."""


def check_clamp(op: Bounded, y: Tensor) -> None:
    """The operation's bounds are ordered and within the dtype."""
    limits = np.iinfo(y.dtype)
    fits = limits.min <= op.clamp_min <= op.clamp_max <= limits.max
    demand(fits, f"its clamp {op.clamp_min} to {op.clamp_max} does not fit {y.dtype}")


def check_factor(factor: np.float32) -> None:
    """The factor is finite and normal."""
    # A factor that is subnormal would depend on the CPU's flush-to-zero mode.
    fits = bool(np.isfinite(factor) and factor >= _SMALLEST_NORMAL)
    demand(fits, f"its scales are too far apart (factor {factor})")


def check_ratio(x: Tensor, y: Tensor) -> None:
    """The scales differ by at most a factor of 2^16."""
    with np.errstate(over="ignore", under="ignore"):
        ratio = per_tensor(x).scale / per_tensor(y).scale
    demand(bool(2.0**-16 <= ratio <= 2.0**16), "the input scale is not in [2^-16, 2^16] of the output scale")


def check_reduced(first: int, last: int, x: Tensor, y: Tensor) -> None:
    """The axes are x's; the output lacks them or has them as 1; a sum has at most 2^23 terms."""
    demand(x.dtype == y.dtype, f"its dtypes {x.dtype}, {y.dtype} differ")
    demand(0 <= first <= last < len(x.shape), f"its axes {first} to {last} are not axes of {list(x.shape)}")
    before, after = x.shape[:first], x.shape[last + 1 :]
    fits = y.shape in {(*before, *after), (*before, *[1] * (last - first + 1), *after)}
    demand(fits, f"its output has the shape {list(y.shape)}")
    count = math.prod(x.shape[first : last + 1])
    demand(count <= MAX_DIMENSION // 2, f"it sums over {count} elements")


def check_resized(op: Resizing, x: Tensor, y: Tensor) -> None:
    """Both are images that differ in height and width only, and the modes are known."""
    check_ranks((x, 4), (y, 4))
    same = x.shape[0] == y.shape[0] and x.shape[3] == y.shape[3]
    demand(same, f"its shapes {list(x.shape)}, {list(y.shape)} differ in batch or channels")
    modes = (op.align_corners, op.half_pixel_centers)
    known = modes in {(0, 0), (0, 1), (1, 0)}
    demand(known, f"its align_corners and half_pixel_centers are {modes[0]} and {modes[1]}")


def check_product(x: Tensor, w: Tensor, y: Tensor) -> None:
    """Weights (O,K) make rows of O from rows of K; how many axes the rows stand in is free."""
    check_ranks((w, 2))
    channels, depth = w.shape
    demand(
        x.element_count % depth == 0, f"its input has {x.element_count} elements, its weights read {depth}"
    )
    expected = x.element_count // depth * channels
    fits = y.element_count == expected and len(y.shape) > 0 and y.shape[-1] == channels
    demand(fits, f"its output has the shape {list(y.shape)}, needs {expected} elements in rows of {channels}")


def check_broadcast(a: Tensor, b: Tensor, y: Tensor) -> None:
    """The output's shape is that of both inputs together, by NumPy's rule."""
    shapes = f"its shapes {list(a.shape)}, {list(b.shape)}, {list(y.shape)} do not fit together"
    try:
        together = np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        raise OpError(shapes) from None
    demand(together == y.shape, shapes)
    demand(a.dtype == b.dtype == y.dtype, f"its dtypes {a.dtype}, {b.dtype}, {y.dtype} differ")


def check_weights(
    op: Conv2D | DepthwiseConv2D | FullyConnected,
    inputs: Sequence[Tensor],
    y: Tensor,
    channels: int,
    axis: int,
) -> None:
    """Weights and bias are constants that fit input and output; ``axis`` is that of the output channels."""
    x, w, bias = inputs
    demand(x.dtype == w.dtype == y.dtype, f"its dtypes {x.dtype}, {w.dtype}, {y.dtype} differ")
    demand(w.data is not None, f"its weights {w.name!r} are not constant")
    fits = bias.dtype == "int32" and bias.shape == (channels,) and bias.data is not None
    demand(fits, f"its bias is {bias.dtype} {list(bias.shape)}, needs constant int32 [{channels}]")
    weights = w.quantization
    if weights is None or (weights.per_channel and (weights.axis != axis or w.dtype != "int8")):
        raise OpError(
            f"its weights {w.name!r} need one scale, or int8 and one for each channel of axis {axis}"
        )
    factors = requantization_scales(per_tensor(x).scale, weights.scales, per_tensor(y).scale)
    for factor in (factors.min(), factors.max()):
        check_factor(factor)
    check_clamp(op, y)
