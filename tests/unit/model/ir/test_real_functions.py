"""The real functions beside the machine's math library, at special values, and bit for bit."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from aiedge.model.ir import real_functions as real
from aiedge.model.ir.graph import Tensor
from aiedge.model.ir.ops import FloatUnary, UnaryFunction
from aiedge.model.ir.oracle import ORACLE

Scalar = Callable[[float], float]
SINGLES = st.floats(width=32, allow_nan=False, allow_infinity=False)
ANY = st.floats(width=32)


def computed(function: UnaryFunction, x: NDArray[np.float32]) -> NDArray[np.float32]:
    alpha = 1.0 if function == UnaryFunction.ELU else 0.0
    tensor = Tensor("x", x.shape, "float32")
    values = ORACLE[FloatUnary](FloatUnary(function, alpha), [x], [tensor], tensor)
    return np.asarray(values, np.float32)


def exponential(v: float) -> float:
    return math.exp(v) if v < 709 else math.inf


def softplus(v: float) -> float:
    return max(v, 0) + math.log1p(math.exp(-abs(v)))


def sigmoid(v: float) -> float:
    return 1 / (1 + exponential(-v))


def gelu_tanh(v: float) -> float:
    return v * sigmoid(2 * math.sqrt(2 / math.pi) * (v + 0.044715 * v * v * v))


EXPECTED: dict[UnaryFunction, Scalar] = {
    UnaryFunction.EXP: exponential,
    UnaryFunction.LOG: lambda v: math.log(v) if v > 0 else (-math.inf if v == 0 else math.nan),
    UnaryFunction.SIGMOID: sigmoid,
    UnaryFunction.TANH: math.tanh,
    UnaryFunction.SILU: lambda v: v * sigmoid(v),
    UnaryFunction.ELU: lambda v: v if v >= 0 else math.expm1(v),
    UnaryFunction.GELU: lambda v: 0.5 * v * math.erfc(-v * math.sqrt(0.5)),
    UnaryFunction.GELU_TANH: gelu_tanh,
    UnaryFunction.SOFTPLUS: softplus,
    UnaryFunction.MISH: lambda v: v * math.tanh(softplus(v)),
    UnaryFunction.ERF: math.erf,
}


def far_apart(ours: NDArray[np.float32], expected: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where ours is more than an ulp of float32 from what is expected."""
    with np.errstate(over="ignore", invalid="ignore"):
        single = expected.astype(np.float32)
        spacing = np.spacing(np.abs(single)).astype(np.float64)
        near = np.abs(ours.astype(np.float64) - expected) <= spacing
    return ~(near | (ours == single) | (np.isnan(ours) & np.isnan(expected)))


@pytest.mark.parametrize("function", EXPECTED)
@settings(max_examples=50)
@given(values=st.lists(SINGLES, min_size=1, max_size=40))
def test_at_most_an_ulp_from_the_math_library(function: UnaryFunction, values: list[float]) -> None:
    x = np.array(values, np.float32)
    expected = np.array([EXPECTED[function](float(v)) for v in x])
    wrong = far_apart(computed(function, x), expected)
    assert not wrong.any(), (x[wrong], computed(function, x)[wrong], expected[wrong])


@pytest.mark.parametrize("function", EXPECTED)
def test_many_values_of_each_magnitude(function: UnaryFunction) -> None:
    rng = np.random.default_rng(function)
    scales = np.repeat([1e-30, 1e-6, 1e-4, 1e-2, 0.5, 1, 3, 10, 30, 90], 500)
    x = (rng.standard_normal(scales.size) * scales).astype(np.float32)
    expected = np.array([EXPECTED[function](float(v)) for v in x])
    assert not far_apart(computed(function, x), expected).any()


@given(v=st.floats(-700, 700))
def test_exp64_to_float64_accuracy(v: float) -> None:
    assert float(real.exp64(np.array(v))) == pytest.approx(math.exp(v), rel=4e-16)


@given(v=st.floats(1e-300, 1e300))
def test_log64_to_float64_accuracy(v: float) -> None:
    assert float(real.log64(np.array(v))) == pytest.approx(math.log(v), rel=1e-15)


@given(v=st.floats(-26, 26))
def test_erfc64_keeps_small_results(v: float) -> None:
    assert float(real.erfc64(np.array(v))) == pytest.approx(math.erfc(v), rel=1e-12)


@pytest.mark.parametrize("function", UnaryFunction)
@settings(max_examples=25)
@given(values=st.lists(ANY, min_size=1, max_size=20))
def test_each_element_stands_alone(function: UnaryFunction, values: list[float]) -> None:
    x = np.array(values, np.float32)
    together = computed(function, x)
    alone = np.array([computed(function, x[i : i + 1])[0] for i in range(x.size)], np.float32)
    # which bits a NaN has is open
    numbers = ~np.isnan(alone)
    assert together[numbers].tobytes() == alone[numbers].tobytes()
    assert np.isnan(together[~numbers]).all()


@pytest.mark.parametrize("function", UnaryFunction)
def test_nan_stays_nan(function: UnaryFunction) -> None:
    assert np.isnan(computed(function, np.array([np.nan], np.float32)))[0]


@pytest.mark.parametrize(
    ("function", "x", "y"),
    [
        (UnaryFunction.EXP, np.inf, np.inf),
        (UnaryFunction.EXP, 88.73, np.inf),
        (UnaryFunction.EXP, -np.inf, 0),
        (UnaryFunction.EXP, -103, 1e-45),
        (UnaryFunction.EXP, -0.0, 1),
        (UnaryFunction.LOG, 0, -np.inf),
        (UnaryFunction.LOG, -0.0, -np.inf),
        (UnaryFunction.LOG, np.inf, np.inf),
        (UnaryFunction.LOG, 1, 0),
        (UnaryFunction.LOG, 1e-45, -103.27893),
        (UnaryFunction.SIGMOID, np.inf, 1),
        (UnaryFunction.SIGMOID, -np.inf, 0),
        (UnaryFunction.TANH, np.inf, 1),
        (UnaryFunction.TANH, -np.inf, -1),
        (UnaryFunction.TANH, -1e-45, -1e-45),
        (UnaryFunction.ELU, -np.inf, -1),
        (UnaryFunction.ELU, -1e-45, -1e-45),
        (UnaryFunction.ERF, -np.inf, -1),
        (UnaryFunction.SOFTPLUS, np.inf, np.inf),
        (UnaryFunction.SOFTPLUS, -np.inf, 0),
        (UnaryFunction.SQRT, -0.0, -0.0),
        (UnaryFunction.RECIPROCAL, -0.0, -np.inf),
        (UnaryFunction.SQUARE, 1e30, np.inf),
        (UnaryFunction.SQUARE, 1e-30, 0),
        (UnaryFunction.HARD_SWISH, -3, -0.0),
        (UnaryFunction.NEG, 0.0, -0.0),
        (UnaryFunction.ABS, -0.0, 0.0),
        (UnaryFunction.SILU, -3e38, -0.0),
    ],
)
def test_special_values(function: UnaryFunction, x: float, y: float) -> None:
    ours = computed(function, np.array([x], np.float32))
    assert ours.tobytes() == np.array([y], np.float32).tobytes()


@pytest.mark.parametrize("x", [-1, -1e-45, -np.inf])
def test_no_number_below_0(x: float) -> None:
    for function in (UnaryFunction.LOG, UnaryFunction.SQRT):
        assert np.isnan(computed(function, np.array([x], np.float32)))[0]


def test_a_clip_keeps_the_sign_of_0() -> None:
    x = Tensor("x", (4,), "float32")
    values = np.array([-0.0, 0.0, -1e-45, 7], np.float32)
    relu6 = FloatUnary(UnaryFunction.CLIP, 0, 6)
    held = np.asarray(ORACLE[FloatUnary](relu6, [values], [x], x), np.float32)
    assert held.tobytes() == np.array([-0.0, 0, 0, 6], np.float32).tobytes()


GOLDEN_INPUTS = np.array([-20, -1.5, -1e-5, 0.3, 2.5, 7], np.float32)


@pytest.mark.parametrize(
    ("function", "bits"),
    [
        (UnaryFunction.EXP, "310da433 3e647c3c 3f7fff58 3facc82d 4142eb7f 44891443"),
        (UnaryFunction.SIGMOID, "310da433 3e3acdc2 3effffac 3f130eaa 3f6c948f 3f7fc44b"),
        (UnaryFunction.TANH, "bf800000 bf67b7cc b727c5ac 3e9526ee 3f7c92c1 3f7fffe4"),
        (UnaryFunction.SILU, "b3310d3f be8c1a51 b6a7c575 3e307800 4013dcd9 40dfcbc2"),
        (UnaryFunction.ELU, "bf800000 bf46e0f1 b727c575 3e99999a 40200000 40e00000"),
        (UnaryFunction.GELU, "80000000 bdcd3b52 b6a7c554 3e3dd289 401f01a7 40e00000"),
        (UnaryFunction.GELU_TANH, "80000000 bdcdad6b b6a7c554 3e3dd1e1 401f08dc 40e00000"),
        (UnaryFunction.SOFTPLUS, "310da433 3e4e3f48 3f3171c4 3f5ab707 40250c88 40e00777"),
        (UnaryFunction.MISH, "b3310d3f be98a088 b6c95355 3e54fe50 401e2b4b 40dfffe8"),
        (UnaryFunction.ERF, "bf800000 bf7752ab b73d4f84 3ea841c5 3f7fe554 3f800000"),
        (UnaryFunction.HARD_SWISH, "80000000 bec00000 b6a7c587 3e28f5c3 4012aaab 40e00000"),
    ],
)
def test_golden_bits(function: UnaryFunction, bits: str) -> None:
    ours = computed(function, GOLDEN_INPUTS).view(np.uint32)
    assert " ".join(f"{v:08x}" for v in ours) == bits


@pytest.mark.parametrize(
    ("function", "v", "value"),
    [
        (real.exp64, -745.0, "0x0.0000000000001p-1022"),
        (real.exp64, -1000.0, "0x0.0000000000001p-1022"),
        (real.exp64, -1.25, "0x1.25618372a584fp-2"),
        (real.exp64, 0.1, "0x1.1aec7b35a00d4p+0"),
        (real.exp64, 709.78, "0x1.fe9ce5c4c52b4p+1023"),
        (real.exp64, 1000.0, "0x1.fe9ce5c4c52b4p+1023"),
        (real.log64, 1e-300, "-0x1.5963447f87fb5p+9"),
        (real.log64, 0.7, "-0x1.6d3c324e13f4fp-2"),
        (real.log64, 3e38, "0x1.62632b8d20916p+6"),
        (real.erf64, -2.5, "-0x1.ffcaa8f4c9beap-1"),
        (real.erf64, 1.9999999, "0x1.fd9ae130b8a64p-1"),
        (real.erfc64, 9.5, "0x1.a4480db60fe18p-135"),
    ],
)
def test_golden_bits_of_float64(function: Callable[[real.Reals], real.Reals], v: float, value: str) -> None:
    assert float(function(np.array(v))).hex() == value
