import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from aiedge.vision.difference import ADDED, MISSING, blobs, difference, opened

masks = st_numpy.arrays(np.bool_, st.tuples(st.integers(3, 14), st.integers(3, 14)))


def flooded(mask: np.ndarray) -> set[frozenset[tuple[int, int]]]:
    """The 8-connected components by plain flood filling."""
    left = {(int(y), int(x)) for y, x in np.argwhere(mask)}
    found = set()
    while left:
        todo = [left.pop()]
        component = set(todo)
        while todo:
            y, x = todo.pop()
            near = {(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)} & left
            left -= near
            component |= near
            todo += near
        found.add(frozenset(component))
    return found


@given(mask=masks)
def test_blobs_are_the_connected_components(mask):
    ours = [frozenset(zip(rows.tolist(), columns.tolist(), strict=True)) for rows, columns in blobs(mask)]
    assert len(ours) == len(set(ours))
    assert set(ours) == flooded(mask)
    assert [min(blob) for blob in ours] == sorted(min(blob) for blob in ours)


@given(mask=masks)
def test_opening_is_the_union_of_the_squares_that_fit(mask):
    expected = np.zeros_like(mask)
    for y in range(mask.shape[0] - 2):
        for x in range(mask.shape[1] - 2):
            if mask[y : y + 3, x : x + 3].all():
                expected[y : y + 3, x : x + 3] = True
    assert np.array_equal(opened(mask), expected)


def test_missing_and_added_material_are_told_apart():
    template = np.full((64, 64), 255, np.uint8)
    template[:, :32] = 0
    test = template.copy()
    test[10:16, 4:12] = 255
    test[40:44, 50:54] = 0
    test[60, 20] = 255
    hole, dirt = difference(test, template)
    assert (hole.kind, hole.x_px, hole.y_px, hole.score) == (MISSING, 8.0, 13.0, 48.0)
    assert (dirt.kind, dirt.x_px, dirt.y_px, dirt.score) == (ADDED, 52.0, 42.0, 16.0)


def test_equal_pictures_do_not_differ():
    image = np.random.default_rng(0).integers(0, 256, (64, 64), np.uint8)
    assert difference(image, image) == []


def test_pictures_of_two_shapes_are_refused():
    with pytest.raises(ValueError, match="one shape"):
        difference(np.zeros((8, 8), np.uint8), np.zeros((8, 9), np.uint8))
