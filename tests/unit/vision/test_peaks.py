import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from aiedge.vision import find_peaks

SCALE = 0.1


def empty() -> np.ndarray:
    return np.full((1, 20, 20, 6), -100, np.int8)


def peaks(heat, threshold=0.5):
    return find_peaks(heat, scale=SCALE, zero_point=0, threshold=threshold)


def test_a_peak_has_its_kind_its_place_and_its_score():
    heat = empty()
    heat[0, 4, 7, 2] = 30
    (find,) = peaks(heat)
    assert (find.kind, find.x_px, find.y_px) == (2, 60.0, 36.0)
    assert find.score == pytest.approx(1 / (1 + math.exp(-3.0)))


def test_the_zero_point_counts():
    heat = empty()
    heat[0, 4, 7, 2] = 30
    assert find_peaks(heat, scale=SCALE, zero_point=31, threshold=0.5) == []
    assert len(find_peaks(heat, scale=SCALE, zero_point=30, threshold=0.5)) == 1


def test_neighbours_of_any_kind_give_way_to_the_best():
    heat = empty()
    heat[0, 4, 7, 2] = 30
    heat[0, 6, 9, 5] = 31
    heat[0, 4, 10, 0] = 12
    assert [(f.kind, f.x_px) for f in peaks(heat)] == [(5, 76.0)]
    heat[0, 4, 4, 1] = 12
    assert [f.kind for f in peaks(heat)] == [5, 1]


def test_of_a_plateau_the_first_cell_stays():
    heat = empty()
    heat[0, 5:8, 5:8, 3] = 9
    assert [(f.x_px, f.y_px) for f in peaks(heat)] == [(44.0, 44.0)]


def test_an_empty_map_has_no_finds():
    assert peaks(empty()) == []


def test_uint8_maps_work_alike():
    heat = np.full((20, 20, 6), 28, np.uint8)
    heat[4, 7, 2] = 158
    (find,) = find_peaks(heat, scale=SCALE, zero_point=128, threshold=0.5)
    assert (find.kind, find.score) == (2, pytest.approx(1 / (1 + math.exp(-3.0))))


@given(
    heat=st_numpy.arrays(np.int8, (12, 12, 3), elements=st.integers(-128, 127)),
    threshold=st.floats(0.01, 0.99),
    neighbourhood=st.integers(0, 4),
)
def test_finds_are_apart_sorted_and_leave_no_peak_out(heat, threshold, neighbourhood):
    finds = find_peaks(heat, scale=SCALE, zero_point=-5, threshold=threshold, neighbourhood=neighbourhood)
    cells = [(int(f.y_px // 8), int(f.x_px // 8)) for f in finds]
    scores = [f.score for f in finds]
    assert scores == sorted(scores, reverse=True)
    for number, one in enumerate(cells):
        for other in cells[number + 1 :]:
            assert max(abs(one[0] - other[0]), abs(one[1] - other[1])) > neighbourhood
    best = heat.max(-1).astype(int)
    least = math.log(threshold / (1 - threshold)) / SCALE - 5
    for y, x in np.argwhere(best >= least):
        near = [c for c in cells if max(abs(c[0] - y), abs(c[1] - x)) <= neighbourhood]
        assert any(best[c] >= best[y, x] for c in near)


@pytest.mark.parametrize("threshold", [0.0, 1.0, -1.0])
def test_a_threshold_out_of_range_is_refused(threshold):
    with pytest.raises(ValueError, match="threshold"):
        peaks(empty(), threshold)


def test_another_shape_is_refused():
    with pytest.raises(ValueError, match="heat map"):
        peaks(np.zeros((2, 8, 8, 6), np.int8))
