"""Makes the golden files beside it again: run it only when a format changes on purpose.

Usage: PYTHONPATH=tests python tests/golden/make.py
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from tflite_models import everything

from aiedge.model.bundle import write_bundle
from aiedge.model.compile import import_model
from aiedge.model.ir.interpret import interpret
from aiedge.model.ir.text import to_text

HERE = Path(__file__).parent

model = everything()
graph = import_model(model, "everything.tflite")
spec = graph.tensors[graph.inputs[0]]
pixels = np.random.default_rng(3).integers(-128, 128, spec.shape, np.int8)
(scores,) = interpret(graph, [pixels])
(HERE / "everything.tflite").write_bytes(model)
(HERE / "everything.aie").write_bytes(write_bundle(graph, ["a", "b", "c", "d", "e"], {"producer": "golden"}))
(HERE / "everything.txt").write_text(to_text(graph))
(HERE / "everything.json").write_text(
    json.dumps({"input": pixels.ravel().tolist(), "output": scores.ravel().tolist()})
)
