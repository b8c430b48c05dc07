"""Puts the six defects of the DeepPCB benchmark into a drawn board, as a brush would: strokes and blobs."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from aiedge_drivers.sim.board_layout import COPPER, LAMINATE

_AXES = ((1, 0), (0, 1), (1, 1), (1, -1))
_REACH = 72
"""How far a conductor or a gap is measured from a point, px; what is wider counts as unbounded."""
_MIN_CORE = 4
"""Least area of a defect after erosion by a 3x3 square, px: a 4x4 spot or a stroke of 3x6."""
_APART = 24
"""Least gap between two defects, px."""
_TRIES = 60

_Brush = tuple[int, int, NDArray[np.bool_]]
"""Left, top and mask of the pixels that a stroke covers."""


class DefectKind(enum.IntEnum):
    """What is wrong at a place. The numbers are DeepPCB's; ``label`` is what models and reports say."""

    OPEN = 1
    SHORT = 2
    MOUSEBITE = 3
    SPUR = 4
    SPURIOUS_COPPER = 5
    PINHOLE = 6

    @property
    def label(self) -> str:
        """Lower-case name, e.g. ``spurious_copper``."""
        return self.name.lower()

    @property
    def adds_copper(self) -> bool:
        """Whether the defect is copper too much; otherwise it is copper missing."""
        return self in (DefectKind.SHORT, DefectKind.SPUR, DefectKind.SPURIOUS_COPPER)


@dataclass(frozen=True, slots=True)
class Defect:
    """One defect: its kind and the tight box of the changed pixels, in px of the test image."""

    kind: DefectKind
    x: int
    y: int
    w: int
    h: int

    @property
    def center(self) -> tuple[float, float]:
        """Middle of the box, px."""
        return self.x + self.w / 2, self.y + self.h / 2


def add_defect(
    rng: np.random.Generator, image: NDArray[np.uint8], kind: DefectKind, taken: list[Defect], margin: int
) -> Defect | None:
    """Draw one defect of ``kind`` into ``image``, at a random place where such a defect makes sense.

    ``image`` holds only ``COPPER`` and ``LAMINATE``. The place is at least ``margin`` px from the border
    and clear of the boxes in ``taken``. None, and ``image`` unchanged, when a bounded number of tries found
    none.
    """
    size = image.shape[0]
    for _ in range(_TRIES):
        x, y = (int(v) for v in rng.integers(margin, size - margin, 2))
        brush = _BRUSHES[kind](rng, image, x, y)
        if brush is None:
            continue
        placed = _apply(image, kind, brush, taken, margin)
        if placed is not None:
            return placed
    return None


def _apply(
    image: NDArray[np.uint8], kind: DefectKind, brush: _Brush, taken: list[Defect], margin: int
) -> Defect | None:
    size = image.shape[0]
    left, top, mask = brush
    height, width = mask.shape
    if left < 0 or top < 0 or left + width > size or top + height > size:
        return None
    window = image[top : top + height, left : left + width]
    before, after = (LAMINATE, COPPER) if kind.adds_copper else (COPPER, LAMINATE)
    changed = mask & (window == before)
    # What a 3x3 opening removes would not survive the optics either: a defect must be visible.
    if int(_eroded(changed).sum()) < _MIN_CORE:
        return None
    rows, columns = np.flatnonzero(changed.any(1)), np.flatnonzero(changed.any(0))
    x, y = left + int(columns[0]), top + int(rows[0])
    w, h = int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1
    if min(x, y) < margin or x + w > size - margin or y + h > size - margin:
        return None
    defect = Defect(kind, x, y, w, h)
    if any(_near(defect, other) for other in taken):
        return None
    window[changed] = after
    return defect


def _near(one: Defect, other: Defect) -> bool:
    across = max(one.x, other.x) - min(one.x + one.w, other.x + other.w)
    down = max(one.y, other.y) - min(one.y + one.h, other.y + other.h)
    return across < _APART and down < _APART


def _eroded(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    rows = mask[:-2] & mask[1:-1] & mask[2:]
    return np.asarray(rows[:, :-2] & rows[:, 1:-1] & rows[:, 2:])


def _run(image: NDArray[np.uint8], x: int, y: int, dx: int, dy: int) -> int:
    """How many steps from (x, y) along (dx, dy) the value stays the same; ``_REACH`` if it never changes."""
    size = image.shape[0]
    room = _REACH
    for at, step in ((x, dx), (y, dy)):
        if step:
            room = min(room, size - 1 - at if step > 0 else at)
    steps = np.arange(1, room + 1)
    differs = image[y + dy * steps, x + dx * steps] != image[y, x]
    first = int(differs.argmax()) if room else 0
    return first if room and differs[first] else _REACH


def _narrowest(image: NDArray[np.uint8], x: int, y: int) -> tuple[float, tuple[int, int], int, int]:
    """Width in px, axis, steps back and steps forth of the narrowest crossing through (x, y)."""
    best = (float("inf"), (1, 0), 0, 0)
    for dx, dy in _AXES:
        back, forth = _run(image, x, y, -dx, -dy), _run(image, x, y, dx, dy)
        if back < _REACH and forth < _REACH:
            width = (back + forth + 1) * float(np.hypot(dx, dy))
            if width < best[0]:
                best = (width, (dx, dy), back, forth)
    return best


def _paint(points: list[tuple[float, float]], radius: float) -> _Brush:
    """The pixels within ``radius`` of a polyline, as (left, top, mask)."""
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    pad = int(radius) + 2
    left, top = int(min(xs)) - pad, int(min(ys)) - pad
    picture = Image.new("1", (int(max(xs)) - left + pad + 1, int(max(ys)) - top + pad + 1))
    draw = ImageDraw.Draw(picture)
    local = [(px - left, py - top) for px, py in points]
    draw.line(local, fill=1, width=max(round(2 * radius), 1))
    for px, py in local:
        draw.ellipse((px - radius, py - radius, px + radius, py + radius), fill=1)
    return left, top, np.array(picture)


def _blob(rng: np.random.Generator, x: float, y: float, largest: float) -> _Brush | None:
    """A random stroke about (x, y) that stays within ``largest`` px of it; most are short."""
    if largest < 3:
        return None
    reach = float(rng.uniform(3, min(largest, rng.choice((6, 9, 16, 26)))))
    radius = float(np.clip(rng.uniform(0.3, 1.0) * reach, 1.6, 7))
    spread = max(reach - radius, 0.0)
    offsets = rng.uniform(-spread, spread, (int(rng.integers(1, 5)), 2))
    points = [(x + float(dx), y + float(dy)) for dx, dy in offsets]
    return _paint([*points, points[-1]], radius)


def _across(rng: np.random.Generator, image: NDArray[np.uint8], x: int, y: int, value: int) -> _Brush | None:
    """A stroke from one side to the other of the conductor or gap (of ``value``) at (x, y)."""
    if image[y, x] != value:
        return None
    width, (dx, dy), back, forth = _narrowest(image, x, y)
    if not 4 <= width <= 90:
        return None
    # Along the conductor it must go on for a while, or cutting it there would only shorten its end.
    along = (-dy, dx)
    ahead = min(_run(image, x, y, *along), _run(image, x, y, -along[0], -along[1]))
    radius = float(rng.uniform(1.8, 7.0))
    if ahead < radius + 3:
        return None
    lean = float(rng.uniform(-0.4, 0.4)) * min(width, ahead - radius)
    begin, end = -(back + 1.5), forth + 1.5
    points = []
    for part in np.linspace(0, 1, int(rng.integers(2, 5))):
        at = begin + (end - begin) * float(part)
        side = lean * float(part - 0.5) + float(rng.uniform(-1, 1)) * min(width * 0.08, 3)
        points.append((x + dx * at + along[0] * side, y + dy * at + along[1] * side))
    return _paint(points, radius)


def _at_edge(rng: np.random.Generator, image: NDArray[np.uint8], x: int, y: int, value: int) -> _Brush | None:
    """A blob on the border of the region of ``value`` nearest to (x, y), not deep enough to cross it."""
    if image[y, x] != value:
        return None
    dx, dy = _AXES[int(rng.integers(4))]
    sign = int(rng.choice((-1, 1)))
    steps = _run(image, x, y, sign * dx, sign * dy)
    if steps >= _REACH:
        return None
    edge_x, edge_y = x + sign * dx * steps, y + sign * dy * steps
    width = min(_narrowest(image, edge_x, edge_y)[0], 60.0)
    if width < 6:
        return None
    depth = 0.75 * width * float(np.sqrt(rng.random()))
    if rng.random() < 0.25:
        blob = _notch(rng, (edge_x, edge_y), (-sign * dx, -sign * dy), depth)
    else:
        inward = float(rng.uniform(-0.5, 2.5))
        blob = _blob(rng, edge_x - sign * dx * inward, edge_y - sign * dy * inward, depth - inward)
    return None if blob is None or not _touches(image, blob, value) else blob


def _notch(
    rng: np.random.Generator, edge: tuple[int, int], inward: tuple[int, int], depth: float
) -> _Brush | None:
    """A stroke from an edge inwards, at most ``depth`` px deep, leaning to either side."""
    radius = float(rng.uniform(1.6, 4.0))
    length = depth - radius
    if length < 3:
        return None
    norm = float(np.hypot(*inward))
    ux, uy = inward[0] / norm, inward[1] / norm
    lean = float(rng.uniform(-1.2, 1.2)) * length
    end = (edge[0] + ux * length - uy * lean, edge[1] + uy * length + ux * lean)
    bend = tuple((a + b) / 2 + float(rng.uniform(-2, 2)) for a, b in zip(edge, end, strict=True))
    return _paint([edge, (bend[0], bend[1]), end], radius)


def _touches(image: NDArray[np.uint8], brush: _Brush, value: int) -> bool:
    """Whether a brush covers both the region and its outside, so that it notches the border."""
    left, top, mask = brush
    height, width = mask.shape
    window = image[max(top, 0) : top + height, max(left, 0) : left + width]
    if window.shape != mask.shape:
        return False
    inside = window == value
    return bool((mask & inside).any() and (mask & ~inside).any())


def _within(rng: np.random.Generator, image: NDArray[np.uint8], x: int, y: int, value: int) -> _Brush | None:
    """A blob wholly inside the region of ``value``, with the brush's margin of 2 px on all sides."""
    if image[y, x] != value:
        return None
    brush = _blob(rng, x, y, 26)
    if brush is None:
        return None
    left, top, mask = brush
    height, width = mask.shape
    window = image[max(top, 0) : top + height, max(left, 0) : left + width]
    return brush if window.size and bool((window == value).all()) else None


_BRUSHES = {
    DefectKind.OPEN: lambda rng, image, x, y: _across(rng, image, x, y, COPPER),
    DefectKind.SHORT: lambda rng, image, x, y: _across(rng, image, x, y, LAMINATE),
    DefectKind.MOUSEBITE: lambda rng, image, x, y: _at_edge(rng, image, x, y, COPPER),
    DefectKind.SPUR: lambda rng, image, x, y: _at_edge(rng, image, x, y, LAMINATE),
    DefectKind.SPURIOUS_COPPER: lambda rng, image, x, y: _within(rng, image, x, y, LAMINATE),
    DefectKind.PINHOLE: lambda rng, image, x, y: _within(rng, image, x, y, COPPER),
}
