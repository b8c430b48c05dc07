"""A reshape of a transposed value as a transpose of a reshaped one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class ReshapedView(NamedTuple):
    """Axis i of the result is axis ``axes[i]`` of the value before the transpose, reshaped to ``shape``."""

    shape: tuple[int, ...]
    axes: tuple[int, ...]


class _Group(NamedTuple):
    """Neighbouring axes that a reshape turns into others with as many elements."""

    axes: tuple[int, ...]
    results: tuple[int, ...]


def reshaped_view(base: Sequence[int], axes: Sequence[int], shape: Sequence[int]) -> ReshapedView | None:
    """Reshape first and transpose then; None where the elements would stand otherwise.

    ``base`` is a shape, ``axes`` its transpose, ``shape`` what that is reshaped to. It can be done where axes that the
    reshape joins or divides stand side by side before the transpose, too.
    """
    large = [axis for axis in range(len(base)) if base[axis] > 1]
    keys: list[tuple[int, _Group]] = []
    for group in _groups([base[axis] for axis in axes], shape):
        members = [axes[place] for place in group.axes]
        moving = [axis for axis in members if base[axis] > 1]
        if moving:
            first = large.index(moving[0])
            if moving != large[first : first + len(moving)]:
                return None
        # where an axis of size 1 stands makes no difference
        keys.append(((moving or members or [len(base)])[0], group))
    ordered = [group for _, group in sorted(keys, key=lambda pair: pair[0])]
    results = [place for group in ordered for place in group.results]
    return ReshapedView(
        tuple(shape[place] for place in results), tuple(results.index(place) for place in range(len(shape)))
    )


def _groups(before: Sequence[int], after: Sequence[int]) -> list[_Group]:
    """The smallest groups, from the left."""
    groups = []
    i = k = 0
    while i < len(before) or k < len(after):
        start_i, start_k = i, k
        left = right = 1
        if i < len(before):
            left, i = before[i], i + 1
        if k < len(after):
            right, k = after[k], k + 1
        while left != right:
            if left < right:
                left, i = left * before[i], i + 1
            else:
                right, k = right * after[k], k + 1
        groups.append(_Group(tuple(range(start_i, i)), tuple(range(start_k, k))))
    return groups
