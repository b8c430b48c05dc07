"""Where a signature finds room in a bundle, and where there is none."""

from __future__ import annotations

import struct

import pytest
from bundle_patch import seal
from signed_bundles import small_bundle

from aiedge.errors import ModelError
from aiedge.model.bundle import layout
from aiedge.model.bundle.container import read_container
from aiedge.model.bundle.signature_section import with_signature

SIGNATURE = bytes(128)


def _with_first(kind: bytes, content: bytes) -> bytes:
    """A bundle's shell with one more section before all others, right behind the table."""
    data = small_bundle()
    known = sorted(read_container(data, "m").sections.items(), key=lambda item: item[1].offset)
    sections = [(kind, content), *((name, bytes(section.content)) for name, section in known)]
    if len(sections) % 2:
        sections.append((b"ZZZZ", b"last"))  # so that the table ends where the first section may begin
    table, body = b"", bytearray(layout.HEADER.size + layout.SECTION.size * len(sections))
    assert len(body) % layout.ALIGNMENT == 0
    for name, part in sections:
        offset = layout.align(len(body))
        body += bytes(offset - len(body)) + part
        flags = layout.REQUIRED if name in {b"GRPH", b"STRS", b"DATA"} else 0
        table += layout.SECTION.pack(name, flags, offset, len(part), 0)
    body[: layout.HEADER.size] = data[: layout.HEADER.size]
    struct.pack_into("<Q", body, 16, len(body))
    struct.pack_into("<I", body, 24, len(sections))
    body[layout.HEADER.size : layout.HEADER.size + len(table)] = table
    return seal(bytes(body))


def test_a_signature_becomes_the_last_section() -> None:
    signed = with_signature(small_bundle(), "m", SIGNATURE)
    section = read_container(signed, "m").sections[b"SIGN"]
    assert signed[section.offset :] == SIGNATURE


def test_no_byte_of_an_unknown_first_section_is_written_over() -> None:
    data = _with_first(b"XXXX", b"from a later version")
    read_container(data, "m")
    with pytest.raises(ModelError, match="AIE-MOD-110"):
        with_signature(data, "m", SIGNATURE)
