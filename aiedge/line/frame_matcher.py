"""Which frame shows which part, when the PLC announces parts and the plant triggers the camera.

Both count: the n-th trigger belongs to the n-th frame, also when a frame is lost (a gap in the sequence) or a
trigger is missed (the PLC's number tells). What cannot be told apart is never guessed: such a part has no
frame.
"""

from __future__ import annotations

from collections.abc import Callable

from aiedge.clock import Clock
from aiedge.devices.camera import Camera
from aiedge.errors import DeviceError, DeviceLost, DeviceTimeout, EndOfFrames
from aiedge.line.gate.parts import PartTrigger
from aiedge.line.part import UnknownReason
from aiedge.types import ClockDomain, Frame

# So many frame times without a trigger and the count starts over: whatever was late has come by then.
_PAUSE_FRAME_TIMES = 4
_LEAST_PAUSE_NS = 1_000_000_000


class FrameMatcher:
    """Gives the frame of each announced part, in order. For one thread.

    ``frame_timeout_s``: from the trigger to the frame; it must be shorter than the time between two parts, or
    the frame of the next part could be taken for this one's after a trigger that the camera did not see.

    ``stale``: frames that belonged to an earlier part and were dropped; ``restarts``: times the count started
    over.
    """

    def __init__(self, camera: Camera, frame_timeout_s: float, clock: Clock) -> None:
        self._camera = camera
        self._frame_timeout_ns = round(frame_timeout_s * 1e9)
        self._pause_ns = max(_LEAST_PAUSE_NS, _PAUSE_FRAME_TIMES * self._frame_timeout_ns)
        self._clock = clock
        self._expected: int | None = None
        self._early: Frame | None = None
        self._last_trigger_ns: int | None = None
        self.stale = 0
        self.restarts = 0

    def frame_of(self, trigger: PartTrigger) -> Frame | UnknownReason:
        """The frame of a part, blocking up to the frame time after its trigger, or why there is none.

        ``EndOfFrames`` when a finite camera has shown all of its frames.
        """
        triggered_ns = trigger.timestamp.value_ns
        self._restart_after_pause(triggered_ns)
        if self._expected is not None:
            self._expected += trigger.missed
        frame = self._next_from(trigger)
        if not isinstance(frame, Frame):
            # A camera that comes back counts from anywhere; one that is only late goes on counting.
            self._expected = None if frame is UnknownReason.CAMERA else self._following()
            return frame
        if self._expected is None:
            self._expected = frame.sequence
        if frame.sequence > self._expected:
            self._early = frame
            self._expected += 1
            return UnknownReason.FRAME_LOST
        self._expected += 1
        return frame

    def _next_from(self, trigger: PartTrigger) -> Frame | UnknownReason:
        """The oldest frame that is not of an earlier part."""
        while True:
            frame = self._early or self._read(trigger.timestamp.value_ns)
            self._early = None
            if not isinstance(frame, Frame) or not self._is_stale(frame, trigger):
                return frame
            self.stale += 1

    def _is_stale(self, frame: Frame, trigger: PartTrigger) -> bool:
        if self._expected is not None:
            return frame.sequence < self._expected
        if frame.timestamp.domain is not ClockDomain.HOST_MONOTONIC:
            return False
        earliest_ns = trigger.timestamp.value_ns - trigger.timestamp.uncertainty_ns - self._frame_timeout_ns
        return frame.timestamp.value_ns + frame.timestamp.uncertainty_ns < earliest_ns

    def _read(self, triggered_ns: int) -> Frame | UnknownReason:
        remaining_ns = triggered_ns + self._frame_timeout_ns - self._clock.monotonic_ns()
        return read_or_reason(self._camera.read, max(0, remaining_ns) / 1e9)

    def _following(self) -> int | None:
        return None if self._expected is None else self._expected + 1

    def _restart_after_pause(self, now_ns: int) -> None:
        last_ns, self._last_trigger_ns = self._last_trigger_ns, now_ns
        if last_ns is None or now_ns - last_ns <= self._pause_ns or self._expected is None:
            return
        self.restarts += 1
        self._expected = None
        self._early = None


def read_or_reason(read: Callable[[float], Frame], timeout_s: float) -> Frame | UnknownReason:
    """A frame, or why there is none; ``EndOfFrames`` is passed on."""
    try:
        return read(timeout_s)
    except EndOfFrames:
        raise
    except DeviceTimeout:
        return UnknownReason.FRAME_LOST
    except DeviceLost:
        return UnknownReason.CAMERA
    except DeviceError:
        return UnknownReason.FRAME_UNREADABLE
