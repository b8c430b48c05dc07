"""The figures of a layer are those of NumPy on all values at once, and say what is not finite."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiedge.diff.difference import Difference, Kind
from aiedge.diff.layer import Coding

INT8 = Coding("int8", 0.5, 3)


def added(a: list[np.ndarray], b: list[np.ndarray], *codings: Coding | None) -> Difference:
    difference = Difference()
    for index, (left, right) in enumerate(zip(a, b, strict=True)):
        difference.add(index, left, right, *codings)
    return difference


@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_figures_are_those_of_all_values_together(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    a = [rng.standard_normal((1, 3, 4)).astype(np.float32) for _ in range(count)]
    b = [x + rng.standard_normal(x.shape).astype(np.float32) / 8 for x in a]
    difference = added(a, b, None, None)
    left, right = (np.concatenate(side).astype(np.float64).ravel() for side in (a, b))
    noise = left - right
    assert difference.kind is Kind.FLOAT
    assert (difference.samples, difference.elements) == (count, left.size)
    assert difference.greatest == np.abs(noise).max()
    assert difference.greatest_steps is None
    at = (difference.sample, *difference.place)
    assert abs(float(np.stack(a)[at]) - float(np.stack(b)[at])) == difference.greatest
    assert difference.snr_db == pytest.approx(10 * math.log10((left**2).sum() / (noise**2).sum()))
    assert difference.cosine == pytest.approx(left @ right / math.sqrt((left @ left) * (right @ right)))


def test_integers_differ_in_whole_steps() -> None:
    a = np.array([[1, 2, 3, -128]], np.int8)
    difference = added([a], [np.array([[1, 2, 5, 127]], np.int8)], INT8, INT8)
    assert difference.kind is Kind.INTEGERS
    assert (difference.greatest_steps, difference.greatest, difference.place) == (255, 127.5, (0, 3))
    assert difference.differing == 2


def test_uint8_and_int8_of_one_scale_are_the_same_numbers() -> None:
    a = np.array([[-128, 0, 127]], np.int8)
    difference = added([a], [(a.astype(int) + 128).astype(np.uint8)], INT8, INT8)
    assert difference.equal
    assert difference.snr_db == math.inf
    assert difference.cosine == 1


def test_float_beside_integers_counts_in_their_steps() -> None:
    a = np.array([0.0, 1.0, 1.25], np.float32)
    difference = added([a], [np.array([3, 5, 5], np.int8)], None, INT8)
    assert difference.kind is Kind.UNLIKE
    assert (difference.greatest, difference.greatest_steps) == (0.25, 0.5)


def test_a_relu_that_became_the_range_of_the_integers() -> None:
    relu = Coding("uint8", 0.5, 0)
    a, b = np.array([-3.0, 0.0, 1.0], np.float32), np.array([0, 0, 2], np.uint8)
    assert added([a], [b], None, relu).equal
    assert added([b], [a], relu, None).equal
    assert added([a], [np.array([-3, 3, 5], np.int8)], None, INT8).greatest == 0


def test_two_scales_count_in_the_coarser_one() -> None:
    coarse = Coding("int8", 1.0, 0)
    difference = added([np.array([5], np.int8)], [np.array([2], np.int8)], INT8, coarse)
    assert difference.kind is Kind.UNLIKE
    assert (difference.greatest, difference.greatest_steps) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("a", "b", "wrong"),
    [
        ([np.nan, 1], [np.nan, 1], 0),
        ([np.inf, 1], [np.inf, 1], 0),
        ([np.nan, 1], [0, 1], 1),
        ([np.inf, 1], [-np.inf, 1], 1),
        ([2, np.inf], [np.nan, np.inf], 1),
    ],
)
def test_what_is_not_finite_is_counted_and_spoils_no_other_figure(
    a: list[float], b: list[float], wrong: int
) -> None:
    difference = added([np.array(a, np.float32)], [np.array(b, np.float32)], None, None)
    assert difference.not_finite == wrong
    assert difference.equal == (wrong == 0)
    assert difference.greatest == 0
    assert math.isfinite(difference.cosine)


def test_noise_without_a_signal() -> None:
    difference = added([np.zeros(3, np.float32)], [np.ones(3, np.float32)], None, None)
    assert difference.snr_db == -math.inf
    assert difference.cosine == 0


def test_channels_first_beside_channels_last() -> None:
    a = np.arange(24, dtype=np.float32).reshape(1, 2, 3, 4)
    assert added([a], [a.transpose(0, 3, 1, 2)], None, None).equal
    square = np.arange(27, dtype=np.float32).reshape(1, 3, 3, 3)
    assert added([square], [square.transpose(0, 3, 1, 2)], None, None).equal
    assert added([square], [square], None, None).equal
    assert added([a.reshape(1, 24)], [a.reshape(24)], None, None).equal


@pytest.mark.parametrize(
    ("b", "coding", "reason"),
    [
        (np.zeros(4, np.float32), None, "shapes"),
        (np.zeros(3, np.int32), None, "not known"),
    ],
)
def test_what_cannot_be_compared_says_why(b: np.ndarray, coding: Coding | None, reason: str) -> None:
    difference = added([np.zeros(3, np.float32)], [b], None, coding)
    assert difference.samples == 0
    assert reason in difference.reason


def test_a_signal_far_below_its_noise_has_a_ratio() -> None:
    difference = added([np.array([1e-150])], [np.array([1e150])], None, None)
    assert difference.snr_db == pytest.approx(-6000)
