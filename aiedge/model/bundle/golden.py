"""Golden vectors: inputs with the outputs that they must give, bit for bit (docs/bundle-format.md, GOLD)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aiedge.errors import ModelError
from aiedge.model.bundle import layout
from aiedge.model.ir.graph import Graph, Tensor
from aiedge.model.ir.interpret import interpret

MAX_VECTORS = 4096
_VERSION = 1
_HEADER = struct.Struct("<4I48x")


class GoldenVector(NamedTuple):
    """One array for each graph input, and for each graph output."""

    inputs: tuple[NDArray[Any], ...]
    outputs: tuple[NDArray[Any], ...]


def random_inputs(graph: Graph, count: int, seed: int) -> list[list[NDArray[Any]]]:
    """``count`` sets of random inputs, the same for the same seed.

    Integers over their whole range, floats from the standard normal distribution, indices (int32) small.
    """
    rng = np.random.default_rng(seed)
    return [[_random(rng, graph.tensors[i]) for i in graph.inputs] for _ in range(count)]


def make_golden(graph: Graph, inputs: Sequence[Sequence[NDArray[Any]]]) -> bytes:
    """The content of GOLD: each of ``inputs`` (one array a graph input) with what the oracle makes of it.

    ``graph`` is verified; 1 to 4096 sets. Blocks: the oracle is slow. Raises InputError for an array that does not
    fit, ModelError when the vectors are too large.
    """
    if not 1 <= len(inputs) <= MAX_VECTORS:
        raise ValueError(f"{len(inputs)} golden vectors")
    size_bytes = _HEADER.size + len(inputs) * sum(_padded(graph.tensors[i]) for i in _ports(graph))
    limit_bytes = layout.MAX_SECTION_BYTES[b"GOLD"]
    if size_bytes > limit_bytes:
        # Before the oracle has worked for nothing.
        raise ModelError("AIE-MOD-096", section="GOLD", size_bytes=size_bytes, limit_bytes=limit_bytes)
    content = bytearray(_HEADER.pack(_VERSION, len(inputs), len(graph.inputs), len(graph.outputs)))
    for arrays in inputs:
        for array in (*arrays, *interpret(graph, arrays)):
            content.extend(bytes(layout.align(len(content)) - len(content)))
            content.extend(np.ascontiguousarray(array, layout.little_endian(array.dtype.name)).tobytes())
    return bytes(content)


def read_golden(content: bytes, graph: Graph, source: str) -> list[GoldenVector]:
    """Parse the content of GOLD, which is untrusted; the arrays are views of it. ModelError when it is damaged."""

    def demand(holds: bool, reason: str) -> None:
        if not holds:
            raise ModelError("AIE-MOD-011", where=source, reason=f"its golden vectors {reason}")

    demand(len(content) >= _HEADER.size and not any(content[16 : _HEADER.size]), "have no valid header")
    version, count, input_count, output_count = _HEADER.unpack_from(content)
    demand(version == _VERSION, f"have the layout {version}")
    demand(1 <= count <= MAX_VECTORS, f"are {count}")
    ports = (input_count, output_count) == (len(graph.inputs), len(graph.outputs))
    demand(ports, f"have {input_count} inputs and {output_count} outputs")
    position = _HEADER.size

    def take(tensor: Tensor) -> NDArray[Any]:
        nonlocal position
        start = layout.align(position)
        size = _bytes(tensor)
        demand(start + size <= len(content) and not any(content[position:start]), "do not fit the graph")
        position = start + size
        dtype = layout.little_endian(tensor.dtype)
        flat = np.frombuffer(content, dtype, count=size // dtype.itemsize, offset=start)
        return flat.reshape(tensor.shape)

    vectors = []
    for _ in range(count):
        inputs = tuple(take(graph.tensors[i]) for i in graph.inputs)
        vectors.append(GoldenVector(inputs, tuple(take(graph.tensors[i]) for i in graph.outputs)))
    demand(position == len(content), "do not fit the graph")
    return vectors


def _ports(graph: Graph) -> tuple[int, ...]:
    return (*graph.inputs, *graph.outputs)


def _bytes(tensor: Tensor) -> int:
    size = np.dtype(tensor.dtype).itemsize
    for length in tensor.shape:
        size *= length
    return size


def _padded(tensor: Tensor) -> int:
    return layout.align(_bytes(tensor))


def _random(rng: np.random.Generator, tensor: Tensor) -> NDArray[Any]:
    dtype = np.dtype(tensor.dtype)
    if dtype.kind == "f":
        return rng.standard_normal(tensor.shape).astype(dtype)
    if tensor.dtype == "int32":
        return rng.integers(0, 16, tensor.shape, np.int32)
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max, tensor.shape, dtype, endpoint=True)
