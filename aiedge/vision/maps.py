"""Classes, peaks, anomaly scores and masks out of a model's values (docs/processing.md): the reference."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from aiedge.vision.exp64 import exponentials32, sequential_sum32, sigmoid32
from aiedge.vision.fit import Fit
from aiedge.vision.results import Anomaly, Classes, ClassScore, Mask, Peaks, name_of


def best_classes(
    values: NDArray[np.float32], *, softmax: bool, top: int, labels: tuple[str, ...] = ()
) -> Classes:
    """The ``top`` greatest of (classes) values, best first, equal ones by their index."""
    scores = values
    if softmax:
        weights = exponentials32(values)
        with np.errstate(invalid="ignore"):
            scores = weights / sequential_sum32(weights)
    order = np.argsort(-values, kind="stable")[:top].tolist()
    return Classes(tuple(ClassScore(i, name_of(labels, i), float(scores[i])) for i in order))


def heat_peaks(
    heat: NDArray[np.float32], fit: Fit, *, stride_px: int, threshold: float, neighbourhood: int,
    max_peaks: int, labels: tuple[str, ...] = (),
) -> Peaks:  # fmt: skip
    """The peaks of (rows, columns, kinds) logits whose score reaches ``threshold``, best first."""
    rows, columns, _ = heat.shape
    best = heat.max(axis=2).reshape(-1)
    kinds = heat.argmax(axis=2).reshape(-1).astype(np.int32)
    scores = sigmoid32(best)
    candidates = np.flatnonzero(scores >= np.float32(threshold))
    taken = np.zeros((rows, columns), np.bool_)
    kept: list[int] = []
    for cell in candidates[np.argsort(-best[candidates], kind="stable")].tolist():
        row, column = divmod(cell, columns)
        if taken[row, column]:
            continue
        kept.append(cell)
        if len(kept) == max_peaks:
            break
        above, left = max(row - neighbourhood, 0), max(column - neighbourhood, 0)
        taken[above : row + neighbourhood + 1, left : column + neighbourhood + 1] = True
    cells = np.array(kept, np.int64)
    stride, half = np.float32(stride_px), np.float32(0.5)
    x, y = fit.undo(
        ((cells % columns).astype(np.float32) + half) * stride,
        ((cells // columns).astype(np.float32) + half) * stride,
    )
    seen = (x >= 0) & (x <= np.float32(fit.width)) & (y >= 0) & (y <= np.float32(fit.height))
    places = np.stack([x, y], axis=1).astype(np.float32)
    return Peaks(places[seen], scores[cells][seen], kinds[cells][seen], labels)


def anomaly(values: NDArray[np.float32], *, score: Literal["max", "mean"], threshold: float) -> Anomaly:
    """Of a map (rows, columns); one that holds minus infinity, or what was no number, is anomalous."""
    flat = values.reshape(-1)
    if np.any(np.isneginf(flat)):
        # A model that fails must not find its part good.
        found = np.float32(np.inf)
    elif score == "max":
        found = flat.max()
    else:
        found = np.float32(np.cumsum(flat, dtype=np.float64)[-1] / flat.size)
    return Anomaly(float(found), float(np.float32(threshold)), values)


def mask(values: NDArray[np.float32], labels: tuple[str, ...] = ()) -> Mask:
    """The greatest of (rows, columns, classes) values at each place, the first of equal ones."""
    return Mask(values.argmax(axis=2).astype(np.uint8), labels)
