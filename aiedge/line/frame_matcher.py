"""Which frame shows which part, when the PLC announces parts and the plant triggers the camera.

Both count: the n-th trigger belongs to the n-th frame, also when a frame is lost (a gap in the sequence) or a trigger
is missed (the PLC's number tells). Time rules out what count cannot: a frame from before a part's trigger shows
another part. What cannot be told apart is never guessed: such a part has no frame.
"""

from __future__ import annotations

from collections.abc import Callable

from aiedge.clock import Clock
from aiedge.devices.camera import Camera
from aiedge.errors import DeviceError, DeviceLost, DeviceTimeout, EndOfFrames
from aiedge.line.gate.parts import PartTrigger
from aiedge.line.part import UnknownReason
from aiedge.types import ClockDomain, Frame, TimeSource

# The camera sees the part's signal at once, the PLC's program within a scan.
_SCAN_NS = 20_000_000
# So many frame times without a trigger and the count starts over: whatever was late has come by then.
_PAUSE_FRAME_TIMES = 4
_LEAST_PAUSE_NS = 1_000_000_000


class FrameMatcher:
    """Gives the frame of each announced part, in order. For one thread.

    ``frame_timeout_s``: from the trigger to the frame; it must be shorter than the time between two parts, or the
    frame of the next part could be taken for this one's after a trigger that the camera did not see. A camera that
    stamps its frames with the start of the exposure, on the host's clock, gets in step again after such a trigger;
    with any other one the parts stay unknown until the line pauses.

    With ``software_trigger`` only the parts that the line saw have been photographed; else all of them.

    ``stale``: frames of other parts, dropped. ``restarts``: times the count started over. ``pause_ns``: after so long
    without a trigger it starts over.
    """

    def __init__(
        self, camera: Camera, frame_timeout_s: float, clock: Clock, *, software_trigger: bool = False
    ) -> None:
        self._camera = camera
        self._software = software_trigger
        self._frame_timeout_ns = round(frame_timeout_s * 1e9)
        self.pause_ns = max(_LEAST_PAUSE_NS, _PAUSE_FRAME_TIMES * self._frame_timeout_ns)
        self._clock = clock
        self._expected: int | None = None
        self._owed = 0
        self._early: Frame | None = None
        self._last_trigger_ns: int | None = None
        self.stale = 0
        self.restarts = 0

    def frame_of(self, trigger: PartTrigger) -> Frame | UnknownReason:
        """The frame of a part, blocking up to the frame time after its trigger, or why there is none.

        ``EndOfFrames`` when a finite camera has shown all of its frames.
        """
        self._restart_after_pause(trigger.timestamp.value_ns)
        self._pass_over(0 if self._software else trigger.missed)
        frame = self._next_from(trigger)
        if frame is UnknownReason.CAMERA:
            self.restart()
            return frame
        if not isinstance(frame, Frame):
            # It may still come, and is known by its number then.
            self._pass_over(1)
            return frame
        if self._expected is not None and frame.sequence > self._expected:
            self._early = frame
            self._expected += 1
            return UnknownReason.FRAME_LOST
        self._expected = frame.sequence + 1
        return frame

    def _next_from(self, trigger: PartTrigger) -> Frame | UnknownReason:
        """The oldest frame that is not of another part before this one."""
        while True:
            frame = self._early or self._read(trigger.timestamp.value_ns)
            self._early = None
            if not isinstance(frame, Frame):
                return frame
            if self._expected is None and self._owed:
                # The first frame, and parts before this one had none: then it is the first of theirs that was late.
                # Should it be this part's after all, the count is ahead, and no frame is taken for one before it.
                self._expected, self._owed = frame.sequence + self._owed, 0
            if _is_before(frame, trigger):
                # Also when nobody announced its part: it has taken a number.
                self._expected = None if self._expected is None else max(self._expected, frame.sequence + 1)
            elif self._expected is None or frame.sequence >= self._expected:
                return frame
            elif frame.timestamp.source is TimeSource.EXPOSURE_START and _comparable(frame):
                self._expected = frame.sequence
                self.restarts += 1
                return frame
            self.stale += 1

    def _pass_over(self, parts: int) -> None:
        """So many parts have a number, and none of them takes a frame."""
        if self._expected is None:
            self._owed += parts
        else:
            self._expected += parts

    def _read(self, triggered_ns: int) -> Frame | UnknownReason:
        remaining_ns = triggered_ns + self._frame_timeout_ns - self._clock.monotonic_ns()
        return read_or_reason(self._camera.read, max(0, remaining_ns) / 1e9)

    def _restart_after_pause(self, now_ns: int) -> None:
        last_ns, self._last_trigger_ns = self._last_trigger_ns, now_ns
        if (
            last_ns is None
            or now_ns - last_ns <= self.pause_ns
            or (self._expected is None and not self._owed)
        ):
            return
        self.restarts += 1
        self.restart()

    def restart(self) -> None:
        """Nothing is on its way any more, and the camera may count from anywhere."""
        self._expected = None
        self._owed = 0
        self._early = None


def _comparable(frame: Frame) -> bool:
    return frame.timestamp.domain is ClockDomain.HOST_MONOTONIC


def _is_before(frame: Frame, trigger: PartTrigger) -> bool:
    """Whether a frame certainly shows something from before the part came to the camera."""
    earliest_ns = trigger.timestamp.value_ns - trigger.timestamp.uncertainty_ns - _SCAN_NS
    return _comparable(frame) and frame.timestamp.value_ns + frame.timestamp.uncertainty_ns < earliest_ns


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
