"""A host that judges every part until it is killed: ``python judging_host.py PORT``."""

from __future__ import annotations

import sys

from aiedge.line.gate.gate import Gate
from aiedge.line.gate.settings import GateMode
from aiedge.types import Verdict
from aiedge_drivers.plc.modbus_tcp import ModbusTcpPlc


def judge(part_id: int) -> Verdict:
    return (Verdict.GOOD, Verdict.BAD, Verdict.GOOD, Verdict.UNKNOWN)[part_id % 4]


def main(port: int) -> None:
    with ModbusTcpPlc(address="127.0.0.1", port=port) as plc:
        gate = Gate(plc, GateMode.HANDSHAKE, alive=lambda: True, on_settled=lambda _: None)
        gate.start(30.0)
        while True:
            part = gate.next_trigger(1.0)
            if part is not None:
                gate.deliver(part.part_id, judge(part.part_id), part.trigger)


if __name__ == "__main__":
    main(int(sys.argv[1]))
