"""Answers that no good server gives: each is an error in time, and none is taken for another's."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiedge.clock import SYSTEM_CLOCK
from aiedge.devices.gate_map import gate_tags
from aiedge.errors import DeviceError, DeviceLost, DeviceOptionError, DeviceTimeout
from aiedge_drivers.plc.modbus_tcp import ModbusTcpPlc, _Client

PATIENCE_S = 10.0
TAGS = {"level": {"area": "holding", "address": 0}, "other": {"area": "holding", "address": 1}}
FUNCTIONS = {"coil": 1, "discrete": 2, "holding": 3, "input": 4}
PDUS = st.builds(
    lambda function, size, rest: bytes([function, size]) + rest,
    st.sampled_from([1, 2, 3, 4, 0x81, 0x83]) | st.integers(0, 255),
    st.integers(0, 60),
    st.binary(max_size=60),
) | st.binary(max_size=60)
Answer = Callable[[bytes], Iterable[bytes]]


def answer_of(request: bytes, value: int) -> bytes:
    return request[:2] + bytes([0, 0, 0, 5]) + request[6:8] + bytes([2]) + struct.pack(">H", value)


class ScriptedServer:
    """Answers the n-th request of a connection with what the n-th function says; the first is the probe."""

    def __init__(self, *answers: Answer) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.requests: list[bytes] = []
        self._answers = (lambda request: [answer_of(request, 0)], *answers)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with client:
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for answer in self._answers:
                    request = client.recv(300)
                    if not request:
                        break
                    self.requests.append(request)
                    for piece in answer(request):
                        client.sendall(piece)
                else:
                    client.recv(1)  # until the client has gone

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(PATIENCE_S)


@pytest.mark.parametrize("address", ["a b", "a\0b", "x" * 300, "a..b"])
def test_an_address_that_no_host_can_have(address: str) -> None:
    with pytest.raises(DeviceError, match="AIE-DEV-004"), ModbusTcpPlc(address=address, tags=TAGS):
        pass


@pytest.fixture
def serve() -> Iterator[Callable[..., ModbusTcpPlc]]:
    servers: list[ScriptedServer] = []
    plcs: list[ModbusTcpPlc] = []

    def start(*answers: Answer) -> ModbusTcpPlc:
        servers.append(ScriptedServer(*answers))
        plc = ModbusTcpPlc(
            address="127.0.0.1", port=servers[-1].port, tags=TAGS, reconnect={"first_delay_s": 0.01}
        )
        plcs.append(plc)
        plc.open()
        return plc

    yield start
    for plc in plcs:
        plc.close()
    for server in servers:
        server.close()


def silent(request: bytes) -> list[bytes]:
    return []


def good(value: int) -> Answer:
    return lambda request: [answer_of(request, value)]


def byte_by_byte(request: bytes) -> list[bytes]:
    return [bytes([byte]) for byte in answer_of(request, 7)]


def exception(code: int) -> Answer:
    return lambda request: [request[:4] + bytes([0, 3, request[6], request[7] | 0x80, code])]


def test_an_answer_may_come_in_pieces(serve: Callable[..., ModbusTcpPlc]) -> None:
    plc = serve(byte_by_byte, byte_by_byte)
    assert plc.read(["level"], timeout_s=PATIENCE_S) == {"level": 7}
    assert plc.read(["other"], timeout_s=PATIENCE_S) == {"other": 7}


def test_late_answers_are_passed_over_even_in_pieces(serve: Callable[..., ModbusTcpPlc]) -> None:
    late: list[bytes] = []

    def half(request: bytes) -> list[bytes]:
        whole = answer_of(request, 1)
        late.append(whole[5:])
        return [whole[:5]]

    def with_what_was_late(request: bytes) -> list[bytes]:
        return [late[0] + answer_of(request, 2)[:4], answer_of(request, 2)[4:]]

    plc = serve(half, with_what_was_late)
    with pytest.raises(DeviceTimeout):
        plc.read(["level"], timeout_s=0.05)
    assert plc.read(["other"], timeout_s=PATIENCE_S) == {"other": 2}
    assert plc.counters.get("reconnects", 0) == 0


def test_a_server_that_trickles_does_not_stretch_the_time_out(serve: Callable[..., ModbusTcpPlc]) -> None:
    gone = threading.Event()

    def trickle(request: bytes) -> Iterator[bytes]:
        yield request[:4] + bytes([0, 200])
        while not gone.wait(0.01):
            yield b"\0"

    plc = serve(trickle)
    try:
        # A time-out that started over with each piece would see the whole answer, and that it is nonsense.
        with pytest.raises(DeviceTimeout):
            plc.read(["level"], timeout_s=0.05)
    finally:
        gone.set()


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        (1, "illegal function"),
        (2, "illegal data address"),
        (6, "busy"),
        (11, "failed to respond"),
        (99, "not a"),
    ],
)
def test_exception_codes_are_told_in_words(
    serve: Callable[..., ModbusTcpPlc], code: int, meaning: str
) -> None:
    plc = serve(exception(code), good(3))
    with pytest.raises(DeviceError, match=f"exception {code}, .*{meaning}") as caught:
        plc.read(["level"], timeout_s=PATIENCE_S)
    assert caught.value.code == "AIE-DEV-020"
    assert plc.read(["level"], timeout_s=PATIENCE_S) == {"level": 3}


@pytest.mark.parametrize(
    "nonsense",
    [
        lambda request: [b"HTTP/1.0 400 Bad Request\r\n\r\n"],
        lambda request: [request[:2] + bytes([0, 0, 0, 1, 1])],
        lambda request: [request[:2] + bytes([0, 0, 0, 7, 1, 3, 4, 0, 1, 0, 2])],
        lambda request: [request[:2] + bytes([0, 0, 0, 3, 1, 3, 0])],
        lambda request: [request[:2] + bytes([0, 0, 0, 5, 9, 3, 2, 0, 1])],
        lambda request: [request[:2] + bytes([0, 0, 0, 5, 1, 4, 2, 0, 1])],
        lambda request: [request[:2] + bytes([0, 0, 0, 3, 1, 77, 0])],
        lambda request: [request[:2] + bytes([0, 0, 0, 5, 1, 3, 9, 0, 1])],
    ],
    ids=["http", "short", "two values", "no value", "unit", "function", "unknown function", "byte count"],
)
def test_nonsense_is_never_a_value(serve: Callable[..., ModbusTcpPlc], nonsense: Answer) -> None:
    plc = serve(nonsense)
    with pytest.raises(DeviceError):
        plc.read(["level"], timeout_s=0.2)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(FUNCTIONS)), st.integers(1, 20), PDUS)
def test_any_bytes_are_values_or_an_error_of_the_device(area: str, count: int, pdu: bytes) -> None:
    ours, theirs = socket.socketpair()
    plc = ModbusTcpPlc(address="plc", tags=TAGS)
    client = _Client("plc", 502, SYSTEM_CLOCK)
    with ours, theirs:
        client.socket = ours
        plc._client = client
        theirs.sendall(struct.pack(">HHHB", 1, 0, len(pdu) + 1, 1) + pdu)
        theirs.shutdown(socket.SHUT_WR)
        try:
            values = plc._read_block(area, 0, count, PATIENCE_S)  # type: ignore[arg-type]
        except OSError:
            return
    assert len(values) == count
    assert all(0 <= value <= 0xFFFF for value in values)
    assert pdu[0] == FUNCTIONS[area]


def test_nobody_there_is_an_error(free_port: int) -> None:
    plc = ModbusTcpPlc(address="127.0.0.1", port=free_port, tags=TAGS)
    with pytest.raises(DeviceError) as caught:
        plc.open()
    assert caught.value.code == "AIE-DEV-004"
    assert not isinstance(caught.value, DeviceLost)


def test_the_gates_map_is_the_default() -> None:
    assert ModbusTcpPlc(address="plc").tags == gate_tags()


@pytest.mark.parametrize(
    "options", [{}, {"address": ""}, {"address": "plc", "port": 0}, {"address": "a", "unit": 256}]
)
def test_wrong_options_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(DeviceOptionError):
        ModbusTcpPlc(**options)
