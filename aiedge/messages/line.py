"""Texts of line errors (AIE-LIN)."""

from __future__ import annotations

from aiedge.messages.message import Message

MESSAGES: dict[str, Message] = {

}
