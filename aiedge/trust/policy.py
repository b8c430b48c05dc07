"""Which models this machine may load: any, or only what somebody signed whom it believes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aiedge.clock import SYSTEM_CLOCK, Clock
from aiedge.errors import ConfigError, SignatureError
from aiedge.open_file import read_file

if TYPE_CHECKING:
    from aiedge.trust.verify import Signature

REQUIRE_VARIABLE = "AIEDGE_REQUIRE_SIGNATURE"
SIGNATURE_SUFFIX = ".sig"
_MAX_DETACHED_BYTES = 1 << 12


@dataclass(frozen=True, slots=True)
class Policy:
    """What a caller demands of a model; ``AIEDGE_REQUIRE_SIGNATURE`` can demand more, and nothing demands less.

    ``trusted_keys``, ids of keys, narrows the store's keys to these, and demands a signature by itself. ``keys`` is
    the key store's folder, the machine's own when None; where the environment demands signatures, a key must be in the
    machine's own as well, or a caller's folder would undo the demand.
    """

    require_signature: bool = False
    trusted_keys: tuple[str, ...] | None = None
    keys: Path | None = None

    def demands_signature(self) -> bool:
        """Whether only signed bundles may be loaded. ConfigError when the environment's word is not known."""
        return self.require_signature or self.trusted_keys is not None or _environment_demands()


def demand_trust(data: bytes, file: Path, policy: Policy, clock: Clock = SYSTEM_CLOCK) -> None:
    """Refuse ``data``, the bytes of ``file``, when the policy demands a signature and there is none that holds.

    Nothing of the model is parsed but its outer shell. Reads the key store, and ``FILE.sig`` where the bundle has no
    signature inside. Raises SignatureError, ModelError for bytes that are no bundle, KeyFileError for a key store that
    cannot be believed, ConfigError.
    """
    if not policy.demands_signature():
        return
    if file.suffix != ".aie":
        raise SignatureError("AIE-MOD-098", where=str(file), suffix=file.suffix)
    if check_signature(data, file, policy, clock) is None:
        raise SignatureError("AIE-MOD-097", where=str(file))


def check_signature(data: bytes, file: Path, policy: Policy, clock: Clock = SYSTEM_CLOCK) -> Signature | None:
    """The signature of a bundle, inside or beside it, which holds; None when there is none. Raises as above."""
    # Only here: without a demand, loading a model costs no more than before.
    from aiedge.model.bundle.container import read_container
    from aiedge.model.bundle.signature_section import signature_in
    from aiedge.trust.key_store import default_folder, read_key_store
    from aiedge.trust.verify import verify_signature

    container = read_container(data, str(file))
    keys = read_key_store(policy.keys if policy.keys is not None else default_folder())
    if policy.keys is not None and _environment_demands():
        machine = read_key_store(default_folder())
        # Whole keys are compared, an id is only half a hash; and the machine's own name for a key goes into texts.
        keys = {
            key_id: own
            for key_id, own in machine.items()
            if key_id in keys and keys[key_id].key.raw == own.key.raw
        }
    detached = None
    if signature_in(container) is None:
        detached = _read_detached(file.with_name(file.name + SIGNATURE_SUFFIX))
    return verify_signature(data, container, str(file), detached, keys, clock, policy.trusted_keys)


def _read_detached(path: Path) -> bytes | None:
    try:
        return read_file(path, _MAX_DETACHED_BYTES)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SignatureError("AIE-MOD-104", where=str(path), reason=error.strerror or error) from error


def _environment_demands() -> bool:
    word = os.environ.get(REQUIRE_VARIABLE, "")
    if word not in {"", "0", "1"}:
        # A slip of the hand must not open the door.
        raise ConfigError("AIE-MOD-111", where=REQUIRE_VARIABLE, value=word)
    return word == "1"
