"""No unjudged part passes: the line is killed, its model fails, frames are lost, its queue fills, its disk stalls.

The witness is the PLC's own log, written by a server of libmodbus. Each part that it let pass must have been judged
good, and nothing that the store acknowledged may be lost.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from peers.line_on_boards import AIEDGE
from peers.modbus import ModbusGateServer, ServerEvent, StartGateServer

from aiedge.telemetry.metric import decode_body
from aiedge.telemetry.store import MetricStore

pytestmark = [pytest.mark.peer, pytest.mark.slow]

KILLS = 50
HEARTBEAT_S = 0.3
STATES = ("armed", "running", "run_out", "stopped")

LINE = """\
camera:
  driver: camera/sim
  trigger: software
  options: {{trigger: software, distinct: 6, good_share: 0.6, seed: 11{camera}}}
model: {{path: "aiedge:board_defects"}}
inspect: {{threshold: 0.3}}
plc:
  driver: plc/modbus-tcp
  options: {{address: 127.0.0.1, port: {port}}}
gate: {{mode: handshake, heartbeat_period_s: 0.05, heartbeat_timeout_s: {heartbeat_s}}}
deadline_s: 0.4
frame_timeout_s: 0.1
queues: {{frames: 2}}
telemetry: {{store: metrics.db}}
{more}
"""


def write_line(folder: Path, port: int, *, camera: str = "", more: str = "") -> Path:
    file = folder / "line.yaml"
    file.write_text(LINE.format(port=port, camera=camera, heartbeat_s=HEARTBEAT_S, more=more))
    return file


class Children:
    """Starts lines in processes of their own, one after the other."""

    def __init__(self, line: Path, log: Path) -> None:
        self._line = line
        self._log = log
        log.touch()
        self._forker = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("line_child.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._pid = 0

    def start(self, fault: str = "none") -> None:
        assert self._forker.stdin is not None
        self._forker.stdin.write(f"{self._line} {self._log} {fault}\n")
        self._forker.stdin.flush()
        self._pid = int(self._answer())

    def kill(self) -> None:
        os.kill(self._pid, signal.SIGKILL)
        self.wait()

    def wait(self) -> None:
        assert self._answer() == "ended"

    def _answer(self) -> str:
        assert self._forker.stdout is not None
        return self._forker.stdout.readline().strip()

    def words(self, first: str) -> list[list[str]]:
        """The lines of the log that begin with a word."""
        lines = self._log.read_text().split("\n")[:-1]
        return [line.split() for line in lines if line.startswith(f"{first} ")]

    def close(self) -> None:
        assert self._forker.stdin is not None
        assert self._forker.stdout is not None
        self._forker.stdin.close()
        self._forker.wait()
        self._forker.stdout.close()


StartChildren = Callable[[Path], Children]


@pytest.fixture
def children(tmp_path: Path) -> Iterator[StartChildren]:
    started: list[Children] = []

    def start(line: Path) -> Children:
        started.append(Children(line, tmp_path / "child.log"))
        return started[-1]

    yield start
    for each in started:
        each.close()


def passed(events: list[ServerEvent]) -> list[ServerEvent]:
    return [event for event in events if event.event == "gate" and event.passed]


def state_of(events: list[ServerEvent]) -> str:
    return next(event.event for event in reversed(events) if event.event in STATES)


def assert_only_judged_good_passed(server: ModbusGateServer, line: Children) -> None:
    """Every part that the PLC let pass had been given a good verdict, by its trigger, and nothing else."""
    said: dict[int, set[str]] = {}
    for _, trigger, verdict in line.words("deliver"):
        said.setdefault(int(trigger), set()).add(verdict)
    for event in passed(server.events()):
        assert event.verdict == "good"
        assert said.get(event.trigger) == {"good"}, event


def stored_sequences(folder: Path) -> set[int]:
    with MetricStore.open(folder / "metrics.db") as store:
        return {stored.id.sequence for stored in store.pending(1_000_000)}


@pytest.mark.timeout(400)
def test_killed_at_random_instants(
    tmp_path: Path, start_gate_server: StartGateServer, children: StartChildren
) -> None:
    rng = random.Random(20)  # noqa: S311 - it chooses instants
    server = start_gate_server(
        mode="handshake", period_s=0.06, travel_s=0.25, heartbeat_s=HEARTBEAT_S, auto_reset_s=0.02
    )
    line = children(write_line(tmp_path, server.port))
    stopped_by_heartbeat = 0
    for _ in range(KILLS):
        before = len(server.events())
        line.start()
        time.sleep(rng.uniform(0.0, 1.6))
        line.kill()
        # Whatever the line did, without it the PLC comes to rest; if parts moved, by the lost heartbeat.
        events = server.wait_for(lambda events: state_of(events) == "armed")[before:]
        if any(event.event == "running" for event in events):
            reasons = [event.reason for event in events if event.event == "stopped"]
            assert reasons == ["heartbeat"]
            stopped_by_heartbeat += 1
        acknowledged = {int(sequence) for _, sequence in line.words("stored")}
        assert acknowledged <= stored_sequences(tmp_path)
    assert_only_judged_good_passed(server, line)
    assert stopped_by_heartbeat > KILLS / 3
    assert len(passed(server.events())) > KILLS / 5
    assert len(line.words("stored")) > KILLS


@pytest.mark.parametrize(
    ("fault", "camera", "reasons"),
    [
        ("model", "", {"inference_error"}),
        ("none", ", faults: {drop_every: 4}", {"frame_lost"}),
        ("slow", "", {"deadline", "queue_full"}),
    ],
)
def test_disturbed(
    tmp_path: Path,
    start_gate_server: StartGateServer,
    children: StartChildren,
    fault: str,
    camera: str,
    reasons: set[str],
) -> None:
    server = start_gate_server(mode="handshake", period_s=0.12, travel_s=0.5, heartbeat_s=HEARTBEAT_S)
    line = children(write_line(tmp_path, server.port, camera=camera, more="parts: 40"))
    line.start(fault)
    line.wait()
    assert_only_judged_good_passed(server, line)
    records = read_records(tmp_path)
    assert_records_match_the_gate(server, records)
    assert reasons <= {record["reason"] for record in records.values()}
    assert not [event for event in server.events() if event.event == "stopped"]


def test_a_stalled_disk(tmp_path: Path, start_gate_server: StartGateServer, c_compiler: str) -> None:
    shim = tmp_path / "slow_sync.so"
    source = Path(__file__).with_name("slow_sync.c")
    subprocess.run(
        [c_compiler, "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", shim, source, "-ldl"], check=True
    )
    flag = tmp_path / "stalls"
    flag.touch()
    server = start_gate_server(mode="handshake", period_s=0.12, travel_s=0.5, heartbeat_s=HEARTBEAT_S)
    file = write_line(tmp_path, server.port, more="parts: 40\nstop_timeout_s: 60.0")
    MetricStore.open(tmp_path / "metrics.db").close()  # making the file is not what is to stall
    environment = {**os.environ, "LD_PRELOAD": str(shim), "SLOW_SYNC": str(flag)}
    done = subprocess.run(
        [*AIEDGE, "run", str(file), "--json"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert flag.stat().st_size >= 3, "the disk did not stall"
    records = read_records(tmp_path)
    assert_records_match_the_gate(server, records)
    assert not [event for event in server.events() if event.event == "stopped"]
    # The gate was told in time while the disk stood still.
    outcomes = [record["outcome"] for record in records.values()]
    assert outcomes.count("delivered") > len(outcomes) / 2


def read_records(folder: Path) -> dict[int, dict[str, Any]]:
    """The records of the store, by trigger."""
    with MetricStore.open(folder / "metrics.db") as store:
        values = [cast("Any", decode_body(stored.body).value) for stored in store.pending(1_000_000)]
    records = {value["trigger"]: dict(value) for value in values}
    assert len(records) == len(values)
    return records


def assert_records_match_the_gate(server: ModbusGateServer, records: dict[int, dict[str, Any]]) -> None:
    ends = server.ends()
    assert len(ends) >= 40
    assert {end.trigger for end in ends} == records.keys()
    for end in ends:
        assert end.passed is (records[end.trigger]["verdict"] == "good"), (end, records[end.trigger])
