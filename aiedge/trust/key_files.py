"""Ed25519 keys in PEM files: made, written, read. What they hold is never part of a text."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from aiedge.errors import KeyFileError
from aiedge.open_file import open_file

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PRIVATE_SUFFIX = ".key.pem"
PUBLIC_SUFFIX = ".pub.pem"
_LIMIT_BYTES = 1 << 14
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class PublicKey(NamedTuple):
    """``key_id``: the first 16 hexadecimal digits of the SHA-256 of ``raw``, the key's 32 bytes."""

    key_id: str
    raw: bytes


def key_id_of(raw: bytes) -> str:
    """The id of a public key, from its 32 bytes."""
    return hashlib.sha256(raw).hexdigest()[:16]


def public_key_of(key: Ed25519PrivateKey) -> PublicKey:
    """The public half."""
    raw = key.public_key().public_bytes_raw()
    return PublicKey(key_id_of(raw), raw)


def make_key(private: Path, public: Path, passphrase: bytes | None) -> PublicKey:
    """Make a new key and write both halves, the private one for its owner's eyes alone (mode 600).

    With a passphrase the private half is encrypted (PKCS #8). Raises KeyFileError when one of the files exists (no
    key is ever overwritten) or cannot be written; then neither is there.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase is not None:
        encryption = serialization.BestAvailableEncryption(passphrase)
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    made = public_key_of(key)
    _write_new(private, secret, 0o600)
    try:
        _write_new(public, public_pem(made), 0o644)
    except KeyFileError:
        private.unlink()
        raise
    return made


def public_pem(key: PublicKey) -> bytes:
    """The key as text (PEM, SubjectPublicKeyInfo)."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return Ed25519PublicKey.from_public_bytes(key.raw).public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def read_private_key(path: Path, passphrase: bytes | None) -> Ed25519PrivateKey:
    """The private key of a PEM file, which nobody but its owner may read. Raises KeyFileError."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    content, mode = _read(path)
    if mode & _OTHERS:
        raise KeyFileError("AIE-MOD-107", where=str(path), mode=f"{mode:o}")
    try:
        key = serialization.load_pem_private_key(content, passphrase)
    except TypeError as error:  # cryptography's word for "one has a passphrase, the other has not"
        reason = "it is encrypted" if passphrase is None else "it is not encrypted, and a passphrase is given"
        raise KeyFileError("AIE-MOD-108", where=str(path), reason=reason) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        if passphrase is not None and b"ENCRYPTED" in content:
            raise KeyFileError("AIE-MOD-108", where=str(path), reason="the passphrase is wrong") from error
        raise KeyFileError("AIE-MOD-106", where=str(path), reason="it holds no private key in PEM") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError("AIE-MOD-106", where=str(path), reason="its key is not an Ed25519 key")
    return key


def read_public_key(path: Path) -> PublicKey:
    """The public key of a PEM file. Raises KeyFileError, for a private key, too."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    content, _ = _read(path)
    if b"PRIVATE KEY" in content:
        raise KeyFileError("AIE-MOD-106", where=str(path), reason="it holds a private key")
    try:
        key = serialization.load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyFileError("AIE-MOD-106", where=str(path), reason="it holds no public key in PEM") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFileError("AIE-MOD-106", where=str(path), reason="its key is not an Ed25519 key")
    raw = key.public_bytes_raw()
    return PublicKey(key_id_of(raw), raw)


def read_passphrase(path: Path) -> bytes:
    """The first line of a file, without the line's end. Raises KeyFileError."""
    content, _ = _read(path)
    lines = content.splitlines()
    if not lines or not lines[0]:
        raise KeyFileError("AIE-MOD-108", where=str(path), reason="the passphrase is empty")
    return lines[0]


def _read(path: Path) -> tuple[bytes, int]:
    """Content and permissions of one and the same open file."""
    try:
        with open_file(path) as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            content = file.read(_LIMIT_BYTES + 1)
    except OSError as error:
        raise KeyFileError("AIE-MOD-106", where=str(path), reason=error.strerror or error) from error
    if len(content) > _LIMIT_BYTES:
        raise KeyFileError("AIE-MOD-106", where=str(path), reason=f"it is larger than {_LIMIT_BYTES} bytes")
    return content, mode


def _write_new(path: Path, content: bytes, mode: int) -> None:
    try:
        # Never over a file that is there, and never readable by others, not even for an instant.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, mode)
    except FileExistsError as error:
        raise KeyFileError("AIE-MOD-112", where=str(path)) from error
    except (OSError, ValueError) as error:
        raise KeyFileError("AIE-MOD-113", where=str(path), reason=_reason(error)) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            # The process's umask may have taken away more than meant.
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise KeyFileError("AIE-MOD-113", where=str(path), reason=_reason(error)) from error


def _reason(error: OSError | ValueError) -> object:
    return getattr(error, "strerror", None) or error
