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
_NO_SECTIONS: Mapping[bytes, bytes] = MappingProxyType({})
_NO_EXTRAS: Mapping[bytes, tuple[int, bytes]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Bundle:
    """One compiled model.

    ``graph`` is verified; ``labels`` may be empty; ``meta`` are notes for people (producer, version, source);
    ``sections`` are the contents of the optional sections ``PREP``, ``POST``, ``PROV``, ``GOLD`` and ``SIGN``.
    """

    graph: Graph
    labels: tuple[str, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    sections: Mapping[bytes, bytes] = field(default_factory=lambda: _NO_SECTIONS)


def write_bundle(
    graph: Graph,
    labels: Sequence[str] = (),
    meta: Mapping[str, Any] = _NOTHING,
    extras: Mapping[bytes, tuple[int, bytes]] = _NO_EXTRAS,
) -> bytes:
    """The bytes of a bundle; equal arguments give equal bytes.

    ``extras``: optional sections by type (``PREP``, ``POST``, ``PROV``, ``GOLD``, ``SIGN``), each with its flags (1:
    a reader that does not know the type must refuse the bundle) and content. ModelError for a graph that is not valid
    or a section that is too large.
    """
    verify(graph)
    return write_sections(graph, labels, meta, extras)


def read_bundle(data: bytes, source: str = "bundle") -> Bundle:
    """Read the bytes of a bundle; constants are views of ``data``. ``source`` names it in errors.

    Damaged, hostile or newer bundles raise ModelError, nothing else; the hash, every offset and the whole
    graph are checked.
    """
    parts = read_sections(data, source)
    verify(parts.graph)
    return Bundle(parts.graph, parts.labels, parts.meta, parts.extras)
