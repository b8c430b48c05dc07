"""The heartbeat's question: do all threads get on?"""

from __future__ import annotations

import pytest

from aiedge.clock import FakeClock
from aiedge.line.watchdog import Watchdog


def test_alive_while_every_thread_beats_within_the_bound() -> None:
    clock = FakeClock()
    watchdog = Watchdog(["a", "b"], 1.0, clock)
    clock.advance(0.9)
    watchdog.beat("a")
    assert watchdog.alive()
    clock.advance(0.2)
    assert watchdog.stalled() == ["b"]
    assert not watchdog.alive()
    watchdog.beat("b")
    assert watchdog.alive()


def test_a_thread_that_never_started_is_missed() -> None:
    clock = FakeClock()
    watchdog = Watchdog(["a"], 1.0, clock)
    clock.advance(1.1)
    assert not watchdog.alive()


def test_stopped_is_not_alive_for_good() -> None:
    watchdog = Watchdog(["a"], 1.0, FakeClock())
    watchdog.stop()
    watchdog.beat("a")
    assert not watchdog.alive()


def test_a_name_that_nobody_watches_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        Watchdog(["a"], 1.0, FakeClock()).beat("b")
