"""One input for two sides: the same integers, or the same real values."""

from __future__ import annotations

import numpy as np
import pytest

from aiedge.diff.carry import carry, pair_inputs, random_input
from aiedge.errors import InputError
from aiedge.types import TensorSpec

FLOAT = TensorSpec("x", (1, 4, 6, 3), np.dtype(np.float32))
INT8 = TensorSpec("x", (1, 4, 6, 3), np.dtype(np.int8), 0.5, -7)
FIRST = TensorSpec("x", (1, 3, 4, 6), np.dtype(np.float32))


def test_integers_stay_themselves_over_float() -> None:
    rng = np.random.default_rng(3)
    array = random_input(INT8, INT8, rng)
    assert carry(array, INT8, INT8) is not None
    assert np.array_equal(carry(carry(array, INT8, FLOAT), FLOAT, INT8), array)
    uint8 = TensorSpec("x", INT8.shape, np.dtype(np.uint8), 0.5, 121)
    assert np.array_equal(carry(array, INT8, uint8), (array.astype(int) + 128).astype(np.uint8))


def test_channels_are_moved() -> None:
    array = np.arange(72, dtype=np.float32).reshape(1, 4, 6, 3)
    moved = carry(array, FLOAT, FIRST)
    assert moved.flags.c_contiguous
    assert np.array_equal(moved, array.transpose(0, 3, 1, 2))


def test_random_values_lie_in_the_range_of_the_side_that_has_one() -> None:
    rng = np.random.default_rng(3)
    values = random_input(FLOAT, INT8, rng)
    assert values.dtype == np.float32
    assert np.array_equal(INT8.dequantize(INT8.quantize(values)), values)
    assert random_input(FLOAT, FLOAT, rng).std() == pytest.approx(1, abs=0.3)


def test_inputs_are_paired_by_name_else_by_place() -> None:
    a, b = (TensorSpec(name, (1, 2), np.dtype(np.float32)) for name in "ab")
    c = TensorSpec("c", (1, 2), np.dtype(np.float32))
    assert pair_inputs((a, b), (b, a), ("one", "two")) == (a, b)
    assert pair_inputs((a,), (c,), ("one", "two")) == (c,)


@pytest.mark.parametrize(
    "other",
    [
        (),
        (FLOAT, FLOAT),
        (TensorSpec("x", (1, 4, 6, 4), np.dtype(np.float32)),),
        (TensorSpec("x", (1, 4, 6, 3), np.dtype(np.int32)),),
    ],
)
def test_inputs_of_another_network(other: tuple[TensorSpec, ...]) -> None:
    with pytest.raises(InputError, match="AIE-MOD-087"):
        pair_inputs((FLOAT,), other, ("one", "two"))
