"""What a driver's author provides for the conformance suite: the world around the device."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from aiedge.devices.camera import Camera
from aiedge.devices.device import Device
from aiedge.devices.plc import Plc


class DeviceRig(ABC):
    """One device's surroundings: makes the driver and causes faults. A fresh rig serves each test.

    The rig starts plugged in and answering. :meth:`make` must pass ``options`` on over its own.
    """

    QUICK: ClassVar[dict[str, Any]] = {
        "connect_timeout_s": 1.0,
        "reconnect": {"first_delay_s": 0.01, "cap_s": 0.05},
    }
    """Options that keep the tests short; :meth:`make` starts from them."""

    # Longer than the device and this machine ever need: the suite waits so long only when a driver fails.
    PATIENCE_S: ClassVar[float] = 10.0

    @abstractmethod
    def make(self, **options: Any) -> Device:
        """A new device of the driver, not opened."""

    @abstractmethod
    def ask(self, device: Device, timeout_s: float) -> object:
        """One request to the device that is answered at once while all is well."""

    @abstractmethod
    def unplug(self) -> None:
        """Break the link: requests fail, and nothing connects."""

    @abstractmethod
    def replug(self) -> None:
        """Mend the link."""

    @abstractmethod
    def make_mute(self) -> Device:
        """An opened device whose link is good and which does not answer any more."""

    def close(self) -> None:  # noqa: B027 - many rigs hold nothing
        """The test is over: end what the rig has started."""


class CameraRig(DeviceRig):
    """A camera whose frames do not end, each at hand within ``PATIENCE_S``."""

    @abstractmethod
    def make(self, **options: Any) -> Camera:
        """A new camera, not opened."""

    @abstractmethod
    def make_mute(self) -> Camera:
        """An opened camera that takes no more pictures."""

    def ask(self, device: Device, timeout_s: float) -> object:
        """Read a frame."""
        assert isinstance(device, Camera)
        return device.read(timeout_s)


class PlcRig(DeviceRig):
    """A PLC of which the rig sees the inside, by another way than the driver's."""

    TAGS: ClassVar[dict[str, dict[str, Any]]] = {
        "first": {"area": "holding", "address": 10},
        "second": {"area": "holding", "address": 11},
        "third": {"area": "holding", "address": 12},
        "apart": {"area": "holding", "address": 20},
        "lamp": {"area": "coil", "address": 3},
        "valve": {"area": "coil", "address": 4},
        "button": {"area": "discrete", "address": 5},
        "level": {"area": "input", "address": 7},
    }
    """Every device that :meth:`make` makes has these tags, and the PLC has these addresses."""

    @abstractmethod
    def make(self, **options: Any) -> Plc:
        """A new PLC driver with the tags ``TAGS`` (unless ``options`` has others), not opened."""

    @abstractmethod
    def poke(self, tag: str, value: int) -> None:
        """Set a tag inside the PLC, of any area."""

    @abstractmethod
    def peek(self, tag: str) -> int:
        """A tag's value inside the PLC."""

    @abstractmethod
    def mute(self) -> None:
        """The PLC goes on carrying out requests, but its answers are held back. Connecting stays possible."""

    @abstractmethod
    def unmute(self) -> None:
        """The answers that were held back arrive, late; from now on all do, at once."""

    @abstractmethod
    def requests(self) -> int:
        """How many requests the PLC has received so far."""

    def place(self, tag: str) -> tuple[str, int]:
        """A tag's area and address."""
        entry = self.TAGS[tag]
        return entry["area"], entry["address"]

    def make_mute(self) -> Plc:
        """Open, then hold back the answers."""
        plc = self.make()
        plc.open()
        self.mute()
        return plc

    def ask(self, device: Device, timeout_s: float) -> object:
        """Read one tag."""
        assert isinstance(device, Plc)
        return device.read(["first"], timeout_s=timeout_s)
