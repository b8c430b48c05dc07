"""A line with a bundle that holds its processing: from the camera's pixels to a verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from processing_graphs import picture_graph

import aiedge
from aiedge.clock import FakeClock
from aiedge.errors import LineError
from aiedge.line.decide import Rules
from aiedge.line.inspect_step import InspectStep
from aiedge.line.part import UnknownReason
from aiedge.model.bundle import write_bundle
from aiedge.model.processing import Processing, encode
from aiedge.types import Frame, Timestamp, Verdict

SIDE = 64
CELLS = SIDE // 8


def model(folder: Path, output: dict[str, Any], pair: bool = False, fit: str = "exact") -> aiedge.Model:
    """The outputs are the picture's first bytes: a bright pixel is a high logit."""
    image: dict[str, Any] = {"mean": 128, "std": 20, "fit": fit, "colour": "grey"}
    image |= {"source": "pair"} if pair else {}
    shapes: list[tuple[int, ...]] = [(1, CELLS, CELLS, 1)]
    if output["kind"] == "boxes":
        shapes.append((1, CELLS, CELLS, 4))
    graph = picture_graph((SIDE, SIDE, 2 if pair else 1), shapes, scale=0.05)
    path = folder / "model.aie"
    processing = Processing.model_validate({"inputs": [image], "output": output})
    path.write_bytes(write_bundle(graph, ("dent",), extras=encode(processing, graph)))
    return aiedge.load(path)


def step(loaded: aiedge.Model, threshold: float = 0.6) -> InspectStep:
    return InspectStep(loaded, Rules(threshold), max_shift_px=4)


def frame(image: NDArray[np.uint8], reference: NDArray[np.uint8] | None = None) -> Frame:
    return Frame(image, Timestamp.arrival(FakeClock()), 0, reference)


def dark() -> NDArray[np.uint8]:
    return np.full((SIDE, SIDE), 20, np.uint8)


PEAKS = {"kind": "peaks", "stride_px": 8, "threshold": 0.5}
BOXES = {
    "kind": "boxes", "decoder": "distances", "threshold": 0.5, "levels": [{"classes": 0, "boxes": 1, "stride_px": 8}],
}  # fmt: skip
ANOMALY = {"kind": "anomaly", "threshold": 3.0}


def marked(place: int) -> NDArray[np.uint8]:
    """Byte ``place`` of the output is bright; boxes reach half a cell to each side."""
    image = dark().reshape(-1)
    image[CELLS * CELLS : 5 * CELLS * CELLS] = 138
    image[place] = 250
    return image.reshape(SIDE, SIDE)


@pytest.mark.parametrize("output", [PEAKS, BOXES, ANOMALY], ids=lambda output: output["kind"])
def test_good_and_bad(tmp_path: Path, output: dict[str, Any]) -> None:
    judge = step(model(tmp_path, output))
    judge.warm_up()
    assert judge(frame(dark())).verdict is Verdict.GOOD
    judgement = judge(frame(marked(2 * CELLS + 3)))
    assert judgement.verdict is Verdict.BAD
    (find,) = judgement.finds
    assert (find.kind, find.x_px, find.y_px) == (0, 28.0, 20.0)
    assert judge.labels == ("dent",)


def test_the_rules_threshold_counts(tmp_path: Path) -> None:
    assert step(model(tmp_path, BOXES), 0.999)(frame(marked(9))).verdict is Verdict.GOOD


def test_an_anomaly_goes_by_the_bundles_own(tmp_path: Path) -> None:
    judgement = step(model(tmp_path, ANOMALY), 0.999)(frame(marked(9)))
    assert judgement.verdict is Verdict.BAD
    assert judgement.finds[0].score > 3


def test_other_sizes_are_the_fits_business(tmp_path: Path) -> None:
    small = dark()[:32]
    assert step(model(tmp_path, PEAKS))(frame(small)).reason is UnknownReason.FRAME_SIZE
    assert step(model(tmp_path, PEAKS, fit="letterbox"))(frame(small)).verdict is Verdict.GOOD


def test_a_pair_is_aligned_first(tmp_path: Path) -> None:
    judge = step(model(tmp_path, ANOMALY | {"threshold": 6.3}, pair=True))
    image = np.full((SIDE, SIDE), 10, np.uint8)
    image[20:40, 30:50] = 140
    assert judge(frame(image)).reason is UnknownReason.REFERENCE_MISSING
    assert judge(frame(image, image[:32])).reason is UnknownReason.FRAME_SIZE
    assert judge(frame(image[:30], image[:30])).reason is UnknownReason.FRAME_SIZE
    assert judge(frame(image, 255 - image)).reason is UnknownReason.ALIGNMENT
    moved = np.roll(image, (2, 3), axis=(0, 1))
    assert judge(frame(image, moved)).verdict is Verdict.GOOD


@pytest.mark.parametrize("kind", ["classes", "segmentation"])
def test_a_processing_that_finds_nothing(tmp_path: Path, kind: str) -> None:
    output = {"kind": "classes", "softmax": True} if kind == "classes" else {"kind": "segmentation"}
    shape = (1, 4) if kind == "classes" else (1, 4, 4, 2)
    graph = picture_graph((SIDE, SIDE, 1), [shape], scale=0.05)
    image = {"mean": 128, "std": 20, "colour": "grey"}
    processing = Processing.model_validate({"inputs": [image], "output": output})
    path = tmp_path / "model.aie"
    path.write_bytes(write_bundle(graph, extras=encode(processing, graph)))
    with pytest.raises(LineError, match=f"gives {kind}"):
        step(aiedge.load(path))
