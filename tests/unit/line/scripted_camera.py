"""A camera on model time: frames arrive when the test says so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from aiedge.clock import FakeClock
from aiedge.devices.camera import Camera
from aiedge.types import ClockDomain, Frame, TimeSource, Timestamp


class Arrival(NamedTuple):
    """One frame on its way: it arrives at ``at_ns``; ``error`` is raised in its place."""

    at_ns: int
    sequence: int
    shows: object = None
    exposed_ns: int | None = None
    error: Exception | None = None


class ScriptedCamera(Camera):
    """``read`` gives the arrivals in their order, waiting on the fake clock."""

    driver = "test/scripted-camera"

    def __init__(self, clock: FakeClock, arrivals: Iterable[Arrival]) -> None:
        super().__init__(name="scripted", clock=clock)
        self._fake = clock
        self.arrivals = list(arrivals)

    def _connect(self, timeout_s: float) -> None:
        pass

    def _disconnect(self) -> None:
        pass

    def _flush(self) -> None:
        pass

    def _grab(self, timeout_s: float) -> Frame:
        now_ns = self._fake.monotonic_ns()
        wait_ns = self.arrivals[0].at_ns - now_ns if self.arrivals else None
        if wait_ns is None or wait_ns > round(timeout_s * 1e9):
            self._fake.advance(timeout_s)
            raise TimeoutError
        self._fake.advance(max(0, wait_ns) / 1e9)
        arrival = self.arrivals.pop(0)
        if arrival.error is not None:
            raise arrival.error
        exposed = arrival.exposed_ns
        stamp = Timestamp(
            arrival.at_ns if exposed is None else exposed,
            ClockDomain.HOST_MONOTONIC,
            TimeSource.ARRIVAL if exposed is None else TimeSource.EXPOSURE_START,
        )
        return Frame(np.zeros((4, 4), np.uint8), stamp, arrival.sequence, None, {"shows": arrival.shows})
