"""Exact percentiles of the last durations."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from aiedge.line.latency_window import LatencyWindow


def test_nothing_added_has_no_percentiles() -> None:
    assert LatencyWindow(4).quantiles_s(0.5, 1.0) == (None, None)


def test_known_values() -> None:
    window = LatencyWindow(1000)
    for value in range(1, 101):
        window.add(float(value))
    assert window.quantiles_s(0.5, 0.99, 0.999, 1.0) == (50.0, 99.0, 100.0, 100.0)


@given(
    st.lists(st.floats(0, 1e3), min_size=1, max_size=60),
    st.integers(1, 20),
    st.floats(0.01, 1.0),
)
def test_a_percentile_is_a_kept_value_that_enough_do_not_exceed(
    values: list[float], size: int, fraction: float
) -> None:
    window = LatencyWindow(size)
    for value in values:
        window.add(value)
    kept = sorted(values[-size:])
    (found,) = window.quantiles_s(fraction)
    assert found in kept
    assert found is not None
    assert sum(value <= found for value in kept) >= math.ceil(fraction * len(kept)) - 1e-9
    smaller = [value for value in kept if value < found]
    assert len(smaller) < fraction * len(kept)
