"""The gate against a PLC that we did not write in Python: libmodbus, a process of its own, its own log."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from peers import judging_host
from peers.judging_host import judge
from peers.modbus import ModbusGateServer, StartGateServer

from aiedge.line.gate.gate import Gate
from aiedge.line.gate.parts import Outcome, PartTrigger, Settlement
from aiedge.line.gate.settings import GateMode, GateSettings
from aiedge.types import Verdict
from aiedge_drivers.plc.modbus_tcp import ModbusTcpPlc

pytestmark = pytest.mark.peer
PATIENCE_S = 30.0
SETTINGS = GateSettings(
    heartbeat_period_s=0.05, heartbeat_timeout_s=5.0, io_timeout_s=2.0, acknowledge_timeout_s=5.0
)


class Bench:
    """A gate that works on the server, and a judge in a thread."""

    def __init__(self, server: ModbusGateServer, mode: GateMode) -> None:
        self.settled: list[Settlement] = []
        self.parts: list[PartTrigger] = []
        self._plc = ModbusTcpPlc(
            address="127.0.0.1", port=server.port, reconnect={"first_delay_s": 0.01, "cap_s": 0.05}
        )
        self.gate = Gate(self._plc, mode, SETTINGS, alive=lambda: True, on_settled=self.settled.append)
        self._plc.open()
        self._end = threading.Event()
        self._judge = threading.Thread(target=self._work)
        self.gate.start(PATIENCE_S)
        if mode is GateMode.HANDSHAKE:
            self._judge.start()

    def _work(self) -> None:
        while not self._end.is_set():
            part = self.gate.next_trigger(0.05)
            if part is not None:
                self.parts.append(part)
                self.gate.deliver(part.part_id, judge(part.part_id), part.trigger)

    def close(self) -> None:
        self._end.set()
        if self._judge.is_alive():
            self._judge.join()
        self.gate.stop(PATIENCE_S)
        self._plc.close()


@pytest.fixture
def work() -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def start(*arguments: Any) -> Bench:
        made.append(Bench(*arguments))
        return made[-1]

    yield start
    for bench in made:
        bench.close()


def test_handshake_rejects_all_but_the_good(
    start_gate_server: StartGateServer, work: Callable[..., Bench]
) -> None:
    server = start_gate_server(
        mode="handshake", period_s=0.4, parts=8, travel_s=1.5, heartbeat_s=5.0, first_id=90
    )
    bench = work(server, GateMode.HANDSHAKE)
    server.wait_for_event("gate", 8)
    bench.close()
    assert [(end.part_id, end.verdict, end.passed) for end in server.ends()] == [
        (part_id, judge(part_id).value, judge(part_id) is Verdict.GOOD) for part_id in range(90, 98)
    ]
    assert [(s.part_id, s.outcome) for s in bench.settled] == [
        (part_id, Outcome.DELIVERED) for part_id in range(90, 98)
    ]
    inputs, holdings = server.read_back()
    assert inputs[7:10] == [8, 97, 8]
    assert holdings == [0] * 8


def test_pulses_reject_all_but_the_good(
    start_gate_server: StartGateServer, work: Callable[..., Bench]
) -> None:
    server = start_gate_server(mode="pulse", period_s=0, heartbeat_s=5.0)
    bench = work(server, GateMode.PULSE)
    assert bench.gate.wait_running(PATIENCE_S)
    sent = [part_id for part_id in range(1, 21) if part_id not in (6, 7)]
    for part_id in sent:
        bench.gate.deliver(part_id, judge(part_id))
    bench.close()
    assert [(end.part_id, end.verdict, end.passed) for end in server.ends()] == [
        (part_id, judge(part_id).value, judge(part_id) is Verdict.GOOD)
        if part_id in sent
        else (part_id, "none", False)
        for part_id in range(1, 21)
    ]
    assert bench.gate.counters.pulses_refused == 0


def test_late_repeated_and_skipped_ids(
    start_gate_server: StartGateServer, work: Callable[..., Bench]
) -> None:
    server = start_gate_server(
        mode="handshake",
        period_s=0.1,
        parts=12,
        travel_s=1.5,
        heartbeat_s=5.0,
        faults=["repeat:3", "skip:6", "late:12:1.8"],
    )
    bench = work(server, GateMode.HANDSHAKE)
    server.wait_for(lambda events: sum(e.event == "trigger" for e in events) == 12)
    server.wait_for_event("gate", 12)
    bench.close()
    assert [end.part_id for end in server.ends()] == [1, 2, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12]
    told = {end.trigger: end for end in server.ends()}
    for settlement in bench.settled:
        end = told[settlement.trigger]
        assert end.part_id == settlement.part_id
        assert end.passed == (settlement.verdict is Verdict.GOOD and settlement.outcome is Outcome.DELIVERED)
    assert {s.trigger for s in bench.settled if s.outcome is Outcome.LATE} == {12}
    assert (told[12].verdict, told[12].passed) == ("none", False)


def test_two_parts_in_one_scan_are_an_overrun(
    start_gate_server: StartGateServer, work: Callable[..., Bench]
) -> None:
    server = start_gate_server(
        mode="handshake", period_s=0.2, parts=6, travel_s=1.5, heartbeat_s=5.0, faults=["burst:3"]
    )
    bench = work(server, GateMode.HANDSHAKE)
    server.wait_for_event("gate", 6)
    assert bench.gate.counters.triggers_missed >= 1
    assert sum(part.missed for part in bench.parts) == bench.gate.counters.triggers_missed
    assert server.read_back()[0][11] >= 1
    bench.close()
    assert [(end.verdict, end.passed) for end in server.ends() if end.trigger == 3] == [("none", False)]


@pytest.mark.parametrize("fault", ["stall:3:1.2", "freeze:3:1.2"])
def test_a_plc_that_hangs_for_a_while_passes_only_the_good(
    start_gate_server: StartGateServer, work: Callable[..., Bench], fault: str
) -> None:
    server = start_gate_server(
        mode="handshake", period_s=0.1, parts=10, travel_s=0.6, heartbeat_s=5.0, window_s=0.25, faults=[fault]
    )
    bench = work(server, GateMode.HANDSHAKE)
    server.wait_for_event("gate", 10)
    bench.close()
    assert all(judge(end.part_id) is Verdict.GOOD for end in server.ends() if end.passed)
    assert not all(end.passed for end in server.ends() if judge(end.part_id) is Verdict.GOOD)
    assert len({(s.trigger) for s in bench.settled}) == len(bench.settled)


def test_restarts_of_the_plc(start_gate_server: StartGateServer, work: Callable[..., Bench]) -> None:
    server = start_gate_server(mode="handshake", period_s=0.05, travel_s=0.3, heartbeat_s=5.0)
    bench = work(server, GateMode.HANDSHAKE)
    for restarts in (1, 2):
        server.wait_for(lambda events: sum(e.event == "gate" and e.passed for e in events) >= 3)
        server.restart_program()
        server.wait_for_event("running", restarts + 1)
    before = len(server.ends())
    server.wait_for(lambda events: sum(e.event == "gate" and e.passed for e in events[before:]) >= 3)
    bench.close()
    assert bench.gate.counters.sessions == 3
    assert all(judge(end.part_id) is Verdict.GOOD for end in server.ends() if end.passed)


def test_a_power_failure_of_the_plc(start_gate_server: StartGateServer, work: Callable[..., Bench]) -> None:
    options: dict[str, Any] = {"mode": "handshake", "period_s": 0.05, "travel_s": 0.3, "heartbeat_s": 5.0}
    server = start_gate_server(**options)
    bench = work(server, GateMode.HANDSHAKE)
    server.wait_for_event("gate", 3)
    server.stop()
    server = start_gate_server(**options)
    server.wait_for_event("running", 2)
    bench.close()
    assert bench.gate.counters.sessions == 2
    assert all(judge(end.part_id) is Verdict.GOOD for end in server.ends() if end.passed)


def test_a_killed_host_stops_the_line_and_passes_nothing_more(start_gate_server: StartGateServer) -> None:
    server = start_gate_server(mode="handshake", period_s=0.03, travel_s=0.2, heartbeat_s=0.4)
    for kills in range(1, 4):
        with subprocess.Popen([sys.executable, judging_host.__file__, str(server.port)]) as host:
            server.wait_for_event("running", kills)
            time.sleep(0.1 * kills)
            host.kill()
        events = server.wait_for_event("stopped", kills)
        assert events[[e.event for e in events].index("stopped")].reason == "heartbeat"
        server.press_reset()
        server.wait_for_event("armed", kills + 1)
    assert all(judge(end.part_id) is Verdict.GOOD for end in server.ends() if end.passed)
    assert all(end.verdict == "good" for end in server.ends() if end.passed)
