"""Disks that are full, read-only or limited: real ones, each in a child process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from aiedge.errors import TelemetryError
from aiedge.telemetry.metric import decode_body
from aiedge.telemetry.store import MetricStore

COMMON = """
import os, resource, sys, time
from aiedge.errors import TelemetryError
from aiedge.telemetry.metric import Metric
from aiedge.telemetry.store import MetricStore

def fill(store):
    'Publish until the disk refuses; gives the error.'
    for n in range(100_000):
        try:
            store.publish([Metric("m", f"{n:06}" + "x" * 3000, 5)])
        except TelemetryError as error:
            return n, error

folder = sys.argv[1]
"""


def run(script: str, folder: Path, *before: str) -> str:
    child = subprocess.run(
        [*before, sys.executable, "-c", COMMON + script, str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    return child.stdout


def mounts_here() -> bool:
    """Whether this process may mount a small file system in a namespace of its own."""
    unshare = shutil.which("unshare")
    probe = "mount -t tmpfs -o size=64k tmpfs /mnt"
    return (
        unshare is not None
        and subprocess.run([unshare, "-m", "sh", "-c", probe], check=False).returncode == 0
    )


FULL_THEN_FREED = """
store = MetricStore.open(folder + "/store.db")
taken, error = fill(store)
print(error.code, error)
assert error.code == "AIE-TEL-006", error
assert fill(store)[1].code == "AIE-TEL-006"
assert store.counters.refused == {"disk_full": 2}, store.counters
assert store.counters.pending == taken == len(store.pending(100_000))
%s
store.publish([Metric("m", "after", 5)])
store.acknowledge([s.id for s in store.pending(taken)])
store.close()
print(taken)
"""


@pytest.mark.parametrize("ballast_kib", [900, 1700])
def test_a_full_disk_refuses_and_when_freed_goes_on(tmp_path: Path, ballast_kib: int) -> None:
    """A file system of 3 MiB where the machine lets us mount one; else a limit of the file size."""
    if mounts_here():
        mount = f"mount -t tmpfs -o size=3m tmpfs '{tmp_path}'"
        mount += f"; head -c {ballast_kib}K /dev/zero > '{tmp_path}/other'"
        output = run(
            FULL_THEN_FREED % "os.remove(folder + '/other')",
            tmp_path,
            *("unshare", "-m", "sh", "-c", mount + '; exec "$@"', "sh"),
        )
    else:
        limit = (3072 - ballast_kib) * 1024
        output = run(
            f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, resource.RLIM_INFINITY))"
            + (FULL_THEN_FREED % "resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)")
            .replace("AIE-TEL-006", "AIE-TEL-007")
            .replace("disk_full", "disk_error"),
            tmp_path,
        )
    assert "The disk is full" in output or "failed: disk I/O error" in output
    assert int(output.split()[-1]) > 50


def test_a_file_size_limit_loses_nothing(tmp_path: Path) -> None:
    run(
        """
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, resource.RLIM_INFINITY))
store = MetricStore.open(folder + "/store.db")
taken, error = fill(store)
assert error.code == "AIE-TEL-007" and "ulimit -f" in error.fix, error
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
store.publish([Metric("m", "after", 5)])
open(folder + "/taken", "w").write(str(taken))
os._exit(0)
""",
        tmp_path,
    )
    taken = int((tmp_path / "taken").read_text())
    with MetricStore.open(tmp_path / "store.db") as store:
        values = [decode_body(s.body).value for s in store.pending(100_000)]
    assert [v[:6] for v in values] == [*(f"{n:06}" for n in range(taken)), "after"]
    assert taken > 20


def test_bounded_delay_keeps_what_it_took_until_the_disk_recovers(tmp_path: Path) -> None:
    output = run(
        """
store = MetricStore.open(folder + "/store.db", max_delay_s=0.02)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
taken = 0
while True:
    try:
        store.publish([Metric("m", "x" * 3000, 5)])
        taken += 1
        time.sleep(0.001)
    except TelemetryError as error:
        assert error.code == "AIE-TEL-007", error
        break
assert store.counters.at_risk > 0
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
while store.counters.at_risk:
    time.sleep(0.01)
assert store.counters.stored == taken, (taken, store.counters)
store.publish([Metric("m", "after", 5)])
store.close()
print(len(MetricStore.open(folder + "/store.db").pending(100_000)) - taken)
""",
        tmp_path,
    )
    assert output.split() == ["1"]


def test_closing_on_a_broken_disk_tells_what_is_lost(tmp_path: Path) -> None:
    output = run(
        """
store = MetricStore.open(folder + "/store.db", max_delay_s=3600)
resource.setrlimit(resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
store.publish([Metric("m", n, 5) for n in range(7)])
try:
    store.close()
except TelemetryError as error:
    print(error)
""",
        tmp_path,
    )
    assert "AIE-TEL-017" in output
    assert "7 metrics that waited in memory are lost" in output


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user can reach: pytest's own is closed to all but its owner."""
    folder = Path(tempfile.mkdtemp(prefix="aiedge-store-"))
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


# Root may write anywhere, so it steps down, after everything is imported.
READ_ONLY = """
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    MetricStore.open(folder + "/store.db").publish([Metric("m", 1, 5)])
except TelemetryError as error:
    print(error)
"""


@pytest.mark.parametrize("mode", [0o555, 0o000, 0o444, 0o666])
def test_a_read_only_folder(open_folder: Path, mode: int) -> None:
    open_folder.chmod(mode)
    assert f"AIE-TEL-004: {open_folder}/store.db: The metric store is read-only." in run(
        READ_ONLY, open_folder
    )


def test_a_read_only_file(open_folder: Path) -> None:
    MetricStore.open(open_folder / "store.db").close()
    (open_folder / "store.db").chmod(0o444)
    open_folder.chmod(0o777)
    assert f"AIE-TEL-004: {open_folder}/store.db: The metric store is read-only." in run(
        READ_ONLY, open_folder
    )


@pytest.mark.parametrize("place", ["/dev/null", "/dev/full", "folder", "pipe"])
def test_what_is_no_file_is_neither_opened_nor_moved(tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    before = (tmp_path / place).stat()
    with pytest.raises(TelemetryError, match=r"AIE-TEL-003.*is not a file"):
        MetricStore.open(tmp_path / place)
    assert (tmp_path / place).stat().st_ino == before.st_ino
    assert {entry.name for entry in tmp_path.iterdir()} == {"folder", "pipe"}


def test_a_folder_that_cannot_be_made(open_folder: Path) -> None:
    (open_folder / "file").touch()
    output = run(READ_ONLY.replace("/store.db", "/file/store.db"), open_folder)
    assert "AIE-TEL-003" in output
    assert os.listdir(open_folder) == ["file"]  # noqa: PTH208 - what a listing shows
