"""Changes a bundle's bytes and seals it again, so that what is behind the hash is tested too."""

from __future__ import annotations

import hashlib
import struct

SECTION_TABLE = 64
_SECTION_BYTES = 32


def resealed(data: bytes | bytearray) -> bytes:
    """The same bytes with the right size and hash in the header; too short ones as they are."""
    if len(data) < SECTION_TABLE:
        return bytes(data)
    sealed = bytearray(data)
    struct.pack_into("<Q", sealed, 16, len(sealed))
    sealed[32:64] = bytes(32)
    sealed[32:64] = hashlib.sha256(sealed).digest()
    return bytes(sealed)


def with_section(data: bytes, kind: bytes, flags: int, content: bytes) -> bytes:
    """The bundle with one more section at its end; the section table must have room before the first section."""
    count = struct.unpack_from("<I", data, 24)[0]
    entry = SECTION_TABLE + _SECTION_BYTES * count
    first = struct.unpack_from("<Q", data, SECTION_TABLE + 8)[0]
    assert entry + _SECTION_BYTES <= first
    offset = -(-len(data) // 64) * 64
    grown = bytearray(data.ljust(offset, b"\0") + content)
    struct.pack_into("<4sIQQQ", grown, entry, kind, flags, offset, len(content), 0)
    struct.pack_into("<I", grown, 24, count + 1)
    return resealed(grown)
