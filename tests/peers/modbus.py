"""The gate's PLC as a process of its own, on libmodbus: built once a session, started by each test.

A test asks for the fixture ``start_gate_server``::

    def test_it(start_gate_server):
        server = start_gate_server(mode="handshake", period_s=0.05, parts=20)
        ...                                   # a line or a gate works on server.port
        assert all(e.verdict == "good" for e in server.ends() if e.passed)
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from peers.raw_modbus import RawModbus

_SOURCE = Path(__file__).with_name("modbus_gate_server.c")
_FLAGS = ["-std=c11", "-D_POSIX_C_SOURCE=200809L", "-O2", "-Wall", "-Wextra", "-Werror"]
_RESET, _STOP, _RESTART = 0, 1, 2
PATIENCE_S = 30.0


@dataclass(frozen=True)
class ServerEvent:
    """A line of the server's log; the fields that an event does not have keep their defaults."""

    time_s: float
    event: str
    session: int
    reason: str
    trigger: int = 0
    part_id: int = 0
    verdict: str = "none"
    passed: bool = False
    camera_s: float = 0.0


class ModbusGateServer:
    """A running server; the buttons and :meth:`read_back` go over a connection of their own."""

    def __init__(self, program: Path, port: int, log: Path, arguments: Sequence[str]) -> None:
        self.port = port
        self._log = log
        log.touch()
        self._process = subprocess.Popen(
            [str(program), "--port", str(port), "--log", str(log), *arguments],
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stderr is not None
        first_line = self._process.stderr.readline()
        assert first_line == "ready\n", first_line

    def stop(self) -> None:
        """Switch the PLC off. Idempotent."""
        self._process.kill()
        self._process.wait()
        assert self._process.stderr is not None
        self._process.stderr.close()

    def events(self) -> list[ServerEvent]:
        """The log so far; its last line may still be on its way and is left out then."""
        lines = self._log.read_text().split("\n")[:-1]
        return [ServerEvent(**json.loads(line)) for line in lines]

    def ends(self) -> list[ServerEvent]:
        """The ends of parts, in the order in which they left the belt."""
        return [event for event in self.events() if event.event == "gate"]

    def wait_for(self, met: Callable[[list[ServerEvent]], bool]) -> list[ServerEvent]:
        """Block until the log meets a condition, and return it then."""
        end = time.monotonic() + PATIENCE_S
        while not met(events := self.events()):
            assert time.monotonic() < end, events[-20:]
            time.sleep(0.01)
        return events

    def wait_for_event(self, name: str, count: int = 1) -> list[ServerEvent]:
        """Block until ``count`` events of that name have happened."""
        return self.wait_for(lambda events: sum(e.event == name for e in events) >= count)

    def press_reset(self) -> None:
        """The operator acknowledges a stop: the line is armed again."""
        self._press(_RESET)

    def press_stop(self) -> None:
        """The operator stops the line at once."""
        self._press(_STOP)

    def restart_program(self) -> None:
        """The PLC's program starts anew, as after a power failure."""
        self._press(_RESTART)

    def read_back(self) -> tuple[list[int], list[int]]:
        """The PLC's block (input registers) and the host's (holding registers)."""
        with RawModbus(self.port) as client:
            return client.read_inputs(0, 12), client.read_holdings(0, 8)

    def _press(self, coil: int) -> None:
        with RawModbus(self.port) as client:
            client.press(coil)


StartGateServer = Callable[..., ModbusGateServer]


@pytest.fixture(scope="session")
def modbus_gate_program(
    c_compiler: str, libmodbus_flags: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The compiled server."""
    program = tmp_path_factory.mktemp("modbus") / "modbus_gate_server"
    subprocess.run([c_compiler, *_FLAGS, "-o", program, _SOURCE, *libmodbus_flags], check=True)
    return program


@pytest.fixture
def start_gate_server(modbus_gate_program: Path, tmp_path: Path, free_port: int) -> Iterator[StartGateServer]:
    """A function that starts the server, which ends with the test; a second call starts it anew.

    Its keywords: ``mode`` (``pulse``, ``handshake``), ``period_s`` (0: each pulse is a part), ``parts``
    (None: without end), ``travel_s``, ``heartbeat_s`` (the time-out), ``scan_s``, ``window_s`` (a part at the
    gate that the program finds later than this is thrown out; real ones have less, but a busy machine may let
    the server wait), ``auto_reset_s`` (None: the operator must press), ``first_id``, ``faults``
    (``KIND:PART[:SECONDS]``: late, repeat, skip, burst, freeze, stall).
    """
    started: list[ModbusGateServer] = []

    def start(
        *,
        mode: str,
        period_s: float = 0.1,
        parts: int | None = None,
        travel_s: float = 0.2,
        heartbeat_s: float = 0.5,
        scan_s: float = 0.001,
        window_s: float = 5.0,
        auto_reset_s: float | None = None,
        first_id: int = 1,
        faults: Sequence[str] = (),
    ) -> ModbusGateServer:
        options: dict[str, object] = {
            "mode": mode,
            "period": period_s,
            "parts": -1 if parts is None else parts,
            "travel": travel_s,
            "heartbeat": heartbeat_s,
            "scan": scan_s,
            "window": window_s,
            "auto-reset": -1 if auto_reset_s is None else auto_reset_s,
            "first-id": first_id,
        }
        arguments = [f"--{name}={value}" for name, value in options.items()]
        arguments += [f"--fault={fault}" for fault in faults]
        for earlier in started:
            earlier.stop()
        log = tmp_path / "gate_server.jsonl"
        started.append(ModbusGateServer(modbus_gate_program, free_port, log, arguments))
        return started[-1]

    yield start
    for server in started:
        server.stop()
