"""The bounded exponential waiting times between attempts to reconnect."""

from __future__ import annotations

import random

from aiedge.devices.options import Reconnect


class Backoff:
    """``next_delay_s()`` gives 0, then the delays of :class:`Reconnect`; ``reset()`` starts over."""

    def __init__(self, settings: Reconnect, name: str) -> None:
        self._settings = settings
        # The same seed and name repeat a run.
        self._random = random.Random(f"{settings.seed}:{name}")  # noqa: S311 - spreads attempts, no secret
        self._delay_s = 0.0

    def next_delay_s(self) -> float:
        """Seconds to wait before the next attempt."""
        base_s = self._delay_s
        settings = self._settings
        grown_s = base_s * settings.factor if base_s else settings.first_delay_s
        self._delay_s = min(grown_s, settings.cap_s)
        return base_s * (1.0 + settings.jitter * self._random.random())

    def reset(self) -> None:
        """The device answered: the next attempt is made at once."""
        self._delay_s = 0.0
