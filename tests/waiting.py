"""Waiting for another thread or process."""

from __future__ import annotations

import time
from collections.abc import Callable


def until(met: Callable[[], object]) -> None:
    """Block until the condition is met; pytest's own time-out ends a wait in vain."""
    while not met():
        time.sleep(0.005)
