"""The metric store's file: one SQLite database, its transactions, its byte cap and its checkpoints.

Not thread-safe; :class:`aiedge.telemetry.store.MetricStore` holds a lock around every call. The database is
held exclusively (``locking_mode=EXCLUSIVE``): a second process finds it locked, no shared memory is mapped.

Nothing here may open the database file other than through SQLite: closing any other descriptor of it would
drop the process's POSIX locks on it.
"""

from __future__ import annotations

import contextlib
import enum
import logging
import os
import sqlite3
import uuid
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from aiedge.clock import Clock
from aiedge.errors import TelemetryError
from aiedge.telemetry.metric import MetricId
from aiedge.telemetry.refusal import Refusal, translated

MIN_MAX_BYTES = 1024 * 1024
_PAGE_BYTES = 4096
_WAL_RESERVE_MAX_BYTES = 8 * 1024 * 1024
_WAL_HEADER_BYTES = 32
_WAL_FRAME_HEADER_BYTES = 24
_APPLICATION_ID = 0x41494554  # "AIET"
_SCHEMA_VERSION = 1
_SLACK_BYTES = 16 * _PAGE_BYTES
# Once everything is delivered, a file larger than this gives its free pages back to the file system.
_SHRINK_ABOVE_PAGES = 256
logger = logging.getLogger(__name__)

_SCHEMA = (
    "CREATE TABLE metrics (sequence INTEGER PRIMARY KEY, body BLOB NOT NULL)",
    "CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE identity (store TEXT NOT NULL, created_utc_ns INTEGER NOT NULL)",
)


class StorePolicy(enum.Enum):
    """What happens to a new metric when the byte cap is reached."""

    DROP_OLDEST = "drop_oldest"
    REJECT_NEW = "reject_new"


class StoredMetric(NamedTuple):
    """A metric that waits for delivery; :func:`aiedge.telemetry.metric.decode_body` reads ``body``."""

    id: MetricId
    body: bytes


class StoreFile:
    """See the module. ``tally``: the counters since the store was made; ``rows``: metrics on disk."""

    def __init__(
        self, path: Path, connection: sqlite3.Connection, max_bytes: int, policy: StorePolicy
    ) -> None:
        self._connection = connection
        self._wal = path.with_name(path.name + "-wal")
        self._where = str(path)
        self._policy = policy
        self.max_bytes = max_bytes
        # The write-ahead log may grow to the reserve, so one transaction must fit it, with what it rewrites
        # on top (inner pages, counters, the map of free pages). A quarter is left for acknowledgements.
        self._wal_reserve_bytes = min(_WAL_RESERVE_MAX_BYTES, max_bytes // 4)
        self._max_pages = (max_bytes - self._wal_reserve_bytes) // _PAGE_BYTES
        self._max_transaction_bytes = self._wal_reserve_bytes - _SLACK_BYTES
        self.max_batch_bytes = self._max_transaction_bytes * 3 // 4
        self._wal_bytes = self._measure_wal()
        self.tally: Counter[str] = Counter(dict(connection.execute("SELECT name, value FROM counters")))
        self._saved = dict(self.tally)
        self.store_id: str = connection.execute("SELECT store FROM identity").fetchone()[0]
        self.rows: int = connection.execute("SELECT count(*) FROM metrics").fetchone()[0]

    @property
    def last_sequence(self) -> int:
        """The newest sequence number that was ever given; kept as a counter, so that none is given twice."""
        return self.tally["sequence"]

    @classmethod
    def open(cls, path: Path, max_bytes: int, policy: StorePolicy, clock: Clock) -> StoreFile:
        """Open or create; a damaged file is moved aside (``NAME.damaged-TIME``), counted and logged.

        Raises :class:`TelemetryError`: AIE-TEL-003 to -007, -009.
        """
        connection = _connect(path)
        damage = _damage(path, connection)
        if damage is not None:
            connection.close()
            aside = _move_aside(path, clock.utc_ns())
            logger.warning(
                "%s was damaged (%s); it was moved to %s and a new store begun", path, damage, aside
            )
            connection = _connect(path)
        try:
            with translated(path):
                _configure(connection)
                _prepare(connection, clock)
                file = cls(path, connection, max_bytes, policy)
            _sync_folder(path.parent)
            if damage is not None:
                file.commit([], (), Counter({"damaged_files": 1}))
        except BaseException:
            connection.close()
            raise
        return file

    def close(self) -> None:
        """Close the database. What was committed stays, whatever happens to the last checkpoint."""
        try:
            self._checkpoint()
            if self.tally != self._saved:
                self.commit([], (), Counter())
        except TelemetryError as error:
            logger.warning("%s", error)
        finally:
            self._connection.close()

    def cost(self, bodies: Sequence[bytes]) -> int:
        """Bytes of pages that these bodies take at most."""
        return sum(_page_cost(len(body)) for body in bodies)

    def room_for_acknowledged(self, batch_bytes: int) -> int:
        """How many may be deleted in one transaction with such batches: each may lie on a page of its own."""
        return (self._max_transaction_bytes - batch_bytes) // _PAGE_BYTES

    def commit(
        self, batches: Sequence[Sequence[bytes]], acknowledged: Sequence[int], counts: Counter[str]
    ) -> list[range | Refusal]:
        """One transaction, fsynced before it returns: delete the acknowledged, insert or refuse each batch.

        Gives each batch's sequence numbers, or why the cap refused it; ``counts`` are added to the tally.
        The batches together must not cost more than ``max_batch_bytes``, and no more may be acknowledged than
        :meth:`room_for_acknowledged` says.
        Raises :class:`TelemetryError` when the disk fails: nothing of this call was stored then.
        """
        with translated(self._where):
            size = sum(self.cost(bodies) for bodies in batches) + len(acknowledged) * _PAGE_BYTES
            self._make_room_in_log(size + _SLACK_BYTES)
            tally = self.tally + counts
            tally["commits"] += 1
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                before = self._connection.total_changes
                self._connection.executemany(
                    "DELETE FROM metrics WHERE sequence = ?", [(sequence,) for sequence in acknowledged]
                )
                deleted = self._connection.total_changes - before
                tally["acknowledged"] += deleted
                rows = self.rows - deleted
                outcomes: list[range | Refusal] = []
                for bodies in batches:
                    outcome, dropped = self._insert(bodies, tally["sequence"])
                    outcomes.append(outcome)
                    tally["dropped.oldest"] += dropped
                    rows -= dropped
                    if isinstance(outcome, Refusal):
                        tally[f"refused.{outcome.reason}"] += len(bodies)
                    else:
                        tally["stored"] += len(bodies)
                        rows += len(bodies)
                        tally["sequence"] = outcome[-1]
                self._write_counters(tally)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        self.tally, self.rows = tally, rows
        self._saved = dict(tally)
        self._count_wal_growth()
        return outcomes

    def pending(self, limit: int, after: int, upto: int, skip: set[int]) -> list[StoredMetric]:
        """The oldest metrics with ``after < sequence <= upto`` and not in ``skip``, at most ``limit``."""
        found: list[StoredMetric] = []
        with translated(self._where):
            cursor = self._connection.execute(
                "SELECT sequence, body FROM metrics WHERE sequence > ? AND sequence <= ? ORDER BY sequence",
                (after, upto),
            )
            for sequence, body in cursor:
                if sequence not in skip:
                    found.append(StoredMetric(MetricId(self.store_id, sequence), body))
                    if len(found) == limit:
                        break
            cursor.close()
        return found

    def _insert(self, bodies: Sequence[bytes], last: int) -> tuple[range | Refusal, int]:
        """Insert one batch within the cap; gives its sequences or the refusal, and how many it made drop."""
        need_bytes = self.cost(bodies)
        # On top: inner pages, the counters, the map of free pages.
        need_pages = need_bytes // _PAGE_BYTES + need_bytes // (256 * _PAGE_BYTES) + 8
        dropped = 0
        while self._used_pages() + need_pages > self._max_pages:
            if self._policy is StorePolicy.REJECT_NEW:
                return Refusal("store_full", "AIE-TEL-011", {"max_bytes": self.max_bytes}), 0
            dropped += self._drop_oldest(self._used_pages() + need_pages - self._max_pages)
        sequences = range(last + 1, last + 1 + len(bodies))
        self._connection.executemany(
            "INSERT INTO metrics (sequence, body) VALUES (?, ?)", zip(sequences, bodies, strict=True)
        )
        return sequences, dropped

    def _drop_oldest(self, pages: int) -> int:
        """Delete the oldest metrics, about ``pages`` full and at least one; gives how many."""
        size, upto = 0, 0
        oldest = "SELECT sequence, length(body) FROM metrics ORDER BY sequence LIMIT 1000"
        for sequence, length in self._connection.execute(oldest).fetchall():
            size, upto = size + _page_cost(length), sequence
            if size >= pages * _PAGE_BYTES:
                break
        before = self._connection.total_changes
        self._connection.execute("DELETE FROM metrics WHERE sequence <= ?", (upto,))
        return self._connection.total_changes - before

    def _used_pages(self) -> int:
        return _pragma(self._connection, "page_count") - _pragma(self._connection, "freelist_count")

    def _write_counters(self, tally: Counter[str]) -> None:
        changed = [(name, value) for name, value in tally.items() if self._saved.get(name) != value]
        self._connection.executemany("INSERT OR REPLACE INTO counters (name, value) VALUES (?, ?)", changed)

    def _make_room_in_log(self, size: int) -> None:
        # It has to succeed before more is written: that bounds the log's size.
        if self._wal_bytes and self._wal_bytes + size > self._wal_reserve_bytes:
            self._checkpoint()

    def _checkpoint(self) -> None:
        """Move the write-ahead log into the database and empty it."""
        if self.rows == 0 and _pragma(self._connection, "page_count") > _SHRINK_ABOVE_PAGES:
            with translated(self._where):
                # As a script, because it gives a row without columns for each page, at which execute stops.
                self._connection.executescript("PRAGMA incremental_vacuum")
            self._count_wal_growth()
        pages = self._pages_in_wal()
        with translated(self._where):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self.tally["bytes_written"] += pages * _PAGE_BYTES
        self._wal_bytes = self._measure_wal()

    def _count_wal_growth(self) -> None:
        # Every checkpoint truncates the log, so that its growth is what was written to it.
        size = self._measure_wal()
        self.tally["bytes_written"] += max(0, size - self._wal_bytes)
        self._wal_bytes = size

    def _measure_wal(self) -> int:
        try:
            return self._wal.stat().st_size
        except FileNotFoundError:
            return 0

    def _pages_in_wal(self) -> int:
        """How many different pages the log holds: a checkpoint writes each once (SQLite's file format, 4)."""
        pages = set()
        with self._wal.open("rb") as log:
            log.seek(_WAL_HEADER_BYTES)
            while len(header := log.read(_WAL_FRAME_HEADER_BYTES)) == _WAL_FRAME_HEADER_BYTES:
                pages.add(header[:4])
                log.seek(_PAGE_BYTES, os.SEEK_CUR)
        return len(pages)


def _connect(path: Path) -> sqlite3.Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TelemetryError("AIE-TEL-003", where=str(path), reason=error.strerror or str(error)) from error
    # Asked here, because SQLite's own answers to this are many, and "disk I/O error" is among them.
    may_enter = os.access(path.parent, os.X_OK)
    if may_enter and path.exists() and not path.is_file():
        raise TelemetryError("AIE-TEL-003", where=str(path), reason="it is there and is not a file")
    closed = not (may_enter and os.access(path.parent, os.W_OK))
    if closed or (path.exists() and not os.access(path, os.W_OK)):
        raise TelemetryError("AIE-TEL-004", where=str(path))
    with translated(path):
        return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0)


def _configure(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA synchronous = FULL")
    # Some builds of SQLite overwrite what is deleted by default: twice the wear, for data that is no secret.
    connection.execute("PRAGMA secure_delete = OFF")
    connection.execute("PRAGMA wal_autocheckpoint = 0")


def _damage(path: Path, connection: sqlite3.Connection) -> str | None:
    """What is wrong inside the file, or None. Takes the lock, and refuses another program's database."""
    try:
        with translated(path):
            _configure(connection)
            application_id, version = (
                _pragma(connection, "application_id"),
                _pragma(connection, "user_version"),
            )
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            report: str = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        # A crash while the store was made leaves a database with nothing in it.
        if (application_id, version) != (_APPLICATION_ID, _SCHEMA_VERSION) and (tables or application_id):
            reason = f"application {application_id:#x}, version {version}"
            raise TelemetryError("AIE-TEL-009", where=str(path), reason=reason)
    except TelemetryError as error:
        if error.code == "AIE-TEL-008":
            return str(error.__cause__)
        connection.close()
        raise
    return None if report == "ok" else report


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    value: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return value


def _prepare(connection: sqlite3.Connection, clock: Clock) -> None:
    if _pragma(connection, "page_count") == 0:
        connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN EXCLUSIVE")
    try:
        if _pragma(connection, "application_id") == 0:
            for statement in _SCHEMA:
                connection.execute(statement)
            connection.execute("INSERT INTO identity VALUES (?, ?)", (uuid.uuid4().hex, clock.utc_ns()))
            connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _move_aside(path: Path, time_utc_ns: int) -> Path:
    aside = path.with_name(f"{path.name}.damaged-{time_utc_ns}")
    try:
        path.rename(aside)
        for suffix in ("-wal", "-shm", "-journal"):
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
    except OSError as error:
        raise TelemetryError("AIE-TEL-003", where=str(path), reason=error.strerror or str(error)) from error
    return aside


def _sync_folder(folder: Path) -> None:
    """Make the new file's name durable: SQLite syncs its own logs' names, not the database's."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _page_cost(length: int) -> int:
    """Bytes of pages that a row with a body of ``length`` bytes takes at most (SQLite's file format, 1.6)."""
    if length <= 4040:
        return _PAGE_BYTES // ((_PAGE_BYTES - 8) // (length + 20))
    return (length // (_PAGE_BYTES - 4) + 2) * _PAGE_BYTES  # its overflow pages, and its share of a leaf
