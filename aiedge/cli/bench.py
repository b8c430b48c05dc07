"""``aiedge bench``: the native engine beside others, on this machine."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from aiedge.atomic_file import write_atomically
from aiedge.bench.chart import draw_chart
from aiedge.bench.machine import machine
from aiedge.bench.measure import contenders, measure, same_models
from aiedge.bench.result import Result
from aiedge.cli.bench_tables import print_bench
from aiedge.engines.catalog import ENGINES
from aiedge.errors import OutputError, UsageError


def bench(
    models: Annotated[
        list[Path], typer.Argument(help="Model files; .onnx of the same name as another is the same model.")
    ],
    against: Annotated[str, typer.Option(help="Of tflite, openvino, onnxruntime.")] = "tflite",
    threads: Annotated[str, typer.Option(help="Numbers of threads, each in a run of its own.")] = "1",
    rounds: Annotated[int, typer.Option(min=1, help="Turns of each engine, of about 50 ms.")] = 30,
    seed: Annotated[int, typer.Option(min=0, help="Of the random inputs.")] = 0,
    report: Annotated[Path | None, typer.Option("--json", help="File for every sample.")] = None,
    chart: Annotated[Path | None, typer.Option(help="File for a bar chart (PNG).")] = None,
) -> None:
    """Measure the native engine beside other engines, in turns, each in a process of its own."""
    if chart is not None and chart.suffix != ".png":
        raise UsageError("AIE-CLI-001", name="--chart", value=str(chart), expected="a name that ends in .png")
    for path in (report, chart):
        # Before minutes of measuring, not after.
        if path is not None and not path.parent.is_dir():
            raise OutputError("AIE-CLI-006", where=str(path), reason="there is no such folder")
    who = contenders([name for name in against.split(",") if name])
    results: list[Result] = []
    for name, files in same_models(models).items():
        for count in _numbers(threads):
            if sys.stderr is not None:
                typer.echo(f"{name}, {count} thread(s) ...", err=True)
            results += measure(name, files, who, threads=count, rounds=rounds, seed=seed)
    told = machine([*dict.fromkeys(ENGINES[contender.engine].package for contender in who), "numpy"])
    if report is not None:
        document = {
            "command": sys.argv,
            "machine": told,
            "seed": seed,
            "results": [result.as_json() for result in results],
        }
        _write(report, json.dumps(document).encode() + b"\n")
    if chart is not None:
        png = io.BytesIO()
        draw_chart(results, _note(told)).save(png, format="PNG", optimize=True)
        _write(chart, png.getvalue())
    print_bench(results, _note(told))


def _numbers(text: str) -> list[int]:
    numbers = [int(part) for part in text.split(",") if part.isascii() and part.isdigit() and len(part) < 5]
    if len(numbers) != len(text.split(",")) or min(numbers) < 1:
        expected = "numbers of 1 or more with commas between, such as 1,2"
        raise UsageError("AIE-CLI-001", name="--threads", value=text, expected=expected)
    return list(dict.fromkeys(numbers))


def _note(told: dict[str, Any]) -> str:
    versions = ", ".join(f"{package} {number}" for package, number in told["versions"].items())
    commit = f", commit {told['commit'][:10]}" if told["commit"] else ""
    changed = " with changes" if told["uncommitted_changes"] else ""
    isa = f", AIEDGE_ISA={told['isa']}" if told["isa"] else ""
    return f"{told['cpu']}; {versions}{commit}{changed}{isa}"


def _write(path: Path, data: bytes) -> None:
    try:
        write_atomically(path, data)
    except OSError as error:
        raise OutputError("AIE-CLI-006", where=str(path), reason=error.strerror or error) from error
