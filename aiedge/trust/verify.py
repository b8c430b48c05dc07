"""Whether a bundle is what somebody signed whom this machine believes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from aiedge.clock import Clock
from aiedge.errors import SignatureError
from aiedge.model.bundle.container import Container
from aiedge.model.bundle.signature_section import signature_in, signed_digest
from aiedge.trust.envelope import read_envelope
from aiedge.trust.key_store import TrustedKey

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Signature(NamedTuple):
    """One that holds. ``signer`` is the name of the key's file; ``expires`` is ISO 8601 UTC, empty for never."""

    key_id: str
    signer: str
    expires: str
    detached: bool


def verify_signature(
    data: bytes,
    container: Container,
    source: str,
    detached: bytes | None,
    keys: Mapping[str, TrustedKey],
    clock: Clock,
    allowed: Collection[str] | None = None,
) -> Signature | None:
    """Check the signature inside the bundle, or else the ``detached`` one; None when there is neither.

    ``container`` is the shell of ``data``, which has been checked; ``keys`` are the trusted ones by id, ``allowed``
    narrows them to some ids. Raises SignatureError for a signature that does not hold, by the first reason: not
    readable, key not trusted or not allowed, content changed, signature false, expired.
    """
    inside = signature_in(container)
    content = inside if inside is not None else detached
    if content is None:
        return None
    where = source if inside is not None else f"{source}.sig"
    envelope = read_envelope(content, where)
    trusted = keys.get(envelope.key_id)
    if trusted is None:
        known = ", ".join(keys) or "no keys"
        raise SignatureError("AIE-MOD-099", where=where, key=envelope.key_id, known=known)
    if allowed is not None and envelope.key_id not in allowed:
        known = ", ".join(allowed) or "no keys"
        raise SignatureError("AIE-MOD-100", where=where, key=envelope.key_id, known=known)
    if envelope.digest != signed_digest(data, container):
        raise SignatureError("AIE-MOD-101", where=where, key=envelope.key_id)
    if not _is_true(trusted.key.raw, envelope.signature, envelope.message()):
        raise SignatureError("AIE-MOD-102", where=where, key=envelope.key_id)
    if envelope.expires_s and clock.utc_ns() >= envelope.expires_s * 1_000_000_000:
        raise SignatureError("AIE-MOD-103", where=where, expired=utc_text(envelope.expires_s))
    expires = utc_text(envelope.expires_s) if envelope.expires_s else ""
    return Signature(envelope.key_id, trusted.name, expires, detached=inside is None)


def utc_text(seconds: int) -> str:
    """Seconds since 1970-01-01 UTC as ISO 8601, the same in every time zone: ``2027-03-01T00:00:00Z``."""
    return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _is_true(public: bytes, signature: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True
