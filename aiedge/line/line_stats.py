"""The line's counts, and a snapshot of them for people and programs."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from aiedge.line.gate.parts import Outcome
from aiedge.line.latency_window import LatencyWindow
from aiedge.line.part import Part, UnknownReason
from aiedge.line.trace import TraceCounters
from aiedge.types import Verdict


@dataclass(frozen=True, slots=True)
class LineStats:
    """A snapshot. Counts since the line's start; ``parts`` is good + bad + unknown, all of them finished.

    ``missed_deadlines``: unknown for their deadline. ``late_verdicts``: verdicts that came too late and took
    no effect. ``under_way``: parts that are not finished. ``stale_frames``: frames of earlier parts, dropped.
    Capture-to-gate is from the frame's time to the PLC's acknowledgement, over the last parts that the PLC
    took, in seconds; None before the first. ``records``: what became of the parts' records; ``sent``: metrics
    that a broker has acknowledged. ``camera_state``,
    ``plc_state``, ``broker`` (``none`` without one): the states of the links. ``belt_runs``: parts move;
    ``stopped_by``: why the PLC stopped them (``heartbeat lost``, ``operator``), else empty. ``gate``, ``camera``,
    ``publisher``: the counters of those.
    """

    parts: int
    good: int
    bad: int
    unknown: int
    unknown_by_reason: Mapping[str, int]
    missed_deadlines: int
    late_verdicts: int
    under_way: int
    queue_drops: int
    stale_frames: int
    capture_to_gate_p50_s: float | None
    capture_to_gate_p99_s: float | None
    capture_to_gate_p999_s: float | None
    capture_to_gate_max_s: float | None
    records: TraceCounters
    sent: int
    camera_state: str
    plc_state: str
    belt_runs: bool
    stopped_by: str
    broker: str
    gate: Mapping[str, int]
    camera: Mapping[str, int]
    publisher: Mapping[str, int]
    elapsed_s: float

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return asdict(self)


class PartTally:
    """Counts finished parts. Thread-safe; ``add`` does not block for longer than another ``add``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._verdicts: Counter[Verdict] = Counter()
        self._reasons: Counter[UnknownReason] = Counter()
        self.latency = LatencyWindow()

    def add(self, part: Part) -> None:
        """Count a part that is finished: it has its verdict, and its reason when that is unknown."""
        with self._lock:
            self._verdicts[part.verdict or Verdict.UNKNOWN] += 1
            if part.reason is not None:
                self._reasons[part.reason] += 1
        if part.outcome is Outcome.DELIVERED and part.settled_ns is not None:
            self.latency.add((part.settled_ns - part.captured_ns) / 1e9)

    def counts(self) -> tuple[Counter[Verdict], Counter[UnknownReason]]:
        """Copies of both counts, of one instant."""
        with self._lock:
            return self._verdicts.copy(), self._reasons.copy()
