"""Options of drivers: frozen models, so that ``open_device`` and a line's file obey the same rules."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, Field, ValidationError, model_validator

from aiedge.config.options import FilePath, Options, fault_reason
from aiedge.errors import DeviceOptionError

__all__ = ["DeviceOptions", "FilePath", "Options", "Reconnect", "parse_options"]


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
