"""Where windows lie along one axis."""

from __future__ import annotations


def window_extent(size: int, dilation: int) -> int:
    """How many positions a window of ``size`` taps covers when it takes every ``dilation``-th."""
    return (size - 1) * dilation + 1


def window_count(size: int, before: int, after: int, extent: int, stride: int) -> int:
    """How many windows fit on an axis of ``size`` with padding; 0 or less when none does."""
    return (size + before + after - extent) // stride + 1


def same_padding(size: int, extent: int, stride: int) -> tuple[int, int]:
    """Padding before and after for ``ceil(size / stride)`` windows; an odd one comes after."""
    windows = -(-size // stride)
    total = max((windows - 1) * stride + extent - size, 0)
    return total // 2, total - total // 2
