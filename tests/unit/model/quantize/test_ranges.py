from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiedge.model.quantize.histogram import Histogram
from aiedge.model.quantize.ranges import (
    EMPTY_SCALE,
    Range,
    RangeMethod,
    choose_range,
    clipped_share,
    expected_noise,
    held_range,
    quantization_of,
    signal_power,
)

METHODS = [RangeMethod("minmax"), RangeMethod("percentile", 99.9), RangeMethod("entropy"), RangeMethod("mse")]
each_method = pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)


def histogram_of(values: np.ndarray) -> Histogram:
    histogram = Histogram()
    histogram.add(values)
    return histogram


@given(st.floats(-1e6, 0), st.floats(0, 1e6))
def test_zero_is_exact_and_the_range_is_held_to_half_a_step(low: float, high: float) -> None:
    quantization = quantization_of(Range(low, high))
    held, scale = held_range(quantization), float(quantization.scale)
    assert -128 <= quantization.zero_point <= 127
    assert held.low <= 0 <= held.high
    if high - low > 1e-25:
        slack = scale * 0.5001 + (high - low) * 1e-6
        assert abs(held.low - low) <= slack
        assert abs(held.high - high) <= slack


@each_method
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), spread=st.sampled_from([1e-4, 1.0, 300.0]), shift=st.floats(-3, 3))
def test_every_method_stays_within_all_values_and_holds_zero(
    method: RangeMethod, seed: int, spread: float, shift: float
) -> None:
    rng = np.random.default_rng(seed)
    histogram = histogram_of((rng.standard_t(3, 500) + shift) * spread)
    chosen = choose_range(histogram, method)
    assert histogram.least <= chosen.low <= 0 <= chosen.high <= histogram.greatest
    assert chosen.high > chosen.low


@each_method
def test_values_of_one_sign_waste_nothing(method: RangeMethod) -> None:
    chosen = choose_range(histogram_of(np.random.default_rng(0).gamma(2, 1, 5000)), method)
    assert chosen.low == 0
    assert chosen.high > 1


def test_percentile_leaves_out_at_most_its_share() -> None:
    values = np.random.default_rng(0).normal(0, 1, 100_000)
    chosen = choose_range(histogram_of(values), RangeMethod("percentile", 99))
    for outside in ((values < chosen.low).mean(), (values > chosen.high).mean()):
        assert 0.008 < outside <= 0.0101


def test_mse_is_better_than_minmax_and_cuts_a_far_outlier() -> None:
    values = np.append(np.random.default_rng(0).normal(0, 1, 2_000_000), 100.0)
    histogram = histogram_of(values)
    chosen = choose_range(histogram, RangeMethod("mse"))
    assert chosen.high < 50
    assert chosen.low < -3
    errors = []
    for given_range in (chosen, Range(histogram.least, histogram.greatest)):
        quantization = quantization_of(given_range)
        scale, zero = float(quantization.scale), quantization.zero_point
        integers = np.clip(np.rint(values / scale) + zero, -128, 127)
        errors.append(float((((integers - zero) * scale - values) ** 2).mean()))
    assert errors[0] < errors[1]


def test_entropy_cuts_a_far_outlier() -> None:
    values = np.append(np.random.default_rng(0).normal(0, 1, 20_000), 100.0)
    chosen = choose_range(histogram_of(values), RangeMethod("entropy"))
    assert chosen.high < 50
    assert chosen.low < -2


@each_method
def test_a_tensor_of_zeros_has_a_quantization(method: RangeMethod) -> None:
    chosen = choose_range(histogram_of(np.zeros(10)), method)
    quantization = quantization_of(chosen)
    assert quantization.scale == np.float32(EMPTY_SCALE)
    assert quantization.zero_point == 0


@each_method
@pytest.mark.parametrize("value", [2.5, -7.0, 1e-30])
def test_a_constant_tensor_is_held(method: RangeMethod, value: float) -> None:
    quantization = quantization_of(choose_range(histogram_of(np.full(100, value)), method))
    held = held_range(quantization)
    assert held.low - float(quantization.scale) <= value <= held.high + float(quantization.scale)


def test_expected_noise_is_what_rounding_gives() -> None:
    values = np.random.default_rng(0).normal(0, 1, 50_000)
    histogram = histogram_of(values)
    quantization = quantization_of(Range(-2.0, 2.5))
    scale, zero = float(quantization.scale), quantization.zero_point
    integers = np.clip(np.rint(values / scale) + zero, -128, 127)
    measured = float((((integers - zero) * scale - values) ** 2).mean())
    assert expected_noise(histogram, held_range(quantization)) == pytest.approx(measured, rel=0.02)
    assert signal_power(histogram) == pytest.approx(float((values**2).mean()), rel=0.001)
    outside = ((values < -2.0) | (values > 2.5)).mean()
    assert clipped_share(histogram, held_range(quantization)) == pytest.approx(outside, rel=0.1)


def test_a_percentile_of_a_sparse_tensor_keeps_its_few_values() -> None:
    histogram = Histogram()
    for _ in range(12):
        values = np.zeros(60000)
        values[:4] = [0.5, 2, 5, 9]
        values[4:8] = np.random.default_rng(1).uniform(0.5, 9, 4)
        histogram.add(values)
    assert choose_range(histogram, RangeMethod("percentile", 99.98)) == Range(0, 9)


def test_zeros_count_among_the_values_of_a_percentile() -> None:
    values = np.zeros(60000)
    values[:1000] = np.linspace(0.001, 1, 1000)
    values[1000] = 500
    values[1001:1010] = np.linspace(100, 400, 9)
    assert choose_range(histogram_of(values), RangeMethod("percentile", 99.9)).high < 2
