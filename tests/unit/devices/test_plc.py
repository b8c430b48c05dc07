from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from aiedge.clock import FakeClock
from aiedge.devices.plc import Plc
from aiedge.devices.tags import Area
from aiedge.errors import DeviceOptionError, DeviceTimeout

REQUEST_S = 0.1


class MemoryPlc(Plc):
    """Keeps values, lists requests, and takes 0.1 s for each."""

    driver = "test/plc"
    _RECOVERS_IN_CALL = True

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.memory: dict[tuple[Area, int], int] = {}
        self.requests: list[tuple[str, Area, int, int]] = []
        self.failures: list[OSError] = []

    def _connect(self, timeout_s: float) -> None:
        pass

    def _disconnect(self) -> None:
        pass

    def _flush(self) -> None:
        pass

    def _read_block(self, area: Area, start: int, count: int, timeout_s: float) -> Sequence[int]:
        self._request("read", area, start, count, timeout_s)
        return [self.memory.get((area, start + n), 0) for n in range(count)]

    def _write_block(self, area: Area, start: int, values: Sequence[int], timeout_s: float) -> None:
        self._request("write", area, start, len(values), timeout_s)
        self.memory.update({(area, start + n): value for n, value in enumerate(values)})

    def _request(self, verb: str, area: Area, start: int, count: int, timeout_s: float) -> None:
        self._clock.sleep(min(REQUEST_S, timeout_s))
        if timeout_s < REQUEST_S:
            raise TimeoutError
        self.requests.append((verb, area, start, count))
        if self.failures:
            raise self.failures.pop(0)


def holding(*addresses: int) -> dict[str, dict[str, Any]]:
    return {f"h{address}": {"area": "holding", "address": address} for address in addresses}


@pytest.fixture
def plc() -> Iterator[MemoryPlc]:
    tags = {**holding(*range(300), 1000), "lamp": {"area": "coil", "address": 0}}
    with MemoryPlc(clock=FakeClock(), tags=tags) as plc:
        yield plc


def test_long_runs_are_cut_at_the_limits(plc: MemoryPlc) -> None:
    names = [f"h{n}" for n in range(300)]
    values = {name: 7 * n for n, name in enumerate(names)}
    plc.write(values, timeout_s=10.0)
    assert plc.read(names, timeout_s=10.0) == values
    assert plc.requests == [
        ("write", "holding", 0, 123),
        ("write", "holding", 123, 123),
        ("write", "holding", 246, 54),
        ("read", "holding", 0, 125),
        ("read", "holding", 125, 125),
        ("read", "holding", 250, 50),
    ]


def test_one_time_out_covers_all_requests_of_a_call(plc: MemoryPlc) -> None:
    plc.read(["h0", "h1000"], timeout_s=2.5 * REQUEST_S)
    with pytest.raises(DeviceTimeout):
        plc.read(["h0", "h2", "h1000"], timeout_s=2.5 * REQUEST_S)


def test_areas_are_written_in_the_order_of_their_first_tag(plc: MemoryPlc) -> None:
    plc.write({"lamp": 1, "h5": 5, "h4": 4}, timeout_s=1.0)
    plc.write({"h5": 5, "lamp": 1}, timeout_s=1.0)
    assert [(area, start) for _, area, start, _ in plc.requests] == [
        ("coil", 0),
        ("holding", 4),
        ("holding", 5),
        ("coil", 0),
    ]


def test_write_is_repeated_whole_after_the_link_broke(plc: MemoryPlc) -> None:
    plc.failures = [ConnectionResetError()]
    plc.write({"lamp": 1, "h5": 5}, timeout_s=1.0)
    assert [area for _, area, _, _ in plc.requests] == ["coil", "coil", "holding"]


@pytest.mark.parametrize("value", [-1, 65536, 1.5, "1", None])
def test_value_that_does_not_fit_is_named(plc: MemoryPlc, value: Any) -> None:
    with pytest.raises(DeviceOptionError, match=r"'h5'.* 0 to 65535"):
        plc.write({"h5": value}, timeout_s=1.0)
    assert plc.requests == []


def test_truth_values_are_bits(plc: MemoryPlc) -> None:
    plc.write({"lamp": True}, timeout_s=1.0)
    assert plc.read(["lamp"], timeout_s=1.0) == {"lamp": 1}


@pytest.mark.parametrize(
    ("tags", "says"),
    [
        ({}, "'tags'"),
        ({"a": {"area": "holdin", "address": 1}}, r"'tags\.a\.area'"),
        ({"a": {"area": "holding", "address": 65536}}, r"'tags\.a\.address'"),
        ({"a": {"area": "holding"}}, r"'tags\.a\.address' is wrong: it is required"),
        ({**holding(1), "b": {"area": "holding", "address": 1}}, "tags h1 and b name the same holding 1"),
    ],
)
def test_wrong_tags_are_named(tags: dict[str, Any], says: str) -> None:
    with pytest.raises(DeviceOptionError, match=says):
        MemoryPlc(tags=tags)
