"""Texts of command-line and call errors (AIE-CLI)."""

from __future__ import annotations

from aiedge.messages.message import Message

MESSAGES: dict[str, Message] = {
    "AIE-CLI-001": Message("{name} is {value!r}.", "Give {expected}."),
    "AIE-CLI-002": Message("The file cannot be read: {reason}.", "Check the path and its permissions."),
    "AIE-CLI-003": Message(
        "The file is not a picture that can be read: {reason}.",
        "Give a JPEG, PNG or BMP file, or .npy or .bin.",
    ),
    "AIE-CLI-004": Message(
        "The file holds {given}, the model's input {name!r} takes {expected}.", "Give a tensor of that form."
    ),
    "AIE-CLI-005": Message(
        "The model's input {name!r} is {shape}, which is no picture.", "Give the raw tensor as .npy or .bin."
    ),
    "AIE-CLI-006": Message(
        "The file cannot be written: {reason}.", "Check the path, its permissions and the disk."
    ),
    "AIE-CLI-007": Message(
        "There are {labels} labels, the model has {classes} classes.", "Give the label file of this model."
    ),
    "AIE-CLI-008": Message("{reason}.", "See `aiedge --help` or `aiedge COMMAND --help`."),
    "AIE-CLI-009": Message(
        "Something failed that should not: {reason}.", "Run it again with --debug and report what it prints."
    ),
    "AIE-CLI-010": Message(
        "The file is no tensor that can be read: {reason}.", "Give one plain array, as numpy.save writes it."
    ),
    "AIE-CLI-011": Message(
        "This is no trace of the same model: {reason}.",
        "Give what `aiedge inspect MODEL --trace INPUT --json` printed for this model.",
    ),
}
