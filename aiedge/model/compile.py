"""From a model file to a bundle: the one chain, read from top to bottom."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from aiedge.atomic_file import write_atomically
from aiedge.errors import ModelError
from aiedge.model.bundle import write_bundle
from aiedge.model.bundle.golden import make_golden, random_inputs
from aiedge.model.bundle.provenance import Provenance, describe_source
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


@dataclasses.dataclass(frozen=True, slots=True)
class GoldenOptions:
    """How many golden vectors a bundle gets, of random inputs from ``seed``; the oracle computes them, slowly."""

    count: int = 0
    seed: int = 0


NO_GOLDEN = GoldenOptions()


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
    golden: GoldenOptions = NO_GOLDEN,
) -> bytes:
    """The bytes of a ``.tflite`` or ``.onnx`` file -> the bytes of a bundle. Raises ModelError, nothing else."""
    # A file's name need not be valid text; a name in a bundle must be.
    source = Path(name).name.encode("utf-8", "replace").decode("utf-8")
    graph = import_model(data, source, onnx)
    provenance = Provenance(
        command="compile",
        source=describe_source(source, data),
        tools=tool_versions("numpy", *(() if source.endswith(".onnx") else ("tflite",))),
        options=_chosen(onnx),
        golden=dataclasses.asdict(golden) if golden.count else {},
    )
    extras: dict[bytes, tuple[int, bytes]] = {}
    if processing is not None:
        # Only here: a model without a processing needs no pydantic.
        from aiedge.model.processing import encode

        extras = dict(encode(processing, graph))
    return assemble(graph, labels, provenance, random_inputs(graph, golden.count, golden.seed), extras)


def assemble(
    graph: Graph,
    labels: Sequence[str],
    provenance: Provenance,
    golden: Sequence[Sequence[NDArray[Any]]] = (),
    extras: Mapping[bytes, tuple[int, bytes]] = MappingProxyType({}),
) -> bytes:
    """A verified graph and all that belongs to it -> the bytes of a bundle, which depend on nothing else.

    ``golden``: sets of inputs, each with one array for each graph input, that become golden vectors by what the oracle
    makes of them; that takes long for a large graph. ``extras`` are further sections as ``write_bundle`` takes them.
    Raises ModelError, and InputError for an array that does not fit.
    """
    source = provenance.source
    meta = {
        "producer": "aiedge",
        "version": provenance.tools["aiedge"],
        "source": source["name"],
        "source_sha256": source["sha256"],
    }
    sections = dict(extras)
    sections[b"PROV"] = (0, provenance.as_bytes())
    if golden:
        sections[b"GOLD"] = (0, make_golden(graph, golden))
    return write_bundle(graph, labels, meta, sections)


def tool_versions(*packages: str) -> dict[str, str]:
    """The versions of aiedge and of installed ``packages``, for :class:`Provenance`."""
    return {package: version(package) for package in ("aiedge", *packages)}


def _chosen(options: OnnxOptions | None) -> dict[str, Any]:
    """The options that were not left at their default."""
    default = dataclasses.asdict(OnnxOptions())
    given = dataclasses.asdict(options) if options is not None else default
    return {name: value for name, value in given.items() if value != default[name]}


def compile_model(
    path: Path,
    labels: Sequence[str] = (),
    onnx: OnnxOptions | None = None,
    processing: Processing | None = None,
    golden: GoldenOptions = NO_GOLDEN,
) -> bytes:
    """A model's file -> the bytes of a bundle. Blocks on the disk; raises ModelError, nothing else."""
    if path.suffix not in SOURCE_SUFFIXES:
        raise ModelError("AIE-MOD-002", where=str(path), suffix=path.name)
    return compile_bytes(read_model_file(path), path.name, labels, onnx, processing, golden)


def compile_file(
    source: Path,
    destination: Path,
    labels: Sequence[str] = (),
    onnx: OnnxOptions | None = None,
    processing: Processing | None = None,
    golden: GoldenOptions = NO_GOLDEN,
) -> None:
    """Compile ``source`` into ``destination``, which is wholly the new bundle or untouched."""
    bundle = compile_model(source, labels, onnx, processing, golden)
    try:
        write_atomically(destination, bundle)
    except OSError as error:
        raise ModelError("AIE-MOD-016", where=str(destination), reason=error.strerror or error) from error
