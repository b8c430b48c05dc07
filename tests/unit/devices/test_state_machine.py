from __future__ import annotations

import threading
from itertools import pairwise

import pytest

from aiedge.devices.state import TRANSITIONS, DeviceState
from aiedge.devices.state_machine import StateMachine
from aiedge.errors import DeviceError

CLOSED, CONNECTING, UP = DeviceState.CLOSED, DeviceState.CONNECTING, DeviceState.UP
DEGRADED, LOST, RECOVERING = DeviceState.DEGRADED, DeviceState.LOST, DeviceState.RECOVERING

# A way into each state from closed.
PATHS = {
    CONNECTING: [],
    UP: [UP],
    DEGRADED: [UP, DEGRADED],
    LOST: [UP, LOST],
    RECOVERING: [UP, LOST, RECOVERING],
}


def machine_in(state: DeviceState) -> StateMachine:
    machine = StateMachine("device")
    machine.start()
    for step in PATHS[state]:
        machine.move(step, "test")
    return machine


@pytest.mark.parametrize("old", PATHS)
@pytest.mark.parametrize("new", DeviceState)
def test_only_the_listed_changes_happen(old: DeviceState, new: DeviceState) -> None:
    machine = machine_in(old)
    if new in TRANSITIONS[old]:
        machine.move(new, "test")
        assert machine.state is new
    else:
        with pytest.raises(RuntimeError, match=f"from {old.value} to {new.value}"):
            machine.move(new, "test")
        assert machine.state is old


def test_every_state_can_be_closed_and_reached() -> None:
    assert set(TRANSITIONS) == set(DeviceState)
    assert all(CLOSED in row for state, row in TRANSITIONS.items() if state is not CLOSED)
    assert set().union(*TRANSITIONS.values()) == set(DeviceState)


@pytest.mark.parametrize("state", PATHS)
def test_events_follow_the_state(state: DeviceState) -> None:
    machine = machine_in(state)
    assert machine.settled.is_set() is (state not in (LOST, RECOVERING))
    assert not machine.stopped.is_set()
    machine.shut("bye")
    assert machine.settled.is_set()
    assert machine.stopped.is_set()
    assert (machine.state, machine.reason) == (CLOSED, "bye")


def test_a_closed_machine_does_not_move() -> None:
    machine = machine_in(UP)
    machine.shut("bye")
    with pytest.raises(DeviceError) as caught:
        machine.move(LOST, "too late")
    assert caught.value.code == "AIE-DEV-005"
    assert machine.state is CLOSED


def test_changes_are_counted_and_told_in_order() -> None:
    machine = StateMachine("device")
    told: list[tuple[DeviceState, DeviceState, str]] = []
    machine.callbacks.append(lambda *change: told.append(change))
    machine.start()
    machine.move(UP, "hello")
    machine.shut("bye")
    machine.shut("bye again")
    assert told == [(CLOSED, CONNECTING, "opening"), (CONNECTING, UP, "hello"), (UP, CLOSED, "bye")]
    assert machine.counters() == {"state_connecting": 1, "state_up": 1, "state_closed": 1}


def test_a_change_made_by_a_callback_is_told_after_its_cause_to_all() -> None:
    machine = machine_in(UP)
    told: list[str] = []
    machine.callbacks.append(lambda _, new, __: machine.shut("enough") if new is LOST else None)
    machine.callbacks.append(lambda _, new, __: told.append(new.value))
    machine.move(LOST, "test")
    assert told == ["lost", "closed"]


def test_threads_lose_no_change() -> None:
    machine = machine_in(UP)
    told: list[tuple[DeviceState, DeviceState, str]] = []
    machine.callbacks.append(lambda *change: told.append(change))
    turn = threading.Lock()

    def swing() -> None:
        for _ in range(200):
            with turn:
                machine.move(DEGRADED if machine.state is UP else UP, "test")

    threads = [threading.Thread(target=swing) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 800
    assert all(before[1] is after[0] for before, after in pairwise(told))
