"""Signatures: which hold, and for each that does not, why."""

from __future__ import annotations

import hashlib
import struct
import subprocess
from pathlib import Path

import pytest
from bundle_patch import SECTION_TABLE, BundlePatch, resealed, with_section
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from signed_bundles import OUR_ID, OURS, THEIR_ID, THEIRS, small_bundle, trusted_keys

from aiedge.clock import FakeClock
from aiedge.errors import ModelError, SignatureError
from aiedge.model.bundle import read_bundle, write_bundle
from aiedge.model.bundle.container import read_container
from aiedge.model.bundle.signature_section import signed_digest, with_signature
from aiedge.trust.envelope import read_envelope
from aiedge.trust.key_files import public_key_of, public_pem
from aiedge.trust.key_store import TrustedKey
from aiedge.trust.sign import sign_detached, sign_inside
from aiedge.trust.verify import Signature, verify_signature

PLAIN = small_bundle()
SIGNED = sign_inside(PLAIN, "m.aie", OURS)
SIGNED_WITH_ROOM = sign_inside(write_bundle(read_bundle(PLAIN).graph, ["a"]), "m.aie", OURS)


def judged(data: bytes, detached: bytes | None = None, **options: object) -> Signature | None:
    clock = options.pop("clock", FakeClock())
    container = read_container(data, "m.aie")
    return verify_signature(data, container, "m.aie", detached, trusted_keys(), clock, **options)  # type: ignore[arg-type]


def refusal(data: bytes, detached: bytes | None = None, **options: object) -> ModelError:
    with pytest.raises(ModelError) as caught:
        judged(data, detached, **options)
    assert caught.value.fix
    return caught.value


def test_a_signature_inside_holds() -> None:
    assert judged(SIGNED) == Signature(OUR_ID, "werk", "", detached=False)


def test_a_detached_signature_holds() -> None:
    assert judged(PLAIN, sign_detached(PLAIN, "m.aie", OURS)) == Signature(OUR_ID, "werk", "", detached=True)


def test_no_signature_is_no_error_here() -> None:
    assert judged(PLAIN) is None


def test_signing_moves_nothing_of_the_model() -> None:
    plain, signed = read_bundle(PLAIN), read_bundle(SIGNED)
    first = BundlePatch(PLAIN).graph
    assert SIGNED[first : len(PLAIN)] == PLAIN[first:]
    assert {kind: content for kind, content in signed.sections.items() if kind != b"SIGN"} == plain.sections
    assert (signed.labels, signed.meta) == (plain.labels, plain.meta)


def test_what_is_signed_is_what_the_format_says() -> None:
    entry = SECTION_TABLE + 32 * (struct.unpack_from("<I", SIGNED, 24)[0] - 1)
    kind, flags, offset, size, _ = struct.unpack_from("<4sIQQQ", SIGNED, entry)
    assert (kind, flags, size, offset + size) == (b"SIGN", 0, 128, len(SIGNED))
    content = SIGNED[offset:]
    zeroed = SIGNED[:32] + bytes(32) + SIGNED[64:offset] + bytes(128)
    assert (
        content[32:64]
        == hashlib.sha256(zeroed).digest()
        == signed_digest(SIGNED, read_container(SIGNED, "m.aie"))
    )
    assert content[:32] == b"AIESIGN1" + struct.pack("<II8sq", 1, 0, bytes.fromhex(OUR_ID), 0)
    public = OURS.public_key().public_bytes_raw()
    assert hashlib.sha256(public).hexdigest()[:16] == OUR_ID
    Ed25519PublicKey.from_public_bytes(public).verify(
        content[64:], b"aiedge bundle signature\0" + content[:64]
    )


def test_a_detached_signature_is_over_the_hash_in_the_header() -> None:
    assert sign_detached(PLAIN, "m.aie", OURS)[32:64] == PLAIN[32:64]


def test_the_documented_commands_without_python(openssl: str, tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "signing.md").read_text(encoding="utf-8")
    commands = page.split("## Without Python")[1].split("```bash\n")[1].split("```")[0]
    (tmp_path / "werk-2027.pub.pem").write_bytes(public_pem(public_key_of(OURS)))
    (tmp_path / "model.aie.sig").write_bytes(sign_detached(PLAIN, "m", OURS, 5))

    def run(bundle: bytes) -> subprocess.CompletedProcess[str]:
        (tmp_path / "model.aie").write_bytes(bundle)
        shell = ["bash", "-e", "-c", commands]
        return subprocess.run(shell, cwd=tmp_path, capture_output=True, text=True, check=False)

    done = run(PLAIN)
    assert (done.returncode, done.stdout) == (0, "Signature Verified Successfully\n"), done.stderr
    assert run(small_bundle(seed=2)).returncode != 0
    (tmp_path / "werk-2027.pub.pem").write_bytes(public_pem(public_key_of(THEIRS)))
    assert run(PLAIN).returncode != 0


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert sign_inside(PLAIN, "a", OURS, 5) == sign_inside(PLAIN, "b", OURS, 5)


def test_signing_again_replaces_the_signature() -> None:
    assert sign_inside(sign_inside(PLAIN, "m.aie", THEIRS, 7), "m.aie", OURS) == SIGNED


def test_a_key_that_is_not_trusted() -> None:
    error = refusal(sign_inside(PLAIN, "m.aie", THEIRS))
    assert (error.code, THEIR_ID in str(error), OUR_ID in str(error)) == ("AIE-MOD-099", True, True)


def test_a_key_that_is_not_among_the_allowed() -> None:
    assert judged(SIGNED, allowed=[OUR_ID]) is not None
    error = refusal(SIGNED, allowed=[THEIR_ID])
    assert (error.code, THEIR_ID in str(error)) == ("AIE-MOD-100", True)
    assert refusal(SIGNED, allowed=[]).code == "AIE-MOD-100"


def test_content_that_was_changed() -> None:
    patch = BundlePatch(SIGNED)
    weights = patch.sections["DATA"]
    changed = patch.put("B", weights, patch.data[weights] ^ 1).sealed()
    assert refusal(changed).code == "AIE-MOD-101"


def test_a_signature_of_another_bundle() -> None:
    other = small_bundle(seed=2)
    swapped = with_signature(PLAIN, "m.aie", sign_inside(other, "m.aie", OURS)[-128:])
    assert refusal(swapped).code == "AIE-MOD-101"
    assert refusal(PLAIN, sign_detached(other, "m.aie", OURS)).code == "AIE-MOD-101"


def test_one_form_is_no_signature_in_the_other() -> None:
    assert refusal(PLAIN, SIGNED[-128:]).code == "AIE-MOD-101"
    assert refusal(with_signature(PLAIN, "m.aie", sign_detached(PLAIN, "m.aie", OURS))).code == "AIE-MOD-101"


def test_a_false_signature() -> None:
    envelope = read_envelope(SIGNED[-128:], "m.aie")
    forged = envelope._replace(signature=THEIRS.sign(envelope.message())).pack()
    assert refusal(with_signature(PLAIN, "m.aie", forged)).code == "AIE-MOD-102"


def test_a_signature_without_the_context_is_false() -> None:
    # Whatever else the key may sign elsewhere: it is no signature of a bundle.
    envelope = read_envelope(SIGNED[-128:], "m.aie")
    forged = envelope._replace(signature=OURS.sign(envelope.head())).pack()
    assert refusal(with_signature(PLAIN, "m.aie", forged)).code == "AIE-MOD-102"


def test_a_key_under_a_false_id_in_the_store_does_not_help() -> None:
    keys = {OUR_ID: TrustedKey("x", public_key_of(THEIRS))}
    with pytest.raises(SignatureError, match="AIE-MOD-102"):
        verify_signature(SIGNED, read_container(SIGNED, "m"), "m", None, keys, FakeClock())


def test_expiry_is_an_instant_of_universal_time() -> None:
    signed = sign_inside(PLAIN, "m.aie", OURS, 2_000_000_000)
    before, at = (FakeClock(utc_ns=ns) for ns in (1_999_999_999_999_999_999, 2_000_000_000_000_000_000))
    signature = judged(signed, clock=before)
    assert signature is not None
    assert signature.expires == "2033-05-18T03:33:20Z"
    error = refusal(signed, clock=at)
    assert (error.code, "2033-05-18T03:33:20Z" in str(error)) == ("AIE-MOD-103", True)


@pytest.mark.parametrize(
    ("offset", "layout", "value", "code", "text"),
    [
        (7, "c", b"2", "AIE-MOD-105", "form '2'"),
        (8, "I", 2, "AIE-MOD-105", "algorithm 2"),
        (12, "I", 1, "AIE-MOD-104", "out of range"),
        (24, "q", -1, "AIE-MOD-104", "out of range"),
        (24, "q", 2**62, "AIE-MOD-104", "out of range"),
        (0, "c", b"X", "AIE-MOD-104", "no signature"),
    ],
)
def test_fields_that_are_wrong_or_newer(
    offset: int, layout: str, value: object, code: str, text: str
) -> None:
    content = bytearray(SIGNED[-128:])
    struct.pack_into("<" + layout, content, offset, value)
    error = refusal(with_signature(PLAIN, "m.aie", bytes(content)))
    assert (error.code, text in str(error)) == (code, True)


@pytest.mark.parametrize("length", [0, 1, 64, 127, 129, 4096])
def test_other_lengths(length: int) -> None:
    content = SIGNED[-128:].ljust(length, b"\0")[:length]
    assert refusal(with_signature(PLAIN, "m.aie", content)).code == "AIE-MOD-104"
    assert refusal(PLAIN, content).code == "AIE-MOD-104"


def test_two_signatures_inside() -> None:
    twice = with_section(SIGNED_WITH_ROOM, b"SIGN", 0, SIGNED_WITH_ROOM[-128:])
    error = refusal(twice)
    assert (error.code, "twice" in str(error)) == ("AIE-MOD-011", True)


def test_a_section_behind_the_signature() -> None:
    assert "behind the signature" in str(refusal(with_section(SIGNED_WITH_ROOM, b"FUTR", 0, b"x")))


def test_a_newer_format_is_refused_as_such() -> None:
    assert refusal(resealed(BundlePatch(SIGNED).put("H", 8, 2).data)).code == "AIE-MOD-012"
    assert refusal(with_section(PLAIN, b"FUTR", 1, b"x")).code == "AIE-MOD-013"


def test_a_signature_inside_goes_before_one_beside() -> None:
    assert judged(SIGNED, b"no signature at all") == judged(SIGNED)
    wrong = sign_inside(PLAIN, "m.aie", THEIRS)
    assert refusal(wrong, sign_detached(wrong, "m.aie", OURS)).code == "AIE-MOD-099"


def test_a_table_without_room() -> None:
    # Four sections fill the 192 bytes before the first one, as a writer of format 1.0 left them.
    patch = BundlePatch(small_bundle())
    full = bytearray(patch.data)
    count = struct.unpack_from("<I", full, 24)[0]
    first = patch.graph
    while SECTION_TABLE + 32 * (count + 1) <= first:
        end = -(-len(full) // 64) * 64
        full.extend(bytes(end - len(full)) + b"x")
        struct.pack_into("<4sIQQQ", full, SECTION_TABLE + 32 * count, b"EX%02d" % count, 0, end, 1, 0)
        count += 1
        struct.pack_into("<I", full, 24, count)
    with pytest.raises(ModelError, match=r"AIE-MOD-110.*--detached"):
        sign_inside(resealed(full), "m.aie", OURS)
