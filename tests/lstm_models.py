"""Random .tflite models of an LSTM in the form that the Keras converter makes; LiteRT accepts each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tflite
from tflite_builder import TfliteBuilder
from tflite_models import Draw

TANH = tflite.ActivationFunctionType.TANH


def lstm(draw: Draw, dtype: str) -> bytes:
    """UNIDIRECTIONAL_SEQUENCE_LSTM: any cell scale, with and without a bound, steps first or batch first."""
    return build_lstm(draw, dtype=dtype)


def build_lstm(
    draw: Draw,
    *,
    dtype: str = "int8",
    cell_scale: float | None = None,
    state_zero: int | None = None,
    present: dict[int, int] | None = None,
    absent: tuple[int, ...] = (),
    intermediates: int = 5,
    **options: Any,
) -> bytes:
    """One with faults at will: ``present`` puts the input k's tensor into the place, ``absent`` empties places."""
    batch, steps, depth, cells = draw.whole(1, 2), draw.whole(1, 5), draw.whole(1, 20), draw.whole(1, 20)
    major = bool(draw.whole(0, 1))
    t = TfliteBuilder()
    x_scale, y_scale, zero = draw.scale(0.005, 0.15), draw.scale(0.004, 0.012), draw.whole(-20, 20)
    x = t.tensor(
        (steps, batch, depth) if major else (batch, steps, depth), dtype, x_scale, draw.zero_point(dtype)
    )

    def constant(shape: tuple[int, ...]) -> int:
        data = draw.rng.integers(-127, 128, shape).astype(np.int8)
        return t.tensor(shape, "int8", draw.scale(0.001, 0.03), 0, data=data)

    weights = [constant((cells, depth)) for _ in range(4)] + [constant((cells, cells)) for _ in range(4)]
    values = [draw.rng.integers(-3000, 3000, cells).astype(np.int32) for _ in range(4)]
    biases = [t.tensor((cells,), "int32", x_scale * 0.01, 0, data=value) for value in values]
    state = t.tensor(
        (batch, cells), "int8", y_scale, zero if state_zero is None else state_zero, variable=True
    )
    exponent = draw.whole(-15, -9)
    scale = 2.0**exponent if cell_scale is None else cell_scale
    cell = t.tensor((batch, cells), "int16", scale, 0, variable=True)
    hidden = (y_scale, zero) if draw.whole(0, 1) else (y_scale * 1.1, zero + 3)
    inner = [t.tensor((), "int16", 0.001, 0) for _ in range(4)] + [t.tensor((), "int8", *hidden)]
    y = t.tensor((steps, batch, cells) if major else (batch, steps, cells), dtype, y_scale, zero)
    inputs = [x, *weights, -1, -1, -1, *biases, -1, -1, state, cell, -1, -1, -1, -1]
    for place, index in (present or {}).items():
        inputs[place] = inputs[index]
    for place in absent:
        inputs[place] = -1
    clip = (0.0, 1.0, 0.3)[draw.whole(0, 2)]
    settings = {"FusedActivationFunction": TANH, "CellClip": clip, "TimeMajor": major} | options
    t.operator("UNIDIRECTIONAL_SEQUENCE_LSTM", inputs, [y], intermediates=inner[:intermediates], **settings)
    return t.build([x], [y])


MODELS: dict[str, Callable[[Draw, str], bytes]] = {"unidirectional_sequence_lstm": lstm}
