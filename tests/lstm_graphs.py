"""Small random graphs of one LSTM."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from random_graphs import CHANNELS, Random, activation, graph_of, random_values

from aiedge.model.ir.graph import Graph, Quantization, Tensor
from aiedge.model.ir.ops import Lstm


def lstm(rng: Random, dtype: str) -> Graph:
    del dtype  # there is int8 alone
    batch, steps, depth, cells = (
        int(v) for v in (*rng.integers(1, 4, 2), rng.choice(CHANNELS), rng.choice(CHANNELS))
    )
    x = activation(rng, "int8", (batch, steps, depth))
    y = activation(rng, "int8", (batch, steps, cells), scale=float(rng.uniform(0.002, 0.02)), name="y")

    def weights(columns: int) -> Tensor:
        scale = rng.uniform(0.0005, 0.03, 1).astype(np.float32)
        data = random_values(rng, "int8", (cells, columns))
        return Tensor("w", data.shape, "int8", Quantization(scale, np.zeros(1, np.int32)), data)

    constants = [weights(depth) for _ in range(4)] + [weights(cells) for _ in range(4)]
    for _ in range(4):
        bias = rng.integers(-3000, 3000, cells).astype(np.int32)
        if rng.integers(3) == 0:  # a sum beyond int32 wraps
            bias[0] = 2**31 - 1
        constants.append(Tensor("b", (cells,), "int32", None, bias))
    clip = int(rng.integers(1, 32768)) if rng.integers(2) else 0
    hidden = float(np.float32(rng.uniform(0.002, 0.02)))
    op = Lstm(int(rng.integers(2)), int(rng.integers(-15, -8)), clip, hidden, int(rng.integers(-128, 128)))
    return graph_of(op, [x, *constants], y)


BUILDERS: Mapping[str, Callable[[Random, str], Graph]] = {"lstm": lstm}
