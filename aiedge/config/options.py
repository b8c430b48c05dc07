"""The base of every group of options, so that files and calls obey the same rules."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo


def _resolve(value: object, info: ValidationInfo) -> object:
    if "\0" in str(value):
        raise ValueError("a path must not hold a NUL")
    folder = info.context["folder"] if info.context else Path()
    return folder / value if isinstance(value, (str, Path)) and str(value) else value


FilePath = Annotated[Path, BeforeValidator(_resolve)]
"""A path; a relative one starts at the folder of the file that it stands in, or at the working folder."""


class Options(BaseModel):
    """Base of every group of options: frozen, no unknown keys, no conversion (``"5"`` is no number)."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


# Where pydantic names classes of Python, which mean nothing to who writes a file.
_OUR_WORDS = {
    "model_type": "be a mapping",
    "model_attributes_type": "be a mapping",
    "dict_type": "be a mapping",
    "list_type": "be a list",
    "tuple_type": "be a list",
    "is_instance_of": "be a path",
}


def fault_reason(fault: Mapping[str, Any]) -> str:
    """One fault of a pydantic ``ValidationError`` as part of a sentence, with the value that was given."""
    if fault["type"] == "extra_forbidden":
        return "there is no such option"
    if fault["type"] == "missing":
        return "it is required"
    if fault["type"] == "value_error":  # our own sentence, about several values perhaps
        return str(fault["ctx"]["error"])
    text = _OUR_WORDS.get(fault["type"], str(fault["msg"]))
    expected = text.removeprefix("Input should ").removeprefix("String should ")
    return f"it should {expected}, given {_short(fault['input'])}"


def _short(value: object, limit: int = 60) -> str:
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 3]}..."
