"""``aiedge quantize``: a float model and samples of its inputs into an int8 bundle, with a report."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from aiedge.atomic_file import write_atomically
from aiedge.cli.native_runner import NativeRunner
from aiedge.cli.output import print_json
from aiedge.cli.quantize_tables import print_report
from aiedge.cli.read_labels import read_labels
from aiedge.cli.samples.calibration import CalibrationSamples
from aiedge.cli.samples.find import Form, Found, find_samples
from aiedge.cli.samples.numbers import raw_dtype_of, scaling_of
from aiedge.cli.samples.picture import PictureReader
from aiedge.cli.samples.stored import RAW_DTYPES
from aiedge.diff.graph_layers import graph_inputs
from aiedge.errors import EXIT_FAILED, OutputError, UsageError
from aiedge.model.bundle import read_bundle
from aiedge.model.bundle.provenance import Provenance, describe_source
from aiedge.model.compile import assemble, import_model, tool_versions
from aiedge.model.importers.onnx import OnnxOptions
from aiedge.model.ir.graph import Graph
from aiedge.model.ir.interpret import interpret_all
from aiedge.model.passes import run_passes
from aiedge.model.processing import Processing, encode, read_processing
from aiedge.model.quantize.inputs import converted_inputs
from aiedge.model.quantize.options import Method, OutputKind, QuantizeOptions, Switch, WeightMethod
from aiedge.model.quantize.quantize import Quantized, quantize
from aiedge.model.quantize.report import report_document
from aiedge.model.quantize.report_data import QuantizationReport
from aiedge.model.quantize.report_page import report_page
from aiedge.model.quantize.samples import Progress as Tell
from aiedge.model.quantize.samples import Runner, Sample, no_progress
from aiedge.model.read_file import read_model_file
from aiedge.trust.policy import Policy, demand_trust
from aiedge.types import TensorSpec

_DEFAULT_SAMPLES = 256


def quantize_command(
    model: Annotated[Path, typer.Argument(help="An .onnx, .tflite or .aie file in float32.")],
    calibration: Annotated[
        list[Path],
        typer.Option(help="File or folder of inputs; may be repeated: pictures, .npy, .npz, .bin."),
    ],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Default: beside the model.")] = None,
    samples: Annotated[
        int, typer.Option(min=1, help="How many of the samples at most, chosen at random.")
    ] = _DEFAULT_SAMPLES,
    seed: Annotated[int, typer.Option(min=0, help="Of every choice at random.")] = 0,
    mean: Annotated[str, typer.Option(help="Of pixels and integers: one number, or one a channel.")] = "",
    std: Annotated[str, typer.Option(help="Of them, too: value = (number - mean) / std.")] = "",
    stored: Annotated[
        str, typer.Option(help=f"Type of .bin files' numbers: {', '.join(RAW_DTYPES)}. Default: float32.")
    ] = "",
    method: Annotated[Method, typer.Option(help="How an activation's range comes from its values.")] = "auto",
    percentile: Annotated[float, typer.Option(help="Percent kept by --method percentile.")] = 99.99,
    weights: Annotated[WeightMethod, typer.Option(help="How a weight channel's range comes.")] = "auto",
    equalize: Annotated[
        Switch, typer.Option(help="Equalize channels of layers that follow each other.")
    ] = "auto",
    bias_correction: Annotated[Switch, typer.Option(help="Correct biases by the mean error.")] = "auto",
    outputs: Annotated[OutputKind, typer.Option(help="What the first output holds.")] = "auto",
    keep_float: Annotated[
        list[str] | None, typer.Option(help="Name of a layer that stays in float; may be repeated.")
    ] = None,
    budget_snr: Annotated[float | None, typer.Option(help="Least SNR of the outputs in dB.")] = None,
    budget_agreement: Annotated[
        float | None, typer.Option(help="Least share (0 to 1) of samples with the class of float.")
    ] = None,
    budget_float_layers: Annotated[
        int, typer.Option(min=0, help="How many layers may stay in float to keep the budget.")
    ] = 8,
    processing: Annotated[
        Path | None,
        typer.Option(help="A processing.yaml: how pictures become inputs; stored inside."),
    ] = None,
    labels: Annotated[Path | None, typer.Option(help="A text file, one label a line, stored inside.")] = None,
    golden: Annotated[
        int, typer.Option(min=0, max=256, help="Samples stored with their outputs, for aiedge verify.")
    ] = 0,
    batch: Annotated[
        int | None, typer.Option(min=1, help="Of an .onnx file that leaves it open (1).")
    ] = None,
    layout: Annotated[
        Literal["file", "nhwc"], typer.Option(help="Axes of an .onnx file's inputs and outputs.")
    ] = "file",
    engine: Annotated[
        Literal["native", "oracle"], typer.Option(help="What runs the model meanwhile.")
    ] = "native",
    report: Annotated[Path | None, typer.Option(help="File for the report as JSON.")] = None,
    html: Annotated[Path | None, typer.Option(help="File for the report as one page to look at.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON document.")] = False,
) -> None:
    """Quantize a float model to int8, judge it beside the float model, and write an .aie bundle.

    Ends with 1, the bundle written, when the budget is not met.
    """
    destination = output if output is not None else model.with_suffix(".aie")
    _check_outputs(model, destination, report, html)
    raw_dtype = raw_dtype_of(stored)
    options = QuantizeOptions(
        method=method,
        percentile=percentile,
        weights=weights,
        equalize=equalize,
        bias_correction=bias_correction,
        outputs=outputs,
        min_snr_db=budget_snr,
        min_agreement=budget_agreement,
        max_float_layers=budget_float_layers,
        keep_float=tuple(keep_float or ()),
        seed=seed,
    )
    names = read_labels(labels) if labels is not None else ()
    data = read_model_file(model)
    demand_trust(data, model, Policy())
    graph = _graph(data, model, OnnxOptions(batch=batch, layout=layout))
    spec = read_processing(processing) if processing is not None else None
    if spec is not None:
        # It must fit the model: to be told before minutes of work.
        encode(spec, graph)
    specs = graph_inputs(graph)
    form = Form(specs, scaling_of(mean, std), raw_dtype, _picture_reader(spec, specs))
    found = find_samples(calibration, form)
    chosen = CalibrationSamples(found.samples, samples, seed)
    runner = cast("Runner", NativeRunner() if engine == "native" else interpret_all)
    with _progress(silent=as_json) as tell:
        made = quantize(graph, chosen, runner, options, tell)
    asked = {"mean": mean, "std": std, "stored": stored, "batch": batch, "layout": layout.replace("file", "")}
    provenance = _provenance(model, data, made.report, min(golden, len(chosen)), asked)
    bundle = _bundle(made, names, provenance, chosen[:golden], spec)
    document = _document(made.report, model, destination, calibration, found)
    _write(destination, bundle)
    if report is not None:
        _write(report, json.dumps(document, indent=2, allow_nan=False).encode() + b"\n")
    if html is not None:
        page = report_page(made.report, _facts(model, destination, len(bundle), calibration, found))
        _write(html, page.encode("utf-8"))
    if as_json:
        print_json(document)
    else:
        print_report(made.report, written=_written(destination, report, html), left_out=found.left_out)
    if not made.report.budget_met:
        raise typer.Exit(EXIT_FAILED)


def _check_outputs(model: Path, destination: Path, report: Path | None, html: Path | None) -> None:
    """Before minutes of work, not after: names that would harm, and folders that are not there."""
    for option, path, suffix in (
        ("the output", destination, ".aie"),
        ("--report", report, ".json"),
        ("--html", html, ".html"),
    ):
        if path is None:
            continue
        if path.suffix != suffix or path == model:
            expected = f"a name that ends in {suffix}"
            raise UsageError("AIE-CLI-001", where=str(path), name=option, value=path.name, expected=expected)
        if not path.parent.is_dir():
            raise OutputError("AIE-CLI-006", where=str(path), reason="there is no such folder")


def _graph(data: bytes, model: Path, onnx: OnnxOptions) -> Graph:
    if onnx != OnnxOptions() and model.suffix != ".onnx":
        expected = "an .onnx file with --batch and --layout"
        raise UsageError("AIE-CLI-001", name="the model", value=model.name, expected=expected)
    if model.suffix == ".aie":
        return read_bundle(data, str(model)).graph
    # Only the name: the folder stands in the bundle otherwise.
    return import_model(data, model.name, onnx)


def _picture_reader(spec: Processing | None, specs: Sequence[TensorSpec]) -> PictureReader | None:
    """How the processing's first input makes a picture's file an input; None without a processing."""
    return None if spec is None else PictureReader(spec.inputs[0], specs[0])


def _bundle(
    made: Quantized,
    labels: Sequence[str],
    provenance: Provenance,
    samples: Sequence[Sample],
    processing: Processing | None,
) -> bytes:
    """The result as a bundle; ``samples`` of the float model become its golden vectors."""
    graph = run_passes(made.graph)
    golden = [converted_inputs(graph, sample) for sample in samples]
    return assemble(graph, labels, provenance, golden, encode(processing, graph) if processing else {})


def _provenance(
    model: Path, data: bytes, report: QuantizationReport, golden: int, settings: Mapping[str, object]
) -> Provenance:
    """Where the bundle comes from, with the settings that were not left at their default."""
    # A file's name need not be valid text; a name in a bundle must be.
    source = model.name.encode("utf-8", "replace").decode("utf-8")
    usual = dict(QuantizeOptions().pairs)
    chosen = {name: value for name, value in report.options if value != usual[name]}
    return Provenance(
        command="quantize",
        source=describe_source(source, data),
        tools=tool_versions("numpy", *(("tflite",) if model.suffix == ".tflite" else ())),
        options={**chosen, **{name: value for name, value in settings.items() if value}},
        calibration={"samples": report.samples, "sha256": report.calibration_sha256},
        golden={"count": golden} if golden else {},
    )


def _document(
    report: QuantizationReport, model: Path, bundle: Path, calibration: Sequence[Path], found: Found
) -> dict[str, Any]:
    return {
        **report_document(report),
        "files": {
            "model": str(model),
            "bundle": str(bundle),
            "calibration": [str(path) for path in calibration],
            "samples_found": len(found.samples),
            "left_out": [str(path) for path in found.left_out],
        },
    }


def _facts(
    model: Path, bundle: Path, size_bytes: int, calibration: Sequence[Path], found: Found
) -> list[tuple[str, str]]:
    facts = [
        ("model", str(model)),
        ("bundle", f"{bundle}, {size_bytes:,} bytes"),
        ("calibrated on", f"{', '.join(map(str, calibration))}, which has {len(found.samples):,} samples"),
    ]
    if found.left_out:
        names = ", ".join(path.name for path in found.left_out[:5])
        more = f" and {len(found.left_out) - 5} more" if len(found.left_out) > 5 else ""
        facts.append(("left out, of no kind that is read", f"{names}{more}"))
    return [*facts, ("made by", f"aiedge {version('aiedge')}")]


def _written(*paths: Path | None) -> list[Path]:
    return [path for path in paths if path is not None]


def _write(path: Path, content: bytes) -> None:
    try:
        write_atomically(path, content)
    except OSError as error:
        raise OutputError("AIE-CLI-006", where=str(path), reason=error.strerror or error) from error


@contextmanager
def _progress(*, silent: bool) -> Iterator[Tell]:
    """A bar for each stage, on a terminal; nothing elsewhere."""
    if silent or sys.stderr is None or not sys.stderr.isatty():
        yield no_progress
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
    )
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as progress:
        tasks: dict[str, TaskID] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = progress.add_task(stage, total=total)
            progress.update(tasks[stage], completed=done, total=total)

        yield tell
