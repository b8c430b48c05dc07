"""Commands with a float model: what inspect, trace and infer show of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from float_graphs import real

from aiedge.cli.main import run_command
from aiedge.model.bundle import write_bundle
from aiedge.model.ir.graph import Graph, Node
from aiedge.model.ir.ops import FloatUnary, UnaryFunction


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """x (1, 4) float32 -> log(max(x, 0))."""
    tensors = [real((1, 4)), real((1, 4), "h"), real((1, 4), "y")]
    nodes = [
        Node("relu", FloatUnary(UnaryFunction.CLIP, 0.0, float("inf")), (0,), (1,)),
        Node("log", FloatUnary(UnaryFunction.LOG), (1,), (2,)),
    ]
    path = tmp_path / "model.aie"
    path.write_bytes(write_bundle(Graph("log", tensors, nodes, (0,), (2,))))
    np.save(tmp_path / "x.npy", np.array([[1.0, -1.0, np.e, 0.5]], np.float32))
    return path


def run_json(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    assert run_command([str(argument) for argument in arguments]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_inspect_names_functions_and_bounds(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = run_json(capsys, "inspect", model, "--json")
    assert [row["attributes"]["function"] for row in document["operators"]] == ["clip", "log"]
    assert document["operators"][0]["attributes"]["beta"] == "inf"
    assert document["inputs"] == [{"name": "x", "shape": [1, 4], "dtype": "float32"}]
    assert run_command(["inspect", str(model)]) == 0
    assert "float_unary" in capsys.readouterr().out


def test_trace_is_the_same_on_all_instruction_sets(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    traces = [
        run_json(capsys, "inspect", model, "--trace", model.parent / "x.npy", "--json", *isa)
        for isa in ((), ("--isa", "reference"))
    ]
    assert [row["dtype"] for row in traces[0]["operators"]] == ["float32", "float32"]
    hashes = [[row["hash"] for row in trace["operators"]] for trace in traces]
    assert hashes[0] == hashes[1]


def test_infer_orders_floats_and_prints_what_is_no_number_as_null(
    model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (result,) = run_json(capsys, "infer", model, model.parent / "x.npy", "--json")["results"]
    assert [entry["index"] for entry in result["top"]] == [2, 0, 3, 1]
    assert result["top"][0]["raw"] == pytest.approx(1.0)
    assert result["top"][3]["value"] is None
    assert run_command(["infer", str(model), str(model.parent / "x.npy")]) == 0
