"""Texts of command-line and call errors (AIE-CLI)."""

from __future__ import annotations

from aiedge.messages.message import Message

MESSAGES: dict[str, Message] = {

}
