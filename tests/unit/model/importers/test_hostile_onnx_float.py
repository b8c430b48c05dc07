"""Wrong float .onnx models: each ends in one clear ModelError that names the operator and the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import onnx
import pytest
from mutations import memory_limit, mutations
from onnx_builder import OnnxBuilder
from onnx_files import damaged
from onnx_float_files import everything

from aiedge.errors import ModelError
from aiedge.model.bundle import read_bundle
from aiedge.model.compile import compile_bytes

_NAN, _INFINITE = np.float32(np.nan), np.float32(np.inf)
IMAGE = (1, 4, 6, 6)


def _ones(*shape: int) -> np.ndarray:
    return np.ones(shape, np.float32)


def _whole(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def _with(array: np.ndarray, value: float) -> np.ndarray:
    array.reshape(-1)[-1] = value
    return array


def one(
    kind: str,
    *constants: np.ndarray | str,
    shape: tuple[int | str, ...] = IMAGE,
    opset: int = 17,
    count: int = 1,
    domain: str = "",
    **attributes: object,
) -> bytes:
    """A Relu 'n0', then the operator 'n1' on it and on constants; a text is the name of a value."""
    b = OnnxBuilder(opset)
    x = b.node("Relu", b.input("x", shape))
    inputs = [given if isinstance(given, str) else b.constant(given) for given in constants]
    b.node(kind, x, *inputs, count=count, domain=domain, **attributes)
    return b.build(*b.nodes[-1].output)


def changed(change: Callable[[onnx.ModelProto], None]) -> bytes:
    """x -> Conv 'n0' -> BatchNormalization 'n1' -> Relu 'n2', after a change."""
    b = OnnxBuilder()
    y = b.node("Conv", b.input("x", IMAGE), b.constant(_ones(4, 4, 3, 3), name="w"), b.constant(_ones(4)))
    y = b.node("BatchNormalization", y, *[b.constant(_ones(4)) for _ in range(4)])
    model = b.proto(b.node("Relu", y))
    change(model)
    data: bytes = model.SerializeToString()
    return data


def _cycle(model: onnx.ModelProto) -> None:
    model.graph.node[0].input[0] = model.graph.node[2].output[0]


def _lost(model: onnx.ModelProto) -> None:
    del model.graph.initializer[0]


def _integers(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].CopyFrom(onnx.numpy_helper.from_array(np.ones((4, 4, 3, 3), np.int64), "w"))


def _input_is_output(model: onnx.ModelProto) -> None:
    model.graph.output[0].name = "w"


def _of_one_more(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.tensor_type.shape.dim.add().dim_value = 4


def _two(kind: str, a: tuple[int, ...], b: tuple[int, ...]) -> bytes:
    builder = OnnxBuilder()
    return builder.build(builder.node(kind, builder.input("a", a), builder.input("b", b)))


def _compared(kind: str) -> bytes:
    """x -> Greater 'n1' than 1 -> an operator 'n2'."""
    b = OnnxBuilder()
    x = b.node("Relu", b.input("x", IMAGE))
    y = b.node("Greater", x, b.constant(np.float32(1)))
    return b.build(b.node(kind, *([y, x] if kind == "Add" else [y])))


def _chosen(limit: float, kind: str) -> bytes:
    """x where it is above a limit, else a function of it."""
    b = OnnxBuilder()
    x = b.node("Relu", b.input("x", IMAGE))
    y = b.node("Greater", x, b.constant(np.float32(limit)))
    return b.build(b.node("Where", y, x, b.node(kind, x)))


TABLE: dict[str, tuple[bytes, str]] = {
    # the file
    "cycle": (changed(_cycle), "AIE-MOD-009.*node 0 Conv 'n0'.*nothing before it makes"),
    "lost constant": (changed(_lost), "AIE-MOD-009.*node 0 Conv 'n0'.*nothing before it makes 'w'"),
    "output is constant": (changed(_input_is_output), "AIE-MOD-010.*output 'w'.*is constant"),
    "five axes": (changed(_of_one_more), r"AIE-MOD-010.*node 0 Conv 'n0'.*\[1, 4, 6, 6, 4\]"),
    "open channels": (one("Relu", shape=(1, "c", 6, 6)), "AIE-MOD-008.*input 'x'"),
    # numbers
    "weights of integers": (changed(_integers), "AIE-MOD-009.*node 0 Conv 'n0'.*'w' is int64"),
    "NaN weights": (one("Conv", _with(_ones(2, 4, 1, 1), _NAN)), "AIE-MOD-050.*node 1 Conv 'n1'.*nan"),
    "infinite weights": (one("Conv", _with(_ones(2, 4, 1, 1), _INFINITE)), "AIE-MOD-050.*'n1'.*inf"),
    "NaN bias": (one("Conv", _ones(2, 4, 1, 1), _with(_ones(2), _NAN)), "AIE-MOD-050.*'n1': bias"),
    "NaN matrix": (one("MatMul", _with(_ones(6, 5), _NAN)), "AIE-MOD-050.*node 1 MatMul 'n1'"),
    "NaN summand": (one("Add", _with(_ones(6), _NAN)), "AIE-MOD-050.*node 1 Add 'n1'"),
    "NaN slope": (one("PRelu", _with(_ones(6), _NAN)), "AIE-MOD-050.*node 1 PRelu 'n1'"),
    "too large for float32": (one("Add", np.full(6, 1e300)), "AIE-MOD-050.*node 1 Add 'n1'.*inf"),
    "factor too large": (
        one("Gemm", _ones(6, 5) * 1e30, shape=(2, 6), alpha=1e20),
        "AIE-MOD-050.*node 1 Gemm 'n1'.*by alpha",
    ),
    "negative variance": (
        one("BatchNormalization", _ones(4), _ones(4), _ones(4), -_ones(4)),
        "AIE-MOD-009.*node 1 BatchNormalization 'n1'.*not above 0",
    ),
    "NaN epsilon": (
        one("InstanceNormalization", _ones(4), _ones(4), epsilon=float("nan")),
        "AIE-MOD-009.*'n1'.*'epsilon'",
    ),
    "NaN alpha": (one("LeakyRelu", alpha=float("nan")), "AIE-MOD-009.*node 1 LeakyRelu 'n1'.*'alpha'"),
    "bounds crossed": (one("Clip", np.float32(1), np.float32(0)), "AIE-MOD-009.*node 1 Clip 'n1'.*bounds"),
    "NaN bound": (one("Clip", _NAN), "AIE-MOD-010.*node 1 Clip 'n1'.*no single number"),
    "padded with ones": (one("Pad", _whole(0, 0, 1, 1, 0, 0, 1, 1), _ones(1)), "AIE-MOD-010.*'n1'.*with 1.0"),
    "padded with NaN": (one("Pad", _whole(*[0] * 8), np.array([_NAN])), "AIE-MOD-009.*'n1'.*no number"),
    # shapes
    "three groups": (one("Conv", _ones(6, 2, 1, 1), group=3), "AIE-MOD-009.*node 1 Conv 'n1'.*in 3 groups"),
    "many groups": (
        one("Conv", _ones(130, 2, 1, 1), shape=(1, 260, 3, 3), group=130),
        "AIE-MOD-010.*node 1 Conv 'n1'.*130 groups of 2",
    ),
    "weights of three axes": (one("Conv", _ones(2, 4, 3)), "AIE-MOD-010.*node 1 Conv 'n1'"),
    "weights without elements": (one("Conv", _ones(0, 4, 1, 1)), "AIE-MOD-009.*node 1 Conv 'n1'"),
    "bias of three for two": (one("Conv", _ones(2, 4, 1, 1), _ones(3)), "AIE-MOD-010.*'n1'.*2 channels"),
    "window beyond the image": (one("Conv", _ones(2, 4, 9, 9)), "AIE-MOD-009.*'n1'.*no window of 9"),
    "matrix that does not fit": (one("MatMul", _ones(5, 6)), r"AIE-MOD-009.*node 1 MatMul 'n1'.*5 inputs"),
    "matrix of one axis": (one("MatMul", _ones(6)), "AIE-MOD-010.*node 1 MatMul 'n1'"),
    "matrices in a stack": (one("MatMul", _ones(4, 6, 6)), "AIE-MOD-010.*node 1 MatMul 'n1'"),
    "three variances": (
        one("BatchNormalization", _ones(4), _ones(4), _ones(4), _ones(3)),
        "AIE-MOD-009.*node 1 BatchNormalization 'n1'.*for 4 channels",
    ),
    "no channels": (
        one("BatchNormalization", *[_ones(4)] * 4, shape=(4,)),
        "AIE-MOD-009.*node 1 BatchNormalization 'n1'.*no channels",
    ),
    "summand that does not fit": (one("Add", _ones(5)), "AIE-MOD-009.*node 1 Add 'n1'.*do not fit"),
    "inputs that do not fit": (_two("Mul", (2, 3), (4, 5)), "AIE-MOD-009.*node 0 Mul 'n0'.*do not fit"),
    "slopes that do not fit": (one("PRelu", _ones(5)), "AIE-MOD-009.*node 1 PRelu 'n1'.*do not fit"),
    "norm of one number": (
        one("LayerNormalization", _ones(2, 1, 4, 6, 6)),
        "AIE-MOD-009.*node 1 LayerNormalization 'n1'",
    ),
    "pool of two axes": (one("GlobalMaxPool", shape=(2, 6)), "AIE-MOD-010.*node 1 GlobalMaxPool 'n1'"),
    "pool without a size": (one("MaxPool"), "AIE-MOD-010.*node 1 MaxPool 'n1'"),
    "pool in three axes": (
        one("AveragePool", kernel_shape=[2, 2, 2]),
        r"AIE-MOD-010.*node 1 AveragePool 'n1'.*\[2, 2, 2\]",
    ),
    "axis of a softmax": (one("Softmax", axis=4), "AIE-MOD-009.*node 1 Softmax 'n1'.*axis 4"),
    "axes twice": (one("ReduceMax", axes=[1, -3]), "AIE-MOD-009.*node 1 ReduceMax 'n1'.*not distinct"),
    "index beyond": (one("Gather", _whole(4), axis=1), "AIE-MOD-009.*node 1 Gather 'n1'.*none of the 4"),
    "sizes of zero": (
        one("Resize", "", "", _whole(1, 4, 0, 6)),
        "AIE-MOD-010.*node 1 Resize 'n1'",
    ),
    # what is valid and not there
    "unknown operator": (one("Einsum", equation="nchw->nc"), "AIE-MOD-043.*node 1 Einsum 'n1'"),
    "transposed convolution in 3-D": (
        one("ConvTranspose", _ones(4, 2, 2, 2, 2), shape=(1, 4, 3, 3, 3)),
        "AIE-MOD-0[14].*node 1 ConvTranspose 'n1'",
    ),
    "recurrence": (one("LSTM", _ones(1, 8, 6), _ones(1, 8, 2), shape=(3, 1, 6)), "AIE-MOD-043.*LSTM"),
    "product of two": (_two("MatMul", (2, 3), (3, 4)), "AIE-MOD-010.*node 0 MatMul 'n0'.*computed"),
    "convolution by two": (_two("Conv", IMAGE, (2, 4, 1, 1)), "AIE-MOD-010.*node 0 Conv 'n0'.*computed"),
    "power of 2.5": (one("Pow", np.float32(2.5)), "AIE-MOD-010.*node 1 Pow 'n1'.*2.5"),
    "power of several": (one("Pow", _ones(6)), "AIE-MOD-010.*node 1 Pow 'n1'.*single"),
    "first input turned": (
        one("Gemm", _ones(2, 5), shape=(2, 6), transA=1),
        "AIE-MOD-010.*node 1 Gemm 'n1'.*transA",
    ),
    "training": (
        one("BatchNormalization", *[_ones(4)] * 4, training_mode=1),
        "AIE-MOD-010.*node 1 BatchNormalization 'n1'.*training",
    ),
    "pool with dilations": (
        one("MaxPool", kernel_shape=[2, 2], dilations=[2, 2]),
        "AIE-MOD-010.*node 1 MaxPool 'n1'.*dilations",
    ),
    "pool that tells places": (
        one("MaxPool", count=2, kernel_shape=[2, 2]),
        "AIE-MOD-010.*node 1 MaxPool 'n1'.*indices",
    ),
    "padding by mirror": (
        one("Pad", _whole(*[0] * 8), mode="reflect"),
        "AIE-MOD-010.*node 1 Pad 'n1'.*'reflect'",
    ),
    "cubic": (one("Resize", "", "", _whole(1, 4, 9, 9), mode="cubic"), "AIE-MOD-010.*'n1'.*'cubic'"),
    "no indices": (one("Gather", _whole(), axis=1), "AIE-MOD-010.*node 1 Gather 'n1'.*no indices"),
    "comparison": (_two("Greater", (2, 3), (2, 3)), "AIE-MOD-010.*node 0 Greater 'n0'.*comparison"),
    "output is a comparison": (one("Greater", np.float32(1)), "AIE-MOD-010.*output .*is a comparison"),
    "sum with a comparison": (_compared("Add"), "AIE-MOD-010.*node 2 Add 'n2'.*a comparison as input"),
    "comparison moved": (_compared("Flatten"), "AIE-MOD-010.*node 2 Flatten 'n2'.*a comparison"),
    "choice": (_chosen(20, "Exp"), "AIE-MOD-010.*node 3 Where 'n3'.*a choice"),
    "choice of small ones": (_chosen(2, "Softplus"), "AIE-MOD-010.*node 3 Where 'n3'.*a choice"),
    "to float16": (one("Cast", to=onnx.TensorProto.FLOAT16), "AIE-MOD-010.*node 1 Cast 'n1'"),
    "another domain": (one("Relu", domain="acme"), r"AIE-MOD-043.*node 1 Relu 'n1'.*acme\.Relu"),
}


@pytest.mark.parametrize("case", TABLE)
def test_each_fault_is_one_clear_error(case: str) -> None:
    model, expected = TABLE[case]
    with pytest.raises(ModelError, match=expected) as caught:
        compile_bytes(model, "m.onnx")
    assert str(caught.value).isprintable()
    assert caught.value.where.startswith("m.onnx")


def test_the_models_work_without_their_fault() -> None:
    assert len(TABLE) >= 50
    assert compile_bytes(changed(lambda model: None), "m.onnx")
    assert compile_bytes(one("Conv", _ones(2, 4, 3, 3), _ones(2), pads=[1, 1, 1, 1]), "m.onnx")


def test_an_operator_without_outputs_is_refused_whichever_it_is() -> None:
    data, _ = everything(np.random.default_rng(1))
    whole = onnx.ModelProto.FromString(data)
    for index, node in enumerate(whole.graph.node):
        model = onnx.ModelProto.FromString(data)
        del model.graph.node[index].output[:]
        with pytest.raises(ModelError, match=f"node {index} {node.op_type}.*no output"):
            compile_bytes(model.SerializeToString(), "m.onnx")


def _ending(data: bytes) -> str:
    try:
        read_bundle(compile_bytes(data, "m.onnx"))
    except ModelError as error:
        is_clear = str(error).isprintable() and error.where.startswith("m.onnx")
        return error.code if is_clear else f"unclear: {error}"
    return "bundle"


def test_mutations_end_in_an_error_or_a_bundle() -> None:
    model, _ = everything(np.random.default_rng(1))
    with memory_limit(64 << 20):
        damage = [*mutations(model, count=250, seed=7), *damaged(model, count=250, seed=7)]
        endings = Counter(map(_ending, damage))
    assert not [ending for ending in endings if ending.startswith("unclear")]
    assert endings["bundle"] > 20
    assert len(endings) > 5
