"""A small bundle, keys for it, and a folder of trusted ones."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from random_graphs import BUILDERS

from aiedge.model.bundle import write_bundle
from aiedge.model.bundle.golden import make_golden, random_inputs
from aiedge.trust.key_files import public_key_of
from aiedge.trust.key_store import TrustedKey, add_key
from aiedge.trust.sign import sign_inside

OURS = Ed25519PrivateKey.from_private_bytes(b"ours".ljust(32))
THEIRS = Ed25519PrivateKey.from_private_bytes(b"theirs".ljust(32))
OUR_ID = public_key_of(OURS).key_id
THEIR_ID = public_key_of(THEIRS).key_id


def small_bundle(seed: int = 1) -> bytes:
    """Some layers with labels, notes, provenance and one golden vector; another seed gives other weights."""
    graph = BUILDERS["conv_2d"](np.random.default_rng(seed), "int8")
    golden = make_golden(graph, random_inputs(graph, 1, seed))
    extras = {b"PROV": (0, b'{"command":"compile"}'), b"GOLD": (0, golden)}
    return write_bundle(graph, ["a", "b"], {"note": "test"}, extras)


class World(NamedTuple):
    """A signed bundle's file, and a folder that holds our public key as ``werk``."""

    bundle: Path
    keys: Path


def make_world(folder: Path) -> World:
    """Sign a small bundle, in a folder whose name has a space and a letter beyond Latin."""
    home = folder / "Werk 1 模型"
    home.mkdir()
    keys = home / "keys"
    add_key(keys, "werk", public_key_of(OURS))
    bundle = home / "model.aie"
    bundle.write_bytes(sign_inside(small_bundle(), "model.aie", OURS))
    return World(bundle, keys)


def trusted_keys() -> dict[str, TrustedKey]:
    """Our key alone, as a key store gives it."""
    return {OUR_ID: TrustedKey("werk", public_key_of(OURS))}
