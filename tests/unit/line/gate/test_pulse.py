from __future__ import annotations

from dataclasses import replace

import pytest

from aiedge.errors import LineError
from aiedge.line.gate.parts import Outcome
from aiedge.line.gate.pulse import PulseHost
from aiedge.line.gate.registers import HostBlock, PlcBlock
from aiedge.line.gate.settings import GateSettings
from aiedge.types import Verdict

MS = 1_000_000
ARMED = PlcBlock(1, 1, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0)


def started(plc: PlcBlock = ARMED, **settings: float) -> PulseHost:
    host = PulseHost(GateSettings(**settings))  # type: ignore[arg-type]
    host.written(host.block(0), 0)
    host.receive(plc, 0)
    host.receive(replace(plc, running=1), 0)
    return host


def written(host: PulseHost, now_ns: int) -> HostBlock:
    block = host.block(now_ns)
    host.written(block, now_ns)
    return block


def outcomes(host: PulseHost) -> list[tuple[int, Outcome]]:
    return [(s.part_id, s.outcome) for s in host.take_settlements()]


def test_a_confirmed_write_settles() -> None:
    host = started()
    assert host.deliver(1, Verdict.BAD, None, 0)
    assert outcomes(host) == []
    block = written(host, 0)
    assert (block.results_valid, block.results_part_id, block.verdict) == (1, 1, 2)
    assert outcomes(host) == [(1, Outcome.DELIVERED)]
    assert host.idle


def test_a_pulse_is_held() -> None:
    host = started(pulse_hold_s=0.01)
    host.deliver(1, Verdict.GOOD, None, 0)
    host.deliver(2, Verdict.GOOD, None, 0)
    assert written(host, 0).results_valid == 1
    assert written(host, 9 * MS).results_valid == 1
    assert written(host, 10 * MS).results_valid == 2


def test_numbers_begin_after_the_count_of_the_plc() -> None:
    host = started(replace(ARMED, trigger=65530), first_part_id=0)
    host.deliver(0, Verdict.GOOD, None, 0)
    assert written(host, 0).results_valid == 65531
    host.deliver(6, Verdict.GOOD, None, 0)
    assert written(host, 10 * MS).results_valid == 2


def test_lost_parts_leave_their_numbers_out() -> None:
    host = started()
    host.deliver(3, Verdict.GOOD, None, 0)
    assert written(host, 0).results_valid == 3


def test_ids_before_the_first_and_hosts_without_session_are_refused() -> None:
    host = started()
    assert not host.deliver(0, Verdict.GOOD, None, 0)
    assert not PulseHost(GateSettings()).deliver(1, Verdict.GOOD, None, 0)


def test_a_standing_line_refuses() -> None:
    host = started()
    host.receive(replace(ARMED, plc_heartbeat=2, ready=0), 0)
    host.deliver(1, Verdict.GOOD, None, 0)
    written(host, 0)
    assert outcomes(host) == [(1, Outcome.REFUSED)]


def test_what_cannot_be_written_expires() -> None:
    host = started()
    host.deliver(1, Verdict.GOOD, None, 0)
    host.block(0)
    assert host.block(500 * MS).results_valid == 0
    assert outcomes(host) == [(1, Outcome.PLC_LOST)]


def test_too_many_pulses_are_an_overrun() -> None:
    host = started(queue_length=1)
    assert host.deliver(1, Verdict.GOOD, None, 0)
    assert not host.deliver(2, Verdict.GOOD, None, 0)
    assert outcomes(host) == [(2, Outcome.OVERRUN)]


@pytest.mark.parametrize(("answer", "refused"), [(1, 0), (2, 1), (3, 1)])
def test_pulses_that_an_answering_gate_did_not_take_are_counted(answer: int, refused: int) -> None:
    host = started()
    host.deliver(1, Verdict.GOOD, None, 0)
    written(host, 0)
    for _ in range(2):
        host.receive(replace(ARMED, running=1, results_acknowledged=1, results_answer=answer), 0)
    assert host.counters.pulses_refused == refused


def test_the_count_goes_on_after_a_stop() -> None:
    host = started()
    host.receive(replace(ARMED, running=1, trigger=4), 0)
    host.receive(replace(ARMED, session=8, trigger=4), 0)
    host.deliver(5, Verdict.GOOD, None, 0)
    block = written(host, 0)
    assert (block.host_session, block.results_valid) == (8, 5)


def test_a_plc_that_counts_anew_ends_the_gate() -> None:
    host = started()
    host.receive(replace(ARMED, running=1, trigger=4), 0)
    with pytest.raises(LineError) as caught:
        host.receive(replace(ARMED, session=8, trigger=0), 0)
    assert caught.value.code == "AIE-LIN-103"


def test_the_last_pulse_and_the_end_are_in_one_block() -> None:
    host = started()
    host.deliver(1, Verdict.GOOD, None, 0)
    host.end()
    written(host, 0)
    block = written(host, 0)
    assert (block.host_ready, block.results_valid) == (0, 1)
    host.receive(ARMED, 0)
    assert host.ended
