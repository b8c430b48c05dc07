"""Commands as a user runs them: output, exit codes, and never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import litert
import numpy as np
import pytest

from aiedge.cli.main import run_command
from aiedge.cli.read_input import read_input
from aiedge.model.bundle import read_bundle
from aiedge.types import TensorSpec

MOBILENET = "mobilenet_v2_1.0_224_int8_per_channel.tflite"


def run_json(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict:
    assert run_command([str(argument) for argument in arguments]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return json.loads(captured.out)


@pytest.mark.shared_data
def test_infer_names_a_cat_with_litert_s_scores(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model, picture = shared / "models" / MOBILENET, shared / "data" / "images" / "cat.bmp"
    labels = shared / "data" / "images" / "imagenet_labels.txt"
    document = run_json(capsys, "infer", model, picture, "--labels", labels, "--top", 5, "--json")
    best = document["results"][0]["top"]
    assert "cat" in best[0]["label"]

    peer = litert.LiteRT(model.read_bytes())
    spec = TensorSpec("input", tuple(peer.inputs[0]["shape"]), np.dtype(peer.inputs[0]["dtype"]))
    scores = peer.run([read_input(picture, spec)])[0].reshape(-1)
    assert [entry["raw"] for entry in best] == [int(scores[entry["index"]]) for entry in best]
    assert sorted(scores, reverse=True)[:5] == [entry["raw"] for entry in best]


@pytest.mark.shared_data
def test_infer_shows_a_table(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model, picture = shared / "models" / MOBILENET, shared / "data" / "images" / "cat.bmp"
    assert run_command(["infer", str(model), str(picture), "--top", "1"]) == 0
    assert "286" in capsys.readouterr().out


@pytest.mark.shared_data
def test_both_engines_say_the_same(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = shared / "models" / "mlperf_tiny_kws_int8.tflite"
    samples = sorted((shared / "data" / "kws01").glob("*.bin"))[:20]
    native = run_json(capsys, "infer", model, *samples, "--json", "--threads", 2)
    tflite = run_json(capsys, "infer", model, *samples, "--json", "--engine", "tflite")
    assert native["results"] == tflite["results"]


@pytest.mark.shared_data
def test_compile_then_inspect_and_infer_the_bundle(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "eine Mappe 模型"
    folder.mkdir()
    labels = folder / "labels.txt"
    labels.write_text("\n".join(f"word {i}" for i in range(12)), encoding="utf-8")
    bundle = folder / "kws.aie"
    model = shared / "models" / "mlperf_tiny_kws_int8.tflite"
    run_json(capsys, "compile", model, "-o", bundle, "--labels", labels, "--json")
    assert read_bundle(bundle.read_bytes()).labels[3] == "word 3"

    document = run_json(capsys, "inspect", bundle, "--json")
    assert document["macs"] == 2_656_768
    assert document["memory"]["peak_bytes"] >= document["memory"]["arena_bytes"] > 0
    assert [row["operator"] for row in document["operators"]][-1] == "softmax"

    sample = min((shared / "data" / "kws01").glob("*.bin"))
    from_bundle = run_json(capsys, "infer", bundle, sample, "--json")
    assert from_bundle["results"][0]["top"][0]["label"].startswith("word ")
    from_tflite = run_json(capsys, "infer", model, sample, "--json")
    raws = [[e["raw"] for e in doc["results"][0]["top"]] for doc in (from_bundle, from_tflite)]
    assert raws[0] == raws[1]


@pytest.mark.shared_data
def test_inspect_fits_a_terminal_of_80_columns(
    shared: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run_command(["inspect", str(shared / "models" / MOBILENET)]) == 0
    lines = capsys.readouterr().out.splitlines()
    # One line a node: nothing was folded.
    assert sum("avx" in line or "reference" in line or "in place" in line for line in lines) == 68
    assert max(map(len, lines)) <= 80


BAD_COMMANDS = [
    (["no-such-command"], 2, "AIE-CLI-008"),
    (["infer"], 2, "AIE-CLI-008"),
    (["infer", "{tmp}/none.tflite", "x.bin"], 1, "AIE-MOD-001"),
    (["infer", "{tmp}/model.h5", "x.bin"], 1, "AIE-MOD-002"),
    (["infer", "{tmp}/broken.tflite", "x.bin"], 1, "AIE-MOD-004"),
    (["infer", "{tmp}/broken.aie", "x.bin"], 1, "AIE-MOD-"),
    (["infer", "{tmp}", "x.bin"], 1, "AIE-MOD-002"),
    (["infer", "{tmp}/broken.tflite", "x.bin", "--engine", "warp"], 1, "AIE-ENG-001"),
    (["infer", "{tmp}/broken.tflite", "x.bin", "--engine", "tflite"], 1, "AIE-ENG-007"),
    (["infer", "{tmp}/broken.aie", "x.bin", "--engine", "tflite"], 1, "AIE-ENG-008"),
    (["infer", "{tmp}/broken.aie", "x.bin", "--threads", "0"], 2, "AIE-CLI-008"),
    (["infer", "{tmp}/broken.aie", "x.bin", "--top", "many"], 2, "AIE-CLI-008"),
    (["inspect", "{tmp}/none.aie"], 1, "AIE-MOD-001"),
    (["compile", "{tmp}/broken.aie"], 1, "AIE-MOD-002"),
    (["compile", "{tmp}/broken.tflite", "-o", "{tmp}/broken.tflite"], 2, "AIE-CLI-001"),
    (["compile", "{tmp}/broken.tflite", "-o", ""], 2, "AIE-CLI-001"),
    (["compile", "{tmp}/broken.tflite", "-o", "/dev/null"], 2, "AIE-CLI-001"),
    (["demo", "--seed", str(1 << 32)], 2, "AIE-CLI-008"),
    (["run", "{tmp}/none.yaml"], 2, "AIE-CFG-001"),
]


@pytest.mark.parametrize(("arguments", "exit_code", "code"), BAD_COMMANDS, ids=lambda v: str(v)[:60])
def test_a_mistake_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], exit_code: int, code: str
) -> None:
    (tmp_path / "broken.tflite").write_bytes(b"TFL3" * 40)
    (tmp_path / "broken.aie").write_bytes(b"\x89AIE" * 40)
    (tmp_path / "model.h5").write_bytes(b"")
    assert run_command([argument.format(tmp=tmp_path) for argument in arguments]) == exit_code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert code in captured.err


def test_the_installed_command_runs(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("aiedge")
    version = subprocess.run([program, "--version"], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert version.stdout.startswith("aiedge ")
    bad = subprocess.run(
        [program, "inspect", "nowhere.aie"], check=False, capture_output=True, text=True, cwd=tmp_path
    )
    assert bad.returncode == 1
    assert "Traceback" not in bad.stderr
    debug = subprocess.run(
        [program, "--debug", "inspect", "nowhere.aie"],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert "Traceback" in debug.stderr


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("aiedge")
    read_end, write_end = os.pipe()
    os.close(read_end)
    result = subprocess.run(
        [program, "--help"], check=False, stdout=write_end, stderr=subprocess.PIPE, text=True, cwd=tmp_path
    )
    os.close(write_end)
    assert "Traceback" not in result.stderr
