"""Pure functions from arrays to arrays: alignment, packing, peaks, differencing."""

from aiedge.vision.align import Alignment, align, shift
from aiedge.vision.difference import difference
from aiedge.vision.finds import Find
from aiedge.vision.pack import pack_pair
from aiedge.vision.peaks import find_peaks

__all__ = ["Alignment", "Find", "align", "difference", "find_peaks", "pack_pair", "shift"]
