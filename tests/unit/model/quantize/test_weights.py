from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiedge.model.quantize.weights import ScaleError, quantize_weights, restored


def quantized(weights: np.ndarray, bias: np.ndarray | None = None, method: str = "minmax", axis: int = 0):
    bias = np.zeros(weights.shape[axis]) if bias is None else bias
    return quantize_weights(weights.astype(np.float32), axis, bias, (0.05, 0.1), method)


@given(st.integers(0, 10_000), st.sampled_from([0, 3]), st.floats(-4, 4))
def test_each_weight_is_within_half_a_step(seed: int, axis: int, exponent: float) -> None:
    rng = np.random.default_rng(seed)
    weights = (rng.normal(0, 1, (4, 3, 2, 5)) * 10**exponent).astype(np.float32)
    made = quantized(weights, axis=axis)
    shape = [1] * 4
    shape[axis] = -1
    steps = made.scales.astype(np.float64).reshape(shape)
    assert np.all(np.abs(restored(made, axis) - weights) <= steps * 0.5001)
    assert made.values.min() >= -127


@given(st.integers(0, 10_000))
def test_narrowed_channels_are_nearer_to_float(seed: int) -> None:
    weights = np.random.default_rng(seed).standard_t(3, (4, 1, 1, 200)).astype(np.float32)
    errors = [
        ((restored(quantized(weights, method=method), 0) - weights) ** 2).sum()
        for method in ("minmax", "mse")
    ]
    assert errors[1] <= errors[0] * (1 + 1e-9)


def test_weights_that_were_int8_come_back_exactly() -> None:
    rng = np.random.default_rng(0)
    integers = rng.integers(-90, 91, (8, 1, 1, 64))
    weights = (integers * np.float32(0.0123)).astype(np.float32)
    made = quantized(weights)
    assert np.array_equal(made.values, integers)
    assert made.scales == pytest.approx(np.full(8, 0.0123), rel=1e-5)


def test_a_channel_of_zeros_keeps_its_bias() -> None:
    weights = np.zeros((2, 1, 1, 4), np.float32)
    weights[1] = 0.5
    made = quantized(weights, np.array([3.0, 0.0]))
    assert np.all(made.values[0] == 0)
    assert made.bias[0] * 0.05 * float(made.scales[0]) == pytest.approx(3.0, rel=1e-6)
    assert np.all(np.isfinite(made.scales) & (made.scales > 0))


def test_a_bias_that_int32_could_not_hold_widens_the_scale() -> None:
    made = quantized(np.full((1, 1, 1, 4), 1e-12, np.float32), np.array([5.0]))
    assert abs(int(made.bias[0])) <= 2**30 + 1
    assert made.bias[0] * 0.05 * float(made.scales[0]) == pytest.approx(5.0, rel=1e-6)


def test_weights_beyond_float32_are_refused() -> None:
    with pytest.raises(ScaleError, match="weights up to"):
        quantize_weights(np.full((1, 4), 3e38, np.float32), 0, np.zeros(1), (1e30, 1e-30), "minmax")
