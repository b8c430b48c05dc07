from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from waiting import until

from aiedge.clock import SystemClock
from aiedge.errors import DeviceError, LineError
from aiedge.line.gate.gate import Gate
from aiedge.line.gate.parts import Outcome, PartTrigger, Settlement
from aiedge.line.gate.settings import GateMode, GateSettings
from aiedge.types import Verdict
from aiedge_drivers.plc.sim import SimPlc

PATIENCE_S = 20.0


class Bench:
    """A gate on a simulated PLC, both on the machine's clock."""

    def __init__(self, mode: GateMode = GateMode.HANDSHAKE, **plc: Any) -> None:
        # A busy machine may make any thread wait; what is tested here must not depend on it.
        defaults = {
            "mode": mode.value,
            "part_period_s": 0.0,
            "travel_s": 0.5,
            "heartbeat_timeout_s": 5.0,
            "gate_window_s": 5.0,
        }
        self.plc = SimPlc(**{**defaults, "reconnect": {"first_delay_s": 0.01, "cap_s": 0.02}, **plc})
        self.alive = True
        self.settled: list[Settlement] = []
        self.gate = Gate(
            self.plc,
            mode,
            GateSettings(heartbeat_period_s=0.02, heartbeat_timeout_s=5.0, acknowledge_timeout_s=2.0),
            alive=lambda: self.alive,
            on_settled=self.settled.append,
        )
        self.plc.open()

    def run(self) -> None:
        self.gate.start(PATIENCE_S)
        assert self.gate.wait_running(PATIENCE_S)

    def next_part(self) -> PartTrigger:
        part = self.gate.next_trigger(PATIENCE_S)
        assert part is not None
        return part

    def settle(self, parts: int) -> list[Settlement]:
        until(lambda: len(self.settled) >= parts)
        return self.settled

    def ends(self) -> list[tuple[int, str, bool]]:
        return [(e.part_id, e.verdict, e.passed) for e in self.plc.gate_log if e.kind == "gate"]

    def close(self) -> None:
        self.gate.stop(0.0)
        self.plc.close()


@pytest.fixture
def benches() -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def make(*arguments: Any, **options: Any) -> Bench:
        made.append(Bench(*arguments, **options))
        return made[-1]

    yield make
    for bench in made:
        bench.close()


def test_handshake_carries_triggers_in_and_verdicts_out(benches: Callable[..., Bench]) -> None:
    bench = benches(first_part_id=70)
    bench.run()
    for verdict in (Verdict.GOOD, Verdict.BAD, Verdict.UNKNOWN):
        bench.plc.feed()
        part = bench.next_part()
        assert bench.gate.deliver(part.part_id, verdict, part.trigger)
    assert [s.outcome for s in bench.settle(3)] == [Outcome.DELIVERED] * 3
    bench.gate.stop(PATIENCE_S)
    assert bench.ends() == [(70, "good", True), (71, "bad", False), (72, "unknown", False)]
    assert [e.kind for e in bench.plc.gate_log if e.kind not in ("gate", "trigger")] == [
        "armed",
        "running",
        "run_out",
        "armed",
    ]


def test_pulses_pass_the_good_and_count_the_others(benches: Callable[..., Bench]) -> None:
    bench = benches(GateMode.PULSE)
    bench.run()
    for part_id, verdict in {1: Verdict.GOOD, 2: Verdict.BAD, 4: Verdict.UNKNOWN, 5: Verdict.GOOD}.items():
        assert bench.gate.deliver(part_id, verdict)
    bench.gate.stop(PATIENCE_S)
    assert bench.ends() == [
        (1, "good", True),
        (2, "bad", False),
        (3, "none", False),
        (4, "unknown", False),
        (5, "good", True),
    ]
    assert [s.part_id for s in bench.settled] == [1, 2, 4, 5]


def test_end_delivers_what_waits_and_lets_the_belt_run_out(benches: Callable[..., Bench]) -> None:
    bench = benches(travel_s=1.5)
    bench.run()
    parts = []
    for _ in range(5):
        bench.plc.feed()
        parts.append(bench.next_part())
    for part in parts:
        bench.gate.deliver(part.part_id, Verdict.GOOD, part.trigger)
    bench.alive = False
    bench.gate.stop(PATIENCE_S)
    assert [passed for _, _, passed in bench.ends()] == [True] * 5
    assert bench.plc.image.holding[:8] == [0] * 8
    bench.gate.stop(PATIENCE_S)


def test_a_host_that_is_not_alive_stops_the_line(benches: Callable[..., Bench]) -> None:
    bench = benches(heartbeat_timeout_s=0.1, travel_s=5.0)
    bench.run()
    bench.plc.feed()
    part = bench.next_part()
    bench.gate.deliver(part.part_id, Verdict.GOOD, part.trigger)
    bench.settle(1)
    bench.alive = False
    until(lambda: bench.gate.plc_block is not None and bench.gate.plc_block.ready == 0)
    assert not bench.gate.running
    assert bench.ends() == [(1, "good", False)]
    bench.alive = True
    bench.plc.program.press_reset()
    assert bench.gate.wait_running(PATIENCE_S)
    assert bench.gate.counters.sessions == 2


def test_a_lost_link_comes_back_with_its_parts(benches: Callable[..., Bench]) -> None:
    bench = benches(travel_s=5.0)
    bench.run()
    bench.plc.feed()
    part = bench.next_part()
    bench.plc.cut_link()
    until(lambda: bench.gate.counters.link_losses > 0)
    assert bench.gate.deliver(part.part_id, Verdict.GOOD, part.trigger)
    bench.plc.mend_link()
    [settlement] = bench.settle(1)
    assert settlement.outcome is Outcome.DELIVERED
    assert bench.gate.counters.sessions == 1


def test_a_plc_that_stays_away_loses_the_parts(benches: Callable[..., Bench]) -> None:
    bench = benches()
    bench.run()
    bench.plc.feed()
    part = bench.next_part()
    bench.plc.cut_link()
    bench.gate.deliver(part.part_id, Verdict.GOOD, part.trigger)
    [settlement] = bench.settle(1)
    assert (settlement.part_id, settlement.outcome) == (1, Outcome.PLC_LOST)


def test_a_restarted_plc_is_taken_up_again(benches: Callable[..., Bench]) -> None:
    bench = benches(travel_s=5.0)
    bench.run()
    bench.plc.feed()
    bench.next_part()
    bench.plc.program.restart()
    [settlement] = bench.settle(1)
    assert (settlement.verdict, settlement.outcome) == (Verdict.UNKNOWN, Outcome.PLC_LOST)
    assert bench.gate.wait_running(PATIENCE_S)
    bench.plc.feed()
    part = bench.next_part()
    assert (part.part_id, part.trigger, part.missed) == (2, 1, 0)


def test_pulse_mode_ends_when_the_plc_counts_anew(benches: Callable[..., Bench]) -> None:
    bench = benches(GateMode.PULSE)
    bench.run()
    bench.gate.deliver(1, Verdict.GOOD)
    until(lambda: bench.gate.plc_block is not None and bench.gate.plc_block.trigger == 1)
    bench.plc.program.restart()
    with pytest.raises(LineError) as caught:
        bench.gate.next_trigger(PATIENCE_S)
    assert caught.value.code == "AIE-LIN-103"


def test_next_trigger_gives_none_in_time(benches: Callable[..., Bench]) -> None:
    bench = benches()
    bench.run()
    assert bench.gate.next_trigger(0.01) is None


def test_a_part_that_is_not_under_way_is_refused(benches: Callable[..., Bench]) -> None:
    bench = benches()
    bench.run()
    assert not bench.gate.deliver(1, Verdict.GOOD, 1)
    assert bench.gate.counters.unknown_parts == 1


class StoppableClock(SystemClock):
    """Once stopped, a wait ends only by its event."""

    stopped = False

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        return super().wait(event, 1000.0 if self.stopped else timeout_s)


def test_delivering_wakes_the_thread(benches: Callable[..., Bench]) -> None:
    bench = benches(GateMode.PULSE)
    clock = StoppableClock()
    bench.gate = Gate(
        bench.plc, GateMode.PULSE, clock=clock, alive=lambda: True, on_settled=bench.settled.append
    )
    bench.run()
    clock.stopped = True
    until(lambda: bench.gate.running)
    bench.gate.deliver(1, Verdict.GOOD)
    bench.settle(1)


@pytest.mark.parametrize("callback", ["alive", "on_settled"])
def test_a_failing_callback_ends_the_gate(benches: Callable[..., Bench], callback: str) -> None:
    bench = benches(GateMode.PULSE)
    fail = threading.Event()

    def alive() -> bool:
        return not fail.is_set() or callback != "alive" or bool(1 // 0)

    def on_settled(settlement: Settlement) -> None:
        bench.settled.append(settlement)
        if fail.is_set() and callback == "on_settled":
            raise ZeroDivisionError

    bench.gate = Gate(bench.plc, GateMode.PULSE, alive=alive, on_settled=on_settled)
    bench.run()
    fail.set()
    bench.gate.deliver(1, Verdict.GOOD)
    with pytest.raises(LineError, match="ZeroDivisionError") as caught:
        bench.gate.next_trigger(PATIENCE_S)
    assert caught.value.code == "AIE-LIN-107"
    assert [s.part_id for s in bench.settle(1)] == [1]


def test_settled_in_the_gates_thread(benches: Callable[..., Bench]) -> None:
    bench = benches(GateMode.PULSE)
    names: list[str] = []
    bench.gate = Gate(
        bench.plc,
        GateMode.PULSE,
        alive=lambda: True,
        on_settled=lambda _: names.append(threading.current_thread().name),
    )
    bench.run()
    bench.gate.deliver(1, Verdict.GOOD)
    until(lambda: names)
    assert names == ["gate"]


def test_start_needs_the_right_mode(benches: Callable[..., Bench]) -> None:
    bench = benches(GateMode.PULSE)
    bench.gate = Gate(bench.plc, GateMode.HANDSHAKE, alive=lambda: True, on_settled=bench.settled.append)
    with pytest.raises(LineError) as caught:
        bench.gate.start(PATIENCE_S)
    assert caught.value.code == "AIE-LIN-102"


def test_start_needs_a_plc_that_answers(benches: Callable[..., Bench]) -> None:
    bench = benches()
    bench.plc.cut_link()
    with pytest.raises(DeviceError) as caught:
        bench.gate.start(0.5)
    assert caught.value.code.startswith("AIE-DEV")


def test_start_needs_a_line_that_comes_to_a_stand(benches: Callable[..., Bench]) -> None:
    first = benches(travel_s=100.0)
    first.run()
    first.plc.feed()
    first.next_part()
    second = Gate(first.plc, GateMode.HANDSHAKE, alive=lambda: True, on_settled=first.settled.append)
    with pytest.raises(LineError) as caught:
        second.start(0.2)
    assert caught.value.code == "AIE-LIN-104"


def test_a_gate_starts_once(benches: Callable[..., Bench]) -> None:
    bench = benches()
    bench.run()
    with pytest.raises(LineError) as caught:
        bench.gate.start(PATIENCE_S)
    assert caught.value.code == "AIE-LIN-105"


def test_blocks_must_be_whole() -> None:
    tags = {**SimPlc().options.model_dump()["tags"], "verdict": {"area": "holding", "address": 20}}
    plc = SimPlc(tags=tags)
    with pytest.raises(LineError, match="host_ready to results_valid") as caught:
        Gate(plc, GateMode.PULSE, alive=lambda: True, on_settled=lambda _: None)
    assert caught.value.code == "AIE-LIN-108"


@pytest.mark.parametrize(
    "settings",
    [
        {"poll_period_s": 0.0},
        {"poll_period_s": 0.2},
        {"heartbeat_timeout_s": 0.1},
        {"queue_length": 0},
        {"parts_in_flight": 0},
    ],
)
def test_settings_that_cannot_work(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        GateSettings(**settings)  # type: ignore[arg-type]
