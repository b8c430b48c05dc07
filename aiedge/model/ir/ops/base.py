"""What all operations of the graph are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Op:
    """Base of all operations. ``CODE`` is the operation's number in a bundle; numbers are never reused."""

    CODE: ClassVar[int]
    NAME: ClassVar[str]
