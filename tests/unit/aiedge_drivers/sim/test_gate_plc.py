from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from aiedge_drivers.sim.gate_plc import Fault, GateEvent, GateProgram, PlcMode, RegisterImage

GOOD, BAD, UNKNOWN = 1, 2, 3


class Bench:
    """The program and a host that does what the test says, by the addresses of the page."""

    def __init__(self, mode: PlcMode = PlcMode.HANDSHAKE, **options: Any) -> None:
        self.program = GateProgram(mode, **{"part_period_s": 0.0, "travel_s": 0.1, **options})
        self.image = RegisterImage()
        self.now_ms = 0
        self.beating = True
        self.scan(0)

    def scan(self, wait_ms: int = 1) -> None:
        self.now_ms += wait_ms
        if self.beating:
            self.image.holding[1] += 1
        self.program.scan(self.now_ms * 1_000_000, self.image)

    def run(self) -> None:
        self.image.holding[0], self.image.holding[2] = 1, self.image.input[2]
        self.scan()
        self.scan()
        assert self.running

    def results(self, trigger: int, part_id: int, verdict: int) -> int:
        self.image.holding[5:8] = [part_id, verdict, trigger]
        self.scan()
        assert self.image.input[9] == trigger
        return self.image.input[10]

    def feed(self) -> tuple[int, int]:
        self.program.feed()
        self.scan()
        return self.image.input[7], self.image.input[8]

    @property
    def running(self) -> bool:
        return self.image.input[4] == 1

    def ends(self) -> list[GateEvent]:
        return [event for event in self.program.log if event.kind == "gate"]

    def kinds(self) -> list[str]:
        return [event.kind for event in self.program.log]


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.run()
    return bench


def test_publishes_the_map_and_waits_for_a_host() -> None:
    bench = Bench()
    for _ in range(5):
        bench.scan()
    assert bench.image.input[:6] == [1, 2, 1, 1, 0, 0]
    assert bench.kinds() == ["armed"]


def test_needs_a_beating_heart_to_start() -> None:
    bench = Bench()
    bench.beating = False
    bench.image.holding[0], bench.image.holding[2] = 1, 1
    for _ in range(3):
        bench.scan()
    assert not bench.running
    bench.beating = True
    bench.scan()
    assert bench.running


def test_needs_the_host_in_its_session_to_start() -> None:
    bench = Bench()
    bench.image.holding[0], bench.image.holding[2] = 1, 2
    for _ in range(3):
        bench.scan()
    assert not bench.running


@pytest.mark.parametrize(
    ("verdict", "passed", "name"), [(GOOD, True, "good"), (BAD, False, "bad"), (UNKNOWN, False, "unknown")]
)
def test_only_good_passes(bench: Bench, verdict: int, passed: bool, name: str) -> None:
    assert bench.feed() == (1, 1)
    assert bench.results(1, 1, verdict) == 1
    bench.scan(100)
    [end] = bench.ends()
    assert (end.verdict, end.passed) == (name, passed)


def test_without_a_verdict_it_rejects(bench: Bench) -> None:
    bench.feed()
    bench.scan(100)
    [end] = bench.ends()
    assert (end.verdict, end.passed) == ("none", False)


def test_a_late_verdict_changes_nothing(bench: Bench) -> None:
    bench.feed()
    bench.scan(100)
    assert bench.results(1, 1, GOOD) == 2
    assert [end.passed for end in bench.ends()] == [False]


@pytest.mark.parametrize(("part_id", "verdict"), [(2, GOOD), (1, 0), (1, 4)])
def test_a_verdict_for_another_id_or_of_another_kind_is_refused(
    bench: Bench, part_id: int, verdict: int
) -> None:
    bench.feed()
    assert bench.results(1, part_id, verdict) == 3
    bench.scan(100)
    assert [end.passed for end in bench.ends()] == [False]


def test_the_first_verdict_stands(bench: Bench) -> None:
    bench.feed()
    bench.feed()
    assert bench.results(1, 1, BAD) == 1
    assert bench.results(2, 2, GOOD) == 1
    assert bench.results(1, 1, GOOD) == 3
    bench.scan(100)
    assert [end.passed for end in bench.ends()] == [False, True]


def test_repeating_the_same_result_is_no_second_one(bench: Bench) -> None:
    bench.feed()
    assert bench.results(1, 1, GOOD) == 1
    assert bench.results(1, 1, GOOD) == 1


def test_a_result_of_another_session_is_ignored(bench: Bench) -> None:
    bench.feed()
    bench.image.holding[2] += 1
    bench.image.holding[5:8] = [1, GOOD, 1]
    bench.scan()
    assert bench.image.input[9] == 0


def test_a_lost_heartbeat_stops_the_line_until_the_reset(bench: Bench) -> None:
    bench.feed()
    bench.results(1, 1, GOOD)
    bench.beating = False
    bench.scan(50)
    assert bench.running
    bench.scan(460)
    assert bench.image.input[3:6] == [0, 0, 1]
    assert [(end.verdict, end.passed) for end in bench.ends()][:1] == [("good", False)]
    bench.beating = True
    bench.scan()
    assert not bench.running
    bench.program.press_reset()
    bench.scan()
    assert bench.image.input[2:6] == [2, 1, 0, 0]
    bench.run()


def test_the_operator_stops_at_once(bench: Bench) -> None:
    bench.feed()
    bench.results(1, 1, GOOD)
    bench.program.press_stop()
    bench.scan()
    assert bench.image.input[3:6] == [0, 0, 2]
    assert [(end.reason, end.passed) for end in bench.ends()] == [("stopped", False)]


def test_a_host_that_ends_lets_the_belt_run_out(bench: Bench) -> None:
    bench.feed()
    bench.results(1, 1, GOOD)
    bench.image.holding[0] = 0
    bench.program.feed()
    bench.scan()
    assert bench.running
    bench.scan(100)
    assert not bench.running
    assert [end.passed for end in bench.ends()] == [True]
    assert bench.image.input[2] == 2


def test_no_part_comes_while_the_line_stands() -> None:
    bench = Bench(part_period_s=0.01)
    for _ in range(50):
        bench.scan()
    assert bench.image.input[7] == 0


def test_parts_come_by_period_and_number() -> None:
    bench = Bench(part_period_s=0.01, parts=3, first_part_id=65535)
    bench.run()
    for _ in range(100):
        bench.scan()
    triggers = [event for event in bench.program.log if event.kind == "trigger"]
    assert [(event.trigger, event.part_id) for event in triggers] == [(1, 65535), (2, 0), (3, 1)]
    assert [b.time_ns - a.time_ns for a, b in pairwise(triggers)] == [10_000_000] * 2


def test_an_unacknowledged_trigger_is_an_overrun(bench: Bench) -> None:
    bench.feed()
    assert bench.image.input[11] == 0
    bench.feed()
    assert bench.image.input[11] == 1
    bench.image.holding[3] = 2
    bench.feed()
    assert bench.image.input[11] == 1


def test_a_restart_begins_to_count_anew(bench: Bench) -> None:
    bench.feed()
    bench.results(1, 1, GOOD)
    bench.program.restart()
    bench.scan()
    assert [end.passed for end in bench.ends()] == [False]
    assert bench.image.input[2] == 2
    assert bench.image.input[7:12] == [0] * 5


def triggers(**options: Any) -> list[tuple[float, int]]:
    bench = Bench(part_period_s=0.01, parts=4, **options)
    bench.run()
    for _ in range(100):
        bench.scan()
    return [(event.time_ns / 1e6, event.part_id) for event in bench.program.log if event.kind == "trigger"]


def test_faults_of_ids() -> None:
    assert [part_id for _, part_id in triggers(faults=[Fault("skip", 2)])] == [1, 3, 4, 5]
    assert [part_id for _, part_id in triggers(faults=[Fault("repeat", 3)])] == [1, 2, 2, 3]


def test_faults_of_time() -> None:
    plain = triggers()
    late = triggers(faults=[Fault("late", 2, 0.004)])
    assert [round(b - a, 3) for (a, _), (b, _) in zip(plain, late, strict=True)] == [0, 4, 0, 0]
    burst = [time for time, _ in triggers(faults=[Fault("burst", 2)])]
    assert burst[1] == burst[2]


def test_a_frozen_program_does_nothing_and_throws_out_what_passed_meanwhile() -> None:
    bench = Bench(
        part_period_s=0.01,
        parts=1,
        heartbeat_timeout_s=5.0,
        gate_window_s=0.25,
        faults=[Fault("freeze", 1, 0.5)],
    )
    bench.run()
    while bench.image.input[7] == 0:
        bench.scan()
    life = bench.image.input[6]
    bench.image.holding[5:8] = [1, GOOD, 1]
    bench.scan(400)
    assert bench.image.input[6] == life
    bench.scan(101)
    [end] = bench.ends()
    assert (end.verdict, end.passed, end.reason) == ("good", False, "window")


def test_a_gate_without_an_eye_takes_pulses_for_parts() -> None:
    bench = Bench(PlcMode.PULSE, eye=False)
    bench.run()
    assert bench.results(1, 1, GOOD) == 1
    assert bench.results(4, 4, GOOD) == 1
    assert bench.results(2, 2, GOOD) == 2
    assert [(end.trigger, end.verdict, end.passed) for end in bench.ends()] == [
        (1, "good", True),
        (2, "none", False),
        (3, "none", False),
        (4, "good", True),
    ]


def test_a_gate_with_an_eye_takes_no_pulse_for_a_part_that_it_did_not_see() -> None:
    bench = Bench(PlcMode.PULSE)
    bench.run()
    assert bench.results(1, 1, GOOD) == 2
    bench.feed()
    bench.scan(100)
    assert [end.passed for end in bench.ends()] == [False]
