import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from aiedge.vision import pack_pair

pictures = st_numpy.arrays(np.uint8, (4, 6), elements=st.integers(0, 255))


@given(test=pictures, template=pictures)
def test_each_level_loses_128(test, template):
    packed = pack_pair(test, template)
    assert packed.dtype == np.int8
    assert np.array_equal(packed[0, :, :, 0], test.astype(int) - 128)
    assert np.array_equal(packed[0, :, :, 1], template.astype(int) - 128)


def test_the_callers_array_is_filled():
    out = np.zeros((1, 4, 6, 2), np.int8)
    assert pack_pair(np.full((4, 6), 255, np.uint8), np.zeros((4, 6), np.uint8), out) is out
    assert np.array_equal(np.unique(out), [-128, 127])


@pytest.mark.parametrize("out", [np.zeros((1, 4, 6, 2), np.uint8), np.zeros((4, 6, 2), np.int8)])
def test_another_output_is_refused(out):
    with pytest.raises(ValueError, match="out must be"):
        pack_pair(np.zeros((4, 6), np.uint8), np.zeros((4, 6), np.uint8), out)


def test_pictures_of_two_shapes_are_refused():
    with pytest.raises(ValueError, match="one shape"):
        pack_pair(np.zeros((4, 6), np.uint8), np.zeros((4, 8), np.uint8))
