"""Modbus TCP (MODBUS Messaging on TCP/IP Implementation Guide V1.0b), by pymodbus.

pymodbus' own synchronous client cannot keep a time-out: it waits the whole time again for each fragment, on
the wall clock, and loses its place in the stream when a late answer arrives in pieces. So the requests and
their decoding are pymodbus', and the socket under them is ours, with one deadline a request.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import struct
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import Field
from pymodbus.client import ModbusTcpClient
from pymodbus.exceptions import ModbusException

from aiedge.clock import SYSTEM_CLOCK, Clock, Deadline
from aiedge.devices.gate_map import gate_tags
from aiedge.devices.plc import Plc, PlcOptions
from aiedge.devices.tags import Area, TagAddress
from aiedge.errors import DeviceError, DeviceLost

# MODBUS Application Protocol V1.1b3, section 7.
_EXCEPTIONS = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "server device failure",
    5: "acknowledged, still working on it",
    6: "server device busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target device failed to respond",
}
_RECEIVE_BYTES = 4096
# Never reached: the socket's deadline ends every wait before.
_PYMODBUS_TIMEOUT_S = 3600.0


class ModbusTcpOptions(PlcOptions):
    """Options of ``plc/modbus-tcp``.

    ``address``: IP address, or a name, whose look-up is the operating system's and not bounded by time-outs.
    ``unit``: the device behind a gateway; servers without one ignore it. ``tags``: the gate's register map
    when absent.
    """

    address: str = Field(min_length=1)
    port: int = Field(default=502, ge=1, le=65535)
    unit: int = Field(default=1, ge=0, le=255)
    tags: dict[str, TagAddress] = Field(default_factory=gate_tags, min_length=1)


class ModbusTcpPlc(Plc):
    """A PLC that serves Modbus TCP.

    One connection, one request at a time; registers by functions 3, 4 and 16, bits by 1, 2 and 15. An answer
    is known by the transaction number of its request.
    """

    driver = "plc/modbus-tcp"
    options_model = ModbusTcpOptions
    options: ModbusTcpOptions

    def __init__(self, *, name: str | None = None, clock: Clock = SYSTEM_CLOCK, **options: Any) -> None:
        super().__init__(name=name, clock=clock, **options)
        self._client: _Client | None = None

    def _connect(self, timeout_s: float) -> None:
        deadline = Deadline(self._clock, timeout_s)
        options = self.options
        client = _Client(options.address, options.port, self._clock)
        client.open(deadline)
        self._client = client
        if self._stop.is_set():
            self._disconnect()
        # A socket proves nothing: the device is there when it answers for one of its tags.
        place = next(iter(options.tags.values()))
        self._read_block(place.area, place.address, 1, deadline.remaining_s())

    def _disconnect(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _flush(self) -> None:
        """Nothing to do: a late answer bears the number of its own request and is passed over."""

    def _read_block(self, area: Area, start: int, count: int, timeout_s: float) -> Sequence[int]:
        client = self._live_client()
        requests: dict[Area, tuple[int, Callable[..., Any]]] = {
            "coil": (1, client.read_coils),
            "discrete": (2, client.read_discrete_inputs),
            "holding": (3, client.read_holding_registers),
            "input": (4, client.read_input_registers),
        }
        function, request = requests[area]
        answer = self._ask(client, function, request, start, timeout_s, count=count)
        if area in ("coil", "discrete"):
            # Bits come in whole bytes.
            values, expected = answer.bits, (count + 7) // 8 * 8
        else:
            values, expected = answer.registers, count
        if len(values) != expected:
            raise self._nonsense(f"{len(values)} values came instead of {count}")
        return [int(value) for value in values[:count]]

    def _write_block(self, area: Area, start: int, values: Sequence[int], timeout_s: float) -> None:
        client = self._live_client()
        if area == "coil":
            bits = [bool(value) for value in values]
            answer = self._ask(client, 15, client.write_coils, start, timeout_s, values=bits)
        else:
            answer = self._ask(client, 16, client.write_registers, start, timeout_s, values=list(values))
        if (answer.address, answer.count) != (start, len(values)):
            raise self._nonsense("another write was acknowledged")

    def _live_client(self) -> _Client:
        client = self._client
        if client is None:
            raise DeviceLost("AIE-DEV-009", where=self.name, reason="there is no connection")
        return client

    def _ask(
        self,
        client: _Client,
        function: int,
        request: Callable[..., Any],
        start: int,
        timeout_s: float,
        **arguments: Any,
    ) -> Any:
        client.deadline = Deadline(self._clock, timeout_s)
        try:
            answer = request(start, device_id=self.options.unit, **arguments)
        except _NoAnswerError as error:
            raise TimeoutError from error
        except (ModbusException, struct.error, ValueError, IndexError) as error:
            # pymodbus lets some faults of what it decodes through as they are.
            raise self._nonsense(str(error)) from error
        if answer.isError():
            code = answer.exception_code
            meaning = _EXCEPTIONS.get(code, "not a code of Modbus")
            raise DeviceError("AIE-DEV-020", where=self.name, reason=f"exception {code}, {meaning}")
        if answer.function_code != function:
            raise self._nonsense(f"function {answer.function_code} answered function {function}")
        return answer

    def _nonsense(self, reason: str) -> DeviceLost:
        """A peer whose answers can't be trusted: the link is made anew."""
        return DeviceLost("AIE-DEV-009", where=self.name, reason=reason)


class _NoAnswerError(Exception):
    """Not a ``TimeoutError``: pymodbus takes that for its own and repeats the request."""


class _Client(ModbusTcpClient):  # type: ignore[misc]  # the checker takes pymodbus for Any
    """pymodbus' client over a socket that keeps ``deadline``; the methods are those that pymodbus calls."""

    def __init__(self, address: str, port: int, clock: Clock) -> None:
        super().__init__(address, port=port, timeout=_PYMODBUS_TIMEOUT_S, retries=0)
        self._place = (address, port)
        self.deadline = Deadline(clock, 0.0)
        self._closed = False
        self._transaction = b""
        self._received = b""

    def open(self, deadline: Deadline) -> None:
        """Connect, in time or with a ``TimeoutError``."""
        sock = _connected_socket(self._place, deadline)
        # Nagle's algorithm would hold back a request until the answer to the one before is acknowledged.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket: socket.socket | None = sock

    def connect(self) -> bool:
        """Never by itself: the device decides when to connect."""
        return not self._closed

    def close(self) -> None:
        """Close, and end a wait of another thread with an ``OSError``. Idempotent."""
        self._closed = True
        sock, self.socket = self.socket, None
        if sock is not None:
            # The other side may have been faster; closing is all that is left to do then.
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def send(self, request: bytes, addr: tuple[str, int] | None = None) -> int:
        """Send a whole request and remember its number."""
        del addr
        self._transaction = request[:2]
        self._ready_socket().sendall(request)
        return len(request)

    def recv(self, size: int | None) -> bytes:
        """The whole answer to the last request; what comes late for earlier ones is passed over."""
        del size
        while True:
            answer = self._next_answer()
            if answer[:2] == self._transaction:
                return answer

    def _next_answer(self) -> bytes:
        while (end := _answer_length(self._received)) is None or len(self._received) < end:
            try:
                piece = self._ready_socket().recv(_RECEIVE_BYTES)
            except TimeoutError as error:
                raise _NoAnswerError from error
            if not piece:
                raise ConnectionResetError("the device closed the connection")
            self._received += piece
        answer, self._received = self._received[:end], self._received[end:]
        return answer

    def _ready_socket(self) -> socket.socket:
        sock = self.socket
        if sock is None:
            raise ConnectionResetError("the connection is closed")
        remaining_s = self.deadline.remaining_s()
        if remaining_s <= 0:
            raise _NoAnswerError
        sock.settimeout(remaining_s)
        return sock


def _connected_socket(place: tuple[str, int], deadline: Deadline) -> socket.socket:
    """As ``socket.create_connection``, but all addresses that a name has share one time-out."""
    last_error: OSError = ConnectionRefusedError(f"{place[0]} has no address")
    try:
        addresses = socket.getaddrinfo(*place, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError(errno.EINVAL, "the address is no name of a host") from error
    for family, kind, protocol, _, address in addresses:
        sock = socket.socket(family, kind, protocol)
        try:
            # 0 would mean "do not block": a connection that needs no time at all may still succeed.
            sock.settimeout(max(deadline.remaining_s(), 1e-3))
            sock.connect(address)
        except OSError as error:
            sock.close()
            last_error = error
        else:
            return sock
    raise last_error


def _answer_length(received: bytes) -> int | None:
    """The length of the answer that ``received`` begins with, by its MBAP header; None: no whole header."""
    if len(received) < 6:
        return None
    protocol, length = struct.unpack(">HH", received[2:6])
    if protocol != 0 or not 2 <= length <= 254:
        raise ConnectionResetError("what came is not Modbus TCP")
    return 6 + int(length)
