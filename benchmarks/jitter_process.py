"""The process of one engine and model in jitter.py: one call in each period, at the instant that is its own.

Arguments: engine (or ``spin``), model file, seed, CPU, SCHED_FIFO priority (0: none), runs, file for the samples. It
prints what it loaded as a line of JSON, then reads one: ``epoch_ns`` (monotonic), ``period_ns``, and as ``offsets_ns``
where in its period a run begins, as ``[runs, offset]`` pairs one after the other. It ends with one more line of JSON.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from aiedge.bench.worker import load_call
from aiedge.clock import SYSTEM_CLOCK

WARM_UP_CALLS = 50

SPIN = "spin"
"""Not an engine but the control: it counts, about 0.1 ms long, and touches next to no memory."""

SPIN_COUNT = 5000


def main() -> int:
    """Load, wait for the start, run, write the samples."""
    engine, path, seed, cpu, priority, runs, destination = sys.argv[1:]
    # An engine's library may print; only answers go to the one who asks.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    os.sched_setaffinity(0, [int(cpu)])
    call, kernels = _call(engine, path, int(seed))
    for _ in range(WARM_UP_CALLS):
        call()
    if int(priority) > 0:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(int(priority)))
    print(json.dumps({"kernels": kernels}), file=answers)
    start = json.loads(sys.stdin.readline())
    due_ns = _instants(start, int(runs))
    samples = {name: np.full(int(runs), 0, np.int64) for name in ("call_ns", "late_ns", "switches", "faults")}
    gc.collect()
    gc.freeze()
    gc.disable()
    before = resource.getrusage(resource.RUSAGE_SELF)
    _run(call, due_ns, samples)
    after = resource.getrusage(resource.RUSAGE_SELF)
    np.savez(Path(destination), **samples)
    print(json.dumps({"usage": _difference(before, after)}), file=answers)
    return 0


def _call(engine: str, path: str, seed: int) -> tuple[Callable[[], object], list[str]]:
    if engine == SPIN:
        return lambda: sum(range(SPIN_COUNT)), []
    call, _, nodes = load_call(engine, path, threads=1, seed=seed)
    return call, sorted({node.kernel for node in nodes})


def _instants(start: dict[str, Any], runs: int) -> list[int]:
    offsets = np.concatenate([np.full(count, offset, np.int64) for count, offset in start["offsets_ns"]])
    instants: list[int] = (start["epoch_ns"] + np.arange(runs) * start["period_ns"] + offsets).tolist()
    return instants


def _run(call: Callable[[], object], due_ns: list[int], samples: dict[str, Any]) -> None:
    """``switches`` and ``faults``: involuntary context switches and page faults of this thread during the call."""
    call_ns, late_ns, switches, faults = samples.values()
    now_ns, sleep, usage, own = (
        SYSTEM_CLOCK.monotonic_ns,
        SYSTEM_CLOCK.sleep,
        resource.getrusage,
        resource.RUSAGE_THREAD,
    )
    for index, due in enumerate(due_ns):
        sleep((due - now_ns()) / 1e9)
        before = usage(own)
        began = now_ns()
        call()
        ended = now_ns()
        after = usage(own)
        call_ns[index] = ended - began
        late_ns[index] = began - due
        switches[index] = after.ru_nivcsw - before.ru_nivcsw
        faults[index] = after.ru_minflt + after.ru_majflt - before.ru_minflt - before.ru_majflt


def _difference(before: resource.struct_rusage, after: resource.struct_rusage) -> dict[str, float]:
    names = ("ru_utime", "ru_stime", "ru_minflt", "ru_majflt", "ru_nvcsw", "ru_nivcsw")
    return {name: getattr(after, name) - getattr(before, name) for name in names}


if __name__ == "__main__":
    sys.exit(main())
