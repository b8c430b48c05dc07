"""Files written once: the same model gives the same bytes, text and scores today as it did then."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from aiedge.model.bundle import read_bundle, write_bundle
from aiedge.model.compile import import_model
from aiedge.model.ir.interpret import interpret
from aiedge.model.ir.text import to_text

GOLDEN = Path(__file__).parents[2] / "golden"
LABELS = ("a", "b", "c", "d", "e")


def test_the_bytes_of_a_bundle() -> None:
    graph = import_model((GOLDEN / "everything.tflite").read_bytes(), "everything.tflite")
    assert write_bundle(graph, LABELS, {"producer": "golden"}) == (GOLDEN / "everything.aie").read_bytes()


OLD = ("everything.aie", "everything_1_0.aie")


@pytest.mark.parametrize("name", OLD)
def test_an_old_bundle_is_read(name: str) -> None:
    bundle = read_bundle((GOLDEN / name).read_bytes())
    assert bundle.labels == LABELS
    assert bundle.meta == {"producer": "golden"}
    assert to_text(bundle.graph) == (GOLDEN / "everything.txt").read_text()


@pytest.mark.parametrize("name", OLD)
def test_an_old_bundle_gives_the_old_scores(name: str) -> None:
    graph = read_bundle((GOLDEN / name).read_bytes()).graph
    golden = json.loads((GOLDEN / "everything.json").read_text())
    pixels = np.array(golden["input"], np.int8).reshape(graph.tensors[graph.inputs[0]].shape)
    assert interpret(graph, [pixels])[0].ravel().tolist() == golden["output"]
