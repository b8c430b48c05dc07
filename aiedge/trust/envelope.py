"""The 128 bytes of a signature (docs/bundle-format.md, SIGN) <-> their fields. The bytes are untrusted."""

from __future__ import annotations

import struct
from typing import NamedTuple

from aiedge.errors import SignatureError

ENVELOPE_BYTES = 128
_MAGIC = b"AIESIGN1"
_FAMILY = _MAGIC[:7]
_ED25519 = 1
_HEAD = struct.Struct("<8sII8sq32s")
_CONTEXT = b"aiedge bundle signature\0"
LATEST_S = 253_402_300_799
"""The last second of the year 9999 UTC, which calendars still know."""


class Envelope(NamedTuple):
    """Who signed what, and until when.

    ``key_id``: 16 hexadecimal digits. ``expires_s``: seconds since 1970-01-01 UTC, 0 for never. ``digest``: SHA-256
    of the bundle as docs/bundle-format.md says. ``signature``: 64 bytes of Ed25519 over :meth:`message`.
    """

    key_id: str
    expires_s: int
    digest: bytes
    signature: bytes = bytes(64)

    def message(self) -> bytes:
        """What is signed: a context that no other signature of this key has, and every field but the signature."""
        return _CONTEXT + self.head()

    def pack(self) -> bytes:
        """The 128 bytes."""
        return self.head() + self.signature

    def head(self) -> bytes:
        """The bytes before the signature."""
        return _HEAD.pack(_MAGIC, _ED25519, 0, bytes.fromhex(self.key_id), self.expires_s, self.digest)


def read_envelope(content: bytes | memoryview, source: str) -> Envelope:
    """Parse a signature; ``source`` names it in errors. SignatureError for what is none, or is a newer one."""
    raw = bytes(content)
    if len(raw) >= len(_MAGIC) and raw.startswith(_FAMILY) and not raw.startswith(_MAGIC):
        raise SignatureError("AIE-MOD-105", where=source, what=f"form {chr(raw[7])!a}")
    if len(raw) != ENVELOPE_BYTES or not raw.startswith(_MAGIC):
        raise SignatureError("AIE-MOD-104", where=source, reason=f"its {len(raw)} bytes are no signature")
    _, algorithm, reserved, key_id, expires_s, digest = _HEAD.unpack_from(raw)
    if algorithm != _ED25519:
        raise SignatureError("AIE-MOD-105", where=source, what=f"algorithm {algorithm}")
    if reserved != 0 or not 0 <= expires_s <= LATEST_S:
        raise SignatureError("AIE-MOD-104", where=source, reason="a field is out of range")
    return Envelope(key_id.hex(), expires_s, digest, raw[_HEAD.size :])
