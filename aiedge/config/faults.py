"""What pydantic finds wrong in a YAML file -> one :class:`ConfigError` with file, line and key."""

from __future__ import annotations

import difflib
import types
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from aiedge.config.options import fault_reason
from aiedge.config.yaml_lines import KeyPath, YamlFile
from aiedge.errors import AiedgeError, ConfigError

_Checked = TypeVar("_Checked")


def checked(
    file: YamlFile, prefix: KeyPath, validate: Callable[[], _Checked], model: type[BaseModel], *, page: str
) -> _Checked:
    """What ``validate`` returns; its first fault, by line, is a :class:`ConfigError`.

    ``prefix``: where in the file the value stands that ``model`` describes. ``page``: the document that lists the
    file's keys.
    """
    try:
        return validate()
    except ValidationError as error:
        # A misspelt key is also a missing one; what stands there says more than what does not.
        faults = [
            (fault["type"] != "extra_forbidden", _line_of(file, prefix + fault["loc"]), fault)
            for fault in error.errors(include_url=False)
        ]
        _raise(file, prefix, min(faults, key=lambda found: found[:2])[2], model, page)


def context(path: Path) -> dict[str, Path]:
    """For pydantic: relative paths in the file ``path`` start at its folder."""
    return {"folder": path.resolve().parent}


def did_you_mean(wrong: str, known: list[str]) -> str:
    """How to go on after a name that is not among ``known``."""
    close = difflib.get_close_matches(wrong, known, n=1)
    return f"Did you mean {close[0]!r}?" if close else f"Use one of: {', '.join(sorted(known))}."


def _raise(
    file: YamlFile, prefix: KeyPath, fault: Mapping[str, Any], model: type[BaseModel], page: str
) -> NoReturn:
    loc = _keys_of(fault["loc"], model)
    where = file.where(prefix + loc)
    if fault["type"] == "extra_forbidden":
        hint = did_you_mean(str(loc[-1]), _known_keys(model, fault["loc"][:-1]))
        raise ConfigError("AIE-CFG-004", where=where, key=loc[-1], hint=hint)
    if fault["type"] == "missing":
        raise ConfigError("AIE-CFG-006", where=where, key=loc[-1], page=page)
    raise ConfigError("AIE-CFG-003", where=where, reason=_reason(fault), page=page)


def _reason(fault: Mapping[str, Any]) -> str:
    if fault["type"] in {"union_tag_invalid", "union_tag_not_found"}:
        return (
            f"{fault['ctx']['discriminator']} should be one of {fault['ctx']['expected_tags']}"
            if ("expected_tags" in fault["ctx"])
            else f"the key {fault['ctx']['discriminator']} is missing"
        )
    if fault["type"] != "value_error":
        return fault_reason(fault)
    error = fault["ctx"]["error"]
    return (error.what if isinstance(error, AiedgeError) else str(error)).rstrip(".")


def _line_of(file: YamlFile, key: KeyPath) -> int:
    while key and key not in file.lines:
        key = key[:-1]
    return file.lines.get(key, 1)


def _keys_of(loc: KeyPath, model: type[BaseModel]) -> KeyPath:
    """The keys as they stand in the file: without the tags by which pydantic tells the kinds of a section apart."""
    keys: list[str | int] = []
    sections: list[type[BaseModel]] = [model]
    for part in loc:
        names = {name for section in sections for name in section.model_fields}
        if sections and isinstance(part, str) and part not in names and keys and _is_tag(part, sections):
            sections = [section for section in sections if _tag_of(section) == part]
            continue
        keys.append(part)
        if isinstance(part, str):
            sections = [
                inner
                for section in sections
                if part in section.model_fields
                for inner in _sections_in(section.model_fields[part].annotation)
            ]
    return tuple(keys)


def _is_tag(part: str, sections: list[type[BaseModel]]) -> bool:
    return any(_tag_of(section) == part for section in sections)


def _tag_of(section: type[BaseModel]) -> str | None:
    """The value of a section's field ``kind``, where that tells the kinds apart."""
    field = section.model_fields.get("kind")
    values = () if field is None else typing.get_args(field.annotation)
    return values[0] if len(values) == 1 else None


def _known_keys(model: type[BaseModel], loc: KeyPath) -> list[str]:
    """The keys of the section at ``loc`` below ``model``."""
    sections: list[type[BaseModel]] = [model]
    for part in loc:
        tagged = [section for section in sections if _tag_of(section) == part]
        if tagged:
            sections = tagged
        elif isinstance(part, str):
            inner = [
                found
                for section in sections
                if part in section.model_fields
                for found in _sections_in(section.model_fields[part].annotation)
            ]
            if not inner:
                break
            sections = inner
    return sorted({name for section in sections for name in section.model_fields})


def _sections_in(annotation: Any) -> list[type[BaseModel]]:
    """The sections in an annotation: itself, or in ``X | None``, ``dict[str, X]``, ``tuple[X, ...]``."""
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return [annotation] if issubclass(annotation, BaseModel) else []
    return [section for argument in typing.get_args(annotation) for section in _sections_in(argument)]
