"""How far two runs are apart at one layer, over any number of inputs, in bounded memory."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.diff.align import View, find_view
from aiedge.diff.layer import Coding, real_values


class Kind(enum.Enum):
    """What two values can be held to."""

    INTEGERS = "integers"
    """Integers of one scale: differences are whole steps."""
    FLOAT = "float"
    """Float on both sides."""
    UNLIKE = "unlike"
    """Float beside integers, or integers of two scales."""


@dataclass(slots=True)
class Difference:
    """Sums over everything that was added; ``a`` is the side that counts as right.

    ``greatest`` is in real units, ``greatest_steps`` in steps of the scale (the coarser of two; None where neither
    side has one); ``place`` is the element (index in ``a``) and ``sample`` the input where it is.
    ``not_finite`` counts elements that are NaN or infinite on one side and something else on the other.
    """

    kind: Kind = Kind.FLOAT
    samples: int = 0
    elements: int = 0
    differing: int = 0
    not_finite: int = 0
    greatest: float = 0.0
    greatest_steps: float | None = None
    place: tuple[int, ...] = ()
    sample: int = 0
    reason: str = ""
    """Why nothing was compared; empty where something was."""
    _signal: float = 0.0
    _other: float = 0.0
    _dot: float = 0.0
    _noise: float = 0.0
    _view: View | None = field(default=None, repr=False)

    @property
    def snr_db(self) -> float:
        """Power of ``a`` over power of the difference; ``inf`` without a difference, ``-inf`` where a is all 0."""
        if self._noise == 0:
            return math.inf
        if self._signal == 0:
            return -math.inf
        # Not of the quotient, which can be too small for a float.
        return 10 * (math.log10(self._signal) - math.log10(self._noise))

    @property
    def cosine(self) -> float:
        """Of the angle between the two: 1 where they point the same way, or are both all 0."""
        if self._noise == 0:
            return 1.0
        size = math.sqrt(self._signal) * math.sqrt(self._other)
        return min(1.0, max(-1.0, self._dot / size)) if size > 0 else 0.0

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return self.differing == 0

    def add(
        self, sample: int, a: NDArray[Any], b: NDArray[Any], a_coding: Coding | None, b_coding: Coding | None
    ) -> None:
        """Take one run's values of both sides."""
        a_coding, b_coding = _as_stored(a, a_coding), _as_stored(b, b_coding)
        if _untold(a, a_coding, b, b_coding):
            self.reason = "the scale of its integers is not known"
            return
        left, right = real_values(a, a_coding), real_values(b, b_coding)
        if a_coding is None and _holds_no_negatives(b_coding):
            left = np.maximum(left, 0)
        if b_coding is None and _holds_no_negatives(a_coding):
            right = np.maximum(right, 0)
        if self._view is None:
            self._view = find_view(left, right)
        if self._view is None:
            self.reason = f"its shapes are {list(a.shape)} and {list(b.shape)}"
            return
        self._take(sample, left, self._view(right), _step(a, a_coding, b_coding))
        self.kind = _kind(a, b, a_coding, b_coding)

    def _take(self, sample: int, a: NDArray[np.float64], b: NDArray[np.float64], step: float | None) -> None:
        with np.errstate(invalid="ignore"):
            gap = np.abs(a - b)
        same = (a == b) | (np.isnan(a) & np.isnan(b))
        gap[same] = 0
        usable = np.isfinite(gap)
        self.samples += 1
        self.elements += a.size
        self.differing += a.size - int(np.count_nonzero(same))
        self.not_finite += a.size - int(np.count_nonzero(usable))
        if not usable.all():
            gap[~usable] = 0
        finite = np.isfinite(a) & np.isfinite(b)
        if not finite.all():
            a, b = np.where(finite, a, 0), np.where(finite, b, 0)
        self._signal += float(np.vdot(a, a))
        self._other += float(np.vdot(b, b))
        self._dot += float(np.vdot(a, b))
        self._noise += float(np.vdot(gap, gap))
        greatest = int(np.argmax(gap)) if gap.size else 0
        if gap.size and gap.flat[greatest] > self.greatest:
            self.greatest = float(gap.flat[greatest])
            self.place = tuple(int(i) for i in np.unravel_index(greatest, gap.shape))
            self.sample = sample
        if step is not None:
            # Whole for integers of one scale, whose differences have lost some bits on their way to real units.
            steps = self.greatest / step
            near = round(steps)
            self.greatest_steps = float(near) if abs(steps - near) < 1e-6 * max(1, near) else steps


def _as_stored(array: NDArray[Any], coding: Coding | None) -> Coding | None:
    """The coding for the type that the array has: uint8 stores the same number 128 higher than int8."""
    if coding is None or array.dtype.kind not in "iu":
        return None
    flips = {("int8", "uint8"): 128, ("uint8", "int8"): -128}
    shift = flips.get((coding.dtype, array.dtype.name), 0)
    return Coding(array.dtype.name, coding.scale, coding.zero_point + shift)


def _holds_no_negatives(coding: Coding | None) -> bool:
    """Whether 0 is the least of the integers: a ReLU became part of their range, and the float value has none yet."""
    return coding is not None and coding.zero_point == np.iinfo(coding.dtype).min


def _untold(a: NDArray[Any], a_coding: Coding | None, b: NDArray[Any], b_coding: Coding | None) -> bool:
    """Whether one side has integers that mean something that only the other side tells, or float."""
    integers = [
        array.dtype.kind in "iub" and coding is None for array, coding in ((a, a_coding), (b, b_coding))
    ]
    return integers[0] != integers[1]


def _kind(a: NDArray[Any], b: NDArray[Any], a_coding: Coding | None, b_coding: Coding | None) -> Kind:
    if a_coding is not None and b_coding is not None:
        return Kind.INTEGERS if a_coding.scale == b_coding.scale else Kind.UNLIKE
    if a_coding is not None or b_coding is not None:
        return Kind.UNLIKE
    return Kind.FLOAT if a.dtype.kind == "f" or b.dtype.kind == "f" else Kind.INTEGERS


def _step(a: NDArray[Any], a_coding: Coding | None, b_coding: Coding | None) -> float | None:
    scales = [coding.scale for coding in (a_coding, b_coding) if coding is not None]
    if scales:
        return max(scales)
    return None if a.dtype.kind == "f" else 1.0
