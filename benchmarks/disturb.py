"""What may run beside a measurement: a process on the other CPUs, until it is ended.

Usage: ``python benchmarks/disturb.py memory|fsync CPU[,CPU...] FOLDER``; started by the benchmarks. It prints
``ready`` when it is at work, and what it did as one line of JSON when its standard input is closed.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np

from aiedge.clock import SYSTEM_CLOCK

STREAM_BYTES = 256 << 20
"""Far more than a cache holds."""

SYNC_BYTES = 64 << 10
FILE_BYTES = 16 << 20


def main() -> int:
    """Disturb until standard input ends."""
    kind, cpus, folder = sys.argv[1:]
    os.sched_setaffinity(0, [int(cpu) for cpu in cpus.split(",")])
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    did = {"memory": _memory, "fsync": _fsync}[kind](ended.is_set, Path(folder))
    print(json.dumps(did), flush=True)
    return 0


def _memory(ended: Callable[[], bool], folder: Path) -> dict[str, float]:
    """Copy between two arrays: a read and a write stream."""
    source, target = np.ones(STREAM_BYTES, np.uint8), np.ones(STREAM_BYTES, np.uint8)
    began, rounds = _ready(), 0
    while not ended():
        np.copyto(target, source)
        rounds += 1
    return {"copied_gb_per_s": rounds * STREAM_BYTES / (SYSTEM_CLOCK.monotonic_ns() - began)}


def _fsync(ended: Callable[[], bool], folder: Path) -> dict[str, float]:
    """Write a piece of a file and wait for the disk, again and again."""
    piece = os.urandom(SYNC_BYTES)
    took = []
    file = os.open(folder / "synced", os.O_RDWR | os.O_CREAT)
    began, offset = _ready(), 0
    while not ended():
        os.pwrite(file, piece, offset)
        offset = (offset + SYNC_BYTES) % FILE_BYTES
        before = SYSTEM_CLOCK.monotonic_ns()
        os.fsync(file)
        took.append(SYSTEM_CLOCK.monotonic_ns() - before)
    lasted_s = (SYSTEM_CLOCK.monotonic_ns() - began) / 1e9
    os.close(file)
    median_us, worst_us = np.percentile(took, (50, 100)) / 1e3
    return {"syncs_per_s": len(took) / lasted_s, "median_us": median_us, "max_us": worst_us}


def _ready() -> int:
    print("ready", flush=True)
    return SYSTEM_CLOCK.monotonic_ns()


if __name__ == "__main__":
    sys.exit(main())
