"""A processing.yaml is checked whole: each fault names file, line, key and the way out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from aiedge.errors import EXIT_USAGE, ConfigError
from aiedge.model.processing import (
    Anomaly,
    Boxes,
    Classes,
    ImageInput,
    Level,
    Peaks,
    Processing,
    Segmentation,
    read_processing,
)

PAGE = Path(__file__).resolve().parents[4] / "docs" / "processing.md"

GOOD = """\
inputs:
  - colour: rgb
    fit: letterbox
    pad: 114
    mean: 0
    std: [255, 254.5, 3]
output:
  kind: boxes
  decoder: distances
  levels:
    - {classes: 0, boxes: box_8, stride_px: 8}
    - {classes: 2, boxes: 3, stride_px: 16}
  threshold: 0.3
"""


def read(folder: Path, text: str) -> Processing:
    file = folder / "processing.yaml"
    file.write_text(text)
    return read_processing(file)


def test_a_detector(tmp_path: Path) -> None:
    processing = read(tmp_path, GOOD)
    (image,) = processing.inputs
    assert (image.source, image.interpolation, image.channels) == ("image", "bilinear", 3)
    assert image.means == (0.0, 0.0, 0.0)
    assert image.stds == (255.0, 254.5, 3.0)
    assert isinstance(processing.output, Boxes)
    assert [(level.classes, level.boxes) for level in processing.output.levels] == [(0, "box_8"), (2, 3)]


@pytest.mark.parametrize(
    ("output", "kind"),
    [
        ("{kind: classes, softmax: true}", Classes),
        ("{kind: peaks, stride_px: 8, threshold: 0.3}", Peaks),
        ("{kind: anomaly, threshold: 12.5}", Anomaly),
        ("{kind: segmentation, tensor: mask}", Segmentation),
    ],
)
def test_other_kinds(tmp_path: Path, output: str, kind: type) -> None:
    head = GOOD[: GOOD.index("output:")]
    assert isinstance(read(tmp_path, f"{head}output: {output}\n").output, kind)


@pytest.mark.parametrize(
    ("old", "new", "code", "place", "text"),
    [
        ("inputs:", "input:", "AIE-CFG-004", "1: input", "'inputs'"),
        ("colour", "color", "AIE-CFG-004", "2: inputs[0].color", "'colour'"),
        ("rgb", "hsv", "AIE-CFG-003", "2: inputs[0].colour", "'grey', 'rgb' or 'bgr'"),
        ("pad: 114", "pad: 256", "AIE-CFG-003", "4: inputs[0].pad", "255"),
        ("    mean: 0\n", "", "AIE-CFG-006", "2: inputs[0].mean", "docs/processing.md"),
        ("mean: 0", "mean: [1, 2]", "AIE-CFG-003", "2: inputs[0]", "2 numbers, the input has 3 channels"),
        ("mean: 0", "mean: .nan", "AIE-CFG-003", "5: inputs[0].mean", "finite"),
        ("std: [255, 254.5, 3]", "std: 0", "AIE-CFG-003", "6: inputs[0].std", "0.000001"),
        (
            "  - colour: rgb",
            "  - source: pair",
            "AIE-CFG-003",
            "2: inputs[0]",
            "with source pair, colour is grey",
        ),
        ("kind: boxes", "kind: box", "AIE-CFG-003", "7: output", "'boxes'"),
        ("  kind: boxes\n", "", "AIE-CFG-003", "7: output", "the key 'kind' is missing"),
        ("threshold", "treshold", "AIE-CFG-004", "13: output.treshold", "'threshold'"),
        ("threshold: 0.3", "threshold: 1", "AIE-CFG-003", "13: output.threshold", "less than 1"),
        ("boxes: 3", "box: 3", "AIE-CFG-004", "12: output.levels[1].box", "'boxes'"),
        ("stride_px: 16", "stride_px: 0", "AIE-CFG-003", "12: output.levels[1].stride_px", "equal to 1"),
        ("decoder: distances", "decoder: bins", "AIE-CFG-003", "7: output", "bins belongs to decoder bins"),
        ("boxes: 3,", "boxes: 3, objectness: 4,", "AIE-CFG-003", "7: output", "objectness"),
        ("boxes: 3", "boxes: 1.5", "AIE-CFG-003", "12: output.levels[1].boxes", "integer"),
    ],
)
def test_faults(tmp_path: Path, old: str, new: str, code: str, place: str, text: str) -> None:
    assert old in GOOD
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, GOOD.replace(old, new, 1))
    error = caught.value
    assert (error.code, error.exit_code) == (code, EXIT_USAGE)
    assert error.where.startswith(f"{tmp_path / 'processing.yaml'}:{place}")
    assert text in str(error)
    assert "\n" not in str(error)


@pytest.mark.parametrize("text", ["", "- a", "3", "inputs: []\noutput: {kind: segmentation}"])
def test_nothing_useful(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError):
        read(tmp_path, text)


@pytest.mark.parametrize("model", [ImageInput, Level, Classes, Boxes, Peaks, Anomaly, Segmentation])
def test_the_page_lists_every_key(model: type[BaseModel]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    missing = [name for name in model.model_fields if not re.search(rf"`{name}\b[^`]*`", page)]
    assert missing == []
