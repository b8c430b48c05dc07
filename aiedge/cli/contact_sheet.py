"""One picture of several inspected boards, with what was found and what was missed drawn in."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image, ImageDraw, ImageFont

from aiedge.atomic_file import write_atomically
from aiedge.cli.board_score import match
from aiedge.errors import OutputError
from aiedge.line.part import Part
from aiedge.line.trace import label
from aiedge.types import Frame
from aiedge.vision import Find

_COLUMNS = 4
_TILE_PX = 440
_CAPTION_PX = 30
_GAP_PX = 14
_LEGEND_PX = 46
_TITLE_PX = 46
_RADIUS_PX = 15
_PAPER = "#f4f4f2"
_INK = "#202020"
_MISSED = "#e6007e"
_FALSE = "#7f7f7f"
# Told apart by people who see colours differently, too (Okabe and Ito, 2008).
_KINDS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_VERDICTS = {"good": "#1a7f37", "bad": "#b3261e", "unknown": "#8a6d00"}


@dataclass(frozen=True, slots=True)
class Tile:
    """A board to draw: its picture and its finished part (``metadata`` may hold the ``truth``)."""

    frame: Frame
    part: Part


_Box = tuple[float, float, float, float]


class _Tag(NamedTuple):
    text: str
    x: float
    y: float
    colour: str


def draw_contact_sheet(title: str, tiles: Sequence[Tile], labels: Sequence[str]) -> Image.Image:
    """Draw up to a few dozen boards; finds as circles with kind and score, missed defects as crossed boxes."""
    columns = min(_COLUMNS, max(1, len(tiles)))
    rows = -(-len(tiles) // columns)
    width = columns * (_TILE_PX + _GAP_PX) + _GAP_PX
    height = _TITLE_PX + rows * (_TILE_PX + _CAPTION_PX + _GAP_PX) + _LEGEND_PX
    sheet = Image.new("RGB", (width, height), _PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((_GAP_PX, _TITLE_PX / 2), title, _INK, font=_font(22), anchor="lm")
    for index, tile in enumerate(tiles):
        row, column = divmod(index, columns)
        x = _GAP_PX + column * (_TILE_PX + _GAP_PX)
        y = _TITLE_PX + row * (_TILE_PX + _CAPTION_PX + _GAP_PX)
        _draw_caption(draw, tile.part, x, y)
        sheet.paste(_board(tile, labels), (x, y + _CAPTION_PX))
    _draw_legend(draw, labels, height - _LEGEND_PX / 2)
    return sheet


def save_contact_sheet(sheet: Image.Image, path: Path) -> Path:
    """Write the picture as PNG to ``path`` and give that; :class:`OutputError` when it is not possible."""
    png = io.BytesIO()
    sheet.save(png, format="PNG")
    try:
        write_atomically(path, png.getvalue())
    except OSError as error:
        raise OutputError("AIE-CLI-006", where=str(path), reason=error.strerror or error) from error
    return path


def _board(tile: Tile, labels: Sequence[str]) -> Image.Image:
    picture = Image.fromarray(tile.frame.image)
    scale = _TILE_PX / max(picture.size)
    size = (round(picture.width * scale), round(picture.height * scale))
    # Halfway to white, so that what is drawn on it stands out.
    board = (
        picture.resize(size, Image.Resampling.BOX)
        .convert("RGB")
        .point(lambda level: 110 + level * 145 // 255)
    )
    draw = ImageDraw.Draw(board)
    truth: Iterable[Mapping[str, Any]] = tile.part.metadata.get("truth", ())
    result = match(truth, tile.part.finds)
    tags: list[_Tag] = []
    for defect in result.missed:
        tags.append(_draw_missed(draw, defect, scale))
    for find in tile.part.finds:
        name = label(find.kind, labels)
        # Without a truth nobody can call a find false.
        is_false = "truth" in tile.part.metadata and find in result.false
        tags.append(_draw_find(draw, find, name, _FALSE if is_false else _colour(find.kind), scale))
    _draw_tags(draw, tags)
    return board


def _draw_find(draw: ImageDraw.ImageDraw, find: Find, name: str, colour: str, scale: float) -> _Tag:
    x, y = find.x_px * scale, find.y_px * scale
    draw.ellipse((x - _RADIUS_PX, y - _RADIUS_PX, x + _RADIUS_PX, y + _RADIUS_PX), outline=colour, width=3)
    return _Tag(f"{name} {find.score:.2f}", x, y, colour)


def _draw_missed(draw: ImageDraw.ImageDraw, defect: Mapping[str, Any], scale: float) -> _Tag:
    left, top = (defect["x"] - 4) * scale, (defect["y"] - 4) * scale
    right, bottom = (defect["x"] + defect["w"] + 4) * scale, (defect["y"] + defect["h"] + 4) * scale
    draw.rectangle((left, top, right, bottom), outline=_MISSED, width=3)
    draw.line((left, top, right, bottom), fill=_MISSED, width=2)
    draw.line((left, bottom, right, top), fill=_MISSED, width=2)
    return _Tag(f"missed: {defect['kind']}", (left + right) / 2, (top + bottom) / 2, _MISSED)


def _draw_tags(draw: ImageDraw.ImageDraw, tags: Sequence[_Tag]) -> None:
    """A label beside each mark, where it covers no other mark or label, if there is such a place."""
    font = _font(14)
    taken = [(t.x - _RADIUS_PX, t.y - _RADIUS_PX, t.x + _RADIUS_PX, t.y + _RADIUS_PX) for t in tags]
    for tag in tags:
        left, top, right, bottom = draw.textbbox((0, 0), tag.text, font=font)
        box = min(_places(tag, right - left + 8, bottom - top + 6), key=lambda place: _overlap(place, taken))
        taken.append(box)
        draw.rectangle(box, fill=tag.colour)
        draw.text((box[0] + 4 - left, box[1] + 3 - top), tag.text, "white", font=font)


def _places(tag: _Tag, width: float, height: float) -> list[_Box]:
    """Where a label may go, best first, all of it on the board."""
    away = _RADIUS_PX + 3
    corners = [
        (tag.x + away, tag.y - height / 2),
        (tag.x - away - width, tag.y - height / 2),
        (tag.x - width / 2, tag.y + away),
        (tag.x - width / 2, tag.y - away - height),
        (tag.x + away, tag.y + away / 2),
        (tag.x + away, tag.y - away / 2 - height),
        (tag.x - away - width, tag.y + away / 2),
        (tag.x - away - width, tag.y - away / 2 - height),
    ]
    inside = [(min(max(x, 0), _TILE_PX - width), min(max(y, 0), _TILE_PX - height)) for x, y in corners]
    return [(x, y, x + width, y + height) for x, y in inside]


def _overlap(box: _Box, others: Sequence[_Box]) -> float:
    """The area in px that a box shares with others."""
    return sum(
        max(0.0, min(box[2], o[2]) - max(box[0], o[0])) * max(0.0, min(box[3], o[3]) - max(box[1], o[1]))
        for o in others
    )


def _draw_caption(draw: ImageDraw.ImageDraw, part: Part, x: int, y: int) -> None:
    verdict = "unknown" if part.verdict is None else part.verdict.value
    draw.text((x, y + _CAPTION_PX / 2), f"part {part.part_id}", _INK, font=_font(17), anchor="lm")
    text = verdict if part.reason is None else f"{verdict}: {part.reason.value}"
    draw.text((x + _TILE_PX, y + _CAPTION_PX / 2), text, _VERDICTS[verdict], font=_font(17), anchor="rm")


def _draw_legend(draw: ImageDraw.ImageDraw, labels: Sequence[str], y: float) -> None:
    entries = [(name, _colour(kind), False) for kind, name in enumerate(labels)]
    entries += [("find without a defect", _FALSE, False), ("missed defect", _MISSED, True)]
    x = float(_GAP_PX)
    for name, colour, box in entries:
        shape = (x, y - 8, x + 16, y + 8)
        if box:
            draw.rectangle(shape, outline=colour, width=3)
            draw.line(shape, fill=colour, width=2)
        else:
            draw.ellipse(shape, outline=colour, width=3)
        draw.text((x + 22, y), name, _INK, font=_font(16), anchor="lm")
        x += 22 + draw.textlength(name, font=_font(16)) + 24


def _colour(kind: int) -> str:
    return _KINDS[kind % len(_KINDS)]


def _font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size_px)
