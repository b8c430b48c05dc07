"""``aiedge quantize``: what is written, what is told, and that a mistake is one line before anything is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from float_networks import float_network
from PIL import Image

from aiedge.cli.main import run_command
from aiedge.cli.native_runner import NativeRunner
from aiedge.model.bundle import read_bundle, write_bundle
from aiedge.model.ir.interpret import interpret_all


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "network.aie"
    path.write_bytes(write_bundle(float_network()))
    return path


@pytest.fixture
def calibration(tmp_path: Path) -> Path:
    path = tmp_path / "samples.npy"
    np.save(path, np.random.default_rng(3).standard_normal((24, 6, 6, 3)).astype(np.float32))
    return path


@pytest.fixture
def arguments(model: Path, calibration: Path, tmp_path: Path) -> list[str]:
    output = tmp_path / "int8.aie"
    return [
        "quantize",
        str(model),
        "--calibration",
        str(calibration),
        "-o",
        str(output),
        "--method",
        "minmax",
    ]


def test_a_bundle_that_diff_finds_near_the_float_model(
    arguments: list[str], model: Path, calibration: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(arguments) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert "The int8 model does what the float model does." in captured.out
    assert f"written: {tmp_path / 'int8.aie'}" in captured.out
    bundle = read_bundle((tmp_path / "int8.aie").read_bytes())
    graph = bundle.graph
    assert {graph.tensors[i].dtype for i in (*graph.inputs, *graph.outputs)} == {"int8"}
    assert bundle.meta["source"] == "network.aie"
    provenance = json.loads(bundle.sections[b"PROV"])
    assert provenance["command"] == "quantize"
    assert provenance["options"] == {"method": "minmax"}
    assert provenance["calibration"]["samples"] == 24
    assert len(provenance["calibration"]["sha256"]) == 64
    difference = [
        "diff",
        str(model),
        str(tmp_path / "int8.aie"),
        "--inputs",
        str(calibration),
        "--json",
    ]
    assert run_command([*difference, "--min-snr", "20"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [layer["name"] for layer in document["layers"]] == ["relu", "scores"]
    assert {layer["kind"] for layer in document["layers"]} == {"unlike"}


def test_the_reports_say_the_same(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report, page = tmp_path / "report.json", tmp_path / "page.html"
    labels = tmp_path / "labels.txt"
    labels.write_text("a\nb\nc\nd\n")
    more = ["--report", str(report), "--html", str(page), "--labels", str(labels), "--json"]
    assert run_command([*arguments, *more]) == 0
    printed: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert printed == json.loads(report.read_text(encoding="utf-8"))
    assert printed["format"] == "aiedge-quantization"
    assert printed["verdict"]["level"] == "good"
    assert printed["samples"] == 24
    assert printed["files"]["samples_found"] == 24
    assert [layer["name"] for layer in printed["layers"]] == ["conv", "relu", "head"]
    text = page.read_text(encoding="utf-8")
    assert printed["verdict"]["headline"] in text
    assert printed["calibration_sha256"] in text
    assert read_bundle((tmp_path / "int8.aie").read_bytes()).labels == ("a", "b", "c", "d")


def test_the_same_command_gives_the_same_bytes(arguments: list[str], tmp_path: Path) -> None:
    output = tmp_path / "int8.aie"
    some = [*arguments, "--samples", "10", "--seed", "4"]
    assert run_command(some) == 0
    first = output.read_bytes()
    assert run_command(some) == 0
    assert output.read_bytes() == first
    assert run_command([*some, "--engine", "oracle"]) == 0
    assert output.read_bytes() == first
    assert run_command([*some[:-1], "5"]) == 0
    assert output.read_bytes() != first


def test_samples_become_golden_vectors(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command([*arguments, "--golden", "3"]) == 0
    capsys.readouterr()
    bundle = tmp_path / "int8.aie"
    assert json.loads(read_bundle(bundle.read_bytes()).sections[b"PROV"])["golden"] == {"count": 3}
    assert run_command(["verify", str(bundle), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["golden"]["vectors"] == 3


def test_no_more_golden_vectors_are_told_than_there_are_samples(arguments: list[str], tmp_path: Path) -> None:
    assert run_command([*arguments, "--golden", "64", "--samples", "4"]) == 0
    sections = read_bundle((tmp_path / "int8.aie").read_bytes()).sections
    assert json.loads(sections[b"PROV"])["golden"] == {"count": 4}


def test_a_layer_is_kept_in_float(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command([*arguments, "--keep-float", "head"]) == 0
    assert "in float: head: asked for" in capsys.readouterr().out
    graph = read_bundle((tmp_path / "int8.aie").read_bytes()).graph
    assert "float_fully_connected" in {node.op.NAME for node in graph.nodes}


def test_a_budget_that_is_not_met_fails_with_the_bundle_written(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command([*arguments, "--budget-snr", "150", "--budget-float-layers", "0"]) == 1
    assert "The accuracy budget is not met." in capsys.readouterr().out
    assert (tmp_path / "int8.aie").exists()
    assert run_command([*arguments, "--budget-snr", "15"]) == 0
    assert "The accuracy budget is met." in capsys.readouterr().out


def test_pictures_by_mean_and_std_and_by_a_processing(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    rng = np.random.default_rng(5)
    for index in range(8):
        Image.fromarray(rng.integers(0, 256, (6, 6, 3), np.uint8)).save(pictures / f"{index}.png")
    processing = tmp_path / "processing.yaml"
    processing.write_text(
        "inputs:\n  - {fit: exact, colour: rgb, mean: 127.5, std: 127.5}\noutput: {kind: classes, softmax: true}\n"
    )
    base = ["quantize", str(model), "--calibration", str(pictures), "--method", "minmax", "--json"]
    by_hand, by_file = tmp_path / "a.aie", tmp_path / "b.aie"
    assert run_command([*base, "--mean", "127.5", "--std", "127.5", "-o", str(by_hand)]) == 0
    first = json.loads(capsys.readouterr().out)
    assert run_command([*base, "--processing", str(processing), "-o", str(by_file)]) == 0
    second = json.loads(capsys.readouterr().out)
    assert second["calibration_sha256"] == first["calibration_sha256"]
    sections = read_bundle(by_file.read_bytes()).sections
    assert {b"PREP", b"POST"} <= set(sections)
    Image.new("RGB", (7, 6)).save(pictures / "wrong.png")
    assert run_command([*base, "--processing", str(processing), "-o", str(by_file)]) == 1
    error = capsys.readouterr().err
    assert "AIE-MOD-092" in error
    assert "wrong.png" in error


@pytest.mark.parametrize(
    ("more", "code", "told"),
    [
        (["-o", "model.onnx"], 2, "AIE-CLI-001"),
        (["-o", "none/model.aie"], 1, "AIE-CLI-006"),
        (["--report", "report.txt"], 2, "AIE-CLI-001"),
        (["--html", "none/page.html"], 1, "AIE-CLI-006"),
        (["--stored", "int4"], 2, "AIE-CLI-001"),
        (["--method", "best"], 2, "AIE-CLI-008"),
        (["--percentile", "30"], 2, "AIE-MOD-070"),
        (["--budget-agreement", "2"], 2, "AIE-MOD-070"),
        (["--keep-float", "nobody"], 2, "AIE-MOD-076"),
        (["--batch", "2"], 2, "AIE-CLI-001"),
        (["--calibration", "nothing"], 2, "AIE-CLI-002"),
        (["--labels", "nothing.txt"], 2, "AIE-CLI-002"),
        (["--processing", "nothing.yaml"], 2, "AIE-CFG"),
        (["--std", "0"], 2, "AIE-CLI-001"),
    ],
)
def test_wrong_use_is_one_line_and_writes_nothing(
    arguments: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    more: list[str],
    code: int,
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    before = {path.name for path in tmp_path.iterdir()}
    assert run_command([*arguments, *more]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert told in captured.err
    assert {path.name for path in tmp_path.iterdir()} == before


def test_a_signature_that_the_environment_demands(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIEDGE_REQUIRE_SIGNATURE", "1")
    assert run_command(arguments) != 0
    assert "AIE-MOD-097" in capsys.readouterr().err


def test_what_is_no_float_model(
    tmp_path: Path, calibration: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run_command(arguments) == 0
    capsys.readouterr()
    # Its own result: there is nothing left to quantize.
    assert (
        run_command(
            [
                "quantize",
                str(tmp_path / "int8.aie"),
                "--calibration",
                str(calibration),
                "-o",
                str(tmp_path / "again.aie"),
            ]
        )
        == 1
    )
    assert "AIE-" in capsys.readouterr().err
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"\x08\x07 this is no model")
    assert run_command(["quantize", str(broken), "--calibration", str(calibration)]) == 1
    assert "broken.onnx" in capsys.readouterr().err


def test_the_native_runner_gives_the_oracle_s_arrays() -> None:
    graph = float_network()
    runner = NativeRunner()
    rng = np.random.default_rng(6)
    for _ in range(3):
        x = rng.standard_normal((1, 6, 6, 3)).astype(np.float32)
        for ours, theirs in zip(runner(graph, [x]), interpret_all(graph, [x]), strict=True):
            assert ours.dtype == theirs.dtype
            assert np.array_equal(ours, theirs)
