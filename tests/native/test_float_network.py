"""Whole float networks, before and after the passes: the native core has the oracle's bits in every tensor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from float_network import float_network

from aiedge import _native
from aiedge.model.bundle import write_bundle
from aiedge.model.ir.graph import Graph
from aiedge.model.ir.interpret import interpret_all
from aiedge.model.passes import run_passes


def with_all_outputs(graph: Graph) -> Graph:
    """The graph, whose caller sees what every node computes."""
    return replace(graph, outputs=tuple(node.outputs[0] for node in graph.nodes))


@pytest.mark.parametrize("rewritten", [False, True])
@pytest.mark.parametrize("isa", ["reference", ""])
def test_every_tensor_has_the_oracles_bits(rewritten: bool, isa: str) -> None:
    for seed in range(5):
        given = float_network(seed)
        graph = with_all_outputs(run_passes(given) if rewritten else given)
        model = _native.Model(write_bundle(graph), threads=2, isa=isa)
        x = np.random.default_rng(seed).standard_normal((1, 8, 8, 3)).astype(np.float32)
        values = interpret_all(graph, [x])
        out = [np.empty_like(values[index]) for index in graph.outputs]
        model.run([x], out)
        for index, ours in zip(graph.outputs, out, strict=True):
            assert ours.tobytes() == values[index].tobytes(), graph.tensors[index].name


def test_the_passes_change_rounding_only() -> None:
    graph = float_network(7)
    x = np.random.default_rng(7).standard_normal((1, 8, 8, 3)).astype(np.float32)
    results = []
    for each in (graph, run_passes(graph)):
        out = [np.empty(graph.tensors[index].shape, np.float32) for index in graph.outputs]
        _native.Model(write_bundle(each)).run([x], out)
        results.append(out)
    for before, after in zip(*results, strict=True):
        # one step of the part in int8 may go the other way
        np.testing.assert_allclose(after, before, rtol=0.02, atol=1e-5)
