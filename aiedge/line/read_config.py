"""A line.yaml -> :class:`LineConfig`; whatever is wrong is one error with file, line and key."""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn, cast

from pydantic import BaseModel, ValidationError

from aiedge.devices.camera import Camera
from aiedge.devices.device import Device
from aiedge.devices.options import fault_reason
from aiedge.devices.plc import Plc
from aiedge.errors import AiedgeError, ConfigError, DeviceError
from aiedge.line.config import DriverConfig, LineConfig
from aiedge.line.yaml_lines import KeyPath, YamlFile, read_yaml
from aiedge.registry import driver_catalogue, find_driver

_KINDS: Mapping[str, type] = {"camera": Camera, "plc": Plc}


def read_config(path: Path) -> LineConfig:
    """Read and check one file, the options of its drivers too (which imports them, and connects to nothing).

    Relative paths become absolute from the file's folder. Raises :class:`ConfigError`: the first fault, by
    line.
    """
    file = read_yaml(path)
    if not isinstance(file.data, dict):
        raise ConfigError("AIE-CFG-003", where=file.where(()), reason="a line is a mapping of keys")
    config: LineConfig = _checked(
        file, (), lambda: LineConfig.model_validate(file.data, context=_context(path)), LineConfig
    )
    return config.model_copy(
        update={section: _with_options(file, section, getattr(config, section)) for section in _KINDS}
    )


def _with_options(file: YamlFile, section: str, config: DriverConfig) -> DriverConfig:
    """The section with its options as the driver's own model has them: checked, and with paths resolved."""
    driver = _driver_class(file, section, config.driver)
    model = driver.options_model
    options = _checked(
        file,
        (section, "options"),
        lambda: model.model_validate(config.options, context=_context(file.path)),
        model,
    )
    return config.model_copy(update={"options": options.model_dump(exclude_unset=True)})


def _driver_class(file: YamlFile, section: str, name: str) -> type[Device]:
    where = file.where((section, "driver"))
    if not name.startswith(f"{section}/"):
        raise ConfigError("AIE-CFG-009", where=where, name=name, kind=section)
    known = [other for other in driver_catalogue() if other.startswith(f"{section}/")]
    if name not in known:
        hint = _hint(name, known)
        raise ConfigError("AIE-CFG-008", where=where, reason=f"There is no driver named {name!r}.", hint=hint)
    try:
        driver = find_driver(name)
    except DeviceError as error:
        raise ConfigError("AIE-CFG-008", where=where, reason=error.what, hint=error.fix) from error
    if not (isinstance(driver, type) and issubclass(driver, _KINDS[section])):
        raise ConfigError("AIE-CFG-009", where=where, name=name, kind=section)
    return cast("type[Device]", driver)


def _checked(
    file: YamlFile, prefix: KeyPath, validate: Callable[[], typing.Any], model: type[BaseModel]
) -> Any:
    try:
        return validate()
    except ValidationError as error:
        # A misspelt key is also a missing one; what stands there says more than what does not.
        faults = [
            (fault["type"] != "extra_forbidden", _line_of(file, prefix + fault["loc"]), fault)
            for fault in error.errors(include_url=False)
        ]
        _raise(file, prefix, min(faults, key=lambda found: found[:2])[2], model)


def _raise(file: YamlFile, prefix: KeyPath, fault: Mapping[str, Any], model: type[BaseModel]) -> NoReturn:
    loc: KeyPath = fault["loc"]
    where = file.where(prefix + loc)
    if fault["type"] == "extra_forbidden":
        hint = _hint(str(loc[-1]), _known_keys(model, loc[:-1]))
        raise ConfigError("AIE-CFG-004", where=where, key=loc[-1], hint=hint)
    if fault["type"] == "missing":
        raise ConfigError("AIE-CFG-006", where=where, key=loc[-1])
    raise ConfigError("AIE-CFG-003", where=where, reason=_reason(fault))


def _reason(fault: Mapping[str, Any]) -> str:
    if fault["type"] != "value_error":
        return fault_reason(fault)
    error = fault["ctx"]["error"]
    return (error.what if isinstance(error, AiedgeError) else str(error)).rstrip(".")


def _line_of(file: YamlFile, key: KeyPath) -> int:
    while key and key not in file.lines:
        key = key[:-1]
    return file.lines.get(key, 1)


def _hint(wrong: str, known: list[str]) -> str:
    close = difflib.get_close_matches(wrong, known, n=1)
    return f"Did you mean {close[0]!r}?" if close else f"Use one of: {', '.join(sorted(known))}."


def _known_keys(model: type[BaseModel], loc: KeyPath) -> list[str]:
    """The keys of the section at ``loc`` below ``model``."""
    for part in loc:
        field = model.model_fields.get(str(part))
        inner = None if field is None else _section_in(field.annotation)
        if inner is None:
            break
        model = inner
    return list(model.model_fields)


def _section_in(annotation: Any) -> type[BaseModel] | None:
    """The section in an annotation: itself, or in ``X | None``, ``dict[str, X]``, ``tuple[X, ...]``."""
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    found = (_section_in(argument) for argument in typing.get_args(annotation))
    return next((section for section in found if section is not None), None)


def _context(path: Path) -> dict[str, Path]:
    return {"folder": path.resolve().parent}
