"""Texts of configuration errors (AIE-CFG)."""

from __future__ import annotations

from aiedge.messages.message import Message

MESSAGES: dict[str, Message] = {
    "AIE-CFG-001": Message("The file cannot be read: {reason}.", "Check the path and its permissions."),
    "AIE-CFG-002": Message("This is not valid YAML: {reason}.", "Correct the line named here."),
    "AIE-CFG-003": Message(
        "This value is wrong: {reason}.", "Correct it; {page} lists every key with its type and range."
    ),
    "AIE-CFG-004": Message("There is no key {key!r} here.", "{hint}"),
    "AIE-CFG-005": Message(
        "The key {key!r} stands here a second time.", "Keep one of them; the first is in line {first}."
    ),
    "AIE-CFG-006": Message("The key {key!r} is missing.", "Add it; {page} says what it holds."),
    "AIE-CFG-007": Message(
        "The file is beyond its limits: {reason}.", "Make it smaller; what it is for needs far less."
    ),
    "AIE-CFG-008": Message("{reason}", "{hint}"),
    "AIE-CFG-009": Message(
        "The driver {name!r} is no {kind}.", "Give a driver whose name begins with {kind!r}."
    ),
}
