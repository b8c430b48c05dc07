"""The bar chart of a comparison as a picture."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from aiedge.bench.result import Result, groups

_WIDTH_PX = 1100
_MARGIN_PX = 24
_LABEL_PX = 130
_VALUE_PX = 290
_BAR_PX = 20
_ROW_PX = 26
_GROUP_PX = 40
_PAPER = "#ffffff"
_INK = "#202020"
_PALE = "#6a6a6a"
# Told apart by people who see colours differently, too (Okabe and Ito, 2008); the first engine stands out.
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9")


def draw_chart(results: Sequence[Result], note: str) -> Image.Image:
    """The median of each engine, a group of bars for each model and number of threads, each to its own scale.

    ``note`` is one line at the foot: what it was measured on.
    """
    together = groups(results)
    height = 3 * _MARGIN_PX + 50 + sum(_GROUP_PX + _ROW_PX * len(group) for group in together)
    picture = Image.new("RGB", (_WIDTH_PX, height), _PAPER)
    draw = ImageDraw.Draw(picture)
    title = "Median time of a call from Python; shorter is faster, each group has its own scale"
    draw.text((_MARGIN_PX, _MARGIN_PX), title, _INK, font=_font(20))
    engines = list(dict.fromkeys(result.engine for result in results))
    y = _MARGIN_PX + 40
    for group in together:
        _draw_group(draw, group, engines, y)
        y += _GROUP_PX + _ROW_PX * len(group)
    draw.text((_MARGIN_PX, height - _MARGIN_PX), note, _PALE, font=_font(13), anchor="ls")
    return picture


def _draw_group(draw: ImageDraw.ImageDraw, group: Sequence[Result], engines: Sequence[str], y: int) -> None:
    threads = group[0].threads
    heading = f"{group[0].model}, {threads} thread{'s' if threads > 1 else ''}"
    draw.text((_MARGIN_PX, y + 14), heading, _INK, font=_font(16))
    medians = [result.percentile_us(50) for result in group]
    room = _WIDTH_PX - 2 * _MARGIN_PX - _LABEL_PX - _VALUE_PX
    left = _MARGIN_PX + _LABEL_PX
    for row, (result, median) in enumerate(zip(group, medians, strict=True)):
        top = y + _GROUP_PX + row * _ROW_PX
        middle = top + _BAR_PX / 2
        right = left + max(2.0, room * median / max(medians))
        colour = _COLOURS[engines.index(result.engine) % len(_COLOURS)]
        draw.text((left - 8, middle), result.engine, _INK, font=_font(14), anchor="rm")
        draw.rectangle((left, top, right, top + _BAR_PX), fill=colour)
        # The built-in font has no micro sign.
        times = "" if row == 0 else f"   {median / medians[0]:.2f} x {group[0].engine}"
        share = "" if result.share_of_peak is None else f"   {100 * result.share_of_peak:.0f} % of peak"
        draw.text((right + 8, middle), f"{median:.1f} us{times}{share}", _INK, font=_font(14), anchor="lm")


def _font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size_px)
