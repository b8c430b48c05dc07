"""The store against a list: whatever is published, acknowledged and crashed, both hold the same."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from pathlib import Path
from unittest import mock

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from aiedge.telemetry.metric import Metric, MetricId, decode_body
from aiedge.telemetry.store import MetricStore


class StoreAgainstList(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="aiedge-store-"))
        self.names = (self.folder / f"{n}" / "store.db" for n in itertools.count())
        self.waiting: list[tuple[MetricId, int]] = []
        self.ever: set[MetricId] = set()
        self.published = itertools.count()
        # Acknowledgements reach the file with the next metrics only, so that a run can be repeated.
        self.delay = mock.patch("aiedge.telemetry.store._ACKNOWLEDGE_DELAY_S", 3600.0)
        self.delay.start()

    @initialize()
    def start(self) -> None:
        self.path = next(self.names)
        self.store = MetricStore.open(self.path)

    @rule(count=st.integers(0, 5))
    def publish(self, count: int) -> None:
        numbers = [next(self.published) for _ in range(count)]
        ids = self.store.publish([Metric("n", number, number) for number in numbers])
        assert not self.ever.intersection(ids)
        self.ever.update(ids)
        self.waiting += zip(ids, numbers, strict=True)

    @rule(data=st.data())
    def acknowledge(self, data: st.DataObject) -> None:
        ids = data.draw(
            st.lists(st.sampled_from(sorted(self.ever)), max_size=4) if self.ever else st.just([])
        )
        self.store.acknowledge(ids)
        self.waiting = [(metric_id, number) for metric_id, number in self.waiting if metric_id not in ids]

    @rule()
    def close_and_reopen(self) -> None:
        self.store.close()
        self.store = MetricStore.open(self.path)
        assert self.store.counters.pending == len(self.waiting)

    @rule()
    def crash(self) -> None:
        """The files as a kill would leave them now: what was not yet deleted comes again, nothing is less."""
        copy = next(self.names)
        shutil.copytree(self.path.parent, copy.parent)
        self.store.close()
        self.path, self.store = copy, MetricStore.open(copy)
        there = [(s.id, decode_body(s.body).value) for s in self.store.pending(1_000_000)]
        assert set(self.waiting) <= set(there)
        assert {metric_id for metric_id, _ in there} <= self.ever
        self.waiting = there

    @rule(limit=st.integers(1, 4), after=st.integers(0, 20))
    def read_a_page(self, limit: int, after: int) -> None:
        page = [s.id for s in self.store.pending(limit, after=after)]
        assert page == [i for i, _ in self.waiting if i.sequence > after][:limit]

    @invariant()
    def holds_the_same(self) -> None:
        assert [(s.id, decode_body(s.body).value) for s in self.store.pending(1_000_000)] == self.waiting
        counters = self.store.counters
        assert counters.pending >= len(self.waiting)  # acknowledgements are counted when they are on disk
        assert counters.stored == len(self.ever) == counters.acknowledged + counters.pending

    def teardown(self) -> None:
        self.store.close()
        self.delay.stop()
        shutil.rmtree(self.folder)


TestStoreAgainstList = StoreAgainstList.TestCase
TestStoreAgainstList.settings = settings(max_examples=10, stateful_step_count=20, deadline=None)
