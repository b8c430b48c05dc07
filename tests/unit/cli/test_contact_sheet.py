"""The contact sheet shows what was found, in its colour and place, and what was missed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageColor

from aiedge.cli.contact_sheet import Tile, draw_contact_sheet, save_contact_sheet
from aiedge.clock import FakeClock
from aiedge.errors import OutputError
from aiedge.line.part import Part
from aiedge.types import Frame, Timestamp, Verdict
from aiedge.vision import Find

MISSED = ImageColor.getrgb("#e6007e")
FIRST_KIND = ImageColor.getrgb("#d55e00")
LABELS = ("open", "short")


def tile(number: int, finds: tuple[Find, ...] = (), truth: tuple[dict[str, Any], ...] = ()) -> Tile:
    image = np.full((640, 640), 255, np.uint8)
    verdict = Verdict.BAD if finds else Verdict.GOOD
    part = Part(number, number, 0, 0, metadata={"truth": truth}, verdict=verdict, finds=finds)
    return Tile(Frame(image, Timestamp.arrival(FakeClock()), number), part)


def pixels(sheet: Image.Image, colour: tuple[int, ...], box: tuple[int, int, int, int]) -> int:
    area = np.asarray(sheet.crop(box))
    return int((area == np.array(colour)).all(axis=-1).sum())


def test_a_find_is_drawn_where_it_is() -> None:
    defect = {"kind": "open", "x": 310, "y": 310, "w": 20, "h": 20}
    sheet = draw_contact_sheet("t", [tile(1, (Find(0, 320.0, 320.0, 0.9),), (defect,))], LABELS)
    empty = draw_contact_sheet("t", [tile(1)], LABELS)
    middle = (100, 200, 400, 400)
    assert pixels(sheet, FIRST_KIND, middle) > 50
    assert pixels(sheet, MISSED, middle) == 0
    assert pixels(empty, FIRST_KIND, middle) == 0


def test_a_missed_defect_is_drawn_as_such() -> None:
    sheet = draw_contact_sheet(
        "t", [tile(1, (), ({"kind": "open", "x": 310, "y": 310, "w": 20, "h": 20},))], LABELS
    )
    assert pixels(sheet, MISSED, (100, 200, 400, 400)) > 50


def test_marks_at_the_border_stay_on_their_board() -> None:
    finds = tuple(Find(0, x, y, 0.9) for x in (0.0, 639.0) for y in (0.0, 639.0))
    alone = draw_contact_sheet("t", [tile(1), tile(2)], LABELS)
    marked = draw_contact_sheet("t", [tile(1, finds), tile(2)], LABELS)
    second = (470, 76, 900, 516)
    assert np.array_equal(np.asarray(alone.crop(second)), np.asarray(marked.crop(second)))


@pytest.mark.parametrize("count", [0, 1, 5, 12])
def test_any_number_of_boards_fits(count: int) -> None:
    sheet = draw_contact_sheet("t", [tile(n) for n in range(count)], LABELS)
    assert sheet.width > 100
    assert sheet.height > 80


def test_a_file_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    sheet = draw_contact_sheet("t", [tile(1)], LABELS)
    save_contact_sheet(sheet, tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as again:
        assert again.size == sheet.size
    with pytest.raises(OutputError, match="AIE-CLI-006"):
        save_contact_sheet(sheet, tmp_path)
