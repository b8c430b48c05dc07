"""The distributions of jitter.py as one picture: percentiles against time, with room for the tail."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

PANEL_PX = (430, 330)
MARGIN_PX = 60
TOP_PX = 64
FOOT_PX = 40
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9")
PAPER, INK, PALE, GRID = "#ffffff", "#202020", "#6a6a6a", "#dddddd"


def draw_jitter(times_ns: Mapping[str, NDArray[np.int64]], note: str) -> Image.Image:
    """A panel for each model and condition, a curve for each engine; keys are ``condition/model/engine``.

    To the right each nine more of the share of runs takes the same room; upwards is the time of a call, logarithmic,
    on one scale for each model.
    """
    keys = [key.split("/") for key in times_ns]
    conditions, models, engines = (list(dict.fromkeys(parts)) for parts in zip(*keys, strict=True))
    width = MARGIN_PX // 2 + len(conditions) * (PANEL_PX[0] + MARGIN_PX)
    height = TOP_PX + len(models) * (PANEL_PX[1] + MARGIN_PX) + FOOT_PX
    picture = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(picture)
    draw.text(
        (MARGIN_PX, 14), "Time of a call by share of runs: lower and flatter is better", INK, font=_font(20)
    )
    x = MARGIN_PX
    for engine, colour in zip(engines, COLOURS, strict=False):
        draw.line((x, 52, x + 28, 52), fill=colour, width=4)
        draw.text((x + 36, 52), engine, INK, font=_font(15), anchor="lm")
        x += 60 + round(draw.textlength(engine, font=_font(15)))
    for row, model in enumerate(models):
        curves = {key: _curve(times) for key, times in times_ns.items() if key.split("/")[1] == model}
        limits = _limits([us for _, us in curves.values()])
        for column, condition in enumerate(conditions):
            left = MARGIN_PX + column * (PANEL_PX[0] + MARGIN_PX)
            top = TOP_PX + 30 + row * (PANEL_PX[1] + MARGIN_PX)
            here = [curves.get(f"{condition}/{model}/{engine}") for engine in engines]
            _draw_panel(draw, (left, top), f"{model}, {condition}", here, limits)
    draw.text((MARGIN_PX, height - 16), note, PALE, font=_font(13), anchor="ls")
    return picture


_Curve = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Nines (1 is 90 %, 2 is 99 %) and microseconds, both rising."""


def _curve(times_ns: NDArray[np.int64]) -> _Curve:
    us = np.sort(times_ns) / 1e3
    # The i-th of n is reached or exceeded by n - i of them; the last point is the maximum.
    nines = -np.log10((us.size - np.arange(us.size)) / us.size)
    return nines, us


def _limits(curves_us: Sequence[NDArray[np.float64]]) -> tuple[float, float]:
    """Logarithms of the least and greatest time, with a little room."""
    low, high = min(us[0] for us in curves_us), max(us[-1] for us in curves_us)
    return math.log10(low) - 0.05, max(math.log10(high), math.log10(low) + 0.3) + 0.05


def _draw_panel(
    draw: ImageDraw.ImageDraw,
    corner: tuple[int, int],
    title: str,
    curves: Sequence[_Curve | None],
    limits: tuple[float, float],
) -> None:
    (left, top), (width, height) = corner, PANEL_PX
    nines = max(curve[0][-1] for curve in curves if curve is not None)
    low, high = limits

    def place(share: float, log_us: float) -> tuple[float, float]:
        return left + width * share / nines, top + height - height * (log_us - low) / (high - low)

    draw.text((left, top - 8), title, INK, font=_font(15), anchor="ls")
    for us in _steps(low, high):
        y = place(0, math.log10(us))[1]
        draw.line((left, y, left + width, y), fill=GRID)
        draw.text((left - 6, y), f"{us:g}", PALE, font=_font(12), anchor="rm")
    for count in range(int(nines) + 1):
        x = place(count, low)[0]
        label = f"{100 - 100 / 10**count:.{max(0, count - 2)}f} %"
        draw.line((x, top, x, top + height), fill=GRID)
        draw.text((x, top + height + 6), label, PALE, font=_font(12), anchor="mt")
    draw.text((left + width, top - 8), "us", PALE, font=_font(12), anchor="rs")
    for curve, colour in zip(curves, COLOURS, strict=False):
        if curve is None:
            continue
        points = [place(share, math.log10(us)) for share, us in _thin(curve)]
        draw.line(points, fill=colour, width=3, joint="curve")
        x, y = points[-1]
        draw.ellipse((x - 4, y - 4, x + 4, y + 4), fill=colour)


def _thin(curve: _Curve) -> Iterator[tuple[float, float]]:
    """One point for each pixel is enough, and every point of the tail."""
    nines, us = curve
    drawn = -1.0
    for share, time_us in zip(nines.tolist(), us.tolist(), strict=True):
        if share - drawn > 0.003 or share == nines[-1]:
            drawn = share
            yield share, time_us


def _steps(low: float, high: float) -> Iterator[float]:
    wide = high - low > 1.5
    for decade in range(math.floor(low), math.ceil(high) + 1):
        for step in (1, 2, 5) if wide else (1, 1.5, 2, 3, 5, 7):
            if low <= math.log10(step * 10.0**decade) <= high:
                yield step * 10.0**decade


def _font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size_px)
