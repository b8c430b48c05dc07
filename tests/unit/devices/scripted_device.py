"""A device that does what a test wrote down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiedge.clock import SYSTEM_CLOCK, Clock
from aiedge.devices.device import Device


class ScriptedDevice(Device):
    """``connects`` and ``answers`` are what the next calls raise or return; ``calls`` is what was called."""

    driver = "test/scripted"

    def __init__(self, *, name: str | None = None, clock: Clock = SYSTEM_CLOCK, **options: Any) -> None:
        super().__init__(name=name, clock=clock, **options)
        self.connects: list[BaseException | None] = []
        self.answers: list[object] = []
        self.flush_error: OSError | None = None
        self.disconnect_error: OSError | None = None
        self.on_connect: Callable[[], None] = lambda: None
        self.calls: list[str] = []

    def ask(self, timeout_s: float) -> object:
        return self._exchange(self._answer, timeout_s)

    def degrade(self, reason: str) -> object:
        def answer(_: float) -> None:
            self._mark_degraded(reason)

        return self._exchange(answer, 1.0)

    def _answer(self, timeout_s: float) -> object:
        self.calls.append("ask")
        answer = self.answers.pop(0) if self.answers else "ok"
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _connect(self, timeout_s: float) -> None:
        self.calls.append("connect")
        self.on_connect()
        error = self.connects.pop(0) if self.connects else None
        if error is not None:
            raise error

    def _disconnect(self) -> None:
        self.calls.append("disconnect")
        if self.disconnect_error is not None:
            raise self.disconnect_error

    def _flush(self) -> None:
        self.calls.append("flush")
        if self.flush_error is not None:
            raise self.flush_error

    def _begin(self) -> None:
        self.calls.append("begin")

    def _restore(self, timeout_s: float) -> None:
        self.calls.append("restore")


class InCallDevice(ScriptedDevice):
    """Recovers in the call, as simulators do."""

    _RECOVERS_IN_CALL = True
