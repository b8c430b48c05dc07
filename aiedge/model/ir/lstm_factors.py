"""The factors of an LSTM, exactly as ``aiedge-1`` (docs/arithmetic.md) forms them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

GATES = 4
"""Input, forget, cell, output."""


def lstm_factors(scales: Sequence[np.float32], hidden_scale: float) -> list[np.float32]:
    """The factors of the four gates' inputs, of their states, and of the result; float32, as written.

    ``scales``: of the input, of the four weights of the input, of the four of the state, of the output.
    """
    unit, step = np.float32(2.0**-12), np.float32(2.0**-15)
    x, *weights, state = scales
    with np.errstate(over="ignore", under="ignore"):
        factors = [w * x / unit for w in weights[:GATES]] + [w * state / unit for w in weights[GATES:]]
        return [*factors, step / np.float32(hidden_scale) * step]
