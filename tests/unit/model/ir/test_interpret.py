"""The oracle's own behaviour; its bits are tested beside LiteRT."""

from __future__ import annotations

import numpy as np
import pytest
from tflite_models import everything

from aiedge.errors import InputError
from aiedge.model.compile import import_model
from aiedge.model.ir.interpret import interpret, interpret_all


def test_all_tensors_can_be_had() -> None:
    graph = import_model(everything(), "m")
    pixels = np.zeros((1, 8, 8, 3), np.int8)
    values = interpret_all(graph, [pixels])
    assert len(values) == len(graph.tensors)
    for value, tensor in zip(values, graph.tensors, strict=True):
        assert (value.shape, value.dtype.name) == (tensor.shape, tensor.dtype)
    np.testing.assert_array_equal(values[graph.outputs[0]], interpret(graph, [pixels])[0])


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ([], "AIE-ENG-003"),
        ([np.zeros((1, 8, 8, 3), np.uint8)], "AIE-ENG-004"),
        ([np.zeros((8, 8, 3), np.int8)], "AIE-ENG-004"),
    ],
)
def test_inputs_that_do_not_fit(inputs: list[np.ndarray], code: str) -> None:
    with pytest.raises(InputError) as caught:
        interpret(import_model(everything(), "m"), inputs)
    assert caught.value.code == code
