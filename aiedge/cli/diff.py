"""``aiedge diff``: two engines, or two models of one network, layer by layer."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress

from aiedge.cli.diff_tables import print_diff
from aiedge.cli.output import print_json
from aiedge.cli.samples.find import Form, Found, find_samples
from aiedge.cli.samples.numbers import raw_dtype_of, scaling_of
from aiedge.cli.samples.stored import RAW_DTYPES
from aiedge.diff.catalog import open_source
from aiedge.diff.compare import Comparison, Row, compare, random_samples
from aiedge.diff.layer import Source
from aiedge.diff.model_file import ModelFile
from aiedge.diff.tolerance import Tolerance
from aiedge.errors import EXIT_FAILED, UsageError

ONE_MODEL = "native:reference,native"
TWO_MODELS = "native,native"
_RANDOM_SAMPLES = 8

Arrays = Sequence[NDArray[Any]]


def diff(
    model: Annotated[
        Path, typer.Argument(help="A .tflite, .onnx or .aie file; the side that counts as right.")
    ],
    other: Annotated[Path | None, typer.Argument(help="Another file of the same network.")] = None,
    engines: Annotated[
        str,
        typer.Option(
            help="Of the two sides: native, native:ISA, oracle, onnxruntime, tflite. "
            f"Default: {ONE_MODEL}; for two files {TWO_MODELS}."
        ),
    ] = "",
    inputs: Annotated[
        list[Path] | None,
        typer.Option(help="File or folder of inputs; may be repeated. Default: random ones."),
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option(min=1, help=f"How many inputs. Default: all, or {_RANDOM_SAMPLES} random ones."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of random inputs.")] = 0,
    mean: Annotated[str, typer.Option(help="Of pixels and integers for an input in float.")] = "",
    std: Annotated[str, typer.Option(help="Of them, too: value = (number - mean) / std.")] = "",
    stored: Annotated[
        str, typer.Option(help=f"Type of .bin files' numbers: {', '.join(RAW_DTYPES)}. Default: the input's.")
    ] = "",
    tolerance: Annotated[
        float | None, typer.Option(min=0, help="Greatest difference in steps of the quantization.")
    ] = None,
    min_snr: Annotated[float | None, typer.Option(help="Least signal-to-noise ratio in dB.")] = None,
    min_cosine: Annotated[float | None, typer.Option(min=-1, max=1, help="Least cosine.")] = None,
    rows: Annotated[int, typer.Option(min=1, help="How many of the worst layers to show.")] = 12,
    show_all: Annotated[bool, typer.Option("--all", help="Show every layer.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Name the layer where two engines, or two models of one network, part; exit with 1 if one is beyond."""
    allowed = Tolerance(tolerance, min_snr, min_cosine)
    a, b = _open(model, other, engines)
    form = Form(a.inputs, scaling_of(mean, std), raw_dtype_of(stored))
    found = find_samples(inputs, form) if inputs else None
    count = samples or (_RANDOM_SAMPLES if found is None else len(found.samples))
    if found is None:
        told = f"{count} random input{'' if count == 1 else 's'}, seed {seed}"
        stream: Iterable[Arrays] = random_samples(a, b, count, seed)
    else:
        count = min(count, len(found.samples))
        told = f"{count} of {len(found.samples)} inputs from {', '.join(map(str, inputs or ()))}"
        stream = _read(found, count)
    result = compare(a, b, _with_progress(stream, count, silent=as_json))
    beyond = result.first_beyond(allowed)
    document = describe((a, b), (model, other or model), result, allowed, told)
    if as_json:
        print_json(document)
    else:
        print_diff(document, None if show_all else rows)
    if beyond is not None:
        raise typer.Exit(EXIT_FAILED)


def describe(
    sides: tuple[Source, Source],
    files: tuple[Path, Path],
    result: Comparison,
    allowed: Tolerance,
    inputs: str,
) -> dict[str, Any]:
    """All of a comparison as one JSON document (docs/diff.md)."""
    beyond = result.first_beyond(allowed)
    return {
        "a": {"model": str(files[0]), "engine": sides[0].label},
        "b": {"model": str(files[1]), "engine": sides[1].label},
        "inputs": inputs,
        "samples": result.samples,
        "tolerance": {"steps": allowed.steps, "snr_db": allowed.snr_db, "cosine": allowed.cosine},
        "tolerance_in_words": str(allowed),
        "within": beyond is None,
        "first_divergence": None if beyond is None else beyond.number,
        "layers": [_row(row, allowed) for row in result.rows],
        "not_compared": [{"name": name, "reason": reason} for name, reason in result.untold],
        "only_a": list(result.only_a),
        "only_b": list(result.only_b),
    }


def _row(row: Row, allowed: Tolerance) -> dict[str, Any]:
    difference = row.difference
    snr_db = difference.snr_db
    return {
        "number": row.number,
        "name": row.name,
        "operator": row.operator,
        "kind": difference.kind.value,
        "within": allowed.holds(difference),
        "equal": difference.equal,
        "elements": difference.elements,
        "differing": difference.differing,
        "not_finite": difference.not_finite,
        "greatest": difference.greatest,
        "greatest_steps": difference.greatest_steps,
        "place": list(difference.place),
        "sample": difference.sample,
        "cosine": difference.cosine,
        "snr_db": snr_db if math.isfinite(snr_db) else None,
    }


def _open(model: Path, other: Path | None, engines: str) -> tuple[Source, Source]:
    names = (engines or (TWO_MODELS if other is not None else ONE_MODEL)).split(",")
    if len(names) != 2 or not all(names):
        expected = "two engines with a comma between, such as native,oracle"
        raise UsageError("AIE-CLI-001", name="--engines", value=engines, expected=expected)
    first = ModelFile(model)
    second = first if other is None else ModelFile(other)
    return open_source(first, names[0]), open_source(second, names[1])


def _read(found: Found, count: int) -> Iterator[Arrays]:
    """The first ``count`` samples, or as many that lie evenly among all."""
    for index in np.linspace(0, len(found.samples) - 1, count).round().astype(int):
        yield found.samples[index].read()


def _with_progress(stream: Iterable[Arrays], count: int, *, silent: bool) -> Iterator[Arrays]:
    if silent or sys.stderr is None:
        yield from stream
        return
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        yield from progress.track(stream, total=count, description="comparing")
