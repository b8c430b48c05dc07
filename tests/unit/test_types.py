from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiedge.clock import FakeClock
from aiedge.types import ClockDomain, Frame, TensorSpec, TimeSource, Timestamp, Verdict


def test_arrival_is_now_on_the_given_clock() -> None:
    stamp = Timestamp.arrival(FakeClock(monotonic_ns=42))
    assert stamp == Timestamp(42, ClockDomain.HOST_MONOTONIC, TimeSource.ARRIVAL, 0)


def test_frames_are_frozen_and_have_no_metadata_of_their_own() -> None:
    pixels = np.zeros((2, 2), dtype=np.uint8)
    frame = Frame(pixels, Timestamp.arrival(FakeClock()), 0)
    assert frame.reference is None
    assert dict(frame.metadata) == {}
    with pytest.raises(dataclasses.FrozenInstanceError):
        frame.sequence = 1  # type: ignore[misc]
    with pytest.raises(TypeError):
        frame.metadata["a"] = 1  # type: ignore[index]


def test_only_good_passes() -> None:
    assert [verdict for verdict in Verdict if verdict.passes] == [Verdict.GOOD]


class TestTensorSpec:
    INT8 = TensorSpec("x", (3,), np.dtype(np.int8), scale=0.5, zero_point=-3)
    UINT8 = TensorSpec("x", (3,), np.dtype(np.uint8), scale=0.5, zero_point=10)
    FLOAT = TensorSpec("x", (3,), np.dtype(np.float32))

    def test_halves_go_to_even(self) -> None:
        quantized = self.INT8.quantize(np.array([0.25, 0.75, -0.25, -0.75, 1.25]))
        assert quantized.dtype == np.int8
        assert (quantized + 3).tolist() == [0, 2, 0, -2, 2]

    def test_saturates(self) -> None:
        assert self.INT8.quantize(np.array([1e9, -1e9, np.inf])).tolist() == [127, -128, 127]
        assert self.UINT8.quantize(np.array([1e9, -1e9])).tolist() == [255, 0]

    def test_without_a_scale_values_pass(self) -> None:
        values = np.array([1.5, -2.25])
        assert self.FLOAT.quantize(values).tolist() == [1.5, -2.25]
        assert self.FLOAT.quantize(values).dtype == np.float32
        assert self.FLOAT.dequantize(values).tolist() == [1.5, -2.25]

    @given(st.integers(-128, 127), st.integers(-128, 127), st.floats(1e-6, 1e3))
    def test_every_integer_comes_back(self, value: int, zero_point: int, scale: float) -> None:
        spec = TensorSpec("x", (1,), np.dtype(np.int8), scale, zero_point)
        real = spec.dequantize(np.array([value], dtype=np.int8))
        assert real.dtype == np.float32
        assert spec.quantize(real).tolist() == [value]
