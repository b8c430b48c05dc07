"""The host's half of the handshake: the PLC announces each part, the host answers with its verdict."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from aiedge.line.gate.host_protocol import HostProtocol
from aiedge.line.gate.parts import Outcome, PartTrigger
from aiedge.line.gate.registers import Answer, PlcBlock, steps_between
from aiedge.line.gate.settings import GateMode, GateSettings
from aiedge.types import ClockDomain, TimeSource, Timestamp, Verdict

_OUTCOMES = {
    Answer.TAKEN: Outcome.DELIVERED,
    Answer.NOT_ON_BELT: Outcome.LATE,
    Answer.REFUSED: Outcome.REFUSED,
}


class HandshakeHost(HostProtocol):
    """Parts are named by the PLC's trigger number; their ids may repeat or skip as the plant likes.

    One result stands in the registers until ``results_acknowledged`` names it; the others wait.
    """

    mode = GateMode.HANDSHAKE

    def __init__(self, settings: GateSettings) -> None:
        super().__init__(settings)
        self._in_flight: dict[int, int] = {}
        self._triggers: deque[PartTrigger] = deque()
        self._not_handed_on = 0

    @property
    def expects_answer(self) -> bool:
        """Whether a result stands in the registers that the PLC has not acknowledged."""
        return self._standing is not None

    def take_triggers(self) -> list[PartTrigger]:
        """See :meth:`HostProtocol.take_triggers`."""
        taken = list(self._triggers)
        self._triggers.clear()
        return taken

    def deliver(self, part_id: int, verdict: Verdict, trigger: int | None, now_ns: int) -> bool:
        """See :meth:`HostProtocol.deliver`."""
        numbers = [n for n, id_ in self._in_flight.items() if id_ == part_id and trigger in (None, n)]
        if not numbers:
            self.counters.unknown_parts += 1
            return False
        if len(numbers) > 1:
            # Which of the two parts was judged is anybody's guess, so neither passes.
            self.counters.ambiguous_parts += 1
            verdict = Verdict.UNKNOWN
        queued = [self._enqueue(self._in_flight.pop(n), n, verdict, now_ns) for n in numbers]
        return all(queued)

    def give_up_all(self, now_ns: int) -> None:
        """See :meth:`HostProtocol.give_up_all`; announced parts without a verdict are among them."""
        super().give_up_all(now_ns)
        outcome = Outcome.SKIPPED if self._ending else Outcome.PLC_LOST
        for number, part_id in self._in_flight.items():
            self._settle(part_id, number, Verdict.UNKNOWN, outcome, now_ns)
        self._in_flight.clear()

    def _begin(self, plc: PlcBlock, before: PlcBlock | None) -> None:
        del plc, before
        self._not_handed_on = 0

    def _take_trigger(self, plc: PlcBlock, now_ns: int) -> None:
        steps = steps_between(self._block.trigger_acknowledged, plc.trigger)
        if steps:
            self._announce(plc, steps - 1, now_ns)

    def _take_answer(self, plc: PlcBlock, now_ns: int) -> None:
        standing = self._standing
        if standing is not None and plc.results_acknowledged == standing.trigger:
            # An answer that this map does not know was not "taken", so the part is rejected.
            known = plc.results_answer in _OUTCOMES
            outcome = _OUTCOMES[Answer(plc.results_answer)] if known else Outcome.REFUSED
            self._settle(standing.part_id, standing.trigger, standing.verdict, outcome, now_ns)
            self._standing = None

    def _announce(self, plc: PlcBlock, missed: int, now_ns: int) -> None:
        self.counters.triggers += 1
        self.counters.triggers_missed += missed
        lost = missed
        if len(self._triggers) >= self.settings.queue_length:
            self.counters.triggers_dropped += 1
            self._not_handed_on += missed + 1
            lost += 1
        else:
            read = Timestamp(
                now_ns, ClockDomain.HOST_MONOTONIC, TimeSource.PLC_SCAN, max(0, now_ns - self._received_ns)
            )
            self._triggers.append(PartTrigger(plc.part_id, plc.trigger, self._not_handed_on + missed, read))
            self._not_handed_on = 0
            self._in_flight[plc.trigger] = plc.part_id
        self._block = replace(
            self._block,
            trigger_acknowledged=plc.trigger,
            host_overrun=(self._block.host_overrun + lost) % 65536,
        )
        if len(self._in_flight) > self.settings.parts_in_flight:
            oldest = next(iter(self._in_flight))
            self._settle(self._in_flight.pop(oldest), oldest, Verdict.UNKNOWN, Outcome.SKIPPED, now_ns)

    def _advance(self, now_ns: int) -> None:
        del now_ns
        if self._standing is None and self._waiting:
            result = self._waiting.popleft()
            self._stand(result, result.part_id)
