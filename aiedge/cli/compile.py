"""``aiedge compile``: a quantized model file into a bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from aiedge.cli.output import print_json
from aiedge.cli.read_labels import read_labels
from aiedge.errors import UsageError
from aiedge.model.compile import GoldenOptions, compile_file
from aiedge.model.importers.onnx import OnnxOptions
from aiedge.model.processing import read_processing


def compile_command(
    model: Annotated[Path, typer.Argument(help="A quantized .tflite or .onnx file.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Default: beside the model.")] = None,
    labels: Annotated[Path | None, typer.Option(help="A text file, one label a line, stored inside.")] = None,
    batch: Annotated[
        int | None, typer.Option(min=1, help="Of an .onnx file that leaves it open (1).")
    ] = None,
    layout: Annotated[
        Literal["file", "nhwc"], typer.Option(help="Axes of an .onnx file's inputs and outputs.")
    ] = "file",
    cut_softmax: Annotated[
        bool, typer.Option("--cut-softmax", help="Leave out a softmax in float at an .onnx file's end.")
    ] = False,
    processing: Annotated[
        Path | None, typer.Option(help="A processing.yaml (docs/processing.md), stored inside.")
    ] = None,
    golden: Annotated[
        int, typer.Option(min=0, max=256, help="Golden vectors: inputs with outputs, for aiedge verify.")
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Of the golden vectors' random inputs.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Compile a quantized model into one .aie bundle."""
    destination = output if output is not None else model.with_suffix(".aie")
    if destination.suffix != ".aie":
        # No command would read it again, and a slip of the hand would overwrite the model.
        raise UsageError(
            "AIE-CLI-001",
            where=str(destination),
            name="the output",
            value=destination.name,
            expected="a name that ends in .aie",
        )
    onnx = OnnxOptions(batch=batch, layout=layout, cut_softmax=cut_softmax)
    if onnx != OnnxOptions() and model.suffix != ".onnx":
        expected = "an .onnx file with --batch, --layout and --cut-softmax"
        raise UsageError("AIE-CLI-001", name="the model", value=model.name, expected=expected)
    compile_file(
        model,
        destination,
        read_labels(labels) if labels is not None else (),
        onnx,
        read_processing(processing) if processing is not None else None,
        GoldenOptions(golden, seed),
    )
    size_bytes = destination.stat().st_size
    if as_json:
        print_json({"model": str(model), "bundle": str(destination), "bytes": size_bytes})
    else:
        typer.echo(f"{destination}: {size_bytes} bytes")
