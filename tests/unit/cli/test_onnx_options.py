"""``aiedge compile`` and the other commands on .onnx files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from onnx_builder import OnnxBuilder

from aiedge.cli.main import run_command


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """x [batch,3,4,4] in float, a convolution, a softmax that stays in float."""
    b = OnnxBuilder()
    x = b.both(b.input("x", ("batch", 3, 4, 4)), 0.05, 131, "uint8")
    w = b.weights(np.ones((5, 3, 4, 4), np.int8), np.float32(0.02))
    y = b.both(b.node("Flatten", b.node("Conv", x, w)), 0.07, 120, "uint8")
    path = tmp_path / "model.onnx"
    path.write_bytes(b.build(b.node("Softmax", y)))
    return path


def _run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str]:
    code = run_command([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out + captured.err


def test_options_of_compile(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(capsys, "compile", model)[0] == 0
    options = ("--cut-softmax", "--batch", "2", "--layout", "nhwc")
    bundle = model.with_suffix(".aie")
    assert _run(capsys, "compile", model, "-o", bundle, *options)[0] == 0
    code, said = _run(capsys, "inspect", bundle, "--json")
    told = json.loads(said)
    assert code == 0
    assert [(one["name"], one["shape"], one["dtype"]) for one in told["inputs"]] == [
        ("x", [2, 4, 4, 3], "uint8")
    ]
    assert told["inputs"][0]["zero_point"] == 131
    assert [one["shape"] for one in told["outputs"]] == [[2, 5]]


def test_options_of_onnx_are_for_onnx(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = _run(capsys, "compile", tmp_path / "m.tflite", "--batch", "2")
    assert (code, "AIE-CLI-001" in said) == (2, True)


def test_inspect_and_infer_take_onnx(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    b = OnnxBuilder()
    x = b.dequantize(b.input("x", (1, 6), "int8"), 0.1, 3, "int8")
    y = b.node("MatMul", x, b.weights(np.eye(6, dtype=np.int8), np.float32(1)))
    path = tmp_path / "m.onnx"
    path.write_bytes(b.build(b.quantize(y, 0.1, 3, "int8")))
    np.save(tmp_path / "x.npy", np.array([[1, 2, 3, 90, 4, 5]], np.int8))
    code, said = _run(capsys, "inspect", path, "--json")
    assert (code, json.loads(said)["operators"][0]["operator"]) == (0, "fully_connected")
    code, said = _run(capsys, "infer", path, tmp_path / "x.npy", "--json")
    assert (code, json.loads(said)["results"][0]["top"][0]["index"]) == (0, 3)
