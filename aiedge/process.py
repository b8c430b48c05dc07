"""A bundle's processing in NumPy: the reference of what the native core does, and what calibration needs.

Slow and without side effects. ``aiedge.load(...).process(...)`` gives the same bits natively.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.model.processing import Anomaly, Classes, Output, Peaks, Processing, Segmentation
from aiedge.model.processing.spec import Level, Tensor
from aiedge.types import TensorSpec
from aiedge.vision.boxes import Grid, find_boxes
from aiedge.vision.fit import Fit
from aiedge.vision.maps import anomaly, best_classes, heat_peaks, mask
from aiedge.vision.prepare import prepare
from aiedge.vision.results import Result
from aiedge.vision.values import values_of


def prepare_inputs(
    processing: Processing,
    inputs: Sequence[TensorSpec],
    image: NDArray[np.uint8],
    reference: NDArray[np.uint8] | None = None,
    *,
    bgr: bool = False,
) -> tuple[list[NDArray[Any]], Fit]:
    """The model's inputs for a picture, and where the picture lies in the first of them.

    ``image``, ``reference``: (rows, columns) grey or (rows, columns, 3) RGB (BGR with ``bgr``) uint8. ``inputs`` may
    be those of the float model that is being quantized: then the values are float32. ``ValueError`` for a picture
    that does not fit, or a pair without a reference.
    """
    arrays: list[NDArray[Any]] = []
    fits: list[Fit] = []
    for how, spec in zip(processing.inputs, inputs, strict=True):
        pair = how.source == "pair"
        if pair and reference is None:
            raise ValueError("the model compares a picture with a reference, and none was given")
        array, fit = prepare(
            image,
            reference if pair else None,
            spec,
            fit=how.fit,
            interpolation=how.interpolation,
            colour=how.colour,
            pad=how.pad,
            mean=how.means,
            std=how.stds,
            bgr=bgr,
        )
        arrays.append(array)
        fits.append(fit)
    return arrays, fits[0]


def read_outputs(
    output: Output,
    specs: Sequence[TensorSpec],
    arrays: Sequence[NDArray[Any]],
    fit: Fit,
    labels: tuple[str, ...] = (),
    *,
    threshold: float | None = None,
) -> Result:
    """What the model's outputs say of a picture that ``fit`` placed; ``threshold`` overrides the bundle's."""

    def values(tensor: Tensor) -> NDArray[np.float32]:
        names = [spec.name for spec in specs]
        index = names.index(tensor) if isinstance(tensor, str) else tensor
        return values_of(arrays[index], specs[index])

    if isinstance(output, Classes):
        flat = values(output.tensor).reshape(-1)
        return Result(classes=best_classes(flat, softmax=output.softmax, top=output.top, labels=labels))
    if isinstance(output, Segmentation):
        return Result(mask=mask(values(output.tensor)[0], labels))
    limit = output.threshold if threshold is None else threshold
    if isinstance(output, Anomaly):
        return Result(anomaly=anomaly(_as_map(values(output.tensor)), score=output.score, threshold=limit))
    if isinstance(output, Peaks):
        peaks = heat_peaks(
            _cells(values(output.tensor), fit, output.stride_px),
            fit,
            stride_px=output.stride_px,
            threshold=limit,
            neighbourhood=output.neighbourhood,
            max_peaks=output.max_peaks,
            labels=labels,
        )
        return Result(peaks=peaks)
    boxes = find_boxes(
        [_grid(level, values, fit) for level in output.levels],
        fit,
        decoder=output.decoder,
        threshold=limit,
        iou=output.iou,
        class_agnostic=output.class_agnostic,
        max_boxes=output.max_boxes,
        labels=labels,
    )
    return Result(boxes=boxes)


def _grid(level: Level, values: Callable[[Tensor], NDArray[np.float32]], fit: Fit) -> Grid:
    classes, boxes = (_flat(values(tensor)) for tensor in (level.classes, level.boxes))
    objectness = None if level.objectness is None else values(level.objectness).reshape(-1)
    return Grid(classes, boxes, objectness, _columns(fit, level.stride_px), level.stride_px)


def _flat(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return values.reshape(-1, values.shape[-1])


def _cells(values: NDArray[np.float32], fit: Fit, stride_px: int) -> NDArray[np.float32]:
    return values.reshape(-1, _columns(fit, stride_px), values.shape[-1])


def _columns(fit: Fit, stride_px: int) -> int:
    return -(-fit.input_width // stride_px)


def _as_map(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """(rows, columns) of a map with one channel, else one row."""
    return values[0, ..., 0] if values.ndim == 4 and values.shape[::3] == (1, 1) else values.reshape(1, -1)
