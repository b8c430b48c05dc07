"""docs/cameras.md and docs/plcs.md list exactly the options that there are, with their defaults."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from aiedge.devices.options import DeviceOptions
from aiedge_drivers.camera.folder import FolderCameraOptions
from aiedge_drivers.camera.sim import SimCameraOptions
from aiedge_drivers.plc.modbus_tcp import ModbusTcpOptions
from aiedge_drivers.plc.sim import SimPlcOptions

_DOCS = Path(__file__).parents[3] / "docs"


def documented(page: str, title: str) -> dict[str, str]:
    text = (_DOCS / page).read_text(encoding="utf-8")
    section = text.partition(f"## {title}\n")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| `([\w.]+)` \| (\S+) \|", section, re.MULTILINE))


def existing(
    model: type[BaseModel], prefix: str = "", without: frozenset[str] = frozenset()
) -> dict[str, str]:
    found = {}
    for name, field in model.model_fields.items():
        if name in without:
            continue
        if isinstance(field.default, BaseModel):
            found |= existing(type(field.default), f"{prefix}{name}.")
        else:
            found[prefix + name] = word(field)
    return found


def word(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    return "-" if field.default_factory is not None else str(field.default).lower()


@pytest.mark.parametrize(
    ("page", "title", "model"),
    [
        ("cameras.md", "Options of every device", DeviceOptions),
        ("cameras.md", "camera/sim", SimCameraOptions),
        ("cameras.md", "camera/folder", FolderCameraOptions),
        ("plcs.md", "plc/modbus-tcp", ModbusTcpOptions),
        ("plcs.md", "plc/sim", SimPlcOptions),
    ],
)
def test_options_are_documented(page: str, title: str, model: type[DeviceOptions]) -> None:
    common = frozenset() if model is DeviceOptions else frozenset(DeviceOptions.model_fields)
    assert documented(page, title) == existing(model, without=common)
