"""Peaks of a heat map, as finds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aiedge.vision.finds import Find


def find_peaks(
    heat: NDArray[np.int8] | NDArray[np.uint8], *, scale: float, zero_point: int, threshold: float,
    stride_px: int = 8, neighbourhood: int = 2,
) -> list[Find]:  # fmt: skip
    """The places where a quantized heat map of logits peaks, best first.

    ``heat``: (rows, columns, kinds) or (1, rows, columns, kinds), int8 or uint8; one cell is ``stride_px``
    px of the picture, and its logit is ``scale * (q - zero_point)``. A find's score is the logistic
    function of its logit; ``threshold``, 0..1 exclusive, is the least score. A peak within
    ``neighbourhood`` cells of a better one (in both axes), whatever its kind, is dropped; among equals the
    uppermost, then the leftmost, is the better. ``ValueError`` on another shape or a threshold out of
    range.
    """
    if heat.ndim == 4 and heat.shape[0] == 1:
        heat = heat[0]
    if heat.ndim != 3:
        raise ValueError(f"a heat map is (rows, columns, kinds), got {heat.shape}")
    if not 0 < threshold < 1:
        raise ValueError(f"a threshold is a score above 0 and below 1, got {threshold}")
    least = float(np.log(threshold / (1 - threshold))) / scale + zero_point
    best = _highest(heat)
    rows, columns = np.nonzero(best >= least)
    values = best[rows, columns]
    taken = np.zeros(best.shape, dtype=np.bool_)
    finds = []
    for at in np.lexsort((columns, rows, -values)):
        row, column = int(rows[at]), int(columns[at])
        if taken[row, column]:
            continue
        taken[
            max(row - neighbourhood, 0) : row + neighbourhood + 1,
            max(column - neighbourhood, 0) : column + neighbourhood + 1,
        ] = True
        logit = scale * (int(values[at]) - zero_point)
        finds.append(
            Find(
                kind=int(heat[row, column].argmax()),
                x_px=(column + 0.5) * stride_px,
                y_px=(row + 0.5) * stride_px,
                score=float(1 / (1 + np.exp(-logit))),
            )
        )
    return finds


def _highest(heat: NDArray[np.int8] | NDArray[np.uint8]) -> NDArray[np.int16]:
    """The maximum over the kinds; kind by kind, since NumPy reduces a short last axis slowly."""
    best = heat[..., 0].astype(np.int16)
    for kind in range(1, heat.shape[-1]):
        np.maximum(best, heat[..., kind], out=best)
    return best
