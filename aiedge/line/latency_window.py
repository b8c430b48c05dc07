"""Percentiles of the last durations, exact, in a fixed amount of memory."""

from __future__ import annotations

import threading

import numpy as np


class LatencyWindow:
    """The last ``size`` durations. Thread-safe; adding one allocates nothing."""

    def __init__(self, size: int = 10_000) -> None:
        self._lock = threading.Lock()
        self._values_s = np.zeros(size, np.float64)
        self._count = 0

    def add(self, duration_s: float) -> None:
        """Keep one duration; the oldest goes when the window is full."""
        with self._lock:
            self._values_s[self._count % self._values_s.size] = duration_s
            self._count += 1

    def values_s(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """A copy of the durations that are kept, in no order."""
        with self._lock:
            kept: np.ndarray[tuple[int], np.dtype[np.float64]] = self._values_s[: self._count].copy()
            return kept

    def quantiles_s(self, *fractions: float) -> tuple[float | None, ...]:
        """For each fraction ``q`` the smallest kept duration that a share ``q`` of all do not exceed.

        1 gives the maximum; None for each while nothing was added. (Nearest rank: a percentile is always a
        duration that occurred.)
        """
        ordered = np.sort(self.values_s())
        if not ordered.size:
            return (None,) * len(fractions)
        ranks = [max(0, int(np.ceil(q * ordered.size)) - 1) for q in fractions]
        return tuple(float(ordered[rank]) for rank in ranks)
