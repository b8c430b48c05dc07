"""Texts of telemetry errors (AIE-TEL)."""

from __future__ import annotations

from aiedge.messages.message import Message

MESSAGES: dict[str, Message] = {
    # metrics and payloads
    "AIE-TEL-001": Message(
        "The metric cannot be published: {reason}.",
        "Publish a finite number, a bool, a string, or a JSON mapping of these.",
    ),
    "AIE-TEL-002": Message(
        "The telemetry payload cannot be read: {reason}.",
        "Check who else publishes on this topic; see docs/telemetry.md.",
    ),
    # the store's file
    "AIE-TEL-003": Message(
        "The metric store cannot be opened: {reason}.",
        "Check that the folder exists and that this user may write there.",
    ),
    "AIE-TEL-004": Message(
        "The metric store is read-only.",
        "Give this user write access to the folder and the file, or choose another path.",
    ),
    "AIE-TEL-005": Message(
        "The metric store is in use by another process.",
        "End the other one, or give each process a store of its own.",
    ),
    "AIE-TEL-006": Message(
        "The disk is full, nothing of this call was stored.",
        "Free space on the disk; the store goes on by itself then.",
    ),
    "AIE-TEL-007": Message(
        "Reading or writing the metric store failed: {reason}.",
        "Check the disk and the file-size limit (ulimit -f).",
    ),
    "AIE-TEL-008": Message(
        "The metric store's file is damaged: {reason}.",
        "Restart: the damaged file is moved aside then and a new one begun; check the disk.",
    ),
    "AIE-TEL-009": Message(
        "The file is not a metric store of this version: {reason}.", "Choose another path for the store."
    ),
    # the store's limits
    "AIE-TEL-010": Message(
        "{queued} metrics wait for the disk already, the limit is {limit}.",
        "Publish less often, or use a faster disk.",
    ),
    "AIE-TEL-011": Message(
        "The metric store has reached its cap of {max_bytes} bytes and its policy is reject_new.",
        "Let the broker take the backlog, raise max_bytes, or choose the policy drop_oldest.",
    ),
    "AIE-TEL-012": Message(
        "One call with {size} bytes is more than a store of {max_bytes} bytes takes at once, {limit}.",
        "Publish fewer metrics a call, or raise max_bytes.",
    ),
    "AIE-TEL-013": Message(
        "The disk did not take the metrics within {timeout_s:g} s; they are not stored.",
        "Raise timeout_s, or look why the disk stalls.",
    ),
    "AIE-TEL-014": Message(
        "The disk did not confirm the metrics within {timeout_s:g} s; they may be stored or not.",
        "Do not publish them again, a host could not recognise the duplicates; look why the disk stalls.",
    ),
    "AIE-TEL-015": Message("The metric store is closed.", "Publish before close()."),
    "AIE-TEL-016": Message("The telemetry option {option} is wrong: {reason}.", "Correct the option."),
    "AIE-TEL-017": Message(
        "The store was closed while the disk refused it: {count} metrics that waited in memory are lost.",
        "Free or repair the disk before closing; without max_delay_s nothing waits in memory.",
    ),
    # the broker
    "AIE-TEL-020": Message(
        "The broker's address is wrong: {reason}.",
        "Write mqtt://host:1883 or mqtts://host:8883, nothing behind the port.",
    ),
    "AIE-TEL-021": Message(
        "The broker's address holds a user or a password, where logs would show them.",
        "Remove them from the address; name an environment variable or a file for each instead.",
    ),
    "AIE-TEL-022": Message(
        "The broker cannot be reached: {reason}.",
        "Check that the broker runs, and the host, the port and the firewall.",
    ),
    "AIE-TEL-023": Message(
        "The broker refused the connection: {reason}.",
        "Check user, password, certificate and the broker's access rules.",
    ),
    "AIE-TEL-024": Message(
        "The broker's credentials cannot be read: {reason}.", "Correct the variable or the file."
    ),
    "AIE-TEL-025": Message(
        "The broker accepted the connection but did not answer within {timeout_s:g} s.",
        "Check that an MQTT broker listens on this port, and whether it wants TLS (mqtts://).",
    ),
    "AIE-TEL-026": Message(
        "The connection to the broker broke: {reason}.",
        "It is made anew by itself; check the network, and that no other client has the same client_id.",
    ),
    "AIE-TEL-027": Message(
        "The broker refuses the messages: {reason}.",
        "Check the broker's access rules for this topic, and its limits; the metrics wait in the store.",
    ),
    "AIE-TEL-028": Message(
        "The broker acknowledged nothing for {timeout_s:g} s.",
        "Check the broker's load; the metrics wait in the store.",
    ),
}
