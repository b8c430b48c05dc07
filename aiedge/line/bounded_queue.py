"""A hand-over between two threads that never grows and never blocks the giver."""

from __future__ import annotations

import queue
from typing import Generic, TypeVar

T = TypeVar("T")


class BoundedQueue(Generic[T]):
    """First in, first out, at most ``capacity`` items; one thread offers, one takes.

    ``offer`` returns at once: False, and one more in ``dropped``, when the queue is full. With more than one
    offering thread the capacity may be exceeded by their number less one.
    """

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(f"capacity must be at least 1, is {capacity}")
        self.capacity = capacity
        self.dropped = 0
        # SimpleQueue is C: handing over costs no lock that Python code holds.
        self._items: queue.SimpleQueue[T] = queue.SimpleQueue()

    def __len__(self) -> int:
        return self._items.qsize()

    def offer(self, item: T) -> bool:
        """Append ``item``; False when the queue is full. Never blocks."""
        if self._items.qsize() >= self.capacity:
            self.dropped += 1
            return False
        self._items.put(item)
        return True

    def take(self, timeout_s: float) -> T | None:
        """The oldest item; None when none came within ``timeout_s`` seconds (0: none is there now)."""
        try:
            return self._items.get(block=timeout_s > 0, timeout=timeout_s or None)
        except queue.Empty:
            return None
