"""A hand-over that never grows and never blocks the giver."""

from __future__ import annotations

import threading

import pytest

from aiedge.line.bounded_queue import BoundedQueue


def test_first_in_first_out_and_full_means_dropped_and_counted() -> None:
    queue: BoundedQueue[int] = BoundedQueue(2)
    assert [queue.offer(n) for n in (1, 2, 3, 4)] == [True, True, False, False]
    assert queue.dropped == 2
    assert len(queue) == 2
    assert [queue.take(0), queue.take(0), queue.take(0)] == [1, 2, None]
    assert queue.offer(5)
    assert queue.take(0.01) == 5


def test_a_taker_that_waits_gets_what_comes() -> None:
    queue: BoundedQueue[str] = BoundedQueue(1)
    got: list[str | None] = []
    taker = threading.Thread(target=lambda: got.append(queue.take(30.0)))
    taker.start()
    assert queue.offer("x")
    taker.join()
    assert got == ["x"]


def test_a_queue_without_room_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="capacity"):
        BoundedQueue(0)
