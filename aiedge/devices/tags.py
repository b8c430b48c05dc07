"""Tags: names for the bits and registers of a PLC, and their grouping into few requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from pydantic import Field

from aiedge.devices.options import Options

Area = Literal["coil", "discrete", "input", "holding"]
WRITABLE_AREAS: frozenset[str] = frozenset({"coil", "holding"})
_HIGHEST: Mapping[str, int] = {"coil": 1, "discrete": 1, "input": 0xFFFF, "holding": 0xFFFF}


class TagAddress(Options):
    """Where a tag lives: ``coil`` and ``discrete`` are bits, ``input`` and ``holding`` are 16-bit registers.

    ``discrete`` and ``input`` are read-only. Addresses count from 0, as on the wire.
    """

    area: Area
    address: int = Field(ge=0, le=0xFFFF)

    @property
    def writable(self) -> bool:
        """Whether the PLC lets us write here."""
        return self.area in WRITABLE_AREAS

    @property
    def highest(self) -> int:
        """The largest value that fits: 1 for a bit, 65535 for a register."""
        return _HIGHEST[self.area]


class Block(NamedTuple):
    """``length`` neighbours of one area, from address ``start``: one request."""

    area: Area
    start: int
    length: int


def contiguous_blocks(addresses: Iterable[TagAddress], limits: Mapping[Area, int]) -> list[Block]:
    """The fewest requests that cover exactly these addresses, none longer than its area's limit.

    Only true neighbours share a request: a PLC may refuse the addresses between. The blocks come area by
    area, in the order in which the areas are first named, and rise within an area.

    >>> tags = [TagAddress(area="holding", address=n) for n in (7, 4, 5)]
    >>> contiguous_blocks(tags, {"holding": 125})
    [Block(area='holding', start=4, length=2), Block(area='holding', start=7, length=1)]
    """
    by_area: dict[Area, set[int]] = {}
    for tag in addresses:
        by_area.setdefault(tag.area, set()).add(tag.address)
    blocks: list[Block] = []
    for area, numbers in by_area.items():
        for number in sorted(numbers):
            last = blocks[-1] if blocks else None
            fits = last is not None and last.area == area and last.length < limits[area]
            if last is not None and fits and number == last.start + last.length:
                blocks[-1] = last._replace(length=last.length + 1)
            else:
                blocks.append(Block(area, number, 1))
    return blocks
