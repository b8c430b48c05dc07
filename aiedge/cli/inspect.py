"""``aiedge inspect``: what a model is, needs and costs, before anything runs."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

import aiedge
from aiedge.api import engine_of
from aiedge.cli.output import print_json, print_table
from aiedge.cli.trace import trace_model
from aiedge.errors import UsageError
from aiedge.model.bundle import Bundle, read_bundle
from aiedge.model.bundle.golden import read_golden
from aiedge.model.bundle.provenance import read_provenance
from aiedge.model.compile import compile_bytes
from aiedge.model.ir.graph import Graph, Tensor
from aiedge.model.ir.ops import Op
from aiedge.model.processing import decode
from aiedge.model.read_file import read_model_file
from aiedge.trust.envelope import read_envelope
from aiedge.trust.policy import Policy, demand_trust
from aiedge.trust.verify import utc_text


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
    data = read_model_file(model)
    demand_trust(data, model, Policy())
    loaded = aiedge.Model(engine_of(data, model, engine="native", threads=threads, isa=isa))
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
        "provenance": _provenance(name, bundle),
        "golden_vectors": _golden(name, bundle),
        "signature": _signature(name, bundle),
        "processing": _processing(name, bundle),
        "labels": list(bundle.labels),
        "inputs": [_tensor(graph.tensors[i]) for i in graph.inputs],
        "outputs": [_tensor(graph.tensors[i]) for i in graph.outputs],
        "operators": _operators(graph, loaded),
        "macs": sum(place.macs for place in loaded.placement),
        "memory": dataclasses.asdict(loaded.memory),
    }


def _processing(name: str, bundle: Bundle) -> dict[str, Any] | None:
    """How pictures become inputs and what the outputs mean, with the keys of a processing.yaml."""
    processing = decode(bundle, name)
    return None if processing is None else processing.model_dump(mode="json", exclude_none=True)


def _provenance(name: str, bundle: Bundle) -> dict[str, Any] | None:
    content = bundle.sections.get(b"PROV")
    return read_provenance(content, name) if content is not None else None


def _golden(name: str, bundle: Bundle) -> int:
    content = bundle.sections.get(b"GOLD")
    return len(read_golden(content, bundle.graph, name)) if content is not None else 0


def _signature(name: str, bundle: Bundle) -> dict[str, Any] | None:
    """What the signature inside says of itself; whether it holds is for ``aiedge verify`` to say."""
    content = bundle.sections.get(b"SIGN")
    if content is None:
        return None
    envelope = read_envelope(content, name)
    return {
        "key_id": envelope.key_id,
        "expires": utc_text(envelope.expires_s) if envelope.expires_s else None,
    }


def _operators(graph: Graph, loaded: aiedge.Model) -> list[dict[str, Any]]:
    rows = []
    for node, place in zip(graph.nodes, loaded.placement, strict=True):
        constants = [graph.tensors[i] for i in node.inputs if graph.tensors[i].is_constant]
        rows.append(
            {
                "name": node.name,
                "operator": node.op.NAME,
                "attributes": _attributes(node.op),
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


def _attributes(op: Op) -> dict[str, Any]:
    """The operation's fields; of a function its name, of a bound that is infinite its text, as JSON has none."""
    attributes = dataclasses.asdict(op)
    for name, value in attributes.items():
        if isinstance(value, IntEnum):
            attributes[name] = value.name.lower()
        elif isinstance(value, float) and math.isinf(value):
            attributes[name] = str(value)
    return attributes


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
            " ".join([row["operator"], *filter(None, [row["attributes"].get("function")])]),
            _window(row["attributes"], row["constants"][0] if row["constants"] else {}),
            _shape(row["outputs"][0]),
            f"{row['outputs'][0]['scale']:.3g}" if "scale" in row["outputs"][0] else "",
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
        "processing": document["processing"]["output"]["kind"] if document["processing"] else "none",
        "golden vectors": str(document["golden_vectors"] or "none"),
        "signed with": document["signature"]["key_id"] if document["signature"] else "no key",
        **_origin(document["provenance"]),
    }
    for fact, value in facts.items():
        console.print(f"{fact:<22}{value}", highlight=False, markup=False)


def _origin(provenance: Mapping[str, Any] | None) -> dict[str, str]:
    """The provenance in lines. It is the file's word: no control character of it may reach the terminal."""
    lines = {}
    for group, values in (provenance or {}).items():
        pairs = values.items() if isinstance(values, dict) else [("", values)]
        text = ", ".join(f"{key} {value}".strip() for key, value in pairs)
        lines[_printable(f"made by {group}" if group != "command" else "made by")] = _printable(text)
    return lines


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)


def _name(tensor: Mapping[str, Any]) -> str:
    return _printable(tensor["name"])


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
