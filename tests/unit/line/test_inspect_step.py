"""A frame to a judgement: what the step makes of good input, and what prevents a judgement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from aiedge.clock import FakeClock
from aiedge.errors import EngineError, LineError
from aiedge.line.decide import Rules
from aiedge.line.inspect_step import InspectStep
from aiedge.line.part import UnknownReason
from aiedge.types import Frame, TensorSpec, Timestamp, Verdict

SIZE = 64


class FakeModel:
    """A heat map of one kind: bright in a cell where picture and reference differ; ``error`` is raised instead."""

    labels = ("difference",)

    def __init__(
        self,
        input_shape: tuple[int, ...] = (1, SIZE, SIZE, 2),
        output_shape: tuple[int, ...] = (1, SIZE // 8, SIZE // 8, 1),
        input_dtype: type = np.int8,
        output_scale: float | None = 0.1,
    ) -> None:
        self.inputs = (TensorSpec("pair", input_shape, np.dtype(input_dtype), 1 / 128, 0),)
        self.outputs = (TensorSpec("heat", output_shape, np.dtype(np.int8), output_scale, 0),)
        self.error: Exception | None = None
        self.runs = 0

    def allocate_outputs(self) -> list[NDArray[Any]]:
        return [np.zeros(spec.shape, spec.dtype) for spec in self.outputs]

    def run(self, inputs: Sequence[NDArray[Any]], out: Sequence[NDArray[Any]]) -> None:
        self.runs += 1
        if self.error is not None:
            raise self.error
        differs = inputs[0][0, :, :, 0] != inputs[0][0, :, :, 1]
        cells = differs.reshape(SIZE // 8, 8, SIZE // 8, 8).any(axis=(1, 3))
        out[0][0, :, :, 0] = np.where(cells, 100, -100)


def make_step(model: FakeModel, **options: Any) -> InspectStep:
    return InspectStep(cast("Any", model), Rules(0.5), **{"max_shift_px": 4, **options})


def picture() -> NDArray[np.uint8]:
    image = np.full((SIZE, SIZE), 255, np.uint8)
    image[8:24, 8:40] = 0
    image[40:56, 20:28] = 0
    return image


def frame(image: NDArray[np.uint8], reference: NDArray[np.uint8] | None) -> Frame:
    return Frame(image, Timestamp.arrival(FakeClock()), 0, reference)


def test_a_part_like_its_reference_is_good() -> None:
    judgement = make_step(FakeModel())(frame(picture(), picture()))
    assert (judgement.verdict, judgement.finds, judgement.reason) == (Verdict.GOOD, (), None)


def test_a_defect_is_bad_and_has_its_place() -> None:
    image = picture()
    image[12:15, 33:36] = 255
    judgement = make_step(FakeModel())(frame(image, picture()))
    assert judgement.verdict is Verdict.BAD
    assert [(find.kind, find.x_px, find.y_px) for find in judgement.finds] == [(0, 36.0, 12.0)]


def test_a_shifted_reference_is_put_in_place_first() -> None:
    moved = np.roll(picture(), (2, -3), axis=(0, 1))
    assert make_step(FakeModel())(frame(picture(), moved)).verdict is Verdict.GOOD


@pytest.mark.parametrize(
    ("image", "reference", "reason"),
    [
        (picture(), None, UnknownReason.REFERENCE_MISSING),
        (picture()[:32], picture()[:32], UnknownReason.FRAME_SIZE),
        (picture(), picture()[:32], UnknownReason.FRAME_SIZE),
        (np.dstack([picture()] * 3), picture(), UnknownReason.FRAME_SIZE),
        (picture(), 255 - picture(), UnknownReason.ALIGNMENT),
        (picture(), np.roll(picture(), 7, axis=1), UnknownReason.ALIGNMENT),
    ],
)
def test_what_cannot_be_judged_is_unknown_with_its_reason(
    image: NDArray[np.uint8], reference: NDArray[np.uint8] | None, reason: UnknownReason
) -> None:
    model = FakeModel()
    judgement = make_step(model)(frame(image, reference))
    assert (judgement.verdict, judgement.reason) == (Verdict.UNKNOWN, reason)
    assert model.runs == 0


def test_an_engine_that_fails_is_an_inference_error_and_the_next_frame_is_judged() -> None:
    model = FakeModel()
    step = make_step(model)
    model.error = EngineError("AIE-ENG-007", reason="out of order")
    assert step(frame(picture(), picture())).reason is UnknownReason.INFERENCE_ERROR
    model.error = None
    assert step(frame(picture(), picture())).verdict is Verdict.GOOD


def test_warming_up_runs_the_model_once() -> None:
    model = FakeModel()
    make_step(model).warm_up()
    assert model.runs == 1


@pytest.mark.parametrize(
    "model",
    [
        FakeModel(input_shape=(1, SIZE, SIZE, 3)),
        FakeModel(input_shape=(1, 490)),
        FakeModel(input_dtype=np.uint8),
        FakeModel(output_shape=(1, 12)),
        FakeModel(output_shape=(1, 7, 8, 1)),
        FakeModel(output_shape=(1, 0, 8, 1)),
        FakeModel(output_scale=None),
    ],
)
def test_a_model_of_another_form_is_refused_before_the_line_starts(model: FakeModel) -> None:
    with pytest.raises(LineError, match="AIE-LIN-001"):
        make_step(model)
