"""The footprint benchmark runs every contender, and keeps its samples."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.shared_data
@pytest.mark.timeout(900)  # it may be the test that waits for the build
def test_footprint(installed: Path, shared: Path, tmp_path: Path) -> None:
    model = shared / "models" / "mlperf_tiny_kws_int8.tflite"
    onnx = shared / "models" / "onnx" / "mlperf_tiny_kws_qoperator.onnx"
    report = tmp_path / "footprint.json"
    command = [sys.executable, str(ROOT / "benchmarks" / "footprint.py"), str(model), "--onnx", str(onnx)]
    command += ["--core", str(installed), "--rounds", "1", "--json", str(report)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    results = {row["name"]: row for row in json.loads(report.read_text())["results"]}
    in_c = {"aiedge in C, shared", "aiedge in C, archive", "aiedge in C, static"}
    assert results.keys() >= in_c | {"Python alone", "NumPy alone", "aiedge"}
    for name, row in results.items():
        assert len(row["start_s"]) == len(row["peak_bytes"]) == 1
        assert row["start_s"][0] > 0
        if name in in_c:
            assert row["peak_bytes"][0] < 5_000_000, name
