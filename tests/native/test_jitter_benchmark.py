"""The measurement of jitter runs under every condition and keeps every sample."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tflite_models
from PIL import Image

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "jitter.py"
RUNS = 40
KEYS = [
    f"{condition}/{series}"
    for condition in ("quiet", "memory", "fsync")
    for series in ("tiny/native", "tiny/litert", "none/spin")
]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, check=False
    )


def test_every_run_of_every_condition_is_kept(tmp_path: Path) -> None:
    model = tmp_path / "tiny.tflite"
    model.write_bytes(tflite_models.everything("int8"))
    report = tmp_path / "jitter.json"
    done = run(str(model), "--runs", str(RUNS), "--folder", str(tmp_path), "--json", str(report))
    assert done.returncode == 0, done.stderr
    document = json.loads(report.read_text())
    assert {"cpu", "commit", "versions"} <= document["machine"].keys()
    assert (document["runs"], document["period_s"]) == (RUNS, 0.01)
    results = document["results"]
    assert [f"{r['condition']}/{r['model']}/{r['engine']}" for r in results] == KEYS
    assert all(r["usage"]["ru_nvcsw"] > 0 for r in results), "each run is followed by sleep"
    disturbances = [condition["disturbance"] for condition in document["conditions"]]
    assert disturbances[0] == {}
    assert disturbances[1]["copied_gb_per_s"] > 0
    assert disturbances[2]["syncs_per_s"] > 0
    with np.load(report.with_suffix(".npz")) as samples:
        names = ("call_ns", "late_ns", "switches", "faults")
        assert set(samples) == {f"{key}/{name}" for key in KEYS for name in names}
        for result, key in zip(results, KEYS, strict=True):
            call_ns = samples[f"{key}/call_ns"]
            assert len(call_ns) == RUNS
            assert result["call_us"]["min"] == call_ns.min() / 1e3 > 0
            assert result["call_us"]["max"] == call_ns.max() / 1e3
            assert result["late_us"]["min"] == samples[f"{key}/late_ns"].min() / 1e3 >= 0, (
                "never before its instant"
            )
    with Image.open(report.with_suffix(".png")) as picture:
        colours = {colour for _, colour in picture.getcolors(1 << 20) or []}
    assert {(0, 0x72, 0xB2), (0xE6, 0x9F, 0)} <= colours, "a curve for each engine"
    for key in KEYS:
        assert key.split("/")[0] in done.stdout


@pytest.mark.parametrize("wrong", [["--engines", "warp"], ["--conditions", "quiet,earthquake"]], ids=str)
def test_what_is_unknown_is_refused(wrong: list[str]) -> None:
    done = run("model.tflite", *wrong)
    assert done.returncode == 2
    assert "unknown: " + wrong[1].split(",")[-1] in done.stderr
