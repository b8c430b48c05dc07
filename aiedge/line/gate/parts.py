"""What passes between the gate and the rest of the line: an announced part, and how its result ended."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from aiedge.types import Timestamp, Verdict


@dataclass(frozen=True, slots=True)
class PartTrigger:
    """The PLC says that a part is at the camera (handshake mode).

    ``part_id`` is the plant's id (0 to 65535; the plant may skip and repeat ids). ``trigger`` is the PLC's
    own count of parts (1 to 65535, then 1 again) and names this part beyond doubt: hand it on to
    :meth:`Gate.deliver`. ``missed`` parts went by between this trigger and the one before without the host
    seeing their triggers; the PLC rejects them. ``timestamp``: when the host read the trigger (host's
    monotonic clock); the PLC set it within the last ``uncertainty_ns``.
    """

    part_id: int
    trigger: int
    missed: int
    timestamp: Timestamp


class Outcome(enum.Enum):
    """What became of a delivered verdict. Whatever is not ``DELIVERED`` as good was rejected by the PLC.

    ``DELIVERED``: the PLC took it in time (handshake) or the write was confirmed (pulse). ``LATE``: the part
    was not on the belt any more. ``REFUSED``: the PLC has another id for that part or had a verdict already,
    or the line stands (pulse). ``OVERRUN``: too many results waited for the PLC. ``SKIPPED``: no verdict was
    delivered and newer parts pushed the part out of the table. ``PLC_LOST``: not acknowledged in time, or the
    PLC or its line started anew; when only the acknowledgement was lost the PLC may still have used the
    verdict, which was for this part.
    """

    DELIVERED = "delivered"
    LATE = "late"
    REFUSED = "refused"
    OVERRUN = "overrun"
    SKIPPED = "skipped"
    PLC_LOST = "plc_lost"


@dataclass(frozen=True, slots=True)
class Settlement:
    """The end of a part for the gate. ``verdict`` is what was delivered, ``UNKNOWN`` when nothing was.

    ``settled``: when the host read the acknowledgement (or gave up), on the host's monotonic clock.
    """

    part_id: int
    trigger: int
    verdict: Verdict
    outcome: Outcome
    settled: Timestamp
