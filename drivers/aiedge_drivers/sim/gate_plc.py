"""A model of the program in a reject gate's PLC and of its belt. No I/O: registers and time come in.

Written from ``docs/plc-register-map.md``, apart from the host's side, so that each checks the other. The belt
is model time only: a part is at the camera when the program says so and at the gate ``travel_s`` later.
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from aiedge.devices.gate_map import HOST_TO_PLC, MAP_VERSION, PLC_TO_HOST

_INPUT = {register.name: register.address for register in PLC_TO_HOST}
_HOLDING = {register.name: register.address for register in HOST_TO_PLC}
_VERDICTS = {1: "good", 2: "bad", 3: "unknown"}
_NUMBERS = 65535
_LOG_LENGTH = 100_000


class PlcMode(enum.IntEnum):
    """``mode`` of the register map."""

    PULSE = 1
    HANDSHAKE = 2


class _State(enum.Enum):
    ARMED = "armed"
    RUNNING = "running"
    RUN_OUT = "run_out"
    STOPPED = "stopped"


class Fault(NamedTuple):
    """Something that goes wrong at the ``part``-th part (from 1).

    ``late``: its trigger appears ``duration_s`` late. ``repeat``: it bears the id of the part before.
    ``skip``: an id is left out before it. ``burst``: the next part comes in the same scan. ``freeze``: the
    program does not scan for ``duration_s``.
    """

    kind: Literal["late", "repeat", "skip", "burst", "freeze"]
    part: int
    duration_s: float = 0.0


class GateEvent(NamedTuple):
    """One line of the gate's log.

    ``kind``: ``armed``, ``running``, ``trigger`` (a part at the camera), ``gate`` (a part's end),
    ``run_out``, ``stopped``. ``verdict`` as the PLC had it: ``good``, ``bad``, ``unknown``, ``none``.
    ``reason``: why a part was rejected (``verdict``, ``stopped``, ``window``) or the line stopped
    (``heartbeat``, ``operator``, ``restart``).
    """

    time_ns: int
    kind: str
    session: int
    trigger: int = 0
    part_id: int = 0
    verdict: str = "none"
    passed: bool = False
    reason: str = ""


class RegisterImage:
    """A PLC's memory as the network sees it: 64 of each area; the program uses the gate's registers."""

    SIZE = 64

    def __init__(self) -> None:
        self.coil = [0] * self.SIZE
        self.discrete = [0] * self.SIZE
        self.input = [0] * self.SIZE
        self.holding = [0] * self.SIZE


@dataclass(slots=True)
class _Part:
    number: int
    part_id: int
    gate_ns: int
    verdict: int = 0


class GateProgram:
    """One scan after the other.

    Args:
        mode: pulse or handshake.
        part_period_s: the distance of parts at the camera while the line runs; 0: only :meth:`feed` brings parts.
        eye: whether the gate sees parts at the camera. Without (pulse mode only), a pulse stands for its part at
            the gate, and a number that is left out for a part that is rejected.
        parts: how many parts come by themselves; None: without end.
        travel_s: from the camera to the gate.
        heartbeat_timeout_s: how long the host's heartbeat may stand still.
        gate_window_s: a scan that comes later than this after a part has reached the gate finds it thrown out, as
            the gate's own output falls back to reject when the program hangs.
        first_part_id: the plant's id of the first part.
        session: the first session's number, 1 to 65535.
        faults: what goes wrong.
    """

    def __init__(
        self,
        mode: PlcMode,
        *,
        part_period_s: float = 0.1,
        eye: bool = True,
        parts: int | None = None,
        travel_s: float = 0.2,
        heartbeat_timeout_s: float = 0.5,
        gate_window_s: float = 0.5,
        first_part_id: int = 1,
        session: int = 1,
        faults: Iterable[Fault] = (),
    ) -> None:
        self._mode = mode
        self._period_ns = round(part_period_s * 1e9)
        self._eye = eye or mode is PlcMode.HANDSHAKE
        self._parts_left = parts
        self._travel_ns = round(travel_s * 1e9)
        self._heartbeat_timeout_ns = round(heartbeat_timeout_s * 1e9)
        self._gate_window_ns = round(gate_window_s * 1e9)
        self._next_part_id = first_part_id
        self._faults = {(fault.kind, fault.part): round(fault.duration_s * 1e9) for fault in faults}
        self.log: deque[GateEvent] = deque(maxlen=_LOG_LENGTH)
        self._session = (session - 2) % _NUMBERS + 1
        self._life = 0
        self._arrived = 0
        self._fed = 0
        self._last_part_id = first_part_id
        self._reset_pressed = self._stop_pressed = self._restart = False
        self._frozen_until_ns = 0
        self._now_ns = 0
        self._cold_start()
        self._state = _State.STOPPED
        self._reset_pressed = True

    # ---- the operator, the belt and the power supply -------------------------------------------------------

    def press_reset(self) -> None:
        """The operator acknowledges a stop and arms the line (next scan)."""
        self._reset_pressed = True

    def press_stop(self) -> None:
        """The operator stops the line at once (next scan)."""
        self._stop_pressed = True

    def restart(self) -> None:
        """The program starts anew (next scan): its count of parts begins at 1, the session is another one."""
        self._restart = True

    def feed(self, parts: int = 1) -> None:
        """``parts`` more parts reach the camera, one a scan, while the line runs."""
        self._fed += parts

    # ---- the program ---------------------------------------------------------------------------------------

    def scan(self, now_ns: int, image: RegisterImage) -> None:
        """Read ``image.holding``, do one cycle, write ``image.input``."""
        if now_ns < self._frozen_until_ns:
            return
        self._now_ns = now_ns
        self._life = (self._life + 1) % 65536
        host = {name: image.holding[address] for name, address in _HOLDING.items()}
        self._obey_panel()
        self._watch_host(host)
        self._take_results(host)
        if self._state is _State.RUNNING:
            self._let_parts_in()
        self._announce(host["trigger_acknowledged"])
        self._work_the_gate()
        if self._state is _State.RUN_OUT and not self._belt:
            self._arm()
        self._publish(image)

    def _cold_start(self) -> None:
        self._belt: deque[_Part] = deque()
        self._announcements: deque[tuple[int, int, int]] = deque()
        self._number = self._trigger = self._trigger_part_id = 0
        self._acknowledged = self._answer = self._overrun = self._stop_reason = 0
        self._heartbeat = -1
        self._heartbeat_ns = self._next_part_ns = 0

    def _obey_panel(self) -> None:
        if self._restart:
            self._stop("restart", 0)
            self._cold_start()
            self._reset_pressed = True
        if self._stop_pressed and self._state is not _State.STOPPED:
            self._stop("operator", 2)
        if self._reset_pressed and self._state is _State.STOPPED:
            self._arm()
        self._restart = self._stop_pressed = self._reset_pressed = False

    def _arm(self) -> None:
        self._session = self._session % _NUMBERS + 1
        self._state = _State.ARMED
        self._stop_reason = 0
        self._heartbeat = -1
        self._write_log("armed")

    def _stop(self, reason: str, code: int) -> None:
        self._state = _State.STOPPED
        self._stop_reason = code
        self._write_log("stopped", reason=reason)
        while self._belt:
            self._end_part(self._belt.popleft(), passed=False, reason="stopped")
        self._announcements.clear()

    def _watch_host(self, host: dict[str, int]) -> None:
        in_order = host["host_ready"] == 1 and host["host_session"] == self._session
        beat = self._heartbeat not in (-1, host["heartbeat"])
        if beat or self._heartbeat == -1:
            self._heartbeat, self._heartbeat_ns = host["heartbeat"], self._now_ns
        if self._state is _State.ARMED and in_order and beat:
            self._state = _State.RUNNING
            self._next_part_ns = self._now_ns + self._period_ns
            self._write_log("running")
        elif self._state in (_State.RUNNING, _State.RUN_OUT):
            if self._now_ns - self._heartbeat_ns > self._heartbeat_timeout_ns:
                self._stop("heartbeat", 1)
            elif self._state is _State.RUNNING and not in_order:
                self._state = _State.RUN_OUT
                self._write_log("run_out")

    def _take_results(self, host: dict[str, int]) -> None:
        number = host["results_valid"]
        if host["host_session"] != self._session or number in (0, self._acknowledged):
            return
        self._acknowledged = number
        if not self._eye and self._state in (_State.RUNNING, _State.RUN_OUT):
            self._follow(number)
        part = next((p for p in self._belt if p.number == number), None)
        if part is None:
            self._answer = 2
        elif part.part_id != host["results_part_id"] or part.verdict or host["verdict"] not in _VERDICTS:
            self._answer = 3
        else:
            part.verdict = host["verdict"]
            self._answer = 1

    def _follow(self, number: int) -> None:
        ahead = (number - self._number) % _NUMBERS if self._number else number
        if 0 < ahead <= _NUMBERS // 2:
            for _ in range(ahead):
                self._part_arrives(gate_ns=self._now_ns)

    def _let_parts_in(self) -> None:
        if self._fed:
            self._fed -= 1
            self._part_arrives(gate_ns=self._now_ns + self._travel_ns)
        while self._period_ns and self._now_ns >= self._next_part_ns and self._parts_left != 0:
            if self._parts_left is not None:
                self._parts_left -= 1
            together = ("burst", self._arrived + 1) in self._faults
            self._part_arrives(gate_ns=self._now_ns + self._travel_ns)
            if not together:
                self._next_part_ns = max(self._next_part_ns + self._period_ns, self._now_ns)
                break

    def _part_arrives(self, gate_ns: int) -> None:
        self._arrived += 1
        self._number = self._number % _NUMBERS + 1
        if ("repeat", self._arrived) in self._faults:
            part_id = self._last_part_id
        else:
            part_id = (self._next_part_id + (("skip", self._arrived) in self._faults)) % 65536
            self._next_part_id = (part_id + 1) % 65536
        self._last_part_id = part_id
        if self._mode is PlcMode.PULSE:
            part_id = self._number
        self._belt.append(_Part(self._number, part_id, gate_ns))
        late_ns = self._faults.get(("late", self._arrived), 0)
        self._announcements.append((self._now_ns + late_ns, self._number, part_id))
        freeze_ns = self._faults.get(("freeze", self._arrived), 0)
        self._frozen_until_ns = max(self._frozen_until_ns, self._now_ns + freeze_ns)

    def _announce(self, acknowledged: int) -> None:
        while self._announcements and self._now_ns >= self._announcements[0][0]:
            if self._mode is PlcMode.HANDSHAKE and self._trigger != acknowledged:
                self._overrun = (self._overrun + 1) % 65536
            _, self._trigger, self._trigger_part_id = self._announcements.popleft()
            self._write_log("trigger", trigger=self._trigger, part_id=self._trigger_part_id)

    def _work_the_gate(self) -> None:
        while self._belt and self._now_ns >= self._belt[0].gate_ns:
            part = self._belt.popleft()
            in_window = self._now_ns - part.gate_ns <= self._gate_window_ns
            passed = part.verdict == 1 and in_window
            self._end_part(part, passed=passed, reason="" if passed else "verdict" if in_window else "window")

    def _end_part(self, part: _Part, *, passed: bool, reason: str) -> None:
        verdict = _VERDICTS.get(part.verdict, "none")
        self._write_log("gate", part.number, part.part_id, verdict, passed=passed, reason=reason)

    def _write_log(
        self,
        kind: str,
        trigger: int = 0,
        part_id: int = 0,
        verdict: str = "none",
        *,
        passed: bool = False,
        reason: str = "",
    ) -> None:
        self.log.append(
            GateEvent(self._now_ns, kind, self._session, trigger, part_id, verdict, passed, reason)
        )

    def _publish(self, image: RegisterImage) -> None:
        for name, value in {
            "map_version": MAP_VERSION,
            "mode": int(self._mode),
            "session": self._session,
            "ready": int(self._state is not _State.STOPPED),
            "running": int(self._state in (_State.RUNNING, _State.RUN_OUT)),
            "stop_reason": self._stop_reason,
            "plc_heartbeat": self._life,
            "trigger": self._trigger,
            "part_id": self._trigger_part_id,
            "results_acknowledged": self._acknowledged,
            "results_answer": self._answer,
            "overrun": self._overrun,
        }.items():
            image.input[_INPUT[name]] = value
