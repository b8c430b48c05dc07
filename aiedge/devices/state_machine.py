"""A device's state with its listeners and counters, safe to use from several threads."""

from __future__ import annotations

import logging
import threading
from collections import Counter, deque
from collections.abc import Callable

from aiedge.devices.state import TRANSITIONS, DeviceState
from aiedge.errors import DeviceError

StateCallback = Callable[[DeviceState, DeviceState, str], None]
logger = logging.getLogger(__name__)


class StateMachine:
    """Holds one state, allows only :data:`~aiedge.devices.state.TRANSITIONS`, counts and tells each change.

    ``stopped`` is set while closed, so that whoever waits can wait for it; ``settled`` is cleared while the
    link is lost or being recovered.
    """

    def __init__(self, name: str) -> None:
        self.state = DeviceState.CLOSED
        self.reason = "not opened yet"
        self.stopped = threading.Event()
        self.settled = threading.Event()
        self.callbacks: list[StateCallback] = []
        self._name = name
        self._lock = threading.Lock()
        self._counters: Counter[str] = Counter()
        self._untold: deque[tuple[DeviceState, DeviceState, str]] = deque()
        self._telling = threading.Lock()
        self.stopped.set()
        self.settled.set()

    def start(self) -> None:
        """From closed to connecting."""
        with self._lock:
            self._change(DeviceState.CONNECTING, "opening")
            self.stopped.clear()
        self._tell()

    def move(self, new: DeviceState, reason: str) -> None:
        """Change the state; when :meth:`shut` came first, raise the "closed" error instead."""
        with self._lock:
            if self.stopped.is_set():
                raise self.closed_error()
            self._change(new, reason)
        self._tell()

    def shut(self, reason: str) -> None:
        """To closed, from any state; nothing when it is closed already."""
        with self._lock:
            if self.state is DeviceState.CLOSED:
                return
            self.stopped.set()
            self._change(DeviceState.CLOSED, reason)
        self._tell()

    def count(self, counter: str, amount: int = 1) -> None:
        """Add to a counter."""
        with self._lock:
            self._counters[counter] += amount

    def counters(self) -> dict[str, int]:
        """A copy of the counters."""
        with self._lock:
            return dict(self._counters)

    def closed_error(self) -> DeviceError:
        """What a request to a closed device ends with."""
        return DeviceError("AIE-DEV-005", where=self._name)

    def _change(self, new: DeviceState, reason: str) -> None:
        old = self.state
        if new not in TRANSITIONS[old]:
            raise RuntimeError(f"{self._name}: a device cannot go from {old.value} to {new.value}")
        self.state = new
        self.reason = reason
        self._counters[f"state_{new.value}"] += 1
        if new in (DeviceState.LOST, DeviceState.RECOVERING):
            self.settled.clear()
        else:
            self.settled.set()
        self._untold.append((old, new, reason))

    def _tell(self) -> None:
        """Tell the callbacks, in order and holding no lock that they could meet again.

        Whoever is telling already, perhaps further up this very stack, takes the new changes along.
        """
        while self._untold and self._telling.acquire(blocking=False):
            try:
                while self._untold:
                    change = self._untold.popleft()
                    for callback in tuple(self.callbacks):
                        self._call(callback, *change)
            finally:
                self._telling.release()

    def _call(self, callback: StateCallback, old: DeviceState, new: DeviceState, reason: str) -> None:
        try:
            callback(old, new, reason)
        except Exception:
            # A listener's mistake must not end the link that it listens to.
            self.count("callback_errors")
            logger.exception("%s: a state callback failed", self._name)
