"""Texts of telemetry errors (AIE-TEL)."""

from __future__ import annotations

from aiedge.messages.message import Message

MESSAGES: dict[str, Message] = {

}
