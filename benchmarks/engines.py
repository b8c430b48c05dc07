"""aiedge's native engine beside LiteRT, model by model, on the same inputs.

Usage: ``python benchmarks/engines.py [MODEL.tflite...] [--threads 1,2] [--rounds 30] [--json FILE]``

Each engine lives in a process of its own, bound to as many cores as it has threads. All engines of a model run in turns
within one run, round by round, so that a change of the machine's speed meets all of them; only ratios of one run mean
anything. A sample is one call from Python: input set, run, output read. The outputs are compared bit by bit. Without
MODEL: the quantized models of ``../shared/models`` (or ``$AIEDGE_SHARED/models``).

Engines: ``native``; ``native-reference`` (the portable kernels); ``litert`` (its default, XNNPACK with all that the CPU
has); ``litert-avx2`` (held to AVX2, see litert_avx2.py).
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from litert_avx2 import hold_litert_to_avx2
from machine import ROOT, machine
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from aiedge.clock import SystemClock

ENGINES = ("native", "native-reference", "litert", "litert-avx2")
DEFAULT_ENGINES = "native,litert"
ROUND_S = 0.05
"""How long one engine runs in one round, about."""

SHARES = (0, 50, 99)
"""The percentiles of the table."""

Arrays = list[NDArray[Any]]


@dataclass
class Result:
    """One engine on one model with a number of threads; ``samples_ns`` in the order measured, by round."""

    model: str
    engine: str
    threads: int
    load_ns: int
    kernels: list[str]
    samples_ns: list[list[int]] = field(default_factory=list)
    same_bits: bool | None = None

    def percentile_us(self, share: float) -> float:
        """A percentile of all samples, in microseconds."""
        return float(np.percentile(np.concatenate(self.samples_ns), share)) / 1e3


def main() -> int:
    """Measure, print the table, write the samples; 1 when two engines gave different bits."""
    options = _options()
    models = options.models or _shared_models()
    if not models:
        print("no models: name .tflite files, or put the shared models beside the checkout", file=sys.stderr)
        return 2
    results: list[Result] = []
    for model in models:
        for threads in options.threads:
            results += _measure(model, options.engines, threads, options)
    _print_table(results, options.engines)
    if options.json:
        document = {
            "command": sys.argv,
            "machine": machine(("aiedge", "ai-edge-litert", "numpy")),
            "seed": options.seed,
            "results": [vars(r) for r in results],
        }
        options.json.write_text(json.dumps(document) + "\n")
    return 0 if all(result.same_bits is not False for result in results) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="*", type=Path, metavar="MODEL.tflite")
    parser.add_argument(
        "--engines", type=_names, default=_names(DEFAULT_ENGINES), help=f"of {', '.join(ENGINES)}"
    )
    parser.add_argument("--threads", type=_numbers, default=[1, 2], help="numbers of threads, as 1,2")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0, help="of the random inputs")
    parser.add_argument("--json", type=Path, help="file for machine, versions and every sample")
    return parser.parse_args()


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - set(ENGINES):
        raise argparse.ArgumentTypeError(f"unknown engine {', '.join(sorted(unknown))}")
    return names


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def _shared_models() -> list[Path]:
    shared = Path(os.environ.get("AIEDGE_SHARED", ROOT.parent / "shared"))
    return sorted(path for path in (shared / "models").glob("*.tflite") if "fp32" not in path.name)


def _measure(model: Path, engines: list[str], threads: int, options: argparse.Namespace) -> list[Result]:
    workers = [Worker(engine, model, threads, options.seed) for engine in engines]
    try:
        results = [
            Result(model.stem, worker.engine, threads, worker.load_ns, worker.kernels) for worker in workers
        ]
        for _ in range(options.rounds):
            for worker, result in zip(workers, results, strict=True):
                result.samples_ns.append(worker.run_round())
        outputs = [worker.outputs() for worker in workers]
    finally:
        for worker in workers:
            worker.close()
    for result, arrays in zip(results[1:], outputs[1:], strict=True):
        result.same_bits = all(np.array_equal(a, b) for a, b in zip(outputs[0], arrays, strict=True))
    print(f"{model.stem}, {threads} thread(s): done", file=sys.stderr)
    return results


class Worker:
    """An engine in a process of its own, which runs only when asked to."""

    def __init__(self, engine: str, model: Path, threads: int, seed: int) -> None:
        self.engine = engine
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, engine, model, threads, seed))
        self._process.start()
        theirs.close()
        self.load_ns, self.kernels = self._pipe.recv()

    def run_round(self) -> list[int]:
        """Nanoseconds of each call of one round."""
        self._pipe.send("round")
        samples: list[int] = self._pipe.recv()
        return samples

    def outputs(self) -> Arrays:
        """What the last call gave."""
        self._pipe.send("outputs")
        arrays: Arrays = self._pipe.recv()
        return arrays

    def close(self) -> None:
        """End the process."""
        self._pipe.close()
        self._process.join()


def _serve(pipe: Connection, engine: str, model: Path, threads: int, seed: int) -> None:
    clock = SystemClock()
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[-threads:])
    began = clock.monotonic_ns()
    call, outputs, kernels = _load(engine, model, threads, seed)
    call()
    pipe.send((clock.monotonic_ns() - began, kernels))
    calls = max(1, round(ROUND_S * 1e9 / min(_timed(clock, call, 3))))
    for request in _requests(pipe):
        pipe.send(_timed(clock, call, calls) if request == "round" else outputs())


def _requests(pipe: Connection) -> Iterator[str]:
    while True:
        try:
            yield pipe.recv()
        except EOFError:
            return


def _timed(clock: SystemClock, call: Callable[[], None], calls: int) -> list[int]:
    samples = []
    for _ in range(calls):
        began = clock.monotonic_ns()
        call()
        samples.append(clock.monotonic_ns() - began)
    return samples


def _load(
    engine: str, path: Path, threads: int, seed: int
) -> tuple[Callable[[], None], Callable[[], Arrays], list[str]]:
    if engine.startswith("litert"):
        return _load_litert(engine, path, threads, seed)
    if engine == "native-reference":
        os.environ["AIEDGE_ISA"] = "reference"
    import aiedge

    model = aiedge.load(path, threads=threads)
    inputs = [_random(spec.shape, spec.dtype, seed) for spec in model.inputs]
    out = model.allocate_outputs()
    kernels = sorted({placement.kernel for placement in model.placement})
    return lambda: model.run(inputs, out), lambda: out, kernels


def _load_litert(
    engine: str, path: Path, threads: int, seed: int
) -> tuple[Callable[[], None], Callable[[], Arrays], list[str]]:
    from ai_edge_litert.interpreter import Interpreter

    if engine == "litert-avx2":
        hold_litert_to_avx2()
    interpreter = Interpreter(model_path=str(path), num_threads=threads)
    interpreter.allocate_tensors()
    inputs = [
        (d["index"], _random(tuple(d["shape"]), d["dtype"], seed)) for d in interpreter.get_input_details()
    ]
    wanted = [d["index"] for d in interpreter.get_output_details()]
    out: Arrays = []

    def call() -> None:
        for index, array in inputs:
            interpreter.set_tensor(index, array)
        interpreter.invoke()
        out[:] = [interpreter.get_tensor(index) for index in wanted]

    return call, lambda: out, ["XNNPACK"]


def _random(shape: tuple[int, ...], dtype: Any, seed: int) -> NDArray[Any]:
    limits = np.iinfo(np.dtype(dtype))
    return np.random.default_rng(seed).integers(limits.min, limits.max, shape, np.dtype(dtype), endpoint=True)


def _print_table(results: list[Result], engines: list[str]) -> None:
    table = Table(
        title="microseconds a call: least / median / 99th percentile; ratios of the medians and of the least"
    )
    table.add_column("model")
    table.add_column("threads", justify="right")
    for engine in engines:
        table.add_column(engine, justify="right")
    for engine in engines[1:]:
        table.add_column(f"{engine} / {engines[0]}", justify="right")
    table.add_column("bits")
    for start in range(0, len(results), len(engines)):
        row = results[start : start + len(engines)]
        times = [" / ".join(f"{r.percentile_us(share):.1f}" for share in SHARES) for r in row]
        ratios = [" / ".join(f"{_ratio(r, row[0], share):.2f}" for share in (50, 0)) for r in row[1:]]
        bits = "same" if all(r.same_bits is not False for r in row) else "DIFFERENT"
        table.add_row(row[0].model, str(row[0].threads), *times, *ratios, bits)
    Console(width=180).print(table)


def _ratio(result: Result, base: Result, share: float) -> float:
    return result.percentile_us(share) / base.percentile_us(share)


if __name__ == "__main__":
    sys.exit(main())
