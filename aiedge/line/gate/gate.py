"""The gate: one thread that owns the PLC, beats the heart, and carries triggers in and verdicts out."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from aiedge.clock import SYSTEM_CLOCK, Clock
from aiedge.devices.gate_map import HOST_TO_PLC, PLC_TO_HOST
from aiedge.devices.plc import Plc
from aiedge.devices.tags import contiguous_blocks
from aiedge.errors import AiedgeError, DeviceError, LineError
from aiedge.line.gate.handshake import HandshakeHost
from aiedge.line.gate.host_protocol import GateCounters, HostProtocol
from aiedge.line.gate.parts import PartTrigger, Settlement
from aiedge.line.gate.pulse import PulseHost
from aiedge.line.gate.registers import PLC_TAGS, HostBlock, PlcBlock
from aiedge.line.gate.settings import GateMode, GateSettings
from aiedge.types import Verdict

_PROTOCOLS: dict[GateMode, type[HostProtocol]] = {
    GateMode.PULSE: PulseHost,
    GateMode.HANDSHAKE: HandshakeHost,
}
# A PLC that refuses at once must not be asked in a tight loop.
_RETRY_NS = 20_000_000
logger = logging.getLogger(__name__)


class Gate:
    """The reject gate as the line sees it.

    The gate's thread does all of the PLC's I/O, from :meth:`start` to :meth:`stop`; the PLC must be open
    before and is closed by whoever opened it. The PLC lets a part pass only for a ``GOOD`` that names it, so
    whatever goes wrong here rejects. When ``alive()`` returns False the heartbeat stands still and the PLC
    stops the line.

    ``on_settled`` is called in the gate's thread, right after the PLC acknowledged (or was given up): it must
    be quick and must not call ``stop``. Each part that :meth:`next_trigger` or :attr:`counters` tells of
    (handshake), or that :meth:`deliver` took (pulse), is settled exactly once. An exception in ``alive`` or
    ``on_settled`` ends the gate and so the line.
    """

    def __init__(
        self,
        plc: Plc,
        mode: GateMode,
        settings: GateSettings | None = None,
        *,
        clock: Clock = SYSTEM_CLOCK,
        alive: Callable[[], bool],
        on_settled: Callable[[Settlement], None],
    ) -> None:
        for block in (PLC_TO_HOST, HOST_TO_PLC):
            _check_block(plc, [register.name for register in block])
        self.mode = mode
        self.settings = settings or GateSettings()
        self._plc = plc
        self._clock = clock
        self._alive = alive
        self._on_settled = on_settled
        self._host = _PROTOCOLS[mode](self.settings)
        self._changed = threading.Condition()
        self._triggers: deque[PartTrigger] = deque()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._stop_by_ns: int | None = None
        self._failure: Exception | None = None
        self._link_error: DeviceError | None = None
        self._heartbeat = 0
        self._beat_ns = 0
        self._poll_ns = 0
        self._written: HostBlock | None = None

    # ---- for the line --------------------------------------------------------------------------------------

    @property
    def counters(self) -> GateCounters:
        """Counts since the gate was made; read only."""
        return self._host.counters

    @property
    def plc_block(self) -> PlcBlock | None:
        """What the PLC said last (``stop_reason``, ``overrun``...); None before its first answer."""
        return self._host.plc

    @property
    def running(self) -> bool:
        """Whether parts move now, as far as the host knows."""
        return self._host.running

    def start(self, timeout_s: float) -> None:
        """Start the thread and block until the PLC answered and the host works in its session.

        Then the line runs as soon as the PLC's program lets it (:meth:`wait_running`). Raises ``LineError``
        when the PLC's program does not fit or goes on running with another host's parts (``AIE-LIN-104``),
        and the PLC's ``DeviceError`` when it does not answer; nothing is left running then.
        """
        if self._thread is not None:
            raise LineError("AIE-LIN-105")
        self._thread = threading.Thread(target=self._run, name="gate", daemon=True)
        self._thread.start()
        with self._changed:
            self._changed.wait_for(lambda: self._host.in_session or self._failure is not None, timeout_s)
            ready = self._host.in_session
        if not ready or self._failure is not None:
            last = self._link_error
            answered = self._host.plc is not None
            self.stop(0.0)
            self._raise_failure()
            if last is not None and not answered:
                raise last
            raise LineError("AIE-LIN-104", timeout_s=timeout_s)

    def stop(self, timeout_s: float) -> None:
        """End in good order, blocking up to ``timeout_s`` plus one request.

        The PLC lets no new part in, the results that wait are delivered, and the heart goes on beating
        (whatever ``alive`` says) until the belt has run out; what is left is settled as lost. Idempotent.
        """
        thread = self._thread
        if thread is None or not thread.is_alive():
            return
        with self._changed:
            if self._stop_by_ns is None:
                self._stop_by_ns = self._clock.monotonic_ns() + round(timeout_s * 1e9)
                self._host.end()
        self._wake.set()
        # The last cycle and the goodbye are at most three requests.
        thread.join(timeout_s + 3 * self.settings.io_timeout_s + 1.0)
        if thread.is_alive():
            raise LineError("AIE-LIN-106", timeout_s=timeout_s)

    def wait_running(self, timeout_s: float) -> bool:
        """Block until parts move; False when they don't within ``timeout_s``."""
        with self._changed:
            self._changed.wait_for(lambda: self.running or self._failure is not None, timeout_s)
        self._raise_failure()
        return self.running

    def next_trigger(self, timeout_s: float) -> PartTrigger | None:
        """The next part that the PLC announced, oldest first; None when none came within ``timeout_s``.

        Handshake mode only. Raises what ended the gate's thread.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._triggers or self._failure is not None, timeout_s)
            if self._triggers:
                return self._triggers.popleft()
        self._raise_failure()
        return None

    def deliver(self, part_id: int, verdict: Verdict, trigger: int | None = None) -> bool:
        """Hand over the verdict of a part; wakes the gate's thread and returns at once. Thread-safe.

        Handshake mode: ``part_id`` and ``trigger`` as :meth:`next_trigger` gave them. Without ``trigger``, an
        id that two parts under way bear makes both unknown. Pulse mode: ``part_id`` counts the parts from
        ``settings.first_part_id``, lost ones included; each id once; ``trigger`` is not used.

        False when the verdict will not reach the PLC: the part is not (or no longer) under way, which is only
        counted, or too many results wait, which also settles the part (``Outcome.OVERRUN``).
        """
        with self._changed:
            taken = self._host.deliver(part_id, verdict, trigger, self._clock.monotonic_ns())
        self._wake.set()
        return taken

    # ---- the thread ----------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._finished():
                self._clock.wait(self._wake, self._idle_s())
                self._wake.clear()
                self._cycle_or_lose()
            self._say_goodbye()
        except Exception as error:
            # Whatever it is, it ends the heartbeat and is raised to the line.
            self._failure = error
            logger.exception("the gate's thread ended")
        finally:
            with self._changed:
                self._host.give_up_all(self._clock.monotonic_ns())
            self._publish_last()

    def _cycle_or_lose(self) -> None:
        try:
            self._cycle()
        except DeviceError as error:
            # The PLC reconnects by itself and its read or write waits for that; all that is needed here is to
            # say everything anew when it is back.
            self._link_error, self._written = error, None
            self._poll_ns = self._clock.monotonic_ns() + _RETRY_NS
            self.counters.link_losses += 1
        self._publish()

    def _cycle(self) -> None:
        now_ns = self._clock.monotonic_ns()
        beat = now_ns >= self._beat_ns and (self._stop_by_ns is not None or self._alive())
        if beat:
            self._heartbeat = (self._heartbeat + 1) % 65536
            self._beat_ns = now_ns + round(self.settings.heartbeat_period_s * 1e9)
        self._write_if_changed(now_ns)
        if now_ns >= self._poll_ns or self._host.expects_answer:
            values = self._plc.read(PLC_TAGS, timeout_s=self.settings.io_timeout_s)
            now_ns = self._clock.monotonic_ns()
            with self._changed:
                self._host.receive(PlcBlock.from_tags(values), now_ns)
            waiting = self._host.expects_answer
            period_s = self.settings.answer_poll_s if waiting else self.settings.poll_period_s
            self._poll_ns = now_ns + round(period_s * 1e9)
            # A trigger's acknowledgement, or the next result, need not wait for the next round.
            self._write_if_changed(now_ns)

    def _write_if_changed(self, now_ns: int) -> None:
        with self._changed:
            block = replace(self._host.block(now_ns), heartbeat=self._heartbeat)
        if block == self._written:
            return
        self._plc.write(block.to_tags(), timeout_s=self.settings.io_timeout_s)
        self._written = block
        with self._changed:
            self._host.written(block, self._clock.monotonic_ns())

    def _publish(self) -> None:
        with self._changed:
            self._triggers.extend(self._host.take_triggers())
            settlements = self._host.take_settlements()
            self._changed.notify_all()
        for settlement in settlements:
            self._on_settled(settlement)

    def _publish_last(self) -> None:
        try:
            self._publish()
        except Exception as error:
            self._failure = self._failure or error
            logger.exception("the gate's thread ended, and could not say so")

    def _idle_s(self) -> float:
        return max(0, self._poll_ns - self._clock.monotonic_ns()) / 1e9

    def _finished(self) -> bool:
        if self._stop_by_ns is None:
            return False
        return self._host.ended or self._clock.monotonic_ns() >= self._stop_by_ns

    def _say_goodbye(self) -> None:
        """Leave registers that say nothing; where that fails, the heart has stopped and so does the line."""
        try:
            self._plc.write(HostBlock().to_tags(), timeout_s=self.settings.io_timeout_s)
        except DeviceError as error:
            self._link_error = error
            self.counters.link_losses += 1

    def _raise_failure(self) -> None:
        if self._failure is None:
            return
        if isinstance(self._failure, AiedgeError):
            raise self._failure
        raise LineError("AIE-LIN-107", reason=repr(self._failure)) from self._failure


def _check_block(plc: Plc, names: list[str]) -> None:
    """One request must carry the whole block; a missing tag is the PLC's own error at the first request."""
    places = [plc.tags[name] for name in names if name in plc.tags]
    limits = {place.area: len(names) for place in places}
    if len(contiguous_blocks(places, limits)) > 1:
        raise LineError("AIE-LIN-108", where=plc.name, first=names[0], last=names[-1])
