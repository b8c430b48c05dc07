"""Cameras: the next picture, and the honest count of those that got lost."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import Any

from aiedge.clock import SYSTEM_CLOCK, Clock
from aiedge.devices.device import Device
from aiedge.errors import DeviceError
from aiedge.types import ClockDomain, Frame


class Camera(Device):
    """A device that shows one part after the other.

    ``counters`` adds ``frames`` handed out, ``frames_lost`` (gaps of the sequence), ``frames_incomplete``
    (arrived damaged and withheld; they are among the lost), ``frames_stale`` (taken before the last
    trigger, withheld) and ``frames_recounted`` (times the device started counting anew: what was lost then is
    not known). A camera without frames is not a fault: a time-out leaves its state. A lost frame
    makes it degraded until a frame follows without a gap.
    """

    _SILENCE_IS_FAULT = False

    def __init__(self, *, name: str | None = None, clock: Clock = SYSTEM_CLOCK, **options: Any) -> None:
        super().__init__(name=name, clock=clock, **options)
        self._last_raw: int | None = None
        self._offset = 0
        self._seen_connections = 0
        self._triggered_ns: int | None = None

    # ---- hooks ---------------------------------------------------------------------------------------------

    @abstractmethod
    def _grab(self, timeout_s: float) -> Frame:
        """The next complete frame, numbered by the device (0 or more, rising).

        Raises ``TimeoutError`` when there is none in time, ``EndOfFrames``, ``DeviceLost`` or another
        ``OSError`` when the link broke. A damaged frame is counted (``frames_incomplete``) and left out.
        """

    def _trigger(self, timeout_s: float) -> None:
        """Tell the camera to take a picture now; this one is for cameras that cannot.

        Frames are recognised as older than the trigger by their time on the host's clock; a driver whose
        frames have none drops them here.
        """
        raise DeviceError("AIE-DEV-018", where=self.name)

    def _begin(self) -> None:
        self._last_raw = None
        self._offset = 0
        self._triggered_ns = None

    # ---- public --------------------------------------------------------------------------------------------

    def read(self, timeout_s: float) -> Frame:
        """The next frame, blocking up to ``timeout_s``: each frame once, in order, its arrays read-only.

        ``frame.sequence`` rises from frame to frame, by more than one where frames were lost, also when the
        device starts counting anew after it was lost (then at least one frame counts as lost).

        Raises:
            DeviceTimeout: no frame in time.
            DeviceLost: the camera is away; it is tried again meanwhile.
            EndOfFrames: a finite source has no more.
            DeviceError: the device is closed, or this frame cannot be had.
        """
        return self._exchange(self._next_frame, timeout_s)

    def trigger(self, timeout_s: float) -> None:
        """Take a picture now, which the next :meth:`read` gives; blocks until the camera has taken the order.

        Frames from before the trigger, late ones too, are withheld. A camera that takes no software trigger
        raises :class:`~aiedge.errors.DeviceError`.
        """
        self._exchange(self._trigger_now, timeout_s)

    # ---- inside --------------------------------------------------------------------------------------------

    def _trigger_now(self, timeout_s: float) -> None:
        triggered_ns = self._clock.monotonic_ns()
        self._trigger(timeout_s)
        self._triggered_ns = triggered_ns

    def _next_frame(self, timeout_s: float) -> Frame:
        deadline = self._deadline(timeout_s)
        frame = self._grab(timeout_s)
        while self._is_stale(frame):
            self._count("frames_stale")
            frame = self._grab(deadline.remaining_s())
        return self._accept(frame)

    def _is_stale(self, frame: Frame) -> bool:
        stamp = frame.timestamp
        comparable = self._triggered_ns is not None and stamp.domain is ClockDomain.HOST_MONOTONIC
        return comparable and stamp.value_ns + stamp.uncertainty_ns < (self._triggered_ns or 0)

    def _accept(self, frame: Frame) -> Frame:
        """Count the gap before this frame and make its number rise over reconnections."""
        raw, last = frame.sequence, self._last_raw
        reconnected = self._connections != self._seen_connections
        self._seen_connections = self._connections
        lost = 0
        if last is not None:
            if raw <= last:
                if not reconnected:
                    raise DeviceError(
                        "AIE-DEV-020", where=self.name, reason=f"frame {raw} came after frame {last}"
                    )
                self._offset += last + 2 - raw
                lost = 1
                self._count("frames_recounted")
            else:
                lost = raw - last - 1
        self._last_raw = raw
        if lost:
            self._count("frames_lost", lost)
            self._mark_degraded(f"{lost} frame(s) lost before frame {raw + self._offset}")
        self._count("frames")
        for array in (frame.image, frame.reference):
            if array is not None:
                array.flags.writeable = False
        return replace(frame, sequence=raw + self._offset) if self._offset else frame
