"""A simulated PLC with the gate's program inside."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from aiedge.clock import SYSTEM_CLOCK, Clock
from aiedge.devices.gate_map import gate_tags
from aiedge.devices.options import Options
from aiedge.devices.plc import Plc, PlcOptions
from aiedge.devices.tags import Area, TagAddress
from aiedge.errors import DeviceError
from aiedge_drivers.sim.gate_plc import Fault, GateEvent, GateProgram, PlcMode, RegisterImage


class SimFault(Options):
    """One fault of :class:`~aiedge_drivers.sim.gate_plc.Fault`."""

    kind: Literal["late", "repeat", "skip", "burst", "freeze"]
    part: int = Field(ge=1)
    duration_s: float = Field(default=0.0, ge=0)


class SimPlcOptions(PlcOptions):
    """Options of ``plc/sim``; the times are those of :class:`~aiedge_drivers.sim.gate_plc.GateProgram`.

    ``part_period_s`` 0: parts come by :meth:`SimPlc.feed`, in pulse mode also with the pulses themselves.
    ``parts`` 0: without end.
    """

    mode: Literal["pulse", "handshake"] = "handshake"
    part_period_s: float = Field(default=0.1, ge=0)
    parts: int = Field(default=0, ge=0)
    travel_s: float = Field(default=0.2, ge=0)
    heartbeat_timeout_s: float = Field(default=0.5, gt=0)
    gate_window_s: float = Field(default=0.5, gt=0)
    first_part_id: int = Field(default=1, ge=0, le=65535)
    faults: list[SimFault] = Field(default_factory=list)
    tags: dict[str, TagAddress] = Field(default_factory=gate_tags, min_length=1)


class SimPlc(Plc):
    """``plc/sim``: the program of :mod:`aiedge_drivers.sim.gate_plc` behind the contract of a PLC.

    The program scans whenever it is asked something, at the device's clock: there is no thread, so that a run
    on model time repeats exactly. ``image`` is its memory, and ``counters`` has the ``requests``. The PLC
    lives on while the link is down; :meth:`cut_link`, :meth:`mend_link`, :meth:`mute` and :meth:`unmute` are
    the link's faults.
    """

    driver = "plc/sim"
    options_model = SimPlcOptions
    options: SimPlcOptions

    _RECOVERS_IN_CALL = True

    def __init__(self, *, name: str | None = None, clock: Clock = SYSTEM_CLOCK, **options: Any) -> None:
        super().__init__(name=name, clock=clock, **options)
        wanted = self.options
        self.program = GateProgram(
            PlcMode[wanted.mode.upper()],
            part_period_s=wanted.part_period_s,
            eye=wanted.part_period_s > 0,
            parts=wanted.parts or None,
            travel_s=wanted.travel_s,
            heartbeat_timeout_s=wanted.heartbeat_timeout_s,
            gate_window_s=wanted.gate_window_s,
            first_part_id=wanted.first_part_id,
            faults=[Fault(fault.kind, fault.part, fault.duration_s) for fault in wanted.faults],
        )
        self.image = RegisterImage()
        self._scanning = threading.Lock()
        self._cut = threading.Event()
        self._muted = threading.Event()

    # ---- the world by hand ---------------------------------------------------------------------------------

    @property
    def gate_log(self) -> list[GateEvent]:
        """What happened up to now, oldest first (the last 100 000 events)."""
        self._scan()
        return list(self.program.log)

    def feed(self, parts: int = 1) -> None:
        """Let ``parts`` more parts reach the camera."""
        self.program.feed(parts)

    def cut_link(self) -> None:
        """Break the connection, and let none be made until :meth:`mend_link`."""
        self._cut.set()

    def mend_link(self) -> None:
        """Let connections be made again."""
        self._cut.clear()

    def mute(self) -> None:
        """Keep the connection but answer nothing until :meth:`unmute`."""
        self._muted.set()

    def unmute(self) -> None:
        """Answer again."""
        self._muted.clear()

    # ---- the contract --------------------------------------------------------------------------------------

    def _connect(self, timeout_s: float) -> None:
        self._answer_or_not(timeout_s)

    def _disconnect(self) -> None:
        """Nothing is held."""

    def _flush(self) -> None:
        """An answer that was not given in time is never given."""

    def _read_block(self, area: Area, start: int, count: int, timeout_s: float) -> Sequence[int]:
        self._count("requests")
        registers = self._registers(area, start, count)
        self._scan()
        self._answer_or_not(timeout_s)
        return registers[start : start + count]

    def _write_block(self, area: Area, start: int, values: Sequence[int], timeout_s: float) -> None:
        self._count("requests")
        registers = self._registers(area, start, len(values))
        registers[start : start + len(values)] = values
        self._scan()
        self._answer_or_not(timeout_s)

    def _answer_or_not(self, timeout_s: float) -> None:
        if self._cut.is_set():
            raise ConnectionResetError("the link is cut")
        if self._muted.is_set():
            self._clock.wait(self._stop, timeout_s)
            raise TimeoutError

    def _registers(self, area: Area, start: int, count: int) -> list[int]:
        if self._cut.is_set():
            raise ConnectionResetError("the link is cut")
        registers: list[int] = getattr(self.image, area)
        if start + count > len(registers):
            raise DeviceError(
                "AIE-DEV-020", where=self.name, reason=f"it has no {area} {start} to {start + count - 1}"
            )
        return registers

    def _scan(self) -> None:
        with self._scanning:
            self.program.scan(self._clock.monotonic_ns(), self.image)
