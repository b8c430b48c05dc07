"""Draws the copper of an imaginary circuit board: traces, pads, vias, planes, lettering.

Copper is black (0) and laminate white (255), as in a thresholded line-scan picture. Every item first clears
a halo around itself, as a layout program does, so that neighbours keep a gap and stay separate nets.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

COPPER = 0
LAMINATE = 255
_LEAST_WIDTH = 5

Point = tuple[float, float]
_EIGHTHS = tuple((math.cos(k * math.pi / 4), math.sin(k * math.pi / 4)) for k in range(8))


@dataclass(frozen=True, slots=True)
class Layout:
    """A board before drilling: ``copper``, square, of ``COPPER`` and ``LAMINATE``; and the holes to come."""

    copper: Image.Image
    holes: tuple[tuple[float, float, float], ...]
    """Centre x, y and radius, px."""

    def drilled(self, offset: Point = (0.0, 0.0)) -> NDArray[np.uint8]:
        """The copper with its holes, which look like laminate; the drill was off by ``offset``.

        (size, size) uint8 of ``COPPER`` and ``LAMINATE``.
        """
        picture = self.copper.copy()
        draw = ImageDraw.Draw(picture)
        for x, y, radius in self.holes:
            _disc(draw, x + offset[0], y + offset[1], radius, LAMINATE)
        return np.array(picture)


@dataclass(slots=True)
class _Sheet:
    """What the items draw on."""

    draw: ImageDraw.ImageDraw
    rng: np.random.Generator
    size: int
    holes: list[tuple[float, float, float]]


def draw_layout(rng: np.random.Generator, size: int) -> Layout:
    """One random board of ``size`` px."""
    plane = rng.random() < 0.3
    image = Image.new("L", (size, size), COPPER if plane else LAMINATE)
    sheet = _Sheet(ImageDraw.Draw(image), rng, size, [])
    if rng.random() < 0.15:
        _stripes(sheet)
    for _ in range(int(rng.integers(0, 3))):
        _polygon_fill(sheet)
    weights = rng.dirichlet(np.ones(len(_ITEMS)))
    for choice in rng.choice(len(_ITEMS), size=int(rng.integers(3, 13)), p=weights):
        _ITEMS[choice](sheet)
    for _ in range(int(rng.poisson(2.0))):
        _via(sheet)
    if rng.random() < 0.25:
        _lettering(sheet)
    return Layout(Image.fromarray(_without_slivers(np.array(image))), tuple(sheet.holes))


def _without_slivers(copper: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Neither copper nor gaps narrower than ``_LEAST_WIDTH`` px: nobody lays out less than can be made."""
    bright = copper == LAMINATE
    bright = _widest(~_widest(~bright))  # narrow laminate goes: an opening
    bright = ~_widest(~_widest(bright))  # narrow copper goes: a closing
    return np.asarray(np.where(bright, LAMINATE, COPPER), np.uint8)


def _widest(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Dilation by a square of ``_LEAST_WIDTH``."""
    reach = _LEAST_WIDTH // 2
    for axis in (0, 1):
        lines = np.moveaxis(mask, axis, 0)
        grown = mask.copy()
        wide = np.moveaxis(grown, axis, 0)
        for step in range(1, reach + 1):
            wide[step:] |= lines[:-step]
            wide[:-step] |= lines[step:]
        mask = grown
    return mask


def _disc(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, fill: int) -> None:
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)


def _stroke(draw: ImageDraw.ImageDraw, points: list[Point], width: float, fill: int) -> None:
    draw.line(points, fill=fill, width=max(round(width), 1))
    for x, y in points:
        _disc(draw, x, y, width / 2 - 0.5, fill)


def _clearance(rng: np.random.Generator) -> float:
    return float(rng.uniform(6, 11) if rng.random() < 0.5 else rng.uniform(10, 30))


def _path(rng: np.random.Generator, size: int) -> list[Point]:
    """A polyline from one place to another whose bends are multiples of 45 degrees."""
    x, y = rng.uniform(-20, size + 20, 2)
    heading = int(rng.integers(8))
    points = [(float(x), float(y))]
    for _ in range(int(rng.integers(1, 5))):
        length = rng.uniform(60, size * 0.7)
        x, y = x + length * _EIGHTHS[heading][0], y + length * _EIGHTHS[heading][1]
        points.append((float(x), float(y)))
        heading = (heading + int(rng.choice((-2, -1, 1, 2), p=(0.2, 0.3, 0.3, 0.2)))) % 8
    return points


def _beside(points: list[Point], offset: float) -> list[Point]:
    """The polyline at a constant distance to the left of ``points``, with mitred corners."""
    path = np.array(points)
    along = np.diff(path, axis=0)
    normals = np.stack([-along[:, 1], along[:, 0]], 1) / np.hypot(along[:, 0], along[:, 1])[:, None]
    before, after = np.vstack([normals[:1], normals]), np.vstack([normals, normals[-1:]])
    mitre = (before + after) / (1 + (before * after).sum(1))[:, None]
    return [(float(x), float(y)) for x, y in path + offset * mitre]


def _traces(sheet: _Sheet) -> None:
    """A bundle of parallel traces, some with a pad at an end."""
    draw, rng, size = sheet.draw, sheet.rng, sheet.size
    width = float(rng.uniform(5, 14) if rng.random() < 0.6 else rng.uniform(12, 60))
    gap = _clearance(rng)
    path = _path(rng, size)
    lanes = int(rng.integers(1, max(3, round(16 - width / 3))))
    bundle = [_beside(path, lane * (width + gap)) for lane in range(lanes)]
    for points in bundle:
        _stroke(draw, points, width + 2 * gap, LAMINATE)
    pads = rng.random() < 0.5
    for points in bundle:
        _stroke(draw, points, width, COPPER)
        if pads:
            end = points[0] if rng.random() < 0.5 else points[-1]
            _pad(sheet, end, width * float(rng.uniform(0.8, 1.6)) + 3, 0.0, rng)


def _pad(sheet: _Sheet, center: Point, radius: float, gap: float, rng: np.random.Generator) -> None:
    """One pad, round, square or rounded, with or without a hole."""
    draw = sheet.draw
    x, y = center
    shape = rng.integers(3)
    aspect = float(rng.choice((1.0, 1.0, 0.5, 2.0)))
    half_w, half_h = radius * max(aspect, 1), radius / min(aspect, 1)
    for grow, fill in ((gap, LAMINATE), (0.0, COPPER)):
        box = (x - half_w - grow, y - half_h - grow, x + half_w + grow, y + half_h + grow)
        if shape == 0:
            _disc(draw, x, y, radius + grow, fill)
        elif shape == 1:
            draw.rectangle(box, fill=fill)
        else:
            draw.rounded_rectangle(box, radius=radius * 0.4, fill=fill)
    if radius > 9 and rng.random() < 0.4:
        sheet.holes.append((x, y, min(radius * float(rng.uniform(0.3, 0.6)), radius - 5)))


def _pad_array(sheet: _Sheet) -> None:
    """Rows and columns of equal pads, as under a chip or a connector."""
    rng, size = sheet.rng, sheet.size
    radius = float(rng.uniform(7, 30))
    gap = _clearance(rng)
    pitch = radius * 2 * float(rng.uniform(1.2, 2.2)) + gap
    left, top = rng.uniform(-40, size - 60, 2)
    columns, rows = rng.integers(1, 7), rng.integers(1, 4)
    if rng.random() < 0.5:
        columns, rows = rows, columns
    state = int(rng.integers(2**32))
    for row in range(int(rows)):
        for column in range(int(columns)):
            # The same draws each time: the pads of one array are alike.
            alike = np.random.default_rng(state)
            _pad(sheet, (left + column * pitch, top + row * pitch), radius, gap, alike)


def _big_round(sheet: _Sheet) -> None:
    """A large land or ring, as for a bolt or a coil."""
    draw, rng, size = sheet.draw, sheet.rng, sheet.size
    x, y = rng.uniform(0, size, 2)
    radius = float(rng.uniform(40, 170))
    _disc(draw, x, y, radius + _clearance(rng), LAMINATE)
    _disc(draw, x, y, radius, COPPER)
    if rng.random() < 0.5:
        inner = radius * float(rng.uniform(0.2, 0.85))
        _disc(draw, x, y, inner, LAMINATE)
        if inner > 40 and rng.random() < 0.5:
            _disc(draw, x, y, inner - _clearance(rng), COPPER)


def _polygon_fill(sheet: _Sheet) -> None:
    """A copper area with chamfered or rounded corners."""
    draw, rng, size = sheet.draw, sheet.rng, sheet.size
    x, y = rng.uniform(-60, size - 60, 2)
    width, height = rng.uniform(60, size * 0.7, 2)
    gap = _clearance(rng)
    cut = float(rng.uniform(0, min(width, height) * 0.4))
    rounded = rng.random() < 0.4
    for grow, fill in ((gap, LAMINATE), (0.0, COPPER)):
        left, top, right, bottom = x - grow, y - grow, x + width + grow, y + height + grow
        if rounded:
            draw.rounded_rectangle((left, top, right, bottom), radius=cut, fill=fill)
        else:
            draw.polygon(
                [
                    (left + cut, top), (right, top), (right, bottom - cut), (right - cut, bottom),
                    (left, bottom), (left, top + cut),
                ],
                fill=fill,
            )  # fmt: skip


def _slot(sheet: _Sheet) -> None:
    """An isolation gap through whatever copper is there."""
    draw, rng, size = sheet.draw, sheet.rng, sheet.size
    _stroke(draw, _path(rng, size), float(rng.uniform(6, 30)), LAMINATE)


def _stripes(sheet: _Sheet) -> None:
    """Broad parallel conductors over the whole board."""
    draw, rng, size = sheet.draw, sheet.rng, sheet.size
    upright = rng.random() < 0.5
    at = float(rng.uniform(-30, 10))
    width, gap = rng.uniform(12, 70), rng.uniform(10, 60)
    while at < size:
        box = (at, 0, at + width, size) if upright else (0, at, size, at + width)
        draw.rectangle(box, fill=COPPER)
        draw.rectangle(
            (box[2] + 1, 0, box[2] + gap - 1, size) if upright else (0, box[3] + 1, size, box[3] + gap - 1),
            fill=LAMINATE,
        )
        at += width + gap


def _via(sheet: _Sheet) -> None:
    """A hole, with or without an annular ring."""
    draw, rng, size = sheet.draw, sheet.rng, sheet.size
    x, y = rng.uniform(0, size, 2)
    radius = float(rng.uniform(7, 30))
    if rng.random() < 0.6:
        ring = radius + float(rng.uniform(8, 20))
        _disc(draw, x, y, ring + _clearance(rng), LAMINATE)
        _disc(draw, x, y, ring, COPPER)
    sheet.holes.append((x, y, radius))


def _lettering(sheet: _Sheet) -> None:
    """A row of angular characters in thin copper strokes."""
    draw, rng, size = sheet.draw, sheet.rng, sheet.size
    x, y = (float(v) for v in rng.uniform(20, size - 120, 2))
    height = float(rng.uniform(22, 44))
    width = float(rng.uniform(3, 6))
    for _ in range(int(rng.integers(2, 6))):
        draw.rectangle((x - 8, y - 8, x + height * 0.6 + 8, y + height + 8), fill=LAMINATE)
        nodes = rng.integers(0, 3, (int(rng.integers(3, 6)), 2))
        _stroke(draw, [(x + a * height * 0.3, y + b * height * 0.5) for a, b in nodes], width, COPPER)
        x += height * 0.6 + 12


_ITEMS: tuple[Callable[[_Sheet], None], ...] = (
    _traces,
    _traces,
    _traces,
    _pad_array,
    _pad_array,
    _big_round,
    _polygon_fill,
    _slot,
)
