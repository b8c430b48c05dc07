"""Random .tflite models of the operators that resize images; LiteRT accepts each."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from tflite_builder import TfliteBuilder
from tflite_models import Draw


def resize_bilinear(draw: Draw, dtype: str) -> bytes:
    """RESIZE_BILINEAR."""
    return _resize(draw, dtype, "RESIZE_BILINEAR")


def resize_nearest_neighbor(draw: Draw, dtype: str) -> bytes:
    """RESIZE_NEAREST_NEIGHBOR."""
    return _resize(draw, dtype, "RESIZE_NEAREST_NEIGHBOR")


def _resize(draw: Draw, dtype: str, kind: str) -> bytes:
    batch, depth = draw.whole(1, 2), draw.whole(1, 9)
    before = draw.whole(1, 30), draw.whole(1, 30)
    after = draw.whole(1, 60), draw.whole(1, 60)
    if draw.whole(0, 1):  # what models do
        after = 2 * before[0], 2 * before[1]
    t = TfliteBuilder()
    like = (dtype, draw.scale(1e-3, 1), draw.zero_point(dtype))
    x, y = t.tensor((batch, *before, depth), *like), t.tensor((batch, *after, depth), *like)
    size = t.tensor((2,), "int32", data=np.array(after, np.int32))
    align, half = [(False, False), (True, False), (False, True)][draw.whole(0, 2)]
    t.operator(kind, [x, size], [y], AlignCorners=align, HalfPixelCenters=half)
    return t.build([x], [y])


MODELS: dict[str, Callable[[Draw, str], bytes]] = {
    model.__name__: model for model in (resize_bilinear, resize_nearest_neighbor)
}
