"""Texts of model errors (AIE-MOD)."""

from __future__ import annotations

from aiedge.messages.message import Message

MESSAGES: dict[str, Message] = {
    "AIE-MOD-001": Message("The file cannot be read: {reason}.", "Check the path and its permissions."),
    "AIE-MOD-002": Message(
        "A file named {suffix!r} is not a model that aiedge reads.", "Give a .tflite or an .aie file."
    ),
}
