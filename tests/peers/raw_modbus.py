"""A Modbus TCP client of a few lines, to read what a server holds without any of the code under test."""

from __future__ import annotations

import socket
import struct
from types import TracebackType


class RawModbus:
    """One connection; registers by function 4 and 3, coils by 5. Raises ``OSError`` when refused."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=5.0)
        self._transaction = 0

    def __enter__(self) -> RawModbus:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def read_inputs(self, start: int, count: int) -> list[int]:
        return self._read(4, start, count)

    def read_holdings(self, start: int, count: int) -> list[int]:
        return self._read(3, start, count)

    def press(self, coil: int) -> None:
        self._ask(5, struct.pack(">HH", coil, 0xFF00))

    def _read(self, function: int, start: int, count: int) -> list[int]:
        answer = self._ask(function, struct.pack(">HH", start, count))
        return list(struct.unpack(f">{count}H", answer[1:]))

    def _ask(self, function: int, data: bytes) -> bytes:
        self._transaction += 1
        header = struct.pack(">HHHBB", self._transaction, 0, len(data) + 2, 1, function)
        self._socket.sendall(header + data)
        _, _, length, _, answered = struct.unpack(">HHHBB", self._receive(8))
        answer = self._receive(length - 2)
        if answered != function:
            raise OSError(f"function {function} was refused with exception {answer[0]}")
        return answer

    def _receive(self, size: int) -> bytes:
        received = b""
        while len(received) < size:
            piece = self._socket.recv(size - len(received))
            if not piece:
                raise ConnectionResetError("the server closed the connection")
            received += piece
        return received
