from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import cast

import pytest

from aiedge.clock import SYSTEM_CLOCK, Clock, Deadline, FakeClock
from aiedge_drivers.sim.board_source import BoardSource
from aiedge_drivers.sim.boards import BoardGenerator, RenderedBoard

PATIENCE_S = 10.0
NEVER = threading.Event()


class CountingGenerator:
    """Its boards are their numbers; drawing waits for ``gate``."""

    def __init__(self) -> None:
        self.drawn: list[int] = []
        self.threads: set[int] = set()
        self.gate = threading.Event()
        self.gate.set()

    def render(self, index: int) -> int:
        self.gate.wait(PATIENCE_S)
        self.drawn.append(index)
        self.threads.add(threading.get_ident())
        return index


def source(
    generator: CountingGenerator, clock: Clock, *, ahead: int = 0, distinct: int = 0, parts: int = 0
) -> BoardSource:
    return BoardSource(cast("BoardGenerator", generator), clock, ahead=ahead, distinct=distinct, parts=parts)


def number(board: RenderedBoard) -> int:
    return cast("int", board)


@pytest.fixture
def generator() -> Iterator[CountingGenerator]:
    generator = CountingGenerator()
    yield generator
    generator.gate.set()


def test_draws_in_the_call(generator: CountingGenerator) -> None:
    boards = source(generator, FakeClock())
    boards.start(1.0)
    assert generator.drawn == []
    assert number(boards.board(7, Deadline(FakeClock(), 1.0), NEVER)) == 7
    assert generator.threads == {threading.get_ident()}


def test_draws_ahead_but_not_beyond_the_end(generator: CountingGenerator) -> None:
    boards = source(generator, FakeClock(), ahead=3, parts=6)
    boards.start(1.0)
    deadline = Deadline(FakeClock(), 1.0)
    # 3 was lost on the way: it was drawn ahead, or is not drawn at all.
    assert [number(boards.board(n, deadline, NEVER)) for n in (0, 1, 2, 4, 5)] == [0, 1, 2, 4, 5]
    boards.stop()
    assert set(generator.drawn) <= set(range(6))
    assert threading.get_ident() not in generator.threads


def test_distinct_boards_are_drawn_once(generator: CountingGenerator) -> None:
    boards = source(generator, FakeClock(), ahead=3, distinct=2)
    for _ in range(2):
        boards.start(1.0)
        deadline = Deadline(FakeClock(), 1.0)
        assert [number(boards.board(n, deadline, NEVER)) for n in range(5)] == [0, 1, 0, 1, 0]
        boards.stop()
    assert generator.drawn == [0, 1]


def test_drawing_the_distinct_boards_keeps_its_time(generator: CountingGenerator) -> None:
    with pytest.raises(TimeoutError):
        source(generator, FakeClock(), distinct=2).start(0.0)


def test_model_time_stands_still_while_a_board_is_drawn(generator: CountingGenerator) -> None:
    clock = FakeClock()
    boards = source(generator, clock, ahead=1)
    boards.start(1.0)
    generator.gate.clear()
    threading.Timer(0.05, generator.gate.set).start()
    assert number(boards.board(0, Deadline(clock, 0.0), NEVER)) == 0
    boards.stop()


def test_real_time_runs_out_while_a_board_is_drawn(generator: CountingGenerator) -> None:
    boards = source(generator, SYSTEM_CLOCK, ahead=1)
    boards.start(1.0)
    generator.gate.clear()
    with pytest.raises(TimeoutError):
        boards.board(0, Deadline(SYSTEM_CLOCK, 0.01), NEVER)
    generator.gate.set()
    boards.stop()


def test_stopping_ends_the_wait(generator: CountingGenerator) -> None:
    boards = source(generator, FakeClock(), ahead=1)
    boards.start(1.0)
    generator.gate.clear()
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(ConnectionError):
        boards.board(0, Deadline(FakeClock(), 1.0), stopped)
    boards.stop()
    boards.stop()
    with pytest.raises(ConnectionError):
        boards.board(0, Deadline(FakeClock(), 1.0), NEVER)
