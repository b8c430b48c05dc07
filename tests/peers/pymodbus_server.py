"""pymodbus' own server in a thread, with a way into its memory that is not Modbus."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

T = TypeVar("T")
# Which function's memory an area is.
_FUNCTIONS = {"coil": 1, "discrete": 2, "holding": 3, "input": 4}
_SIZE = 64


class PymodbusServer:
    """Serves 64 of each of the four areas on ``port`` until :meth:`close`."""

    def __init__(self, port: int) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server: ModbusTcpServer = self._run(self._start(port))

    def get(self, area: str, address: int) -> int:
        return int(self._run(self._server.async_getValues(1, _FUNCTIONS[area], address, 1))[0])

    def set(self, area: str, address: int, value: int) -> None:
        bit = area in ("coil", "discrete")
        self._run(self._server.async_setValues(1, _FUNCTIONS[area], address, [bool(value) if bit else value]))

    def close(self) -> None:
        self._run(self._server.shutdown())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @staticmethod
    async def _start(port: int) -> ModbusTcpServer:
        bits = [SimData(0, values=[False] * _SIZE, datatype=DataType.BITS)]
        registers = [SimData(0, values=[0] * _SIZE, datatype=DataType.REGISTERS)]
        device = SimDevice(1, simdata=(bits, bits, registers, registers))
        server = ModbusTcpServer(device, address=("127.0.0.1", port))
        await server.serve_forever(background=True)
        return server

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10.0)
