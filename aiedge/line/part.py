"""One part on its way through the line, and why a part can end as unknown."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiedge.line.gate.parts import Outcome
from aiedge.types import Verdict
from aiedge.vision import Find


class UnknownReason(enum.Enum):
    """Why nobody can say whether a part is good. Each is counted apart."""

    DEADLINE = "deadline"
    FRAME_LOST = "frame_lost"
    FRAME_UNREADABLE = "frame_unreadable"
    FRAME_SIZE = "frame_size"
    REFERENCE_MISSING = "reference_missing"
    ALIGNMENT = "alignment"
    INFERENCE_ERROR = "inference_error"
    QUEUE_FULL = "queue_full"
    CAMERA = "camera"
    PLC = "plc"
    RESTART = "restart"


@dataclass(slots=True)
class Part:
    """A part from its trigger or frame to its settlement. Times are monotonic ns of the line's clock.

    ``number`` names it beyond doubt while it is under way: the PLC's trigger (handshake) or its place in the
    series (pulse). ``part_id`` is the plant's id, which may repeat, None for a part that nobody announced;
    ``trigger`` the PLC's count, None in pulse mode. ``outcome``: what the gate made of the verdict; None
    while it has made nothing of it. The verdict is written only by the
    :class:`~aiedge.line.part_tracker.PartTracker`, the rest by the thread that holds the part at the moment.
    """

    number: int
    part_id: int | None
    captured_ns: int
    deadline_ns: int
    trigger: int | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    dequeued_ns: int | None = None
    inferred_ns: int | None = None
    decided_ns: int | None = None
    settled_ns: int | None = None
    verdict: Verdict | None = None
    reason: UnknownReason | None = None
    finds: tuple[Find, ...] = ()
    outcome: Outcome | None = None
