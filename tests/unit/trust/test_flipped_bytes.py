"""No byte of a signed bundle or of its signature can be changed: sealed again or not, inside or detached."""

from __future__ import annotations

import pytest
from bundle_patch import resealed, seal
from hypothesis import given, settings
from hypothesis import strategies as st
from signed_bundles import OURS, small_bundle, trusted_keys

from aiedge.clock import FakeClock
from aiedge.errors import ModelError, SignatureError
from aiedge.model.bundle.container import read_container
from aiedge.trust.sign import sign_detached, sign_inside
from aiedge.trust.verify import Signature, verify_signature

EXPIRES_S = 1_900_000_000
PLAIN = small_bundle()
INSIDE = sign_inside(PLAIN, "model.aie", OURS, EXPIRES_S)
DETACHED = sign_detached(PLAIN, "model.aie", OURS, EXPIRES_S)
HASH = range(32, 64)

changes = st.integers(1, 255)


def judged(data: bytes, detached: bytes | None) -> Signature:
    """As where signatures are required: none is a refusal, too."""
    container = read_container(data, "model.aie")
    signature = verify_signature(data, container, "model.aie", detached, trusted_keys(), FakeClock())
    if signature is None:
        raise SignatureError("AIE-MOD-097")
    return signature


def flipped(data: bytes, position: int, change: int) -> bytes:
    return data[:position] + bytes([data[position] ^ change]) + data[position + 1 :]


def test_untouched_they_hold() -> None:
    for data, detached in ((INSIDE, None), (PLAIN, DETACHED)):
        signature = judged(data, detached)
        assert (signature.signer, signature.expires) == ("werk", "2030-03-17T17:46:40Z")


@given(st.integers(0, len(INSIDE) - 1), changes)
@settings(max_examples=300, deadline=None)
def test_a_byte_of_a_bundle_signed_inside(position: int, change: int) -> None:
    with pytest.raises(ModelError):
        judged(flipped(INSIDE, position, change), None)


@given(st.sampled_from([i for i in range(len(INSIDE)) if i not in HASH]), changes)
@settings(max_examples=300, deadline=None)
def test_a_byte_of_a_bundle_signed_inside_whose_hash_was_made_right_again(position: int, change: int) -> None:
    with pytest.raises(ModelError):
        judged(seal(flipped(INSIDE, position, change)), None)


@given(st.sampled_from([i for i in range(len(PLAIN)) if i not in HASH]), changes, st.booleans())
@settings(max_examples=300, deadline=None)
def test_a_byte_of_a_bundle_with_a_detached_signature(position: int, change: int, right: bool) -> None:
    changed = flipped(PLAIN, position, change)
    with pytest.raises(ModelError):
        judged(seal(changed) if right else changed, DETACHED)


@pytest.mark.parametrize("position", range(len(DETACHED)))
def test_each_byte_of_a_signature_by_itself(position: int) -> None:
    start = len(INSIDE) - len(DETACHED)
    for change in (1, 0x80, 0xFF):
        with pytest.raises(ModelError):
            judged(PLAIN, flipped(DETACHED, position, change))
        with pytest.raises(ModelError):
            judged(seal(flipped(INSIDE, start + position, change)), None)


@given(st.integers(0, len(INSIDE) - 1))
@settings(max_examples=150, deadline=None)
def test_a_bundle_that_is_cut_off(length: int) -> None:
    with pytest.raises(ModelError):
        judged(INSIDE[:length], None)
    with pytest.raises(ModelError):
        judged(resealed(INSIDE[:length]), None)


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_bytes_that_are_no_signature(content: bytes) -> None:
    with pytest.raises(ModelError):
        judged(PLAIN, content)
