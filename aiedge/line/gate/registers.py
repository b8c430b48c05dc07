"""The two blocks of registers as values, and the arithmetic of trigger numbers.

Addresses and meanings: :mod:`aiedge.devices.gate_map`; sequences: ``docs/plc-register-map.md``.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from aiedge.devices.gate_map import PLC_TO_HOST
from aiedge.types import Verdict

PLC_TAGS: tuple[str, ...] = tuple(register.name for register in PLC_TO_HOST)
TRIGGER_NUMBERS = 65535
VERDICT_CODES: Mapping[Verdict, int] = {Verdict.GOOD: 1, Verdict.BAD: 2, Verdict.UNKNOWN: 3}


class Answer(enum.IntEnum):
    """``results_answer``: what the PLC did with the results that it acknowledged."""

    NONE = 0
    TAKEN = 1
    NOT_ON_BELT = 2
    REFUSED = 3


_STOP_REASONS = {0: "", 1: "heartbeat lost", 2: "operator"}


@dataclass(frozen=True, slots=True)
class PlcBlock:
    """All that the PLC says, read in one request; the fields are the tags of :data:`PLC_TAGS`."""

    map_version: int
    mode: int
    session: int
    ready: int
    running: int
    stop_reason: int
    plc_heartbeat: int
    trigger: int
    part_id: int
    results_acknowledged: int
    results_answer: int
    overrun: int

    @property
    def stopped_by(self) -> str:
        """Why the PLC stopped the line, in words; empty while it is ready."""
        return _STOP_REASONS.get(self.stop_reason, f"reason {self.stop_reason}")

    @staticmethod
    def from_tags(values: Mapping[str, int]) -> PlcBlock:
        """The block out of what ``Plc.read(PLC_TAGS)`` gave."""
        return PlcBlock(**{tag: values[tag] for tag in PLC_TAGS})


@dataclass(frozen=True, slots=True)
class HostBlock:
    """All that the host says, always written whole in one request, so that nothing of it can be torn."""

    host_ready: int = 0
    heartbeat: int = 0
    host_session: int = 0
    trigger_acknowledged: int = 0
    host_overrun: int = 0
    results_part_id: int = 0
    verdict: int = 0
    results_valid: int = 0

    def to_tags(self) -> dict[str, int]:
        """The values for ``Plc.write``."""
        return asdict(self)


def next_number(number: int, steps: int = 1) -> int:
    """The trigger number ``steps`` (1 or more) after ``number``: 1 to 65535, then 1 again; 0 is none yet.

    >>> next_number(0), next_number(65534), next_number(65535), next_number(65535, 3)
    (1, 65535, 1, 3)
    """
    return (number + steps - 1) % TRIGGER_NUMBERS + 1


def steps_between(older: int, newer: int) -> int:
    """How many triggers ``newer`` is after ``older``, 0 to 65535.

    >>> steps_between(0, 1), steps_between(65535, 1), steps_between(7, 7)
    (1, 1, 0)
    """
    return newer if older == 0 else (newer - older) % TRIGGER_NUMBERS
