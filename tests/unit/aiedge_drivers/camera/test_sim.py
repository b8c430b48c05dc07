from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from aiedge.clock import FakeClock
from aiedge.errors import DeviceLost, DeviceOptionError, DeviceTimeout, EndOfFrames
from aiedge.types import ClockDomain, Frame, TimeSource
from aiedge_drivers.camera.sim import SimCamera
from aiedge_drivers.sim.boards import BoardGenerator

MS = 1_000_000


@contextmanager
def opened(**options: Any) -> Iterator[tuple[SimCamera, FakeClock]]:
    """On a fake clock, with one board drawn once, unless a test wants others."""
    clock = FakeClock()
    with SimCamera(clock=clock, **{"distinct": 1, **options}) as camera:
        yield camera, clock


def read_all(camera: SimCamera, timeout_s: float = 10.0) -> list[Frame]:
    frames = []
    while True:
        try:
            frames.append(camera.read(timeout_s))
        except EndOfFrames:
            return frames


def test_shows_the_generators_boards_with_their_truth() -> None:
    board = BoardGenerator(7, good_share=0.25, defects=(2, 5)).render(1)
    with opened(seed=7, good_share=0.25, least_defects=2, most_defects=5, distinct=0, parts=2) as (camera, _):
        frame = read_all(camera)[1]
    assert np.array_equal(frame.image, board.test)
    assert frame.reference is not None
    assert np.array_equal(frame.reference, board.template)
    assert len(board.defects) >= 2
    assert [dict(mark) for mark in frame.metadata["truth"]] == [
        {"kind": d.kind.label, "x": d.x, "y": d.y, "w": d.w, "h": d.h} for d in board.defects
    ]
    assert frame.metadata["part_id"] == 2


@pytest.mark.parametrize("render_ahead", [0, 1, 5])
def test_same_seed_same_frames_however_they_are_drawn(render_ahead: int) -> None:
    with opened(seed=3, distinct=0, parts=3, render_ahead=render_ahead, period_s=0.01) as (camera, _):
        frames = read_all(camera)
    expected = [BoardGenerator(3, good_share=0.4).render(n).test for n in range(3)]
    assert all(np.array_equal(frame.image, image) for frame, image in zip(frames, expected, strict=True))


def test_frames_come_at_the_period_and_carry_the_start_of_exposure() -> None:
    with opened(period_s=0.02, parts=3, first_part_id=100) as (camera, clock):
        times_ns = []
        for frame in (camera.read(0.02) for _ in range(3)):
            times_ns.append(clock.monotonic_ns())
            assert frame.timestamp.value_ns == times_ns[-1]
            assert frame.timestamp.domain is ClockDomain.HOST_MONOTONIC
            assert frame.timestamp.source is TimeSource.EXPOSURE_START
        assert times_ns == [20 * MS, 40 * MS, 60 * MS]
        assert frame.metadata["part_id"] == 102


def test_time_out_shorter_than_the_period_is_kept() -> None:
    with opened(period_s=0.02) as (camera, clock):
        with pytest.raises(DeviceTimeout):
            camera.read(0.015)
        assert clock.monotonic_ns() == 15 * MS
        assert camera.read(0.005).sequence == 0


def test_slow_reader_loses_the_oldest_frames() -> None:
    with opened(period_s=0.01, parts=20, buffer_frames=4) as (camera, clock):
        clock.advance(0.1)
        assert [frame.sequence for frame in read_all(camera)] == list(range(6, 20))
        assert camera.counters.get("frames_lost", 0) == 0  # nothing was seen before: no gap
        assert camera.counters["frames"] == 14


def test_reader_that_falls_behind_sees_the_gap() -> None:
    with opened(period_s=0.01, parts=20, buffer_frames=4) as (camera, clock):
        camera.read(1.0)
        clock.advance(0.1)
        assert camera.read(1.0).sequence == 7
        assert camera.counters["frames_lost"] == 6


def test_drop_every() -> None:
    with opened(parts=10, faults={"drop_every": 4}) as (camera, _):
        assert [frame.sequence for frame in read_all(camera)] == [0, 1, 2, 4, 5, 6, 8, 9]
        assert camera.counters["frames_lost"] == 2


def test_drop_probability_repeats_with_the_seed() -> None:
    seen = []
    for seed in (1, 1, 2):
        with opened(seed=seed, parts=200, faults={"drop_probability": 0.2}) as (camera, _):
            seen.append([frame.sequence for frame in read_all(camera)])
    assert seen[0] == seen[1] != seen[2]
    assert 130 <= len(seen[0]) <= 185


def test_freeze_after() -> None:
    with opened(faults={"freeze_after": 2}) as (camera, clock):
        camera.read(1.0)
        camera.read(1.0)
        for _ in range(5):
            with pytest.raises(DeviceTimeout):
                camera.read(1.0)
        assert clock.monotonic_ns() == 5000 * MS
        assert camera.state.value == "up"


def test_unplugged_camera_is_lost_and_recovers_with_the_parts_of_the_outage_missing() -> None:
    faults = {"unplug_after": 5, "replug_after_s": 0.035}
    quick = {"first_delay_s": 0.001, "cap_s": 0.001, "jitter": 0.0}
    with opened(period_s=0.01, parts=12, faults=faults, reconnect=quick) as (camera, _):
        seen: list[str] = []
        camera.on_state_change(lambda _, new, __: seen.append(new.value))
        numbers = [camera.read(1.0).sequence for _ in range(5)]
        with pytest.raises(DeviceLost, match="unplugged"):
            camera.read(0.02)  # until 70 ms; part 5 was due at 60 ms, the cable is back at 95 ms
        assert seen[0] == "lost"
        numbers += [frame.sequence for frame in read_all(camera)]
        assert numbers == [0, 1, 2, 3, 4, 9, 10, 11]
        assert camera.counters["frames_lost"] == 4
        assert camera.counters["reconnects"] == 1


def test_a_fault_comes_once_a_session() -> None:
    with opened(parts=3, faults={"unplug_after": 1}) as (camera, _):
        assert len(read_all(camera)) == 3
        assert camera.counters["reconnects"] == 1
        camera.close()
        camera.open()
        assert len(read_all(camera)) == 3
        assert camera.counters["reconnects"] == 2


def test_thawed_camera_goes_on_with_what_its_buffer_held() -> None:
    with opened(period_s=0.01, buffer_frames=2) as (camera, _):
        camera.read(1.0)
        camera.freeze()
        with pytest.raises(DeviceTimeout):
            camera.read(0.05)
        camera.thaw()
        assert camera.read(1.0).sequence == 4
        assert camera.counters["frames_lost"] == 3


def test_software_trigger_takes_one_picture_each() -> None:
    with opened(trigger="software", parts=2) as (camera, clock):
        with pytest.raises(DeviceTimeout):
            camera.read(0.5)
        for expected in range(2):
            clock.advance(0.1)
            camera.trigger(1.0)
            frame = camera.read(0.0)
            assert frame.sequence == expected
            assert frame.timestamp.value_ns == clock.monotonic_ns()
        with pytest.raises(EndOfFrames):
            camera.read(1.0)


def test_end_stays_the_end() -> None:
    with opened(parts=1) as (camera, _):
        camera.read(1.0)
        for _ in range(2):
            with pytest.raises(EOFError, match="AIE-DEV-011: camera/sim: "):
                camera.read(1.0)
        assert camera.state.value == "up"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"least_defects": 5, "most_defects": 2}, "least_defects is above most_defects"),
        ({"good_share": 1.5}, "'good_share'"),
        ({"faults": {"drop_evry": 3}}, r"'faults\.drop_evry' is wrong: there is no such option"),
        ({"faults": {"drop_probability": 1.0}}, r"'faults\.drop_probability'"),
        ({"trigger": "hardware"}, "'trigger'"),
        ({"seed": -1}, "'seed'"),
    ],
)
def test_wrong_options(options: dict[str, Any], says: str) -> None:
    with pytest.raises(DeviceOptionError, match=says):
        SimCamera(**options)
