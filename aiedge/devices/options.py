"""Options of drivers: frozen models, so that ``open_device`` and a line's file obey the same rules."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from aiedge.errors import DeviceOptionError


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


class Reconnect(Options):
    """How a lost device is tried again: at once, after ``first_delay_s``, times ``factor`` up to ``cap_s``.

    Each delay is lengthened by a random share of up to ``jitter`` of itself, drawn from ``seed`` and the
    device's name, so that many stations do not call a restarted PLC in step. An answer, not a connection,
    starts it over.
    """

    first_delay_s: float = Field(default=0.1, gt=0)
    factor: float = Field(default=2.0, ge=1)
    cap_s: float = Field(default=5.0, gt=0)
    jitter: float = Field(default=0.2, ge=0, le=1)
    seed: int = 0

    @model_validator(mode="after")
    def _ordered(self) -> Reconnect:
        if self.first_delay_s > self.cap_s:
            raise ValueError("first_delay_s is above cap_s")
        return self


class DeviceOptions(Options):
    """The options that every driver has; a driver's own model adds to them.

    ``connect_timeout_s`` bounds ``with`` and each attempt to reconnect; ``lost_after`` is how many requests
    in a row may stay unanswered before the link counts as lost.
    """

    connect_timeout_s: float = Field(default=2.0, gt=0)
    lost_after: int = Field(default=3, ge=1)
    reconnect: Reconnect = Reconnect()


# Where pydantic names classes of Python, which mean nothing to who writes a line's file.
_OUR_WORDS = {
    "model_type": "be a mapping",
    "dict_type": "be a mapping",
    "list_type": "be a list",
    "tuple_type": "be a list",
    "is_instance_of": "be a path",
}

ModelT = TypeVar("ModelT", bound=BaseModel)


def parse_options(
    model: type[ModelT], options: Mapping[str, Any], *, where: str, folder: Path | None = None
) -> ModelT:
    """Check ``options``; the first fault is a :class:`DeviceOptionError` that names the option.

    ``folder`` is where relative paths start, the working folder when None.
    """
    try:
        return model.model_validate(dict(options), context={"folder": folder} if folder else None)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        option = ".".join(str(part) for part in fault["loc"]) or "options"
        raise DeviceOptionError(
            "AIE-DEV-006", where=where, option=option, reason=fault_reason(fault)
        ) from error


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
