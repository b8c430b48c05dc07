"""One input for both sides: the real values that one side's integers stand for become the other's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.diff.align import find_view
from aiedge.errors import InputError
from aiedge.types import TensorSpec

Arrays = Sequence[NDArray[Any]]


def pair_inputs(
    a: Sequence[TensorSpec], b: Sequence[TensorSpec], names: tuple[str, str]
) -> tuple[TensorSpec, ...]:
    """The inputs of ``b`` in the order of ``a``: by name where all names are the same, else as they stand.

    Raises InputError where they are no inputs of one network; ``names`` are the sides' for its text.
    """
    by_name = {spec.name: spec for spec in b}
    ordered = tuple(by_name[spec.name] for spec in a) if by_name.keys() == {s.name for s in a} else tuple(b)
    fit = len(a) == len(b) == len(by_name) and all(map(_can_carry, a, ordered))
    if not fit:
        raise InputError("AIE-MOD-087", where=" and ".join(names), a=_told(a), b=_told(b))
    return ordered


def carry(array: NDArray[Any], a: TensorSpec, b: TensorSpec) -> NDArray[Any]:
    """An array for the input ``a`` as one for ``b``: bits as they are where both mean the same by them."""
    untold = a.dtype == b.dtype and None in {a.scale, b.scale}
    alike = (a.dtype, a.scale, a.zero_point) == (b.dtype, b.scale, b.zero_point)
    moved = array if alike or untold else b.quantize(a.dequantize(array))
    view = find_view(np.zeros(b.shape), np.zeros(a.shape))
    assert view is not None  # noqa: S101 - pair_inputs has looked
    return np.ascontiguousarray(view(moved))


def random_input(a: TensorSpec, b: TensorSpec, rng: np.random.Generator) -> NDArray[Any]:
    """An array for ``a``: uniform over its integers, over those of ``b`` where ``a`` is float, else normal."""
    for spec in (a, b):
        if spec.dtype.kind in "iu":
            limits = np.iinfo(spec.dtype)
            integers = rng.integers(limits.min, limits.max, a.shape, spec.dtype, endpoint=True)
            return integers if spec is a else spec.dequantize(integers).astype(a.dtype)
    return rng.standard_normal(a.shape).astype(a.dtype)


def _can_carry(a: TensorSpec, b: TensorSpec) -> bool:
    if find_view(np.zeros(b.shape), np.zeros(a.shape)) is None:
        return False
    kinds = {a.dtype.kind, b.dtype.kind}
    if a.dtype == b.dtype:
        return True
    quantized = [spec for spec in (a, b) if spec.dtype.kind in "iu"]
    return kinds <= {"i", "u", "f"} and all(spec.scale is not None for spec in quantized)


def _told(specs: Sequence[TensorSpec]) -> str:
    return ", ".join(f"{spec.name!r} {spec.dtype}{list(spec.shape)}" for spec in specs)
