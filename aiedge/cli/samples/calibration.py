"""Some of the samples that were found, as calibration takes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from aiedge.cli.samples.find import Sample

MAX_HELD_BYTES = 1 << 30
"""What is read stays in memory up to here; the rest is read again when it is needed again."""

Arrays = list[NDArray[Any]]


class CalibrationSamples(Sequence[Arrays]):
    """``count`` of the found samples (None: all), chosen by ``seed``, in the order in which they were found.

    Reading one raises what :func:`~aiedge.cli.samples.find.find_samples` says.
    """

    def __init__(self, found: Sequence[Sample], count: int | None, seed: int) -> None:
        chosen = np.arange(len(found))
        if count is not None and count < len(found):
            chosen = np.sort(np.random.default_rng(seed).choice(len(found), count, replace=False))
        self._samples = [found[int(index)] for index in chosen]
        self._held: dict[int, Arrays] = {}
        self._held_bytes = 0

    def __len__(self) -> int:
        return len(self._samples)

    @overload
    def __getitem__(self, place: int) -> Arrays: ...

    @overload
    def __getitem__(self, place: slice) -> list[Arrays]: ...

    def __getitem__(self, place: int | slice) -> Arrays | list[Arrays]:
        """One sample's arrays, or those of several."""
        if isinstance(place, slice):
            return [self[index] for index in range(*place.indices(len(self)))]
        if place < 0 or place >= len(self):
            raise IndexError(place)  # ends an iteration
        if place in self._held:
            return self._held[place]
        arrays: Arrays = self._samples[place].read()
        size_bytes = sum(array.nbytes for array in arrays)
        if self._held_bytes + size_bytes <= MAX_HELD_BYTES:
            self._held[place] = arrays
            self._held_bytes += size_bytes
        return arrays
