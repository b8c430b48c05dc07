from __future__ import annotations

from dataclasses import replace

import pytest

from aiedge.errors import LineError
from aiedge.line.gate.handshake import HandshakeHost
from aiedge.line.gate.parts import Outcome, PartTrigger
from aiedge.line.gate.registers import PlcBlock
from aiedge.line.gate.settings import GateSettings
from aiedge.types import TimeSource, Verdict

MS = 1_000_000
ARMED = PlcBlock(1, 2, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0)


class Bench:
    """A host and the PLC's block as the test sets it."""

    def __init__(self, plc: PlcBlock = ARMED, **settings: float) -> None:
        self.host = HandshakeHost(GateSettings(**settings))  # type: ignore[arg-type]
        self.plc = plc
        self.now_ns = 0
        self.exchange()
        self.exchange()

    def exchange(self, wait_ms: int = 1, **plc: int) -> list[PartTrigger]:
        self.now_ns += wait_ms * MS
        self.plc = replace(self.plc, plc_heartbeat=self.plc.plc_heartbeat + 1, **plc)
        self.write()
        self.host.receive(self.plc, self.now_ns)
        self.write()
        return self.host.take_triggers()

    def write(self) -> None:
        self.host.written(self.host.block(self.now_ns), self.now_ns)

    def deliver(self, part_id: int, verdict: Verdict, trigger: int | None = None) -> bool:
        taken = self.host.deliver(part_id, verdict, trigger, self.now_ns)
        self.write()
        return taken

    def results(self) -> tuple[int, int, int]:
        block = self.host.block(self.now_ns)
        return block.results_valid, block.results_part_id, block.verdict

    def settled(self) -> list[tuple[int, int, Verdict, Outcome]]:
        return [(s.part_id, s.trigger, s.verdict, s.outcome) for s in self.host.take_settlements()]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_starts_in_the_session_of_a_standing_line() -> None:
    bench = Bench(replace(ARMED, trigger=5, part_id=50))
    block = bench.host.block(bench.now_ns)
    assert (block.host_ready, block.host_session, block.trigger_acknowledged) == (1, 7, 5)
    assert bench.exchange() == []


def test_waits_until_a_running_line_stands() -> None:
    bench = Bench(replace(ARMED, running=1))
    assert bench.host.block(bench.now_ns).host_ready == 0
    bench.exchange(running=0, session=8)
    assert bench.host.block(bench.now_ns).host_session == 8


def test_does_not_trust_a_standing_line_before_its_zeros_are_confirmed() -> None:
    host = HandshakeHost(GateSettings())
    host.receive(ARMED, 0)
    assert not host.in_session


def test_refuses_another_map_or_mode(bench: Bench) -> None:
    with pytest.raises(LineError) as caught:
        bench.exchange(map_version=2)
    assert caught.value.code == "AIE-LIN-101"
    with pytest.raises(LineError) as caught:
        bench.exchange(map_version=1, mode=1)
    assert caught.value.code == "AIE-LIN-102"


def test_a_trigger_is_acknowledged_and_handed_on_once(bench: Bench) -> None:
    [part] = bench.exchange(wait_ms=3, trigger=1, part_id=40)
    assert (part.part_id, part.trigger, part.missed) == (40, 1, 0)
    assert part.timestamp.source is TimeSource.PLC_SCAN
    assert (part.timestamp.value_ns, part.timestamp.uncertainty_ns) == (bench.now_ns, 3 * MS)
    assert bench.host.block(bench.now_ns).trigger_acknowledged == 1
    assert bench.exchange() == []


def test_the_next_part_after_the_last_number_is_one() -> None:
    bench = Bench(replace(ARMED, trigger=65534))
    assert [p.trigger for p in bench.exchange(trigger=65535)] == [65535]
    [part] = bench.exchange(trigger=1)
    assert (part.trigger, part.missed) == (1, 0)


def test_missed_triggers_are_counted_and_told(bench: Bench) -> None:
    [part] = bench.exchange(trigger=4, part_id=40)
    assert part.missed == 3
    assert bench.host.counters.triggers_missed == 3
    assert bench.host.block(bench.now_ns).host_overrun == 3


def test_triggers_that_nobody_fetches_are_told_as_missed() -> None:
    bench = Bench(queue_length=1)
    for number in (1, 2, 3):
        bench.plc = replace(bench.plc, trigger=number)
        bench.host.receive(bench.plc, bench.now_ns)
    assert [p.trigger for p in bench.host.take_triggers()] == [1]
    [part] = bench.exchange(trigger=5)
    assert (part.trigger, part.missed) == (5, 3)
    assert bench.host.counters.triggers_dropped == 2
    assert bench.host.block(bench.now_ns).host_overrun == 3


def test_a_verdict_is_settled_by_its_acknowledgement(bench: Bench) -> None:
    bench.exchange(trigger=1, part_id=40)
    assert bench.deliver(40, Verdict.BAD, 1)
    assert bench.results() == (1, 40, 2)
    assert bench.host.expects_answer
    assert bench.settled() == []
    bench.exchange(results_acknowledged=1, results_answer=1)
    assert bench.settled() == [(40, 1, Verdict.BAD, Outcome.DELIVERED)]
    assert not bench.host.expects_answer


@pytest.mark.parametrize(
    ("answer", "outcome"), [(2, Outcome.LATE), (3, Outcome.REFUSED), (9, Outcome.REFUSED)]
)
def test_what_the_plc_did_not_take(bench: Bench, answer: int, outcome: Outcome) -> None:
    bench.exchange(trigger=1, part_id=40)
    bench.deliver(40, Verdict.GOOD, 1)
    bench.exchange(results_acknowledged=1, results_answer=answer)
    assert bench.settled() == [(40, 1, Verdict.GOOD, outcome)]


def test_results_take_turns(bench: Bench) -> None:
    for number in (1, 2):
        bench.exchange(trigger=number, part_id=40 + number)
    bench.deliver(42, Verdict.GOOD, 2)
    bench.deliver(41, Verdict.UNKNOWN, 1)
    assert bench.results() == (2, 42, 1)
    bench.exchange(results_acknowledged=2, results_answer=1)
    assert bench.results() == (1, 41, 3)


def test_each_of_two_parts_with_one_id_has_its_own_verdict(bench: Bench) -> None:
    for number in (1, 2):
        bench.exchange(trigger=number, part_id=40)
    assert bench.deliver(40, Verdict.GOOD, 2)
    assert bench.results() == (2, 40, 1)
    bench.exchange(results_acknowledged=2, results_answer=1)
    assert bench.deliver(40, Verdict.BAD, 1)
    assert bench.results() == (1, 40, 2)


def test_an_id_that_two_parts_bear_makes_both_unknown(bench: Bench) -> None:
    for number in (1, 2):
        bench.exchange(trigger=number, part_id=40)
    assert bench.deliver(40, Verdict.GOOD)
    assert bench.host.counters.ambiguous_parts == 1
    assert bench.results() == (1, 40, 3)
    bench.exchange(results_acknowledged=1, results_answer=1)
    assert bench.results() == (2, 40, 3)


def test_an_id_alone_names_its_only_part(bench: Bench) -> None:
    bench.exchange(trigger=1, part_id=40)
    assert bench.deliver(40, Verdict.GOOD)
    assert bench.results() == (1, 40, 1)


def test_verdicts_for_parts_that_are_not_under_way_are_refused(bench: Bench) -> None:
    bench.exchange(trigger=1, part_id=40)
    assert not bench.deliver(41, Verdict.GOOD, 1)
    assert not bench.deliver(40, Verdict.GOOD, 2)
    assert bench.deliver(40, Verdict.BAD, 1)
    assert not bench.deliver(40, Verdict.GOOD, 1)
    assert bench.host.counters.unknown_parts == 3
    assert bench.results() == (1, 40, 2)


def test_too_many_waiting_results_are_an_overrun() -> None:
    bench = Bench(queue_length=1)
    for number in (1, 2, 3):
        bench.exchange(trigger=number, part_id=number)
    assert bench.deliver(1, Verdict.GOOD, 1)
    assert bench.deliver(2, Verdict.GOOD, 2)
    assert not bench.deliver(3, Verdict.GOOD, 3)
    assert bench.settled() == [(3, 3, Verdict.GOOD, Outcome.OVERRUN)]


def test_parts_that_nobody_judges_are_pushed_out() -> None:
    bench = Bench(parts_in_flight=2)
    for number in (1, 2, 3):
        bench.exchange(trigger=number, part_id=number)
    assert bench.settled() == [(1, 1, Verdict.UNKNOWN, Outcome.SKIPPED)]
    assert not bench.deliver(1, Verdict.GOOD, 1)


def test_a_result_without_acknowledgement_is_withdrawn(bench: Bench) -> None:
    bench.exchange(trigger=1, part_id=40)
    bench.deliver(40, Verdict.GOOD, 1)
    bench.exchange(wait_ms=499)
    assert bench.results() == (1, 40, 1)
    bench.exchange(wait_ms=2)
    assert bench.results() == (0, 0, 0)
    assert bench.settled() == [(40, 1, Verdict.GOOD, Outcome.PLC_LOST)]


def test_a_new_session_ends_all_parts(bench: Bench) -> None:
    for number in (1, 2, 3):
        bench.exchange(trigger=number, part_id=number)
    bench.deliver(1, Verdict.GOOD, 1)
    bench.deliver(2, Verdict.BAD, 2)
    bench.exchange(session=8, trigger=0)
    assert bench.settled() == [
        (1, 1, Verdict.GOOD, Outcome.PLC_LOST),
        (2, 2, Verdict.BAD, Outcome.PLC_LOST),
        (3, 3, Verdict.UNKNOWN, Outcome.PLC_LOST),
    ]
    assert bench.results() == (0, 0, 0)
    assert bench.host.block(bench.now_ns).host_session == 8
    assert not bench.deliver(3, Verdict.GOOD, 3)


def test_an_answer_counts_that_comes_with_the_next_session(bench: Bench) -> None:
    bench.exchange(trigger=1, part_id=40)
    bench.deliver(40, Verdict.GOOD, 1)
    bench.exchange(session=8, results_acknowledged=1, results_answer=1)
    assert bench.settled() == [(40, 1, Verdict.GOOD, Outcome.DELIVERED)]


def test_a_frozen_plc_is_not_running(bench: Bench) -> None:
    bench.exchange(running=1)
    assert bench.host.running
    for _ in range(2):
        bench.now_ns += 501 * MS
        bench.host.receive(bench.plc, bench.now_ns)
    assert not bench.host.running
    assert bench.host.counters.freezes == 1
    bench.exchange()
    assert bench.host.running


def test_ends_when_all_is_delivered_and_the_line_stands(bench: Bench) -> None:
    bench.exchange(running=1, trigger=1, part_id=40)
    bench.exchange(trigger=2, part_id=41)
    bench.deliver(40, Verdict.GOOD, 1)
    bench.host.end()
    bench.exchange()
    assert bench.host.block(bench.now_ns).host_ready == 1
    bench.exchange(results_acknowledged=1, results_answer=1)
    assert bench.host.block(bench.now_ns).host_ready == 0
    bench.exchange()
    assert not bench.host.ended
    bench.exchange(running=0)
    assert bench.host.ended
    bench.host.give_up_all(bench.now_ns)
    assert bench.settled() == [
        (40, 1, Verdict.GOOD, Outcome.DELIVERED),
        (41, 2, Verdict.UNKNOWN, Outcome.SKIPPED),
    ]
