"""``aiedge inspect --trace``: what each operator gave in one run, to find where two machines part."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console

from aiedge.api import open_engine
from aiedge.cli.output import print_json, print_table
from aiedge.cli.read_input import read_input
from aiedge.engines.native import NativeEngine
from aiedge.errors import EXIT_FAILED, UsageError
from aiedge.open_file import open_file

MAX_TRACE_BYTES = 1 << 26


def trace_model(
    model: Path, inputs: Sequence[Path], against: Path | None, *, isa: str, threads: int, as_json: bool
) -> None:
    """Run ``model`` once on one file for each input and print each operator's output as a hash.

    With ``against``, an earlier trace as ``--json`` prints it, the first operator that differs is named and the
    command ends with 1. Raises UsageError for a file that is no such trace.
    """
    engine = cast("NativeEngine", open_engine(model, engine="native", threads=threads, isa=isa))
    if len(inputs) != len(engine.inputs):
        expected = f"{len(engine.inputs)} file(s), one for each input"
        raise UsageError("AIE-CLI-001", name="--trace", value=len(inputs), expected=expected)
    earlier = _read(against) if against is not None else None
    arrays = [read_input(file, spec) for file, spec in zip(inputs, engine.inputs, strict=True)]
    document: dict[str, Any] = {"model": str(model), "threads": threads, **trace(engine, arrays)}
    difference = None
    if against is not None and earlier is not None:
        difference = compare(document, earlier, str(against))
        document["against"] = {"file": str(against), "first_difference": difference}
    if as_json:
        print_json(document)
    else:
        _print(document, difference)
    if difference is not None:
        raise typer.Exit(EXIT_FAILED)


def trace(engine: NativeEngine, inputs: Sequence[NDArray[Any]]) -> dict[str, Any]:
    """Hashes of the inputs, and of each operator's output with its name, kernel, type and shape, as JSON can hold."""
    out = [np.zeros(spec.shape, spec.dtype) for spec in engine.outputs]
    return {
        "inputs": [hashlib.sha256(array.tobytes()).hexdigest()[:16] for array in inputs],
        "operators": [
            {
                "name": output.node.node,
                "operator": output.node.operator,
                "kernel": output.node.kernel,
                "dtype": output.dtype,
                "shape": list(output.shape),
                "hash": output.digest,
            }
            for output in engine.trace(inputs, out)
        ],
    }


def compare(ours: Mapping[str, Any], theirs: Mapping[str, Any], file: str) -> int | None:
    """The index of the first operator whose output differs, None where all are the same.

    Raises UsageError when the traces are of different inputs or models.
    """
    if ours["inputs"] != theirs["inputs"]:
        raise UsageError("AIE-CLI-011", where=file, reason="it has other inputs")
    forms = [
        [(row["name"], row["operator"], row["dtype"], row["shape"]) for row in trace["operators"]]
        for trace in (ours, theirs)
    ]
    if forms[0] != forms[1]:
        raise UsageError("AIE-CLI-011", where=file, reason="it has other operators")
    for index, (mine, other) in enumerate(zip(ours["operators"], theirs["operators"], strict=True)):
        if mine["hash"] != other["hash"]:
            return index
    return None


def _read(file: Path) -> Mapping[str, Any]:
    try:
        with open_file(file) as stream:
            document = json.loads(stream.read(MAX_TRACE_BYTES))
    except OSError as error:
        raise UsageError("AIE-CLI-002", where=str(file), reason=error.strerror or error) from error
    except (ValueError, RecursionError) as error:
        raise UsageError("AIE-CLI-011", where=str(file), reason="it is not JSON") from error
    wanted = {"name", "operator", "dtype", "shape", "hash"}
    rows = document.get("operators") if isinstance(document, dict) else None
    if (
        not isinstance(rows, list)
        or not isinstance(document.get("inputs"), list)
        or not all(isinstance(row, dict) and wanted <= row.keys() for row in rows)
    ):
        raise UsageError("AIE-CLI-011", where=str(file), reason="operators with their hashes are not in it")
    return cast("Mapping[str, Any]", document)


def _print(document: Mapping[str, Any], difference: int | None) -> None:
    rows = [
        [
            str(index),
            row["operator"],
            "".join(c if c.isprintable() else "?" for c in row["name"]),
            row["kernel"],
            "x".join(map(str, row["shape"])),
            row["hash"] + (" differs" if index == difference else ""),
        ]
        for index, row in enumerate(document["operators"])
    ]
    columns = ["", "operator", "name", "kernel", "output", "hash"]
    print_table(document["model"], columns, rows, right={0})
    if "against" in document:
        console = Console()
        file = document["against"]["file"]
        if difference is None:
            verdict = f"the same as {file}, to the last bit"
        else:
            row = rows[difference]
            verdict = f"operator {row[0]}, {row[1]} {row[2]}, is the first that differs from {file}"
        console.print(verdict, highlight=False, markup=False, soft_wrap=True)
