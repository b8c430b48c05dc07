"""One frame to one judgement: align it to its reference where the model wants one, look, decide."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiedge.errors import AiedgeError, InputError
from aiedge.line.decide import Rules
from aiedge.line.looks import look_of
from aiedge.line.part import UnknownReason
from aiedge.types import Frame, Verdict
from aiedge.vision import Find, align, shift

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
    """Judges frames with a model. For one thread at a time.

    Args:
        model: a loaded bundle whose processing gives boxes, peaks or an anomaly score, or a network that gives
            heat maps of a pair (:mod:`aiedge.line.looks`); :class:`LineError` for another one.
        rules: which finds make a part bad.
        max_shift_px: how far a picture may be off its reference, in each axis.
        min_quality: the least :attr:`aiedge.vision.Alignment.quality` of a fit that is believed.
    """

    def __init__(self, model: Model, rules: Rules, *, max_shift_px: int, min_quality: float = 0.5) -> None:
        self._labels = model.labels
        self._look = look_of(model, max_shift_px)
        self._rules = rules
        self._max_shift_px = max_shift_px
        self._min_quality = min_quality

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the kinds of finds, by their index."""
        return self._labels

    def warm_up(self) -> None:
        """Run the model once, so that the first part does not pay for touching its memory."""
        self._look.warm_up()

    def __call__(self, frame: Frame) -> Judgement:
        """Judge one frame, blocking; whatever prevents it is an unknown with its reason."""
        image, reference = frame.image, frame.reference
        if self._look.needs_reference and reference is None:
            return unknown(UnknownReason.REFERENCE_MISSING)
        if not self._look.takes(image, reference):
            return unknown(UnknownReason.FRAME_SIZE)
        if self._look.needs_reference and reference is not None:
            fit = align(image, reference, max_shift_px=self._max_shift_px)
            if fit.quality < self._min_quality or max(abs(fit.dx_px), abs(fit.dy_px)) > self._max_shift_px:
                return unknown(UnknownReason.ALIGNMENT)
            reference = shift(reference, fit)
        try:
            verdict, counted = self._look.judge(image, reference, self._rules)
        except InputError as error:
            logger.warning("frame %d was not judged: %s", frame.sequence, error)
            return unknown(UnknownReason.FRAME_SIZE)
        except AiedgeError as error:
            logger.warning("frame %d was not judged: %s", frame.sequence, error)
            return unknown(UnknownReason.INFERENCE_ERROR)
        return Judgement(verdict, counted)
