from __future__ import annotations

import json
from pathlib import Path

import pytest
import tflite_models
from PIL import Image

from aiedge.cli.main import run_command


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.tflite"
    path.write_bytes(tflite_models.everything("int8"))
    return path


def test_tables_report_and_chart(
    tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    report, chart = tmp_path / "report.json", tmp_path / "chart.png"
    options = ["--against", "tflite", "--rounds", "2", "--json", str(report), "--chart", str(chart)]
    assert run_command(["bench", str(tiny), *options]) == 0
    printed = capsys.readouterr().out
    for expected in (
        "tiny, 1 thread(s)",
        "native",
        "tflite",
        "same",
        "geometric mean",
        "p99.9",
        "of peak",
        "peak of one core",
        "█",
    ):
        assert expected in printed
    document = json.loads(report.read_text())
    assert {"cpu", "commit", "versions"} <= document["machine"].keys()
    assert set(document["machine"]["versions"]) == {"aiedge", "ai-edge-litert", "numpy"}
    assert [(r["engine"], r["same_bits"]) for r in document["results"]] == [
        ("native", None),
        ("tflite", True),
    ]
    for result in document["results"]:
        assert len(result["samples_ns"]) == 2
        assert result["us"]["min"] <= result["us"]["median"] <= result["us"]["max"]
    with Image.open(chart) as picture:
        assert picture.format == "PNG"


@pytest.mark.parametrize(
    ("options", "exit_code", "code"),
    [
        (["--against", "warp"], 1, "AIE-ENG-001"),
        (["--threads", "1,x"], 2, "AIE-CLI-001"),
        (["--threads", "0"], 2, "AIE-CLI-001"),
        (["--threads", ""], 2, "AIE-CLI-001"),
        (["--rounds", "0"], 2, "AIE-CLI-008"),
        (["--chart", "chart.jpg"], 2, "AIE-CLI-001"),
        (["--json", "nowhere/report.json"], 1, "AIE-CLI-006"),
    ],
    ids=str,
)
def test_a_mistake_is_found_before_anything_is_measured(
    tiny: Path, capsys: pytest.CaptureFixture[str], options: list[str], exit_code: int, code: str
) -> None:
    assert run_command(["bench", str(tiny), *options]) == exit_code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert code in captured.err
    assert "thread(s)" not in captured.err
