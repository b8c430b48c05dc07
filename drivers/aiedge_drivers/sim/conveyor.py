"""Which part is under the camera when: model time only, no waiting and no pictures."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple


class Exposure(NamedTuple):
    """Part number ``part`` (the first is 0) is exposed at ``time_ns``, perhaps in the future."""

    part: int
    time_ns: int


class Conveyor:
    """Parts that pass at a fixed period, or one for each trigger, and the camera's bounded memory for them.

    Args:
        period_ns: from part to part; 0: the next part waits until it is looked at.
        buffer_frames: exposures that wait for the reader; a further one pushes out the oldest.
        parts: how many pass, 0 without end.
        triggered: exposures come from :meth:`trigger` instead.
    """

    def __init__(
        self, period_ns: int, buffer_frames: int, *, parts: int = 0, triggered: bool = False
    ) -> None:
        self._period_ns = period_ns
        self._buffer_frames = buffer_frames
        self._parts = parts
        self._is_triggered = triggered
        self._triggered: deque[Exposure] = deque(maxlen=buffer_frames)
        self._start_ns: int | None = None
        self._next = 0

    def reset(self) -> None:
        """Back to the first part, standing still."""
        self._start_ns = None
        self._next = 0
        self._triggered.clear()

    def run(self, now_ns: int) -> None:
        """The camera connects: the line starts (its first part comes a period later), or runs already.

        What was exposed before, with nobody connected, is gone.
        """
        self._triggered.clear()
        if self._start_ns is None:
            self._start_ns = now_ns + self._period_ns
        elif self._period_ns and not self._is_triggered:
            self._next = max(self._next, self._newest(now_ns) + 1)

    def trigger(self, now_ns: int) -> None:
        """Expose the next part now."""
        self._triggered.append(Exposure(self._next, now_ns))
        self._next += 1

    def peek(self, now_ns: int) -> Exposure | None:
        """The exposure that the next frame shows; None while a trigger is awaited."""
        if self._is_triggered:
            return self._triggered[0] if self._triggered else None
        if not self._period_ns or self._start_ns is None:
            return Exposure(self._next, now_ns)
        self._next = max(self._next, self._newest(now_ns) - self._buffer_frames + 1)
        return Exposure(self._next, self._start_ns + self._next * self._period_ns)

    def take(self) -> None:
        """The frame that :meth:`peek` showed has left the camera."""
        if self._is_triggered:
            self._triggered.popleft()
        else:
            self._next += 1

    def ended(self) -> bool:
        """Whether all parts have been seen or have passed."""
        return bool(self._parts) and self._next >= self._parts and not self._triggered

    def _newest(self, now_ns: int) -> int:
        """Number of the part exposed last; -1 before the first."""
        start_ns = now_ns + 1 if self._start_ns is None else self._start_ns
        newest = (now_ns - start_ns) // self._period_ns
        return min(newest, self._parts - 1) if self._parts else max(newest, -1)
