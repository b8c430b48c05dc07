"""The training example's data, which needs no TensorFlow."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

_FOLDER = Path(__file__).resolve().parents[3] / "examples" / "training"


@pytest.fixture(scope="module")
def board_data():
    sys.path.insert(0, str(_FOLDER))
    yield importlib.import_module("board_data")
    sys.path.remove(str(_FOLDER))
    del sys.modules["board_data"]


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
    assert board.marks.tolist() == [[230, 305, 80, 30, 0]]
    differs = (board.test < 128) != (board.template < 128)
    rows = np.flatnonzero(differs.any(1))
    assert 299 <= rows.min() <= rows.max() <= 311


def test_rendered_boards_are_repeatable(board_data):
    first, second = board_data.rendered_boards(3, 2), board_data.rendered_boards(3, 2)
    for one, other in zip(first, second, strict=True):
        assert np.array_equal(one.test, other.test)
        assert np.array_equal(one.marks, other.marks)


def test_hold_out_rules(board_data):
    names = ["a3", "b1", "a1", "a2", "b2"]
    assert board_data.held_out(names, ["every:2"]) == {"a1", "a3", "b2"}
    assert board_data.held_out(names, ["group:b", "every:5"]) == {"a1", "b1", "b2"}
    assert board_data.held_out(names, []) == set()
    with pytest.raises(ValueError, match="hold-out rule"):
        board_data.held_out(names, ["half"])


def test_the_target_peaks_where_the_defect_is(board_data):
    board = board_data.Board(
        "x",
        np.zeros((640, 640), np.uint8),
        np.zeros((640, 640), np.uint8),
        np.array([[320, 320, 30, 30, 4]], np.float32),
    )
    seen = 0
    for seed in range(20):
        pixels, target = board_data.random_crop(np.random.default_rng(seed), board, 320)
        assert pixels.shape == (320, 320, 2)
        assert target.shape == (40, 40, 7)
        assert not target[..., [0, 1, 2, 3, 5]].any()
        peaks = np.argwhere(target[..., 4] > 0.999)
        assert len(peaks) <= 1
        seen += len(peaks)
    assert seen > 5
