"""``aiedge inspect --trace``: the same run has the same hashes, and the first operator that differs is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from random_graphs import activation

from aiedge.cli.main import run_command
from aiedge.model.bundle import write_bundle
from aiedge.model.ir.graph import Graph, Node
from aiedge.model.ir.ops import Add


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Three sums, one after another."""
    rng = np.random.default_rng(1)
    tensors = [activation(rng, "int8", (1, 6), scale=0.1, name=name) for name in ("x", "y", "a", "b", "c")]
    nodes = [Node(f"adder {i}", Add(-128, 127), (i, i + 1), (i + 2,)) for i in range(3)]
    path = tmp_path / "sums.aie"
    path.write_bytes(write_bundle(Graph("sums", tensors, nodes, (0, 1), (4,))))
    return path


@pytest.fixture
def arguments(model: Path, tmp_path: Path) -> list[str]:
    arguments = ["inspect", str(model)]
    for name, first in (("x", 1), ("y", 40)):
        np.save(tmp_path / name, np.arange(first, first + 6, dtype=np.int8).reshape(1, 6))
        arguments += ["--trace", str(tmp_path / f"{name}.npy")]
    return arguments


@pytest.fixture
def traced(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert run_command([*arguments, "--json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_every_operator_with_its_output(traced: dict[str, Any]) -> None:
    assert [row["name"] for row in traced["operators"]] == ["adder 0", "adder 1", "adder 2"]
    assert all(row["operator"] == "add" and row["shape"] == [1, 6] for row in traced["operators"])
    hashes = [row["hash"] for row in traced["operators"]]
    assert all(len(value) == 16 for value in hashes)
    assert len(set(hashes)) == 3


@pytest.mark.parametrize("how", [[], ["--isa", "reference"], ["--threads", "2"]])
def test_same_run_same_hashes(
    arguments: list[str],
    traced: dict[str, Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    how: list[str],
) -> None:
    earlier = tmp_path / "earlier.json"
    earlier.write_text(json.dumps(traced))
    assert run_command([*arguments, *how, "--against", str(earlier), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["against"]["first_difference"] is None
    assert document["operators"][0]["hash"] == traced["operators"][0]["hash"]
    assert run_command([*arguments, *how, "--against", str(earlier)]) == 0
    assert "to the last bit" in capsys.readouterr().out


def test_first_difference_is_named(
    arguments: list[str], traced: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for row in traced["operators"][1:]:
        row["hash"] = "0123456789abcdef"
    earlier = tmp_path / "earlier.json"
    earlier.write_text(json.dumps(traced))
    assert run_command([*arguments, "--against", str(earlier)]) == 1
    assert "operator 1, add adder 1, is the first that differs" in capsys.readouterr().out
    assert run_command([*arguments, "--against", str(earlier), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["against"]["first_difference"] == 1


def _spoilt(change: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], str]:
    def text(document: dict[str, Any]) -> str:
        change(document)
        return json.dumps(document)

    return text


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda _: "no JSON", "not JSON"),
        (lambda _: "[" * 100000, "not JSON"),
        (lambda _: "[]", "not in it"),
        (_spoilt(lambda trace: trace.pop("inputs")), "not in it"),
        (_spoilt(lambda trace: trace["operators"][0].pop("hash")), "not in it"),
        (_spoilt(lambda trace: trace["inputs"].reverse()), "other inputs"),
        (_spoilt(lambda trace: trace["operators"].pop()), "other operators"),
    ],
)
def test_what_is_no_trace_of_this_model(
    arguments: list[str],
    traced: dict[str, Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    spoil: Callable[[dict[str, Any]], str],
    reason: str,
) -> None:
    earlier = tmp_path / "earlier.json"
    earlier.write_text(spoil(traced))
    assert run_command([*arguments, "--against", str(earlier)]) == 2
    captured = capsys.readouterr()
    assert "AIE-CLI-011" in captured.err
    assert reason in captured.err
    assert captured.out == ""


def test_wrong_use(
    arguments: list[str], model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(arguments[:4]) == 2
    assert "one for each input" in capsys.readouterr().err
    assert run_command(["inspect", str(model), "--against", str(model)]) == 2
    assert "--against" in capsys.readouterr().err
    assert run_command([*arguments, "--against", str(tmp_path / "none.json")]) == 2
    assert "AIE-CLI-002" in capsys.readouterr().err
    assert run_command([*arguments, "--isa", "sse9"]) == 1
    assert "AIE-ENG-009" in capsys.readouterr().err
