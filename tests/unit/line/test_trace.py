"""Records on their way to the store: nothing blocks the line, nothing is lost without being counted."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import Any, cast

import pytest

from aiedge.clock import FakeClock
from aiedge.errors import TelemetryError
from aiedge.line.gate.parts import Outcome
from aiedge.line.part import Part, UnknownReason
from aiedge.line.trace import METRIC_NAME, Trace, part_record
from aiedge.telemetry.metric import Metric, decode_body
from aiedge.telemetry.store import MetricStore
from aiedge.types import Verdict
from aiedge.vision import Find


class RefusingStore:
    """Raises what it was told to, in turn; then takes everything."""

    def __init__(self, *errors: Exception, for_ever: bool = False) -> None:
        self._errors = cycle(errors) if for_ever else iter(errors)
        self.metrics: list[Metric] = []

    def publish(self, metrics: Sequence[Metric], *, timeout_s: float) -> None:
        error = next(self._errors, None)
        if error is not None:
            raise error
        self.metrics.extend(metrics)


def finished(number: int, **changes: Any) -> Part:
    part = Part(number, 100 + number, 1_000_000_000, 2_000_000_000, number, verdict=Verdict.GOOD)
    part.dequeued_ns, part.inferred_ns = 1_001_000_000, 1_020_000_000
    part.decided_ns, part.settled_ns = 1_021_000_000, 1_023_500_000
    part.outcome = Outcome.DELIVERED
    for name, value in changes.items():
        setattr(part, name, value)
    return part


def trace(store: object, capacity: int = 10) -> Trace:
    return Trace(cast("Any", store), "press-7", ("open", "short"), capacity, FakeClock())


def test_a_record_says_what_happened_and_when() -> None:
    part = finished(3, verdict=Verdict.BAD, finds=(Find(1, 12.0, 20.0, 0.91234), Find(7, 1.0, 2.0, 0.5)))
    assert part_record(part, ("open", "short")) == {
        "part_id": 103,
        "trigger": 3,
        "verdict": "bad",
        "reason": None,
        "outcome": "delivered",
        "finds": [
            {"kind": "short", "x_px": 12.0, "y_px": 20.0, "score": 0.9123},
            {"kind": "kind 7", "x_px": 1.0, "y_px": 2.0, "score": 0.5},
        ],
        "waited_s": 0.001,
        "inferred_s": 0.02,
        "decided_s": 0.021,
        "settled_s": 0.0235,
    }
    lost = Part(4, None, 0, 0, verdict=Verdict.UNKNOWN, reason=UnknownReason.PLC)
    assert part_record(lost, ())["reason"] == "plc"
    assert part_record(lost, ())["settled_s"] is None


def test_records_reach_a_real_store_in_their_order(tmp_path: Path) -> None:
    with MetricStore.open(tmp_path / "metrics.db") as store:
        records = trace(store, 200)
        records.start()
        assert all(records.offer(finished(n)) for n in range(150))
        assert records.stop(30.0)
        assert records.counters.stored == 150
        metrics = [decode_body(stored.body) for stored in store.pending(1000)]
    assert [cast("Any", metric.value)["part_id"] for metric in metrics] == list(range(100, 250))
    assert {(metric.name, metric.attributes["line"]) for metric in metrics} == {(METRIC_NAME, "press-7")}


def test_a_full_queue_drops_and_counts() -> None:
    records = trace(RefusingStore(), capacity=2)
    assert [records.offer(finished(n)) for n in range(3)] == [True, True, False]
    assert records.counters.dropped == 1
    assert records.counters.waiting == 2


@pytest.mark.parametrize("code", ["AIE-TEL-006", "AIE-TEL-013"])
def test_a_disk_that_refuses_for_a_while_is_asked_again(code: str) -> None:
    error = TelemetryError(code, timeout_s=1.0)
    store = RefusingStore(error, error)
    records = trace(store)
    records.offer(finished(1))
    records.start()
    while not store.metrics:
        pass
    assert records.stop(30.0)
    assert records.counters.stored == 1
    assert records.counters.refused == 0


def test_what_may_be_stored_already_is_not_stored_twice() -> None:
    store = RefusingStore(TelemetryError("AIE-TEL-014", timeout_s=1.0))
    records = trace(store)
    records.offer(finished(1))
    records.start()
    assert records.stop(30.0)
    assert store.metrics == []
    assert records.counters.unconfirmed == 1


def test_an_unforeseen_error_costs_one_batch_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    store = RefusingStore(RuntimeError("a bug"))
    records = trace(store)
    records.start()
    records.offer(finished(1))
    while not records.counters.refused:
        pass
    records.offer(finished(2))
    assert records.stop(30.0)
    assert records.counters.refused == 1
    assert records.counters.stored == 1
    assert any("a bug" in (r.exc_text or "") for r in caplog.records if r.levelno == logging.ERROR)


def test_a_store_that_refuses_to_the_end_does_not_hold_the_line_back() -> None:
    store = RefusingStore(TelemetryError("AIE-TEL-006"), for_ever=True)
    records = trace(store)
    records.offer(finished(1))
    records.start()
    assert records.stop(30.0)
    assert records.counters.refused == 1
