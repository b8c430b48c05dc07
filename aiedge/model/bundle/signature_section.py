"""Where a signature stands in a bundle, and the digest of everything else (docs/bundle-format.md, SIGN)."""

from __future__ import annotations

import hashlib

from aiedge.errors import ModelError
from aiedge.model.bundle import layout
from aiedge.model.bundle.container import Container, read_container

_SIGN = b"SIGN"


def signature_in(container: Container) -> memoryview | None:
    """The content of SIGN, None when the bundle has none."""
    section = container.sections.get(_SIGN)
    return section.content if section is not None else None


def signed_digest(data: bytes, container: Container) -> bytes:
    """SHA-256 of the whole file, the header's hash and the content of SIGN taken as zero."""
    section = container.sections.get(_SIGN)
    zeroed = [(layout.HASH_OFFSET, layout.HASH_BYTES)]
    if section is not None:
        zeroed.append((section.offset, len(section.content)))
    digest = hashlib.sha256()
    position = 0
    for offset, size in zeroed:
        digest.update(memoryview(data)[position:offset])
        digest.update(bytes(size))
        position = offset + size
    digest.update(memoryview(data)[position:])
    return digest.digest()


def with_signature(data: bytes, source: str, signature: bytes) -> bytes:
    """The bundle with ``signature`` as its SIGN; one that it has is replaced. Nothing else moves.

    Raises ModelError for a bundle that is none, or whose section table has no room (written before format 1.1).
    """
    container = read_container(data, source)
    unsigned, count = data, container.section_count
    old = container.sections.get(_SIGN)
    if old is not None:
        count -= 1
        unsigned = data[: _end_before(data, count)]
    entry_at = layout.HEADER.size + layout.SECTION.size * count
    if entry_at + layout.SECTION.size > container.first_offset or count == layout.MAX_SECTIONS:
        raise ModelError("AIE-MOD-110", where=source)
    offset = layout.align(len(unsigned))
    signed = bytearray(unsigned.ljust(offset, b"\0") + signature)
    layout.SECTION.pack_into(signed, entry_at, _SIGN, 0, offset, len(signature), 0)
    magic, major, minor, header_bytes, _, _, reserved, _ = layout.HEADER.unpack_from(signed)
    # A reader of format 1.0 skips the section; the file's version says what it holds all the same.
    fields = (magic, major, max(minor, layout.FORMAT_MINOR), header_bytes, len(signed), count + 1, reserved)
    layout.HEADER.pack_into(signed, 0, *fields, bytes(layout.HASH_BYTES))
    hash_end = layout.HASH_OFFSET + layout.HASH_BYTES
    signed[layout.HASH_OFFSET : hash_end] = hashlib.sha256(signed).digest()
    return bytes(signed)


def _end_before(data: bytes, count: int) -> int:
    """Where the last of the first ``count`` sections ends."""
    last = layout.HEADER.size + layout.SECTION.size * (count - 1)
    _, _, offset, size, _ = layout.SECTION.unpack_from(data, last)
    return int(offset + size)
