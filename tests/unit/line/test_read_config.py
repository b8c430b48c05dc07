"""A line.yaml is checked whole: each fault names file, line, key and the way out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aiedge.errors import EXIT_USAGE, ConfigError
from aiedge.line.config import LineConfig
from aiedge.line.read_config import read_config

GOOD = """\
camera:
  driver: camera/folder
  options:
    path: boards
    test_suffix: _test.jpg
model:
  path: models/own.aie
plc:
  driver: plc/sim
  options: {mode: handshake}
gate:
  mode: handshake
telemetry:
  store: data/metrics.db
"""


def read(folder: Path, text: str) -> LineConfig:
    file = folder / "line.yaml"
    file.write_text(text, encoding="utf-8")
    return read_config(file)


def fault(folder: Path, text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read(folder, text)
    assert caught.value.exit_code == EXIT_USAGE
    assert "\n" not in str(caught.value)
    return caught.value


def test_relative_paths_start_at_the_file(tmp_path: Path) -> None:
    config = read(tmp_path, GOOD)
    assert config.model.path == tmp_path / "models/own.aie"
    assert config.telemetry.store == tmp_path / "data/metrics.db"
    assert config.camera.options["path"] == tmp_path / "boards"


def test_a_shipped_model_is_found_wherever_the_package_is(tmp_path: Path) -> None:
    config = read(tmp_path, GOOD.replace("models/own.aie", "aiedge:board_defects"))
    assert config.model.path.is_file()
    assert fault(tmp_path, GOOD.replace("models/own.aie", "aiedge:../x")).where.endswith(":7: model.path")


def test_a_line_can_demand_a_signature(tmp_path: Path) -> None:
    keys = (
        "require_signature: true\n  trusted_keys: [0123456789abcdef]\n  keys: schlüssel 钥匙\n  path: models"
    )
    model = read(tmp_path, GOOD.replace("path: models", keys)).model
    assert (model.require_signature, model.trusted_keys) == (True, ["0123456789abcdef"])
    assert model.keys == tmp_path / "schlüssel 钥匙"
    assert read(tmp_path, GOOD).model.require_signature is False


def test_what_was_read_does_not_change(tmp_path: Path) -> None:
    config = read(tmp_path, GOOD)
    with pytest.raises(ValueError, match="frozen"):
        config.deadline_s = 9.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("old", "new", "code", "place", "text"),
    [
        ("gate:\n", "gaate:\n", "AIE-CFG-004", "11: gaate", "Did you mean 'gate'?"),
        ("mode: handshake\ntel", "mod: handshake\ntel", "AIE-CFG-004", "12: gate.mod", "'mode'"),
        ("test_suffix: ", "test_sufix: ", "AIE-CFG-004", "5: camera.options.test_sufix", "'test_suffix'"),
        (
            "path: models",
            "pfad: models",
            "AIE-CFG-004",
            "7: model.pfad",
            "engine, keys, path, require_signature",
        ),
        ("path: models/own.aie", "threads: 1", "AIE-CFG-006", "6: model.path", "'path' is missing"),
        (
            "  mode: handshake\ntel",
            "  mode: hand\ntel",
            "AIE-CFG-003",
            "12: gate.mode",
            "'pulse' or 'handshake'",
        ),
        (
            "gate:\n",
            "gate:\n  queue_length: 0\n",
            "AIE-CFG-003",
            "12: gate.queue_length",
            "greater than or equal",
        ),
        ("gate:\n", "gate:\n  poll_period_s: fast\n", "AIE-CFG-003", "12: gate.poll_period_s", "'fast'"),
        ("gate:\n", "gate:\n  poll_period_s: .nan\n", "AIE-CFG-003", "12: gate.poll_period_s", "finite"),
        ("gate:\n", "gate:\n  first_part_id: true\n", "AIE-CFG-003", "12: gate.first_part_id", "integer"),
        ("gate:\n", "gate:\n  heartbeat_period_s: 1\n", "AIE-CFG-003", "11: gate", "at least two periods"),
        ("telemetry:\n", "parts: 0\ntelemetry:\n", "AIE-CFG-003", "13: parts", "greater than or equal to 1"),
        ("telemetry:\n", "name: a/b\ntelemetry:\n", "AIE-CFG-003", "13: name", "pattern"),
        (
            "telemetry:\n",
            "deadline_s: 0.05\ntelemetry:\n",
            "AIE-CFG-003",
            "1",
            "frame_timeout_s 0.1 is longer",
        ),
        ("plc/sim", "plc/simm", "AIE-CFG-008", "9: plc.driver", "Did you mean 'plc/sim'?"),
        ("plc/sim", "camera/sim", "AIE-CFG-009", "9: plc.driver", "no plc"),
        ("plc/sim", "sim", "AIE-CFG-003", "9: plc.driver", "pattern"),
        ("{mode: handshake}", "{mode: 3}", "AIE-CFG-003", "10: plc.options.mode", "'pulse' or 'handshake'"),
        ("{mode: handshake}", "[]", "AIE-CFG-003", "10: plc.options", "a mapping"),
        ("    path: boards\n", "", "AIE-CFG-006", "3: camera.options.path", "'path' is missing"),
        ("store:", "mqtt: {url: http://x}\n  store:", "AIE-CFG-003", "14: telemetry.mqtt", "mqtt://"),
        ("store:", "mqtt: {url: mqtt://a:b@c}\n  store:", "AIE-CFG-003", "14: telemetry.mqtt", "password"),
        ("store:", "max_bytes: 10\n  store:", "AIE-CFG-003", "14: telemetry.max_bytes", "1048576"),
        (
            "path: models",
            "require_signature: 1\n  path: models",
            "AIE-CFG-003",
            "7: model.require_signature",
            "boolean",
        ),
        (
            "path: models",
            "trusted_keys: []\n  path: models",
            "AIE-CFG-003",
            "7: model.trusted_keys",
            "at least 1",
        ),
        (
            "path: models",
            "trusted_keys: [Werk]\n  path: models",
            "AIE-CFG-003",
            "7: model.trusted_keys[0]",
            "pattern",
        ),
        (
            "path: models",
            "trusted_keys: [0123456789abcdef]\n  path: models",
            "AIE-CFG-003",
            "6: model",
            "require_signature is not true",
        ),
    ],
)
def test_a_fault_names_its_line_its_key_and_the_way_out(
    tmp_path: Path, old: str, new: str, code: str, place: str, text: str
) -> None:
    assert old in GOOD
    error = fault(tmp_path, GOOD.replace(old, new, 1))
    assert error.code == code
    assert error.where == f"{tmp_path / 'line.yaml'}:{place}"
    assert text in str(error)


def test_a_secret_in_an_address_is_not_repeated(tmp_path: Path) -> None:
    error = fault(tmp_path, GOOD.replace("store:", "mqtt: {url: mqtt://me:hunter2@c}\n  store:"))
    assert "hunter2" not in str(error)


@pytest.mark.parametrize("text", ["", "- a\n", "just words\n"])
def test_what_is_no_mapping_is_no_line(tmp_path: Path, text: str) -> None:
    assert fault(tmp_path, text).code == "AIE-CFG-003"


def test_pulse_has_no_software_trigger(tmp_path: Path) -> None:
    text = GOOD.replace("  mode: handshake\ntel", "  mode: pulse\ntel").replace(
        "camera:\n", "camera:\n  trigger: software\n"
    )
    assert "software" in str(fault(tmp_path, text))


def test_the_first_of_several_faults_is_reported(tmp_path: Path) -> None:
    text = GOOD.replace("path: models/own.aie", "path: 7").replace("mode: handshake\ntel", "mode: x\ntel")
    assert re.search(r":7: model\.path$", fault(tmp_path, text).where)
