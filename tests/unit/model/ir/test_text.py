"""The text form tells graphs apart. (What it looks like is a golden file.)"""

from __future__ import annotations

import copy
from collections.abc import Callable

import numpy as np
import pytest
from tflite_models import everything

from aiedge.model.compile import import_model
from aiedge.model.ir.graph import Graph
from aiedge.model.ir.text import to_text


def _weight(graph: Graph) -> None:
    tensor = graph.tensors[1]
    assert tensor.data is not None
    tensor.data = tensor.data + np.int8(1)


def _scale(graph: Graph) -> None:
    quantization = graph.tensors[11].quantization
    assert quantization is not None
    assert quantization.per_channel
    quantization.scales[2] = np.nextafter(quantization.scales[2], np.float32(1))


def _name(graph: Graph) -> None:
    graph.tensors[0].name = "other"


def _order(graph: Graph) -> None:
    graph.nodes[2].inputs = graph.nodes[2].inputs[::-1]


@pytest.mark.parametrize("change", [_weight, _scale, _name, _order])
def test_a_change_shows(change: Callable[[Graph], None]) -> None:
    graph = copy.deepcopy(import_model(everything(), "m"))
    before = to_text(graph)
    assert to_text(copy.deepcopy(graph)) == before
    change(graph)
    assert to_text(graph) != before


def test_names_cannot_break_out_of_their_line() -> None:
    graph = import_model(everything(), "evil\nname\x1b[2J")
    first, second, *_ = to_text(graph).splitlines()
    assert first == r"graph 'evil\nname\x1b[2J' aiedge-1"
    assert second.startswith("%0 = input")
