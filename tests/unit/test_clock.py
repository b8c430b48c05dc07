from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiedge.clock import SYSTEM_CLOCK, Deadline, FakeClock


class TestSystemClock:
    def test_time_goes_on(self) -> None:
        before_ns = SYSTEM_CLOCK.monotonic_ns()
        SYSTEM_CLOCK.sleep(0.001)
        assert SYSTEM_CLOCK.monotonic_ns() - before_ns >= 1_000_000

    def test_utc_is_this_century(self) -> None:
        assert 1_700_000_000 < SYSTEM_CLOCK.utc_ns() / 1e9 < 4_200_000_000

    def test_wait_ends_with_the_event_or_without(self) -> None:
        event = threading.Event()
        assert not SYSTEM_CLOCK.wait(event, 0.001)
        assert not SYSTEM_CLOCK.wait(event, -1.0)
        event.set()
        assert SYSTEM_CLOCK.wait(event, 60.0)

    def test_negative_sleep_is_none(self) -> None:
        SYSTEM_CLOCK.sleep(-1.0)


class TestFakeClock:
    def test_stands_still_until_told(self) -> None:
        clock = FakeClock(monotonic_ns=5, utc_ns=70)
        assert (clock.monotonic_ns(), clock.utc_ns()) == (5, 70)
        clock.advance(2e-9)
        assert (clock.monotonic_ns(), clock.utc_ns()) == (7, 72)

    def test_sleep_and_wait_move_it(self) -> None:
        clock = FakeClock()
        clock.sleep(1.5)
        clock.sleep(-1.0)
        assert clock.monotonic_ns() == 1_500_000_000
        assert not clock.wait(threading.Event(), 0.5)
        assert clock.monotonic_ns() == 2_000_000_000

    def test_wait_for_a_set_event_takes_no_time(self) -> None:
        clock = FakeClock()
        event = threading.Event()
        event.set()
        assert clock.wait(event, 0.5)
        assert clock.monotonic_ns() == 0

    def test_does_not_go_back(self) -> None:
        with pytest.raises(ValueError, match="must not be negative"):
            FakeClock().advance(-1.0)


class TestDeadline:
    def test_counts_down_to_zero(self) -> None:
        clock = FakeClock(monotonic_ns=123)
        deadline = Deadline(clock, 0.5)
        assert deadline.remaining_s() == 0.5
        clock.advance(0.2)
        assert deadline.remaining_s() == pytest.approx(0.3)
        clock.advance(10.0)
        assert deadline.remaining_s() == 0

    @given(timeout_s=st.floats(0, 1e6), steps_s=st.lists(st.floats(0, 1e5), max_size=10))
    def test_never_negative_and_never_grows(self, timeout_s: float, steps_s: list[float]) -> None:
        clock = FakeClock()
        deadline = Deadline(clock, timeout_s)
        last_s = deadline.remaining_s()
        assert last_s == pytest.approx(timeout_s, abs=1e-9)
        for step_s in steps_s:
            clock.advance(step_s)
            assert 0 <= deadline.remaining_s() <= last_s
            last_s = deadline.remaining_s()
