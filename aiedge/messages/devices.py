"""Texts of device errors (AIE-DEV)."""

from __future__ import annotations

from aiedge.messages.message import Message

MESSAGES: dict[str, Message] = {
    "AIE-DEV-001": Message("There is no driver named {name!r}.", "Use one of: {known}."),
    "AIE-DEV-002": Message(
        "The driver needs the Python package {package!r}, which is not installed.", "Run: pip install {package}"
    ),
    "AIE-DEV-003": Message(
        "The device did not answer within {timeout_s:g} s.", "Check power, cable and address; then the timeout."
    ),
    "AIE-DEV-004": Message("The connection failed: {reason}.", "Check that the device is on and the address is right."),
    "AIE-DEV-005": Message("The device is closed.", "Use it inside its with block, or call open() first."),
    "AIE-DEV-006": Message("The option {option!r} is wrong: {reason}.", "Correct the option of open_device."),
    "AIE-DEV-007": Message("The entry point is not a mapping of names to class paths.", "Correct the driver package."),
    "AIE-DEV-008": Message(
        "The driver {name!r} is also provided as {other}.", "Uninstall one of the two driver packages."
    ),
}
