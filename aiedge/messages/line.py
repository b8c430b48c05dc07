"""Texts of line errors (AIE-LIN)."""

from __future__ import annotations

from aiedge.messages.message import Message

MESSAGES: dict[str, Message] = {
    "AIE-LIN-001": Message(
        "The model is not one that a line can use: {reason}.",
        "Give a bundle whose processing finds boxes, peaks or an anomaly (docs/processing.md), or one with an int8 "
        "input (1, height, width, 2) and an int8 heat map (1, rows, columns, kinds).",
    ),
    "AIE-LIN-002": Message(
        "The model knows no kind of find named {name!r}.", "Use one of its labels: {known}."
    ),
    "AIE-LIN-003": Message(
        "The camera began to count its frames anew, so nobody knows how many parts went by.",
        "The line was stopped: clear the belt and start it again; the handshake would name each part.",
    ),
    "AIE-LIN-004": Message(
        "{count} frames in a row got lost, more than the line can account for.",
        "The line was stopped; clear the belt, look at the camera and start the line again.",
    ),
    "AIE-LIN-005": Message(
        "The thread {thread!r} of the line failed: {reason}.",
        "The line was stopped; run it with --debug and report what it prints.",
    ),
    "AIE-LIN-006": Message(
        "The line ran, but {count} records of parts are not stored for certain: {reason}.",
        "Look after the disk; the verdicts at the gate do not depend on it.",
    ),
    "AIE-LIN-007": Message(
        "The belt has stood still for {patience_s:g} s: the PLC stopped the line ({reason}).",
        "Mend the cause (a lost heartbeat: this machine was too busy), and start again.",
    ),
    "AIE-LIN-101": Message(
        "The PLC's program has version {found} of the register map, not {expected}.",
        "Load the program that fits this version, and check the addresses of the tags.",
    ),
    "AIE-LIN-102": Message(
        "The PLC's program says mode {found}; the gate is set to {mode}, which is {expected}.",
        "Set the gate's mode to what the PLC's program does.",
    ),
    "AIE-LIN-103": Message(
        "The PLC started anew and counts its parts from 1, so nobody knows which part is which (pulse mode).",
        "Clear the belt and start the line again; the handshake mode does not have this limit.",
    ),
    "AIE-LIN-104": Message(
        "The PLC's line did not come to a stand within {timeout_s:g} s, so the gate could not start.",
        "Stop the line at the PLC, and check that no other host works this gate.",
    ),
    "AIE-LIN-105": Message("This gate was started before.", "Make a new gate for every start."),
    "AIE-LIN-106": Message(
        "The gate's thread did not end within {timeout_s:g} s.",
        "Check that the callback for settled parts is quick.",
    ),
    "AIE-LIN-107": Message(
        "The gate failed: {reason}.", "Report this with the log; the PLC stops the line by itself."
    ),
    "AIE-LIN-108": Message(
        "The tags {first} to {last} are not neighbours in one area, so a verdict could be torn from its part.",
        "Give these tags addresses without a gap in one area; see docs/plc-register-map.md.",
    ),
}
