"""Which LSTMs the importer refuses, by name."""

from __future__ import annotations

from typing import Any

import pytest
from lstm_models import build_lstm
from tflite_models import Draw

from aiedge.errors import ModelError
from aiedge.model.compile import import_model


@pytest.mark.parametrize(
    ("faults", "text"),
    [
        ({"intermediates": 4}, "24 inputs and 4 intermediate tensors"),
        ({"intermediates": 0}, "0 intermediate tensors"),
        ({"present": {9: 12}}, "peepholes"),
        ({"present": {16: 5}}, "a projection"),
        ({"present": {20: 12}}, "layer normalization"),
        ({"absent": (1, 5, 12)}, "coupled gates"),
        ({"absent": (13,)}, "without a state or bias"),
        ({"absent": (18,)}, "without a state or bias"),
        ({"FusedActivationFunction": 1}, "another activation than tanh"),
        ({"DiagonalRecurrentTensors": True}, "diagonal weights"),
        ({"cell_scale": 3e-4}, "no power of two"),
        ({"cell_scale": 0.0}, "no power of two"),
        ({"state_zero": 100}, "state and output have different scales"),
        ({"present": {18: 19}}, "is not int8 with one scale"),
        ({"present": {19: 18}}, "is not int16 with one scale"),
    ],
)
def test_refused(faults: dict[str, Any], text: str) -> None:
    with pytest.raises(ModelError) as caught:
        import_model(build_lstm(Draw(3), **faults), "m.tflite")
    assert caught.value.code == "AIE-MOD-010"
    assert text in caught.value.what
    assert caught.value.where.startswith("m.tflite")


@pytest.mark.parametrize("exponent", [-16, -8])
def test_a_cell_that_the_functions_are_not_made_for(exponent: int) -> None:
    with pytest.raises(ModelError, match=r"not 2\^-15 to 2\^-9"):
        import_model(build_lstm(Draw(3), cell_scale=2.0**exponent), "m.tflite")
