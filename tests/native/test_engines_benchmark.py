"""The comparison of engines runs, keeps every sample and sees that the bits agree."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "engines.py"


def test_two_engines_on_one_model(shared: Path, tmp_path: Path) -> None:
    model = shared / "models" / "mlperf_tiny_kws_int8.tflite"
    report = tmp_path / "report.json"
    options = ["--engines", "native,native-reference,litert,onnxruntime", "--threads", "1", "--rounds", "2"]
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(model), *options, "--json", str(report)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "mlperf_tiny_kws_int8" in done.stdout
    document = json.loads(report.read_text())
    assert {"cpu", "commit", "versions"} <= document["machine"].keys()
    by_engine = {result["engine"]: result for result in document["results"]}
    assert list(by_engine) == ["native", "native-reference", "litert", "onnxruntime"]
    assert by_engine["native-reference"]["kernels"] == ["in place", "reference"]
    assert by_engine["native-reference"]["same_bits"] is True
    assert by_engine["litert"]["same_bits"] is True
    assert by_engine["onnxruntime"]["same_bits"] is None, "its outputs are uint8"
    assert 0 < by_engine["native"]["share_of_peak"] < 1
    assert by_engine["native-reference"]["share_of_peak"] is None
    assert all(len(result["samples_ns"]) == 2 and all(result["samples_ns"]) for result in document["results"])
