"""The training example's data, which needs no PyTorch."""

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def folder(tmp_path):
    """One real board as people deliver it: the template lies 2 px lower, one open is marked."""
    template = np.full((640, 640), 255, np.uint8)
    template[100:500, 200:260] = 0
    test = template.copy()
    test[300:310, 200:260] = 255
    Image.fromarray(test).save(tmp_path / "7_test.jpg")
    Image.fromarray(np.roll(template, 2, axis=0)).save(tmp_path / "7_temp.jpg")
    (tmp_path / "7.txt").write_text("190 290 270 320 1\n")
    (tmp_path / "8.txt").write_text("1 2 3 4 5\n")
    return tmp_path


def test_a_folder_gives_aligned_boards_with_marks(board_data, folder):
    (board,) = board_data.folder_boards(folder)
    assert board.name == "7"
    assert board.marks.tolist() == [[190, 290, 270, 320, 0]]
    differs = (board.test < 128) != (board.template < 128)
    rows = np.flatnonzero(differs.any(1))
    assert 299 <= rows.min() <= rows.max() <= 311


def test_rendered_boards_are_repeatable(board_data):
    first, second = board_data.rendered_boards(3, 2), board_data.rendered_boards(3, 2)
    for one, other in zip(first, second, strict=True):
        assert np.array_equal(one.test, other.test)
        assert np.array_equal(one.marks, other.marks)


def test_boards_of_one_group_lie_on_one_side(board_data):
    names = [f"{group}{number:03}" for group in ("00041", "13000", "20085", "44000") for number in range(25)]
    kept = board_data.held_out(names, share=0.5, seed=3)
    assert len(kept) == 50
    assert {name[:5] for name in kept}.isdisjoint(name[:5] for name in names if name not in kept)
    assert board_data.held_out(names[::-1], share=0.5, seed=3) == kept
    assert any(board_data.held_out(names, share=0.5, seed=seed) != kept for seed in range(5))
    assert board_data.held_out(names, share=0.2, seed=3) == set()


def test_good_pairs_fit_and_have_no_marks(board_data):
    template = np.full((640, 640), 255, np.uint8)
    template[100:500, 200:260] = 0
    template[300:340, 100:500] = 0
    for seed in range(5):
        pair = board_data.good_pair(np.random.default_rng(seed), template)
        assert pair.marks.shape == (0, 5)
        inner = np.s_[4:-4, 4:-4]
        assert not ((pair.test < 128) != (pair.template < 128))[inner].any()


def test_the_mark_of_a_crop_encloses_the_defect(board_data):
    test = np.full((640, 640), 255, np.uint8)
    test[310:330, 300:340] = 0
    marks = np.array([[300, 310, 340, 330, 4]], np.float32)
    board = board_data.Board("x", test, np.full((640, 640), 255, np.uint8), marks)
    whole = cut = 0
    for seed in range(60):
        crop = board_data.random_crop(np.random.default_rng(seed), board, 320)
        assert crop.pixels.shape == (320, 320, 2)
        assert crop.pixels.flags.c_contiguous
        assert len(crop.marks) + len(crop.cut) <= 1
        rows, columns = np.nonzero(crop.pixels[..., 0].astype(int) < 100)
        for left, top, right, bottom, kind in np.concatenate([crop.marks, crop.cut]):
            assert kind == 4
            inside = (rows >= top) & (rows < bottom) & (columns >= left) & (columns < right)
            assert inside.all()
            seen = (min(right, 320) - max(left, 0)) * (min(bottom, 320) - max(top, 0))
            if left < 320 and right > 0 and top < 320 and bottom > 0 and len(rows):
                assert len(rows) == seen
        whole += len(crop.marks)
        cut += len(crop.cut)
    assert whole > 10
    assert cut > 10


def test_a_mark_belongs_to_a_crop_when_its_middle_does(board_data):
    blank = np.zeros((640, 640), np.uint8)
    board = board_data.Board("x", blank, blank, np.array([[305, 305, 335, 335, 2]], np.float32))
    for seed in range(40):
        crop = board_data.random_crop(np.random.default_rng(seed), board, 320)
        for marks, inside in ((crop.marks, True), (crop.cut, False)):
            middles = (marks[:, :2] + marks[:, 2:4]) / 2
            assert (((middles >= 0) & (middles < 320)).all(1) == inside).all()
