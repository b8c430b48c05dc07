"""The nouns that travel between layers."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.clock import Clock


class ClockDomain(enum.Enum):
    """Whose clock a timestamp was read from."""

    HOST_MONOTONIC = "host_monotonic"
    HOST_UTC = "host_utc"
    DEVICE = "device"


class TimeSource(enum.Enum):
    """Which event a timestamp marks."""

    EXPOSURE_START = "exposure_start"
    ARRIVAL = "arrival"
    PLC_SCAN = "plc_scan"


@dataclass(frozen=True, slots=True)
class Timestamp:
    """An instant: ``value_ns`` in ``domain``, true to within ``uncertainty_ns`` either way."""

    value_ns: int
    domain: ClockDomain
    source: TimeSource
    uncertainty_ns: int = 0

    @staticmethod
    def arrival(clock: Clock) -> Timestamp:
        """Now, on the host's monotonic clock, as the arrival of something."""
        return Timestamp(clock.monotonic_ns(), ClockDomain.HOST_MONOTONIC, TimeSource.ARRIVAL)


_NO_METADATA: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture.

    ``image``: uint8, (height, width) grey or (height, width, 3) RGB; read-only, owned by the frame.
    ``reference``: the part's template in the same form, where the camera has one, else None.
    ``sequence``: counts the device's frames, so a gap is a lost frame. ``metadata``: what else the driver knows
    (``part_id``, a simulator's ``truth``).
    """

    image: NDArray[np.uint8]
    timestamp: Timestamp
    sequence: int
    reference: NDArray[np.uint8] | None = None
    metadata: Mapping[str, Any] = field(default_factory=lambda: _NO_METADATA)


class Verdict(enum.Enum):
    """How a part ends. Only ``GOOD`` passes; ``UNKNOWN`` (deadline, lost frame, error, full queue) is rejected."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"

    @property
    def passes(self) -> bool:
        """Whether a part with this verdict may go on."""
        return self is Verdict.GOOD


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """A model's input or output: ``value = scale * (q - zero_point)`` where it is quantized, else scale is None."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    scale: float | None = None
    zero_point: int = 0

    def quantize(self, values: NDArray[Any]) -> NDArray[Any]:
        """Real values -> the model's integers: ``clip(round_half_even(x / scale) + zero_point)``, any shape."""
        if self.scale is None:
            return np.asarray(values, dtype=self.dtype)
        info = np.iinfo(self.dtype)
        scaled = np.rint(np.asarray(values, dtype=np.float64) / self.scale) + self.zero_point
        quantized: NDArray[Any] = np.clip(scaled, info.min, info.max).astype(self.dtype)
        return quantized

    def dequantize(self, quantized: NDArray[Any]) -> NDArray[np.float32]:
        """The model's integers -> float32 values, any shape."""
        if self.scale is None:
            return np.asarray(quantized, dtype=np.float32)
        centred = np.asarray(quantized, dtype=np.float32) - np.float32(self.zero_point)
        values: NDArray[np.float32] = centred * np.float32(self.scale)
        return values


@dataclass(frozen=True, slots=True)
class ProcessingForm:
    """What a bundle's processing gives.

    ``kind``: ``classes``, ``boxes``, ``peaks``, ``anomaly`` or ``segmentation``; ``threshold``: the bundle's, of
    boxes, peaks and anomaly, else 0; ``needs_reference``: the model compares a picture with its reference.
    """

    kind: str
    threshold: float
    needs_reference: bool


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes a loaded model needs, known before the first run.

    ``arena_bytes`` are activations and scratch, ``weight_bytes`` packed weights, tables and those constants of the file
    that are still held; ``peak_bytes`` is the most that is held at once, while the model is loaded or after.
    """

    arena_bytes: int
    weight_bytes: int
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class Placement:
    """Where one node runs: ``device`` is ``cpu`` or an accelerator's name; ``kernel`` names the variant."""

    node: str
    operator: str
    device: str
    kernel: str
    macs: int
