"""The driver and the rig of the documents are run as they stand there, and the suite finds broken drivers."""

from __future__ import annotations

import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conformance.text_plc_server import TextPlcServer

from aiedge.devices.conformance import PlcConformance
from aiedge.devices.conformance_rig import PlcRig
from aiedge.devices.plc import Plc
from aiedge.errors import DeviceError

_ROOT = Path(__file__).parents[2]


def _run_block(document: Path, name: str, **given: Any) -> types.ModuleType:
    """The document's Python block, run as a module of its own."""
    block = re.search(r"```python\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    module = types.ModuleType(name)
    vars(module).update(given)
    sys.modules[name] = module  # pydantic looks the annotations up there
    exec(compile(block[1], str(document), "exec"), vars(module))  # noqa: S102 - our own document
    return module


_DRIVER = _run_block(_ROOT / "drivers" / "README.md", "readme_driver")
_HOWTO = _run_block(_ROOT / "docs" / "howto" / "driver.md", "howto_driver", TextPlc=_DRIVER.TextPlc)


@pytest.fixture
def server() -> Iterator[TextPlcServer]:
    with TextPlcServer() as running:
        yield running
        running.shutdown()


class TestTextPlc(_HOWTO.TestTextPlc):  # type: ignore[name-defined,misc]
    pass


class TestTheSuiteFindsBrokenDrivers:
    """A suite that nothing fails proves nothing: each of these drivers breaks one promise."""

    @pytest.fixture
    def suite(self) -> PlcConformance:
        return PlcConformance()

    @pytest.fixture
    def rig(self, server: TextPlcServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlcRig]:
        rig: PlcRig = _HOWTO.TextPlcRig(server)
        make = rig.make
        made: list[Plc] = []

        def make_and_keep(**options: Any) -> Plc:
            made.append(make(**options))
            return made[-1]

        monkeypatch.setattr(rig, "make", make_and_keep)
        monkeypatch.setattr(rig, "PATIENCE_S", 0.5)
        yield rig
        monkeypatch.undo()  # clear up with the driver as it should be
        for plc in made:
            plc.close()
            plc._disconnect()
        rig.close()

    def _break(self, monkeypatch: pytest.MonkeyPatch, method: str, replacement: Any) -> None:
        monkeypatch.setattr(_DRIVER.TextPlc, method, replacement)

    def test_one_that_takes_late_answers(
        self, suite: PlcConformance, rig: PlcRig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def ask(self: Any, request: str, timeout_s: float) -> str:
            # Byte by byte, so that never two answers are seen at once.
            self._socket.sendall(f"{request}\n".encode())
            self._socket.settimeout(timeout_s)
            answer = b""
            while not answer.endswith(b"\n"):
                answer += self._socket.recv(1)
            return answer.decode().removeprefix("OK").strip()

        self._break(monkeypatch, "_flush", lambda _: None)
        self._break(monkeypatch, "_ask", ask)
        with pytest.raises(AssertionError):
            suite.test_no_stale_answer_after_a_time_out(rig)

    def test_one_that_trusts_the_socket(
        self, suite: PlcConformance, rig: PlcRig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ask = _DRIVER.TextPlc._ask
        self._break(
            monkeypatch, "_ask", lambda self, text, wait_s: "" if text == "HELLO" else ask(self, text, wait_s)
        )
        with pytest.raises(pytest.fail.Exception):
            suite.test_a_silent_plc_does_not_open(rig)

    def test_one_that_does_not_let_go(
        self, suite: PlcConformance, rig: PlcRig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._break(monkeypatch, "_disconnect", lambda _: None)
        with pytest.raises(AssertionError):
            suite.test_close_ends_a_waiting_request(rig)

    def test_one_that_takes_a_refusal_for_a_loss(
        self, suite: PlcConformance, rig: PlcRig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read = _DRIVER.TextPlc._read_block

        def read_block(self: Any, area: str, start: int, count: int, timeout_s: float) -> Any:
            try:
                return read(self, area, start, count, timeout_s)
            except DeviceError as error:
                raise ConnectionError("refused") from error

        self._break(monkeypatch, "_read_block", read_block)
        with pytest.raises((AssertionError, DeviceError)):
            suite.test_a_refusal_is_an_answer(rig)

    def test_one_that_reads_tag_by_tag(
        self, suite: PlcConformance, rig: PlcRig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._break(monkeypatch, "_READ_LIMITS", dict.fromkeys(_DRIVER.TextPlc._READ_LIMITS, 1))
        with pytest.raises(AssertionError):
            suite.test_neighbours_share_a_request(rig)
