"""The process of one engine: it loads one model, and runs only when asked to.

It is told what to do line by line on standard input, and answers each request with one line of JSON on what was its
standard output: first how long loading took, then for ``round`` the nanoseconds of each call, for ``outputs`` what
the last call gave, as hashes. A sample is one call from Python: input set, run, output read.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import aiedge
from aiedge.api import open_engine
from aiedge.clock import SYSTEM_CLOCK
from aiedge.errors import AiedgeError
from aiedge.types import Placement, TensorSpec

ROUND_S = 0.05
"""How long one engine runs in one round, about."""


def main(arguments: Sequence[str]) -> int:
    """Serve: ``arguments`` are engine, model file, threads, seed of the inputs, CPUs as ``2,3``."""
    engine, path, threads, seed, cpus = arguments
    # An engine's library may print; only answers go to the one who asks.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    # Before the engine's library is loaded: the threads that it starts inherit it.
    os.sched_setaffinity(0, [int(cpu) for cpu in cpus.split(",")])
    try:
        began = SYSTEM_CLOCK.monotonic_ns()
        call, outputs, nodes = load_call(engine, path, threads=int(threads), seed=int(seed))
        call()
        loaded = {
            "load_ns": SYSTEM_CLOCK.monotonic_ns() - began,
            "kernels": sorted({node.kernel for node in nodes}),
            "macs": sum(node.macs for node in nodes),
        }
        print(json.dumps(loaded), file=answers)
        calls = max(1, round(ROUND_S * 1e9 / min(_timed(call, 3))))
        for request in sys.stdin:
            answer = _timed(call, calls) if request == "round\n" else [_digest(array) for array in outputs]
            print(json.dumps(answer), file=answers)
    except AiedgeError as error:
        print(json.dumps({"error": str(error)}), file=answers)
        return 1
    return 0


def load_call(
    engine: str, path: str, *, threads: int, seed: int
) -> tuple[Callable[[], None], list[NDArray[Any]], tuple[Placement, ...]]:
    """The call that is measured (input set, run, output read), its outputs and its nodes; blocks while loading.

    The inputs are random, from ``seed``. Raises what ``aiedge.load`` raises.
    """
    loaded = open_engine(path, engine=engine, threads=threads)
    inputs = [_random(spec, seed) for spec in loaded.inputs]
    out = [np.zeros(spec.shape, spec.dtype) for spec in loaded.outputs]
    # A peer's own users do not pay for the checks that aiedge's door makes; ours do.
    run = aiedge.Model(loaded).run if engine == "native" else loaded.run
    return lambda: run(inputs, out), out, loaded.placement


def _random(spec: TensorSpec, seed: int) -> NDArray[Any]:
    rng = np.random.default_rng(seed)
    if spec.dtype.kind == "f":
        return rng.standard_normal(spec.shape).astype(spec.dtype)
    limits = np.iinfo(spec.dtype)
    return rng.integers(limits.min, limits.max, spec.shape, spec.dtype, endpoint=True)


def _timed(call: Callable[[], None], calls: int) -> list[int]:
    now_ns = SYSTEM_CLOCK.monotonic_ns
    samples = []
    for _ in range(calls):
        began = now_ns()
        call()
        samples.append(now_ns() - began)
    return samples


def _digest(array: NDArray[Any]) -> str:
    return f"{array.dtype}{list(array.shape)} {hashlib.sha256(array.tobytes()).hexdigest()}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
