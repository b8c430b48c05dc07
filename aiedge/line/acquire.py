"""Where parts come from: frames make them (pulse), or the PLC announces them (handshake)."""

from __future__ import annotations

from typing import Protocol

from aiedge.clock import Clock
from aiedge.devices.camera import Camera
from aiedge.errors import DeviceLost, DeviceTimeout, EndOfFrames, LineError
from aiedge.line.frame_matcher import FrameMatcher, read_or_reason
from aiedge.line.gate.gate import Gate
from aiedge.line.gate.parts import PartTrigger
from aiedge.line.part import Part, UnknownReason
from aiedge.types import ClockDomain, Frame

# How long an acquirer waits at most before it looks whether the line ends; the watchdog hears of it as often.
POLL_S = 0.05
# A gap that is longer than this is no gap: the camera's count is broken.
_MOST_LOST = 10_000


class Intake(Protocol):
    """What an acquirer hands parts to; the line. None of it blocks."""

    def open_part(self, part: Part) -> None:
        """A part is there; from now on its deadline is watched."""

    def take_frame(self, part: Part, frame: Frame) -> None:
        """The frame of an opened part."""

    def give_up(self, part: Part, reason: UnknownReason) -> None:
        """Nobody can judge this opened part."""

    def take_missed(self, trigger: PartTrigger) -> None:
        """``trigger.missed`` parts went by before this one without the host seeing them; the PLC rejects them."""


class Acquirer(Protocol):
    """One source of parts, worked by one thread."""

    ended: bool

    @property
    def stale_frames(self) -> int:
        """Frames of earlier parts that came too late, and were dropped."""

    def start(self) -> None:
        """The gate is about to start: until then there were no parts."""

    def step(self, intake: Intake) -> None:
        """Wait up to ``POLL_S`` for the next part and hand it on; sets ``ended`` after the last."""


class PulseAcquirer:
    """Each frame is a part, and so is each frame that got lost: the gate counts the same parts.

    Both count from the start of the host, when the belt stands: frames from before ``start`` was called show no part.
    """

    def __init__(self, camera: Camera, first_part_id: int, deadline_s: float, clock: Clock) -> None:
        self.ended = False
        self._camera = camera
        self._part_id = first_part_id
        self._deadline_ns = round(deadline_s * 1e9)
        self._clock = clock
        self._expected: int | None = None
        self._start_ns = 0
        self._stale_frames = 0
        self._unreadable = 0
        self._recounts = camera.counters.get("frames_recounted", 0)

    @property
    def stale_frames(self) -> int:
        """See :class:`Acquirer`; here those from before the start."""
        return self._stale_frames

    def start(self) -> None:
        """See :class:`Acquirer`."""
        self._start_ns = self._clock.monotonic_ns()

    def step(self, intake: Intake) -> None:
        """See :class:`Acquirer`; :class:`LineError` when the camera's count cannot be followed any more."""
        try:
            frame = read_or_reason(self._camera.read, POLL_S)
        except EndOfFrames:
            self.ended = True
            self._give_up(self._unreadable, self._clock.monotonic_ns(), intake)
            return
        if not isinstance(frame, Frame):
            # Not one part the more now: it shows as a gap before the next frame, or is counted where there is none.
            self._unreadable += frame is UnknownReason.FRAME_UNREADABLE
            if frame is UnknownReason.CAMERA:
                self._clock.sleep(POLL_S / 5)
            return
        if self._camera.counters.get("frames_recounted", 0) != self._recounts:
            raise LineError("AIE-LIN-003", where=self._camera.name)
        captured_ns = capture_ns(frame, self._clock)
        if self._expected is None and captured_ns < self._start_ns:
            self._stale_frames += 1
            return
        lost = self._unreadable if self._expected is None else frame.sequence - self._expected
        if lost > _MOST_LOST:
            raise LineError("AIE-LIN-004", where=self._camera.name, count=lost)
        self._expected = frame.sequence + 1
        self._give_up(lost, captured_ns, intake)
        intake.take_frame(self._next_part(captured_ns, intake), frame)

    def _give_up(self, count: int, captured_ns: int, intake: Intake) -> None:
        """So many parts without a picture: some could not be read, the others never came."""
        for index in range(count):
            reason = UnknownReason.FRAME_UNREADABLE if index < self._unreadable else UnknownReason.FRAME_LOST
            intake.give_up(self._next_part(captured_ns, intake), reason)
        self._unreadable = 0

    def _next_part(self, captured_ns: int, intake: Intake) -> Part:
        part = Part(self._part_id, self._part_id, captured_ns, captured_ns + self._deadline_ns)
        self._part_id += 1
        intake.open_part(part)
        return part


class HandshakeAcquirer:
    """The PLC announces each part.

    With ``software_trigger`` the line takes the picture then and there, otherwise the plant has triggered the
    camera and a :class:`~aiedge.line.frame_matcher.FrameMatcher` finds the frame.
    """

    def __init__(
        self,
        camera: Camera,
        gate: Gate,
        *,
        deadline_s: float,
        frame_timeout_s: float,
        software_trigger: bool,
        clock: Clock,
    ) -> None:
        self.ended = False
        self._camera = camera
        self._gate = gate
        self._deadline_ns = round(deadline_s * 1e9)
        self._frame_timeout_s = frame_timeout_s
        self._software_trigger = software_trigger
        self._clock = clock
        self._matcher = FrameMatcher(camera, frame_timeout_s, clock, software_trigger=software_trigger)
        self._no_pictures_until_ns = 0

    @property
    def stale_frames(self) -> int:
        """See :class:`Acquirer`."""
        return self._matcher.stale

    def start(self) -> None:
        """See :class:`Acquirer`; nothing to do, since the PLC names each part."""

    def step(self, intake: Intake) -> None:
        """See :class:`Acquirer`. After the camera's last frame, every further part is unknown."""
        trigger = self._gate.next_trigger(POLL_S)
        if trigger is None:
            return
        if trigger.missed:
            intake.take_missed(trigger)
        triggered_ns = trigger.timestamp.value_ns
        part = Part(
            trigger.trigger,
            trigger.part_id,
            triggered_ns,
            triggered_ns + self._deadline_ns,
            trigger=trigger.trigger,
        )
        intake.open_part(part)
        frame = self._frame(trigger)
        if isinstance(frame, Frame):
            part.captured_ns = capture_ns(frame, self._clock)
            intake.take_frame(part, frame)
        else:
            intake.give_up(part, frame)

    def _frame(self, trigger: PartTrigger) -> Frame | UnknownReason:
        if self.ended:
            return UnknownReason.FRAME_LOST
        try:
            if self._software_trigger:
                return self._picture_of(trigger)
            return self._matcher.frame_of(trigger)
        except EndOfFrames:
            self.ended = True
            return UnknownReason.FRAME_LOST

    def _picture_of(self, trigger: PartTrigger) -> Frame | UnknownReason:
        """Take a picture now; where it cannot be told from an earlier one that was late, there is none."""
        if self._clock.monotonic_ns() < self._no_pictures_until_ns:
            return UnknownReason.FRAME_LOST
        try:
            self._camera.trigger(self._frame_timeout_s)
        except DeviceLost:
            self._matcher.restart()
            return UnknownReason.CAMERA
        except DeviceTimeout:
            self._wait_for_what_is_late()
            return UnknownReason.FRAME_LOST
        stale = self._matcher.stale
        frame = self._matcher.frame_of(trigger)
        if not isinstance(frame, Frame) and self._matcher.stale > stale:
            self._wait_for_what_is_late()
        return frame

    def _wait_for_what_is_late(self) -> None:
        # The count is out of step. It starts over after a pause, and here the line can make one.
        self._no_pictures_until_ns = self._clock.monotonic_ns() + self._matcher.pause_ns


def capture_ns(frame: Frame, clock: Clock) -> int:
    """When a frame was taken, on the host's monotonic clock; now, where its clock cannot be compared."""
    comparable = frame.timestamp.domain is ClockDomain.HOST_MONOTONIC
    return frame.timestamp.value_ns if comparable else clock.monotonic_ns()
