"""What every camera, PLC, sensor and robot has in common: one link with one state machine.

A driver implements a few hooks and sends its requests through :meth:`Device._exchange`; states, callbacks,
counters, time-outs, reconnecting and the discarding of stale answers are the same for all.
"""

from __future__ import annotations

import errno
import logging
import math
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, ClassVar, TypeVar

from aiedge.clock import SYSTEM_CLOCK, Clock, Deadline
from aiedge.devices.backoff import Backoff
from aiedge.devices.options import DeviceOptions, parse_options
from aiedge.devices.state import DeviceState
from aiedge.devices.state_machine import StateCallback, StateMachine
from aiedge.errors import DeviceError, DeviceLost, DeviceTimeout, UsageError

T = TypeVar("T")
DeviceT = TypeVar("DeviceT", bound="Device")

# How long close() waits for the thread that reconnects; it is a daemon and ends by itself after that.
_CLOSE_WAIT_S = 1.0
logger = logging.getLogger(__name__)


class Device(ABC):
    """One device behind one link.

    Made with its options (checked here: :class:`~aiedge.errors.DeviceOptionError`), connected by ``with`` or
    :meth:`open`. Requests may come from several threads and take turns; :meth:`close` may come from any
    thread at any time and ends a request that another thread waits in. A link that breaks is tried again in a
    thread of the device's own, so that a request with a short time-out does not have to wait for a slow
    connection.

    Args:
        name: what errors and telemetry call this device; the driver's name when None.
        clock: the time source, a fake one in tests.
        options: the fields of the driver's ``options_model``.
    """

    driver: ClassVar[str] = ""
    options_model: ClassVar[type[DeviceOptions]] = DeviceOptions

    # A PLC must answer each request; a camera may have no part before it.
    _SILENCE_IS_FAULT: ClassVar[bool] = True
    # Simulators and files reconnect inside the call that needs it, so that a run on model time repeats
    # exactly.
    _RECOVERS_IN_CALL: ClassVar[bool] = False

    def __init__(self, *, name: str | None = None, clock: Clock = SYSTEM_CLOCK, **options: Any) -> None:
        self.name = name or self.driver or type(self).__name__
        self.options = parse_options(self.options_model, options, where=self.name)
        self._clock = clock
        self._machine = StateMachine(self.name)
        self._stop = self._machine.stopped  # for drivers: set while closed, so that a wait can end with it
        self._turn_lock = threading.Lock()
        self._backoff = Backoff(self.options.reconnect, self.name)
        self._next_attempt_ns = 0
        self._recovery: threading.Thread | None = None
        self._connections = 0
        self._stale = False
        self._unanswered = 0
        self._blemish = ""

    # ---- hooks: what a driver implements -------------------------------------------------------------------

    @abstractmethod
    def _connect(self, timeout_s: float) -> None:
        """Connect within ``timeout_s`` and return once the device has *answered*, not when a socket is open.

        Raises ``TimeoutError``, another ``OSError`` or a ``DeviceError``. Also called to reconnect.
        """

    @abstractmethod
    def _disconnect(self) -> None:
        """Let go of the connection. Called from any thread, any number of times, also during a request.

        A request that waits in another thread must end soon, with an ``OSError``.
        """

    @abstractmethod
    def _flush(self) -> None:
        """Make sure that no answer to an earlier request can be taken for the answer to the next one.

        Called before the first request after a time-out; does not block. Where the protocol cannot tell
        answers apart, raise ``DeviceLost`` ("AIE-DEV-009"): the link is then made anew.
        """

    def _begin(self) -> None:  # noqa: B027 - most drivers keep nothing from one session to the next
        """:meth:`open` was called: forget the session before. Not called to reconnect."""

    def _restore(self, timeout_s: float) -> None:  # noqa: B027 - most sessions have nothing to put back
        """Reconnected: put back what the device may have lost (modes, subscriptions) in ``timeout_s``."""

    # ---- public --------------------------------------------------------------------------------------------

    @property
    def state(self) -> DeviceState:
        """The present state; does not block."""
        return self._machine.state

    @property
    def state_reason(self) -> str:
        """Why the device is in its state, as part of a sentence."""
        return self._machine.reason

    @property
    def counters(self) -> dict[str, int]:
        """Counts since the device was made, 0 where absent.

        ``state_NAME`` for each change into a state, ``timeouts``, ``reconnects``, ``disconnect_errors``,
        ``callback_errors``, and what the kind of device adds.
        """
        return self._machine.counters()

    def on_state_change(self, callback: StateCallback) -> None:
        """Call ``callback(old, new, reason)`` after each change, in order, in whichever thread made it.

        It must be quick and may use nothing of this device but :meth:`close`, the properties and this.
        """
        self._machine.callbacks.append(callback)

    def open(self, timeout_s: float | None = None) -> None:
        """Connect, blocking up to ``timeout_s`` (None: ``connect_timeout_s``); nothing when it is open.

        All or nothing: after an error (:class:`~aiedge.errors.DeviceTimeout`,
        :class:`~aiedge.errors.DeviceError`) the device is closed and holds no connection.
        """
        limit_s = self.options.connect_timeout_s if timeout_s is None else timeout_s
        deadline = self._deadline(limit_s)
        with self._turn(deadline, limit_s):
            if self.state is not DeviceState.CLOSED:
                return
            self._end_recovery(deadline, limit_s)
            self._begin()
            self._backoff.reset()
            try:
                self._machine.start()
                self._link_up(deadline, "connected")
            except BaseException as error:
                was_closed = self._stop.is_set()
                self._machine.shut(f"opening failed: {_text(error)}")
                self._hang_up()
                if isinstance(error, OSError):
                    raise self._open_error(error, limit_s, was_closed=was_closed) from error
                raise

    def close(self) -> None:
        """Disconnect. Idempotent, from any state and thread; ends a request that waits elsewhere."""
        if self.state is not DeviceState.CLOSED:
            self._machine.shut("closed")
            self._hang_up()
        recovery = self._recovery
        if recovery is not None and recovery is not threading.current_thread():
            recovery.join(_CLOSE_WAIT_S)

    def __enter__(self: DeviceT) -> DeviceT:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r} {self.state.value}>"

    # ---- for abstract devices and drivers ------------------------------------------------------------------

    def _exchange(self, operation: Callable[[float], T], timeout_s: float) -> T:
        """Run one request, blocking up to ``timeout_s`` in all: its turn, the link, the answer.

        ``operation(remaining_s)`` talks to the device and must keep its time. What it raises decides the
        state:

        - ``TimeoutError``: no answer. Raised on as ``DeviceTimeout``; whatever comes late is flushed; several
          in a row mean lost.
        - ``DeviceLost`` or a bare ``OSError``: the link broke. It is reconnected and, if that succeeds in
          time, ``operation`` is run **again**: a request reaches the device at least once, so it must bear
          repeating.
        - another ``DeviceError``: the device answered, and refused. Raised on; the link is good.
        """
        deadline = self._deadline(timeout_s)
        with self._turn(deadline, timeout_s):
            while True:
                self._await_link(deadline, timeout_s)
                try:
                    self._flush_stale()
                    answer = operation(deadline.remaining_s())
                except OSError as error:
                    if self._stop.is_set():
                        raise self._machine.closed_error() from error
                    if _is_silence(error):
                        self._went_unanswered()
                        raise DeviceTimeout("AIE-DEV-003", where=self.name, timeout_s=timeout_s) from error
                    if isinstance(error, DeviceError) and not isinstance(error, DeviceLost):
                        self._was_answered()
                        raise
                    self._lose(_text(error))
                except BaseException:
                    self._stale = True  # interrupted: the answer may still be on its way
                    raise
                else:
                    self._was_answered()
                    return answer

    def _count(self, counter: str, amount: int = 1) -> None:
        """Add to one of :attr:`counters`."""
        self._machine.count(counter, amount)

    def _mark_degraded(self, reason: str) -> None:
        """Inside an operation: it will answer, but not all is well. The next clean answer ends it."""
        self._blemish = reason

    def _deadline(self, timeout_s: float) -> Deadline:
        if not (isinstance(timeout_s, (int, float)) and math.isfinite(timeout_s) and timeout_s >= 0):
            raise UsageError("AIE-DEV-012", where=self.name, value=timeout_s)
        return Deadline(self._clock, timeout_s)

    # ---- the link ------------------------------------------------------------------------------------------

    @contextmanager
    def _turn(self, deadline: Deadline, timeout_s: float) -> Iterator[None]:
        if not self._turn_lock.acquire(timeout=deadline.remaining_s()):
            raise DeviceTimeout("AIE-DEV-019", where=self.name, timeout_s=timeout_s)
        try:
            yield
        finally:
            self._turn_lock.release()

    def _await_link(self, deadline: Deadline, timeout_s: float) -> None:
        """Return when a request may be sent; wait for, or carry out, the recovery of a lost link."""
        while not self.state.usable:
            if self._stop.is_set():
                raise self._machine.closed_error()
            remaining_s = deadline.remaining_s()
            if self._RECOVERS_IN_CALL:
                wait_s = self._until_attempt_s()
                self._clock.wait(self._stop, min(wait_s, remaining_s))
                in_time = wait_s <= remaining_s
                if in_time:
                    self._attempt(min(self.options.connect_timeout_s, deadline.remaining_s()))
            else:
                in_time = self._clock.wait(self._machine.settled, remaining_s)
            if not in_time and not self._stop.is_set():
                raise DeviceLost(
                    "AIE-DEV-010", where=self.name, reason=self.state_reason, timeout_s=timeout_s
                )

    def _link_up(self, deadline: Deadline, reason: str, *, restore: bool = False) -> None:
        self._connect(deadline.remaining_s())
        if restore:
            self._restore(deadline.remaining_s())
        self._stale = False
        self._unanswered = 0
        self._connections += 1
        if restore:
            self._count("reconnects")
        self._machine.move(DeviceState.UP, reason)

    def _lose(self, reason: str) -> None:
        self._schedule_attempt()
        self._machine.move(DeviceState.LOST, reason)
        self._hang_up()
        if not self._RECOVERS_IN_CALL:
            self._recovery = threading.Thread(target=self._recover, name=f"recover {self.name}", daemon=True)
            self._recovery.start()

    def _recover(self) -> None:
        """The device's own thread: from lost until up or closed."""
        while not self._clock.wait(self._stop, self._until_attempt_s()):
            if self._attempt(self.options.connect_timeout_s):
                return

    def _attempt(self, timeout_s: float) -> bool:
        """One attempt to reconnect; True when no other is needed: the device is up, or was closed."""
        try:
            self._machine.move(DeviceState.RECOVERING, self.state_reason)
            self._link_up(Deadline(self._clock, timeout_s), "reconnected", restore=True)
        except Exception as error:
            self._hang_up()
            if not isinstance(error, OSError):
                logger.exception("%s: the driver failed while it reconnected", self.name)
            self._schedule_attempt()
            return not self._fall_back(_text(error))
        return True

    def _fall_back(self, reason: str) -> bool:
        """From recovering to lost; False when the device was closed instead."""
        try:
            self._machine.move(DeviceState.LOST, reason)
        except DeviceError:
            return False
        return True

    def _schedule_attempt(self) -> None:
        self._next_attempt_ns = self._clock.monotonic_ns() + round(self._backoff.next_delay_s() * 1e9)

    def _until_attempt_s(self) -> float:
        return max(0, self._next_attempt_ns - self._clock.monotonic_ns()) / 1e9

    def _end_recovery(self, deadline: Deadline, timeout_s: float) -> None:
        """Wait for the thread of the session before: two sessions must never share a connection."""
        if self._recovery is not None:
            self._recovery.join(deadline.remaining_s())
            if self._recovery.is_alive():
                raise DeviceTimeout("AIE-DEV-019", where=self.name, timeout_s=timeout_s)
            self._recovery = None

    def _hang_up(self) -> None:
        try:
            self._disconnect()
        except OSError as error:
            self._count("disconnect_errors")
            logger.warning("%s: disconnecting failed: %s", self.name, error)

    def _open_error(self, error: OSError, timeout_s: float, *, was_closed: bool) -> DeviceError:
        if was_closed:
            return self._machine.closed_error()
        if _is_silence(error):
            return DeviceTimeout("AIE-DEV-003", where=self.name, timeout_s=timeout_s)
        if isinstance(error, DeviceError):
            return error
        return DeviceError("AIE-DEV-004", where=self.name, reason=_text(error))

    # ---- what a request tells about the link ---------------------------------------------------------------

    def _flush_stale(self) -> None:
        if self._stale:
            self._flush()
            self._stale = False

    def _was_answered(self) -> None:
        self._unanswered = 0
        self._backoff.reset()
        blemish, self._blemish = self._blemish, ""
        target = DeviceState.DEGRADED if blemish else DeviceState.UP
        if self.state is not target:
            self._machine.move(target, blemish or "answers again")

    def _went_unanswered(self) -> None:
        self._count("timeouts")
        if not self._SILENCE_IS_FAULT:
            return
        self._stale = True
        self._unanswered += 1
        reason = f"no answer to {self._unanswered} request(s) in a row"
        if self._unanswered >= self.options.lost_after:
            self._lose(reason)
        elif self.state is DeviceState.UP:
            self._machine.move(DeviceState.DEGRADED, reason)


def _is_silence(error: OSError) -> bool:
    # The kernel's ETIMEDOUT is a TimeoutError too, but means that the connection is gone.
    return isinstance(error, TimeoutError) and error.errno != errno.ETIMEDOUT


def _text(error: BaseException) -> str:
    """The error as part of a sentence."""
    if isinstance(error, DeviceError):
        return error.what.rstrip(".")
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
