from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiedge.devices.gate_map import GATE_MAP, HOST_TO_PLC, PLC_TO_HOST, gate_tags
from aiedge.line.gate.registers import PLC_TAGS, HostBlock, PlcBlock, next_number, steps_between

_PAGE = Path(__file__).parents[4] / "docs" / "plc-register-map.md"


def test_the_page_has_the_map_of_the_code() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (\d+) \| (.*) \|$", _PAGE.read_text(), re.MULTILINE)
    assert [(name, area, int(address), meaning) for name, area, address, meaning in rows] == list(GATE_MAP)


@pytest.mark.parametrize("block", [PLC_TO_HOST, HOST_TO_PLC])
def test_each_block_is_one_request(block: tuple[object, ...]) -> None:
    registers = [register for register in GATE_MAP if register in block]
    assert len({register.area for register in registers}) == 1
    assert [register.address for register in registers] == list(range(len(registers)))


def test_blocks_have_the_tags_of_the_map() -> None:
    assert set(gate_tags()) == {*PLC_TAGS, *HostBlock().to_tags()}
    assert list(HostBlock().to_tags()) == [register.name for register in HOST_TO_PLC]
    values = {tag: number for number, tag in enumerate(PLC_TAGS)}
    block = PlcBlock.from_tags(values)
    assert [getattr(block, tag) for tag in PLC_TAGS] == list(range(len(PLC_TAGS)))


@given(st.integers(0, 65535), st.integers(1, 65534))
def test_steps_undo_each_other(start: int, steps: int) -> None:
    later = next_number(start, steps)
    assert 1 <= later <= 65535
    assert steps_between(start, later) == steps
    assert next_number(next_number(start), steps) == next_number(start, steps + 1)
