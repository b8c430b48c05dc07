"""The folder of trusted keys: public keys alone, which nobody else may add to."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from signed_bundles import OUR_ID, OURS, THEIR_ID, THEIRS

from aiedge.errors import KeyFileError
from aiedge.trust.key_files import public_key_of, public_pem
from aiedge.trust.key_store import add_key, default_folder, read_key_store, remove_key


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "Werk 1" / "钥匙"


def test_a_folder_that_is_not_there_holds_no_keys(store: Path) -> None:
    assert read_key_store(store) == {}


def test_keys_are_added_listed_and_removed(store: Path) -> None:
    add_key(store, "werk", public_key_of(OURS))
    add_key(store, "labor", public_key_of(THEIRS))
    assert store.stat().st_mode & 0o777 == 0o700
    assert {key_id: known.name for key_id, known in read_key_store(store).items()} == {
        OUR_ID: "werk",
        THEIR_ID: "labor",
    }
    assert remove_key(store, OUR_ID) == [store / "werk.pub.pem"]
    assert list(read_key_store(store)) == [THEIR_ID]


def test_a_removed_key_is_gone_under_every_name(store: Path) -> None:
    for name in ("a", "b"):
        add_key(store, name, public_key_of(OURS))
    assert len(remove_key(store, OUR_ID)) == 2
    assert read_key_store(store) == {}


def test_removing_a_key_that_is_not_there(store: Path) -> None:
    with pytest.raises(KeyFileError, match=f"AIE-MOD-109.*no key {OUR_ID}"):
        remove_key(store, OUR_ID)


def test_a_name_is_not_given_to_another_key(store: Path) -> None:
    path = add_key(store, "werk", public_key_of(OURS))
    assert add_key(store, "werk", public_key_of(OURS)) == path
    with pytest.raises(KeyFileError, match="AIE-MOD-112"):
        add_key(store, "werk", public_key_of(THEIRS))
    assert list(read_key_store(store)) == [OUR_ID]


def test_a_private_key_in_the_folder_stops_everything(store: Path) -> None:
    add_key(store, "werk", public_key_of(OURS))
    (store / "x.key.pem").write_bytes(
        OURS.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    with pytest.raises(KeyFileError, match=r"AIE-MOD-106: .*x\.key\.pem: .*private key"):
        read_key_store(store)


def test_a_file_that_is_no_key_stops_everything(store: Path) -> None:
    add_key(store, "werk", public_key_of(OURS))
    (store / "x.pem").write_text("-----BEGIN PUBLIC KEY-----\n")
    with pytest.raises(KeyFileError, match=r"AIE-MOD-106: .*x\.pem"):
        read_key_store(store)


def test_other_files_are_of_no_interest(store: Path) -> None:
    add_key(store, "werk", public_key_of(OURS))
    (store / "README").write_text("who is who")
    assert list(read_key_store(store)) == [OUR_ID]


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_folder_that_others_may_write_to(store: Path, mode: int) -> None:
    add_key(store, "werk", public_key_of(OURS))
    store.chmod(mode)
    with pytest.raises(KeyFileError, match=f"^AIE-MOD-114: .*mode {mode:o}.*chmod go-w"):
        read_key_store(store)


@pytest.mark.parametrize("mode", [0o664, 0o646])
def test_a_key_that_others_may_write_to(store: Path, mode: int) -> None:
    add_key(store, "werk", public_key_of(OURS)).chmod(mode)
    with pytest.raises(KeyFileError, match=rf"AIE-MOD-114: .*werk\.pub\.pem: .*mode {mode:o}"):
        read_key_store(store)


def test_a_dangling_link_is_no_empty_store(store: Path) -> None:
    add_key(store, "werk", public_key_of(OURS))
    (store / "gone.pem").symlink_to(store / "nowhere")
    with pytest.raises(KeyFileError, match=r"^AIE-MOD-109"):
        read_key_store(store)


def test_a_store_that_is_a_file(store: Path) -> None:
    store.parent.mkdir()
    store.write_bytes(public_pem(public_key_of(OURS)))
    with pytest.raises(KeyFileError, match=r"^AIE-MOD-109"):
        read_key_store(store)
    with pytest.raises(KeyFileError, match="AIE-MOD-113"):
        add_key(store, "werk", public_key_of(OURS))


def test_where_the_store_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIEDGE_KEYS", str(tmp_path / "k"))
    assert default_folder() == tmp_path / "k"
    monkeypatch.delenv("AIEDGE_KEYS")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "c"))
    assert default_folder() == tmp_path / "c" / "aiedge" / "keys"
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "h"))
    assert default_folder() == tmp_path / "h" / ".config" / "aiedge" / "keys"
