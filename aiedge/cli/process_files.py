"""Pictures through a bundle's processing, as ``aiedge infer`` prints them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aiedge.api import Model
from aiedge.cli.output import print_table
from aiedge.cli.read_input import read_pixels
from aiedge.vision.results import Boxes, Peaks, Result, name_of

RAW_SUFFIXES = (".npy", ".bin")
"""Of files that hold a tensor, not a picture."""


def is_picture(file: Path) -> bool:
    """Whether a bundle's processing is for such a file."""
    return file.suffix not in RAW_SUFFIXES


def process_file(model: Model, file: Path, reference: Path | None, threshold: float | None) -> dict[str, Any]:
    """One picture's result, as it stands in the JSON document. Raises UsageError, InputError."""
    other = None if reference is None else read_pixels(reference)
    return {"file": str(file), **_document(model.process(read_pixels(file), other, threshold=threshold))}


def print_results(results: Sequence[dict[str, Any]]) -> None:
    """A table for each picture."""
    for result in results:
        (kind,) = (name for name in result if name != "file")
        found = result[kind]
        if isinstance(found, dict):
            print_table(result["file"], list(found), [[_text(value) for value in found.values()]])
        elif found:
            columns = list(found[0])
            right = {i for i, name in enumerate(columns) if name != "label"}
            rows = [[_text(value) for value in entry.values()] for entry in found]
            print_table(result["file"], columns, rows, right=right)
        else:
            print_table(f"{result['file']}: no {kind}", [], [])


def _text(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _document(result: Result) -> dict[str, Any]:
    if result.classes is not None:
        best = result.classes.best
        return {"classes": [{"class": one.kind, "label": one.label, "score": one.score} for one in best]}
    if result.boxes is not None:
        return {"boxes": _boxes(result.boxes)}
    if result.peaks is not None:
        return {"peaks": _peaks(result.peaks)}
    if result.anomaly is not None:
        found = result.anomaly
        return {
            "anomaly": {"score": found.score, "threshold": found.threshold, "anomalous": found.is_anomalous}
        }
    if result.mask is None:
        return {}
    kinds, labels = result.mask.kinds, result.mask.labels
    cells = [(kind, int((kinds == kind).sum())) for kind in range(int(kinds.max()) + 1)]
    return {
        "mask": [
            {"class": kind, "label": name_of(labels, kind), "share": count / kinds.size}
            for kind, count in cells
            if count
        ]
    }


def _boxes(boxes: Boxes) -> list[dict[str, Any]]:
    return [
        {
            "class": box.kind, "label": box.label, "score": box.score, "x0_px": box.x0_px, "y0_px": box.y0_px,
            "x1_px": box.x1_px, "y1_px": box.y1_px,
        }
        for box in boxes
    ]  # fmt: skip


def _peaks(peaks: Peaks) -> list[dict[str, Any]]:
    found = zip(peaks.kinds.tolist(), peaks.scores.tolist(), peaks.places.tolist(), strict=True)
    return [
        {"class": kind, "label": name_of(peaks.labels, kind), "score": score, "x_px": x, "y_px": y}
        for kind, score, (x, y) in found
    ]
