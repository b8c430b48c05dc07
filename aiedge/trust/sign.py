"""A bundle and a private key -> a signature, inside or detached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiedge.model.bundle.container import read_container
from aiedge.model.bundle.signature_section import signed_digest, with_signature
from aiedge.trust.envelope import ENVELOPE_BYTES, Envelope
from aiedge.trust.key_files import public_key_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def sign_inside(data: bytes, source: str, key: Ed25519PrivateKey, expires_s: int = 0) -> bytes:
    """The bundle with its signature inside, in place of one that it has. The model's own bytes stay where they are.

    ``expires_s``: seconds since 1970-01-01 UTC, 0 for never. Equal arguments give equal bytes. Raises ModelError for
    bytes that are no bundle.
    """
    with_room = with_signature(data, source, bytes(ENVELOPE_BYTES))
    return with_signature(data, source, sign_detached(with_room, source, key, expires_s))


def sign_detached(data: bytes, source: str, key: Ed25519PrivateKey, expires_s: int = 0) -> bytes:
    """The 128 bytes of a signature for a file beside the bundle; else as :func:`sign_inside`."""
    envelope = Envelope(
        public_key_of(key).key_id, expires_s, signed_digest(data, read_container(data, source))
    )
    return envelope._replace(signature=key.sign(envelope.message())).pack()
