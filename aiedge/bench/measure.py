"""The engines in turns, round by round, so that a change of the machine's speed meets all of them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from aiedge.bench.contender import Contender
from aiedge.bench.engine_process import EngineProcess
from aiedge.bench.result import Result
from aiedge.engines.catalog import ENGINES
from aiedge.engines.native import peak_macs_per_s
from aiedge.errors import EngineError, ModelError, UsageError
from aiedge.model.read_file import MODEL_SUFFIXES


def contenders(against: Sequence[str]) -> list[Contender]:
    """The native engine first, then the named ones, each once. EngineError for an unknown name."""
    for name in against:
        if name not in ENGINES:
            raise EngineError("AIE-ENG-001", name=name, known=", ".join(sorted(ENGINES)))
    held = os.environ.get("AIEDGE_ISA", "")
    return [
        Contender(name, name, held if name == "native" else "")
        for name in dict.fromkeys(["native", *against])
    ]


def same_models(files: Sequence[Path]) -> dict[str, list[Path]]:
    """The files by the model's name: ``kws.tflite`` and ``kws.onnx`` are the same model for different engines.

    ModelError for a file that no engine reads, UsageError for two of one name.
    """
    readable = {*MODEL_SUFFIXES, *(entry.suffix for entry in ENGINES.values())}
    models: dict[str, list[Path]] = {}
    for file in files:
        if file.suffix not in readable:
            raise ModelError("AIE-MOD-002", where=str(file), suffix=file.name)
        same = models.setdefault(file.stem, [])
        if any(other.suffix == file.suffix for other in same):
            expected = "each model once, under a name of its own"
            raise UsageError("AIE-CLI-001", name="a model", value=str(file), expected=expected)
        same.append(file)
    return models


def measure(
    name: str,
    files: Sequence[Path],
    who: Sequence[Contender],
    *,
    threads: int,
    rounds: int = 30,
    seed: int = 0,
) -> list[Result]:
    """Measure one model on every contender that reads one of its files; blocks for about 60 ms a round and contender.

    What the CPU gives at best is measured in the same rounds, on one core, and counted ``threads`` times.
    ``threads`` is also the number of CPUs that each process is bound to, the last ones that this process may use.
    UsageError when there are fewer, EngineError when an engine fails.
    """
    cpus = sorted(os.sched_getaffinity(0))
    if threads > len(cpus):
        usable = f"1 to {len(cpus)}, the CPUs that this process may use"
        raise UsageError("AIE-CLI-001", name="threads", value=threads, expected=usable)
    with contextlib.ExitStack() as stack:
        processes = []
        for contender, file in _who_reads_what(files, who):
            process = EngineProcess(contender, file, threads, seed, cpus[-threads:])
            stack.callback(process.close)
            processes.append((contender, process))
        results = [
            Result(
                name,
                c.name,
                threads,
                p.load_ns,
                p.kernels,
                isa=c.isa,
                is_peer=c.engine != "native",
                macs=p.macs,
            )
            for c, p in processes
        ]
        peaks: dict[str, list[float | None]] = {contender.isa: [] for contender, _ in processes}
        for _ in range(rounds):
            for (_, process), result in zip(processes, results, strict=True):
                result.samples_ns.append(process.run_round())
            for isa, rates in peaks.items():
                rates.append(_peak(isa, cpus[-1]))
        outputs = [process.outputs() for _, process in processes]
    # Only the native engine counts what a model multiplies; that is the same for all.
    macs = max(process.macs for _, process in processes)
    for (contender, _), result in zip(processes, results, strict=True):
        rates_of_one = [rate for rate in peaks[contender.isa] if rate is not None]
        result.macs = macs
        result.peak_macs_per_s = threads * max(rates_of_one) if rates_of_one else None
    for result, theirs in zip(results[1:], outputs[1:], strict=True):
        result.same_bits = _same(outputs[0], theirs)
    return results


def _who_reads_what(files: Sequence[Path], who: Sequence[Contender]) -> Iterator[tuple[Contender, Path]]:
    for contender in who:
        own = ENGINES[contender.engine].suffix
        # The native engine compiles what aiedge imports; an engine of another format stays out.
        wanted = (own, *MODEL_SUFFIXES) if contender.engine == "native" else (own,)
        file = next((file for suffix in wanted for file in files if file.suffix == suffix), None)
        if file is not None:
            yield contender, file
        elif contender.engine == "native":
            # Whatever is wrong with the file's name, the engine says it.
            yield contender, files[0]


def _peak(isa: str, cpu: int) -> float | None:
    """Measured on the CPU that the engines run on."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, [cpu])
    try:
        return peak_macs_per_s(isa)
    finally:
        os.sched_setaffinity(0, before)


def _same(ours: Sequence[str], theirs: Sequence[str]) -> bool | None:
    forms = [[output.rpartition(" ")[0] for output in outputs] for outputs in (ours, theirs)]
    return None if forms[0] != forms[1] else list(ours) == list(theirs)
