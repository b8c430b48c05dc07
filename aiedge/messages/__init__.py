"""The catalogue of every text that an error shows: code -> what happened, how to fix it.

One file an area; a code's letters name the area: ``AIE-CFG`` config, ``AIE-CLI`` command line, ``AIE-DEV`` devices,
``AIE-ENG`` engines, ``AIE-LIN`` line, ``AIE-MOD`` model and its signature, ``AIE-TEL`` telemetry. Codes are never
reused.
"""

from __future__ import annotations

from aiedge.messages import config, devices, engines, line, model, signatures, telemetry, usage
from aiedge.messages.message import Message

__all__ = ["CATALOGUE", "Message"]


def _merge(*areas: dict[str, Message]) -> dict[str, Message]:
    merged: dict[str, Message] = {}
    for area in areas:
        twice = merged.keys() & area.keys()
        if twice:
            raise ValueError(f"error codes defined twice: {sorted(twice)}")
        merged.update(area)
    return merged


CATALOGUE = _merge(
    config.MESSAGES,
    devices.MESSAGES,
    engines.MESSAGES,
    line.MESSAGES,
    model.MESSAGES,
    signatures.MESSAGES,
    telemetry.MESSAGES,
    usage.MESSAGES,
)
