"""``aiedge keys``: keys that sign bundles, and whose signatures this machine believes."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Any

import typer

from aiedge.cli.output import print_json, print_table
from aiedge.errors import UsageError
from aiedge.trust.key_files import (
    PRIVATE_SUFFIX,
    PUBLIC_SUFFIX,
    make_key,
    read_passphrase,
    read_public_key,
)
from aiedge.trust.key_store import add_key, default_folder, read_key_store, remove_key

PASSPHRASE_VARIABLE = "AIEDGE_KEY_PASSPHRASE"  # noqa: S105 - where it stands, not what it is
_NAME = re.compile(r"\w[\w.-]{0,63}")

keys_app = typer.Typer(help="Make keys that sign bundles; say whose signatures this machine believes.")

KeysOption = Annotated[
    Path | None,
    typer.Option("--keys", help="Folder of trusted keys; default: AIEDGE_KEYS, ~/.config/aiedge/keys."),
]
PassphraseOption = Annotated[
    Path | None,
    typer.Option(help=f"File whose first line opens the private key; default: {PASSPHRASE_VARIABLE}."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@keys_app.command()
def new(
    name: Annotated[str, typer.Argument(help="Of the key's two files.")],
    folder: Annotated[Path, typer.Option("--output", "-o", help="Folder for both files.")] = Path(),
    passphrase_file: PassphraseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key: NAME.key.pem signs and stays secret, NAME.pub.pem goes to the machines that shall believe it."""
    _check_name(name)
    private, public = folder / f"{name}{PRIVATE_SUFFIX}", folder / f"{name}{PUBLIC_SUFFIX}"
    passphrase = passphrase_of(passphrase_file)
    made = make_key(private, public, passphrase)
    if as_json:
        document = {"key_id": made.key_id, "private": str(private), "public": str(public)}
        print_json(document | {"encrypted": passphrase is not None})
        return
    typer.echo(f"key {made.key_id}")
    locked = "encrypted" if passphrase is not None else "not encrypted: whoever reads it can sign"
    typer.echo(f"private, signs: {private} ({locked})")
    typer.echo(f"public, to be trusted: {public}")


@keys_app.command()
def trust(
    public: Annotated[Path, typer.Argument(help="A public key, as aiedge keys new writes it.")],
    name: Annotated[str, typer.Option(help="Default: the file's name.")] = "",
    folder: KeysOption = None,
    as_json: JsonOption = False,
) -> None:
    """Believe the signatures of a key from now on."""
    name = name or public.name.removesuffix(".pem").removesuffix(".pub")
    _check_name(name)
    key = read_public_key(public)
    path = add_key(folder if folder is not None else default_folder(), name, key)
    if as_json:
        print_json({"key_id": key.key_id, "name": name, "file": str(path)})
    else:
        typer.echo(f"key {key.key_id} is trusted: {path}")


@keys_app.command("list")
def list_keys(folder: KeysOption = None, as_json: JsonOption = False) -> None:
    """Show the keys whose signatures this machine believes."""
    folder = folder if folder is not None else default_folder()
    keys = read_key_store(folder).values()
    if as_json:
        document: list[dict[str, Any]] = [{"key_id": known.key.key_id, "name": known.name} for known in keys]
        print_json({"folder": str(folder), "keys": document})
    elif keys:
        print_table(str(folder), ["key", "name"], [[known.key.key_id, known.name] for known in keys])
    else:
        typer.echo(f"{folder}: no keys")


@keys_app.command()
def remove(
    key_id: Annotated[str, typer.Argument(help="16 hexadecimal digits, as aiedge keys list shows them.")],
    folder: KeysOption = None,
    as_json: JsonOption = False,
) -> None:
    """Believe the signatures of a key no longer, old ones included."""
    files = [str(file) for file in remove_key(folder if folder is not None else default_folder(), key_id)]
    if as_json:
        print_json({"key_id": key_id, "removed": files})
    else:
        typer.echo(f"key {key_id} is trusted no longer: {', '.join(files)} removed")


def passphrase_of(file: Path | None) -> bytes | None:
    """The passphrase of a private key, from a file or else the environment; None for a key without one."""
    if file is not None:
        return read_passphrase(file)
    return os.environb.get(PASSPHRASE_VARIABLE.encode()) or None


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        expected = "1 to 64 letters, digits, '_', '-' or '.', a letter or digit first"
        raise UsageError("AIE-CLI-001", name="the key's name", value=name, expected=expected)
