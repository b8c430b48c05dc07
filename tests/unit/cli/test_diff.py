"""``aiedge diff``: engines agree, a damaged weight is pinned to its layer, and wrong use is told in one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dense_models import dense_chain

from aiedge.cli.main import run_command
from aiedge.model.bundle import write_bundle
from aiedge.model.ir.graph import Graph


@pytest.fixture
def graph() -> Graph:
    return dense_chain()


@pytest.fixture
def model(graph: Graph, tmp_path: Path) -> Path:
    path = tmp_path / "good.aie"
    path.write_bytes(write_bundle(graph))
    return path


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """The same model with one weight of its second layer changed."""
    graph = dense_chain()
    weights = next(tensor for tensor in graph.tensors if tensor.name == "weights 1")
    assert weights.data is not None
    weights.data[2, 3] ^= 0x40
    path = tmp_path / "damaged.aie"
    path.write_bytes(write_bundle(graph))
    return path


def run_json(capsys: pytest.CaptureFixture[str], code: int, *arguments: object) -> dict[str, Any]:
    assert run_command(["diff", *map(str, arguments), "--json"]) == code
    captured = capsys.readouterr()
    assert captured.err == ""
    document: dict[str, Any] = json.loads(captured.out)
    return document


@pytest.mark.parametrize("engines", [None, "oracle,native", "native:reference,oracle"])
def test_engines_agree_to_the_bit(
    model: Path, engines: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    document = run_json(capsys, 0, model, *(["--engines", engines] if engines else []))
    assert document["within"] is True
    assert [layer["name"] for layer in document["layers"]] == ["hidden 0", "hidden 1", "y"]
    assert all(layer["equal"] and layer["snr_db"] is None for layer in document["layers"])
    assert document["samples"] == 8
    assert run_command(["diff", str(model), *(["--engines", engines] if engines else [])]) == 0
    printed = capsys.readouterr().out
    assert "8 random inputs, seed 0" in printed
    assert "the same: all 3 layers, to the last bit" in printed


def test_a_changed_weight_is_pinned_to_its_layer(
    model: Path, damaged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = run_json(capsys, 1, model, damaged)
    assert document["first_divergence"] == 1
    first, second, _ = document["layers"]
    assert first["equal"] is True
    assert (second["name"], second["within"]) == ("hidden 1", False)
    assert second["place"] == [0, 2]
    assert second["greatest_steps"] >= 1
    assert run_command(["diff", str(model), str(damaged)]) == 1
    printed = capsys.readouterr().out
    assert "first divergence: layer 1, fully_connected" in printed
    assert "hidden 1" in printed


def test_the_tolerance_decides(model: Path, damaged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wide = run_json(capsys, 0, model, damaged, "--tolerance", 255)
    steps = wide["layers"][1]["greatest_steps"]
    assert run_json(capsys, 1, model, damaged, "--tolerance", steps - 1)["first_divergence"] == 1
    snr_db = min(layer["snr_db"] for layer in wide["layers"][1:])
    run_json(capsys, 0, model, damaged, "--min-snr", snr_db - 0.01)
    run_json(capsys, 1, model, damaged, "--min-snr", snr_db + 0.01)
    run_json(capsys, 1, model, damaged, "--min-snr", snr_db - 0.01, "--min-cosine", 1)


def test_the_damage_shows_only_where_the_input_reaches_it(
    model: Path, damaged: Path, graph: Graph, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "inputs"
    folder.mkdir()
    np.save(folder / "a.npy", np.zeros((3, 6), np.int8))
    (folder / "b.bin").write_bytes(bytes(range(6)))
    np.savez(folder / "c.npz", x=np.ones((2, 1, 6), np.float32) / 4)
    (folder / "notes.txt").write_text("not an input")
    document = run_json(capsys, 1, model, damaged, "--inputs", folder)
    assert document["samples"] == 6
    assert document["inputs"] == f"6 of 6 inputs from {folder}"
    some = run_json(capsys, 1, model, damaged, "--inputs", folder, "--samples", 2)
    assert (some["samples"], some["layers"][0]["elements"]) == (2, 10)


def test_the_same_seed_gives_the_same_document(
    model: Path, damaged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = run_json(capsys, 1, model, damaged, "--seed", 5, "--samples", 3)
    assert first == run_json(capsys, 1, model, damaged, "--seed", 5, "--samples", 3)
    assert first["layers"] != run_json(capsys, 1, model, damaged, "--seed", 6, "--samples", 3)["layers"]


def test_a_long_network_shows_the_worst_layers_and_the_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    graphs = [dense_chain((6,) * 40), dense_chain((6,) * 40)]
    weights = next(tensor for tensor in graphs[1].tensors if tensor.name == "weights 20")
    assert weights.data is not None
    weights.data[0, 0] ^= 1
    paths = [tmp_path / "a.aie", tmp_path / "b.aie"]
    for path, graph in zip(paths, graphs, strict=True):
        path.write_bytes(write_bundle(graph))
    monkeypatch.setenv("COLUMNS", "80")
    assert run_command(["diff", *map(str, paths), "--rows", "5"]) == 1
    printed = capsys.readouterr().out
    assert "first divergence: layer 20," in printed
    assert "the worst 5 of 39 layers" in printed
    table = [line for line in printed.splitlines() if "fully_connected" in line and "divergence" not in line]
    assert len(table) == 5
    assert any(" 20 " in line for line in table)
    assert all(len(line) <= 80 for line in table)
    assert run_command(["diff", *map(str, paths), "--all"]) == 1
    assert capsys.readouterr().out.count("equal") >= 20


def test_layers_of_one_side_are_told(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other.aie"
    other.write_bytes(write_bundle(dense_chain(last="scores")))
    document = run_json(capsys, 0, model, other)
    assert (document["only_a"], document["only_b"]) == (["y"], ["scores"])
    assert run_command(["diff", str(model), str(other)]) == 0
    assert "1 layer" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--engines", "native"], 2, "AIE-CLI-001"),
        (["--engines", "native,"], 2, "AIE-CLI-001"),
        (["--engines", "native,openvino"], 1, "AIE-MOD-086"),
        (["--engines", "native,tflite"], 1, "AIE-ENG-008"),
        (["--engines", "native,onnxruntime"], 1, "AIE-ENG-008"),
        (["--engines", "oracle:avx2,native"], 1, "AIE-ENG-017"),
        (["--engines", "native:sse9,native"], 1, "AIE-ENG-009"),
        (["--tolerance", "-1"], 2, "AIE-CLI-008"),
        (["--mean", "a"], 2, "AIE-CLI-001"),
        (["--stored", "int4"], 2, "AIE-CLI-001"),
        (["--inputs", "nothing.npy"], 2, "AIE-CLI-002"),
        (["nothing.aie"], 1, "AIE-MOD-001"),
    ],
)
def test_wrong_use(
    model: Path, arguments: list[str], code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["diff", str(model), *arguments]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert told in captured.err


def test_a_signature_that_the_environment_demands(
    model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIEDGE_REQUIRE_SIGNATURE", "1")
    assert run_command(["diff", str(model)]) != 0
    assert "AIE-MOD-097" in capsys.readouterr().err


def test_models_of_two_networks(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other.aie"
    other.write_bytes(write_bundle(dense_chain((7, 5, 4, 3))))
    assert run_command(["diff", str(model), str(other)]) == 1
    assert "AIE-MOD-087" in capsys.readouterr().err
    other.write_bytes(write_bundle(dense_chain((6, 3), last="z")))
    assert run_command(["diff", str(model), str(other)]) == 1
    assert "AIE-MOD-085" in capsys.readouterr().err


@pytest.mark.shared_data
@pytest.mark.parametrize(
    "name",
    ["mlperf_tiny_kws_int8.tflite", "mlperf_tiny_ic_int8.tflite", "mobilenet_v1_0.25_128_uint8.tflite"],
)
def test_litert_gives_the_bits_of_every_layer(
    shared: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    document = run_json(capsys, 0, shared / "models" / name, "--engines", "tflite,native", "--samples", 2)
    compared = [layer for layer in document["layers"] if layer["equal"]]
    assert len(compared) == len(document["layers"]) >= 10


@pytest.mark.shared_data
def test_onnxruntime_beside_native(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = shared / "models" / "onnx" / "mlperf_tiny_kws_qdq.onnx"
    document = run_json(capsys, 0, model, "--engines", "onnxruntime,native", "--samples", 2, "--tolerance", 2)
    assert sum(layer["kind"] == "integers" for layer in document["layers"]) >= 10
    qoperator = shared / "models" / "onnx" / "mlperf_tiny_kws_qoperator.onnx"
    document = run_json(
        capsys, 0, qoperator, "--engines", "onnxruntime,native", "--samples", 2, "--tolerance", 2
    )
    assert len(document["layers"]) >= 10
