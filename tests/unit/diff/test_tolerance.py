"""What is within a tolerance, and what is asked where nobody says."""

from __future__ import annotations

import numpy as np
import pytest

from aiedge.diff.difference import Difference
from aiedge.diff.layer import Coding
from aiedge.diff.tolerance import Tolerance
from aiedge.errors import UsageError

SCALE = Coding("int8", 0.5, 0)


def integers(step: int) -> Difference:
    difference = Difference()
    a = np.full(100, 10, np.int8)
    b = a.copy()
    b[0] += step
    difference.add(0, a, b, SCALE, SCALE)
    return difference


def floats(noise: float, coding: Coding | None = None) -> Difference:
    difference = Difference()
    a = np.ones(10)
    b = a + noise if coding is None else np.rint((a + noise) / coding.scale).astype(np.int8)
    difference.add(0, a, b, None, coding)
    return difference


@pytest.mark.parametrize(
    ("tolerance", "difference", "within"),
    [
        (Tolerance(), integers(0), True),
        (Tolerance(), integers(1), False),
        (Tolerance(), floats(1e-6), True),
        (Tolerance(), floats(1e-3), False),
        (Tolerance(), floats(0.1, Coding("int8", 0.01, 0)), True),
        (Tolerance(), floats(0.5, Coding("int8", 0.01, 0)), False),
        (Tolerance(steps=1), integers(1), True),
        (Tolerance(steps=1), integers(2), False),
        (Tolerance(snr_db=20), integers(2), True),
        (Tolerance(snr_db=40), integers(2), False),
        (Tolerance(steps=1, snr_db=20), integers(2), False),
        (Tolerance(cosine=0.9), floats(0.5), True),
        (Tolerance(cosine=0.9), floats(-2), False),
        (Tolerance(steps=0), floats(0.5), True),
        (Tolerance(snr_db=-100), floats(float("nan")), False),
    ],
)
def test_within(tolerance: Tolerance, difference: Difference, within: bool) -> None:
    assert tolerance.holds(difference) is within


def test_in_words() -> None:
    assert (
        str(Tolerance(steps=1, snr_db=20.5, cosine=0.99))
        == "at most 1 step, at least 20.5 dB, cosine at least 0.99"
    )
    assert "integers equal" in str(Tolerance())


@pytest.mark.parametrize("bound", [np.inf, -np.inf, np.nan])
def test_a_bound_is_a_finite_number(bound: float) -> None:
    for name, made in (
        ("--tolerance", (bound,)),
        ("--min-snr", (None, bound)),
        ("--min-cosine", (None, None, bound)),
    ):
        with pytest.raises(UsageError, match=f"AIE-CLI-001.*{name}"):
            Tolerance(*made)
