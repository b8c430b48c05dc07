"""The same values in two layouts: ONNX has channels first, aiedge and TFLite have them last."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

View = Callable[[NDArray[Any]], NDArray[Any]]
"""An array of one side in the layout of the other."""

_ORDERS = {4: ((0, 2, 3, 1), (0, 3, 1, 2)), 3: ((0, 2, 1),)}


def find_view(a: NDArray[np.float64], b: NDArray[np.float64]) -> View | None:
    """How ``b`` is looked at to stand as ``a`` does; None where the shapes are of different values.

    ``b`` as it is, with channels moved to the end or to the front, or without axes of one element. Where several of
    them give the shape of ``a``, it is the one whose values are most like it, as it is if all are alike.
    """
    views = list(_views(a.shape, b.shape))
    if len(views) < 2:
        return views[0] if views else None
    return max(views, key=lambda view: _likeness(a, view(b)))


def _views(wanted: tuple[int, ...], shape: tuple[int, ...]) -> Iterator[View]:
    if shape == wanted:
        yield lambda array: array
    if len(shape) == len(wanted):
        for order in _ORDERS.get(len(shape), ()):
            if tuple(shape[axis] for axis in order) == wanted:
                yield _transposed(order)
    if shape != wanted and _long(shape) == _long(wanted):
        yield lambda array: array.reshape(wanted)


def _transposed(order: tuple[int, ...]) -> View:
    return lambda array: array.transpose(order)


def _long(shape: tuple[int, ...]) -> list[int]:
    return [size for size in shape if size != 1]


def _likeness(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    difference = np.nan_to_num(a - b)
    return -float(np.vdot(difference, difference))
