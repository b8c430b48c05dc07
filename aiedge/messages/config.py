"""Texts of configuration errors (AIE-CFG)."""

from __future__ import annotations

from aiedge.messages.message import Message

MESSAGES: dict[str, Message] = {
    "AIE-CFG-001": Message("The file cannot be read: {reason}.", "Check the path and its permissions."),
    "AIE-CFG-002": Message("This is not valid YAML: {reason}.", "Correct the line named here."),
    "AIE-CFG-003": Message("{reason}.", "Correct this key; docs/line.md lists every key with type and range."),
}
