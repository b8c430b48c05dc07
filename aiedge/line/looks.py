"""What a line's model is asked of a picture, and how its answer becomes finds and a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from aiedge.errors import LineError
from aiedge.line.decide import Rules, decide
from aiedge.types import ProcessingForm, Verdict
from aiedge.vision import Find, find_peaks, pack_pair
from aiedge.vision.results import Anomaly, Boxes, Peaks, Result

if TYPE_CHECKING:
    from aiedge.api import Model

Picture = NDArray[np.uint8]
Judged = tuple[Verdict, tuple[Find, ...]]

_KINDS = ("boxes", "peaks", "anomaly")
# align() wants this of the sides.
_ALIGNED_MULTIPLE = 4


class Look(Protocol):
    """One model, ready to look at pictures. For one thread at a time."""

    needs_reference: bool

    def takes(self, image: Picture, reference: Picture | None) -> bool:
        """Whether pictures of these sizes can be judged."""

    def judge(self, image: Picture, reference: Picture | None, rules: Rules) -> Judged:
        """Run the model, blocking; ``reference`` is aligned already. Raises what the engine raises."""

    def warm_up(self) -> None:
        """Run the model once."""


def look_of(model: Model, max_shift_px: int) -> Look:
    """By the bundle's processing, else as a network whose output is a heat map; :class:`LineError` for another one."""
    form = getattr(model, "processing", None)
    return HeatMapLook(model) if form is None else ProcessingLook(model, form, max_shift_px)


class ProcessingLook:
    """A bundle whose processing gives boxes, peaks or an anomaly score; of any size that it takes.

    A find's place is its box's centre. An anomalous part has one find, of kind 0, where the map is greatest; its
    score is the map's, and the bundle's own threshold decides, not the rules.
    """

    def __init__(self, model: Model, form: ProcessingForm, max_shift_px: int) -> None:
        if form.kind not in _KINDS:
            raise LineError(
                "AIE-LIN-001", reason=f"its processing gives {form.kind}, not {', '.join(_KINDS)}"
            )
        self.needs_reference = form.needs_reference
        self._model = model
        self._kind = form.kind
        self._least_px = 4 * max_shift_px + 1

    def takes(self, image: Picture, reference: Picture | None) -> bool:
        """A picture without a reference is the model's to refuse; with one, it must be what can be aligned."""
        if reference is None or not self.needs_reference:
            return True
        return (
            image.ndim == 2
            and image.shape == reference.shape
            and min(image.shape) >= self._least_px
            and all(side % _ALIGNED_MULTIPLE == 0 for side in image.shape)
        )

    def judge(self, image: Picture, reference: Picture | None, rules: Rules) -> Judged:
        """Run the model on a picture, natively from the pixels to what was found."""
        threshold = None if self._kind == "anomaly" else rules.lowest
        result = self._model.process(image, reference if self.needs_reference else None, threshold=threshold)
        if result.anomaly is not None:
            return _anomalous(result.anomaly, image.shape[1], image.shape[0])
        return decide(_finds(result), rules)

    def warm_up(self) -> None:
        """Run the model once, on a black picture of its input's size."""
        _, height, width, _ = self._model.inputs[0].shape
        black = np.zeros((height, width), np.uint8)
        self._model.process(black, black if self.needs_reference else None)


class HeatMapLook:
    """A network that compares a picture with its reference, without a processing of its own.

    It takes (1, height, width, 2) int8, the pair as :func:`aiedge.vision.pack_pair` packs it, and gives
    (1, height / s, width / s, kinds) int8 or uint8 logits, ``s`` a whole number: a heat map a kind.
    """

    needs_reference = True

    def __init__(self, model: Model) -> None:
        self._model = model
        self._shape, self._stride_px, self._scale = _check_form(model)
        self._zero_point = model.outputs[0].zero_point
        self._packed = np.zeros(model.inputs[0].shape, np.int8)
        self._out = model.allocate_outputs()

    def takes(self, image: Picture, reference: Picture | None) -> bool:
        """The input's size only."""
        return image.shape == self._shape and (reference is None or reference.shape == self._shape)

    def judge(self, image: Picture, reference: Picture | None, rules: Rules) -> Judged:
        """Pack the pair, run the model, read the peaks."""
        if reference is None:
            raise ValueError("a heat map compares a picture with its reference")
        pack_pair(image, reference, self._packed)
        self._model.run([self._packed], self._out)
        finds = find_peaks(
            self._out[0],
            scale=self._scale,
            zero_point=self._zero_point,
            threshold=rules.lowest,
            stride_px=self._stride_px,
        )
        return decide(finds, rules)

    def warm_up(self) -> None:
        """Run the model once."""
        self._model.run([self._packed], self._out)


def _finds(result: Result) -> list[Find]:
    found: Boxes | Peaks | None = result.boxes if result.boxes is not None else result.peaks
    if found is None:
        return []
    places = _centres(found) if isinstance(found, Boxes) else found.places
    entries = zip(found.kinds.tolist(), places.tolist(), found.scores.tolist(), strict=True)
    return [Find(kind, x, y, score) for kind, (x, y), score in entries]


def _centres(boxes: Boxes) -> NDArray[np.float32]:
    centres: NDArray[np.float32] = (boxes.edges[:, :2] + boxes.edges[:, 2:]) / np.float32(2)
    return centres


def _anomalous(found: Anomaly, width_px: int, height_px: int) -> Judged:
    if not found.is_anomalous:
        return Verdict.GOOD, ()
    rows, columns = found.values.shape
    row, column = divmod(int(found.values.argmax()), columns)
    place = Find(0, (column + 0.5) * width_px / columns, (row + 0.5) * height_px / rows, found.score)
    return Verdict.BAD, (place,)


def _check_form(model: Model) -> tuple[tuple[int, int], int, float]:
    """The pictures' (height, width), the heat map's stride in px and its scale."""
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise LineError(
            "AIE-LIN-001", reason=f"it has {len(model.inputs)} inputs and {len(model.outputs)} outputs"
        )
    given, heat = model.inputs[0], model.outputs[0]
    if len(given.shape) != 4 or given.shape[0] != 1 or given.shape[3] != 2 or given.dtype != np.int8:
        raise LineError("AIE-LIN-001", reason=f"its input is {given.dtype}{list(given.shape)}")
    height, width = given.shape[1:3]
    stride_px = height // heat.shape[1] if len(heat.shape) == 4 and heat.shape[1] else 0
    fits = stride_px > 0 and heat.shape[:3] == (1, height / stride_px, width / stride_px)
    if not fits or heat.dtype not in (np.int8, np.uint8) or heat.scale is None:
        raise LineError("AIE-LIN-001", reason=f"its output is {heat.dtype}{list(heat.shape)}")
    return (height, width), stride_px, heat.scale
