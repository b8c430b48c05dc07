"""One frame to one judgement: align, pack, run the model, read the peaks, decide."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aiedge.errors import AiedgeError, LineError
from aiedge.line.decide import Rules, decide
from aiedge.line.part import UnknownReason
from aiedge.types import Frame, Verdict
from aiedge.vision import Find, align, find_peaks, pack_pair, shift

if TYPE_CHECKING:
    from aiedge.api import Model

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a step says of one part; ``reason`` is there exactly when the verdict is unknown."""

    verdict: Verdict
    finds: tuple[Find, ...] = ()
    reason: UnknownReason | None = None


def unknown(reason: UnknownReason) -> Judgement:
    """Nobody can say, because of ``reason``."""
    return Judgement(Verdict.UNKNOWN, (), reason)


class InspectStep:
    """Judges frames with a network that compares a picture with its reference. For one thread at a time.

    The model takes (1, height, width, 2) int8, the pair as :func:`aiedge.vision.pack_pair` packs it, and
    gives (1, height / s, width / s, kinds) int8 or uint8 logits, ``s`` a whole number: a heat map a kind.

    Args:
        model: a loaded model of that form; :class:`LineError` when it has another.
        rules: which finds make a part bad.
        max_shift_px: how far a picture may be off its reference, in each axis.
        min_quality: the least :attr:`aiedge.vision.Alignment.quality` of a fit that is believed.
    """

    def __init__(self, model: Model, rules: Rules, *, max_shift_px: int, min_quality: float = 0.5) -> None:
        self._model = model
        self._rules = rules
        self._max_shift_px = max_shift_px
        self._min_quality = min_quality
        self._shape, self._stride_px, self._scale = _check_form(model)
        self._zero_point = model.outputs[0].zero_point
        self._packed = np.zeros(model.inputs[0].shape, np.int8)
        self._out = model.allocate_outputs()

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the kinds of finds, by their index."""
        return self._model.labels

    def warm_up(self) -> None:
        """Run the model once, so that the first part does not pay for touching its memory."""
        self._model.run([self._packed], self._out)

    def __call__(self, frame: Frame) -> Judgement:
        """Judge one frame, blocking; whatever prevents it is an unknown with its reason."""
        test, reference = frame.image, frame.reference
        if reference is None:
            return unknown(UnknownReason.REFERENCE_MISSING)
        if test.shape != self._shape or reference.shape != self._shape:
            return unknown(UnknownReason.FRAME_SIZE)
        fit = align(test, reference, max_shift_px=self._max_shift_px)
        if fit.quality < self._min_quality or max(abs(fit.dx_px), abs(fit.dy_px)) > self._max_shift_px:
            return unknown(UnknownReason.ALIGNMENT)
        pack_pair(test, shift(reference, fit), self._packed)
        try:
            self._model.run([self._packed], self._out)
        except AiedgeError as error:
            logger.warning("frame %d was not judged: %s", frame.sequence, error)
            return unknown(UnknownReason.INFERENCE_ERROR)
        finds = find_peaks(
            self._out[0],
            scale=self._scale,
            zero_point=self._zero_point,
            threshold=self._rules.lowest,
            stride_px=self._stride_px,
        )
        verdict, counted = decide(finds, self._rules)
        return Judgement(verdict, counted)


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
