"""A test image and its template, packed into a quantized network's input."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def pack_pair(
    test: NDArray[np.uint8], template: NDArray[np.uint8], out: NDArray[np.int8] | None = None
) -> NDArray[np.int8]:
    """Interleave two (height, width) uint8 pictures into (1, height, width, 2) int8, grey level minus 128.

    That is the exact quantization for an input of scale 1/128 and zero point 0 whose real values are
    ``(level - 128) / 128``. ``out``, if given, is C-contiguous, of that shape, and is filled and returned.
    ``ValueError`` on differing shapes.
    """
    shape = (1, *test.shape, 2)
    if test.ndim != 2 or test.shape != template.shape:
        raise ValueError(f"pack_pair needs two pictures of one shape, got {test.shape} and {template.shape}")
    if out is None:
        out = np.empty(shape, np.int8)
    if out.shape != shape or out.dtype != np.int8 or not out.flags.c_contiguous:
        raise ValueError(f"out must be C-contiguous int8 {shape}, got {out.dtype} {out.shape}")
    # A pair of bytes is one little-endian word, which NumPy fills several times as fast as strided bytes.
    words = out.view("<u2")[0, :, :, 0]
    np.left_shift(template, 8, out=words, dtype=np.dtype("<u2"), casting="unsafe")
    words |= test
    words ^= 0x8080
    return out
