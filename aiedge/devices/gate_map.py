"""The registers that a reject gate's PLC and its host share: the one table of drivers, line and docs.

It lives with the device contracts because both sides need it: the line's gate, and drivers, which may not see
the line. What the registers mean together, the sequences, is in ``docs/plc-register-map.md``; a test holds
that page to this table.
"""

from __future__ import annotations

from typing import NamedTuple

from aiedge.devices.tags import Area, TagAddress

MAP_VERSION = 1


class GateRegister(NamedTuple):
    """One 16-bit register; ``area``: ``input`` (PLC writes, host reads) or ``holding`` (the reverse)."""

    name: str
    area: Area
    address: int
    meaning: str


PLC_TO_HOST: tuple[GateRegister, ...] = (
    GateRegister("map_version", "input", 0, "version of this map: 1"),
    GateRegister("mode", "input", 1, "1 pulse, 2 handshake"),
    GateRegister("session", "input", 2, "not 0; another one whenever the line is armed anew"),
    GateRegister("ready", "input", 3, "1: armed or running; 0: stopped until the operator's reset"),
    GateRegister("running", "input", 4, "1: parts move; 0: the line stands"),
    GateRegister("stop_reason", "input", 5, "why ready is 0: 1 heartbeat lost, 2 operator; else 0"),
    GateRegister("plc_heartbeat", "input", 6, "changes with every scan of the program"),
    GateRegister(
        "trigger", "input", 7, "number of the newest part at the camera, 1 to 65535, then 1 again; 0 none yet"
    ),
    GateRegister("part_id", "input", 8, "the plant's id of that part"),
    GateRegister("results_acknowledged", "input", 9, "the last results_valid that the PLC took; 0 none yet"),
    GateRegister(
        "results_answer", "input", 10, "what became of it: 1 taken, 2 not on the belt (any more), 3 refused"
    ),
    GateRegister(
        "overrun",
        "input",
        11,
        "parts whose trigger was not acknowledged before the next one, since the start",
    ),
)

HOST_TO_PLC: tuple[GateRegister, ...] = (
    GateRegister(
        "host_ready", "holding", 0, "1: the host judges parts; 0: it starts or ends, no new parts please"
    ),
    GateRegister("heartbeat", "holding", 1, "changes in every heartbeat period while the whole host is well"),
    GateRegister(
        "host_session", "holding", 2, "the session that the host works in: session, repeated; 0 none"
    ),
    GateRegister("trigger_acknowledged", "holding", 3, "the last trigger that the host took; 0 none"),
    GateRegister("host_overrun", "holding", 4, "triggers that the host missed or refused, since its start"),
    GateRegister(
        "results_part_id",
        "holding",
        5,
        "the plant's id of the part that the results are for: part_id, repeated",
    ),
    GateRegister("verdict", "holding", 6, "0 none, 1 good, 2 bad, 3 unknown; only 1 lets the part pass"),
    GateRegister(
        "results_valid", "holding", 7, "the trigger of the part that verdict is for; 0: there are no results"
    ),
)

GATE_MAP: tuple[GateRegister, ...] = PLC_TO_HOST + HOST_TO_PLC


def gate_tags() -> dict[str, TagAddress]:
    """The map as the ``tags`` of a PLC driver: a new dictionary, for plants that have other addresses."""
    return {register.name: TagAddress(area=register.area, address=register.address) for register in GATE_MAP}
