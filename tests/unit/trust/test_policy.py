"""What a machine that demands signatures refuses, and that nothing of it reaches an engine."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bundle_patch import BundlePatch
from signed_bundles import OUR_ID, OURS, THEIR_ID, THEIRS, World, make_world, small_bundle
from tflite_models import everything

import aiedge
from aiedge.clock import FakeClock
from aiedge.engines import native
from aiedge.errors import AiedgeError, ConfigError, SignatureError
from aiedge.trust import key_store
from aiedge.trust import policy as policy_module
from aiedge.trust.key_files import public_key_of
from aiedge.trust.key_store import TrustedKey, add_key, remove_key
from aiedge.trust.policy import Policy, demand_trust
from aiedge.trust.sign import sign_detached, sign_inside

PLAIN = small_bundle()


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = make_world(tmp_path)
    monkeypatch.setenv("AIEDGE_KEYS", str(made.keys))
    monkeypatch.delenv("AIEDGE_REQUIRE_SIGNATURE", raising=False)
    return made


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The bytes that reach the native core."""
    seen: list[bytes] = []
    original = native._native.Model

    def load(data: bytes, *arguments: Any, **options: Any) -> Any:
        seen.append(data)
        return original(data, *arguments, **options)

    monkeypatch.setattr(native._native, "Model", load)
    return seen


def test_a_signed_bundle_is_loaded(world: World, loads: list[bytes]) -> None:
    assert aiedge.load(world.bundle, require_signature=True).labels == ("a", "b")
    assert aiedge.load(world.bundle, trusted_keys=[OUR_ID]).labels == ("a", "b")
    assert loads == [world.bundle.read_bytes()] * 2


def test_a_detached_signature_lies_beside_the_bundle(world: World) -> None:
    world.bundle.write_bytes(PLAIN)
    Path(f"{world.bundle}.sig").write_bytes(sign_detached(PLAIN, "m", OURS))
    assert aiedge.load(world.bundle, require_signature=True).labels == ("a", "b")


def refused(world: World, loads: list[bytes], code: str, **options: Any) -> AiedgeError:
    with pytest.raises(AiedgeError) as caught:
        aiedge.load(world.bundle, **({"require_signature": True} | options))
    assert caught.value.code == code
    assert "\n" not in str(caught.value)
    assert loads == []
    return caught.value


def test_unsigned(world: World, loads: list[bytes]) -> None:
    world.bundle.write_bytes(PLAIN)
    assert isinstance(refused(world, loads, "AIE-MOD-097"), SignatureError)


def test_tampered(world: World, loads: list[bytes]) -> None:
    patch = BundlePatch(world.bundle.read_bytes())
    world.bundle.write_bytes(patch.put("B", patch.sections["DATA"], 99).sealed())
    refused(world, loads, "AIE-MOD-101")


def test_damaged(world: World, loads: list[bytes]) -> None:
    data = bytearray(world.bundle.read_bytes())
    data[400] ^= 1
    world.bundle.write_bytes(data)
    refused(world, loads, "AIE-MOD-011")


def test_wrong_key(world: World, loads: list[bytes]) -> None:
    world.bundle.write_bytes(sign_inside(PLAIN, "m", THEIRS))
    refused(world, loads, "AIE-MOD-099")


def test_a_key_beside_the_list(world: World, loads: list[bytes]) -> None:
    refused(world, loads, "AIE-MOD-100", trusted_keys=[THEIR_ID])


def test_a_list_of_keys_demands_a_signature_by_itself(world: World, loads: list[bytes]) -> None:
    world.bundle.write_bytes(PLAIN)
    refused(world, loads, "AIE-MOD-097", require_signature=False, trusted_keys=[OUR_ID])


def test_expired(world: World, loads: list[bytes]) -> None:
    world.bundle.write_bytes(sign_inside(PLAIN, "m", OURS, 1_000_000_000))
    assert "2001-09-09T01:46:40Z" in str(refused(world, loads, "AIE-MOD-103"))


def test_newer(world: World, loads: list[bytes]) -> None:
    world.bundle.write_bytes(BundlePatch(world.bundle.read_bytes()).put("H", 8, 2).sealed())
    refused(world, loads, "AIE-MOD-012")


def test_a_model_that_is_no_bundle(world: World, loads: list[bytes]) -> None:
    raw = world.bundle.with_suffix(".tflite")
    raw.write_bytes(everything())
    for file, engine in ((raw, "native"), (raw, "tflite"), (raw.with_suffix(".onnx"), "onnxruntime")):
        file.write_bytes(everything())
        with pytest.raises(SignatureError, match="AIE-MOD-098"):
            aiedge.load(file, engine=engine, require_signature=True)
    # Its name alone does not make it one.
    world.bundle.write_bytes(everything())
    refused(world, loads, "AIE-MOD-011")


def test_a_key_that_was_removed(world: World, loads: list[bytes]) -> None:
    remove_key(world.keys, OUR_ID)
    assert "no keys" in str(refused(world, loads, "AIE-MOD-099"))


def test_a_store_that_is_not_believed(world: World, loads: list[bytes]) -> None:
    world.keys.chmod(0o777)
    refused(world, loads, "AIE-MOD-114")


def test_a_detached_signature_that_cannot_be_read(world: World, loads: list[bytes]) -> None:
    world.bundle.write_bytes(PLAIN)
    beside = Path(f"{world.bundle}.sig")
    beside.write_bytes(bytes(5000))
    assert str(beside) in str(refused(world, loads, "AIE-MOD-104"))
    beside.unlink()
    beside.mkdir()
    refused(world, loads, "AIE-MOD-104")


def test_what_lies_beside_a_bundle_signed_inside_is_of_no_interest(world: World) -> None:
    Path(f"{world.bundle}.sig").mkdir()
    assert aiedge.load(world.bundle, require_signature=True).labels == ("a", "b")


def test_another_store_can_be_named(world: World, loads: list[bytes], tmp_path: Path) -> None:
    refused(world, loads, "AIE-MOD-099", keys=tmp_path / "empty")


def test_the_environment_demands_and_nothing_takes_it_back(
    world: World, loads: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIEDGE_REQUIRE_SIGNATURE", "1")
    aiedge.load(world.bundle)
    loads.clear()
    world.bundle.write_bytes(PLAIN)
    refused(world, loads, "AIE-MOD-097", require_signature=False)


def test_a_caller_s_folder_does_not_undo_the_environment_s_demand(
    world: World, loads: list[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    add_key(own, "x", public_key_of(THEIRS))
    world.bundle.write_bytes(sign_inside(PLAIN, "m", THEIRS))
    assert aiedge.load(world.bundle, require_signature=True, keys=own).labels == ("a", "b")
    loads.clear()
    monkeypatch.setenv("AIEDGE_REQUIRE_SIGNATURE", "1")
    refused(world, loads, "AIE-MOD-099", keys=own)
    add_key(world.keys, "x", public_key_of(THEIRS))
    assert aiedge.load(world.bundle, keys=own).labels == ("a", "b")


def test_another_key_under_the_id_of_a_trusted_one_is_not_believed(
    world: World, loads: list[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An id is half a hash: whoever finds a key with the same one must gain nothing by it."""
    read = key_store.read_key_store
    theirs = {OUR_ID: TrustedKey("werk", public_key_of(THEIRS))}
    monkeypatch.setattr(
        key_store, "read_key_store", lambda folder: theirs if folder == tmp_path else read(folder)
    )
    monkeypatch.setenv("AIEDGE_REQUIRE_SIGNATURE", "1")
    refused(world, loads, "AIE-MOD-099", keys=tmp_path)


@pytest.mark.parametrize("word", ["", "0"])
def test_the_environment_does_not_take_back_the_caller_s_demand(
    world: World, loads: list[bytes], monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setenv("AIEDGE_REQUIRE_SIGNATURE", word)
    world.bundle.write_bytes(PLAIN)
    refused(world, loads, "AIE-MOD-097")
    assert aiedge.load(world.bundle).labels == ("a", "b")


@pytest.mark.parametrize("word", ["true", "yes", "2", " 1", "on"])
def test_a_word_that_the_environment_does_not_know(
    world: World, loads: list[bytes], monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setenv("AIEDGE_REQUIRE_SIGNATURE", word)
    assert isinstance(refused(world, loads, "AIE-MOD-111", require_signature=False), ConfigError)


def test_without_a_demand_a_signature_is_not_looked_at(world: World) -> None:
    world.bundle.write_bytes(sign_inside(PLAIN, "m", THEIRS, 1))
    assert aiedge.load(world.bundle).labels == ("a", "b")


def test_what_was_judged_is_what_is_loaded(
    world: World, loads: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is exchanged after the signature was checked: the old bytes are loaded, not the new ones."""
    signed = world.bundle.read_bytes()
    check = policy_module.check_signature

    def check_and_exchange(*arguments: Any) -> Any:
        signature = check(*arguments)
        world.bundle.write_bytes(small_bundle(seed=2))
        return signature

    monkeypatch.setattr(policy_module, "check_signature", check_and_exchange)
    aiedge.load(world.bundle, require_signature=True)
    assert loads == [signed]


@pytest.fixture(params=["UTC", "Asia/Shanghai", "America/Los_Angeles", "Pacific/Kiritimati", "XYZ-13:37"])
def time_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("time_zone")
def test_expiry_is_the_same_in_every_time_zone(world: World) -> None:
    policy = Policy(require_signature=True, keys=world.keys)
    data = sign_inside(PLAIN, "m", OURS, 1_900_000_000)
    demand_trust(data, world.bundle, policy, FakeClock(utc_ns=1_899_999_999_000_000_000))
    with pytest.raises(SignatureError, match=r"expired at 2030-03-17T17:46:40Z"):
        demand_trust(data, world.bundle, policy, FakeClock(utc_ns=1_900_000_000_000_000_000))


def test_a_name_that_is_no_text(world: World) -> None:
    file = world.bundle.with_name(os.fsdecode(b"caf\xe9.aie"))
    file.write_bytes(world.bundle.read_bytes())
    assert aiedge.load(file, require_signature=True).labels == ("a", "b")
    file.write_bytes(PLAIN)
    with pytest.raises(SignatureError, match="AIE-MOD-097"):
        aiedge.load(file, require_signature=True)
