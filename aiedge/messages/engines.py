"""Texts of engine and input errors (AIE-ENG)."""

from __future__ import annotations

from aiedge.messages.message import Message

MESSAGES: dict[str, Message] = {
    "AIE-ENG-001": Message("There is no engine named {name!r}.", "Use one of: {known}."),
    "AIE-ENG-002": Message(
        "The native core is not built for this Python ({reason}).", "Reinstall aiedge with a C++20 compiler present."
    ),
    "AIE-ENG-003": Message("The model takes {expected} input(s), {given} given.", "Give one array for each input."),
    "AIE-ENG-004": Message(
        "Input {name!r} must be {expected_dtype}{expected_shape}, given {given_dtype}{given_shape}.",
        "Convert it: model.inputs[i].quantize(x) makes the right dtype.",
    ),
}
