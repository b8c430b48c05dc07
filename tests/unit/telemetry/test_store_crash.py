"""SIGKILL at random instants: all that was acknowledged to the publisher is there, and nothing twice."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aiedge.telemetry.metric import decode_body
from aiedge.telemetry.store import MetricStore

# Three threads publish; each line is written after publish has returned.
PUBLISHER = """
import os, sys, threading
from aiedge.telemetry.metric import Metric
from aiedge.telemetry.store import MetricStore

store = MetricStore.open(sys.argv[1], max_bytes=int(sys.argv[2]), policy="reject_new")
os.write(1, b"open\\n")

def work(thread):
    for n in range(1_000_000):
        value = f"{os.getpid()}-{thread}-{n}" + "x" * (37 * n % 2000)
        ids = store.publish([Metric("m", value, 5), Metric("m", value + "+", 5)])
        os.write(1, f"{ids[0].sequence} {ids[1].sequence} {value}\\n".encode())
        if n % 8:
            store.acknowledge(ids)
            os.write(1, f"-{ids[0].sequence} -{ids[1].sequence} acknowledged\\n".encode())

for thread in range(3):
    threading.Thread(target=work, args=(thread,)).start()
"""


@pytest.mark.parametrize("max_bytes", [1024 * 1024 * 64, 1024 * 1024])
def test_a_kill_at_any_instant_loses_nothing_acknowledged(tmp_path: Path, max_bytes: int) -> None:
    path = tmp_path / "store.db"
    chance = random.Random(20261101)  # noqa: S311  -- instants, not secrets
    promised: dict[int, str] = {}
    for _ in range(8):
        with subprocess.Popen(
            [sys.executable, "-c", PUBLISHER, str(path), str(max_bytes)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"open\n"
            time.sleep(chance.uniform(0.0, 0.25))
            child.kill()
            lines = child.stdout.read().split(b"\n")[:-1]
        for line in lines:
            first, second, value = line.decode().split(" ")
            if int(first) > 0:
                promised |= {int(first): value, int(second): value + "+"}
            else:  # delivered: may be there still, need not
                promised.pop(-int(first))
                promised.pop(-int(second))
        with MetricStore.open(path, max_bytes=max_bytes) as store:
            there = {s.id.sequence: decode_body(s.body).value for s in store.pending(1_000_000)}
            assert store.counters.damaged_files == 0
            assert store.counters.pending == len(there)
        lost = {sequence: value for sequence, value in promised.items() if there.get(sequence) != value}
        assert lost == {}
        assert len(set(there.values())) == len(there)
    assert len(promised) > 50
