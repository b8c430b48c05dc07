"""Are all threads of the line making progress? The gate's heartbeat asks before every beat."""

from __future__ import annotations

from collections.abc import Iterable

from aiedge.clock import Clock


class Watchdog:
    """Each watched thread beats at least once in ``bound_s`` seconds, or the line is not alive.

    A line that is not alive sends no heartbeat, so the PLC stops it. A thread counts from when it was first
    seen, so one that never started is missed as well. Telemetry is not watched: a slow disk must not stop the
    line.
    """

    def __init__(self, names: Iterable[str], bound_s: float, clock: Clock) -> None:
        self._clock = clock
        self._bound_ns = round(bound_s * 1e9)
        now_ns = clock.monotonic_ns()
        self._last_ns = dict.fromkeys(names, now_ns)
        self._stopped = False

    def beat(self, name: str) -> None:
        """The thread ``name`` got on; a name that is not watched is a ``KeyError``. Never blocks."""
        if name not in self._last_ns:
            raise KeyError(name)
        self._last_ns[name] = self._clock.monotonic_ns()

    def stop(self) -> None:
        """The line ends, or a thread died: from now on ``alive`` is False."""
        self._stopped = True

    def stalled(self) -> list[str]:
        """The names of the threads that are overdue. Never blocks."""
        now_ns = self._clock.monotonic_ns()
        return [name for name, last_ns in self._last_ns.items() if now_ns - last_ns > self._bound_ns]

    def alive(self) -> bool:
        """True while every watched thread beat within the bound and nobody called ``stop``. Never blocks."""
        return not self._stopped and not self.stalled()
