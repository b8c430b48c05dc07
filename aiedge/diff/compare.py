"""Both sides run on the same inputs, one input at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.diff.carry import carry, pair_inputs, random_input
from aiedge.diff.difference import Difference
from aiedge.diff.layer import LayerKey, Source
from aiedge.diff.match import Pair, match_layers
from aiedge.diff.tolerance import Tolerance
from aiedge.errors import ModelError

Arrays = Sequence[NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Row:
    """One layer, with its number in the running order of the first side (from 0)."""

    number: int
    name: str
    operator: str
    difference: Difference


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every layer, over all ``samples`` inputs.

    ``rows`` in running order; ``only_a``, ``only_b``: names that one side alone has; ``untold``: name and reason of
    layers that both have and that could not be compared.
    """

    rows: tuple[Row, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    untold: tuple[tuple[str, str], ...]
    samples: int

    def first_beyond(self, tolerance: Tolerance) -> Row | None:
        """The first layer in running order that is not within the tolerance."""
        return next((row for row in self.rows if not tolerance.holds(row.difference)), None)


def random_samples(a: Source, b: Source, count: int, seed: int) -> Iterator[Arrays]:
    """Inputs for ``a``, ``count`` times, as :func:`~aiedge.diff.carry.random_input` says; the same for one seed."""
    rng = np.random.default_rng(seed)
    others = pair_inputs(a.inputs, b.inputs, (a.label, b.label))
    for _ in range(count):
        yield [random_input(spec, other, rng) for spec, other in zip(a.inputs, others, strict=True)]


def compare(a: Source, b: Source, samples: Iterable[Arrays]) -> Comparison:
    """Run every sample (arrays for the inputs of ``a``) through both sides; blocks.

    One input's values are in memory at a time. Raises ModelError where no layer has the same name, InputError where
    the inputs do not fit, and what the engines raise.
    """
    pairs = match_layers(a.layers, b.layers)
    if not pairs:
        raise ModelError("AIE-MOD-085", a=_some(a), b=_some(b))
    others = pair_inputs(a.inputs, b.inputs, (a.label, b.label))
    a.want([pair.a.key for pair in pairs])
    b.want([pair.b.key for pair in pairs])
    sums = [Difference() for _ in pairs]
    count = 0
    for arrays in samples:
        carried = {
            other.name: carry(array, spec, other)
            for array, spec, other in zip(arrays, a.inputs, others, strict=True)
        }
        _add_run(a, b, (arrays, [carried[spec.name] for spec in b.inputs]), pairs, sums, count)
        count += 1
    number_of = {layer.key: number for number, layer in enumerate(a.layers)}
    numbered = [(number_of[pair.a.key], pair, total) for pair, total in zip(pairs, sums, strict=True)]
    return Comparison(
        rows=tuple(
            Row(number, pair.a.key.name, _operator(pair), total)
            for number, pair, total in numbered
            if total.samples
        ),
        only_a=_alone(a, {pair.a.key for pair in pairs}),
        only_b=_alone(b, {pair.b.key for pair in pairs}),
        untold=tuple(
            (pair.a.key.name, total.reason or "an engine does not show it")
            for _, pair, total in numbered
            if not total.samples
        ),
        samples=count,
    )


def _add_run(
    a: Source,
    b: Source,
    inputs: tuple[Arrays, Arrays],
    pairs: Sequence[Pair],
    sums: Sequence[Difference],
    sample: int,
) -> None:
    held: dict[LayerKey, NDArray[Any]] = {}
    a.run(inputs[0], held.__setitem__)
    place_of = {pair.b.key: place for place, pair in enumerate(pairs)}

    def meet(key: LayerKey, values: NDArray[Any]) -> None:
        place = place_of[key]
        pair = pairs[place]
        mine = held.pop(pair.a.key, None)
        if mine is not None:
            sums[place].add(sample, mine, values, pair.a.coding, pair.b.coding)

    b.run(inputs[1], meet)


def _operator(pair: Pair) -> str:
    """What computes the layer: in a QDQ file the name is that of a quantization behind it."""
    return pair.b.operator if pair.a.operator == "QuantizeLinear" else pair.a.operator


def _alone(source: Source, paired: set[LayerKey]) -> tuple[str, ...]:
    return tuple(layer.key.name for layer in source.layers if layer.key not in paired)


def _some(source: Source) -> str:
    names = [layer.key.name[-60:] for layer in source.layers[:3]]
    return ", ".join(map(repr, names)) or "none at all"
