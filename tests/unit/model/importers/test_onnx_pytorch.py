"""Networks as PyTorch's two exporters write them (tests/golden/make_onnx.py), against what PyTorch computes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx_builder import run_onnxruntime

from aiedge.model.compile import import_model
from aiedge.model.importers.onnx import OnnxOptions
from aiedge.model.ir.interpret import interpret

FOLDER = Path(__file__).parents[3] / "golden" / "onnx"
NETWORKS = ("classifier", "segmenter", "detector", "signals")
RELATIVE = 1e-5


@pytest.mark.parametrize("exporter", ["torchscript", "dynamo"])
@pytest.mark.parametrize("name", NETWORKS)
def test_as_pytorch_computes_it(name: str, exporter: str) -> None:
    data = (FOLDER / f"{name}_{exporter}.onnx").read_bytes()
    with np.load(FOLDER / f"{name}.npz") as arrays:
        inputs = [arrays[key] for key in arrays if key.startswith("input")]
        expected = [arrays[key] for key in arrays if key.startswith("output")]
    graph = import_model(data, f"{name}.onnx", OnnxOptions(batch=len(inputs[0])))
    ours = interpret(graph, inputs)
    for given in (expected, run_onnxruntime(data, *inputs)):
        assert [one.shape for one in ours] == [one.shape for one in given]
        for a, b in zip(ours, given, strict=True):
            np.testing.assert_allclose(a, b, rtol=0, atol=RELATIVE * float(np.abs(b).max()))


@pytest.mark.parametrize("name", NETWORKS)
def test_both_exporters_mean_the_same_graph_but_for_its_rounding(name: str) -> None:
    """Neither file keeps a normalization, a shape that is computed, or a constant that is."""
    graphs = [
        import_model((FOLDER / f"{name}_{exporter}.onnx").read_bytes(), "m.onnx")
        for exporter in ("torchscript", "dynamo")
    ]
    counts = [Counter(node.op.NAME for node in graph.nodes) for graph in graphs]
    weighted = ("float_conv_2d", "float_depthwise_conv_2d", "float_fully_connected", "float_max_pool_2d")
    assert [counts[0][kind] for kind in weighted] == [counts[1][kind] for kind in weighted]


def test_the_files_say_nothing_of_where_they_were_made() -> None:
    files = sorted(FOLDER.glob("*.onnx"))
    assert len(files) == 2 * len(NETWORKS)
    for file in files:
        model = onnx.load(file)
        assert not any(node.doc_string or node.metadata_props for node in model.graph.node)
        assert b"/site-packages/" not in file.read_bytes()
        assert file.stat().st_size < 64 << 10
