"""``aiedge infer`` on a bundle that holds its processing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from processing_graphs import picture_graph

import aiedge
from aiedge.cli.main import run_command
from aiedge.model.bundle import write_bundle
from aiedge.model.processing import Processing, encode

SIDE = 48


def bundle(folder: Path, output: dict[str, Any], shapes: list[tuple[int, ...]], pair: bool = False) -> Path:
    image: dict[str, Any] = {"mean": 128, "std": 20, "fit": "exact"}
    image |= {"source": "pair", "colour": "grey"} if pair else {"colour": "rgb"}
    graph = picture_graph((SIDE, SIDE, 2 if pair else 3), shapes, scale=0.05)
    processing = Processing.model_validate({"inputs": [image], "output": output})
    path = folder / "model.aie"
    path.write_bytes(write_bundle(graph, ("scratch", "dent", "hole"), extras=encode(processing, graph)))
    return path


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "part.png"
    Image.fromarray(np.random.default_rng(7).integers(0, 256, (SIDE, SIDE, 3), np.uint8)).save(path)
    return path


GRID = (1, 6, 6)
CASES: list[tuple[dict[str, Any], list[tuple[int, ...]]]] = [
    ({"kind": "classes", "softmax": True, "top": 2}, [(1, 3)]),
    (
        {
            "kind": "boxes", "decoder": "distances", "threshold": 0.5,
            "levels": [{"classes": 0, "boxes": 1, "stride_px": 8}],
        },
        [(*GRID, 3), (*GRID, 4)],
    ),
    ({"kind": "peaks", "stride_px": 8, "threshold": 0.5}, [(*GRID, 3)]),
    ({"kind": "anomaly", "threshold": 1.5}, [(*GRID, 1)]),
    ({"kind": "segmentation"}, [(*GRID, 3)]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("output", "shapes"), CASES, ids=lambda case: case["kind"] if isinstance(case, dict) else ""
)
def test_what_process_finds_is_printed(
    tmp_path: Path, picture: Path, capsys: pytest.CaptureFixture[str],
    output: dict[str, Any], shapes: list[tuple[int, ...]],
) -> None:  # fmt: skip
    path = bundle(tmp_path, output, shapes)
    assert run_command(["infer", str(path), str(picture), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["results"]
    result = aiedge.load(path).process(np.asarray(Image.open(picture)))
    if result.classes is not None:
        assert [entry["score"] for entry in found["classes"]] == [one.score for one in result.classes.best]
    elif result.boxes is not None:
        assert [entry["x0_px"] for entry in found["boxes"]] == result.boxes.edges[:, 0].tolist()
        assert len(found["boxes"]) > 0
    elif result.peaks is not None:
        assert [entry["y_px"] for entry in found["peaks"]] == result.peaks.places[:, 1].tolist()
        assert len(found["peaks"]) > 0
    elif result.anomaly is not None:
        assert found["anomaly"] == {"score": result.anomaly.score, "threshold": 1.5, "anomalous": True}
    else:
        assert sum(entry["share"] for entry in found["mask"]) == pytest.approx(1)
    assert run_command(["infer", str(path), str(picture)]) == 0
    assert "part.png" in capsys.readouterr().out


def test_a_threshold_that_nothing_reaches(
    tmp_path: Path, picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = bundle(tmp_path, *CASES[2])
    assert run_command(["infer", str(path), str(picture), "--threshold", "0.999"]) == 0
    assert "no peaks" in " ".join(capsys.readouterr().out.split())


def test_a_pair_needs_its_reference(
    tmp_path: Path, picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = bundle(tmp_path, {"kind": "anomaly", "threshold": 1.5}, [(*GRID, 1)], pair=True)
    assert run_command(["infer", str(path), str(picture), "--reference", str(picture)]) == 0
    assert "anomalous" in capsys.readouterr().out
    assert run_command(["infer", str(path), str(picture)]) == 1
    assert "AIE-MOD-117" in capsys.readouterr().err


def test_a_threshold_without_a_processing(
    tmp_path: Path, picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "plain.aie"
    path.write_bytes(write_bundle(picture_graph((SIDE, SIDE, 3), [(1, 3)])))
    assert run_command(["infer", str(path), str(picture), "--threshold", "0.5"]) == 2
    assert "AIE-CLI-001" in capsys.readouterr().err


def test_inspect_tells_the_processing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = bundle(tmp_path, *CASES[1])
    assert run_command(["inspect", str(path), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)["processing"]
    assert shown["inputs"][0]["std"] == [20, 20, 20]
    assert Processing.model_validate(shown).output.kind == "boxes"
    assert run_command(["inspect", str(path)]) == 0
    assert "boxes" in capsys.readouterr().out


def test_raw_tensors_go_past_the_processing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = bundle(tmp_path, *CASES[0])
    raw = tmp_path / "raw.npy"
    np.save(raw, np.zeros((1, SIDE, SIDE, 3), np.int8))
    assert run_command(["infer", str(path), str(raw), "--json"]) == 0
    assert "top" in json.loads(capsys.readouterr().out)["results"][0]
