"""The native engine's own options: what is refused, and that the threads stand where they were told to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from random_graphs import BUILDERS

import aiedge
from aiedge.errors import EngineError
from aiedge.model.bundle import write_bundle


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.aie"
    path.write_bytes(write_bundle(BUILDERS["conv_2d"](np.random.default_rng(1), "int8")))
    return path


def _threads() -> set[int]:
    return {int(name) for name in os.listdir("/proc/self/task")}  # noqa: PTH208 - names, not paths


def test_threads_are_bound(model: Path) -> None:
    cpu = min(os.sched_getaffinity(0))
    mine = os.sched_getaffinity(0)
    before = _threads()
    loaded = aiedge.load(model, threads=3, cpus=[cpu, cpu], spin_s=0.001)
    started = _threads() - before
    assert [os.sched_getaffinity(thread) for thread in started] == [{cpu}, {cpu}]
    assert os.sched_getaffinity(0) == mine
    loaded(np.zeros(loaded.inputs[0].shape, loaded.inputs[0].dtype))


def _may_be_real_time() -> bool:
    """Tried on this thread, by the same call."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(3))
    except PermissionError:
        return False
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    return True


def test_real_time_or_a_refusal(model: Path) -> None:
    before = _threads()
    if not _may_be_real_time():
        with pytest.raises(EngineError, match="real-time priority 3") as caught:
            aiedge.load(model, threads=2, realtime_priority=3)
        assert caught.value.code == "AIE-ENG-016"
        return
    loaded = aiedge.load(model, threads=2, realtime_priority=3)
    (thread,) = _threads() - before
    assert os.sched_getscheduler(thread) == os.SCHED_FIFO
    assert os.sched_getparam(thread).sched_priority == 3
    assert loaded.engine == "native"


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [
        ({"threads": 2, "cpus": [0, 1]}, "AIE-ENG-011", "1, given are 2"),
        ({"cpus": [0]}, "AIE-ENG-011", "0, given are 1"),
        ({"threads": 2, "cpus": [-1]}, "AIE-ENG-011", "cpus is out of its range"),
        ({"threads": 2, "cpus": [1 << 40]}, "AIE-ENG-011", "cpus is out of its range"),
        ({"threads": 2, "cpus": [1023]}, "AIE-ENG-016", "cannot be bound to CPU 1023"),
        ({"threads": 2, "cpus": [1024]}, "AIE-ENG-011", "CPU 1024"),
        ({"threads": 2, "realtime_priority": 100}, "AIE-ENG-011", "must be 1 to 99"),
        ({"threads": 2, "realtime_priority": -1}, "AIE-ENG-011", "realtime_priority is out of its range"),
        ({"spin_s": 1.5}, "AIE-ENG-011", "spin_s is out of its range"),
        ({"spin_s": float("nan")}, "AIE-ENG-011", "spin_s is out of its range"),
        ({"isa": "sse9"}, "AIE-ENG-009", "'sse9'"),
        ({"colour": 1}, "AIE-ENG-017", "'colour'"),
        ({"engine": "tflite", "cpus": [0]}, "AIE-ENG-017", "'tflite'"),
    ],
)
def test_refusals(model: Path, options: dict[str, Any], code: str, text: str) -> None:
    with pytest.raises(EngineError) as caught:
        aiedge.load(model, **options)
    assert caught.value.code == code
    assert text in str(caught.value)


def test_a_trace_passes_exceptions_on(model: Path) -> None:
    from aiedge import _native

    native = _native.Model(model)
    inputs = [np.zeros(info.shape, info.dtype) for info in native.inputs]
    outs = [np.zeros(info.shape, info.dtype) for info in native.outputs]

    def refuse(node: int, output: object, content: bytes) -> None:
        raise LookupError(f"node {node}")

    with pytest.raises(LookupError, match="node 0"):
        native.trace(inputs, outs, refuse)
    native.run(inputs, outs)  # as if nothing had been
