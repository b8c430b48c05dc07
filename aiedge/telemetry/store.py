"""The metric store: a queue on disk, from ``publish`` until a broker has acknowledged.

Any number of threads publish; one writer thread commits what has gathered in one transaction (group commit),
so that the number of fsyncs does not grow with the number of publishers.
"""

from __future__ import annotations

import enum
import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType

from aiedge.clock import SYSTEM_CLOCK, Clock
from aiedge.errors import TelemetryError
from aiedge.telemetry.metric import Metric, MetricId, encode_body
from aiedge.telemetry.option_error import option_error
from aiedge.telemetry.refusal import Refusal
from aiedge.telemetry.store_counters import StoreCounters
from aiedge.telemetry.store_file import MIN_MAX_BYTES, StoredMetric, StoreFile, StorePolicy

__all__ = ["MetricStore", "StoreCounters", "StorePolicy", "StoredMetric"]

DEFAULT_MAX_BYTES = 256 * 1024 * 1024
# Acknowledgements ride on the next commit of metrics; without one they wait this long. Losing them in a crash
# means sending again, which a host recognises.
_ACKNOWLEDGE_DELAY_S = 0.25
_ACKNOWLEDGE_BATCH = 500
_RETRY_S = 0.5
logger = logging.getLogger(__name__)


class _State(enum.Enum):
    QUEUED = enum.auto()
    COMMITTING = enum.auto()
    DONE = enum.auto()


class _Request:
    """One call of ``publish`` on its way to the disk."""

    __slots__ = ("accepted_ns", "bodies", "cost", "done", "outcome", "state")

    def __init__(self, bodies: list[bytes], cost: int, accepted_ns: int) -> None:
        self.bodies = bodies
        self.cost = cost
        self.accepted_ns = accepted_ns
        self.state = _State.QUEUED
        self.done = threading.Event()
        self.outcome: range | Refusal | None = None


class MetricStore:
    """Made by :meth:`open`; thread-safe; a context manager that closes.

    Guarantees: what ``publish`` returned ids for is on disk (fsynced) and survives a kill and a power cut,
    until it is acknowledged or the cap drops it (counted). No two metrics that reached the disk share an id.
    """

    def __init__(
        self, path: Path, file: StoreFile, *, clock: Clock, max_queued: int, max_delay_s: float | None
    ):
        self._where = str(path)
        self._file = file
        self._clock = clock
        self._max_queued = max_queued
        self._max_delay_s = max_delay_s
        self._file_lock = threading.Lock()
        self._changed = threading.Condition()
        # All below are guarded by _changed.
        self._queue: deque[_Request] = deque()
        self._queued = 0  # metrics in the queue and in the running commit
        self._acknowledged: set[int] = set()
        self._counts: Counter[str] = Counter()  # not yet on disk
        self._tally = Counter(file.tally)
        self._pending = file.rows
        self._last_sequence = file.last_sequence
        self._failure: Refusal | None = None
        self._closing = False
        self._listeners: list[Callable[[], None]] = []
        self._writer = threading.Thread(target=self._write_loop, name="aiedge-store", daemon=True)
        self._writer.start()

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        max_bytes: int = DEFAULT_MAX_BYTES,
        policy: StorePolicy | str = StorePolicy.DROP_OLDEST,
        clock: Clock = SYSTEM_CLOCK,
        max_delay_s: float | None = None,
        max_queued: int = 10_000,
    ) -> MetricStore:
        """Open the store at ``path``, or make it (and its folder). Blocks while the file is checked.

        Args:
            path: the database file; ``PATH-wal`` lies beside it.
            max_bytes: cap of the files together, at least 1 MiB.
            policy: at the cap, ``drop_oldest`` (waiting metrics, oldest first) or ``reject_new``.
            clock: the time source.
            max_delay_s: None: ``publish`` blocks until the metrics are on disk. Else it returns at once, and
                they are on disk at most this long after (while the disk works: see ``late``).
            max_queued: metrics that may wait in memory for the disk; more are refused.

        Raises:
            TelemetryError: AIE-TEL-003 to -007 and -009. A damaged file is no error: it is moved aside.
            UsageError: AIE-TEL-016, an option is wrong.
        """
        path = Path(path)
        if max_bytes < MIN_MAX_BYTES:
            raise option_error("max_bytes", f"{max_bytes} is less than {MIN_MAX_BYTES}")
        if max_delay_s is not None and not max_delay_s > 0:
            raise option_error("max_delay_s", f"{max_delay_s} is not above 0")
        if max_queued < 1:
            raise option_error("max_queued", f"{max_queued} is less than 1")
        try:
            policy = StorePolicy(policy)
        except ValueError as error:
            raise option_error("policy", f"{policy!r} is not drop_oldest or reject_new") from error
        file = StoreFile.open(path, max_bytes, policy, clock)
        return cls(path, file, clock=clock, max_queued=max_queued, max_delay_s=max_delay_s)

    @property
    def store_id(self) -> str:
        """The store's UUID, 32 hexadecimal digits; a new file has a new one."""
        return self._file.store_id

    @property
    def last_sequence(self) -> int:
        """The newest metric's sequence number that is on disk; 0 when there never was one."""
        with self._changed:
            return self._last_sequence

    @property
    def counters(self) -> StoreCounters:
        """A snapshot; does not wait for the disk."""
        with self._changed:
            return StoreCounters.of(
                self._tally + self._counts,
                pending=self._pending,
                at_risk=self._queued if self._max_delay_s is not None else 0,
            )

    def publish(self, metrics: Iterable[Metric], *, timeout_s: float = 5.0) -> tuple[MetricId, ...]:
        """Put the metrics on disk, all or none, in this order; blocks up to ``timeout_s``; gives their ids.

        With ``max_delay_s`` it returns () at once: an id exists when the metric is on disk. What the cap
        refuses then (``reject_new``) shows in the counters only.

        Raises:
            TelemetryError: not stored, with the reason (AIE-TEL-001, -004 to -008, -010 to -013, -015); or
                AIE-TEL-014: the time is over while the disk still writes, the metrics may be stored or not.
        """
        bodies = [encode_body(metric) for metric in metrics]
        if not bodies:
            return ()
        request = _Request(bodies, self._file.cost(bodies), self._clock.monotonic_ns())
        with self._changed:
            refusal = self._refusal_now(request)
            if refusal is not None:
                self._counts[f"refused.{refusal.reason}"] += len(bodies)
                raise refusal.error(self._where)
            self._queue.append(request)
            self._queued += len(bodies)
            self._changed.notify_all()
        if self._max_delay_s is not None:
            return ()
        if not request.done.wait(timeout_s):
            self._give_up(request, timeout_s)
        return self._ids(request)

    def pending(self, limit: int, *, after: int = 0, upto: int | None = None) -> list[StoredMetric]:
        """The oldest metrics that wait for delivery, ``after < sequence <= upto``, at most ``limit``.

        Blocks while a commit runs. Raises :class:`TelemetryError`: AIE-TEL-007, -008, -015.
        """
        with self._changed:
            skip = set(self._acknowledged)
            upto = self._last_sequence if upto is None else upto
        with self._file_lock:
            self._check_open()
            return self._file.pending(limit, after, upto, skip)

    def acknowledge(self, ids: Iterable[MetricId]) -> None:
        """These are delivered (the broker's PUBACK came): their space is given back with the next commit.

        Does not block. Ids that the store does not hold (any more) are ignored.
        """
        sequences = {metric_id.sequence for metric_id in ids if metric_id.store == self._file.store_id}
        with self._changed:
            self._acknowledged |= sequences
            self._changed.notify_all()

    def add_listener(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` on the writer's thread after each commit of new metrics; it must not block."""
        with self._changed:
            self._listeners.append(listener)

    def remove_listener(self, listener: Callable[[], None]) -> None:
        """The inverse of :meth:`add_listener`."""
        with self._changed:
            self._listeners.remove(listener)

    def close(self, timeout_s: float = 10.0) -> None:
        """Write what waits in memory, close the file; blocks up to ``timeout_s``; a second call does nothing.

        Raises :class:`TelemetryError` AIE-TEL-017 when metrics that ``publish`` took (``max_delay_s``) were
        lost, because the disk refused them to the end or did not answer in time.
        """
        with self._changed:
            if self._closing:
                return
            self._closing = True
            self._changed.notify_all()
        self._writer.join(timeout_s)
        with self._changed:
            lost = self._queued if self._max_delay_s is not None else 0
        if lost:
            raise TelemetryError("AIE-TEL-017", where=self._where, count=lost)

    def __enter__(self) -> MetricStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _check_open(self) -> None:
        if self._closing:
            raise TelemetryError("AIE-TEL-015", where=self._where)

    def _refusal_now(self, request: _Request) -> Refusal | None:
        if self._closing:
            return Refusal("closed", "AIE-TEL-015")
        limit = self._file.max_batch_bytes
        if request.cost > limit:
            values = {"size": request.cost, "max_bytes": self._file.max_bytes, "limit": limit}
            return Refusal("too_large", "AIE-TEL-012", values)
        if self._queued + len(request.bodies) > self._max_queued:
            return Refusal("queue_full", "AIE-TEL-010", {"queued": self._queued, "limit": self._max_queued})
        if self._max_delay_s is not None:
            return self._failure  # taking more would break the promise of max_delay_s knowingly
        return None

    def _give_up(self, request: _Request, timeout_s: float) -> None:
        """The publisher's time is over: take its request back, unless the disk has it already."""
        with self._changed:
            if request.state is _State.QUEUED:
                self._queue.remove(request)
                self._queued -= len(request.bodies)
                self._counts["refused.timeout"] += len(request.bodies)
                raise TelemetryError("AIE-TEL-013", where=self._where, timeout_s=timeout_s)
            if request.state is _State.COMMITTING:
                self._counts["unconfirmed"] += len(request.bodies)
                raise TelemetryError("AIE-TEL-014", where=self._where, timeout_s=timeout_s)

    def _ids(self, request: _Request) -> tuple[MetricId, ...]:
        if isinstance(request.outcome, Refusal):
            raise request.outcome.error(self._where)
        assert request.outcome is not None  # noqa: S101  -- set before done
        return tuple(MetricId(self._file.store_id, sequence) for sequence in request.outcome)

    # The writer's thread.

    def _write_loop(self) -> None:
        while True:
            with self._changed:
                self._await_work()
                requests, acknowledged = self._take()
                counts = +self._counts
                idle = not requests and not acknowledged
                if self._closing and idle and not counts:
                    break
            failed = self._commit(requests, acknowledged, counts)
            with self._changed:
                if failed and self._closing:
                    break
                if failed:
                    self._changed.wait_for(self._may_retry, _RETRY_S)
        with self._file_lock:
            self._file.close()

    def _may_retry(self) -> bool:
        # A publisher that blocks is to hear of the disk at once; what waits in memory can wait.
        return self._closing or (bool(self._queue) and self._max_delay_s is None)

    def _await_work(self) -> None:
        self._changed.wait_for(lambda: self._queue or self._acknowledged or self._closing)
        delay_s = _ACKNOWLEDGE_DELAY_S
        if self._max_delay_s is not None:
            delay_s = min(delay_s, self._max_delay_s / 2)
        self._changed.wait_for(self._is_urgent, delay_s)

    def _is_urgent(self) -> bool:
        return (
            self._closing
            or (bool(self._queue) and self._max_delay_s is None)
            or self._queued >= self._max_queued // 2
            or len(self._acknowledged) >= _ACKNOWLEDGE_BATCH
        )

    def _take(self) -> tuple[list[_Request], list[int]]:
        """The next commit's requests and acknowledgements: as many as one transaction may hold."""
        requests: list[_Request] = []
        size = 0
        while self._queue and size + self._queue[0].cost <= self._file.max_batch_bytes:
            request = self._queue.popleft()
            request.state = _State.COMMITTING
            size += request.cost
            requests.append(request)
        room = min(_ACKNOWLEDGE_BATCH, self._file.room_for_acknowledged(size))
        acknowledged = sorted(self._acknowledged)[:room]
        return requests, acknowledged

    def _commit(
        self, requests: Sequence[_Request], acknowledged: Sequence[int], counts: Counter[str]
    ) -> bool:
        """One transaction, and everybody hears of it; gives whether the disk failed."""
        count = sum(len(request.bodies) for request in requests)
        try:
            with self._file_lock:
                outcomes: Sequence[range | Refusal] = self._file.commit(
                    [request.bodies for request in requests], acknowledged, counts
                )
        except TelemetryError as error:
            self._fail(requests, count, error)
            return True
        with self._changed:
            self._failure = None
            self._acknowledged.difference_update(acknowledged)
            self._counts.subtract(counts)
            self._tally = Counter(self._file.tally)
            self._pending, self._last_sequence = self._file.rows, self._file.last_sequence
            self._finish(requests, count, outcomes)
            listeners = list(self._listeners) if requests else []
        for listener in listeners:
            listener()
        return False

    def _fail(self, requests: Sequence[_Request], count: int, error: TelemetryError) -> None:
        refusal = Refusal.of(error)
        with self._changed:
            if self._failure is None:
                logger.warning("%s", error)
            self._failure = refusal
            if self._max_delay_s is not None:
                # They were taken: they wait until the disk recovers.
                for request in reversed(requests):
                    request.state = _State.QUEUED
                    self._queue.appendleft(request)
                return
            self._counts[f"refused.{refusal.reason}"] += count
            self._finish(requests, count, [refusal] * len(requests))

    def _finish(self, requests: Sequence[_Request], count: int, outcomes: Sequence[range | Refusal]) -> None:
        now_ns = self._clock.monotonic_ns()
        for request, outcome in zip(requests, outcomes, strict=True):
            if self._max_delay_s is not None and now_ns - request.accepted_ns > self._max_delay_s * 1e9:
                self._counts["late"] += len(request.bodies)
            request.outcome = outcome
            request.state = _State.DONE
            request.done.set()
        self._queued -= count
