"""Keys in files: made once, for their owner alone, and refused in every other form without a word of the secret."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from signed_bundles import OURS

from aiedge.errors import KeyFileError
from aiedge.trust.key_files import (
    PublicKey,
    make_key,
    public_key_of,
    public_pem,
    read_passphrase,
    read_private_key,
    read_public_key,
)

PLAIN = serialization.NoEncryption()
PEM, PKCS8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "Schlüssel 钥匙"
    path.mkdir()
    return path


def made(folder: Path, passphrase: bytes | None = None) -> tuple[Path, Path, PublicKey]:
    private, public = folder / "a.key.pem", folder / "a.pub.pem"
    return private, public, make_key(private, public, passphrase)


def secret_file(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    path = folder / "b.key.pem"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o277])
def test_a_private_key_is_its_owner_s_alone(folder: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        private, public, _ = made(folder)
    finally:
        os.umask(before)
    assert (mode_of(private), mode_of(public)) == (0o600, 0o644)


def test_both_halves_are_one_key(folder: Path) -> None:
    private, public, key = made(folder)
    assert public_key_of(read_private_key(private, None)) == key == read_public_key(public)
    assert key.key_id == hashlib.sha256(key.raw).hexdigest()[:16]


def test_two_keys_are_two(folder: Path) -> None:
    one = make_key(folder / "1", folder / "2", None)
    assert make_key(folder / "3", folder / "4", None).raw != one.raw


def test_openssl_reads_what_is_written(folder: Path, openssl: str) -> None:
    import subprocess

    private, public, _ = made(folder)
    command = [openssl, "pkey", "-in", private, "-pubout"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stdout == public.read_bytes()


@pytest.mark.parametrize("taken", ["a.key.pem", "a.pub.pem"])
def test_no_key_is_overwritten(folder: Path, taken: str) -> None:
    (folder / taken).write_text("mine")
    with pytest.raises(KeyFileError, match="AIE-MOD-112"):
        made(folder)
    assert (folder / taken).read_text() == "mine"
    assert [path.name for path in folder.iterdir()] == [taken]


def test_no_key_is_written_through_a_link(folder: Path) -> None:
    (folder / "a.key.pem").symlink_to(folder / "elsewhere")
    with pytest.raises(KeyFileError, match="AIE-MOD-112"):
        made(folder)
    assert not (folder / "elsewhere").exists()


@pytest.mark.parametrize("name", ["missing/a.key.pem", "a\0.key.pem"])
def test_a_key_that_cannot_be_written(folder: Path, name: str) -> None:
    with pytest.raises(KeyFileError, match="AIE-MOD-113"):
        make_key(folder / name, folder / "a.pub.pem", None)
    assert not list(folder.iterdir())


def test_a_passphrase_encrypts(folder: Path) -> None:
    private, _, key = made(folder, b"correct horse")
    assert b"ENCRYPTED" in private.read_bytes()
    assert public_key_of(read_private_key(private, b"correct horse")) == key


@pytest.mark.parametrize(
    ("passphrase", "given", "text"),
    [
        (b"correct horse", None, "it is encrypted"),
        (b"correct horse", b"battery staple", "the passphrase is wrong"),
        (None, b"battery staple", "it is not encrypted"),
    ],
)
def test_a_passphrase_that_does_not_fit(
    folder: Path, passphrase: bytes | None, given: bytes | None, text: str
) -> None:
    private, _, _ = made(folder, passphrase)
    with pytest.raises(KeyFileError, match="AIE-MOD-108") as caught:
        read_private_key(private, given)
    assert text in str(caught.value)
    for secret in (b"correct horse", b"battery staple"):
        assert secret.decode() not in str(caught.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o644, 0o777])
def test_a_private_key_that_others_may_use(folder: Path, mode: int) -> None:
    private, _, _ = made(folder)
    private.chmod(mode)
    with pytest.raises(KeyFileError, match=rf"AIE-MOD-107.*mode {mode:o}.*chmod 600"):
        read_private_key(private, None)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_modes_that_are_private(folder: Path, mode: int) -> None:
    private, _, _ = made(folder)
    private.chmod(mode)
    read_private_key(private, None)


def other_keys() -> dict[str, bytes]:
    keys = {
        "rsa": rsa.generate_private_key(65537, 2048),
        "ecdsa": ec.generate_private_key(ec.SECP256R1()),
        "x25519": x25519.X25519PrivateKey.generate(),
    }
    return {name: key.private_bytes(PEM, PKCS8, PLAIN) for name, key in keys.items()}


OTHER_KEYS = other_keys()
PUBLIC = public_pem(public_key_of(OURS))
PRIVATE = OURS.private_bytes(PEM, PKCS8, PLAIN)
NO_KEYS = {
    "empty": b"",
    "text": b"no key\n",
    "half": PRIVATE[:60],
    "raw": b"ours".ljust(32),
    "der": OURS.private_bytes(serialization.Encoding.DER, PKCS8, PLAIN),
    "openssh": OURS.private_bytes(PEM, serialization.PrivateFormat.OpenSSH, PLAIN),
    "large": PRIVATE + b"\n" * 20000,
    "binary": bytes(range(256)),
}


@pytest.mark.parametrize("name", [*NO_KEYS, *OTHER_KEYS, "public"])
def test_what_is_no_private_key(folder: Path, name: str) -> None:
    content = {**NO_KEYS, **OTHER_KEYS, "public": PUBLIC}[name]
    with pytest.raises(KeyFileError, match="AIE-MOD-106") as caught:
        read_private_key(secret_file(folder, content), None)
    lines = content.decode("latin-1").splitlines()
    assert not any(line in str(caught.value) for line in lines if len(line) > 10)


@pytest.mark.parametrize("name", [*NO_KEYS, *OTHER_KEYS, "private"])
def test_what_is_no_public_key(folder: Path, name: str) -> None:
    content = {**NO_KEYS, **OTHER_KEYS, "private": PRIVATE}[name]
    with pytest.raises(KeyFileError, match="AIE-MOD-106"):
        read_public_key(secret_file(folder, content))


def test_a_public_key_of_another_kind(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    content = key.public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(KeyFileError, match="not an Ed25519 key"):
        read_public_key(secret_file(folder, content))


def test_files_that_cannot_be_read(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    for path in (folder, folder / "none", folder / "pipe", folder / "x\0y"):
        with pytest.raises(KeyFileError, match="AIE-MOD-106"):
            read_public_key(path)
        with pytest.raises(KeyFileError, match="AIE-MOD-106"):
            read_private_key(path, None)


@pytest.mark.parametrize(
    ("content", "passphrase"),
    [
        (b"abc", b"abc"),
        (b"abc\n", b"abc"),
        (b"abc\r\nrest", b"abc"),
        (b" a b ", b" a b "),
        ("密".encode(), "密".encode()),
    ],
)
def test_a_passphrase_is_a_file_s_first_line(folder: Path, content: bytes, passphrase: bytes) -> None:
    assert read_passphrase(secret_file(folder, content)) == passphrase


@pytest.mark.parametrize("content", [b"", b"\n", b"\nabc"])
def test_an_empty_passphrase(folder: Path, content: bytes) -> None:
    with pytest.raises(KeyFileError, match="passphrase is empty"):
        read_passphrase(secret_file(folder, content))


def test_a_full_disk_leaves_no_key(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(KeyFileError, match=r"AIE-MOD-113.*No space left"):
        made(folder)
    assert not list(folder.iterdir())


def test_the_fixed_key_of_these_tests_is_an_ed25519_key() -> None:
    assert isinstance(OURS, Ed25519PrivateKey)
