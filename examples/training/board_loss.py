"""What the detector is told of its mistakes: which cells are to answer for a mark, and the losses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from board_data import Crop
from board_network import STRIDE
from numpy.typing import NDArray
from torch.nn import functional

# A cell answers for a mark when its middle is within so many cells of the mark's, in both axes: 3 x 3.
_NEAR_CELLS = 1.5
_BOX_WEIGHT = 2.0

Targets = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


def targets(crops: Sequence[Crop], cells: int) -> Targets:
    """For each cell: kind (n, rows, columns), -1 empty, -2 not counted; box (n, 4, rows, columns) in cells."""
    kinds, boxes = zip(*(_assigned(crop, cells) for crop in crops), strict=True)
    kind = torch.from_numpy(np.stack(kinds))
    return kind, torch.from_numpy(np.stack(boxes)), kind != -2


def detection_loss(outputs: tuple[torch.Tensor, torch.Tensor], wanted: Targets) -> torch.Tensor:
    """Quality focal loss (Li et al. 2020) of the kinds, generalised IoU (Rezatofighi et al. 2019) of boxes.

    The score that a cell is to give for the right kind is the overlap of the box that it says with the
    mark: so what overlaps best has the best score, which is what suppression and mAP go by.
    """
    logits, distances = outputs
    kind, box, counted = wanted
    inside = kind >= 0
    at = inside.nonzero(as_tuple=True)
    said = distances.permute(0, 2, 3, 1)[at]
    overlap, generalised = _overlaps(said, box.permute(0, 2, 3, 1)[at])
    quality = torch.zeros_like(logits)
    quality[at[0], kind[at], at[1], at[2]] = overlap.detach().clamp(min=0.1)
    score = logits.sigmoid()
    cross = functional.binary_cross_entropy_with_logits(logits, quality, reduction="none")
    focal = cross * (quality - score).abs() ** 2 * counted[:, None]
    weight = quality.sum().clamp(min=1.0)
    return (focal.sum() + _BOX_WEIGHT * ((1 - generalised) * overlap.detach().clamp(min=0.1)).sum()) / weight


def _assigned(crop: Crop, cells: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    middles = np.arange(cells, dtype=np.float32) + 0.5
    kind = np.full((cells, cells), -1, np.int64)
    box = np.zeros((4, cells, cells), np.float32)
    for left, top, right, bottom in crop.cut[:, :4] / STRIDE:
        touched = ((middles >= top) & (middles <= bottom))[:, None] & ((middles >= left) & (middles <= right))
        kind[touched] = -2
    nearest = np.full((cells, cells), np.inf, np.float32)
    for left, top, right, bottom, number in crop.marks / np.array([*[STRIDE] * 4, 1], np.float32):
        down, across = np.abs(middles - (top + bottom) / 2), np.abs(middles - (left + right) / 2)
        far = np.maximum(down[:, None], across)
        mine = (far <= _NEAR_CELLS) & (far < nearest)
        mine &= ((middles > top) & (middles < bottom))[:, None] & ((middles > left) & (middles < right))
        nearest[mine] = far[mine]
        kind[mine] = int(number)
        rows, columns = np.nonzero(mine)
        box[:, rows, columns] = (
            middles[columns] - left, middles[rows] - top, right - middles[columns], bottom - middles[rows],
        )  # fmt: skip
    return kind, box


def _overlaps(one: torch.Tensor, other: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """IoU and generalised IoU of boxes told as distances (n, 4) from the same points."""
    least, most = torch.minimum(one, other), torch.maximum(one, other)
    common = _area(least)
    union = _area(one) + _area(other) - common
    hull = _area(most)
    overlap = common / union.clamp(min=1e-6)
    return overlap, overlap - (hull - union) / hull.clamp(min=1e-6)


def _area(box: torch.Tensor) -> torch.Tensor:
    return (box[:, 0] + box[:, 2]) * (box[:, 1] + box[:, 3])
