"""The shipped board inspector, from picture to finds, against known defects."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import aiedge
from aiedge.line.decide import Rules
from aiedge.line.looks import look_of
from aiedge.vision import align, shift
from aiedge_drivers.sim.boards import BoardGenerator

THRESHOLD = 0.4
GROWN_PX = 8


@pytest.fixture(scope="module")
def inspect():
    """A function from test image and template to finds."""
    bundle = Path(aiedge.__file__).parent / "models" / "board_defects.aie"
    look = look_of(aiedge.load(bundle), max_shift_px=12)

    def finds_of(test, template):
        return look.judge(test, shift(template, align(test, template)), Rules(THRESHOLD))[1]

    return finds_of


def _tally(marks, finds):
    """Marks with a find in them, finds in no mark."""
    within = [
        [
            left - GROWN_PX <= f.x_px <= right + GROWN_PX and top - GROWN_PX <= f.y_px <= bottom + GROWN_PX
            for f in finds
        ]
        for left, top, right, bottom in marks
    ]
    hits = np.array(within, dtype=bool).reshape(len(marks), len(finds))
    return int(hits.any(1).sum()), int((~hits.any(0)).sum())


def test_the_bundle_is_small_and_says_what_it_finds():
    bundle = Path(aiedge.__file__).parent / "models" / "board_defects.aie"
    assert bundle.stat().st_size <= 300_000
    assert aiedge.load(bundle).labels == ("open", "short", "mousebite", "spur", "spurious_copper", "pinhole")


def test_defects_on_rendered_boards_are_found_and_named(inspect):
    generator = BoardGenerator(77, good_share=0.3)
    marked = found = outside = named = 0
    for index in range(40):
        board = generator.render(index)
        finds = inspect(board.test, board.template)
        marks = [(d.x - 9, d.y - 9, d.x + d.w + 9, d.y + d.h + 9) for d in board.defects]
        hits, wrong = _tally(marks, finds)
        marked, found, outside = marked + len(marks), found + hits, outside + wrong
        named += sum(
            any(f.kind == d.kind - 1 and _tally([mark], [f])[0] for f in finds)
            for d, mark in zip(board.defects, marks, strict=True)
        )
    assert found >= 0.93 * marked
    assert named >= 0.8 * marked
    assert outside <= 0.5 * 40


@pytest.mark.shared_data
def test_marked_defects_on_real_boards_are_found(inspect, shared):
    folder = shared / "data" / "deeppcb"
    names = sorted(path.stem for path in folder.glob("*.txt"))[::5]
    marked = found = outside = 0
    for name in names:
        test, template = (
            np.asarray(Image.open(folder / f"{name}_{part}.jpg").convert("L")) for part in ("test", "temp")
        )
        rows = (line.split() for line in (folder / f"{name}.txt").read_text().splitlines() if line.strip())
        marks = [tuple(int(v) for v in row[:4]) for row in rows]
        hits, wrong = _tally(marks, inspect(test, template))
        marked, found, outside = marked + len(marks), found + hits, outside + wrong
    assert found >= 0.96 * marked
    assert outside <= 0.5 * len(names)
