"""The bytes of a bundle -> graph, labels and notes. The bytes are untrusted."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aiedge.errors import ModelError
from aiedge.model.bundle import layout
from aiedge.model.bundle.container import DamageError, Section, demand, read_container
from aiedge.model.ir.graph import ARITHMETIC, Graph, Node, Quantization, Tensor
from aiedge.model.ir.limits import (
    MAX_ELEMENTS,
    MAX_GRAPH_INPUTS,
    MAX_GRAPH_OUTPUTS,
    MAX_NODES,
    MAX_RANK,
    MAX_TENSORS,
)

_MAX_NODE_TENSORS = 256


class Parts(NamedTuple):
    """What a bundle holds, the graph not verified yet; ``extras`` are the optional sections by their type."""

    graph: Graph
    labels: tuple[str, ...]
    meta: Mapping[str, Any]
    extras: Mapping[bytes, bytes]


def read_sections(data: bytes, source: str) -> Parts:
    """Parse a bundle; the graph is not verified yet. Raises ModelError, nothing else."""
    container = read_container(data, source)
    sections = container.sections
    try:
        return Parts(
            _GraphReader(data, sections, source).graph(),
            _labels(sections),
            _meta(sections),
            {kind: bytes(sections[kind].content) for kind in layout.EXTRA_SECTIONS if kind in sections},
        )
    except DamageError as damage:
        reason = str(damage)
    except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError, struct.error) as error:
        if isinstance(error, ModelError):
            raise
        reason = f"it cannot be parsed ({type(error).__name__})"
    if container.minor > layout.FORMAT_MINOR:
        # What looks like damage may be what the newer format has added.
        raise ModelError(
            "AIE-MOD-095",
            where=source,
            version=f"{layout.FORMAT_MAJOR}.{container.minor}",
            supported=f"{layout.FORMAT_MAJOR}.{layout.FORMAT_MINOR}",
            reason=reason,
        )
    raise ModelError("AIE-MOD-011", where=source, reason=reason)


def _labels(sections: Mapping[bytes, Section]) -> tuple[str, ...]:
    if b"LABL" not in sections:
        return ()
    return tuple(bytes(sections[b"LABL"].content).decode("utf-8").split("\n"))


def _meta(sections: Mapping[bytes, Section]) -> Mapping[str, Any]:
    if b"META" not in sections:
        return {}
    meta = json.loads(bytes(sections[b"META"].content).decode("utf-8"))
    if not isinstance(meta, dict):
        raise DamageError("its notes are no JSON object")
    return meta


class _GraphReader:
    """Reads the section GRPH with the names and constants that it refers to."""

    def __init__(self, data: bytes, sections: Mapping[bytes, Section], source: str) -> None:
        self._data = data
        self._source = source
        self._records = sections[b"GRPH"].content
        self._names = sections[b"STRS"].content
        _, self._constants_from, constants = sections[b"DATA"]
        self._constants_to = self._constants_from + len(constants)
        # Records may refer to the same bytes many times: what is copied is bounded by the file's size.
        self._copies_left = 4 * len(data) + 65536

    def graph(self) -> Graph:
        demand(len(self._records) >= layout.GRAPH.size, "its graph is cut off")
        arithmetic, tensors, nodes, inputs, outputs, indices, name_at, name_bytes, *spare = (
            layout.GRAPH.unpack_from(self._records)
        )
        name = arithmetic.rstrip(b"\0").decode("ascii")
        if name != ARITHMETIC:
            raise ModelError("AIE-MOD-014", where=self._source, arithmetic=name, supported=ARITHMETIC)
        demand(not any(spare), "its graph has a field out of range")
        for what, count, limit in (
            ("tensors", tensors, MAX_TENSORS),
            ("nodes", nodes, MAX_NODES),
            ("inputs", inputs, MAX_GRAPH_INPUTS),
            ("outputs", outputs, MAX_GRAPH_OUTPUTS),
        ):
            demand(1 <= count <= limit, f"its graph says that it has {count} {what}")
        nodes_at = layout.GRAPH.size + tensors * layout.TENSOR.size
        pool_at = nodes_at + nodes * layout.NODE.size
        demand(len(self._records) == pool_at + 4 * indices, "its graph has another size than its counts say")
        demand(inputs + outputs <= indices, "its graph's inputs and outputs lie outside the indices")
        pool = np.frombuffer(self._records, "<u4", offset=pool_at).tolist()
        return Graph(
            name=self._name(name_at, name_bytes),
            tensors=[self._tensor(layout.GRAPH.size + i * layout.TENSOR.size, i) for i in range(tensors)],
            nodes=[self._node(nodes_at + i * layout.NODE.size, i, pool) for i in range(nodes)],
            inputs=tuple(pool[:inputs]),
            outputs=tuple(pool[inputs : inputs + outputs]),
            arithmetic=name,
        )

    def _name(self, offset: int, size: int) -> str:
        demand(offset + size <= len(self._names), "a name lies outside the names")
        self._spend(size)
        return bytes(self._names[offset : offset + size]).decode("utf-8")

    def _spend(self, byte_count: int) -> None:
        self._copies_left -= byte_count
        demand(self._copies_left >= 0, "its records share names or indices more often than a bundle does")

    def _tensor(self, offset: int, index: int) -> Tensor:
        name_at, name_bytes, dtype, kind, rank, mode, *rest = layout.TENSOR.unpack_from(self._records, offset)
        shape, (scale, zero_point, axis, data_at, data_bytes, scales_at, zeros_at, *spare) = (
            rest[:6],
            rest[6:],
        )
        name = self._name(name_at, name_bytes)
        what = f"tensor {index} {name[:80]!r}"
        known = dtype in layout.DTYPE_NAMES and kind in {0, 1} and rank <= MAX_RANK and mode in {0, 1, 2}
        demand(known and not any(spare) and not any(shape[rank:]), f"{what} has a field out of range")
        dtype_name = layout.DTYPE_NAMES[dtype]
        dimensions = tuple(shape[:rank])
        count = 1
        for size in dimensions:
            count *= size
            demand(size >= 1 and count <= MAX_ELEMENTS, f"{what} has the shape {list(dimensions)}")
        data = None
        if kind == layout.KIND_CONSTANT:
            data = self._constant(what, data_at, count, dtype_name).reshape(dimensions)
            demand(data_bytes == data.nbytes, f"{what} has {data_bytes} bytes, needs {data.nbytes}")
        else:
            demand(data_at == 0 and data_bytes == 0, f"{what} is no constant and has data")
        quantization = None
        if mode == layout.QUANTIZATION_TENSOR:
            scales, zeros = np.array([scale], np.float32), np.array([zero_point], np.int32)
            quantization = Quantization(scales, zeros)
        elif mode == layout.QUANTIZATION_CHANNEL:
            demand(axis < rank, f"{what} has its scales on axis {axis} of {rank}")
            scales = self._constant(what, scales_at, dimensions[axis], "float32")
            quantization = Quantization(
                scales, self._constant(what, zeros_at, dimensions[axis], "int32"), axis
            )
        per_tensor, per_channel = mode == layout.QUANTIZATION_TENSOR, mode == layout.QUANTIZATION_CHANNEL
        unused = (not per_tensor and (scale or zero_point)) or (
            not per_channel and (axis or scales_at or zeros_at)
        )
        demand(not unused, f"{what} has a field that its quantization does not use")
        return Tensor(name, dimensions, dtype_name, quantization, data)

    def _constant(self, what: str, offset: int, count: int, dtype: str) -> NDArray[Any]:
        values = layout.little_endian(dtype)
        inside = self._constants_from <= offset and offset + count * values.itemsize <= self._constants_to
        demand(inside and offset % layout.ALIGNMENT == 0, f"{what} has data outside the constants")
        return np.frombuffer(self._data, values, count=count, offset=offset)

    def _node(self, offset: int, index: int, pool: list[int]) -> Node:
        record = layout.NODE.unpack_from(self._records, offset)
        code, version, name_at, name_bytes, inputs_at, inputs, outputs_at, outputs, attributes = record
        name = self._name(name_at, name_bytes)
        what = f"node {index} {name[:80]!r}"
        demand(code in layout.OPS, f"{what} has the operation {code}")
        demand(version == layout.ATTRIBUTE_LAYOUT, f"{what} has the attribute layout {version}")
        demand(max(inputs, outputs) <= _MAX_NODE_TENSORS, f"{what} has {inputs} inputs and {outputs} outputs")
        self._spend(4 * (inputs + outputs))
        inside = inputs_at + inputs <= len(pool) and outputs_at + outputs <= len(pool)
        demand(inside, f"{what} names indices outside the pool")
        op = layout.op_of(layout.OPS[code], attributes)
        return Node(
            name,
            op,
            tuple(pool[inputs_at : inputs_at + inputs]),
            tuple(pool[outputs_at : outputs_at + outputs]),
        )
