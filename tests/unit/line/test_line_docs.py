"""docs/line.md lists every key of a line.yaml as the models have it."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from aiedge.line.config import LineConfig
from aiedge.line.part import Part, UnknownReason
from aiedge.line.trace import part_record

PAGE = Path(__file__).parents[3] / "docs" / "line.md"


def rows(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """The table's rows: key, type and range, default, meaning."""
    for name, field in model.model_fields.items():
        key = f"{prefix}{name}"
        section = section_of(field.annotation)
        if section is not None:
            if not optional(field.annotation):
                yield from rows(section, f"{key}.")
                continue
            yield f"| `{key}` | section | - | {field.description} |"
            yield from rows(section, f"{key}.")
            continue
        yield f"| `{key}` | {type_text(field)} | {default_text(field)} | {field.description} |"


def section_of(annotation: Any) -> type[BaseModel] | None:
    for part in (annotation, *typing.get_args(annotation)):
        if (
            isinstance(part, type)
            and not isinstance(part, types.GenericAlias)
            and issubclass(part, BaseModel)
        ):
            return part
    return None


def optional(annotation: Any) -> bool:
    return type(None) in typing.get_args(annotation)


def type_text(field: FieldInfo) -> str:
    annotation = field.annotation
    if optional(annotation):
        annotation = next(part for part in typing.get_args(annotation) if part is not type(None))
    if hasattr(annotation, "__metadata__"):
        annotation = typing.get_args(annotation)[0]
    if typing.get_origin(annotation) is typing.Literal:
        return " or ".join(str(value) for value in typing.get_args(annotation))
    names = {bool: "true or false", str: "text", int: "whole number", float: "number", Path: "path"}
    text = "list" if typing.get_origin(annotation) is list else names.get(annotation, "mapping")
    metadata = [*field.metadata, *nested(field.annotation)]
    limits = [limit for entry in metadata for limit in limit_texts(entry)]
    return ", ".join([text, *limits])


def nested(annotation: Any) -> list[Any]:
    """What an ``Annotated`` inside of ``X | None`` or ``dict[str, X]`` says of its values."""
    found: list[Any] = []
    for part in typing.get_args(annotation):
        if hasattr(part, "__metadata__"):
            for entry in part.__metadata__:
                found += entry.metadata if isinstance(entry, FieldInfo) else [entry]
    return found


def limit_texts(entry: Any) -> list[str]:
    if isinstance(entry, annotated_types.Gt):
        return [f"above {entry.gt:g}"]
    if isinstance(entry, annotated_types.Ge):
        return [f"from {entry.ge}"]
    if isinstance(entry, annotated_types.Lt):
        return [f"below {entry.lt:g}"]
    if isinstance(entry, annotated_types.Le):
        return [f"to {entry.le}"]
    return []


def default_text(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if field.default is PydanticUndefined or field.default is None:
        return "-"
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"


def test_the_page_lists_every_key_with_type_range_and_default() -> None:
    section = PAGE.read_text().split("## Keys")[1].split("## Records")[0]
    table = [line for line in section.splitlines() if line.startswith("| `")]
    assert table == list(rows(LineConfig))


def test_the_page_explains_every_reason_and_every_field_of_a_record() -> None:
    text = PAGE.read_text()
    for reason in UnknownReason:
        assert f"| `{reason.value}` |" in text
    for name in part_record(Part(1, 1, 0, 0), ()):
        assert f"| `{name}` |" in text
