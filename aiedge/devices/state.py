"""The states of a device and the changes between them, as data."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType


class DeviceState(enum.Enum):
    """Where a device's link stands, judged by what it answers, never by an open socket.

    ``UP`` answers; ``DEGRADED`` answers, but not all is well (a late answer, a lost frame); ``LOST`` does not
    answer and waits for the next attempt; ``RECOVERING`` is that attempt.
    """

    CLOSED = "closed"
    CONNECTING = "connecting"
    UP = "up"
    DEGRADED = "degraded"
    LOST = "lost"
    RECOVERING = "recovering"

    @property
    def usable(self) -> bool:
        """Whether a request may be sent now."""
        return self in (DeviceState.UP, DeviceState.DEGRADED)


_S = DeviceState

# close() leads to CLOSED from everywhere, so that key is in each row.
TRANSITIONS: Mapping[DeviceState, frozenset[DeviceState]] = MappingProxyType(
    {
        _S.CLOSED: frozenset({_S.CONNECTING}),
        _S.CONNECTING: frozenset({_S.UP, _S.CLOSED}),
        _S.UP: frozenset({_S.DEGRADED, _S.LOST, _S.CLOSED}),
        _S.DEGRADED: frozenset({_S.UP, _S.LOST, _S.CLOSED}),
        _S.LOST: frozenset({_S.RECOVERING, _S.CLOSED}),
        _S.RECOVERING: frozenset({_S.UP, _S.LOST, _S.CLOSED}),
    }
)
