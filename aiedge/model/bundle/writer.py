"""Graph, labels and notes -> the bytes of a bundle."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.errors import ModelError
from aiedge.model.bundle import layout
from aiedge.model.ir.graph import Graph, Node, Tensor
from aiedge.model.ir.limits import MAX_FILE_BYTES


def write_sections(
    graph: Graph, labels: Sequence[str], meta: Mapping[str, Any], extras: Mapping[bytes, tuple[int, bytes]]
) -> bytes:
    """The whole file, for a verified graph; ``extras`` are flags and content of each of ``EXTRA_SECTIONS``."""
    names, name_places = _joined_names(graph)
    pool = _index_pool(graph)
    graph_bytes = layout.GRAPH.size + layout.TENSOR.size * len(graph.tensors)
    graph_bytes += layout.NODE.size * len(graph.nodes) + 4 * len(pool)
    optional = _optional_sections(labels, meta) + _extra_sections(extras)

    # One entry more than there are sections: a signature can be put in later, with nothing else moved.
    graph_offset = layout.align(layout.HEADER.size + layout.SECTION.size * (4 + len(optional)))
    names_offset = layout.align(graph_offset + graph_bytes)
    data_offset = layout.align(names_offset + len(names))
    data, placed = _placed_constants(graph, data_offset)
    records = _graph_section(graph, name_places, pool, placed)
    sections = [
        (b"GRPH", layout.REQUIRED, records),
        (b"STRS", layout.REQUIRED, names),
        (b"DATA", layout.REQUIRED, data),
        *optional,
    ]
    return _assembled(sections, graph_offset)


def _assembled(sections: Sequence[tuple[bytes, int, bytes]], first_offset: int) -> bytes:
    table = b""
    body = bytearray()
    start = layout.HEADER.size + layout.SECTION.size * len(sections)
    for kind, flags, content in sections:
        offset = max(first_offset, layout.align(start + len(body)))
        body.extend(bytes(offset - start - len(body)))
        body.extend(content)
        table += layout.SECTION.pack(kind, flags, offset, len(content), 0)
    size = start + len(body)
    header = layout.HEADER.pack(
        layout.MAGIC,
        layout.FORMAT_MAJOR,
        layout.FORMAT_MINOR,
        layout.HEADER.size,
        size,
        len(sections),
        0,
        bytes(32),
    )
    file = bytearray(header + table + body)
    file[layout.HASH_OFFSET : layout.HASH_OFFSET + layout.HASH_BYTES] = hashlib.sha256(file).digest()
    return bytes(file)


def _optional_sections(labels: Sequence[str], meta: Mapping[str, Any]) -> list[tuple[bytes, int, bytes]]:
    sections: list[tuple[bytes, int, bytes]] = []
    if labels:
        for number, label in enumerate(labels, start=1):
            if not label.isprintable():
                raise ModelError(
                    "AIE-MOD-015", reason=f"label {number} {label!r} has a character that is not printable"
                )
        sections.append((b"LABL", 0, "\n".join(labels).encode("utf-8")))
    if meta:
        text = json.dumps(dict(meta), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        sections.append((b"META", 0, text.encode("utf-8")))
    return sections


def _extra_sections(extras: Mapping[bytes, tuple[int, bytes]]) -> list[tuple[bytes, int, bytes]]:
    unknown = extras.keys() - set(layout.EXTRA_SECTIONS)
    if unknown:
        raise ValueError(f"no sections of a bundle: {sorted(unknown)}")
    sections = []
    for kind in layout.EXTRA_SECTIONS:
        if kind in extras:
            flags, content = extras[kind]
            limit = layout.MAX_SECTION_BYTES.get(kind, MAX_FILE_BYTES)
            if len(content) > limit:
                section = kind.decode("ascii")
                raise ModelError("AIE-MOD-096", section=section, size_bytes=len(content), limit_bytes=limit)
            sections.append((kind, flags, content))
    return sections


def _joined_names(graph: Graph) -> tuple[bytes, dict[str, tuple[int, int]]]:
    """All names, each distinct one once, and where it stands (offset, bytes)."""
    joined = bytearray()
    places: dict[str, tuple[int, int]] = {}
    for name in (graph.name, *(t.name for t in graph.tensors), *(n.name for n in graph.nodes)):
        if name not in places:
            encoded = name.encode("utf-8")
            places[name] = (len(joined), len(encoded))
            joined.extend(encoded)
    return bytes(joined), places


def _index_pool(graph: Graph) -> list[int]:
    pool = [*graph.inputs, *graph.outputs]
    for node in graph.nodes:
        pool.extend((*node.inputs, *node.outputs))
    return pool


class _Placed:
    """Where a tensor's constant, scales and zero points stand in the file; 0 where there are none."""

    __slots__ = ("data", "data_bytes", "scales", "zero_points")

    def __init__(self) -> None:
        self.data = self.data_bytes = self.scales = self.zero_points = 0


def _placed_constants(graph: Graph, section_offset: int) -> tuple[bytes, list[_Placed]]:
    section = bytearray()

    def place(array: NDArray[Any]) -> int:
        section.extend(bytes(layout.align(len(section)) - len(section)))
        offset = section_offset + len(section)
        section.extend(np.ascontiguousarray(array, layout.little_endian(array.dtype.name)).tobytes())
        return offset

    placed: list[_Placed] = []
    for tensor in graph.tensors:
        at = _Placed()
        if tensor.data is not None:
            at.data, at.data_bytes = place(tensor.data), tensor.data.nbytes
        if tensor.quantization is not None and tensor.quantization.per_channel:
            at.scales = place(tensor.quantization.scales)
            at.zero_points = place(tensor.quantization.zero_points)
        placed.append(at)
    return bytes(section), placed


def _graph_section(
    graph: Graph, name_places: Mapping[str, tuple[int, int]], pool: Sequence[int], placed: Sequence[_Placed]
) -> bytes:
    counts = (len(graph.tensors), len(graph.nodes), len(graph.inputs), len(graph.outputs), len(pool))
    parts = [
        layout.GRAPH.pack(graph.arithmetic.encode("ascii"), *counts, *name_places[graph.name], 0, 0, 0, 0, 0)
    ]
    for tensor, at in zip(graph.tensors, placed, strict=True):
        parts.append(_tensor_record(tensor, name_places[tensor.name], at))
    position = len(graph.inputs) + len(graph.outputs)
    for node in graph.nodes:
        parts.append(_node_record(node, name_places[node.name], position))
        position += len(node.inputs) + len(node.outputs)
    parts.append(np.array(pool, "<u4").tobytes())
    return b"".join(parts)


def _tensor_record(tensor: Tensor, name: tuple[int, int], at: _Placed) -> bytes:
    kind = layout.KIND_CONSTANT if tensor.is_constant else layout.KIND_ACTIVATION
    shape = (*tensor.shape, *(0,) * (6 - len(tensor.shape)))
    quantization = tensor.quantization
    if quantization is None:
        mode, scale, zero_point, axis = layout.QUANTIZATION_NONE, 0.0, 0, 0
    elif quantization.per_channel:
        mode, scale, zero_point, axis = layout.QUANTIZATION_CHANNEL, 0.0, 0, quantization.axis
    else:
        mode, scale, axis = layout.QUANTIZATION_TENSOR, float(quantization.scale), 0
        zero_point = quantization.zero_point
    codes = (layout.DTYPE_CODES[tensor.dtype], kind, len(tensor.shape), mode)
    places = (at.data, at.data_bytes, at.scales, at.zero_points, 0, 0)
    return layout.TENSOR.pack(*name, *codes, *shape, scale, zero_point, axis, *places)


def _node_record(node: Node, name: tuple[int, int], position: int) -> bytes:
    outputs_at = position + len(node.inputs)
    return layout.NODE.pack(
        node.op.CODE,
        layout.ATTRIBUTE_LAYOUT,
        *name,
        position,
        len(node.inputs),
        outputs_at,
        len(node.outputs),
        layout.attributes_of(node.op),
    )
