"""Boards by number, drawn ahead of time by a thread so that whoever asks does not wait for the drawing."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait

from aiedge.clock import Clock, Deadline
from aiedge_drivers.sim.boards import BoardGenerator, RenderedBoard

_POLL_S = 0.02


class BoardSource:
    """Hands out the boards of a generator.

    Args:
        generator: draws board number n.
        clock: the time source of the deadlines.
        ahead: boards drawn before they are asked for; 0 draws in the call.
        distinct: so many boards are drawn by :meth:`start` and shown again and again; 0 draws each number
        anew. parts: no board from this number on is drawn ahead; 0 without end.
    """

    def __init__(
        self, generator: BoardGenerator, clock: Clock, *, ahead: int = 0, distinct: int = 0, parts: int = 0
    ) -> None:
        self._generator = generator
        self._clock = clock
        self._ahead = ahead
        self._distinct = distinct
        self._parts = parts
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._drawn: dict[int, RenderedBoard] = {}
        self._drawing: dict[int, Future[RenderedBoard]] = {}

    def start(self, timeout_s: float) -> None:
        """Draw the distinct boards, if so wanted, blocking up to ``timeout_s`` (``TimeoutError``)."""
        deadline = Deadline(self._clock, timeout_s)
        for number in range(len(self._drawn), self._distinct):
            if deadline.remaining_s() == 0:
                raise TimeoutError(f"{number} of {self._distinct} boards drawn")
            self._drawn[number] = self._generator.render(number)
        with self._lock:
            if self._pool is None and self._ahead and not self._distinct:
                self._pool = ThreadPoolExecutor(1, thread_name_prefix="draw boards")

    def stop(self) -> None:
        """End the thread; idempotent, from any thread."""
        with self._lock:
            pool, self._pool = self._pool, None
            self._drawing.clear()
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    def board(self, number: int, deadline: Deadline, stopped: threading.Event) -> RenderedBoard:
        """Board ``number``, blocking until it is drawn; numbers are asked for in rising order.

        Raises ``TimeoutError`` at the deadline, ``ConnectionError`` when ``stopped`` is set or :meth:`stop`
        was called.
        """
        if self._distinct:
            return self._drawn[number % self._distinct]
        if not self._ahead:
            return self._generator.render(number)
        drawing = self._draw_ahead(number)
        while True:
            before_ns = self._clock.monotonic_ns()
            wait([drawing], timeout=_POLL_S)
            if stopped.is_set() or drawing.cancelled():
                raise ConnectionError("closed")
            if drawing.done():
                return drawing.result()
            # On model time no time passes while we draw, and none may run out.
            if deadline.remaining_s() == 0 and self._clock.monotonic_ns() != before_ns:
                raise TimeoutError

    def _draw_ahead(self, number: int) -> Future[RenderedBoard]:
        with self._lock:
            if self._pool is None:
                raise ConnectionError("closed")
            for old in [n for n in self._drawing if n < number]:
                self._drawing.pop(old).cancel()
            end = number + 1 + self._ahead
            for wanted in range(number, min(end, self._parts) if self._parts else end):
                if wanted not in self._drawing:
                    self._drawing[wanted] = self._pool.submit(self._generator.render, wanted)
            return self._drawing[number]
