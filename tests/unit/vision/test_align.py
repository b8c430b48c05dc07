import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiedge.vision import Alignment, align, shift


def scene(seed: int, size: int = 128) -> np.ndarray:
    """Random rectangles, dark on bright."""
    rng = np.random.default_rng(seed)
    image = np.full((size, size), 255, np.uint8)
    for _ in range(12):
        y, x = rng.integers(0, size - 16, 2)
        h, w = rng.integers(6, 40, 2)
        image[y : y + h, x : x + w] = 0 if rng.random() < 0.7 else 255
    return image


@given(dy=st.integers(-11, 11), dx=st.integers(-11, 11), seed=st.integers(0, 50))
@settings(max_examples=60, deadline=None)
def test_a_shift_is_found_to_the_pixel(dy, dx, seed):
    wide = scene(seed, 160)
    test = wide[16:144, 16:144]
    template = wide[16 - dy : 144 - dy, 16 - dx : 144 - dx]
    found = align(test, template, max_shift_px=12)
    assert (found.dy_px, found.dx_px) == (dy, dx)
    assert found.quality == 1.0


def test_the_shifted_template_lies_over_the_test_image():
    wide = scene(3, 160)
    test, template = wide[16:144, 16:144], wide[21:149, 9:137]
    moved = shift(template, align(test, template))
    assert np.array_equal(moved[8:-8, 8:-8], test[8:-8, 8:-8])


def test_noise_and_a_defect_do_not_move_the_alignment():
    wide = scene(7, 160)
    rng = np.random.default_rng(1)
    test = np.clip(wide[16:144, 16:144] + rng.normal(0, 20, (128, 128)), 0, 255).astype(np.uint8)
    test[40:60, 40:60] ^= 255
    found = align(test, wide[14:142, 19:147])
    assert (found.dy_px, found.dx_px) == (2, -3)
    assert 0.6 < found.quality < 1


def test_another_board_has_a_poor_quality():
    assert align(scene(1), scene(2)).quality < 0.5


@pytest.mark.parametrize("level", [0, 255])
def test_blank_pictures_fit_where_they_are(level):
    blank = np.full((128, 128), level, np.uint8)
    assert align(blank, blank) == Alignment(0, 0, 1.0)


def test_one_defect_on_an_empty_board_is_no_failed_alignment():
    blank = np.full((640, 640), 255, np.uint8)
    test = blank.copy()
    test[300:320, 300:320] = 0
    found = align(test, blank)
    assert (found.dy_px, found.dx_px) == (0, 0)
    assert found.quality > 0.9


def test_opposite_pictures_do_not_fit():
    assert align(np.zeros((128, 128), np.uint8), np.full((128, 128), 255, np.uint8)).quality < 0.5


@pytest.mark.parametrize(
    ("test", "template"),
    [
        ((128, 128), (128, 124)),
        ((126, 128), (126, 128)),
        ((128, 128, 1), (128, 128, 1)),
        ((32, 32), (32, 32)),
    ],
)
def test_shapes_that_cannot_be_aligned_are_refused(test, template):
    with pytest.raises(ValueError, match=r"pictures|too small"):
        align(np.zeros(test, np.uint8), np.zeros(template, np.uint8))


@given(dy=st.integers(-7, 7), dx=st.integers(-7, 7))
def test_shift_repeats_the_border(dy, dx):
    image = np.arange(64, dtype=np.uint8).reshape(8, 8)
    rows = np.clip(np.arange(8) + dy, 0, 7)
    columns = np.clip(np.arange(8) + dx, 0, 7)
    assert np.array_equal(shift(image, Alignment(dx, dy, 1.0)), image[rows][:, columns])


def test_a_shift_beyond_the_picture_is_refused():
    with pytest.raises(ValueError, match="leaves nothing"):
        shift(np.zeros((8, 8), np.uint8), Alignment(8, 0, 1.0))
