"""compile, keys, sign, verify and inspect as they follow one another, and what each refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bundle_patch import seal
from signed_bundles import THEIRS
from tflite_models import everything

from aiedge.cli.main import run_command
from aiedge.cli.sign import read_expiry
from aiedge.clock import FakeClock
from aiedge.errors import UsageError
from aiedge.model.bundle import read_bundle
from aiedge.trust.sign import sign_inside


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a bundle, ``m.aie``, and the trusted key ``werk``; the work goes on inside."""
    folder = tmp_path / "Werk 1 模型"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("AIEDGE_KEYS", "keys")
    monkeypatch.delenv("AIEDGE_REQUIRE_SIGNATURE", raising=False)
    monkeypatch.delenv("AIEDGE_KEY_PASSPHRASE", raising=False)
    Path("m.tflite").write_bytes(everything())
    for line in (
        "compile m.tflite --golden 3 --seed 4",
        "keys new werk",
        "keys trust werk.pub.pem",
    ):
        assert run_command(line.split()) == 0
    return folder


def told(capsys: pytest.CaptureFixture[str], line: str) -> Any:
    capsys.readouterr()
    assert run_command([*line.split(), "--json"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return json.loads(captured.out)


def refused(capsys: pytest.CaptureFixture[str], line: str, exit_code: int = 1) -> str:
    capsys.readouterr()
    assert run_command(line.split()) == exit_code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err


@pytest.mark.usefixtures("home")
def test_from_a_model_to_a_verified_bundle(capsys: pytest.CaptureFixture[str]) -> None:
    made = told(capsys, "keys list")["keys"]
    assert [key["name"] for key in made] == ["werk"]
    key_id = made[0]["key_id"]
    signed = told(capsys, "sign m.aie --key werk.key.pem --expires 2999-12-31")
    assert signed == {
        "bundle": "m.aie",
        "signature": "m.aie",
        "key_id": key_id,
        "expires": "3000-01-01T00:00:00Z",
    }
    document = told(capsys, "verify m.aie --require-signature")
    assert document["signature"] == {
        "key_id": key_id,
        "signer": "werk",
        "expires": "3000-01-01T00:00:00Z",
        "detached": False,
    }
    assert document["golden"] == {"engine": "native", "vectors": 3, "differences": []}
    inspected = told(capsys, "inspect m.aie")
    assert inspected["signature"] == {"key_id": key_id, "expires": "3000-01-01T00:00:00Z"}
    assert inspected["golden_vectors"] == 3
    assert inspected["provenance"]["golden"] == {"count": 3, "seed": 4}
    assert run_command(["verify", "m.aie", "--trusted", key_id, "--isa", "reference", "--threads", "2"]) == 0
    out = capsys.readouterr().out
    assert f"by werk, key {key_id}, until 3000-01-01T00:00:00Z" in out
    assert "3 vectors, each bit as it must be" in out
    assert run_command(["inspect", "m.aie"]) == 0
    out = capsys.readouterr().out
    assert key_id in out
    assert "m.tflite" in out


@pytest.mark.usefixtures("home")
def test_a_detached_signature(capsys: pytest.CaptureFixture[str]) -> None:
    before = Path("m.aie").read_bytes()
    assert told(capsys, "sign m.aie --key werk.key.pem --detached")["signature"] == "m.aie.sig"
    assert Path("m.aie").read_bytes() == before
    assert told(capsys, "verify m.aie")["signature"]["detached"] is True
    Path("m.aie.sig").write_bytes(Path("m.aie.sig").read_bytes()[:-1])
    assert "AIE-MOD-104" in refused(capsys, "verify m.aie")


@pytest.mark.usefixtures("home")
def test_an_unsigned_bundle_is_whole_all_the_same(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told(capsys, "verify m.aie")["signature"] is None
    assert "AIE-MOD-097" in refused(capsys, "verify m.aie --require-signature")
    assert "AIE-MOD-097" in refused(capsys, "verify m.aie --trusted 0123456789abcdef")
    monkeypatch.setenv("AIEDGE_REQUIRE_SIGNATURE", "1")
    assert "AIE-MOD-097" in refused(capsys, "verify m.aie")


@pytest.mark.usefixtures("home")
def test_every_command_that_runs_a_model_asks_for_a_signature(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    np.save("x.npy", np.zeros((1, 8, 8, 3), np.int8))
    monkeypatch.setenv("AIEDGE_REQUIRE_SIGNATURE", "1")
    commands = [
        "inspect m.aie",
        "inspect m.aie --trace x.npy",
        "infer m.aie x.npy",
        "diff m.aie --engines native,oracle",
    ]
    for command in commands:
        assert "AIE-MOD-097" in refused(capsys, command), command
        assert "AIE-MOD-098" in refused(capsys, command.replace("m.aie", "m.tflite")), command


@pytest.mark.usefixtures("home")
def test_golden_vectors_that_do_not_come_out(capsys: pytest.CaptureFixture[str]) -> None:
    data = Path("m.aie").read_bytes()
    # The last byte of GOLD, the last section: the last element of the last vector's output.
    Path("m.aie").write_bytes(seal(data[:-1] + bytes([data[-1] ^ 0x10])))
    capsys.readouterr()
    assert run_command(["verify", "m.aie", "--json"]) == 1
    (difference,) = json.loads(capsys.readouterr().out)["golden"]["differences"]
    shape = read_bundle(data).graph.tensors[read_bundle(data).graph.outputs[0]].shape
    assert difference["vector"] == 2
    assert (difference["elements"], difference["of"]) == (1, int(np.prod(shape)))
    assert difference["first"] == [size - 1 for size in shape]
    assert abs(int(difference["expected"]) - int(difference["given"])) == 16
    assert run_command(["verify", "m.aie"]) == 1
    assert "1 of 5 elements differ, the first at [0, 4]" in capsys.readouterr().out


@pytest.mark.usefixtures("home")
def test_nothing_runs_before_the_signature_holds(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("m.aie").write_bytes(sign_inside(Path("m.aie").read_bytes(), "m", THEIRS))
    monkeypatch.setattr("aiedge.cli.verify.engine_of", lambda *_, **__: pytest.fail("it was loaded"))
    assert "AIE-MOD-099" in refused(capsys, "verify m.aie")


@pytest.mark.usefixtures("home")
def test_a_key_with_a_passphrase(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    Path("secret").write_text("open sesame\n")
    made = told(capsys, "keys new safe --passphrase-file secret")
    assert made["encrypted"] is True
    assert "AIE-MOD-108" in refused(capsys, "sign m.aie --key safe.key.pem")
    monkeypatch.setenv("AIEDGE_KEY_PASSPHRASE", "open barley")
    assert "the passphrase is wrong" in refused(capsys, "sign m.aie --key safe.key.pem")
    assert told(capsys, "sign m.aie --key safe.key.pem --passphrase-file secret")["key_id"] == made["key_id"]
    monkeypatch.setenv("AIEDGE_KEY_PASSPHRASE", "open sesame")
    assert told(capsys, "sign m.aie --key safe.key.pem")["key_id"] == made["key_id"]


@pytest.mark.usefixtures("home")
def test_no_secret_is_ever_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIEDGE_KEY_PASSPHRASE", "hunter2")
    capsys.readouterr()
    for line in (
        "keys new safe",
        "keys new safe",
        "--debug sign m.aie --key werk.key.pem",
        "sign m.aie --key safe.key.pem",
    ):
        run_command(line.split())
    monkeypatch.setenv("AIEDGE_KEY_PASSPHRASE", "hunter3")
    assert run_command(["--debug", "sign", "m.aie", "--key", "safe.key.pem"]) == 1
    captured = capsys.readouterr()
    printed = captured.out + captured.err
    secrets = [line for line in Path("werk.key.pem").read_text().splitlines() if "-" not in line]
    assert printed
    for secret in ("hunter2", "hunter3", *secrets):
        assert secret not in printed


@pytest.mark.usefixtures("home")
def test_a_key_that_is_removed_signs_no_more(capsys: pytest.CaptureFixture[str]) -> None:
    key_id = told(capsys, "sign m.aie --key werk.key.pem")["key_id"]
    assert told(capsys, f"keys remove {key_id}")["removed"] == ["keys/werk.pub.pem"]
    assert "AIE-MOD-099" in refused(capsys, "verify m.aie")
    assert "AIE-MOD-109" in refused(capsys, f"keys remove {key_id}")
    assert run_command(["keys", "list"]) == 0
    assert "no keys" in capsys.readouterr().out


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("line", "code", "exit_code"),
    [
        ("keys new a/b", "AIE-CLI-001", 2),
        ("keys new .hidden", "AIE-CLI-001", 2),
        ("keys new werk", "AIE-MOD-112", 1),
        ("keys new x -o nowhere", "AIE-MOD-113", 1),
        ("keys trust werk.key.pem", "AIE-MOD-106", 1),
        ("keys trust nowhere.pem", "AIE-MOD-106", 1),
        ("keys trust werk.pub.pem --name ../x", "AIE-CLI-001", 2),
        ("sign m.tflite --key werk.key.pem", "AIE-CLI-001", 2),
        ("sign none.aie --key werk.key.pem", "AIE-MOD-001", 1),
        ("sign m.aie --key werk.pub.pem", "AIE-MOD-107", 1),
        ("sign m.aie --key none.pem", "AIE-MOD-106", 1),
        ("sign m.aie", "AIE-CLI-008", 2),
        ("sign m.aie --key werk.key.pem --expires soon", "AIE-CLI-001", 2),
        ("sign m.aie --key werk.key.pem --expires 1999-01-01", "AIE-CLI-001", 2),
        ("verify m.tflite", "AIE-CLI-001", 2),
        ("verify m.aie --engine tflite", "AIE-ENG-008", 1),
        ("verify m.aie --engine none", "AIE-ENG-001", 1),
        ("compile m.tflite --golden 257", "AIE-CLI-008", 2),
    ],
)
def test_what_is_refused(capsys: pytest.CaptureFixture[str], line: str, code: str, exit_code: int) -> None:
    assert code in refused(capsys, line, exit_code)


@pytest.mark.usefixtures("home")
def test_damage_is_found_without_any_key(capsys: pytest.CaptureFixture[str]) -> None:
    data = bytearray(Path("m.aie").read_bytes())
    data[999] ^= 1
    Path("m.aie").write_bytes(data)
    assert "AIE-MOD-011" in refused(capsys, "verify m.aie")
    assert "AIE-MOD-011" in refused(capsys, "sign m.aie --key werk.key.pem")


NOW = FakeClock(utc_ns=1_800_000_000_000_000_000)  # 2027-01-15T08:00:00Z


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2027-01-15", 1_800_057_600),
        ("2027-01-15T08:00:01Z", 1_800_000_001),
        ("2027-01-15t08:00:01z", 1_800_000_001),
        ("2027-01-15T16:00:01+08:00", 1_800_000_001),
        ("2027-01-15 00:00:01-08:00", 1_800_000_001),
        ("2027-01-15T13:45:01.900+05:45", 1_800_000_001),
        ("9999-12-30", 253_402_214_400),
    ],
)
def test_expiries(text: str, seconds: int) -> None:
    assert read_expiry(text, NOW) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "2027-01-15T16:00:01",  # of which zone?
        "2027-01-14",
        "2027-01-15T08:00:00Z",
        "2027-02-30",
        "9999-12-31",  # no calendar has the day after it
        "10000-01-01",
        "15.01.2027",
        "tomorrow",
        "Z",
        "\N{FULLWIDTH DIGIT TWO}027-03-01",
    ],
)
def test_what_is_no_expiry(text: str) -> None:
    with pytest.raises(UsageError, match="AIE-CLI-001"):
        read_expiry(text, NOW)
