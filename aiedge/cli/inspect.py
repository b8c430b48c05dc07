"""``aiedge inspect``: what a model is, needs and costs, before anything runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

import aiedge
from aiedge.cli.output import print_json, print_table
from aiedge.cli.trace import trace_model
from aiedge.errors import UsageError
from aiedge.model.bundle import Bundle, read_bundle
from aiedge.model.compile import compile_bytes
from aiedge.model.ir.graph import Graph, Tensor
from aiedge.model.read_file import read_model_file


def inspect(
    model: Annotated[Path, typer.Argument(help="A .tflite, .onnx or .aie file.")],
    trace: Annotated[
        list[Path] | None,
        typer.Option(
            help="Run this input (.npy, .bin, a picture) and show each operator's output as a hash."
        ),
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="With --trace: an earlier trace (--json); name the first difference.")
    ] = None,
    isa: Annotated[str, typer.Option(help="The instruction set; empty: the best of this CPU.")] = "",
    threads: Annotated[int, typer.Option(min=1, max=64)] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show inputs, outputs, operators, multiply-accumulates and memory of a model; with --trace, run it once."""
    if trace:
        trace_model(model, trace, against, isa=isa, threads=threads, as_json=as_json)
        return
    if against is not None:
        raise UsageError(
            "AIE-CLI-001", name="--against", value=str(against), expected="--trace INPUT with it"
        )
    loaded = aiedge.load(model, isa=isa, threads=threads)
    data = read_model_file(model)
    bundle = read_bundle(data if model.suffix == ".aie" else compile_bytes(data, model.name), str(model))
    document = describe(str(model), bundle, loaded)
    if as_json:
        print_json(document)
    else:
        _print(document)


def describe(name: str, bundle: Bundle, loaded: aiedge.Model) -> dict[str, Any]:
    """Everything ``inspect`` shows, as one JSON document; memory in bytes, ``macs`` in multiply-accumulates."""
    graph = bundle.graph
    return {
        "model": name,
        "arithmetic": graph.arithmetic,
        "meta": dict(bundle.meta),
        "labels": list(bundle.labels),
        "inputs": [_tensor(graph.tensors[i]) for i in graph.inputs],
        "outputs": [_tensor(graph.tensors[i]) for i in graph.outputs],
        "operators": _operators(graph, loaded),
        "macs": sum(place.macs for place in loaded.placement),
        "memory": dataclasses.asdict(loaded.memory),
    }


def _operators(graph: Graph, loaded: aiedge.Model) -> list[dict[str, Any]]:
    rows = []
    for node, place in zip(graph.nodes, loaded.placement, strict=True):
        constants = [graph.tensors[i] for i in node.inputs if graph.tensors[i].is_constant]
        rows.append(
            {
                "name": node.name,
                "operator": node.op.NAME,
                "attributes": dataclasses.asdict(node.op),
                "inputs": [
                    _tensor(graph.tensors[i]) for i in node.inputs if not graph.tensors[i].is_constant
                ],
                "constants": [_tensor(tensor) for tensor in constants],
                "outputs": [_tensor(graph.tensors[i]) for i in node.outputs],
                "macs": place.macs,
                "constant_bytes": sum(tensor.data.nbytes for tensor in constants if tensor.data is not None),
                "kernel": place.kernel,
                "device": place.device,
            }
        )
    return rows


def _tensor(tensor: Tensor) -> dict[str, Any]:
    described: dict[str, Any] = {"name": tensor.name, "shape": list(tensor.shape), "dtype": tensor.dtype}
    quantization = tensor.quantization
    if quantization is not None and quantization.per_channel:
        scales = [float(scale) for scale in quantization.scales]
        described |= {"scales": scales, "axis": quantization.axis}
    elif quantization is not None:
        described |= {"scale": float(quantization.scale), "zero_point": quantization.zero_point}
    return described


def _print(document: Mapping[str, Any]) -> None:
    console = Console()
    console.print(document["model"], style="bold", highlight=False, markup=False)
    for title in ("inputs", "outputs"):
        for tensor in document[title]:
            console.print(f"{title[:-1]:<8}{_name(tensor)} {_form(tensor)}", highlight=False, markup=False)
    rows = [
        [
            str(index),
            row["operator"],
            _window(row["attributes"], row["constants"][0] if row["constants"] else {}),
            _shape(row["outputs"][0]),
            f"{row['outputs'][0].get('scale', 0):.3g}",
            str(row["outputs"][0].get("zero_point", "")),
            f"{row['macs'] / 1e6:.3f}" if row["macs"] else "",
            row["kernel"],
        ]
        for index, row in enumerate(document["operators"])
    ]
    columns = ["", "operator", "window", "output", "scale", "zero", "MMACs", "kernel"]
    print_table("operators, in running order (all of it with --json)", columns, rows, right={0, 4, 5, 6})
    memory = document["memory"]
    facts = {
        "multiply-accumulates": f"{document['macs']:,}",
        "weights": _bytes(memory["weight_bytes"]),
        "arena": _bytes(memory["arena_bytes"]),
        "peak memory": _bytes(memory["peak_bytes"]),
        "arithmetic": document["arithmetic"],
        "labels": str(len(document["labels"])) if document["labels"] else "none",
    }
    for fact, value in facts.items():
        console.print(f"{fact:<22}{value}", highlight=False, markup=False)


def _name(tensor: Mapping[str, Any]) -> str:
    return "".join(c if c.isprintable() else "?" for c in tensor["name"])


def _form(tensor: Mapping[str, Any]) -> str:
    return f"{tensor['dtype']}[{','.join(map(str, tensor['shape']))}] {_quantization(tensor)}".rstrip()


def _quantization(tensor: Mapping[str, Any]) -> str:
    return f"{tensor['scale']:.4g}, {tensor['zero_point']}" if "scale" in tensor else ""


def _shape(tensor: Mapping[str, Any]) -> str:
    shape = tensor["shape"]
    return "x".join(map(str, shape[1:] if len(shape) > 1 and shape[0] == 1 else shape))


def _window(attributes: Mapping[str, Any], weights: Mapping[str, Any]) -> str:
    if "filter_h" in attributes:
        height, width = attributes["filter_h"], attributes["filter_w"]
    elif "stride_h" in attributes:
        height, width = weights["shape"][1:3]
    else:
        return ""
    stride = attributes["stride_h"]
    return f"{height}x{width}" if stride == 1 else f"{height}x{width} /{stride}"


def _bytes(count: int) -> str:
    return f"{count:,} bytes ({count / 1024:.1f} KiB)"
