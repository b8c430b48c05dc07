"""Float .onnx models: against ONNX Runtime, and what becomes of files of which a part is quantized."""

from __future__ import annotations

from pathlib import Path

import litert
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx_builder import OnnxBuilder, run_onnxruntime
from onnx_float_files import CASES, FUNCTIONS, IMAGE, Case, floats, one, single, whole

import aiedge
from aiedge.model.compile import import_model
from aiedge.model.importers.onnx import OnnxOptions
from aiedge.model.ir.interpret import interpret

RELATIVE = 1e-5
"""Of the largest output: both compute in float32 and add in another order."""


def assert_close(ours: list[NDArray[np.float32]], theirs: list[NDArray[np.float32]]) -> None:
    assert [(a.shape, a.dtype) for a in ours] == [(b.shape, b.dtype) for b in theirs]
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=RELATIVE * float(np.abs(b).max()))


@pytest.mark.parametrize("kind", FUNCTIONS | CASES)
def test_as_onnxruntime_computes_it(kind: str) -> None:
    case: Case = (FUNCTIONS | CASES)[kind]
    for seed in range(2):
        model, inputs = case(np.random.default_rng(seed))
        ours = interpret(import_model(model, "m.onnx"), inputs)
        assert_close(ours, run_onnxruntime(model, *inputs))
        assert np.unique(ours[0]).size > 3


@pytest.mark.parametrize("kind", FUNCTIONS | CASES)
def test_the_native_engine_runs_what_is_imported(tmp_path: Path, kind: str) -> None:
    data, inputs = (FUNCTIONS | CASES)[kind](np.random.default_rng(3))
    path = tmp_path / "m.onnx"
    path.write_bytes(data)
    loaded = aiedge.load(path)
    results = loaded(*inputs)
    ours = [results] if isinstance(results, np.ndarray) else results
    for a, b in zip(ours, interpret(import_model(data, "m.onnx"), inputs), strict=True):
        np.testing.assert_array_equal(a, b)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_windows_lie_where_onnxruntime_has_them(data: st.DataObject) -> None:
    def pair(least: int, most: int) -> list[int]:
        return data.draw(st.lists(st.integers(least, most), min_size=2, max_size=2))

    kind = data.draw(st.sampled_from(["Conv", "ConvTranspose", "MaxPool", "AveragePool"]))
    size, strides = pair(1, 4), pair(1, 3)
    dilations = pair(1, 2) if kind.startswith("Conv") else [1, 1]
    extents = [(taps - 1) * step + 1 for taps, step in zip(size, dilations, strict=True)]
    pads = [data.draw(st.integers(0, extents[axis % 2] - 1)) for axis in range(4)]
    attributes: dict[str, object] = {"strides": strides, "pads": pads, "kernel_shape": size}
    rng = np.random.default_rng(1)
    weights: list[tuple[int, ...]] = []
    if kind.startswith("Conv"):
        attributes |= {"dilations": dilations, "group": data.draw(st.sampled_from([1, 2]))}
        weights = [(2, 2 // int(str(attributes["group"])), *size)]
    elif kind == "MaxPool":
        attributes["ceil_mode"] = data.draw(st.integers(0, 1))
    else:
        attributes["count_include_pad"] = data.draw(st.integers(0, 1))
    if kind == "ConvTranspose":
        attributes["output_padding"] = [data.draw(st.integers(0, step - 1)) for step in strides]
    model, inputs = one(rng, kind, *weights, shape=(1, 2, 9, 8), **attributes)
    assert_close(interpret(import_model(model, "m.onnx"), inputs), run_onnxruntime(model, *inputs))


@pytest.mark.parametrize("opset", [11, 12, 13, 15, 18, 20, 21, 22, 23])
def test_operator_sets(opset: int) -> None:
    """Axes, parts and bounds stand in attributes or in inputs, by the operator set."""
    rng = np.random.default_rng(opset)
    b = OnnxBuilder(opset)
    y = b.node("Conv", b.input("x", IMAGE), b.constant(floats(rng, 6, 4, 3, 3)), pads=[1, 1, 1, 1])
    spread = np.abs(floats(rng, 6)) + np.float32(0.5)
    y = b.node("BatchNormalization", y, *map(b.constant, (*floats(rng, 3, 6), spread)))
    y = b.node("Clip", y, b.constant(np.float32(0)), b.constant(np.float32(6)))
    axes, parts = b.constant(whole(2, 3)), b.constant(whole(2, 4))
    y = b.node("ReduceMean", y, axes, keepdims=1) if opset >= 18 else b.node("ReduceMean", y, axes=[2, 3])
    if opset >= 13:
        y = b.node("Split", b.node("Squeeze", y, axes), parts, count=2, axis=1)
    else:
        y = b.node("Split", b.node("Squeeze", y, axes=[2, 3]), count=2, axis=1, split=[2, 4])
    y = b.node("Softmax", b.nodes[-1].output[1], axis=1)
    data = b.build(y)
    _check(data, IMAGE)


# -- files of which a part is quantized ------------------------------------------------------------------------

CODING = (0.05, 120, "uint8")


def _ops(data: bytes, options: OnnxOptions | None = None) -> list[str]:
    return [node.op.NAME for node in import_model(data, "m.onnx", options).nodes]


def _check(data: bytes, *shapes: tuple[int, ...]) -> list[NDArray[np.float32]]:
    """Compare with ONNX Runtime; inputs and outputs are those that the file has."""
    graph = import_model(data, "m.onnx")
    rng = np.random.default_rng(11)
    inputs = [floats(rng, *shape) for shape in shapes]
    assert [graph.tensors[i].dtype for i in graph.inputs] == ["float32"] * len(shapes)
    ours = interpret(graph, inputs)
    assert_close(ours, run_onnxruntime(data, *inputs))
    return ours


def _quantized_conv(b: OnnxBuilder, x: str) -> str:
    """A convolution of integers, up to its result in float."""
    weights = np.random.default_rng(6).integers(-60, 61, (3, 4, 1, 1)).astype(np.int8)
    return b.node("Conv", b.both(x, *CODING), b.weights(weights, np.float32(0.02)))


def test_an_input_that_is_quantized_and_read_in_float_stays_in_float() -> None:
    b = OnnxBuilder()
    x = b.input("x", IMAGE)
    y = b.both(_quantized_conv(b, x), 0.07, 120, "uint8")
    data = b.build(y, b.node("GlobalAveragePool", x))
    graph = import_model(data, "m.onnx")
    assert graph.tensors[graph.inputs[0]].dtype == "float32"
    assert [node.op.NAME for node in graph.nodes].count("quantize") == 1


def test_inputs_that_are_joined_before_they_are_quantized_become_integers() -> None:
    b = OnnxBuilder()
    one, two = b.input("one", (1, 3, 4, 4)), b.input("two", (1, 1, 4, 4))
    x = b.node("Transpose", b.node("Concat", one, two, axis=1), perm=[0, 1, 3, 2])
    data = b.build(b.quantize(_quantized_conv(b, x), *CODING))
    graph = import_model(data, "m.onnx")
    assert [graph.tensors[i].dtype for i in graph.inputs] == ["uint8", "uint8"]
    assert not {"quantize", "dequantize"}.intersection(node.op.NAME for node in graph.nodes)


def test_an_input_that_is_quantized_in_two_ways_stays_in_float() -> None:
    b = OnnxBuilder()
    x = b.input("x", IMAGE)
    y = b.node("Add", b.both(x, *CODING), b.both(x, 0.1, 100, "uint8"))
    graph = import_model(b.build(b.quantize(y, 0.15, 120, "uint8")), "m.onnx")
    assert graph.tensors[graph.inputs[0]].dtype == "float32"
    assert [node.op.NAME for node in graph.nodes].count("quantize") == 2


def test_what_is_left_in_float_behind_integers_runs_in_float() -> None:
    b = OnnxBuilder()
    y = b.both(_quantized_conv(b, b.node("Abs", b.input("x", IMAGE))), 0.07, 120, "uint8")
    y = b.node("Softmax", b.node("Mul", y, b.node("HardSigmoid", b.node("GlobalMaxPool", y))), axis=1)
    _check(b.build(y), IMAGE)


@pytest.mark.parametrize(
    "kind",
    ["Conv", "MatMul", "Add", "AveragePool", "GlobalAveragePool", "ReduceMean", "Softmax", "Clip", "Concat"],
)
def test_what_waits_for_a_quantization_that_does_not_come_is_computed_in_float(kind: str) -> None:
    rng = np.random.default_rng(5)
    b = OnnxBuilder()
    x = b.both(b.node("Abs", b.input("x", IMAGE)), 0.02, 0, "uint8")
    weights = rng.integers(-60, 61, (6, 4, 1, 1)).astype(np.int8)
    inputs = {
        "Conv": [x, b.weights(weights, np.float32(0.02)), b.constant(floats(rng, 6))],
        "MatMul": [x, b.weights(weights.reshape(6, 4), np.float32(0.02))],
        "Add": [x, b.both(b.node("Exp", x), 0.03, 0, "uint8")],
        "Clip": [x, b.constant(np.float32(0.3)), b.constant(np.float32(0.9))],
        "Concat": [x, b.both(b.node("Exp", x), 0.03, 0, "uint8")],
    }
    attributes = {"AveragePool": {"kernel_shape": [2, 3]}, "ReduceMean": {"axes": [1]}, "Concat": {"axis": 1}}
    y = b.node(kind, *inputs.get(kind, [x]), **attributes.get(kind, {}))
    y = b.node("Transpose", b.node("Relu", y), perm=[1, 0, 2, 3])
    _check(b.build(b.node("Neg", y)), IMAGE)


def test_a_table_that_is_read_in_float_is_computed_in_float() -> None:
    b = OnnxBuilder()
    x = b.both(b.node("Abs", b.input("x", IMAGE)), 0.02, 0, "uint8")
    y = b.node("Mul", x, b.node("Sigmoid", b.node("Add", x, b.constant(single(0.5)))))
    y = b.node("Sub", y, b.node("Pow", b.node("Clip", x, b.constant(np.float32(0.1))), b.constant(single(2))))
    _check(b.build(y), IMAGE)


def test_integers_and_numbers_of_one_result() -> None:
    """Its integers are made of integers, whatever else reads it in float."""
    b = OnnxBuilder()
    x = b.dequantize(b.input("x", IMAGE, "uint8"), *CODING)
    y = b.node("Conv", x, b.weights(np.ones((2, 4, 1, 1), np.int8), np.float32(0.02)))
    data = b.build(b.node("Sqrt", b.node("Abs", y)), b.quantize(y, *CODING))
    names = _ops(data)
    assert (names.count("conv_2d"), names.count("float_conv_2d")) == (1, 1)
    again = OnnxBuilder()
    x = again.dequantize(again.input("x", IMAGE, "uint8"), *CODING)
    y = again.node("Conv", x, again.weights(np.ones((2, 4, 1, 1), np.int8), np.float32(0.02)))
    q = again.quantize(y, *CODING)
    assert sorted(_ops(again.build(again.node("Sqrt", again.node("Abs", y)), q))) == sorted(names)


# -- inputs, outputs and options -------------------------------------------------------------------------------


def test_a_softmax_is_cut_on_demand() -> None:
    data, (x,) = one(np.random.default_rng(2), "Softmax", axis=1)
    assert _ops(data) == ["transpose", "float_softmax", "transpose"]
    b = OnnxBuilder()
    y = b.node("Conv", b.input("x", IMAGE), b.constant(np.ones((2, 4, 1, 1), np.float32)))
    data = b.build(b.node("Softmax", y, axis=1))
    assert "float_softmax" not in _ops(data, OnnxOptions(cut_softmax=True))
    graph = import_model(data, "m.onnx", OnnxOptions(cut_softmax=True))
    np.testing.assert_allclose(interpret(graph, [x])[0][:, 0], x.sum(axis=1), atol=1e-5)


def test_layouts_and_batches() -> None:
    b = OnnxBuilder()
    weights = floats(np.random.default_rng(3), 5, 4, 3, 3)
    data = b.build(b.node("Conv", b.input("x", ("n", 4, 7, 6)), b.constant(weights)))
    options = OnnxOptions(batch=3, layout="nhwc")
    graph = import_model(data, "m.onnx", options)
    assert [node.op.NAME for node in graph.nodes] == ["float_conv_2d"]
    x = floats(np.random.default_rng(4), 3, 4, 7, 6)
    (y,) = interpret(graph, [np.ascontiguousarray(x.transpose(0, 2, 3, 1))])
    assert_close([np.ascontiguousarray(y.transpose(0, 3, 1, 2))], run_onnxruntime(data, x))


def test_a_normalization_becomes_part_of_the_convolution() -> None:
    data, _ = CASES["Conv, BatchNormalization"](np.random.default_rng(1))
    assert _ops(data) == ["transpose", "float_conv_2d", "float_unary", "transpose"]


# -- real files ------------------------------------------------------------------------------------------------


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["ad", "ic", "kws", "vww"])
def test_real_models_are_the_same_from_both_formats(shared: Path, name: str) -> None:
    onnx = (shared / "models" / "onnx" / f"mlperf_tiny_{name}_fp32.onnx").read_bytes()
    tflite = (shared / "models" / f"mlperf_tiny_{name}_fp32.tflite").read_bytes()
    one, two = import_model(onnx, "m.onnx"), import_model(tflite, "m.tflite")
    shapes = [graph.tensors[graph.inputs[0]].shape for graph in (one, two)]
    for seed in range(2):
        x = floats(np.random.default_rng(seed), *shapes[0])
        (ours,), (twin,) = interpret(one, [x]), interpret(two, [x.reshape(shapes[1])])
        assert_close([ours], run_onnxruntime(onnx, x))
        np.testing.assert_array_equal(ours.reshape(-1), twin.reshape(-1))
        if name != "kws":  # that file has weights in int8, for which LiteRT quantizes the activations, too
            assert_close([twin], litert.LiteRT(tflite).run([x.reshape(shapes[1])]))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_chain_of_moves_is_numpys(data: st.DataObject) -> None:
    """Axes are renamed, split and joined; what comes of it does not depend on how the elements lie in between."""
    b = OnnxBuilder()
    x = expected = floats(np.random.default_rng(1), 2, 4, 6, 3)
    y = b.node("Conv", b.input("x", x.shape), b.constant(np.eye(4, dtype=np.float32).reshape(4, 4, 1, 1)))
    for _ in range(data.draw(st.integers(1, 5))):
        if data.draw(st.booleans()):
            order = data.draw(st.permutations(range(expected.ndim)))
            y, expected = b.node("Transpose", y, perm=order), expected.transpose(order)
        else:
            cuts = data.draw(st.permutations([2, 2, 2, 3, 3, 2]))
            sizes = list(cuts[: data.draw(st.integers(1, 4))])
            shape = (*sizes, 144 // int(np.prod(sizes)))
            y, expected = b.node("Reshape", y, b.constant(whole(*shape))), expected.reshape(shape)
    graph = import_model(b.build(b.node("Neg", y)), "m.onnx")
    np.testing.assert_array_equal(interpret(graph, [x])[0], -expected)
