"""The public keys that this machine believes: the .pem files of one folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from aiedge.atomic_file import write_atomically
from aiedge.errors import KeyFileError
from aiedge.trust.key_files import PUBLIC_SUFFIX, PublicKey, public_pem, read_public_key

FOLDER_VARIABLE = "AIEDGE_KEYS"
_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


class TrustedKey(NamedTuple):
    """A public key with the name of its file."""

    name: str
    key: PublicKey


def default_folder() -> Path:
    """``AIEDGE_KEYS``, or ``aiedge/keys`` where this user's configuration lives (``~/.config``)."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    if chosen:
        return Path(chosen)
    configuration = os.environ.get("XDG_CONFIG_HOME")
    try:
        return (Path(configuration) if configuration else Path.home() / ".config") / "aiedge" / "keys"
    except RuntimeError as error:  # a user without a home
        raise KeyFileError(
            "AIE-MOD-109", where=FOLDER_VARIABLE, reason="this user has no home folder"
        ) from error


def read_key_store(folder: Path) -> Mapping[str, TrustedKey]:
    """Key id -> key, of every ``.pem`` file in ``folder``; a folder that is not there holds none.

    Raises KeyFileError when anybody but its owner may write to the folder or to a key, and for a ``.pem`` file that
    is no Ed25519 public key: half a store is not believed.
    """
    try:
        modes = {folder: folder.stat().st_mode}
        files = sorted(path for path in folder.iterdir() if path.suffix == ".pem")
        modes |= {path: path.stat().st_mode for path in files}
    except FileNotFoundError as error:
        if folder.exists():
            reason = "a file of it has gone, or is a link to nowhere"
            raise KeyFileError("AIE-MOD-109", where=str(folder), reason=reason) from error
        return {}
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise KeyFileError("AIE-MOD-109", where=str(folder), reason=reason) from error
    for path, mode in modes.items():
        if mode & _WRITABLE_BY_OTHERS:
            raise KeyFileError("AIE-MOD-114", where=str(path), mode=f"{stat.S_IMODE(mode):o}")
    keys: dict[str, TrustedKey] = {}
    for path in files:
        key = read_public_key(path)
        keys.setdefault(key.key_id, TrustedKey(path.name.removesuffix(".pem").removesuffix(".pub"), key))
    return keys


def add_key(folder: Path, name: str, key: PublicKey) -> Path:
    """Trust ``key`` from now on: write it into ``folder``, which is made with mode 700, under ``name``.

    Raises KeyFileError when the name is taken by another key, or the folder cannot be written.
    """
    path = folder / f"{name}{PUBLIC_SUFFIX}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise KeyFileError("AIE-MOD-113", where=str(folder), reason=reason) from error
    read_key_store(folder)
    if path.exists() and read_public_key(path) != key:
        raise KeyFileError("AIE-MOD-112", where=str(path))
    try:
        write_atomically(path, public_pem(key))
    except OSError as error:
        raise KeyFileError("AIE-MOD-113", where=str(path), reason=error.strerror or error) from error
    return path


def remove_key(folder: Path, key_id: str) -> list[Path]:
    """Trust the key no longer: delete every file of ``folder`` that holds it; the files.

    Raises KeyFileError when there is none, or it cannot be deleted.
    """
    read_key_store(folder)
    removed = []
    for path in sorted(folder.glob("*.pem")):
        if read_public_key(path).key_id == key_id:
            try:
                path.unlink()
            except OSError as error:
                raise KeyFileError("AIE-MOD-113", where=str(path), reason=error.strerror or error) from error
            removed.append(path)
    if not removed:
        raise KeyFileError("AIE-MOD-109", where=str(folder), reason=f"it has no key {key_id}")
    return removed
