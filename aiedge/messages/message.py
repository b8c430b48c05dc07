"""What a catalogue entry is."""

from __future__ import annotations

from typing import NamedTuple


class Message(NamedTuple):
    """``what`` happened and how to ``fix`` it: whole sentences, ``str.format`` fields for the values."""

    what: str
    fix: str
