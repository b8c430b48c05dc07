from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aiedge_drivers.sim.conveyor import Conveyor, Exposure


def running(
    period_ns: int = 10, buffer_frames: int = 3, *, parts: int = 0, triggered: bool = False
) -> Conveyor:
    conveyor = Conveyor(period_ns, buffer_frames, parts=parts, triggered=triggered)
    conveyor.run(100)
    return conveyor


def test_first_part_comes_after_one_period() -> None:
    conveyor = running()
    assert conveyor.peek(100) == Exposure(0, 110)
    conveyor.take()
    assert conveyor.peek(100) == Exposure(1, 120)


def test_oldest_is_pushed_out_of_the_buffer() -> None:
    conveyor = running()
    assert conveyor.peek(130) == Exposure(0, 110)  # 0, 1 and 2 wait
    assert conveyor.peek(140) == Exposure(1, 120)
    assert conveyor.peek(1000) == Exposure(87, 980)


def test_without_a_period_the_part_waits() -> None:
    conveyor = running(period_ns=0)
    assert conveyor.peek(500) == Exposure(0, 500)
    conveyor.take()
    assert conveyor.peek(900) == Exposure(1, 900)


def test_last_parts_stay_in_the_buffer() -> None:
    conveyor = running(parts=5)
    assert conveyor.peek(10_000) == Exposure(2, 130)
    for _ in range(3):
        assert not conveyor.ended()
        conveyor.take()
    assert conveyor.ended()


def test_what_passes_while_nobody_is_connected_is_gone() -> None:
    conveyor = running()
    conveyor.take()
    conveyor.run(135)
    assert conveyor.peek(135) == Exposure(3, 140)
    conveyor.run(135)
    assert conveyor.peek(135) == Exposure(3, 140)


def test_all_parts_may_pass_while_nobody_is_connected() -> None:
    conveyor = running(parts=5)
    conveyor.run(1000)
    assert conveyor.ended()


def test_reset_starts_over() -> None:
    conveyor = running()
    conveyor.take()
    conveyor.reset()
    conveyor.run(500)
    assert conveyor.peek(500) == Exposure(0, 510)


def test_triggers_expose_parts() -> None:
    conveyor = running(triggered=True, parts=5)
    assert conveyor.peek(100) is None
    for time_ns in (101, 102, 103, 104):
        conveyor.trigger(time_ns)
    assert conveyor.peek(200) == Exposure(1, 102)  # three fit
    conveyor.take()
    conveyor.run(300)  # reconnected: the two that waited are gone
    assert conveyor.peek(300) is None
    conveyor.trigger(301)
    assert conveyor.peek(301) == Exposure(4, 301)
    assert not conveyor.ended()
    conveyor.take()
    assert conveyor.ended()


@given(
    period_ns=st.integers(1, 50),
    buffer_frames=st.integers(1, 5),
    pauses_ns=st.lists(st.integers(0, 200), max_size=40),
)
def test_every_part_is_seen_once_in_time_or_skipped(
    period_ns: int, buffer_frames: int, pauses_ns: list[int]
) -> None:
    conveyor = running(period_ns, buffer_frames)
    now_ns, last = 100, -1
    for pause_ns in pauses_ns:
        now_ns += pause_ns
        exposure = conveyor.peek(now_ns)
        assert exposure is not None
        assert exposure.time_ns == 100 + period_ns * (exposure.part + 1)
        if exposure.time_ns > now_ns:
            continue  # not due yet
        assert exposure.part > last
        newest = (now_ns - 100) // period_ns - 1
        if exposure.part > last + 1:  # parts were skipped, so the buffer must be full
            assert newest - exposure.part + 1 == buffer_frames
        last = exposure.part
        conveyor.take()
