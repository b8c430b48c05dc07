"""``aiedge sign``: say that a bundle is yours."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated

import typer

from aiedge.atomic_file import write_atomically
from aiedge.cli.keys import JsonOption, PassphraseOption, passphrase_of
from aiedge.cli.output import print_json
from aiedge.cli.read_bundle_file import read_bundle_file
from aiedge.clock import SYSTEM_CLOCK, Clock
from aiedge.errors import ModelError, UsageError
from aiedge.trust.key_files import public_key_of, read_private_key
from aiedge.trust.policy import SIGNATURE_SUFFIX
from aiedge.trust.sign import sign_detached, sign_inside
from aiedge.trust.verify import utc_text

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def sign(
    bundle: Annotated[Path, typer.Argument(help="A .aie bundle.")],
    key: Annotated[Path, typer.Option(help="The private key, as aiedge keys new writes it.")],
    detached: Annotated[
        bool, typer.Option("--detached", help="Write BUNDLE.sig and leave the bundle as it is.")
    ] = False,
    expires: Annotated[
        str,
        typer.Option(
            help="Until when it holds: 2027-03-31 (that day included, UTC) or a time with its zone."
        ),
    ] = "",
    passphrase_file: PassphraseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sign a bundle, in place; an earlier signature is replaced."""
    expires_s = read_expiry(expires, SYSTEM_CLOCK) if expires else 0
    data = read_bundle_file(bundle)
    private = read_private_key(key, passphrase_of(passphrase_file))
    if detached:
        target = bundle.with_name(bundle.name + SIGNATURE_SUFFIX)
        content = sign_detached(data, str(bundle), private, expires_s)
    else:
        target, content = bundle, sign_inside(data, str(bundle), private, expires_s)
    try:
        write_atomically(target, content)
    except OSError as error:
        raise ModelError("AIE-MOD-016", where=str(target), reason=error.strerror or error) from error
    key_id = public_key_of(private).key_id
    until = utc_text(expires_s) if expires_s else None
    if as_json:
        print_json({"bundle": str(bundle), "signature": str(target), "key_id": key_id, "expires": until})
    else:
        typer.echo(f"{target}: signed with the key {key_id}, {f'until {until}' if until else 'for good'}")


def read_expiry(text: str, clock: Clock) -> int:
    """A date or time -> seconds since 1970-01-01 UTC from which on a signature no longer holds.

    A day counts whole, in UTC. A time needs a zone (``Z``, ``+08:00``), because two machines may have two. Raises
    UsageError for what is neither, or is past already.
    """
    try:
        if _DAY.fullmatch(text):
            end = datetime.fromisoformat(text).replace(tzinfo=timezone.utc) + timedelta(days=1)
        else:
            # Python 3.10 does not know the Z.
            end = datetime.fromisoformat(f"{text[:-1]}+00:00" if text.endswith(("Z", "z")) else text)
        if end.tzinfo is None:
            raise ValueError("a time without a zone")
        seconds = (end - _EPOCH) // timedelta(seconds=1)
    except (ValueError, OverflowError) as error:
        expected = "a day such as 2027-03-31, or a time with its zone such as 2027-03-31T18:00+08:00"
        raise UsageError("AIE-CLI-001", name="--expires", value=text, expected=expected) from error
    if seconds * 1_000_000_000 <= clock.utc_ns():
        raise UsageError("AIE-CLI-001", name="--expires", value=text, expected="a time to come")
    return seconds
