"""A line.yaml -> :class:`LineConfig`; whatever is wrong is one error with file, line and key."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import cast

from aiedge.config.faults import checked, context, did_you_mean
from aiedge.config.yaml_lines import YamlFile, read_yaml
from aiedge.devices.camera import Camera
from aiedge.devices.device import Device
from aiedge.devices.plc import Plc
from aiedge.errors import ConfigError, DeviceError
from aiedge.line.config import DriverConfig, LineConfig
from aiedge.registry import driver_catalogue, find_driver

_PAGE = "docs/line.md"
_KINDS: Mapping[str, type] = {"camera": Camera, "plc": Plc}


def read_config(path: Path) -> LineConfig:
    """Read and check one file, the options of its drivers too (which imports them, and connects to nothing).

    Relative paths become absolute from the file's folder. Raises :class:`ConfigError`: the first fault, by
    line.
    """
    file = read_yaml(path)
    if not isinstance(file.data, dict):
        raise ConfigError(
            "AIE-CFG-003", where=file.where(()), reason="a line is a mapping of keys", page=_PAGE
        )
    config: LineConfig = checked(
        file, (), lambda: LineConfig.model_validate(file.data, context=context(path)), LineConfig, page=_PAGE
    )
    return config.model_copy(
        update={section: _with_options(file, section, getattr(config, section)) for section in _KINDS}
    )


def _with_options(file: YamlFile, section: str, config: DriverConfig) -> DriverConfig:
    """The section with its options as the driver's own model has them: checked, and with paths resolved."""
    driver = _driver_class(file, section, config.driver)
    model = driver.options_model
    options = checked(
        file,
        (section, "options"),
        lambda: model.model_validate(config.options, context=context(file.path)),
        model,
        page=_PAGE,
    )
    return config.model_copy(update={"options": options.model_dump(exclude_unset=True)})


def _driver_class(file: YamlFile, section: str, name: str) -> type[Device]:
    where = file.where((section, "driver"))
    if not name.startswith(f"{section}/"):
        raise ConfigError("AIE-CFG-009", where=where, name=name, kind=section)
    known = [other for other in driver_catalogue() if other.startswith(f"{section}/")]
    if name not in known:
        hint = did_you_mean(name, known)
        raise ConfigError("AIE-CFG-008", where=where, reason=f"There is no driver named {name!r}.", hint=hint)
    try:
        driver = find_driver(name)
    except DeviceError as error:
        raise ConfigError("AIE-CFG-008", where=where, reason=error.what, hint=error.fix) from error
    if not (isinstance(driver, type) and issubclass(driver, _KINDS[section])):
        raise ConfigError("AIE-CFG-009", where=where, name=name, kind=section)
    return cast("type[Device]", driver)
