"""Mutations of small bundles: each is refused as one clear ModelError, or runs to the same bits on every ISA."""

from __future__ import annotations

import index_graphs
import lstm_graphs
import movement_graphs
import numpy as np
import pytest
import resize_graphs
from bundle_patch import seal
from mutations import mutations
from random_graphs import BUILDERS, random_values

from aiedge import _native
from aiedge.errors import AiedgeError, EngineError, ModelError
from aiedge.model.bundle import write_bundle

ALL = (
    BUILDERS
    | movement_graphs.BUILDERS
    | resize_graphs.BUILDERS
    | index_graphs.BUILDERS
    | lstm_graphs.BUILDERS
)
EXTRAS = {b"PROV": (0, b'{"command":"compile"}'), b"GOLD": (0, bytes(64)), b"SIGN": (0, bytes(128))}
"""What the core knows by its size and place alone."""
EACH = 168
MOST_MACS = 10_000_000
MOST_BYTES = 1 << 24


def _load(data: bytes, isa: str) -> _native.Model | AiedgeError:
    """The model, or its refusal."""
    try:
        return _native.Model(data, isa=isa, name="mutated")
    except (ModelError, EngineError) as error:
        return error


def _is_clean(refusal: AiedgeError) -> bool:
    """Not valid, or allowed and too large all the same; one line, with its place."""
    kinds = {"AIE-MOD-018": ModelError, "AIE-ENG-010": EngineError}
    one_line = str(refusal).isprintable()
    return type(refusal) is kinds[refusal.code] and one_line and refusal.where.startswith("mutated")


def _run(model: _native.Model) -> list[bytes]:
    rng = np.random.default_rng(5)
    inputs = [random_values(rng, info.dtype, info.shape) for info in model.inputs]
    outs = [np.zeros(info.shape, info.dtype) for info in model.outputs]
    model.run(inputs, outs)
    return [out.tobytes() for out in outs]


def _is_small(model: _native.Model) -> bool:
    elements = sum(int(np.prod(info.shape)) for info in (*model.inputs, *model.outputs))
    macs = sum(node.macs for node in model.nodes)
    return elements <= MOST_BYTES and macs <= MOST_MACS and model.memory.peak_bytes <= MOST_BYTES


@pytest.mark.parametrize("op", ALL)
def test_mutations(op: str) -> None:
    bundle = write_bundle(
        ALL[op](np.random.default_rng(len(op)), "int8"), ["a", "b"], {"note": "fuzz"}, EXTRAS
    )
    assert isinstance(_load(bundle, ""), _native.Model)
    refused = ran = 0
    for index, mutated in enumerate(mutations(bundle, EACH, seed=sum(op.encode()))):
        data = mutated if index % 4 == 0 else seal(mutated)
        law, best = _load(data, "reference"), _load(data, "")
        if isinstance(law, AiedgeError) or isinstance(best, AiedgeError):
            assert str(law) == str(best)
            assert isinstance(law, AiedgeError)
            assert _is_clean(law)
            refused += 1
        elif _is_small(law):
            assert law.plan
            assert _run(law) == _run(best)
            ran += 1
    # Both ways must have been gone.
    assert refused > EACH // 4
    assert ran > 0
