"""A line that demands signed models does not start with another, nor opens anything for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from signed_bundles import OURS, THEIR_ID, THEIRS

import aiedge
from aiedge.errors import SignatureError
from aiedge.line.config import LineConfig
from aiedge.line.open_line import make_step, open_line
from aiedge.line.read_config import read_config
from aiedge.trust.key_files import public_key_of
from aiedge.trust.key_store import add_key
from aiedge.trust.sign import sign_inside

LINE = """\
camera: {{driver: camera/sim}}
model:
  path: 模型 1.aie
  keys: trusted
  {demand}
plc: {{driver: plc/sim, options: {{mode: handshake}}}}
gate: {{mode: handshake}}
telemetry: {{store: metrics.db}}
"""
SHIPPED = (Path(aiedge.__file__).parent / "models" / "board_defects.aie").read_bytes()


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes, str], LineConfig]:
    monkeypatch.delenv("AIEDGE_REQUIRE_SIGNATURE", raising=False)
    monkeypatch.setenv("AIEDGE_KEYS", str(tmp_path / "machine"))
    add_key(tmp_path / "trusted", "werk", public_key_of(OURS))

    def make(bundle: bytes, demand: str = "require_signature: true") -> LineConfig:
        (tmp_path / "模型 1.aie").write_bytes(bundle)
        (tmp_path / "line.yaml").write_text(LINE.format(demand=demand), encoding="utf-8")
        return read_config(tmp_path / "line.yaml")

    return make


def test_a_signed_model_is_taken(line: Callable[..., LineConfig]) -> None:
    assert make_step(line(sign_inside(SHIPPED, "m", OURS))).labels


@pytest.mark.parametrize(
    ("signed", "demand", "code"),
    [
        (SHIPPED, "require_signature: true", "AIE-MOD-097"),
        (sign_inside(SHIPPED, "m", THEIRS), "require_signature: true", "AIE-MOD-099"),
        (
            sign_inside(SHIPPED, "m", OURS),
            f"require_signature: true\n  trusted_keys: [{THEIR_ID}]",
            "AIE-MOD-100",
        ),
        (sign_inside(SHIPPED, "m", OURS, 1), "require_signature: true", "AIE-MOD-103"),
    ],
)
def test_another_is_refused_and_nothing_was_opened(
    line: Callable[..., LineConfig], tmp_path: Path, signed: bytes, demand: str, code: str
) -> None:
    with pytest.raises(SignatureError, match=code), open_line(line(signed, demand)):
        pytest.fail("the line is open")
    assert not (tmp_path / "metrics.db").exists()


def test_the_environment_s_demand_stands_above_the_file(
    line: Callable[..., LineConfig], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = line(sign_inside(SHIPPED, "m", OURS), "require_signature: false")
    monkeypatch.setenv("AIEDGE_REQUIRE_SIGNATURE", "1")
    # The file's own folder of keys is not enough.
    with pytest.raises(SignatureError, match="AIE-MOD-099"):
        make_step(config)
    add_key(tmp_path / "machine", "werk", public_key_of(OURS))
    assert make_step(config).labels
