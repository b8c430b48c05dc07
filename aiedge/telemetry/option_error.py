"""How every part of telemetry refuses an option."""

from __future__ import annotations

from aiedge.errors import UsageError


def option_error(option: str, reason: str) -> UsageError:
    """AIE-TEL-016: ``option`` by its name, ``reason`` as part of a sentence."""
    return UsageError("AIE-TEL-016", option=option, reason=reason)
