"""Operations that only move elements, int8, uint8 or float32 (which has no quantization)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from aiedge.model.ir.limits import MAX_RANK
from aiedge.model.ir.ops.base import Op


@dataclass(frozen=True, slots=True)
class Reshape(Op):
    """x -> the same elements in the output tensor's shape; same dtype (also int32) and quantization."""

    CODE: ClassVar[int] = 8
    NAME: ClassVar[str] = "reshape"


@dataclass(frozen=True, slots=True)
class Concat(Op):
    """1 to 64 inputs, one after another along ``axis``; same dtype and quantization, other sizes equal."""

    CODE: ClassVar[int] = 20
    NAME: ClassVar[str] = "concat"
    axis: int


@dataclass(frozen=True, slots=True)
class Pad(Op):
    """x of 1 to 6 axes -> ``before_i`` and ``after_i`` elements of the integer ``value`` around it on axis i.

    Same dtype and quantization; the fields of axes that x does not have are 0, and ``value`` is 0 in float32.
    """

    CODE: ClassVar[int] = 21
    NAME: ClassVar[str] = "pad"
    before_0: int
    before_1: int
    before_2: int
    before_3: int
    before_4: int
    before_5: int
    after_0: int
    after_1: int
    after_2: int
    after_3: int
    after_4: int
    after_5: int
    value: int

    @classmethod
    def of(cls, pads: Sequence[tuple[int, int]], value: int) -> Pad:
        """The operation by its pairs (before, after), one for each axis, at most six."""
        pairs = [*pads, *[(0, 0)] * (MAX_RANK - len(pads))]
        return cls(*[*[before for before, _ in pairs], *[after for _, after in pairs], value])

    @property
    def pads(self) -> tuple[tuple[int, int], ...]:
        """The pairs (before, after) of all six axes."""
        return (
            (self.before_0, self.after_0),
            (self.before_1, self.after_1),
            (self.before_2, self.after_2),
            (self.before_3, self.after_3),
            (self.before_4, self.after_4),
            (self.before_5, self.after_5),
        )


@dataclass(frozen=True, slots=True)
class Transpose(Op):
    """x of 1 to 6 axes -> its axes in another order: axis i of y is axis ``axis_i`` of x; same quantization.

    The fields of axes that x does not have are 0.
    """

    CODE: ClassVar[int] = 22
    NAME: ClassVar[str] = "transpose"
    axis_0: int
    axis_1: int
    axis_2: int
    axis_3: int
    axis_4: int
    axis_5: int

    @classmethod
    def of(cls, axes: Sequence[int]) -> Transpose:
        """The operation by its axes, at most six."""
        return cls(*axes, *[0] * (MAX_RANK - len(axes)))

    @property
    def axes(self) -> tuple[int, ...]:
        """All six fields."""
        return (self.axis_0, self.axis_1, self.axis_2, self.axis_3, self.axis_4, self.axis_5)


@dataclass(frozen=True, slots=True)
class StridedSlice(Op):
    """x of 1 to 6 axes -> on axis i the elements ``begin_i + k * stride_i``, k from 0 to y's size - 1.

    A stride may be negative, never 0. Same rank, dtype and quantization; the fields of axes that x does not have
    are 0.
    """

    CODE: ClassVar[int] = 23
    NAME: ClassVar[str] = "strided_slice"
    begin_0: int
    begin_1: int
    begin_2: int
    begin_3: int
    begin_4: int
    begin_5: int
    stride_0: int
    stride_1: int
    stride_2: int
    stride_3: int
    stride_4: int
    stride_5: int

    @classmethod
    def of(cls, begins: Sequence[int], strides: Sequence[int]) -> StridedSlice:
        """The operation by its begins and strides, at most six each."""
        rest = [0] * (MAX_RANK - len(begins))
        return cls(*begins, *rest, *strides, *rest)

    @property
    def ranges(self) -> tuple[tuple[int, int], ...]:
        """The pairs (begin, stride) of all six axes."""
        return (
            (self.begin_0, self.stride_0),
            (self.begin_1, self.stride_1),
            (self.begin_2, self.stride_2),
            (self.begin_3, self.stride_3),
            (self.begin_4, self.stride_4),
            (self.begin_5, self.stride_5),
        )
