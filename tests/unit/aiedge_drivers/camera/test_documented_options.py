"""docs/cameras.md lists exactly the options that there are, with their defaults."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from aiedge.devices.options import DeviceOptions
from aiedge_drivers.camera.folder import FolderCameraOptions
from aiedge_drivers.camera.sim import SimCameraOptions

_PAGE = (Path(__file__).parents[4] / "docs" / "cameras.md").read_text(encoding="utf-8")


def documented(title: str) -> dict[str, str]:
    section = _PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]
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
            found[prefix + name] = word(field.default)
    return found


def word(default: object) -> str:
    if default is PydanticUndefined:
        return "required"
    return str(default).lower()


@pytest.mark.parametrize(
    ("title", "model"),
    [
        ("Options of every device", DeviceOptions),
        ("camera/sim", SimCameraOptions),
        ("camera/folder", FolderCameraOptions),
    ],
)
def test_options_are_documented(title: str, model: type[DeviceOptions]) -> None:
    common = frozenset() if model is DeviceOptions else frozenset(DeviceOptions.model_fields)
    assert documented(title) == existing(model, without=common)
