"""The record of each part on its way to the metric store; the line never waits for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiedge.clock import Clock
from aiedge.errors import TelemetryError
from aiedge.line.bounded_queue import BoundedQueue
from aiedge.line.part import Part
from aiedge.telemetry.metric import Metric
from aiedge.telemetry.store import MetricStore

METRIC_NAME = "part"
_BATCH = 64
_POLL_S = 0.1
_RETRY_S = 0.5
# Long, because nothing waits for it but the queue: one commit may take several syncs of a disk that stalls.
_PUBLISH_TIMEOUT_S = 60.0
# The store says that it does not know whether the disk took them: publishing again could double them.
_UNCONFIRMED = "AIE-TEL-014"
# The disk may take the same metrics later: full, slow, read-only for now.
_WORTH_RETRYING = frozenset({"AIE-TEL-004", "AIE-TEL-006", "AIE-TEL-007", "AIE-TEL-010", "AIE-TEL-013"})
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TraceCounters:
    """``stored``: on disk. ``dropped``: the queue was full. ``refused``: the store would not have them.

    ``unconfirmed``: the disk did not answer in time, they may be stored or not. ``waiting``: in the queue.
    """

    stored: int
    dropped: int
    refused: int
    unconfirmed: int
    waiting: int


class Trace:
    """Hands the records of finished parts to the store, in a thread of its own.

    ``offer`` never blocks: when ``capacity`` records wait, because the disk stalls, the record is dropped and
    counted. A store that refuses for a while (full disk) is asked again. ``last_error``: why it last refused.
    """

    def __init__(
        self, store: MetricStore, line: str, labels: Sequence[str], capacity: int, clock: Clock
    ) -> None:
        self._store = store
        self._line = line
        self.labels = labels
        self._clock = clock
        self._queue: BoundedQueue[tuple[Part, int]] = BoundedQueue(capacity)
        self._ending = threading.Event()
        self.last_error: Exception | None = None
        self._stored = self._refused = self._unconfirmed = self._in_hand = 0
        self._thread = threading.Thread(target=self._work, name="trace", daemon=True)

    @property
    def counters(self) -> TraceCounters:
        """What became of the records so far."""
        waiting = len(self._queue) + self._in_hand
        return TraceCounters(self._stored, self._queue.dropped, self._refused, self._unconfirmed, waiting)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def offer(self, part: Part) -> bool:
        """Record a finished part, which no longer changes; False when the queue is full. Never blocks."""
        return self._queue.offer((part, self._clock.utc_ns()))

    def stop(self, timeout_s: float) -> bool:
        """Store what waits and end the thread, blocking up to ``timeout_s``; False when it took longer."""
        self._ending.set()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while True:
            first = self._queue.take(_POLL_S)
            if first is None:
                if self._ending.is_set():
                    return
                continue
            batch = [first]
            while len(batch) < _BATCH and (more := self._queue.take(0)) is not None:
                batch.append(more)
            self._in_hand = len(batch)
            try:
                self._publish([self._metric(part, utc_ns) for part, utc_ns in batch])
            except Exception as error:
                # One bad record must not end the telemetry, nor the line.
                self.last_error = error
                logger.exception("%d records were not stored", len(batch))
                self._refused += len(batch)
            self._in_hand = 0

    def _publish(self, metrics: list[Metric]) -> None:
        warned = False
        while True:
            try:
                self._store.publish(metrics, timeout_s=_PUBLISH_TIMEOUT_S)
            except TelemetryError as error:
                self.last_error = error
                if error.code in _WORTH_RETRYING and not self._ending.is_set():
                    if not warned:
                        logger.warning("%s", error)
                    warned = True
                    self._clock.wait(self._ending, _RETRY_S)
                    continue
                logger.warning("%d records were not stored: %s", len(metrics), error)
                if error.code == _UNCONFIRMED:
                    self._unconfirmed += len(metrics)
                else:
                    self._refused += len(metrics)
            else:
                self._stored += len(metrics)
            return

    def _metric(self, part: Part, utc_ns: int) -> Metric:
        return Metric(METRIC_NAME, part_record(part, self.labels), utc_ns, {"line": self._line})


def part_record(part: Part, labels: Sequence[str]) -> dict[str, Any]:
    """A finished part as plain values: what docs/line.md describes as the part's record."""
    return {
        "part_id": part.part_id,
        "trigger": part.trigger,
        "verdict": None if part.verdict is None else part.verdict.value,
        "reason": None if part.reason is None else part.reason.value,
        "outcome": None if part.outcome is None else part.outcome.value,
        "finds": [
            {
                "kind": label(find.kind, labels),
                "x_px": find.x_px,
                "y_px": find.y_px,
                "score": round(find.score, 4),
            }
            for find in part.finds
        ],
        "waited_s": _seconds(part.captured_ns, part.dequeued_ns),
        "inferred_s": _seconds(part.captured_ns, part.inferred_ns),
        "decided_s": _seconds(part.captured_ns, part.decided_ns),
        "settled_s": _seconds(part.captured_ns, part.settled_ns),
    }


def label(kind: int, labels: Sequence[str]) -> str:
    """The name of a kind of find; ``kind N`` where the model has no name for it."""
    return labels[kind] if kind < len(labels) else f"kind {kind}"


def _seconds(start_ns: int, end_ns: int | None) -> float | None:
    return None if end_ns is None else round((end_ns - start_ns) / 1e9, 6)
