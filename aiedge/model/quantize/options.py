"""What a user chooses about a quantization."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, get_args

from aiedge.errors import UsageError

Method = Literal["minmax", "percentile", "entropy", "mse", "auto"]
"""How an activation's range comes from its calibration values; ``auto`` tries all."""

WeightMethod = Literal["minmax", "mse", "auto"]
"""How a weight channel's range comes from its values: all of them, or the range of least squared error."""

Switch = Literal["on", "off", "auto"]
"""Whether a step is done; ``auto``: where it makes the held-out samples better."""

OutputKind = Literal["classes", "values", "auto"]
"""What the first output holds: scores of classes, whose order counts, or values. ``auto``: classes after a softmax."""


@dataclass(frozen=True, slots=True)
class QuantizeOptions:
    """All of a quantization's settings; raises UsageError when it is made with a value that cannot be.

    ``percentile``: the share in percent that ``method="percentile"`` keeps within the range (``auto`` tries its own).
    ``min_snr_db``, ``min_agreement`` (0 to 1): the accuracy budget, held-out samples beside float; None: no such
    demand. While it is not met the layers that cost most stay in float, at most ``max_float_layers``.
    ``keep_float``: names of nodes that stay in float in any case.
    ``held_out``: the share of the samples that judges, and is not calibrated on, while ``auto`` chooses.
    ``correction_samples``: how many samples bias correction takes, which it holds in memory.
    ``seed``: which samples are held out.
    """

    method: Method = "auto"
    percentile: float = 99.99
    weights: WeightMethod = "auto"
    equalize: Switch = "auto"
    bias_correction: Switch = "auto"
    outputs: OutputKind = "auto"
    min_snr_db: float | None = None
    min_agreement: float | None = None
    max_float_layers: int = 8
    keep_float: tuple[str, ...] = ()
    held_out: float = 0.25
    correction_samples: int = 32
    seed: int = 0

    def __post_init__(self) -> None:
        for name, allowed in _WORDS.items():
            value = getattr(self, name)
            _demand(value in allowed, name, value, "one of " + ", ".join(allowed))
        _demand(50 < self.percentile <= 100, "percentile", self.percentile, "above 50, at most 100")
        _demand(0 < self.held_out <= 0.5, "held_out", self.held_out, "above 0, at most 0.5")
        _demand(self.max_float_layers >= 0, "max_float_layers", self.max_float_layers, "0 or more")
        _demand(self.correction_samples >= 1, "correction_samples", self.correction_samples, "1 or more")
        _demand(self.seed >= 0, "seed", self.seed, "0 or more")
        if self.min_agreement is not None:
            _demand(0 <= self.min_agreement <= 1, "min_agreement", self.min_agreement, "0 to 1")
        if self.min_snr_db is not None:
            _demand(-200 <= self.min_snr_db <= 200, "min_snr_db", self.min_snr_db, "-200 to 200")

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Name and value as text, for reports."""
        return tuple((field.name, str(getattr(self, field.name))) for field in fields(self))


_WORDS = {
    "method": get_args(Method),
    "weights": get_args(WeightMethod),
    "equalize": get_args(Switch),
    "bias_correction": get_args(Switch),
    "outputs": get_args(OutputKind),
}


def _demand(holds: bool, name: str, value: object, expected: str) -> None:
    if not holds:
        raise UsageError("AIE-MOD-070", where=name, value=value, expected=expected)
