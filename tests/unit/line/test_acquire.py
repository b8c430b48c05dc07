"""Where parts come from, on model time: what the acquirers hand on."""

from __future__ import annotations

from typing import Any, cast

from unit.line.scripted_camera import Arrival, ScriptedCamera

from aiedge.clock import FakeClock
from aiedge.errors import DeviceError, DeviceLost, EndOfFrames
from aiedge.line.acquire import HandshakeAcquirer, PulseAcquirer
from aiedge.line.gate.parts import PartTrigger
from aiedge.line.part import Part, UnknownReason
from aiedge.types import ClockDomain, Frame, TimeSource, Timestamp

MS = 1_000_000
LOST = UnknownReason.FRAME_LOST
UNREADABLE = UnknownReason.FRAME_UNREADABLE


class Intake:
    """What was handed on: (part's number, what its frame shows or the reason)."""

    def __init__(self) -> None:
        self.opened: list[int] = []
        self.got: list[tuple[int, object]] = []
        self.missed = 0

    def open_part(self, part: Part) -> None:
        self.opened.append(part.number)

    def take_frame(self, part: Part, frame: Frame) -> None:
        self.got.append((part.number, frame.metadata["shows"]))

    def give_up(self, part: Part, reason: UnknownReason) -> None:
        self.got.append((part.number, reason))

    def take_missed(self, trigger: PartTrigger) -> None:
        self.missed += trigger.missed


class TriggeredCamera(ScriptedCamera):
    """Each software trigger puts the next picture on its way: it arrives so many ms later; None never does."""

    _RECOVERS_IN_CALL = True

    def __init__(self, clock: FakeClock, delays_ms: list[float | Exception | None]) -> None:
        super().__init__(clock, [])
        self._delays_ms = delays_ms
        self.triggers = 0
        self.away = False

    def _connect(self, timeout_s: float) -> None:
        if self.away:
            raise DeviceLost("AIE-DEV-009", reason="unplugged")

    def _trigger(self, timeout_s: float) -> None:
        delay_ms = self._delays_ms[self.triggers] if self.triggers < len(self._delays_ms) else 2.0
        number, self.triggers = self.triggers, self.triggers + 1
        if isinstance(delay_ms, Exception):
            self.away = isinstance(delay_ms, DeviceLost)
            raise delay_ms
        if delay_ms is not None:
            at_ns = self._fake.monotonic_ns() + round(delay_ms * MS)
            self.arrivals.append(Arrival(at_ns, number, f"picture {number}"))


class Gate:
    """Announces a part each ``period_s`` of model time."""

    def __init__(self, clock: FakeClock, period_s: float) -> None:
        self._clock = clock
        self._period_ns = round(period_s * 1e9)
        self._number = 0
        self.missed = 0

    def next_trigger(self, timeout_s: float) -> PartTrigger:
        self._number += 1 + self.missed
        due_ns = self._number * self._period_ns
        self._clock.advance(max(0, due_ns - self._clock.monotonic_ns()) / 1e9)
        read = Timestamp(self._clock.monotonic_ns(), ClockDomain.HOST_MONOTONIC, TimeSource.PLC_SCAN, 2 * MS)
        missed, self.missed = self.missed, 0
        return PartTrigger(self._number, self._number, missed, read)


def software(delays_ms: list[float | Exception | None], parts: int, *, miss_before: int = 0) -> Intake:
    clock, intake = FakeClock(), Intake()
    gate = Gate(clock, 0.2)
    with TriggeredCamera(clock, delays_ms) as camera:
        acquirer = HandshakeAcquirer(
            camera, cast("Any", gate), deadline_s=1.0, frame_timeout_s=0.1, software_trigger=True, clock=clock
        )
        for index in range(parts):
            gate.missed = 2 if miss_before and index + 1 == miss_before else 0
            acquirer.step(intake)
    assert intake.opened == [number for number, _ in intake.got]
    return intake


def shown(intake: Intake) -> list[object]:
    return [what for _, what in intake.got]


def test_each_announced_part_gets_its_picture() -> None:
    assert shown(software([], 3)) == ["picture 0", "picture 1", "picture 2"]


def test_a_picture_that_never_comes_costs_its_own_part() -> None:
    assert shown(software([2.0, None], 4)) == ["picture 0", LOST, "picture 2", "picture 3"]


def test_a_late_picture_is_never_taken_for_the_next_part_s() -> None:
    # The second picture comes 5 ms after the third was triggered, without a stamp of its exposure.
    got = shown(software([2.0, 205.0, 6.0], 4))
    assert got == ["picture 0", LOST, "picture 2", "picture 3"]


def test_parts_that_nobody_saw_were_not_photographed() -> None:
    intake = software([], 4, miss_before=3)
    assert intake.missed == 2
    assert intake.got == [(1, "picture 0"), (2, "picture 1"), (5, "picture 2"), (6, "picture 3")]


def test_after_an_order_without_an_answer_the_line_waits_until_nothing_can_be_late() -> None:
    got = shown(software([2.0, TimeoutError()], 10))
    assert got[:2] == ["picture 0", LOST]
    # A second without pictures at five parts a second; then the count starts over.
    assert got[2:6] == [LOST] * 4
    assert got[-1] == "picture 5"
    assert set(got[6:]) <= {LOST, "picture 2", "picture 3", "picture 4", "picture 5"}


def test_a_camera_that_is_away_is_no_lost_frame() -> None:
    away = DeviceLost("AIE-DEV-009", reason="unplugged")
    assert shown(software([2.0, away], 4)) == ["picture 0", *[UnknownReason.CAMERA] * 3]


def pulse(arrivals: list[Arrival], *, start_ms: int = 0, steps: int = 12) -> tuple[Intake, PulseAcquirer]:
    clock, intake = FakeClock(), Intake()
    clock.advance(start_ms / 1e3)
    with ScriptedCamera(clock, arrivals) as camera:
        acquirer = PulseAcquirer(camera, 100, 1.0, clock)
        acquirer.start()
        for _ in range(steps):
            acquirer.step(intake)
    return intake, acquirer


def test_pulse_numbers_frames_and_gaps_alike() -> None:
    intake, _ = pulse([Arrival(10 * MS, 7, "a"), Arrival(20 * MS, 8, "b"), Arrival(30 * MS, 11, "c")])
    assert intake.got == [(100, "a"), (101, "b"), (102, LOST), (103, LOST), (104, "c")]


def test_pulse_drops_frames_from_before_the_start() -> None:
    arrivals = [
        Arrival(10 * MS, 0, "early", exposed_ns=10 * MS),
        Arrival(90 * MS, 1, "first", exposed_ns=80 * MS),
    ]
    intake, acquirer = pulse(arrivals, start_ms=50)
    assert intake.got == [(100, "first")]
    assert acquirer.stale_frames == 1


def test_pulse_makes_no_part_of_a_picture_that_cannot_be_read_until_its_gap_shows() -> None:
    broken = Arrival(20 * MS, 1, error=DeviceError("AIE-DEV-017", reason="broken"))
    intake, _ = pulse([Arrival(10 * MS, 0, "a"), broken, Arrival(30 * MS, 2, "c")])
    assert intake.got == [(100, "a"), (101, UNREADABLE), (102, "c")]


def broken_picture(at_ms: int) -> Arrival:
    return Arrival(at_ms * MS, 0, error=DeviceError("AIE-DEV-017", reason="broken"))


def test_pulse_counts_pictures_that_cannot_be_read_before_the_first_good_one() -> None:
    intake, _ = pulse([broken_picture(10), broken_picture(20), Arrival(30 * MS, 2, "c")])
    assert intake.got == [(100, UNREADABLE), (101, UNREADABLE), (102, "c")]


def test_pulse_counts_pictures_that_cannot_be_read_after_the_last_good_one() -> None:
    end = Arrival(40 * MS, 0, error=EndOfFrames("AIE-DEV-011"))
    intake, acquirer = pulse([Arrival(10 * MS, 0, "a"), broken_picture(20), broken_picture(30), end], steps=4)
    assert acquirer.ended
    assert intake.got == [(100, "a"), (101, UNREADABLE), (102, UNREADABLE)]


def test_pulse_tells_pictures_that_never_came_from_those_that_cannot_be_read() -> None:
    intake, _ = pulse([Arrival(10 * MS, 0, "a"), broken_picture(20), Arrival(30 * MS, 4, "e")])
    assert intake.got == [(100, "a"), (101, UNREADABLE), (102, LOST), (103, LOST), (104, "e")]
