"""Operations that make an image larger or smaller, computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.ops import Op, ResizeBilinear, ResizeNearest
from aiedge.model.ir.oracle.steps import Array, Computation
from aiedge.model.ir.sampling import WEIGHT_ONE, bilinear_taps, nearest_indices


def resize_bilinear(
    op: ResizeBilinear, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor
) -> Array:
    """What :class:`~aiedge.model.ir.ops.ResizeBilinear` computes."""
    x = values[0].astype(np.int64)
    modes = (bool(op.align_corners), bool(op.half_pixel_centers))
    rows = bilinear_taps(x.shape[1], output.shape[1], *modes)
    columns = bilinear_taps(x.shape[2], output.shape[2], *modes)
    right, down = columns.weight[:, None], rows.weight[:, None, None]
    x = x[:, :, columns.low] * (WEIGHT_ONE - right) + x[:, :, columns.high] * right
    x = x[:, rows.low] * (WEIGHT_ONE - down) + x[:, rows.high] * down
    return (x + (1 << 21)) >> 22


def resize_nearest(
    op: ResizeNearest, values: Sequence[Array], tensors: Sequence[Tensor], output: Tensor
) -> Array:
    """What :class:`~aiedge.model.ir.ops.ResizeNearest` computes."""
    x = values[0]
    modes = (bool(op.align_corners), bool(op.half_pixel_centers))
    rows = nearest_indices(x.shape[1], output.shape[1], *modes)
    columns = nearest_indices(x.shape[2], output.shape[2], *modes)
    taken: Array = x[:, rows][:, :, columns]
    return taken


ORACLE: Mapping[type[Op], Computation] = MappingProxyType(
    {
        ResizeBilinear: resize_bilinear,
        ResizeNearest: resize_nearest,
    }
)
