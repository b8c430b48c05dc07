"""``aiedge infer``: files through a model."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

import aiedge
from aiedge.cli.output import print_json, print_table
from aiedge.cli.process_files import is_picture, print_results, process_file
from aiedge.cli.read_input import read_input
from aiedge.cli.read_labels import read_labels
from aiedge.errors import UsageError
from aiedge.types import TensorSpec


def infer(
    model: Annotated[Path, typer.Argument(help="A .tflite, .onnx or .aie file.")],
    files: Annotated[list[Path], typer.Argument(help="Pictures, or raw tensors (.npy, .bin).")],
    labels: Annotated[Path | None, typer.Option(help="A text file, one label a line.")] = None,
    top: Annotated[int, typer.Option(min=1, help="How many classes to show.")] = 5,
    engine: Annotated[str, typer.Option(help="native, tflite, openvino or onnxruntime.")] = "native",
    threads: Annotated[int, typer.Option(min=1, max=256)] = 1,
    reference: Annotated[
        Path | None, typer.Option(help="The part's template, for a bundle that compares pictures with one.")
    ] = None,
    threshold: Annotated[
        float | None, typer.Option(help="Least score, instead of the bundle's (boxes, peaks, anomaly).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Run pictures or raw tensors through a model: what its processing says of them, else the best classes."""
    loaded = aiedge.load(model, engine=engine, threads=threads)
    if loaded.processing is not None and all(is_picture(file) for file in files):
        found = [process_file(loaded, file, reference, threshold) for file in files]
        if as_json:
            print_json({"model": str(model), "engine": loaded.engine, "results": found})
        else:
            print_results(found)
        return
    if reference is not None or threshold is not None:
        raise UsageError(
            "AIE-CLI-001",
            where=str(model),
            name="--reference or --threshold",
            value="given",
            expected="pictures, and a bundle with a processing",
        )
    if len(loaded.inputs) != 1:
        raise UsageError(
            "AIE-CLI-001", where=str(model), name="inputs", value=len(loaded.inputs), expected="one"
        )
    names = read_labels(labels) if labels is not None else loaded.labels
    out = loaded.allocate_outputs()
    spec = loaded.outputs[0]
    if labels is not None and len(names) != spec.shape[-1]:
        raise UsageError("AIE-CLI-007", where=str(labels), labels=len(names), classes=spec.shape[-1])
    results: list[dict[str, Any]] = []
    for file in files:
        loaded.run([read_input(file, loaded.inputs[0])], out)
        results.append({"file": str(file), "top": _best(out[0], spec, names, top)})
    if as_json:
        print_json({"model": str(model), "engine": loaded.engine, "output": spec.name, "results": results})
        return
    for result in results:
        rows = [
            [
                str(entry["index"]),
                str(entry["label"] or ""),
                _text(entry["value"], ".4f"),
                _text(entry["raw"]),
            ]
            for entry in result["top"]
        ]
        print_table(str(result["file"]), ["class", "label", "score", "raw"], rows, right={0, 2, 3})


def _best(output: NDArray[Any], spec: TensorSpec, names: tuple[str, ...], top: int) -> list[dict[str, Any]]:
    flat = output.reshape(-1)
    values = spec.dequantize(flat)
    # A stable sort of the negated raw values: equal scores keep the order of their classes.
    order = np.argsort(-flat.astype(np.float64), kind="stable")[:top]
    return [
        {
            "index": int(i),
            "label": names[i] if i < len(names) else None,
            "value": _finite(float(values[i])),
            "raw": _finite(flat[i].item()),
        }
        for i in order
    ]


def _finite(value: float) -> float | None:
    """None for what a float model may give and JSON has no number for."""
    return value if math.isfinite(value) else None


def _text(value: float | None, form: str = "") -> str:
    return "" if value is None else format(value, form)
