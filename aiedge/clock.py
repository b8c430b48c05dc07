"""The one time source.

Nothing else in aiedge reads a clock: code that needs time takes a :class:`Clock`, and tests pass :class:`FakeClock`.
"""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """Monotonic time for durations and deadlines, UTC for records."""

    def monotonic_ns(self) -> int:
        """Nanoseconds that never go back; only differences have a meaning."""

    def utc_ns(self) -> int:
        """Nanoseconds since 1970-01-01 UTC; may jump when the machine's clock is set."""

    def sleep(self, duration_s: float) -> None:
        """Block for ``duration_s`` seconds."""

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        """Block until ``event`` is set (True) or ``timeout_s`` seconds have passed (False)."""


class SystemClock:
    """The machine's clocks."""

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()

    def utc_ns(self) -> int:
        return time.time_ns()

    def sleep(self, duration_s: float) -> None:
        time.sleep(max(0.0, duration_s))

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        return event.wait(max(0.0, timeout_s))


class FakeClock:
    """A clock that moves only when told to; ``sleep`` and ``wait`` move it at once. For tests and simulators."""

    def __init__(self, monotonic_ns: int = 0, utc_ns: int = 1_700_000_000_000_000_000) -> None:
        self._lock = threading.Lock()
        self._monotonic_ns = monotonic_ns
        self._utc_ns = utc_ns

    def monotonic_ns(self) -> int:
        with self._lock:
            return self._monotonic_ns

    def utc_ns(self) -> int:
        with self._lock:
            return self._utc_ns

    def advance(self, duration_s: float) -> None:
        """Move both clocks forward by ``duration_s`` seconds (not negative)."""
        if duration_s < 0:
            raise ValueError(f"duration_s must not be negative, is {duration_s}")
        with self._lock:
            step_ns = round(duration_s * 1e9)
            self._monotonic_ns += step_ns
            self._utc_ns += step_ns

    def sleep(self, duration_s: float) -> None:
        self.advance(max(0.0, duration_s))

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        if not event.is_set():
            self.advance(max(0.0, timeout_s))
        return event.is_set()


SYSTEM_CLOCK = SystemClock()


class Deadline:
    """An instant ``timeout_s`` seconds from now on ``clock``, to share one time-out among several steps."""

    def __init__(self, clock: Clock, timeout_s: float) -> None:
        self._clock = clock
        self._end_ns = clock.monotonic_ns() + round(timeout_s * 1e9)

    def remaining_s(self) -> float:
        """Seconds left, never below 0."""
        return max(0, self._end_ns - self._clock.monotonic_ns()) / 1e9
