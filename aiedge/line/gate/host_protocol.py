"""What both protocols of the host share, without I/O: start, session, life, results that wait, settlements.

Whoever drives it reads the PLC's block and hands it to :meth:`HostProtocol.receive`, asks for
:meth:`HostProtocol.block`, writes it when it changed or a beat is due, and reports the confirmed write by
:meth:`HostProtocol.written`. Time is passed in; nothing here blocks, and nothing is thread-safe.
"""

from __future__ import annotations

import abc
from collections import deque
from dataclasses import dataclass, replace

from aiedge.devices.gate_map import MAP_VERSION
from aiedge.errors import LineError
from aiedge.line.gate.parts import Outcome, PartTrigger, Settlement
from aiedge.line.gate.registers import VERDICT_CODES, HostBlock, PlcBlock
from aiedge.line.gate.settings import GateMode, GateSettings
from aiedge.types import ClockDomain, TimeSource, Timestamp, Verdict

_MODE_CODES = {GateMode.PULSE: 1, GateMode.HANDSHAKE: 2}


@dataclass(slots=True)
class GateCounters:
    """Everything that did not go the plain way, since the start of the gate. Read them at any time.

    ``triggers_missed``: parts that went by without the host seeing their trigger. ``triggers_dropped``: seen,
    but nobody called ``next_trigger``. ``unknown_parts``: verdicts for a part that is not under way.
    ``ambiguous_parts``: verdicts without a trigger number for an id that two parts bear; those parts became
    unknown. ``delivered``, ``late``, ``refused``, ``overruns``, ``skipped``, ``plc_lost``: settlements by
    outcome. ``pulses_refused``: pulse mode only, pulses that were written and that a gate which answers did
    not take. ``sessions``: times the PLC's line was armed anew. ``link_losses``: requests to the PLC that
    failed. ``freezes``: times the PLC's life counter stood still.
    """

    triggers: int = 0
    triggers_missed: int = 0
    triggers_dropped: int = 0
    unknown_parts: int = 0
    ambiguous_parts: int = 0
    delivered: int = 0
    late: int = 0
    refused: int = 0
    overruns: int = 0
    skipped: int = 0
    plc_lost: int = 0
    pulses_refused: int = 0
    sessions: int = 0
    link_losses: int = 0
    freezes: int = 0


_OUTCOME_COUNTERS = {
    Outcome.DELIVERED: "delivered",
    Outcome.LATE: "late",
    Outcome.REFUSED: "refused",
    Outcome.OVERRUN: "overruns",
    Outcome.SKIPPED: "skipped",
    Outcome.PLC_LOST: "plc_lost",
}


@dataclass(frozen=True, slots=True)
class Result:
    """A verdict on its way to the PLC; ``expires_ns`` is when the host gives up on it."""

    part_id: int
    trigger: int
    verdict: Verdict
    expires_ns: int


class HostProtocol(abc.ABC):
    """The host's half of a gate protocol; see the module for how it is driven."""

    mode: GateMode

    def __init__(self, settings: GateSettings) -> None:
        self.settings = settings
        self.counters = GateCounters()
        self.plc: PlcBlock | None = None
        self.ended = False
        self._block = HostBlock()
        self._quiet_confirmed = False
        self._ending = False
        self._standing: Result | None = None
        self._waiting: deque[Result] = deque()
        self._settlements: deque[Settlement] = deque()
        self._life_ns = 0
        self._frozen = False
        self._received_ns = 0

    @property
    def in_session(self) -> bool:
        """Whether the host works in the PLC's session, so that triggers and verdicts count."""
        return self._block.host_session != 0

    @property
    def running(self) -> bool:
        """Whether parts move, as far as the host knows: in session, the PLC alive, its line running."""
        return self.in_session and not self._frozen and self.plc is not None and self.plc.running == 1

    @property
    def idle(self) -> bool:
        """Whether no result waits for the PLC."""
        return self._standing is None and not self._waiting

    @property
    def expects_answer(self) -> bool:
        """Whether the PLC's next block matters at once."""
        return False

    def block(self, now_ns: int) -> HostBlock:
        """What the PLC's registers should hold now; the driver of this protocol adds the heartbeat."""
        self._give_up(now_ns)
        self._advance(now_ns)
        if self._ending and self.idle:
            self._block = replace(self._block, host_ready=0)
        return self._block

    def written(self, block: HostBlock, now_ns: int) -> None:
        """The PLC has confirmed the write of ``block``."""
        if block.host_ready == 0:
            self._quiet_confirmed = True

    def receive(self, plc: PlcBlock, now_ns: int) -> None:
        """Take in a block that was read after every write confirmed so far.

        :class:`LineError` when the PLC has another map or mode, or can no longer be followed: whoever drives
        this protocol must then end it.
        """
        self._check(plc)
        self._watch_life(plc, now_ns)
        before, self.plc = self.plc, plc
        self._take_answer(plc, now_ns)
        if self._ending and self._quiet_confirmed and not plc.running:
            self.ended = True
        if not self.in_session:
            # A host that starts makes the line stand first: with parts under way it could not tell which is
            # which.
            if plc.running or self._ending or not self._quiet_confirmed:
                return
            self._adopt(plc, before, now_ns)
        elif plc.session != self._block.host_session:
            self.give_up_all(now_ns)
            if self._ending:
                return
            self._adopt(plc, before, now_ns)
        self._take_trigger(plc, now_ns)
        self._received_ns = now_ns

    def end(self) -> None:
        """The host ends in good order: no new part comes in and the belt runs out; then ``ended`` is True."""
        self._ending = True
        self._quiet_confirmed = False
        self.ended = not self.in_session

    def give_up_all(self, now_ns: int) -> None:
        """Settle all that is left: nothing more will be said to the PLC."""
        for result in self._drain():
            self._settle(result.part_id, result.trigger, result.verdict, Outcome.PLC_LOST, now_ns)

    def take_settlements(self) -> list[Settlement]:
        """The settlements since the last call, oldest first; each part appears once."""
        taken = list(self._settlements)
        self._settlements.clear()
        return taken

    def take_triggers(self) -> list[PartTrigger]:
        """The parts that the PLC announced since the last call, oldest first."""
        return []

    @abc.abstractmethod
    def deliver(self, part_id: int, verdict: Verdict, trigger: int | None, now_ns: int) -> bool:
        """Queue a verdict; False when it can't reach the PLC (see :meth:`Gate.deliver`)."""

    @abc.abstractmethod
    def _take_answer(self, plc: PlcBlock, now_ns: int) -> None:
        """What the PLC says of the results; in any session, as an answer may come with the next one."""

    def _take_trigger(self, plc: PlcBlock, now_ns: int) -> None:  # noqa: B027 - a simple gate announces nothing
        """What the PLC says of new parts in this session."""

    @abc.abstractmethod
    def _advance(self, now_ns: int) -> None:
        """Put the next result into the block when the protocol allows it."""

    @abc.abstractmethod
    def _begin(self, plc: PlcBlock, before: PlcBlock | None) -> None:
        """Start in a session of the PLC: ``plc.trigger`` and earlier parts are not the host's to judge."""

    def _adopt(self, plc: PlcBlock, before: PlcBlock | None, now_ns: int) -> None:
        self._begin(plc, before)
        self.counters.sessions += 1
        self._block = HostBlock(
            host_ready=1,
            host_session=plc.session,
            trigger_acknowledged=plc.trigger,
            host_overrun=self._block.host_overrun,
        )
        self._received_ns = now_ns

    def _check(self, plc: PlcBlock) -> None:
        if plc.map_version != MAP_VERSION:
            raise LineError("AIE-LIN-101", found=plc.map_version, expected=MAP_VERSION)
        if plc.mode != _MODE_CODES[self.mode]:
            raise LineError(
                "AIE-LIN-102", found=plc.mode, expected=_MODE_CODES[self.mode], mode=self.mode.value
            )

    def _watch_life(self, plc: PlcBlock, now_ns: int) -> None:
        if self.plc is None or plc.plc_heartbeat != self.plc.plc_heartbeat:
            self._life_ns, self._frozen = now_ns, False
        elif not self._frozen and now_ns - self._life_ns > self.settings.heartbeat_timeout_s * 1e9:
            self._frozen = True
            self.counters.freezes += 1

    def _enqueue(self, part_id: int, trigger: int, verdict: Verdict, now_ns: int) -> bool:
        if len(self._waiting) >= self.settings.queue_length:
            self._settle(part_id, trigger, verdict, Outcome.OVERRUN, now_ns)
            return False
        expires_ns = now_ns + round(self.settings.acknowledge_timeout_s * 1e9)
        self._waiting.append(Result(part_id, trigger, verdict, expires_ns))
        return True

    def _stand(self, result: Result, part_id: int) -> None:
        self._standing = result
        self._block = replace(
            self._block,
            results_part_id=part_id,
            verdict=VERDICT_CODES[result.verdict],
            results_valid=result.trigger,
        )

    def _withdraw(self) -> None:
        self._standing = None
        self._block = replace(self._block, results_part_id=0, verdict=0, results_valid=0)

    def _give_up(self, now_ns: int) -> None:
        standing = self._standing
        if standing is not None and now_ns >= standing.expires_ns:
            self._withdraw()
            self._settle(standing.part_id, standing.trigger, standing.verdict, Outcome.PLC_LOST, now_ns)
        while self._waiting and now_ns >= self._waiting[0].expires_ns:
            late = self._waiting.popleft()
            self._settle(late.part_id, late.trigger, late.verdict, Outcome.PLC_LOST, now_ns)

    def _drain(self) -> list[Result]:
        results = ([self._standing] if self._standing else []) + list(self._waiting)
        self._waiting.clear()
        self._withdraw()
        return results

    def _settle(self, part_id: int, trigger: int, verdict: Verdict, outcome: Outcome, now_ns: int) -> None:
        name = _OUTCOME_COUNTERS[outcome]
        setattr(self.counters, name, getattr(self.counters, name) + 1)
        settled = Timestamp(now_ns, ClockDomain.HOST_MONOTONIC, TimeSource.ARRIVAL)
        self._settlements.append(Settlement(part_id, trigger, verdict, outcome, settled))
