"""Random .tflite models of the operators that give or take indices; LiteRT accepts each."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tflite
from tflite_builder import TfliteBuilder
from tflite_models import Draw


def arg_max(draw: Draw, dtype: str) -> bytes:
    """ARG_MAX along any axis, long and short ones: of many values some are equal."""
    shape = [draw.whole(1, 8) for _ in range(draw.whole(1, 4))]
    axis = draw.whole(0, len(shape) - 1)
    if draw.whole(0, 1):
        shape[axis] = draw.whole(1, 400)
    t = TfliteBuilder()
    x = t.tensor(shape, dtype, draw.scale(1e-3, 1), draw.zero_point(dtype))
    where = t.tensor((), "int32", data=np.array(axis - len(shape) * draw.whole(0, 1), np.int32))
    y = t.tensor([*shape[:axis], *shape[axis + 1 :]], "int32")
    t.operator("ARG_MAX", [x, where], [y], OutputType=tflite.TensorType.INT32)
    return t.build([x], [y])


def gather(draw: Draw, dtype: str) -> bytes:
    """GATHER with constant indices of up to two axes."""
    shape = [draw.whole(1, 6) for _ in range(draw.whole(1, 4))]
    axis = draw.whole(0, len(shape) - 1)
    places = [draw.whole(1, 4) for _ in range(draw.whole(0, 2))]
    t = TfliteBuilder()
    like = (dtype, draw.scale(1e-3, 1), draw.zero_point(dtype))
    values = draw.rng.integers(0, shape[axis], places).astype(np.int32)
    x, indices = t.tensor(shape, *like), t.tensor(places, "int32", data=np.asarray(values))
    y = t.tensor([*shape[:axis], *places, *shape[axis + 1 :]], *like)
    t.operator("GATHER", [x, indices], [y], Axis=axis, BatchDims=0)
    return t.build([x], [y])


MODELS: dict[str, Callable[[Draw, str], bytes]] = {model.__name__: model for model in (arg_max, gather)}
