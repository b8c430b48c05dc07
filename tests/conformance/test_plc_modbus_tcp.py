from __future__ import annotations

from typing import Any

import pytest
from peers.pymodbus_server import PymodbusServer

from aiedge.devices.conformance import FaultyTcpProxy, PlcConformance, PlcRig
from aiedge_drivers.plc.modbus_tcp import ModbusTcpPlc


class ModbusTcpRig(PlcRig):
    """pymodbus' server, behind a relay that can be unplugged and muted."""

    def __init__(self, port: int) -> None:
        self._server = PymodbusServer(port)
        self._proxy = FaultyTcpProxy(port)

    def make(self, **options: Any) -> ModbusTcpPlc:
        ours = {"address": "127.0.0.1", "port": self._proxy.port, "tags": self.TAGS}
        return ModbusTcpPlc(**{**self.QUICK, **ours, **options})

    def unplug(self) -> None:
        self._proxy.unplug()

    def replug(self) -> None:
        self._proxy.replug()

    def mute(self) -> None:
        self._proxy.mute()

    def unmute(self) -> None:
        self._proxy.unmute()

    def requests(self) -> int:
        return self._proxy.requests

    def poke(self, tag: str, value: int) -> None:
        self._server.set(self.TAGS[tag]["area"], self.TAGS[tag]["address"], value)

    def peek(self, tag: str) -> int:
        return self._server.get(self.TAGS[tag]["area"], self.TAGS[tag]["address"])

    def close(self) -> None:
        self._proxy.close()
        self._server.close()


class TestModbusTcpPlc(PlcConformance):
    @pytest.fixture
    def new_rig(self, free_port: int) -> ModbusTcpRig:
        return ModbusTcpRig(free_port)
