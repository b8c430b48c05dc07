"""Whole-pixel alignment of a part's template to its test image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_COARSE = 4
_FINE_REACH = 3
# In a nearly empty picture next to nothing differs by chance: one defect would look like a failed alignment.
_LEAST_CHANCE = 0.02


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where the template lies: ``test[y, x]`` shows what ``template[y + dy_px, x + dx_px]`` shows.

    ``quality``: how well the two thresholded pictures agree there beyond chance (Cohen's kappa, at most 1).
    1 is a perfect fit, unrelated pictures have about 0; below about 0.5 this is not the part that the
    template belongs to, or it lies further off than the search went.
    """

    dx_px: int
    dy_px: int
    quality: float


def align(
    test: NDArray[np.uint8], template: NDArray[np.uint8], *, max_shift_px: int = 12, threshold: int = 128
) -> Alignment:
    """Find the shift of ``template`` that fits ``test`` best, up to about ``max_shift_px`` in each axis.

    Both are (height, width) uint8 of one shape, each side a multiple of 4 and over 4 times
    ``max_shift_px``. The pictures are thresholded and compared pixel by pixel: first at a quarter of the
    resolution over the whole range, then at full resolution about the best place, so a shift of up to
    ``max_shift_px + 3`` can be returned. Of equally good shifts the smallest wins. ``ValueError`` on other
    shapes. Pure computing, a few milliseconds at 640 x 640.
    """
    if test.shape != template.shape or test.ndim != 2 or any(side % _COARSE for side in test.shape):
        raise ValueError(f"align needs two pictures of one shape with sides that are multiples of 4, got "
                         f"{test.shape} and {template.shape}")  # fmt: skip
    if min(test.shape) <= 4 * max_shift_px:
        raise ValueError(f"a picture of {test.shape} is too small to search {max_shift_px} px")
    bright_test, bright_template = test >= threshold, template >= threshold
    dy, dx = _coarse_shift(bright_test, bright_template, -(-max_shift_px // _COARSE))
    margin = max(abs(dy), abs(dx)) + _FINE_REACH
    costs: dict[tuple[int, int], int] = {}
    for step in (2, 1):
        for y in (dy - step, dy, dy + step):
            for x in (dx - step, dx, dx + step):
                if (y, x) not in costs:
                    costs[y, x] = _mismatches(bright_test, bright_template, (y, x), margin)
        dy, dx = min(costs, key=lambda at: (costs[at], abs(at[0]) + abs(at[1]), at))
    return Alignment(dx, dy, _agreement(bright_test, bright_template, (dy, dx), margin))


def shift(image: NDArray[np.uint8], alignment: Alignment) -> NDArray[np.uint8]:
    """The template moved over the test image, a new array; beyond its border the border repeats."""
    dy, dx = alignment.dy_px, alignment.dx_px
    height, width = image.shape
    if not (abs(dy) < height and abs(dx) < width):
        raise ValueError(f"a shift of ({dx}, {dy}) px leaves nothing of a picture of {image.shape}")
    moved = np.empty_like(image)
    top, bottom = max(-dy, 0), height - max(dy, 0)
    left, right = max(-dx, 0), width - max(dx, 0)
    moved[top:bottom, left:right] = image[top + dy : bottom + dy, left + dx : right + dx]
    moved[top:bottom, :left] = moved[top:bottom, left : left + 1]
    moved[top:bottom, right:] = moved[top:bottom, right - 1 : right]
    moved[:top] = moved[top]
    moved[bottom:] = moved[bottom - 1]
    return moved


def _coarse_shift(test: NDArray[np.bool_], template: NDArray[np.bool_], reach: int) -> tuple[int, int]:
    small_test, small_template = _quarter(test), _quarter(template)
    rows, columns = small_test.shape
    inner = small_test[reach : rows - reach, reach : columns - reach]
    tried = []
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            other = small_template[reach + dy : rows - reach + dy, reach + dx : columns - reach + dx]
            cost = int(np.abs(inner - other).sum(dtype=np.int32))
            tried.append((cost, abs(dy) + abs(dx), dy, dx))
    _, _, dy, dx = min(tried)
    return dy * _COARSE, dx * _COARSE


def _quarter(bright: NDArray[np.bool_]) -> NDArray[np.int8]:
    """Count of bright pixels, 0..16, in each block of 4 x 4."""
    height, width = bright.shape
    # Four neighbouring bytes are one little-endian word; no byte of the sum of four rows passes 4.
    words = np.ascontiguousarray(bright).view("<u4").reshape(height // _COARSE, _COARSE, width // _COARSE)
    columns = words.sum(axis=1, dtype=np.uint32)
    return np.asarray((columns * np.uint32(0x01010101)) >> np.uint32(24), np.int8)


def _overlap(
    test: NDArray[np.bool_], template: NDArray[np.bool_], at: tuple[int, int], margin: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    height, width = test.shape
    dy, dx = at
    return (
        test[margin : height - margin, margin : width - margin],
        template[margin + dy : height - margin + dy, margin + dx : width - margin + dx],
    )


def _mismatches(
    test: NDArray[np.bool_], template: NDArray[np.bool_], at: tuple[int, int], margin: int
) -> int:
    ours, theirs = _overlap(test, template, at, margin)
    return int(np.count_nonzero(ours != theirs))


def _agreement(
    test: NDArray[np.bool_], template: NDArray[np.bool_], at: tuple[int, int], margin: int
) -> float:
    ours, theirs = _overlap(test, template, at, margin)
    a, b = np.count_nonzero(ours) / ours.size, np.count_nonzero(theirs) / theirs.size
    chance = a * (1 - b) + b * (1 - a)
    differ = np.count_nonzero(ours != theirs) / ours.size
    return float(1 - differ / max(chance, _LEAST_CHANCE))
