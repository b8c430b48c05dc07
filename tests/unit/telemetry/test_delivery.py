from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from aiedge.telemetry.delivery import Delivery
from aiedge.telemetry.metric import Metric, MetricId
from aiedge.telemetry.store import MetricStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MetricStore]:
    with MetricStore.open(tmp_path / "store.db") as store:
        yield store


def publish(store: MetricStore, count: int) -> list[MetricId]:
    return list(store.publish([Metric("m", n, 5) for n in range(count)]))


def following(delivery: Delivery) -> tuple[int, bool] | None:
    found = delivery.next()
    return None if found is None else (found[0].id.sequence, found[1])


def test_live_goes_first_and_the_backlog_follows_flagged(store: MetricStore) -> None:
    publish(store, 3)
    delivery = Delivery(store, window=100, now_ns=0)
    assert following(delivery) == (1, True)
    publish(store, 2)
    assert [following(delivery) for _ in range(5)] == [(4, False), (5, False), (2, True), (3, True), None]
    publish(store, 1)
    assert [following(delivery) for _ in range(2)] == [(6, False), None]


def test_a_long_backlog_is_read_whole_and_in_order(store: MetricStore) -> None:
    publish(store, 250)
    delivery = Delivery(store, window=1000, now_ns=0)
    assert [following(delivery) for _ in range(251)] == [*((n, True) for n in range(1, 251)), None]


def test_what_was_sent_without_an_answer_is_the_next_connections_backlog(store: MetricStore) -> None:
    first, second, third = publish(store, 3)
    lost = Delivery(store, window=100, now_ns=0)
    for mid, metric_id in enumerate((first, second, third)):
        lost.next()
        lost.sent(mid, metric_id, 0)
    store.acknowledge([lost.answered(1, None, 0) or first])
    again = Delivery(store, window=100, now_ns=0)
    assert [following(again) for _ in range(3)] == [(1, True), (3, True), None]


def test_the_window(store: MetricStore) -> None:
    first, second = publish(store, 2)
    delivery = Delivery(store, window=2, now_ns=0)
    delivery.sent(11, first, 0)
    assert not delivery.window_is_full
    delivery.sent(12, second, 0)
    assert delivery.window_is_full
    assert delivery.answered(12, None, 0) == second
    assert delivery.answered(12, None, 0) is None
    assert (delivery.inflight, delivery.window_is_full) == (1, False)


def test_silence_is_counted_from_the_oldest_unanswered_or_the_last_answer(store: MetricStore) -> None:
    first, second = publish(store, 2)
    delivery = Delivery(store, window=9, now_ns=0)
    assert delivery.silence_s(10**12) == 0.0
    delivery.sent(1, first, 100 * 10**9)
    delivery.sent(2, second, 101 * 10**9)
    assert delivery.silence_s(103 * 10**9) == 3.0
    delivery.answered(1, None, 103 * 10**9)
    assert delivery.silence_s(104 * 10**9) == 1.0
    delivery.answered(2, None, 104 * 10**9)
    assert delivery.silence_s(999 * 10**9) == 0.0


def test_refusals(store: MetricStore) -> None:
    ids = publish(store, 3)
    delivery = Delivery(store, window=9, now_ns=0)
    for mid, metric_id in enumerate(ids):
        delivery.sent(mid, metric_id, 0)
    delivery.answered(0, "Not authorized", 0)
    delivery.answered(1, "Quota exceeded", 0)
    assert (delivery.refused_in_row, delivery.kept, delivery.refusal) == (2, 2, "Quota exceeded")
    delivery.answered(2, None, 0)
    assert (delivery.refused_in_row, delivery.kept) == (0, 2)
