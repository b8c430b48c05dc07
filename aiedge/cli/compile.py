"""``aiedge compile``: a quantized model file into a bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aiedge.cli.output import print_json
from aiedge.cli.read_labels import read_labels
from aiedge.errors import UsageError
from aiedge.model.compile import compile_file


def compile_command(
    model: Annotated[Path, typer.Argument(help="A quantized .tflite file.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Default: beside the model.")] = None,
    labels: Annotated[Path | None, typer.Option(help="A text file, one label a line, stored inside.")] = None,
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
    compile_file(model, destination, read_labels(labels) if labels is not None else ())
    size_bytes = destination.stat().st_size
    if as_json:
        print_json({"model": str(model), "bundle": str(destination), "bytes": size_bytes})
    else:
        typer.echo(f"{destination}: {size_bytes} bytes")
