"""A part never gets the frame of another, whatever the camera does; and a plain loss costs one part only."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.line.scripted_camera import Arrival, ScriptedCamera

from aiedge.clock import FakeClock
from aiedge.errors import DeviceError, EndOfFrames
from aiedge.line.frame_matcher import FrameMatcher
from aiedge.line.gate.parts import PartTrigger
from aiedge.line.part import UnknownReason
from aiedge.types import ClockDomain, Frame, TimeSource, Timestamp

MS = 1_000_000
DISTANCE_MS = 200
LATENCY_MS = 5
TIMEOUT_S = 0.1
START_MS = 1000


def trigger(part: int, missed: int = 0) -> PartTrigger:
    at = Timestamp(trigger_ns(part) + 2 * MS, ClockDomain.HOST_MONOTONIC, TimeSource.PLC_SCAN, 2 * MS)
    return PartTrigger(part, part + 1, missed, at)


def trigger_ns(part: int) -> int:
    return (START_MS + part * DISTANCE_MS) * MS


def run(arrivals: list[Arrival], parts: list[PartTrigger]) -> list[object]:
    """What each part got: what its frame shows, or the reason."""
    clock = FakeClock()
    got: list[object] = []
    with ScriptedCamera(clock, sorted(arrivals, key=lambda a: a.at_ns)) as camera:
        matcher = FrameMatcher(camera, TIMEOUT_S, clock)
        for part in parts:
            clock.advance(max(0, part.timestamp.value_ns - clock.monotonic_ns()) / 1e9)
            frame = matcher.frame_of(part)
            got.append(frame.metadata["shows"] if isinstance(frame, Frame) else frame)
    return got


def frames(*parts: int, first: int = 0) -> list[Arrival]:
    return [Arrival(trigger_ns(part) + LATENCY_MS * MS, first + part, part) for part in parts]


LOST = UnknownReason.FRAME_LOST


def test_in_step() -> None:
    assert run(frames(0, 1, 2, first=40), [trigger(n) for n in range(3)]) == [0, 1, 2]


def test_a_lost_frame_costs_its_own_part() -> None:
    assert run(frames(0, 2, 3), [trigger(n) for n in range(4)]) == [0, LOST, 2, 3]


def test_a_trigger_that_the_host_missed_takes_its_frame_along() -> None:
    assert run(frames(0, 1, 2, 3), [trigger(0), trigger(3, missed=2)]) == [0, 3]


@pytest.mark.parametrize("late_ms", [120, 203, 350])
def test_a_late_frame_is_dropped(late_ms: int) -> None:
    late = Arrival(trigger_ns(1) + late_ms * MS, 1, 1)
    others = [a for a in frames(0, 2, 3) if a.at_ns > late.at_ns or a.sequence == 0]
    delayed = [Arrival(late.at_ns + MS, a.sequence, a.shows) for a in frames(2) if a.at_ns < late.at_ns]
    got = run([late, *others, *delayed], [trigger(n) for n in range(4)])
    assert got[0] == 0
    assert got[1] is LOST
    assert got[3] == 3


def test_a_trigger_that_the_camera_did_not_see_is_noticed_by_exposure_times() -> None:
    arrivals = [
        Arrival(trigger_ns(part) + LATENCY_MS * MS, number, part, exposed_ns=trigger_ns(part))
        for number, part in enumerate([0, 2, 3])
    ]
    assert run(arrivals, [trigger(n) for n in range(4)]) == [0, LOST, 2, 3]


def test_without_exposure_times_the_parts_stay_unknown_until_the_line_pauses() -> None:
    arrivals = [
        Arrival(trigger_ns(part) + LATENCY_MS * MS, n, part) for n, part in enumerate([0, 2, 3, 20, 21])
    ]
    got = run(arrivals, [trigger(n) for n in (0, 1, 2, 3, 20, 21)])
    assert got == [0, LOST, LOST, LOST, 20, 21]


def test_a_picture_too_many_shows_no_part() -> None:
    extra = Arrival(trigger_ns(0) + 100 * MS, 1, "extra")
    later = [Arrival(a.at_ns, a.sequence + 1, a.shows) for a in frames(1, 2)]
    assert run([*frames(0), extra, *later], [trigger(n) for n in range(3)]) == [0, 1, 2]


def test_after_a_late_first_frame_no_later_part_gets_it() -> None:
    late = Arrival(trigger_ns(1) + 3 * MS, 0, 0)
    assert run([late, *frames(1, 2)], [trigger(n) for n in range(3)]) == [LOST, 1, 2]


def test_a_picture_that_cannot_be_read_costs_its_own_part() -> None:
    broken = Arrival(trigger_ns(1) + LATENCY_MS * MS, 1, error=DeviceError("AIE-DEV-017", reason="broken"))
    got = run([*frames(0, 2), broken], [trigger(n) for n in range(3)])
    assert got == [0, UnknownReason.FRAME_UNREADABLE, 2]


def test_the_end_of_a_finite_camera_is_passed_on() -> None:
    end = Arrival(trigger_ns(0), 0, error=EndOfFrames("AIE-DEV-011"))
    with pytest.raises(EndOfFrames):
        run([end], [trigger(0)])


FAULTS = ("none", "none", "none", "lost", "late", "unseen", "extra", "missed")


@given(
    st.lists(st.tuples(st.sampled_from(FAULTS), st.integers(110, 700)), min_size=1, max_size=14),
    st.booleans(),
)
@settings(max_examples=400, deadline=None)
def test_no_part_ever_gets_the_frame_of_another(faults: list[tuple[str, int]], exposure_times: bool) -> None:
    arrivals: list[Arrival] = []
    triggers: list[PartTrigger] = []
    number = missed = last_arrival_ns = 0
    for part, (fault, late_ms) in enumerate(faults):
        if fault == "unseen":
            triggers.append(trigger(part, missed))
            missed = 0
            continue
        latency_ms = late_ms if fault == "late" else LATENCY_MS
        if fault != "lost":
            # Frames come in order: behind a late one the others wait.
            last_arrival_ns = max(last_arrival_ns + 1, trigger_ns(part) + latency_ms * MS)
            exposed_ns = trigger_ns(part) if exposure_times else None
            arrivals.append(Arrival(last_arrival_ns, number, part, exposed_ns))
        number += 1
        if fault == "missed":
            missed += 1
        else:
            triggers.append(trigger(part, missed))
            missed = 0
        # Without exposure times a picture too many is told by its arrival alone, and so must not be late.
        if fault == "extra" and exposure_times:
            extra_ns = trigger_ns(part) + 100 * MS
            last_arrival_ns = max(last_arrival_ns + 1, extra_ns + LATENCY_MS * MS)
            arrivals.append(Arrival(last_arrival_ns, number, "extra", extra_ns))
            number += 1
    for announced, got in zip(triggers, run(arrivals, triggers), strict=True):
        assert got == announced.part_id or isinstance(got, UnknownReason)
