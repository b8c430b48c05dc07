"""Boxes out of a detector's grids (docs/processing.md): the reference that the native core agrees with bit for bit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from aiedge.vision.exp64 import exp64, exponentials32, sequential_sum32, sigmoid32
from aiedge.vision.fit import Fit
from aiedge.vision.results import Boxes

DecoderName = Literal["centre_size", "distances", "bins"]

MAX_CANDIDATES = 4096
_FARTHEST_PX = np.float32(1 << 24)


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """One level's values: (rows * columns, classes), (rows * columns, 4 or 4 * bins), (rows * columns) or None."""

    classes: NDArray[np.float32]
    boxes: NDArray[np.float32]
    objectness: NDArray[np.float32] | None
    columns: int
    stride_px: int


def find_boxes(
    grids: Sequence[Grid], fit: Fit, *, decoder: DecoderName, threshold: float, iou: float,
    class_agnostic: bool, max_boxes: int, labels: tuple[str, ...] = (),
) -> Boxes:  # fmt: skip
    """The boxes whose score reaches ``threshold``, in px of the picture that ``fit`` placed, best first."""
    kinds = np.concatenate([grid.classes.argmax(axis=1) for grid in grids]).astype(np.int32)
    scores = np.concatenate([_scores(grid) for grid in grids])
    candidates = np.flatnonzero(scores >= np.float32(threshold))
    candidates = candidates[np.argsort(-scores[candidates], kind="stable")][:MAX_CANDIDATES]
    edges = np.concatenate([_decoded(grid, decoder) for grid in grids])[candidates]
    kinds, scores = kinds[candidates], scores[candidates]
    with np.errstate(invalid="ignore"):
        usable = (edges[:, 0] < edges[:, 2]) & (edges[:, 1] < edges[:, 3])
        usable &= (np.abs(edges) <= _FARTHEST_PX).all(axis=1)
    edges, kinds, scores = edges[usable], kinds[usable], scores[usable]
    kept = _suppressed(edges, kinds, np.float32(iou), class_agnostic, max_boxes)
    edges = _on_picture(edges[kept], fit)
    seen = (edges[:, 0] < edges[:, 2]) & (edges[:, 1] < edges[:, 3])
    return Boxes(edges[seen], scores[kept][seen], kinds[kept][seen], labels)


def _scores(grid: Grid) -> NDArray[np.float32]:
    scores = sigmoid32(grid.classes.max(axis=1))
    return scores if grid.objectness is None else sigmoid32(grid.objectness) * scores


def _decoded(grid: Grid, decoder: DecoderName) -> NDArray[np.float32]:
    """(cells, 4): x0, y0, x1, y1 in px of the input."""
    cells = np.arange(len(grid.boxes))
    column, row = (cells % grid.columns).astype(np.float32), (cells // grid.columns).astype(np.float32)
    stride, half = np.float32(grid.stride_px), np.float32(0.5)
    with np.errstate(invalid="ignore", over="ignore"):
        if decoder == "centre_size":
            x, y = (column + grid.boxes[:, 0]) * stride, (row + grid.boxes[:, 1]) * stride
            sizes = exp64(grid.boxes[:, 2:].astype(np.float64)).astype(np.float32) * stride
            halves = sizes * half
            return np.stack([x - halves[:, 0], y - halves[:, 1], x + halves[:, 0], y + halves[:, 1]], axis=1)
        distances = (grid.boxes if decoder == "distances" else _means(grid.boxes)) * stride
        x, y = (column + half) * stride, (row + half) * stride
        left, top, right, bottom = distances.T
        return np.stack([x - left, y - top, x + right, y + bottom], axis=1)


def _means(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """(cells, 4 * bins) logits -> (cells, 4): the mean bin of each distance."""
    weights = exponentials32(logits.reshape(len(logits), 4, -1))
    weighted = np.multiply(weights, np.arange(weights.shape[-1]), dtype=np.float32)
    means: NDArray[np.float32] = (sequential_sum32(weighted) / sequential_sum32(weights))[..., 0]
    return means


def _suppressed(
    edges: NDArray[np.float32], kinds: NDArray[np.int32], iou: np.float32, agnostic: bool, most: int
) -> list[int]:
    """The indices that are kept, in order: greedy, the first is the best."""
    areas = (edges[:, 2] - edges[:, 0]) * (edges[:, 3] - edges[:, 1])
    alive = np.ones(len(edges), np.bool_)
    kept: list[int] = []
    for best in range(len(edges)):
        if not alive[best]:
            continue
        kept.append(best)
        if len(kept) == most:
            break
        width = np.minimum(edges[:, 2], edges[best, 2]) - np.maximum(edges[:, 0], edges[best, 0])
        height = np.minimum(edges[:, 3], edges[best, 3]) - np.maximum(edges[:, 1], edges[best, 1])
        shared = np.where((width > 0) & (height > 0), width * height, np.float32(0))
        overlap = shared / ((areas + areas[best]) - shared)
        alive &= ~((overlap > iou) & (agnostic | (kinds == kinds[best])))
    return kept


def _on_picture(edges: NDArray[np.float32], fit: Fit) -> NDArray[np.float32]:
    x, y = fit.undo(edges[:, 0::2], edges[:, 1::2])
    x = np.clip(x, np.float32(0), np.float32(fit.width))
    y = np.clip(y, np.float32(0), np.float32(fit.height))
    return np.stack([x[:, 0], y[:, 0], x[:, 1], y[:, 1]], axis=1)
