"""Texts of device errors (AIE-DEV)."""

from __future__ import annotations

from aiedge.messages.message import Message

MESSAGES: dict[str, Message] = {
    "AIE-DEV-001": Message("There is no driver named {name!r}.", "Use one of: {known}."),
    "AIE-DEV-002": Message(
        "The driver needs the Python package {package!r}, which is not installed.",
        "Run: pip install {package}",
    ),
    "AIE-DEV-003": Message(
        "The device did not answer within {timeout_s:g} s.",
        "Check power, cable and address; then the timeout.",
    ),
    "AIE-DEV-004": Message(
        "The connection failed: {reason}.",
        "Check that the device is on and the address is right.",
    ),
    "AIE-DEV-005": Message("The device is closed.", "Use it inside its with block, or call open() first."),
    "AIE-DEV-006": Message("The option {option!r} is wrong: {reason}.", "Correct the option of open_device."),
    "AIE-DEV-007": Message(
        "The entry point is not a mapping of names to class paths.",
        "Correct the driver package.",
    ),
    "AIE-DEV-008": Message(
        "The driver {name!r} is also provided as {other}.", "Uninstall one of the two driver packages."
    ),
    "AIE-DEV-009": Message(
        "The connection broke: {reason}.",
        "It reconnects by itself; check power, cable and network if this repeats.",
    ),
    "AIE-DEV-010": Message(
        "The device is lost ({reason}) and did not come back within {timeout_s:g} s.",
        "Check power, cable and network; it goes on by itself when the device answers.",
    ),
    "AIE-DEV-011": Message("There are no more pictures.", "End here, or set the option loop to start over."),
    "AIE-DEV-012": Message(
        "The value of timeout_s must be a finite number of seconds, 0 or more, not {value!r}.",
        "Give seconds, such as 0.2.",
    ),
    "AIE-DEV-013": Message(
        "There is no tag named {tag!r}.",
        "Use one of: {known}; or add it to the option tags.",
    ),
    "AIE-DEV-014": Message(
        "The tag {tag!r} is in the read-only area {area!r}.", "Write coils and holding registers only."
    ),
    "AIE-DEV-015": Message(
        "The value {value!r} does not fit the tag {tag!r}.", "Give a whole number from 0 to {highest}."
    ),
    "AIE-DEV-016": Message(
        "The folder cannot be used: {reason}.",
        "Check the path, the suffixes and the permissions.",
    ),
    "AIE-DEV-017": Message(
        "The picture cannot be read: {reason}.",
        "Replace or remove this file; the next read goes on with the next one.",
    ),
    "AIE-DEV-018": Message(
        "This camera takes no software trigger.",
        "Set its trigger option, or only call read().",
    ),
    "AIE-DEV-019": Message(
        "Another call kept the device busy for {timeout_s:g} s.",
        "Use one thread for a device, or a longer timeout.",
    ),
    "AIE-DEV-020": Message(
        "The device refused the request: {reason}.",
        "Check the request against its manual.",
    ),
}
