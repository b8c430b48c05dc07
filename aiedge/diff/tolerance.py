"""What counts as the same."""

from __future__ import annotations

import math
from dataclasses import dataclass

from aiedge.diff.difference import Difference, Kind
from aiedge.errors import UsageError

FLOAT_SNR_DB = 80.0
"""Of two engines in float, where nothing else is asked: sums in another order leave more than 100 dB."""

UNLIKE_SNR_DB = 10.0
"""Of float beside int8, where nothing else is asked: below it the noise has a third of the signal's size."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """At most ``steps`` of the quantization, at least ``snr_db`` and ``cosine``; what is None is not asked.

    With nothing asked: no difference between integers of one scale, :data:`FLOAT_SNR_DB` between values in float,
    :data:`UNLIKE_SNR_DB` between unlike ones.
    """

    steps: float | None = None
    snr_db: float | None = None
    cosine: float | None = None

    def __post_init__(self) -> None:
        """UsageError for a bound that is no finite number: nothing could be compared with it."""
        for name, bound in (
            ("--tolerance", self.steps), ("--min-snr", self.snr_db), ("--min-cosine", self.cosine),
        ):  # fmt: skip
            if bound is not None and not math.isfinite(bound):
                raise UsageError("AIE-CLI-001", name=name, value=bound, expected="a finite number")

    def holds(self, difference: Difference) -> bool:
        """Whether a layer is within; never with a NaN or an infinity that only one side has."""
        if difference.not_finite:
            return False
        if difference.equal:
            return True
        if self == Tolerance():
            return _default_holds(difference)
        steps = difference.greatest_steps
        return (
            (self.steps is None or steps is None or steps <= self.steps)
            and (self.snr_db is None or difference.snr_db >= self.snr_db)
            and (self.cosine is None or difference.cosine >= self.cosine)
        )

    def __str__(self) -> str:
        """In words."""
        if self == Tolerance():
            return f"integers equal; float {FLOAT_SNR_DB:g} dB; float beside integers {UNLIKE_SNR_DB:g} dB"
        asked = [
            None if self.steps is None else f"at most {self.steps:g} step{'' if self.steps == 1 else 's'}",
            None if self.snr_db is None else f"at least {self.snr_db:g} dB",
            None if self.cosine is None else f"cosine at least {self.cosine:g}",
        ]
        return ", ".join(part for part in asked if part is not None)


def _default_holds(difference: Difference) -> bool:
    if difference.kind is Kind.INTEGERS:
        return False
    return difference.snr_db >= (FLOAT_SNR_DB if difference.kind is Kind.FLOAT else UNLIKE_SNR_DB)
