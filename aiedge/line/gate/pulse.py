"""The host's half of the pulse mode: a verdict for the n-th part, for a gate that only listens."""

from __future__ import annotations

from aiedge.errors import LineError
from aiedge.line.gate.host_protocol import HostProtocol
from aiedge.line.gate.parts import Outcome
from aiedge.line.gate.registers import Answer, HostBlock, PlcBlock, next_number
from aiedge.line.gate.settings import GateMode, GateSettings
from aiedge.types import Verdict


class PulseHost(HostProtocol):
    """Parts are counted by both sides from the start of the host, when the line stands.

    Each result stands in the registers for at least ``pulse_hold_s``; one that the gate misses rejects its
    own part and shifts no other, because every pulse carries its part's number.
    """

    mode = GateMode.PULSE

    def __init__(self, settings: GateSettings) -> None:
        super().__init__(settings)
        self._base: int | None = None
        self._held = 0
        self._hold_until_ns = 0

    def deliver(self, part_id: int, verdict: Verdict, trigger: int | None, now_ns: int) -> bool:
        """See :meth:`HostProtocol.deliver`."""
        del trigger
        if self._base is None or not self.in_session or part_id < self.settings.first_part_id:
            self.counters.unknown_parts += 1
            return False
        number = next_number(self._base, part_id - self.settings.first_part_id + 1)
        return self._enqueue(part_id, number, verdict, now_ns)

    def written(self, block: HostBlock, now_ns: int) -> None:
        """See :meth:`HostProtocol.written`; it settles the part whose result was in the block."""
        super().written(block, now_ns)
        standing = self._standing
        if standing is None or block.results_valid != standing.trigger:
            return
        # The confirmed write is all that a simple gate answers; a line that stands rejects whatever it is
        # told.
        outcome = Outcome.DELIVERED if self.running else Outcome.REFUSED
        self._settle(standing.part_id, standing.trigger, standing.verdict, outcome, now_ns)
        self._standing = None
        self._held = standing.trigger
        self._hold_until_ns = now_ns + round(self.settings.pulse_hold_s * 1e9)

    def _begin(self, plc: PlcBlock, before: PlcBlock | None) -> None:
        if self._base is None:
            self._base = plc.trigger
        elif before is not None and before.trigger != 0 and plc.trigger == 0:
            raise LineError("AIE-LIN-103")

    def _take_answer(self, plc: PlcBlock, now_ns: int) -> None:
        del now_ns
        if self._held and plc.results_acknowledged == self._held:
            if plc.results_answer != Answer.TAKEN:
                self.counters.pulses_refused += 1
            self._held = 0

    def _advance(self, now_ns: int) -> None:
        if self._standing is None and self._waiting and now_ns >= self._hold_until_ns:
            result = self._waiting.popleft()
            self._stand(result, result.trigger)
