from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import aiedge
from aiedge.model.bundle import write_bundle
from aiedge.model.compile import import_model
from aiedge.model.ir.interpret import interpret_all
from aiedge.model.passes import run_passes
from aiedge.model.quantize.options import QuantizeOptions
from aiedge.model.quantize.quantize import quantize

CALIBRATED = 100


def right_answers(model: aiedge.Model, inputs: list[np.ndarray], labels: list[int]) -> int:
    return sum(
        int(np.argmax(model(model.inputs[0].quantize(x)))) == y for x, y in zip(inputs, labels, strict=True)
    )


@pytest.mark.shared_data
def test_keywords_are_found_as_often_as_by_the_int8_model_of_the_suite(shared: Path, tmp_path: Path) -> None:
    reference = aiedge.load(str(shared / "models/mlperf_tiny_kws_int8.tflite"))
    files = sorted((shared / "data/kws01").glob("*.bin"))
    raw = [np.frombuffer(path.read_bytes(), np.int8).reshape(1, 49, 10, 1) for path in files]
    inputs = [reference.inputs[0].dequantize(integers).astype(np.float32) for integers in raw]
    labels = [int(path.stem.rsplit("_", 1)[1]) for path in files]
    path = shared / "models/mlperf_tiny_kws_fp32.tflite"
    graph = import_model(path.read_bytes(), path.name)
    # the ways that the search ends with, so that the test need not search
    options = QuantizeOptions(
        method="percentile",
        percentile=99.999,
        weights="minmax",
        equalize="off",
        bias_correction="on",
        correction_samples=16,
    )
    made = quantize(graph, [[x] for x in inputs[:CALIBRATED]], interpret_all, options)
    assert not any(layer.kept_float for layer in made.report.layers)
    assert made.report.snr_db > 30
    bundle = tmp_path / "kws.aie"
    bundle.write_bytes(write_bundle(run_passes(made.graph)))
    counts = [
        right_answers(model, inputs[CALIBRATED:], labels[CALIBRATED:])
        for model in (aiedge.load(str(bundle)), reference)
    ]
    assert len(labels[CALIBRATED:]) == 400
    assert counts[0] >= counts[1] - 1
