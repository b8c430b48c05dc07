"""The outer shell of a bundle: header, hash, section table. The bytes are untrusted."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from aiedge.errors import ModelError
from aiedge.model.bundle import layout
from aiedge.model.ir.limits import MAX_FILE_BYTES

_REQUIRED_SECTIONS = (b"GRPH", b"STRS", b"DATA")
_KNOWN_SECTIONS = (*_REQUIRED_SECTIONS, b"LABL", b"META", *layout.EXTRA_SECTIONS)


class DamageError(Exception):
    """The bytes break the format; the text is part of a sentence."""


def demand(holds: bool, otherwise: str) -> None:
    """Raise :class:`DamageError` with the text ``otherwise`` unless the rule ``holds``."""
    if not holds:
        raise DamageError(otherwise)


class Section(NamedTuple):
    """One section: its flags, where it begins in the file, and a view of its bytes."""

    flags: int
    offset: int
    content: memoryview


class Container(NamedTuple):
    """A checked shell: the minor version, the known sections by type, how many there are in all, the first's offset."""

    minor: int
    sections: Mapping[bytes, Section]
    section_count: int
    first_offset: int


def read_container(data: bytes, source: str) -> Container:
    """Check header, size, hash and section table; ``source`` names the file in errors. Nothing is copied.

    Raises ModelError, nothing else: for damaged bytes, for a newer format, for an unknown required section.
    """
    if len(data) > MAX_FILE_BYTES:
        raise ModelError("AIE-MOD-003", where=source, size_bytes=len(data), limit_bytes=MAX_FILE_BYTES)
    try:
        return _container(data, source)
    except DamageError as damage:
        raise ModelError("AIE-MOD-011", where=source, reason=str(damage)) from None


def _container(data: bytes, source: str) -> Container:
    demand(len(data) >= layout.HEADER.size and data[: len(layout.MAGIC)] == layout.MAGIC, "it is no bundle")
    _, major, minor, header_bytes, file_bytes, count, reserved, digest = layout.HEADER.unpack_from(data)
    if major != layout.FORMAT_MAJOR:
        raise ModelError("AIE-MOD-012", where=source, major=major, supported=layout.FORMAT_MAJOR)
    demand(file_bytes == len(data), f"it has {len(data)} bytes and its header says {file_bytes}")
    demand(header_bytes == layout.HEADER.size and reserved == 0, "its header has a field out of range")
    demand(digest == _digest(data), "its hash does not match its content")
    end = layout.HEADER.size + layout.SECTION.size * count
    demand(1 <= count <= layout.MAX_SECTIONS and end <= len(data), f"it says that it has {count} sections")
    sections: dict[bytes, Section] = {}
    seen: set[bytes] = set()
    for index in range(count):
        entry = layout.SECTION.unpack_from(data, layout.HEADER.size + layout.SECTION.size * index)
        kind, flags, offset, size, spare = entry
        what = f"section {kind.decode('latin-1')!r}"
        demand(all(0x20 < c < 0x7F for c in kind), f"{what} has a type that is not four printable characters")
        demand(flags in {0, layout.REQUIRED} and spare == 0, f"{what} has a field out of range")
        demand(offset % layout.ALIGNMENT == 0 and offset >= end, f"{what} starts at byte {offset}")
        demand(size <= len(data) - offset, f"{what} ends outside the file")
        demand(not any(data[end:offset]), f"there is something between the sections before {what}")
        demand(kind not in seen, f"{what} occurs twice")
        demand(b"SIGN" not in seen, f"{what} stands behind the signature")
        limit = layout.MAX_SECTION_BYTES.get(kind, MAX_FILE_BYTES)
        demand(size <= limit, f"{what} has {size} bytes, {limit} are allowed")
        seen.add(kind)
        if kind in _KNOWN_SECTIONS:
            sections[kind] = Section(flags, offset, memoryview(data)[offset : offset + size])
        elif flags & layout.REQUIRED:
            raise ModelError("AIE-MOD-013", where=source, section=kind.decode("latin-1"))
        end = offset + size
    demand(end == len(data), "there is something after the last section")
    for kind in _REQUIRED_SECTIONS:
        demand(kind in sections, f"the section {kind.decode('ascii')} is missing")
    # They stand in the order of the table, unknown ones, too.
    first_offset = layout.SECTION.unpack_from(data, layout.HEADER.size)[2]
    return Container(minor, sections, count, first_offset)


def _digest(data: bytes) -> bytes:
    digest = hashlib.sha256(memoryview(data)[: layout.HASH_OFFSET])
    digest.update(bytes(layout.HASH_BYTES))
    digest.update(memoryview(data)[layout.HASH_OFFSET + layout.HASH_BYTES :])
    return digest.digest()
