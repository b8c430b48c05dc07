from __future__ import annotations

import logging
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from waiting import until

from aiedge.clock import FakeClock
from aiedge.errors import TelemetryError, UsageError
from aiedge.telemetry.metric import Metric, MetricId, decode_body
from aiedge.telemetry.store import MetricStore, StorePolicy
from aiedge.telemetry.store_file import StoreFile

MIB = 1024 * 1024


def metric(value: Any = 1) -> Metric:
    return Metric("m", value, 5)


def values(store: MetricStore) -> list[Any]:
    return [decode_body(stored.body).value for stored in store.pending(1_000_000)]


class StalledDisk:
    """Holds every commit back until it is released, as a disk that does not answer."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.entered = threading.Event()
        self.released = threading.Event()
        commit = StoreFile.commit

        def stalled(file: StoreFile, *arguments: Any) -> Any:
            self.entered.set()
            self.released.wait()
            return commit(file, *arguments)

        monkeypatch.setattr(StoreFile, "commit", stalled)


@pytest.fixture
def stalled_disk(monkeypatch: pytest.MonkeyPatch) -> StalledDisk:
    return StalledDisk(monkeypatch)


def test_what_was_published_is_there_after_reopening(tmp_path: Path) -> None:
    path = tmp_path / "with space 和中文" / "store.db"
    with MetricStore.open(path) as store:
        ids = store.publish([metric(1), metric("two"), metric({"three": [3.0, None]})])
        assert [i.sequence for i in ids] == [1, 2, 3]
        assert {i.store for i in ids} == {store.store_id}
    with MetricStore.open(path) as store:
        assert [stored.id for stored in store.pending(10)] == list(ids)
        assert values(store)[:2] == [1, "two"]
        assert store.counters.stored == 3
        assert store.publish([metric()])[0] == MetricId(ids[0].store, 4)


def test_acknowledged_metrics_are_gone_now_and_after_reopening(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with MetricStore.open(path) as store:
        ids = store.publish([metric(n) for n in range(5)])
        store.acknowledge([ids[1], ids[3], ids[3], MetricId("0" * 32, 1), MetricId(ids[0].store, 999)])
        assert values(store) == [0, 2, 4]
    with MetricStore.open(path) as store:
        assert values(store) == [0, 2, 4]
        assert (store.counters.acknowledged, store.counters.pending) == (2, 3)


def test_no_sequence_is_given_twice_even_when_all_are_gone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with MetricStore.open(path) as store:
        store.acknowledge(store.publish([metric(), metric()]))
    with MetricStore.open(path) as store:
        assert store.pending(1) == []
        assert store.last_sequence == 2
        assert store.publish([metric()])[0].sequence == 3


def test_pending_walks_by_pages(tmp_path: Path) -> None:
    with MetricStore.open(tmp_path / "store.db") as store:
        store.publish([metric(n) for n in range(10)])
        assert [s.id.sequence for s in store.pending(3, after=4)] == [5, 6, 7]
        assert [s.id.sequence for s in store.pending(3, after=4, upto=6)] == [5, 6]
        assert store.pending(3, after=10) == []


def test_an_empty_call_publishes_nothing(tmp_path: Path) -> None:
    with MetricStore.open(tmp_path / "store.db") as store:
        assert store.publish([]) == ()
        assert store.counters.stored == 0


def test_a_metric_that_cannot_be_encoded_stores_nothing_of_its_call(tmp_path: Path) -> None:
    with MetricStore.open(tmp_path / "store.db") as store:
        with pytest.raises(TelemetryError, match=r"AIE-TEL-001"):
            store.publish([metric(1), metric("\ud800")])
        assert values(store) == []


def test_many_threads_share_commits(tmp_path: Path, stalled_disk: StalledDisk) -> None:
    with MetricStore.open(tmp_path / "store.db") as store:
        published: list[tuple[MetricId, ...]] = []
        threads = [
            threading.Thread(target=lambda n=n: published.append(store.publish([metric(n)], timeout_s=60)))
            for n in range(40)
        ]
        for thread in threads:
            thread.start()
        until(lambda: store._queued == 40)
        stalled_disk.released.set()
        for thread in threads:
            thread.join()
        assert sorted(values(store)) == list(range(40))
        assert len({ids[0] for ids in published}) == 40
        # The first alone or with a few, all others in the next one: never forty.
        assert store.counters.commits <= 3


def test_listeners_hear_of_each_commit(tmp_path: Path) -> None:
    heard = threading.Event()
    with MetricStore.open(tmp_path / "store.db") as store:
        store.add_listener(heard.set)
        store.publish([metric()])
        assert heard.wait(10)
        store.remove_listener(heard.set)
        heard.clear()
        store.publish([metric()])
        store.publish([metric()])
        assert not heard.is_set()


# Limits and refusals


def test_a_full_queue_refuses_and_counts(tmp_path: Path, stalled_disk: StalledDisk) -> None:
    with MetricStore.open(tmp_path / "store.db", max_queued=3) as store:
        thread = threading.Thread(target=store.publish, args=([metric(0)],), kwargs={"timeout_s": 60})
        thread.start()
        stalled_disk.entered.wait()
        with pytest.raises(TelemetryError, match=r"AIE-TEL-010.*1 metrics wait.*limit is 3"):
            store.publish([metric(n) for n in range(3)])
        stalled_disk.released.set()
        thread.join()
        assert store.counters.refused == {"queue_full": 3}
        assert values(store) == [0]


def test_a_stalled_disk_ends_in_time_and_says_what_became_of_the_metrics(
    tmp_path: Path, stalled_disk: StalledDisk
) -> None:
    with MetricStore.open(tmp_path / "store.db") as store:
        with pytest.raises(TelemetryError, match=r"AIE-TEL-014.*may be stored or not"):
            store.publish([metric("in the commit")], timeout_s=0.2)
        with pytest.raises(TelemetryError, match=r"AIE-TEL-013.*not stored"):
            store.publish([metric("in the queue")], timeout_s=0.05)
        stalled_disk.released.set()
        until(lambda: store.counters.stored == 1)
        assert values(store) == ["in the commit"]
        assert store.counters.unconfirmed == 1
        assert store.counters.refused == {"timeout": 1}


def test_refusals_survive_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    for _ in range(2):
        with (
            MetricStore.open(path, max_queued=1) as store,
            pytest.raises(TelemetryError, match=r"AIE-TEL-010"),
        ):
            store.publish([metric(), metric()])
    with MetricStore.open(path) as store:
        assert store.counters.refused == {"queue_full": 4}


def fill(store: MetricStore, count: int, size: int = 3000) -> int:
    """Publish until ``count`` were tried; gives how many were taken."""
    taken = 0
    for n in range(count):
        try:
            store.publish([Metric("m", f"{n:06}" + "x" * size, 5)])
            taken += 1
        except TelemetryError as error:
            assert error.code == "AIE-TEL-011"  # noqa: PT017  -- no other refusal may happen here
    return taken


def test_reject_new_keeps_the_oldest(tmp_path: Path) -> None:
    with MetricStore.open(tmp_path / "store.db", max_bytes=MIB, policy="reject_new") as store:
        taken = fill(store, 300)
        assert 170 < taken < 192  # 768 KiB, a page each
        assert store.counters.refused == {"store_full": 300 - taken}
        assert store.counters.dropped == {}
        assert [v[:6] for v in values(store)] == [f"{n:06}" for n in range(taken)]
        # Delivery makes room again.
        store.acknowledge([stored.id for stored in store.pending(60)])
        assert fill(store, 50) == 50


def test_drop_oldest_keeps_the_newest_and_counts(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with MetricStore.open(path, max_bytes=MIB, policy=StorePolicy.DROP_OLDEST) as store:
        assert fill(store, 300) == 300
        kept = values(store)
        assert 170 < len(kept) < 192
        assert [v[:6] for v in kept] == [f"{n:06}" for n in range(300 - len(kept), 300)]
    with MetricStore.open(path, max_bytes=MIB) as store:
        assert store.counters.dropped == {"oldest": 300 - len(kept)}
        assert (store.counters.stored, store.counters.pending) == (300, len(kept))


@pytest.mark.parametrize("size", [10, 900, 2100, 4050, 5000, 20_000])
def test_the_files_never_exceed_the_cap(tmp_path: Path, size: int) -> None:
    path = tmp_path / "store.db"
    largest = 0
    with MetricStore.open(path, max_bytes=MIB) as store:
        for n in range(60):
            for _ in range(3):
                store.publish([Metric("m", "x" * size, 5)] * max(1, 40_000 // (size + 100)))
            if n % 7 == 0:  # out of order, so that pages are left half empty
                store.acknowledge([stored.id for stored in store.pending(300)[::3]])
            largest = max(largest, sum(file.stat().st_size for file in tmp_path.iterdir()))
        counters = store.counters
        assert counters.dropped["oldest"] > 0
        assert counters.stored == counters.pending + counters.acknowledged + counters.dropped["oldest"]
    assert 700_000 < largest <= MIB


def test_one_call_larger_than_a_transaction_is_refused(tmp_path: Path) -> None:
    with MetricStore.open(tmp_path / "store.db", max_bytes=MIB) as store:
        with pytest.raises(TelemetryError, match=r"AIE-TEL-012"):
            store.publish([Metric("m", "x" * 200_000, 5)])
        assert store.counters.refused == {"too_large": 1}


def test_space_goes_back_to_the_disk_when_all_is_delivered(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with MetricStore.open(path, max_bytes=16 * MIB) as store:
        ids = [i for _ in range(40) for i in store.publish([Metric("m", "x" * 3000, 5)] * 50)]
    assert path.stat().st_size > 6 * MIB
    with MetricStore.open(path, max_bytes=16 * MIB) as store:
        store.acknowledge(ids)
    assert path.stat().st_size < MIB


@pytest.mark.parametrize(
    "options",
    [{"max_bytes": 1000}, {"policy": "drop_newest"}, {"max_delay_s": 0}, {"max_queued": 0}],
    ids=lambda options: next(iter(options)),
)
def test_wrong_options(tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=f"AIE-TEL-016.*{next(iter(options))}"):
        MetricStore.open(tmp_path / "store.db", **options)
    assert list(tmp_path.iterdir()) == []


# Bounded delay


def test_bounded_delay_returns_at_once_and_stores_in_order(tmp_path: Path, stalled_disk: StalledDisk) -> None:
    with MetricStore.open(tmp_path / "store.db", max_delay_s=0.01) as store:
        assert store.publish([metric(0), metric(1)]) == ()
        stalled_disk.entered.wait()
        assert store.publish([metric(2)]) == ()
        assert (store.counters.at_risk, store.counters.stored) == (3, 0)
        stalled_disk.released.set()
        until(lambda: store.counters.at_risk == 0)
        assert values(store) == [0, 1, 2]


def test_close_writes_what_is_at_risk(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with MetricStore.open(path, max_delay_s=3600) as store:
        store.publish([metric(n) for n in range(7)])
        assert store.counters.at_risk == 7
    with MetricStore.open(path) as store:
        assert values(store) == list(range(7))


def test_metrics_at_risk_for_too_long_are_counted(tmp_path: Path, stalled_disk: StalledDisk) -> None:
    clock = FakeClock()
    with MetricStore.open(tmp_path / "store.db", max_delay_s=0.01, clock=clock) as store:
        store.publish([metric(), metric()])
        stalled_disk.entered.wait()
        clock.advance(1.0)
        stalled_disk.released.set()
        until(lambda: store.counters.stored == 2)
        assert store.counters.late == 2


# Other processes, other files, damage


def test_a_second_process_is_told_that_the_store_is_in_use(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    script = "import sys; from aiedge.telemetry.store import MetricStore; MetricStore.open(sys.argv[1])"
    with MetricStore.open(path) as store:
        for _ in range(2):
            other = subprocess.run(
                [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False
            )
            assert other.returncode == 1
            assert f"AIE-TEL-005: {path}: The metric store is in use by another process." in other.stderr
            with pytest.raises(TelemetryError, match=r"AIE-TEL-005"):
                MetricStore.open(path)
        store.publish([metric("still works")])
    other = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False
    )
    assert other.returncode == 0, other.stderr
    with MetricStore.open(path) as store:
        assert values(store) == ["still works"]


def test_a_closed_store_refuses(tmp_path: Path) -> None:
    store = MetricStore.open(tmp_path / "store.db")
    store.close()
    store.close()
    with pytest.raises(TelemetryError, match=r"AIE-TEL-015"):
        store.publish([metric()])
    with pytest.raises(TelemetryError, match=r"AIE-TEL-015"):
        store.pending(1)


def damage_header(data: bytearray) -> None:
    data[:200] = b"\xa5" * 200


def damage_pages(data: bytearray) -> None:
    data[4096 : 4096 * 3] = os.urandom(4096 * 2)


def truncate(data: bytearray) -> None:
    del data[4096 * 2 + 100 :]


def overwrite_with_text(data: bytearray) -> None:
    data[:] = b"these are my notes, not a database\n" * 100


@pytest.mark.parametrize("damage", [damage_header, damage_pages, truncate, overwrite_with_text])
def test_a_damaged_file_is_moved_aside_and_the_store_works(
    tmp_path: Path, damage: Callable[[bytearray], None], caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "store.db"
    with MetricStore.open(path) as store:
        store.publish([metric("x" * 500) for _ in range(100)])
        old_id = store.store_id
    data = bytearray(path.read_bytes())
    damage(data)
    path.write_bytes(data)
    with caplog.at_level(logging.WARNING), MetricStore.open(path, clock=FakeClock(utc_ns=77)) as store:
        assert store.counters.damaged_files == 1
        assert store.store_id != old_id
        store.publish([metric("new")])
        assert values(store) == ["new"]
    assert (tmp_path / "store.db.damaged-77").read_bytes() == bytes(data)
    assert "store.db.damaged-77" in caplog.text
    with MetricStore.open(path) as store:
        assert store.counters.damaged_files == 1


def test_a_damaged_log_costs_only_its_own_metrics(tmp_path: Path) -> None:
    source, copy = tmp_path / "store.db", tmp_path / "copy.db"
    with MetricStore.open(source) as store:
        store.publish([metric(n) for n in range(3)])
        log = bytearray((tmp_path / "store.db-wal").read_bytes())
        copy.write_bytes(source.read_bytes())
    log[len(log) // 2 :] = os.urandom(len(log) - len(log) // 2)
    (tmp_path / "copy.db-wal").write_bytes(log)
    with MetricStore.open(copy) as store:
        store.publish([metric("goes on")])
        assert values(store)[-1] == "goes on"


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(TelemetryError, match=r"AIE-TEL-009"):
        MetricStore.open(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["store.db"]


def test_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    MetricStore.open(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 2")
    connection.close()
    with pytest.raises(TelemetryError, match=r"AIE-TEL-009.*version 2"):
        MetricStore.open(path)


@pytest.mark.parametrize("leftover", [b"", None])
def test_a_store_whose_making_was_cut_short_is_made_again(tmp_path: Path, leftover: bytes | None) -> None:
    path = tmp_path / "store.db"
    if leftover is None:
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.close()
    else:
        path.write_bytes(leftover)
    with MetricStore.open(path) as store:
        store.publish([metric(1)])
        assert values(store) == [1]
        assert store.counters.damaged_files == 0


def test_bytes_written_agree_with_the_kernels_account(tmp_path: Path) -> None:
    account = Path("/proc/self/io")

    def written() -> int:
        return int(dict(line.split(": ") for line in account.read_text().splitlines())["wchar"])

    with MetricStore.open(tmp_path / "store.db", max_bytes=MIB) as store:
        store.publish([metric()])
        kernel, ours = written(), store.counters.bytes_written
        for _ in range(300):
            store.publish([metric("x" * 300)])
        kernel, ours = written() - kernel, store.counters.bytes_written - ours
    assert ours > 300 * 4096
    assert ours == pytest.approx(kernel, rel=0.02)
