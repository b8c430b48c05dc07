from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiedge.devices.backoff import Backoff
from aiedge.devices.options import Reconnect


def delays(backoff: Backoff, count: int = 6) -> list[float]:
    return [backoff.next_delay_s() for _ in range(count)]


def test_at_once_then_growing_to_the_cap() -> None:
    backoff = Backoff(Reconnect(first_delay_s=0.5, factor=2.0, cap_s=3.0, jitter=0.0), "plc")
    assert delays(backoff) == pytest.approx([0, 0.5, 1, 2, 3, 3])
    backoff.reset()
    assert delays(backoff, 3) == pytest.approx([0, 0.5, 1])


@given(
    settings=st.builds(
        Reconnect,
        first_delay_s=st.floats(1e-3, 10),
        factor=st.floats(1, 10),
        cap_s=st.floats(10, 60),
        jitter=st.floats(0, 1),
        seed=st.integers(),
    ),
    name=st.text(),
)
def test_bounds(settings: Reconnect, name: str) -> None:
    got = delays(Backoff(settings, name), 20)
    assert got[0] == 0
    plain = settings.first_delay_s
    for delay_s in got[1:]:
        assert plain <= delay_s * (1 + 1e-9)
        assert delay_s <= plain * (1 + settings.jitter) * (1 + 1e-9)
        plain = min(plain * settings.factor, settings.cap_s)


def test_seed_and_name_decide_the_jitter() -> None:
    one = Reconnect(seed=1)
    assert delays(Backoff(one, "a")) == delays(Backoff(one, "a"))
    assert delays(Backoff(one, "a")) != delays(Backoff(one, "b"))
    assert delays(Backoff(one, "a")) != delays(Backoff(Reconnect(seed=2), "a"))
