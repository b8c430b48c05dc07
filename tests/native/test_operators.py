"""Every operation, native against the NumPy oracle: equal bits on random graphs, instruction sets and thread counts."""

from __future__ import annotations

import index_graphs
import lstm_graphs
import movement_graphs
import numpy as np
import pytest
import resize_graphs
from random_graphs import BUILDERS, random_values

from aiedge import _native
from aiedge.model.bundle import write_bundle
from aiedge.model.ir.interpret import interpret

ROUNDS = 60
ALL = (
    BUILDERS
    | movement_graphs.BUILDERS
    | resize_graphs.BUILDERS
    | index_graphs.BUILDERS
    | lstm_graphs.BUILDERS
)


@pytest.mark.parametrize("dtype", ["int8", "uint8"])
@pytest.mark.parametrize("op", ALL)
def test_equals_the_oracle(op: str, dtype: str) -> None:
    rng = np.random.default_rng(sum(op.encode()) + len(dtype))
    for _ in range(ROUNDS):
        graph = ALL[op](rng, dtype)
        inputs = [random_values(rng, graph.tensors[i].dtype, graph.tensors[i].shape) for i in graph.inputs]
        (expected,) = interpret(graph, inputs)
        bundle = write_bundle(graph)
        for isa in ("reference", ""):
            for threads in (1, 2):
                model = _native.Model(bundle, threads=threads, isa=isa)
                out = np.empty_like(expected)
                model.run(inputs, [out])
                np.testing.assert_array_equal(out, expected, f"{isa or 'best'}, {threads} thread(s), {graph}")
