"""What the metric store counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoreCounters:
    """What the store has done since it was made (this survives a restart), and what it holds now.

    ``stored``, ``acknowledged``: metrics. ``dropped``: stored metrics that the cap removed, by reason.
    ``refused``: metrics that were not stored, by reason. ``unconfirmed``: metrics whose ``publish`` timed out
    while the disk wrote them. ``late``: metrics that waited in memory for longer than ``max_delay_s``.
    ``commits``: transactions; ``bytes_written``: to the file and its log; ``damaged_files``: moved aside.
    ``pending``: metrics on disk; ``at_risk``: taken, but not on disk yet. An acknowledgement is counted when it
    is on disk too, up to 0.25 s after it came.
    """

    stored: int
    acknowledged: int
    dropped: Mapping[str, int]
    refused: Mapping[str, int]
    unconfirmed: int
    late: int
    commits: int
    bytes_written: int
    damaged_files: int
    pending: int
    at_risk: int

    @classmethod
    def of(cls, tally: Counter[str], *, pending: int, at_risk: int) -> StoreCounters:
        """From the store file's flat names: ``refused.disk_full`` is ``refused["disk_full"]``."""
        return cls(
            stored=tally["stored"],
            acknowledged=tally["acknowledged"],
            dropped=_by_reason(tally, "dropped."),
            refused=_by_reason(tally, "refused."),
            unconfirmed=tally["unconfirmed"],
            late=tally["late"],
            commits=tally["commits"],
            bytes_written=tally["bytes_written"],
            damaged_files=tally["damaged_files"],
            pending=pending,
            at_risk=at_risk,
        )


def _by_reason(tally: Counter[str], prefix: str) -> dict[str, int]:
    return {
        name.removeprefix(prefix): n for name, n in sorted(tally.items()) if name.startswith(prefix) and n
    }
