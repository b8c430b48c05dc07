"""How much the time of a call varies when a model runs once in each period and idles between, side by side.

Usage: ``python benchmarks/jitter.py [MODEL.tflite...] [--runs 100000] [--conditions quiet,memory,fsync] [--json FILE]``

Without MODEL: kws and vww of the shared models. Each engine with each model is a process of its own. All are bound to
one CPU (the last that this process may use), each runs once a period in a slot of its own, so that no two run at
once; the order of the slots changes every thousand periods. One more process, ``spin``, only counts for about 0.1 ms:
what its tail has is the machine's doing, not an engine's. A sample is one call from Python: input set, run, output
read; how late the process woke up is kept apart. The garbage collector is off in those processes.

Conditions, each for all runs: ``quiet``; ``memory``: a process on the other CPUs copies hundreds of megabytes without
end; ``fsync``: a process there writes and syncs a file in ``--folder`` without end.

FILE gets percentiles, machine, versions, commit; FILE with .npz beside it every sample: nanoseconds of the call
and of the late wake-up, involuntary context switches and page faults during the call. FILE with .png gets the
distributions.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from contenders import CONTENDERS, HERE, shared_models
from jitter_chart import draw_jitter
from jitter_process import SPIN
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from aiedge.bench.contender import WORKER, Contender
from aiedge.bench.machine import machine
from aiedge.clock import SYSTEM_CLOCK

CONDITIONS = ("quiet", "memory", "fsync")
MODELS = ("mlperf_tiny_kws_int8", "mlperf_tiny_vww_int8")
PACKAGES = ("aiedge", "ai-edge-litert", "onnxruntime", "openvino", "numpy")
SHARES = {"min": 0.0, "p50": 50.0, "p99": 99.0, "p99.9": 99.9, "max": 100.0}
PERIODS_PER_ORDER = 1000
LEAD_NS = 500_000_000
"""From the word to the first period: time for all processes to be asleep."""


@dataclass(frozen=True, slots=True)
class Series:
    """What one engine did with one model under one condition; ``samples`` as the process wrote them."""

    condition: str
    model: str
    engine: str
    kernels: list[str]
    usage: dict[str, float]
    samples: dict[str, NDArray[np.int64]]

    @property
    def key(self) -> str:
        """Names the series among those of one file."""
        return f"{self.condition}/{self.model}/{self.engine}"

    def percentiles_us(self, name: str) -> dict[str, float]:
        """The SHARES of ``call_ns`` or ``late_ns``; each is a sample that was measured."""
        values = np.percentile(self.samples[name], list(SHARES.values()), method="inverted_cdf")
        return dict(zip(SHARES, (values / 1e3).tolist(), strict=True))

    def as_json(self) -> dict[str, Any]:
        """Everything but the samples."""
        faulted, switched = self.samples["faults"] > 0, self.samples["switches"] > 0
        alone = self.samples["call_ns"][~switched]
        return {
            "condition": self.condition,
            "model": self.model,
            "engine": self.engine,
            "kernels": self.kernels,
            "call_us": self.percentiles_us("call_ns"),
            "late_us": self.percentiles_us("late_ns"),
            "runs_with_page_faults": int(faulted.sum()),
            "runs_interrupted": int(switched.sum()),
            "max_uninterrupted_us": float(alone.max()) / 1e3 if alone.size else None,
            "usage": self.usage,
        }


def main() -> int:
    """Measure condition after condition, print the table, write the samples and the picture."""
    options = _options()
    cpus = sorted(os.sched_getaffinity(0))
    models = options.models or [path for path in shared_models() if path.stem in MODELS]
    if not models:
        print("no models: name .tflite files, or put the shared models beside the checkout", file=sys.stderr)
        return 2
    if len(cpus) < 2:
        print("two CPUs are needed: one is measured on, the other disturbs", file=sys.stderr)
        return 2
    os.sched_setaffinity(0, cpus[:-1])
    all_series: list[Series] = []
    conditions = []
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for condition in options.conditions:
            print(f"{condition}: {options.runs * options.period:.0f} s ...", file=sys.stderr)
            ticks = _ticks(cpus[-1])
            with _disturbed(condition, cpus[:-1], Path(folder)) as did:
                all_series += _measure(condition, models, options, cpus[-1], Path(folder))
            spent = {name: after - ticks[name] for name, after in _ticks(cpus[-1]).items()}
            conditions.append({"condition": condition, "disturbance": did, "ticks_of_the_cpu": spent})
    told = machine(PACKAGES)
    _print_table(all_series)
    for condition in conditions:
        Console(width=140).print(condition, style="dim", highlight=False)
    if options.json:
        document = {
            "command": sys.argv,
            "machine": told,
            "cpu": cpus[-1],
            "runs": options.runs,
            "period_s": options.period,
            "fifo_priority": options.fifo,
            "seed": options.seed,
            "samples": options.json.with_suffix(".npz").name,
            "conditions": conditions,
            "results": [series.as_json() for series in all_series],
        }
        options.json.write_text(json.dumps(document, indent=1) + "\n")
        arrays = {f"{one.key}/{name}": _small(a) for one in all_series for name, a in one.samples.items()}
        np.savez_compressed(options.json.with_suffix(".npz"), **arrays)
        note = f"{told['cpu']}; {options.runs} runs, one each {options.period * 1e3:g} ms; commit {told['commit']}"
        times = {one.key: one.samples["call_ns"] for one in all_series if one.engine != SPIN}
        draw_jitter(times, note).save(options.json.with_suffix(".png"), optimize=True)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    # What is held by another program has no place in a process of ours.
    known = [name for name, contender in CONTENDERS.items() if contender.program == WORKER]
    parser.add_argument("models", nargs="*", type=Path, metavar="MODEL.tflite")
    parser.add_argument("--engines", default="native,litert", help=f"of {', '.join(known)}")
    parser.add_argument("--conditions", default=",".join(CONDITIONS))
    parser.add_argument("--runs", type=int, default=100_000, help="of each engine, model and condition")
    parser.add_argument("--period", type=float, default=0.01, help="seconds from run to run")
    parser.add_argument(
        "--fifo", type=int, default=0, help="SCHED_FIFO priority, 1 to 99 (needs the right to)"
    )
    parser.add_argument("--folder", type=Path, help="on the disk to sync to; else the system's temporary one")
    parser.add_argument("--seed", type=int, default=0, help="of the inputs and of the slots' order")
    parser.add_argument("--json", type=Path, help="file for the result; .npz and .png go beside it")
    options = parser.parse_args()
    options.engines, options.conditions = options.engines.split(","), options.conditions.split(",")
    unknown = (set(options.engines) - set(known)) | (set(options.conditions) - set(CONDITIONS))
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return options


@contextmanager
def _disturbed(condition: str, cpus: Sequence[int], folder: Path) -> Iterator[dict[str, float]]:
    """Run the disturbing process inside the block; the dictionary is filled at its end with what it did."""
    did: dict[str, float] = {}
    if condition == "quiet":
        yield did
        return
    command = [sys.executable, HERE / "disturb.py", condition, ",".join(map(str, cpus)), folder]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101 - it was asked for
        try:
            if process.stdout.readline() != "ready\n":
                raise RuntimeError(f"{condition}: the disturbing process did not start")
            yield did
        except BaseException:
            process.kill()
            raise
        did.update(json.loads(process.communicate()[0]))


def _measure(
    condition: str, models: Sequence[Path], options: argparse.Namespace, cpu: int, folder: Path
) -> list[Series]:
    pairs = [(model, CONTENDERS[name]) for model in models for name in options.engines]
    pairs.append((Path("none"), Contender(SPIN, SPIN)))
    orders = _orders(len(pairs), options)
    with ExitStack() as stack:
        processes = []
        for index, (model, contender) in enumerate(pairs):
            samples = folder / f"{condition}-{index}.npz"
            process = stack.enter_context(_process(contender, model, options, cpu, samples))
            processes.append((process, samples, _answer(process)["kernels"]))
        epoch_ns = SYSTEM_CLOCK.monotonic_ns() + LEAD_NS
        for (process, _, _), offsets_ns in zip(processes, orders, strict=True):
            start = {"epoch_ns": epoch_ns, "period_ns": round(options.period * 1e9), "offsets_ns": offsets_ns}
            assert process.stdin is not None  # noqa: S101 - it was asked for
            process.stdin.write(json.dumps(start) + "\n")
            process.stdin.flush()
        result = []
        for (model, contender), (process, samples, kernels) in zip(pairs, processes, strict=True):
            usage = _answer(process)["usage"]
            with np.load(samples) as arrays:
                taken = dict(arrays)
            result.append(Series(condition, model.stem, contender.name, kernels, usage, taken))
    return result


@contextmanager
def _process(
    contender: Contender, model: Path, options: argparse.Namespace, cpu: int, samples: Path
) -> Iterator[subprocess.Popen[str]]:
    arguments = [contender.engine, model.resolve(), options.seed, cpu, options.fifo, options.runs, samples]
    with subprocess.Popen(
        [sys.executable, HERE / "jitter_process.py", *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **contender.environment},
        text=True,
    ) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def _answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None  # noqa: S101 - it was asked for
    line = process.stdout.readline()
    if not line:
        raise RuntimeError("a measured process ended early; its message is above")
    answer: dict[str, Any] = json.loads(line)
    return answer


def _orders(contenders: int, options: argparse.Namespace) -> list[list[tuple[int, int]]]:
    """For each contender ``(periods, offset_ns)``, one after the other.

    A neighbour leaves its traces in the caches: with one order for all runs each engine would have one neighbour.
    """
    rng = np.random.default_rng(options.seed)
    slot_ns = round(options.period * 1e9) // contenders
    orders: list[list[tuple[int, int]]] = [[] for _ in range(contenders)]
    for first in range(0, options.runs, PERIODS_PER_ORDER):
        periods = min(PERIODS_PER_ORDER, options.runs - first)
        for order, slot in zip(orders, rng.permutation(contenders).tolist(), strict=True):
            order.append((periods, slot * slot_ns))
    return orders


def _ticks(cpu: int) -> dict[str, int]:
    """What the kernel counted on a CPU, in its ticks; ``steal`` is what the hypervisor took."""
    names = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
    for line in Path("/proc/stat").read_text(encoding="ascii").splitlines():
        if line.startswith(f"cpu{cpu} "):
            return dict(zip(names, map(int, line.split()[1:9]), strict=True))
    raise RuntimeError(f"/proc/stat has no cpu{cpu}")


def _small(array: NDArray[np.int64]) -> NDArray[Any]:
    return array.astype(np.min_scalar_type(int(array.min())) if array.min() < 0 else np.uint32)


def _print_table(all_series: Sequence[Series]) -> None:
    table = Table(title="time of a call, µs", title_justify="left")
    for name in ("condition", "model", "engine"):
        table.add_column(name, no_wrap=True)
    for name in (
        *list(SHARES)[1:],
        "p99.9/p50",
        "max/p50",
        "alone",
        "cut",
        "faults",
        "late p50",
        "late p99.9",
    ):
        table.add_column(name, justify="right", no_wrap=True)
    for number, series in enumerate(all_series):
        told, last = series.as_json(), number + 1 == len(all_series)
        call, late = told["call_us"], told["late_us"]
        table.add_row(
            series.condition,
            series.model,
            series.engine,
            *(f"{call[name]:.1f}" for name in list(SHARES)[1:]),
            f"{call['p99.9'] / call['p50']:.2f}",
            f"{call['max'] / call['p50']:.1f}",
            "" if told["max_uninterrupted_us"] is None else f"{told['max_uninterrupted_us']:.1f}",
            str(told["runs_interrupted"]),
            str(told["runs_with_page_faults"]),
            f"{late['p50']:.0f}",
            f"{late['p99.9']:.0f}",
            end_section=not last and all_series[number + 1].condition != series.condition,
        )
    console = Console(width=180)
    console.print(table)
    console.print(
        "alone: the greatest time of a run that no other thread cut into; cut: runs that were; "
        "late: from the instant set to the start of the call",
        style="dim",
        highlight=False,
    )


if __name__ == "__main__":
    sys.exit(main())
