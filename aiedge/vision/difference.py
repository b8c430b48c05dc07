"""Plain differencing of a test image and its template: the classical baseline."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aiedge.vision.finds import Find

MISSING = 0
ADDED = 1


def difference(test: NDArray[np.uint8], template: NDArray[np.uint8], *, threshold: int = 128) -> list[Find]:
    """Blobs in which two thresholded pictures differ, after a 3 x 3 opening, from top to bottom.

    Both are (height, width) uint8 of one shape, aligned already; dark (below ``threshold``) is material. A
    find's kind is ``ADDED`` where most of the blob is dark only in the test image, else ``MISSING``; its
    place is the blob's centre of mass; its score is the blob's area in px. ``ValueError`` on differing
    shapes.
    """
    if test.shape != template.shape or test.ndim != 2:
        raise ValueError(f"difference needs two pictures of one shape, got {test.shape} and {template.shape}")
    dark = test < threshold
    finds = []
    for rows, columns in blobs(opened(dark != (template < threshold))):
        added = 2 * int(np.count_nonzero(dark[rows, columns])) > rows.size
        kind = ADDED if added else MISSING
        finds.append(Find(kind, float(columns.mean()) + 0.5, float(rows.mean()) + 0.5, float(rows.size)))
    return finds


def opened(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Erosion and then dilation by a 3 x 3 square; what lies beyond the border counts as unset."""
    rows = mask[:-2] & mask[1:-1] & mask[2:]
    core = rows[:, :-2] & rows[:, 1:-1] & rows[:, 2:]
    grown = np.zeros_like(mask)
    wide = np.zeros((core.shape[0], mask.shape[1]), dtype=np.bool_)
    for dx in range(3):
        wide[:, dx : dx + core.shape[1]] |= core
    for dy in range(3):
        grown[dy : dy + wide.shape[0]] |= wide
    return grown


def blobs(mask: NDArray[np.bool_]) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """The 8-connected components of a mask: (rows, columns) of their pixels, ordered by the first pixel."""
    padded = np.zeros((mask.shape[0], mask.shape[1] + 2), dtype=np.int8)
    padded[:, 1:-1] = mask
    steps = np.diff(padded, axis=1)
    row_of, begin = np.nonzero(steps == 1)
    end = np.nonzero(steps == -1)[1]  # exclusive; runs of one row come in the same order
    parent = list(range(row_of.size))
    _join_runs(row_of.tolist(), begin.tolist(), end.tolist(), parent)
    groups: dict[int, list[int]] = {}
    for run in range(row_of.size):
        groups.setdefault(_root(parent, run), []).append(run)
    found = []
    for runs in groups.values():
        columns = np.concatenate([np.arange(begin[run], end[run]) for run in runs])
        rows = np.repeat(row_of[runs], end[runs] - begin[runs])
        found.append((rows, columns))
    return found


def _join_runs(row_of: list[int], begin: list[int], end: list[int], parent: list[int]) -> None:
    above = 0
    for run in range(len(row_of)):
        # Runs are sorted, so the first run above that can still touch only moves forward.
        while above < run and (
            row_of[above] < row_of[run] - 1 or (row_of[above] == row_of[run] - 1 and end[above] < begin[run])
        ):
            above += 1
        other = above
        while other < run and row_of[other] == row_of[run] - 1 and begin[other] <= end[run]:
            first, second = sorted((_root(parent, other), _root(parent, run)))
            parent[second] = first
            other += 1


def _root(parent: list[int], run: int) -> int:
    while parent[run] != run:
        parent[run] = parent[parent[run]]
        run = parent[run]
    return run
