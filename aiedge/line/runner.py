"""The line at work: who does what in which thread, and how it starts and ends.

::

    acquire (frames, triggers) -> [frames] -> judge -> gate's own thread -> [records] -> trace -> store
                                  deadlines: whoever is not judged in time becomes unknown

Every queue is bounded, every drop is counted. A thread that fails or stands still ends the heartbeat, and so
the line.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import Protocol

from aiedge.clock import Clock
from aiedge.devices.camera import Camera
from aiedge.devices.plc import Plc
from aiedge.errors import AiedgeError, LineError
from aiedge.line.acquire import POLL_S, Acquirer, HandshakeAcquirer, PulseAcquirer
from aiedge.line.bounded_queue import BoundedQueue
from aiedge.line.config import LineConfig
from aiedge.line.gate.gate import Gate
from aiedge.line.gate.parts import Outcome, PartTrigger, Settlement
from aiedge.line.gate.registers import TRIGGER_NUMBERS, next_number
from aiedge.line.gate.settings import GateMode
from aiedge.line.inspect_step import Judgement, unknown
from aiedge.line.line_stats import LineStats, PartTally
from aiedge.line.part import Part, UnknownReason
from aiedge.line.part_tracker import PartTracker
from aiedge.line.trace import Trace
from aiedge.line.watchdog import Watchdog
from aiedge.telemetry.mqtt import MqttPublisher
from aiedge.types import Frame, Verdict

# How long a thread of Python code may hold the interpreter while another wants it. The default of 5 ms is added to the
# way from camera to gate at each hand-over once somebody else's code computes in this process; at 0.1 ms it hardly is,
# and a line that is alone runs no slower (benchmarks/line_latency.py).
SWITCH_INTERVAL_S = 0.0001
_THREADS = ("acquire", "judge", "deadlines")
# A gate that has not settled a decided part by then never will.
_SETTLE_MARGIN_S = 1.0
logger = logging.getLogger(__name__)


class Step(Protocol):
    """What judges frames; :class:`~aiedge.line.inspect_step.InspectStep` is one. Called from one thread."""

    def __call__(self, frame: Frame) -> Judgement:
        """Judge one frame, blocking."""


class Observer(Protocol):
    """Somebody who looks on. Called in the line's threads: must be quick and must not raise."""

    def judged(self, part: Part, frame: Frame, judgement: Judgement) -> None:
        """The judge is done with a frame, whether it still counts or not; keep few frames."""

    def finished(self, part: Part) -> None:
        """The gate has dealt with a part; it does not change any more."""


class Line:
    """One camera, one judge, one gate; made by :func:`aiedge.line.open_line.open_line`.

    Start once, finish once. The camera and the PLC are open, the trace is not started; all are closed by whoever
    opened them. ``plc`` is for looking at; the gate talks to it. ``labels``: the names of the kinds of finds.
    """

    def __init__(
        self,
        config: LineConfig,
        camera: Camera,
        plc: Plc,
        step: Step,
        trace: Trace,
        *,
        publisher: MqttPublisher | None,
        clock: Clock,
        observer: Observer | None = None,
    ) -> None:
        self._config = config
        self.plc = plc
        self.labels = trace.labels
        self._camera = camera
        self._step = step
        self._trace = trace
        self._publisher = publisher
        self._clock = clock
        self._observer = observer
        self._mode = GateMode(config.gate.mode)
        settings = config.gate.settings(config.queues.parts)
        # The gate pushes out its oldest announced part before this table is full.
        self._tracker = PartTracker(2 * config.queues.parts + config.gate.queue_length)
        self._tally = PartTally()
        self._frames: BoundedQueue[tuple[Part, Frame | UnknownReason]] = BoundedQueue(config.queues.frames)
        self._watchdog = Watchdog(_THREADS, config.watchdog_s, clock)
        self._gate = Gate(
            plc, self._mode, settings, clock=clock, alive=self._watchdog.alive, on_settled=self._on_settled
        )
        self._acquirer = self._make_acquirer()
        self._unsettled_ns = round((settings.acknowledge_timeout_s + _SETTLE_MARGIN_S) * 1e9)
        self._taken = 0
        self._has_run = False
        self._goal: int | None = None
        self._over = threading.Event()
        self._ending = threading.Event()
        self._abandoned = False
        self._failure: AiedgeError | None = None
        self._threads: list[threading.Thread] = []
        self._old_switch_interval_s = 0.0
        self._start_ns = 0

    # ---- for whoever runs the line -------------------------------------------------------------------------

    def start(self, parts: int | None = None) -> None:
        """Start the threads and the gate; returns when the PLC's program works with this host.

        After ``parts`` parts (None: the configuration's number, else no end) :meth:`wait` returns True.
        Raises what the gate's start raises (:class:`DeviceError`, :class:`LineError`); nothing is left
        running then.
        """
        self._goal = self._config.parts if parts is None else parts
        self._start_ns = self._clock.monotonic_ns()
        self._old_switch_interval_s = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        for name, work in (("judge", self._judge), ("deadlines", self._expire)):
            self._start_thread(name, work)
        # The acquirer waits for the gate: a frame from before the start would shift the count of parts.
        self._watchdog.beat("acquire")
        try:
            self._trace.start()
            self._acquirer.start()
            self._gate.start(self._config.stop_timeout_s)
        except BaseException:
            self._end_threads()
            self._trace.stop(self._config.stop_timeout_s)
            raise
        self._start_thread("acquire", self._acquire)

    def wait(self, timeout_s: float) -> bool:
        """Block up to ``timeout_s``; True when the line is to be finished: all parts, a failure, a stop."""
        return self._clock.wait(self._over, timeout_s)

    def request_stop(self) -> None:
        """End soon: what is not judged becomes unknown. Does not block. Not for a signal handler: it takes a lock."""
        self._abandoned = True
        self._over.set()

    def finish(self) -> LineStats:
        """End in good order, blocking up to about ``stop_timeout_s`` three times; gives the last counts.

        Parts under way get their verdicts (after ``request_stop``: unknown), the PLC lets the belt run out,
        the records are stored. Then raises what had failed, if anything had.
        """
        timeout_s = self._config.stop_timeout_s
        try:
            if self._failure is None:
                self._await_verdicts(timeout_s)
            # A line that failed says nothing more but that it goes: the PLC lets no part in.
            self._gate.stop(timeout_s if self._failure is None else 0.0)
        finally:
            self._watchdog.stop()
            self._end_threads()
        self._settle_the_rest()
        if not self._trace.stop(timeout_s):
            logger.warning("%d records were not stored in time", self._trace.counters.waiting)
        if self._publisher is not None:
            self._publisher.stop(timeout_s)
        if self._failure is not None:
            raise self._failure
        return self.stats()

    def check_telemetry(self) -> None:
        """After :meth:`finish`: raise why records are not stored, or no broker was ever reached, if so.

        Without a broker the records wait in the store.
        """
        records = self._trace.counters
        lost = records.dropped + records.refused + records.unconfirmed + records.waiting
        if lost:
            error = self._trace.last_error
            reason = error.what if isinstance(error, AiedgeError) else error or "the disk is too slow"
            raise LineError("AIE-LIN-006", count=lost, reason=str(reason).rstrip("."))
        publisher = self._publisher
        if publisher is not None and publisher.counters.connects == 0 and publisher.last_error is not None:
            raise publisher.last_error

    def stats(self) -> LineStats:
        """A snapshot; does not block."""
        said = self._gate.plc_block
        verdicts, reasons = self._tally.counts()
        p50_s, p99_s, p999_s, max_s = self._tally.latency.quantiles_s(0.5, 0.99, 0.999, 1.0)
        publisher = self._publisher
        return LineStats(
            parts=sum(verdicts.values()),
            good=verdicts[Verdict.GOOD],
            bad=verdicts[Verdict.BAD],
            unknown=verdicts[Verdict.UNKNOWN],
            unknown_by_reason={reason.value: reasons[reason] for reason in UnknownReason if reasons[reason]},
            missed_deadlines=reasons[UnknownReason.DEADLINE],
            late_verdicts=self._tracker.late_verdicts,
            under_way=len(self._tracker),
            queue_drops=self._frames.dropped,
            stale_frames=self._acquirer.stale_frames,
            capture_to_gate_p50_s=p50_s,
            capture_to_gate_p99_s=p99_s,
            capture_to_gate_p999_s=p999_s,
            capture_to_gate_max_s=max_s,
            records=self._trace.counters,
            sent=0 if publisher is None else publisher.counters.acknowledged,
            camera_state=self._camera.state.value,
            plc_state=self.plc.state.value,
            belt_runs=self._gate.running,
            stopped_by="" if said is None else said.stopped_by,
            broker="none" if publisher is None else publisher.state.value,
            gate=asdict(self._gate.counters),
            camera=self._camera.counters,
            publisher={} if publisher is None else asdict(publisher.counters),
            elapsed_s=(self._clock.monotonic_ns() - self._start_ns) / 1e9,
        )

    # ---- the intake: called by the acquirer ----------------------------------------------------------------

    def open_part(self, part: Part) -> None:
        """See :class:`~aiedge.line.acquire.Intake`."""
        if not self._tracker.open(part):
            # The gate settles nothing any more. The part must not pass, and what is not in the table is never
            # judged.
            part.verdict, part.reason = Verdict.UNKNOWN, UnknownReason.QUEUE_FULL
            part.decided_ns = self._clock.monotonic_ns()
            self._deliver(part)
            self._finish_part(part)
        elif self._abandoned:
            self._conclude(part, unknown(UnknownReason.RESTART))
        self._count_taken(1)

    def take_frame(self, part: Part, frame: Frame) -> None:
        """See :class:`~aiedge.line.acquire.Intake`."""
        part.metadata = frame.metadata
        if part.verdict is None and not self._frames.offer((part, frame)):
            self._conclude(part, unknown(UnknownReason.QUEUE_FULL))

    def give_up(self, part: Part, reason: UnknownReason) -> None:
        """See :class:`~aiedge.line.acquire.Intake`."""
        if part.verdict is not None:
            return
        # A simple gate counts the parts by their verdicts, so these keep their order behind the judge.
        if self._mode is GateMode.HANDSHAKE or not self._frames.offer((part, reason)):
            self._conclude(part, unknown(reason))

    def take_missed(self, trigger: PartTrigger) -> None:
        """See :class:`~aiedge.line.acquire.Intake`."""
        now_ns = self._clock.monotonic_ns()
        for back in range(trigger.missed, 0, -1):
            number = next_number(trigger.trigger, TRIGGER_NUMBERS - back)
            missed = Part(
                number, None, now_ns, now_ns, number, verdict=Verdict.UNKNOWN, reason=UnknownReason.PLC
            )
            missed.decided_ns, missed.settled_ns, missed.outcome = now_ns, now_ns, Outcome.OVERRUN
            self._finish_part(missed)
        self._count_taken(trigger.missed)

    # ---- the threads' work, one round each -----------------------------------------------------------------

    def _acquire(self) -> None:
        # In pulse mode frames make parts: beyond the goal there are none. In a handshake the PLC does, until
        # it stops.
        full = self._goal is not None and self._taken >= self._goal
        if self._mode is GateMode.PULSE and (full or self._acquirer.ended or self._abandoned):
            self._over.set()
            self._clock.wait(self._ending, POLL_S)
            return
        if self._mode is GateMode.PULSE and not self._has_run:
            # What the gate is told before its line runs, it refuses; the frames wait.
            self._has_run = self._gate.wait_running(POLL_S)
            return
        self._acquirer.step(self)
        if self._acquirer.ended:
            self._over.set()

    def _judge(self) -> None:
        item = self._frames.take(POLL_S)
        if item is None:
            return
        part, frame = item
        if part.verdict is not None:
            return
        if isinstance(frame, UnknownReason):
            self._conclude(part, unknown(frame))
            return
        part.dequeued_ns = self._clock.monotonic_ns()
        try:
            judgement = self._step(frame)
        except Exception:
            # Whatever a frame does to the model costs one part, not the line.
            logger.exception("frame %d was not judged", frame.sequence)
            judgement = unknown(UnknownReason.INFERENCE_ERROR)
        part.inferred_ns = self._clock.monotonic_ns()
        self._conclude(part, judgement)
        if self._observer is not None:
            self._observer.judged(part, frame, judgement)

    def _expire(self) -> None:
        # A gate that ended would not be missed otherwise where nobody waits for triggers; this raises why it did.
        self._gate.wait_running(0.0)
        now_ns = self._clock.monotonic_ns()
        for part in self._tracker.expire(now_ns):
            self._deliver(part)
        for part in self._tracker.forget(now_ns - self._unsettled_ns, now_ns):
            self._finish_part(part)
        deadline_ns = self._tracker.next_deadline_ns()
        # Deadlines come in the order of the parts, so a new one is never earlier than these.
        poll_s = min(POLL_S, self._config.deadline_s / 4)
        wait_s = poll_s if deadline_ns is None else min(poll_s, max(0.0, (deadline_ns - now_ns) / 1e9))
        self._clock.wait(self._ending, wait_s)

    # ---- verdicts ------------------------------------------------------------------------------------------

    def _conclude(self, part: Part, judgement: Judgement) -> None:
        now_ns = self._clock.monotonic_ns()
        if self._tracker.decide(part, judgement.verdict, now_ns, judgement.reason, judgement.finds):
            self._deliver(part)

    def _count_taken(self, count: int) -> None:
        self._taken += count
        if self._goal is not None and self._taken >= self._goal:
            self._over.set()

    def _deliver(self, part: Part) -> None:
        assert part.verdict is not None  # noqa: S101 - whoever calls this has decided
        assert part.part_id is not None  # noqa: S101 - the parts that nobody announced are not delivered
        self._gate.deliver(part.part_id, part.verdict, part.trigger)

    def _on_settled(self, settlement: Settlement) -> None:
        handshake = self._mode is GateMode.HANDSHAKE
        number = settlement.trigger if handshake else settlement.part_id
        settled_ns = settlement.settled.value_ns
        part = self._tracker.settle(number, settled_ns, settlement.outcome)
        if part is None and handshake:
            # Announced, but nobody came to take it (the line ended): the PLC has rejected it.
            part = Part(number, settlement.part_id, settled_ns, settled_ns, number)
            part.verdict, part.reason = Verdict.UNKNOWN, UnknownReason.PLC
            part.decided_ns, part.settled_ns, part.outcome = settled_ns, settled_ns, settlement.outcome
        if part is not None:
            self._finish_part(part)

    def _finish_part(self, part: Part) -> None:
        self._tally.add(part)
        self._trace.offer(part)
        if self._observer is not None:
            self._observer.finished(part)

    # ---- start and end -------------------------------------------------------------------------------------

    def _make_acquirer(self) -> Acquirer:
        config = self._config
        if self._mode is GateMode.PULSE:
            return PulseAcquirer(self._camera, config.gate.first_part_id, config.deadline_s, self._clock)
        return HandshakeAcquirer(
            self._camera,
            self._gate,
            deadline_s=config.deadline_s,
            frame_timeout_s=config.frame_timeout_s,
            software_trigger=config.camera.trigger == "software",
            clock=self._clock,
        )

    def _start_thread(self, name: str, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=self._repeat, args=(name, work), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _repeat(self, name: str, work: Callable[[], None]) -> None:
        try:
            while not self._ending.is_set():
                self._watchdog.beat(name)
                work()
        except Exception as error:
            # The heartbeat ends with this thread, so the PLC stops the line; whoever runs it is told why.
            self._watchdog.stop()
            logger.exception("the thread %s ended", name)
            if not isinstance(error, AiedgeError):
                error = LineError("AIE-LIN-005", thread=name, reason=repr(error))
            self._failure = error
            self._over.set()

    def _await_verdicts(self, timeout_s: float) -> None:
        """Give the parts under way their verdicts: the judge's, or unknown when the line was told to stop."""
        if self._abandoned:
            for part in self._tracker.abandon(UnknownReason.RESTART, self._clock.monotonic_ns()):
                self._deliver(part)
            return
        waiting = {part.number for part in self._tracker.under_way() if part.verdict is None}
        end_ns = self._clock.monotonic_ns() + round(timeout_s * 1e9)
        while waiting and self._failure is None and self._clock.monotonic_ns() < end_ns:
            self._clock.sleep(0.005)
            waiting &= {part.number for part in self._tracker.under_way() if part.verdict is None}

    def _end_threads(self) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join(self._config.stop_timeout_s)
        sys.setswitchinterval(self._old_switch_interval_s)

    def _settle_the_rest(self) -> None:
        now_ns = self._clock.monotonic_ns()
        for part in self._tracker.under_way():
            closed = self._tracker.settle(part.number, now_ns, Outcome.PLC_LOST)
            if closed is not None:
                self._finish_part(closed)
