"""PLCs: named bits and registers, read and written together."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import ClassVar

from pydantic import Field, model_validator

from aiedge.devices.device import Device
from aiedge.devices.options import DeviceOptions
from aiedge.devices.tags import Area, TagAddress, contiguous_blocks
from aiedge.errors import DeviceOptionError


class PlcOptions(DeviceOptions):
    """Options of every PLC driver: ``tags`` names the bits and registers that the line uses."""

    tags: dict[str, TagAddress] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_tag_an_address(self) -> PlcOptions:
        seen: dict[TagAddress, str] = {}
        for name, place in self.tags.items():
            first = seen.setdefault(place, name)
            if first != name:
                raise ValueError(f"tags {first} and {name} name the same {place.area} {place.address}")
        return self


class Plc(Device):
    """A controller with tags.

    A value is an ``int``: 0 or 1 for a bit, 0..65535 for a register. Reading and writing can repeat a request
    whose answer was lost with the link, so that tags hold levels (a state, a number), never "one more of
    this".
    """

    options_model: ClassVar[type[PlcOptions]] = PlcOptions
    options: PlcOptions

    # The longest request of each area; these are Modbus' limits.
    _READ_LIMITS: ClassVar[Mapping[Area, int]] = {
        "coil": 2000,
        "discrete": 2000,
        "input": 125,
        "holding": 125,
    }
    _WRITE_LIMITS: ClassVar[Mapping[Area, int]] = {"coil": 1968, "holding": 123}

    # ---- hooks ---------------------------------------------------------------------------------------------

    @abstractmethod
    def _read_block(self, area: Area, start: int, count: int, timeout_s: float) -> Sequence[int]:
        """One request: ``count`` values of ``area`` from address ``start``.

        Raises ``TimeoutError`` without an answer, an ``OSError`` when the link broke, ``DeviceError``
        ("AIE-DEV-020") when the PLC refused.
        """

    @abstractmethod
    def _write_block(self, area: Area, start: int, values: Sequence[int], timeout_s: float) -> None:
        """One request that sets neighbours of ``area`` from ``start``; returns once acknowledged.

        Raises as :meth:`_read_block`.
        """

    # ---- public --------------------------------------------------------------------------------------------

    @property
    def tags(self) -> Mapping[str, TagAddress]:
        """The tags' names and addresses."""
        return self.options.tags

    def read(self, tags: Sequence[str], *, timeout_s: float) -> dict[str, int]:
        """The present values of ``tags``, blocking up to ``timeout_s`` for all of them together.

        Neighbours are read by one request and so belong to one instant. Never a value from before a time-out.

        Raises:
            DeviceTimeout: no answer in time.
            DeviceLost: the link is away; it is tried again meanwhile.
            DeviceOptionError: an unknown tag.
            DeviceError: the device is closed, or the PLC refused.
        """
        places = {tag: self._place(tag) for tag in tags}
        blocks = contiguous_blocks(places.values(), self._READ_LIMITS)

        def fetch(remaining_s: float) -> dict[TagAddress, int]:
            deadline = self._deadline(remaining_s)
            found: dict[TagAddress, int] = {}
            for area, start, length in blocks:
                values = self._read_block(area, start, length, deadline.remaining_s())
                for offset, value in enumerate(values):
                    found[TagAddress(area=area, address=start + offset)] = int(value)
            return found

        found = self._exchange(fetch, timeout_s)
        return {tag: found[place] for tag, place in places.items()}

    def write(self, values: Mapping[str, int], *, timeout_s: float) -> None:
        """Set tags, blocking up to ``timeout_s`` until the PLC has acknowledged all of them.

        Neighbours of one area are set by one request (up to 123 registers), which the PLC carries out as one.
        Apart from that the areas are written in the order of their first tag; where another order matters,
        write twice. After an error it is not known which of them were set.

        Raises:
            DeviceTimeout: no acknowledgement in time.
            DeviceLost: the link is away; it is tried again meanwhile.
            DeviceOptionError: an unknown or read-only tag, a value that does not fit; nothing was written.
            DeviceError: the device is closed, or the PLC refused.
        """
        wanted = {self._writable(tag, value): int(value) for tag, value in values.items()}
        blocks = contiguous_blocks(wanted, self._WRITE_LIMITS)

        def send(remaining_s: float) -> None:
            deadline = self._deadline(remaining_s)
            for area, start, length in blocks:
                together = [wanted[TagAddress(area=area, address=start + offset)] for offset in range(length)]
                self._write_block(area, start, together, deadline.remaining_s())

        self._exchange(send, timeout_s)

    def _place(self, tag: str) -> TagAddress:
        place = self.options.tags.get(tag)
        if place is None:
            raise DeviceOptionError(
                "AIE-DEV-013", where=self.name, tag=tag, known=", ".join(self.options.tags)
            )
        return place

    def _writable(self, tag: str, value: int) -> TagAddress:
        place = self._place(tag)
        if not place.writable:
            raise DeviceOptionError("AIE-DEV-014", where=self.name, tag=tag, area=place.area)
        if not isinstance(value, Integral) or not 0 <= value <= place.highest:
            raise DeviceOptionError(
                "AIE-DEV-015", where=self.name, tag=tag, value=value, highest=place.highest
            )
        return place
