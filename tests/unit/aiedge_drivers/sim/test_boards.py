from collections import Counter

import numpy as np
import pytest

from aiedge.vision import align, difference, shift
from aiedge.vision.difference import ADDED
from aiedge_drivers.sim.board_defects import Defect, DefectKind
from aiedge_drivers.sim.boards import SIZE_PX, BoardGenerator


@pytest.fixture(scope="module")
def still_boards():
    """Bad boards whose template fits exactly, with smooth edges: they differ by nothing but the defects."""
    generator = BoardGenerator(
        5, good_share=0.0, defects=(3, 8), shift_px=0, residual_px=0.0, edge_px=0.0, noise=0.0
    )
    return [generator.render(index) for index in range(25)]


def same(one, other):
    return (
        np.array_equal(one.test, other.test)
        and np.array_equal(one.template, other.template)
        and one.defects == other.defects
    )


def test_a_board_depends_on_seed_and_index_alone():
    first, second = BoardGenerator(1), BoardGenerator(1)
    forwards = [first.render(index) for index in range(4)]
    backwards = [second.render(index) for index in reversed(range(4))][::-1]
    assert all(same(a, b) for a, b in zip(forwards, backwards, strict=True))
    assert not same(forwards[0], forwards[1])
    assert not same(forwards[0], BoardGenerator(2).render(0))


def test_pictures_are_read_only_grey_and_nearly_black_and_white():
    board = BoardGenerator(3).render(0)
    for picture in (board.test, board.template):
        assert picture.shape == (SIZE_PX, SIZE_PX)
        assert picture.dtype == np.uint8
        assert not picture.flags.writeable
        assert np.mean((picture < 32) | (picture > 223)) > 0.999


def test_the_share_of_good_boards_and_the_number_of_defects_are_as_asked():
    generator = BoardGenerator(4, good_share=0.5, defects=(2, 4))
    counts = [len(generator.render(index).defects) for index in range(60)]
    assert 15 <= counts.count(0) <= 45
    assert set(counts) <= {0, 1, 2, 3, 4}
    assert all(BoardGenerator(4, good_share=1.0).render(index).good for index in range(5))


def test_every_kind_appears(still_boards):
    kinds = Counter(defect.kind for board in still_boards for defect in board.defects)
    assert set(kinds) == set(DefectKind)
    assert min(kinds.values()) >= 3


def test_every_defect_is_visible_inside_its_box_and_nothing_is_outside(still_boards):
    for board in still_boards:
        finds = difference(board.test, board.template)
        for find in finds:
            assert any(_holds(defect, find.x_px, find.y_px, grown=2) for defect in board.defects)
        for defect in board.defects:
            inside = [find for find in finds if _holds(defect, find.x_px, find.y_px, grown=2)]
            assert inside, defect
            added = {find.kind == ADDED for find in inside}
            assert added == {defect.kind.adds_copper}


def test_boxes_are_tight(still_boards):
    for board in still_boards:
        differs = (board.test < 128) != (board.template < 128)
        for defect in board.defects:
            box = differs[defect.y : defect.y + defect.h, defect.x : defect.x + defect.w]
            rows, columns = np.flatnonzero(box.any(1)), np.flatnonzero(box.any(0))
            assert rows[-1] - rows[0] + 1 >= defect.h - 5
            assert columns[-1] - columns[0] + 1 >= defect.w - 5


def test_holes_and_islands_touch_no_edge(still_boards):
    for board in still_boards:
        for defect in board.defects:
            if defect.kind in (DefectKind.PINHOLE, DefectKind.SPURIOUS_COPPER):
                around = board.template[
                    defect.y - 1 : defect.y + defect.h + 1, defect.x - 1 : defect.x + defect.w + 1
                ]
                dark = around < 128
                assert dark.all() if defect.kind is DefectKind.PINHOLE else not dark.any()


def test_the_template_is_shifted_by_no_more_than_asked_and_can_be_aligned():
    generator = BoardGenerator(6, good_share=1.0, shift_px=3)
    shifts = []
    for index in range(12):
        board = generator.render(index)
        found = align(board.test, board.template)
        assert found.quality > 0.8
        assert max(abs(found.dx_px), abs(found.dy_px)) <= 5
        shifts.append((found.dx_px, found.dy_px))
        aligned = shift(board.template, found)
        assert np.mean((board.test < 128) != (aligned < 128)) < 0.06
    assert len(set(shifts)) > 4


def test_a_defects_center_is_the_middle_of_its_box():
    assert Defect(DefectKind.OPEN, 10, 20, 4, 8).center == (12.0, 24.0)


def test_labels_are_the_names_that_models_use():
    assert [kind.label for kind in DefectKind] == [
        "open",
        "short",
        "mousebite",
        "spur",
        "spurious_copper",
        "pinhole",
    ]


def _holds(defect, x, y, grown):
    return (
        defect.x - grown <= x <= defect.x + defect.w + grown
        and defect.y - grown <= y <= defect.y + defect.h + grown
    )
