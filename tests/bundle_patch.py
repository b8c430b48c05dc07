"""Changes single fields of a bundle by their place in docs/bundle-format.md, and makes the hash fit again."""

from __future__ import annotations

import hashlib
import struct

SECTION_TABLE = 64
_SECTION_BYTES = 32


class BundlePatch:
    """The bytes of a bundle with the places of its records."""

    def __init__(self, data: bytes) -> None:
        self.data = bytearray(data)
        (count,) = struct.unpack_from("<I", data, 24)
        self.sections: dict[str, int] = {}
        self.entries: dict[str, int] = {}
        for index in range(count):
            entry = SECTION_TABLE + _SECTION_BYTES * index
            kind, _, offset, _ = struct.unpack_from("<4sIQQ", data, entry)
            self.sections[kind.decode()] = offset
            self.entries[kind.decode()] = entry
        self.graph = self.sections["GRPH"]
        self.tensors, self.nodes = struct.unpack_from("<II", data, self.graph + 16)

    def tensor(self, index: int) -> int:
        """Where the record of a tensor begins."""
        return self.graph + 64 + 96 * index

    def node(self, index: int) -> int:
        """Where the record of a node begins."""
        return self.graph + 64 + 96 * self.tensors + 96 * index

    def pool(self, index: int) -> int:
        """Where an index of the pool stands."""
        return self.node(self.nodes) + 4 * index

    def put(self, layout: str, offset: int, *values: object) -> BundlePatch:
        """Write fields at an offset of the file."""
        struct.pack_into("<" + layout, self.data, offset, *values)
        return self

    def get(self, layout: str, offset: int) -> int:
        """Read one field at an offset of the file."""
        value: int = struct.unpack_from("<" + layout, self.data, offset)[0]
        return value

    def sealed(self) -> bytes:
        """The file with the hash that fits it."""
        return seal(bytes(self.data))


def seal(data: bytes) -> bytes:
    """The same file with the hash that fits it; files shorter than a header are left as they are."""
    if len(data) < SECTION_TABLE:
        return data
    digest = hashlib.sha256(data[:32] + bytes(32) + data[64:]).digest()
    return data[:32] + digest + data[64:]


def resealed(data: bytes | bytearray) -> bytes:
    """The same file with the size and the hash that fit it, so that what is behind both is tested too."""
    if len(data) < SECTION_TABLE:
        return bytes(data)
    return seal(bytes(data[:16]) + struct.pack("<Q", len(data)) + bytes(data[24:]))


def with_section(data: bytes, kind: bytes, flags: int, content: bytes) -> bytes:
    """The bundle with one more section at its end; the section table must have room before the first section."""
    patch = BundlePatch(data)
    entry = SECTION_TABLE + _SECTION_BYTES * len(patch.sections)
    assert entry + _SECTION_BYTES <= min(patch.sections.values())
    offset = -(-len(data) // 64) * 64
    patch.data.extend(bytes(offset - len(data)) + content)
    patch.put("4sIQQQ", entry, kind, flags, offset, len(content), 0)
    patch.put("I", 24, len(patch.sections) + 1)
    return resealed(patch.data)
