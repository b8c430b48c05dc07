from __future__ import annotations

from typing import Any, ClassVar

import pytest

from aiedge.devices.conformance import PlcConformance, PlcRig
from aiedge_drivers.plc.sim import SimPlc
from aiedge_drivers.sim.gate_plc import RegisterImage


class SimPlcRig(PlcRig):
    # The gate's program writes the first input registers at every scan.
    TAGS: ClassVar[dict[str, dict[str, Any]]] = {**PlcRig.TAGS, "level": {"area": "input", "address": 40}}

    def __init__(self) -> None:
        self._image = RegisterImage()
        self._plc: SimPlc | None = None

    def make(self, **options: Any) -> SimPlc:
        self._plc = SimPlc(**{**self.QUICK, "tags": self.TAGS, **options})
        self._plc.image = self._image
        return self._plc

    @property
    def plc(self) -> SimPlc:
        assert self._plc is not None
        return self._plc

    def unplug(self) -> None:
        self.plc.cut_link()

    def replug(self) -> None:
        self.plc.mend_link()

    def mute(self) -> None:
        self.plc.mute()

    def unmute(self) -> None:
        self.plc.unmute()

    def requests(self) -> int:
        return self.plc.counters.get("requests", 0)

    def poke(self, tag: str, value: int) -> None:
        place = self.TAGS[tag]
        getattr(self._image, place["area"])[place["address"]] = value

    def peek(self, tag: str) -> int:
        place = self.TAGS[tag]
        value: int = getattr(self._image, place["area"])[place["address"]]
        return value


class TestSimPlc(PlcConformance):
    @pytest.fixture
    def new_rig(self) -> SimPlcRig:
        return SimPlcRig()
