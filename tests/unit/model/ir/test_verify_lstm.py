"""Each demand of an LSTM, broken one at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from lstm_graphs import lstm

from aiedge.errors import ModelError
from aiedge.model.ir.graph import Graph, Quantization
from aiedge.model.ir.ops import Lstm
from aiedge.model.ir.verify import verify

INPUT, WEIGHT, STATE_WEIGHT, BIAS, OUTPUT = 0, 1, 5, 9, 13


def attribute(**fields: Any) -> Callable[[Graph], None]:
    def change(graph: Graph) -> None:
        op = graph.nodes[0].op
        assert isinstance(op, Lstm)
        graph.nodes[0].op = replace(op, **fields)

    return change


def tensor(index: int, **fields: Any) -> Callable[[Graph], None]:
    def change(graph: Graph) -> None:
        for name, value in fields.items():
            setattr(graph.tensors[index], name, value)

    return change


def scale(value: float, zero_point: int = 0) -> Quantization:
    return Quantization(np.array([value], np.float32), np.array([zero_point], np.int32))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (attribute(time_major=2), "time_major is 2"),
        (attribute(cell_exponent=-16), "2^-16 is not"),
        (attribute(cell_exponent=-8), "2^-8 is not"),
        (attribute(cell_clip=-1), "cell_clip is -1"),
        (attribute(cell_clip=32768), "cell_clip is 32768"),
        (attribute(hidden_zero_point=128), "hidden zero point is 128"),
        (attribute(hidden_scale=0.0), "hidden scale is 0.0"),
        (attribute(hidden_scale=float("nan")), "hidden scale is nan"),
        (attribute(hidden_scale=1), "hidden scale is 1"),
        (attribute(hidden_scale=4.0), "too far apart"),
        (tensor(INPUT, shape=(1, 2)), "has 2 axes"),
        (tensor(INPUT, shape=(9, 9, 9)), "do not fit"),
        (tensor(OUTPUT, quantization=scale(1e-12)), "too far apart"),
        (tensor(WEIGHT, quantization=scale(0.1, 1)), "zero point that is not 0"),
        (tensor(STATE_WEIGHT, quantization=scale(1e9)), "too far apart"),
        (tensor(STATE_WEIGHT, shape=(1, 1), data=np.zeros((1, 1), np.int8)), "need constant int8"),
        (tensor(BIAS, shape=(1,), data=np.zeros(1, np.int32)), "needs constant int32"),
    ],
)
def test_broken(change: Callable[[Graph], None], text: str) -> None:
    graph = lstm(np.random.default_rng(12), "int8")
    verify(graph)
    change(graph)
    with pytest.raises(ModelError) as caught:
        verify(graph)
    assert caught.value.code == "AIE-MOD-009"
    assert text in caught.value.what
