"""Bundles, the ``.aie`` files (docs/bundle-format.md): Graph + labels + notes <-> bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from aiedge.model.bundle.reader import read_sections
from aiedge.model.bundle.writer import write_sections
from aiedge.model.ir.graph import Graph
from aiedge.model.ir.verify import verify

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Bundle:
    """One compiled model.

    ``graph`` is verified; ``labels`` may be empty; ``meta`` are notes for people (producer, version, source).
    """

    graph: Graph
    labels: tuple[str, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)


def write_bundle(graph: Graph, labels: Sequence[str] = (), meta: Mapping[str, Any] = _NOTHING) -> bytes:
    """The bytes of a bundle; equal arguments give equal bytes. ModelError for a graph that is not valid."""
    verify(graph)
    return write_sections(graph, labels, meta)


def read_bundle(data: bytes, source: str = "bundle") -> Bundle:
    """Read the bytes of a bundle; constants are views of ``data``. ``source`` names it in errors.

    Damaged, hostile or newer bundles raise ModelError, nothing else; the hash, every offset and the whole
    graph are checked.
    """
    graph, labels, meta = read_sections(data, source)
    verify(graph)
    return Bundle(graph, labels, meta)
