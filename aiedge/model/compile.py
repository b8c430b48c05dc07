"""From a model file to a bundle: the one chain, read from top to bottom."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from aiedge.atomic_file import write_atomically
from aiedge.errors import ModelError
from aiedge.model.bundle import write_bundle
from aiedge.model.importers.onnx import OnnxOptions, import_onnx
from aiedge.model.importers.tflite import import_tflite
from aiedge.model.ir.graph import Graph
from aiedge.model.ir.verify import verify
from aiedge.model.passes import run_passes
from aiedge.model.read_file import read_model_file

if TYPE_CHECKING:
    from aiedge.model.processing import Processing

SOURCE_SUFFIXES = (".tflite", ".onnx")
"""Of the files that can be compiled."""


def import_model(data: bytes, name: str, onnx: OnnxOptions | None = None) -> Graph:
    """The bytes of a ``.tflite`` or ``.onnx`` file -> the verified graph, ready to interpret or to bundle.

    ``name`` (the file's) says which of them, becomes the graph's and stands in errors; ``onnx`` says what an .onnx
    file leaves open. Raises ModelError, nothing else.
    """
    graph = import_onnx(data, name, onnx) if name.endswith(".onnx") else import_tflite(data, name)
    verify(graph)
    return run_passes(graph)


def compile_bytes(
    data: bytes,
    name: str,
    labels: Sequence[str] = (),
    onnx: OnnxOptions | None = None,
    processing: Processing | None = None,
) -> bytes:
    """The bytes of a ``.tflite`` or ``.onnx`` file -> the bytes of a bundle. Raises ModelError, nothing else."""
    # A file's name need not be valid text; a name in a bundle must be.
    source = Path(name).name.encode("utf-8", "replace").decode("utf-8")
    meta = {
        "producer": "aiedge",
        "version": version("aiedge"),
        "source": source,
        "source_sha256": hashlib.sha256(data).hexdigest(),
    }
    graph = import_model(data, source, onnx)
    if processing is None:
        return write_bundle(graph, labels, meta)
    # Only here: a model without a processing needs no pydantic.
    from aiedge.model.processing import encode

    return write_bundle(graph, labels, meta, encode(processing, graph))


def compile_model(
    path: Path,
    labels: Sequence[str] = (),
    onnx: OnnxOptions | None = None,
    processing: Processing | None = None,
) -> bytes:
    """A model's file -> the bytes of a bundle. Blocks on the disk; raises ModelError, nothing else."""
    if path.suffix not in SOURCE_SUFFIXES:
        raise ModelError("AIE-MOD-002", where=str(path), suffix=path.name)
    return compile_bytes(read_model_file(path), path.name, labels, onnx, processing)


def compile_file(
    source: Path,
    destination: Path,
    labels: Sequence[str] = (),
    onnx: OnnxOptions | None = None,
    processing: Processing | None = None,
) -> None:
    """Compile ``source`` into ``destination``, which is wholly the new bundle or untouched."""
    bundle = compile_model(source, labels, onnx, processing)
    try:
        write_atomically(destination, bundle)
    except OSError as error:
        raise ModelError("AIE-MOD-016", where=str(destination), reason=error.strerror or error) from error
