"""Resizing beside Pillow and OpenCV: equal, or within the one level that docs/processing.md states."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from aiedge.vision.resize import InterpolationName, resize

sides = st.integers(1, 60)


def picture(rows: int, columns: int, channels: int, seed: int) -> NDArray[np.uint8]:
    shape = (rows, columns) if channels == 1 else (rows, columns, channels)
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def worst(ours: NDArray[np.uint8], theirs: NDArray[np.uint8]) -> int:
    return int(np.abs(ours.astype(int) - theirs.reshape(ours.shape)).max())


@settings(deadline=None)
@given(
    rows=sides,
    columns=sides,
    height=sides,
    width=sides,
    channels=st.sampled_from([1, 3]),
    seed=st.integers(0, 99),
)
def test_nearest_is_pillows_off_the_borders(
    rows: int, columns: int, height: int, width: int, channels: int, seed: int
) -> None:
    image = picture(rows, columns, channels, seed)
    theirs = np.asarray(Image.fromarray(image).resize((width, height), Image.Resampling.NEAREST))
    rows_clear, columns_clear = _off_borders(rows, height), _off_borders(columns, width)
    ours = resize(image, width, height, "nearest")
    np.testing.assert_array_equal(ours[rows_clear][:, columns_clear], theirs[rows_clear][:, columns_clear])


def _off_borders(size: int, new_size: int) -> NDArray[np.bool_]:
    """Where the centre of a new pixel is not on the border of two old ones."""
    clear: NDArray[np.bool_] = (2 * np.arange(new_size) + 1) * size % (2 * new_size) != 0
    return clear


@settings(deadline=None)
@given(
    rows=sides,
    columns=sides,
    height=sides,
    width=sides,
    channels=st.sampled_from([1, 3]),
    seed=st.integers(0, 99),
)
def test_bilinear_is_opencvs_within_a_level(
    rows: int, columns: int, height: int, width: int, channels: int, seed: int
) -> None:
    image = picture(rows, columns, channels, seed)
    theirs = cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR)
    assert worst(resize(image, width, height, "bilinear"), np.asarray(theirs, np.uint8)) <= 1


@settings(deadline=None)
@given(rows=sides, columns=sides, data=st.data(), channels=st.sampled_from([1, 3]), seed=st.integers(0, 99))
def test_area_is_opencvs_within_a_level(
    rows: int, columns: int, data: st.DataObject, channels: int, seed: int
) -> None:
    height, width = data.draw(st.integers(1, rows)), data.draw(st.integers(1, columns))
    image = picture(rows, columns, channels, seed)
    theirs = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    assert worst(resize(image, width, height, "area"), np.asarray(theirs, np.uint8)) <= 1


def test_area_is_bilinear_where_an_axis_grows() -> None:
    image = picture(20, 30, 3, 1)
    for width, height in ((31, 10), (10, 21), (60, 60)):
        np.testing.assert_array_equal(
            resize(image, width, height, "area"), resize(image, width, height, "bilinear")
        )


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "area"])
def test_one_grey_stays(interpolation: InterpolationName) -> None:
    for level in (0, 1, 127, 255):
        image = np.full((37, 41, 3), level, np.uint8)
        for width, height in ((1, 1), (41, 37), (40, 36), (13, 5), (100, 90)):
            resized = resize(image, width, height, interpolation)
            assert resized.shape == (height, width, 3)
            assert (resized == level).all()


def test_area_is_the_mean() -> None:
    image = picture(12, 8, 1, 3)
    blocks = image.reshape(3, 4, 2, 4).astype(int).sum(axis=(1, 3))
    np.testing.assert_array_equal(resize(image, 2, 3, "area"), (2 * blocks + 16) // 32)
