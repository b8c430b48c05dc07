"""How the gate is worked."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class GateMode(enum.Enum):
    """``PULSE``: a simple gate that only listens; ``HANDSHAKE``: a PLC that announces and acknowledges."""

    PULSE = "pulse"
    HANDSHAKE = "handshake"


@dataclass(frozen=True, slots=True)
class GateSettings:
    """Times and bounds of the gate's thread.

    ``poll_period_s``: between two reads of the PLC's block, so that a trigger is seen within it;
    ``answer_poll_s``: the same while a result waits for its acknowledgement. ``heartbeat_period_s``: between
    two beats. ``heartbeat_timeout_s``: the bound that the PLC's program is set to, and how long the PLC's own
    life counter may stand still before the host counts it as frozen. ``acknowledge_timeout_s``: how long
    after :meth:`Gate.deliver` the PLC may take to acknowledge a result; then its part is settled as lost.
    ``io_timeout_s``: of one request. ``pulse_hold_s``: pulse mode only, the least time that a result stands
    in the registers, so longer than the PLC's scan. ``queue_length``: results that may wait for the PLC, and
    triggers that may wait for ``next_trigger``. ``parts_in_flight``: announced parts without a verdict.
    ``first_part_id``: pulse mode only, the id of the first part after the start of the line.
    """

    poll_period_s: float = 0.002
    answer_poll_s: float = 0.001
    heartbeat_period_s: float = 0.1
    heartbeat_timeout_s: float = 0.5
    acknowledge_timeout_s: float = 0.5
    io_timeout_s: float = 0.2
    pulse_hold_s: float = 0.01
    queue_length: int = 64
    parts_in_flight: int = 256
    first_part_id: int = 1

    def __post_init__(self) -> None:
        for name in (
            "poll_period_s",
            "answer_poll_s",
            "heartbeat_period_s",
            "acknowledge_timeout_s",
            "io_timeout_s",
            "pulse_hold_s",
        ):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be more than 0, is {getattr(self, name)}")
        if self.poll_period_s > self.heartbeat_period_s:
            raise ValueError(
                f"poll_period_s must not be more than heartbeat_period_s, {self.heartbeat_period_s}, "
                f"is {self.poll_period_s}"
            )
        if self.heartbeat_timeout_s < 2 * self.heartbeat_period_s:
            raise ValueError(
                f"heartbeat_timeout_s must be at least two periods of {self.heartbeat_period_s} s, "
                f"is {self.heartbeat_timeout_s}"
            )
        if self.queue_length < 1 or self.parts_in_flight < 1:
            raise ValueError("queue_length and parts_in_flight must be at least 1")
