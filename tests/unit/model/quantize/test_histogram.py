from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from aiedge.model.quantize.histogram import BINS, COUNTED, Histogram

FLOATS = st.floats(-(2.0**40), 2.0**40, width=32)
BATCHES = st.lists(arrays(np.float32, st.integers(1, 30), elements=FLOATS), min_size=1, max_size=6)


def filled(batches: list[np.ndarray]) -> Histogram:
    histogram = Histogram()
    for batch in batches:
        histogram.add(batch)
    return histogram


@given(BATCHES)
def test_no_value_is_lost_and_the_bounds_are_exact(batches: list[np.ndarray]) -> None:
    histogram = filled(batches)
    values = np.concatenate(batches)
    assert histogram.total == values.size
    assert histogram.zeros == np.count_nonzero(values == 0)
    assert histogram.least == min(0, values.min())
    assert histogram.greatest == max(0, values.max())


@given(BATCHES)
def test_each_value_stands_in_its_bin(batches: list[np.ndarray]) -> None:
    histogram = filled(batches)
    values = np.concatenate(batches).astype(np.float64)
    nonzero = values[values != 0]
    if nonzero.size == 0:
        assert histogram.counts.sum() == 0
        return
    assert histogram.low <= nonzero.min()
    assert nonzero.max() <= histogram.low + (BINS + 1e-6) * histogram.width
    for edge in (BINS // 4, BINS // 2, 3 * BINS // 4):
        bound, slack = histogram.low + edge * histogram.width, histogram.width * 1e-6
        below = histogram.counts[:edge].sum()
        # a value on the bound itself may lie on either side, by the rounding of its division
        assert (nonzero < bound - slack).sum() <= below <= (nonzero < bound + slack).sum()


def test_growing_by_a_thousand_times_keeps_the_shape() -> None:
    rng = np.random.default_rng(0)
    small, large = rng.normal(0, 1, 5000), rng.normal(0, 1000, 5000)
    grown, direct = filled([small, large]), filled([np.concatenate([large, small])])
    for share in (-0.3, -0.05, 0.05, 0.3):
        bound = 3000 * share
        places = [int((bound - h.low) / h.width) for h in (grown, direct)]
        below = [h.counts[:place].sum() for h, place in zip((grown, direct), places, strict=True)]
        assert abs(int(below[0]) - int(below[1])) < 100


def test_a_copy_lives_apart() -> None:
    histogram = filled([np.array([1.0, 2.0])])
    copy = histogram.copy()
    copy.add(np.array([-50.0]))
    assert histogram.total == 2
    assert histogram.least == 0
    assert copy.total == 3
    assert copy.least == -50


def test_coarse_bins_hold_all_counts() -> None:
    histogram = filled([np.random.default_rng(1).normal(0, 1, 1000)])
    assert sum(histogram.coarse(64)) == 1000
    assert len(histogram.coarse(64)) == 64


def test_of_a_large_array_some_of_every_channel_are_counted_and_the_bounds_are_of_all() -> None:
    values = np.zeros((1, 100, 100, 48), np.float32)
    values[..., :] = np.arange(1, 49)
    values[0, 7, 9, 11] = -1000
    histogram = filled([values])
    assert 0.3 * COUNTED < histogram.total <= COUNTED * 2
    assert histogram.least == -1000
    assert histogram.greatest == 48
    places = ((np.arange(1, 49) - histogram.low) / histogram.width).astype(int)
    assert all(histogram.counts[place] > 0 for place in places)
