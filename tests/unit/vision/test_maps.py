"""What maps mean; the native core is held to these functions in tests/native/test_processing.py."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from aiedge.types import TensorSpec
from aiedge.vision.maps import anomaly
from aiedge.vision.values import values_of

Score = Literal["max", "mean"]


@pytest.mark.parametrize("score", ["max", "mean"])
@pytest.mark.parametrize("value", [np.nan, -np.inf])
def test_a_model_that_fails_does_not_find_its_part_good(score: Score, value: float) -> None:
    output = np.array([[0, value], [1, np.inf]], np.float32)
    values = values_of(output, TensorSpec("map", output.shape, output.dtype))
    found = anomaly(values, score=score, threshold=1e30)
    assert found.score == np.inf
    assert found.is_anomalous


@pytest.mark.parametrize(("score", "expected"), [("max", 3.0), ("mean", 1.5)])
def test_a_score_is_the_greatest_value_or_the_mean(score: Score, expected: float) -> None:
    found = anomaly(np.arange(4, dtype=np.float32).reshape(2, 2), score=score, threshold=2.0)
    assert found.score == expected
    assert found.is_anomalous == (expected >= 2)
