"""The .onnx importer: against ONNX Runtime, against the same model as .tflite, and what its options do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx import helper
from onnx_builder import OnnxBuilder, run_onnxruntime
from onnx_files import FORMS, FUNCTIONS, SAME_BITS, WITHIN_ONE, qdq_conv, values

import aiedge
from aiedge.errors import ModelError
from aiedge.model.compile import compile_bytes, import_model
from aiedge.model.importers.onnx import OnnxOptions
from aiedge.model.ir.graph import Graph
from aiedge.model.ir.interpret import interpret

REAL = (
    "mlperf_tiny_kws_qdq",
    "mlperf_tiny_kws_qoperator",
    "mlperf_tiny_ic_qdq",
    "mlperf_tiny_ic_qoperator",
    "mlperf_tiny_vww_qdq",
    "mobilenet_v2_1.0_224_qdq",
)


def _random(graph: Graph, seed: int) -> NDArray[np.int8] | NDArray[np.uint8]:
    tensor = graph.tensors[graph.inputs[0]]
    return values(np.random.default_rng(seed), tensor.dtype, tensor.shape)


def _differences(ours: list[NDArray[np.int8]], theirs: list[NDArray[np.int8]]) -> NDArray[np.int64]:
    assert [(a.shape, a.dtype) for a in ours] == [(b.shape, b.dtype) for b in theirs]
    gaps = [np.abs(a.astype(np.int64) - b.astype(np.int64)) for a, b in zip(ours, theirs, strict=True)]
    return np.concatenate([gap.reshape(-1) for gap in gaps])


# -- operators against ONNX Runtime ----------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", SAME_BITS)
def test_the_same_bits_as_onnxruntime(kind: str, form: str) -> None:
    for seed in range(3):
        model, x = SAME_BITS[kind](np.random.default_rng(seed), form)
        ours = interpret(import_model(model, "m.onnx"), [x])
        assert not _differences(ours, run_onnxruntime(model, x)).any()
        assert np.unique(ours[0]).size > 3  # nothing is drowned in a bound


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", WITHIN_ONE)
def test_within_one_of_onnxruntime(kind: str, form: str) -> None:
    for seed in range(3):
        model, x = WITHIN_ONE[kind](np.random.default_rng(seed), form)
        ours = interpret(import_model(model, "m.onnx"), [x])
        assert _differences(ours, run_onnxruntime(model, x)).max() <= 1
        assert np.unique(ours[0]).size > 3


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_windows_lie_where_onnxruntime_has_them(data: st.DataObject) -> None:
    def pair(least: int, most: int) -> list[int]:
        return data.draw(st.lists(st.integers(least, most), min_size=2, max_size=2))

    kind = data.draw(st.sampled_from(["conv", "MaxPool", "AveragePool"]))
    size, strides = pair(1, 4), pair(1, 3)
    dilations = pair(1, 2) if kind == "conv" else [1, 1]
    extents = [(taps - 1) * step + 1 for taps, step in zip(size, dilations, strict=True)]
    pads = [data.draw(st.integers(0, extents[axis % 2] - 1)) for axis in range(4)]
    attributes: dict[str, object] = {"strides": strides, "pads": pads, "kernel_shape": size}
    if kind == "conv":
        attributes["dilations"] = dilations
    else:
        attributes["ceil_mode"] = data.draw(st.integers(0, 1))
    b = OnnxBuilder()
    x = b.dequantize(b.input("x", (1, 2, 8, 7), "uint8"), 0.05, 3, "uint8")
    if kind == "conv":
        y = b.node("Conv", x, b.weights(np.ones((3, 2, *size), np.int8), np.float32(0.02)), **attributes)
    else:
        y = b.node(kind, x, **attributes)
    model = b.build(b.quantize(y, 0.05, 3, "uint8"))
    values_in = values(np.random.default_rng(1), "uint8", (1, 2, 8, 7))
    ours = interpret(import_model(model, "m.onnx"), [values_in])
    assert _differences(ours, run_onnxruntime(model, values_in)).max() <= (1 if kind == "AveragePool" else 0)


@pytest.mark.parametrize("opset", [11, 13, 19, 21, 23])
def test_operator_sets(opset: int) -> None:
    """Axes, parts and types stand in attributes or in inputs, by the operator set."""
    b = OnnxBuilder(opset)
    coding = (0.05, 131, "uint8")
    x = b.dequantize(b.input("x", (2, 4, 3, 5), "uint8"), *coding)
    first, last = b.constant([0], "int64"), b.constant([-1], "int64")
    if opset < 13:
        y = b.node("Squeeze", b.node("Unsqueeze", x, axes=[0, -1]), axes=[-1, 0])
        y = b.node("Split", y, count=2, axis=1, split=[1, 3])
    else:
        y = b.node(
            "Squeeze", b.node("Unsqueeze", x, b.constant([0, -1], "int64")), b.constant([-1, 0], "int64")
        )
        y = b.node("Split", y, b.constant([1, 3], "int64"), count=2, axis=1)
    y = b.node("Slice", b.nodes[-1].output[1], first, last, last)
    y = b.node("Pad", y, b.constant([0, 1, 0, 0, 1, 0, 0, 0], "int64"))
    model = b.build(b.quantize(y, *coding))
    values_in = values(np.random.default_rng(2), "uint8", (2, 4, 3, 5))
    ours = interpret(import_model(model, "m.onnx"), [values_in])
    assert not _differences(ours, run_onnxruntime(model, values_in)).any()


def test_the_type_of_integers_without_a_zero_point() -> None:
    for number, dtype in ((onnx.TensorProto.UINT8, "uint8"), (onnx.TensorProto.INT8, "int8")):
        b = OnnxBuilder(21)
        y = b.node("QuantizeLinear", b.input("x", (1, 4)), b.constant(np.float32(0.1)), output_dtype=number)
        z = b.node("Reshape", y, b.constant([4, 1], "int64"))
        graph = import_model(b.build(z), "m.onnx")
        assert [graph.tensors[i].dtype for i in (*graph.inputs, *graph.outputs)] == [dtype, dtype]


@pytest.mark.parametrize("kind", FUNCTIONS)
def test_functions_are_onnxruntimes_but_for_its_approximations(kind: str) -> None:
    gaps = []
    for form in FORMS:
        model, x = FUNCTIONS[kind](np.random.default_rng(7), form)
        graph = import_model(model, "m.onnx")
        assert [node.op.NAME for node in graph.nodes] == ["lookup"]
        gaps.append(_differences(interpret(graph, [x]), run_onnxruntime(model, x)))
    assert np.concatenate(gaps).max() <= 1
    assert np.count_nonzero(np.concatenate(gaps)) <= 5


@pytest.mark.parametrize("kind", SAME_BITS | FUNCTIONS | WITHIN_ONE)
def test_the_native_engine_runs_what_is_imported(tmp_path: Path, kind: str) -> None:
    form = list(FORMS)[len(kind) % 3]
    data, x = (SAME_BITS | FUNCTIONS | WITHIN_ONE)[kind](np.random.default_rng(1), form)
    path = tmp_path / "m.onnx"
    path.write_bytes(data)
    loaded = aiedge.load(path)
    assert (loaded.inputs[0].name, loaded.inputs[0].dtype) == ("x", np.dtype(FORMS[form][0]))
    np.testing.assert_array_equal(loaded(x), interpret(import_model(data, "m.onnx"), [x])[0])


def test_a_relu_whose_bound_the_integers_have_is_nothing() -> None:
    b = OnnxBuilder()
    x = b.dequantize(b.input("x", (1, 3, 4, 5), "uint8"), 0.05, 0, "uint8")
    w = b.weights(np.ones((2, 3, 1, 1), np.int8), np.float32(0.02))
    y = b.node("Conv", b.both(b.node("Relu", x), 0.05, 0, "uint8"), w)
    graph = import_model(b.build(b.quantize(y, 0.05, 0, "uint8")), "m.onnx")
    assert "lookup" not in [node.op.NAME for node in graph.nodes]


# -- real files ------------------------------------------------------------------------------------------------


def _until(data: bytes, kinds: set[str]) -> bytes:
    """The model that ends before its last operator of these kinds, with the integers that go in."""
    model = onnx.load_from_string(data)
    last = next(node for node in reversed(model.graph.node) if node.op_type in kinds)
    name = last.input[0]
    made = {output: node for node in model.graph.node for output in node.output}
    if made[name].op_type == "DequantizeLinear":
        name = made[name].input[0]
    del model.graph.output[:]
    model.graph.output.append(helper.make_empty_tensor_value_info(name))
    cut: bytes = model.SerializeToString()
    return cut


@pytest.mark.shared_data
@pytest.mark.parametrize("name", [name for name in REAL if "kws" in name or "vww" in name])
def test_real_models_have_onnxruntimes_bits(shared: Path, tmp_path: Path, name: str) -> None:
    whole = (shared / "models" / "onnx" / f"{name}.onnx").read_bytes()
    path = tmp_path / f"{name}.onnx"
    path.write_bytes(_until(whole, {"Softmax", "QLinearSoftmax"}))
    loaded, ends = aiedge.load(path), aiedge.load(shared / "models" / "onnx" / f"{name}.onnx")
    spec = loaded.inputs[0]
    for seed in range(5):
        x = values(np.random.default_rng(seed), spec.dtype.name, spec.shape)
        np.testing.assert_array_equal(loaded(x), run_onnxruntime(path.read_bytes(), x)[0])
        # The softmax has a table of its own in each engine.
        assert _differences([ends(x)], run_onnxruntime(whole, x)).max() <= 1


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["mlperf_tiny_ic_qdq", "mlperf_tiny_ic_qoperator"])
def test_models_with_sums_differ_by_their_rounding(shared: Path, name: str) -> None:
    path = shared / "models" / "onnx" / f"{name}.onnx"
    loaded = aiedge.load(path)
    spec = loaded.inputs[0]
    gaps = []
    for seed in range(10):
        x = values(np.random.default_rng(seed), spec.dtype.name, spec.shape)
        gaps.append(_differences([loaded(x)], run_onnxruntime(path.read_bytes(), x)))
    assert np.concatenate(gaps).max() <= 4


TWINS = {
    "mlperf_tiny_kws_qdq": "mlperf_tiny_kws_int8",
    "mlperf_tiny_kws_qoperator": "mlperf_tiny_kws_int8",
    "mlperf_tiny_ic_qdq": "mlperf_tiny_ic_int8",
    "mlperf_tiny_vww_qdq": "mlperf_tiny_vww_int8",
    "mobilenet_v2_1.0_224_qdq": "mobilenet_v2_1.0_224_int8_per_channel",
}


@pytest.mark.shared_data
@pytest.mark.parametrize("name", TWINS)
def test_the_same_model_as_tflite_has_the_same_bits(shared: Path, name: str) -> None:
    ours = aiedge.load(shared / "models" / "onnx" / f"{name}.onnx")
    twin = aiedge.load(shared / "models" / f"{TWINS[name]}.tflite")

    def shifted(array: NDArray[np.int8] | NDArray[np.uint8], dtype: np.dtype[np.int8]) -> NDArray[np.int8]:
        return array if array.dtype == dtype else (array.view(np.uint8) ^ np.uint8(128)).view(dtype)

    for seed in range(3):
        x = values(np.random.default_rng(seed), ours.inputs[0].dtype.name, ours.inputs[0].shape)
        expected = twin(shifted(x, twin.inputs[0].dtype).reshape(twin.inputs[0].shape))
        got = ours(x)
        np.testing.assert_array_equal(shifted(got, expected.dtype), expected.reshape(got.shape))


@pytest.mark.shared_data
def test_a_real_model_sees_the_same_words_as_tflite(shared: Path) -> None:
    loaded = aiedge.load(shared / "models" / "onnx" / "mlperf_tiny_kws_qdq.onnx")
    files = sorted((shared / "data" / "kws01").glob("*.bin"))[:100]
    assert len(files) == 100
    right = 0
    for file in files:
        x = np.fromfile(file, np.int8).reshape(loaded.inputs[0].shape)
        right += int(np.argmax(loaded(x))) == int(file.stem.rpartition("_")[2])
    assert right > 85


# -- inputs, outputs and options -------------------------------------------------------------------------------


def _float_ends(batch: int | str = 1) -> OnnxBuilder:
    """Float in, float out: x [batch,3,4,5] is quantized, goes through a convolution, and is dequantized."""
    rng = np.random.default_rng(5)
    b = OnnxBuilder()
    x = b.both(b.input("x", (batch, 3, 4, 5)), 0.05, 131, "uint8")
    w = b.weights(rng.integers(-60, 61, (2, 3, 1, 1)).astype(np.int8), np.float32(0.02))
    b.both(b.node("Conv", x, w), 0.07, 120, "uint8")
    return b


def test_float_inputs_and_outputs_become_their_integers() -> None:
    b = _float_ends()
    data = b.build(b.nodes[-1].output[0])
    graph = import_model(data, "m.onnx")
    x, y = (graph.tensors[i] for i in (*graph.inputs, *graph.outputs))
    assert (x.name, x.shape, x.dtype) == ("x", (1, 3, 4, 5), "uint8")
    assert x.quantization is not None
    assert (float(x.quantization.scale), x.quantization.zero_point) == (pytest.approx(0.05), 131)
    assert (y.name, y.shape, y.dtype) == (b.nodes[-1].output[0], (1, 2, 4, 5), "uint8")
    integers = _random(graph, 1)
    floats = (integers.astype(np.float32) - np.float32(131)) * x.quantization.scale
    (expected,) = run_onnxruntime(data, floats)
    assert y.quantization is not None
    scale, zero_point = y.quantization.scale, y.quantization.zero_point
    got = (interpret(graph, [integers])[0].astype(np.float32) - np.float32(zero_point)) * scale
    np.testing.assert_allclose(got, expected, atol=1e-6)


def test_layouts() -> None:
    b = _float_ends()
    data = b.build(b.nodes[-1].output[0])
    kept, last = (import_model(data, "m.onnx", OnnxOptions(layout=layout)) for layout in ("file", "nhwc"))
    assert [node.op.NAME for node in last.nodes] == ["requantize", "conv_2d", "requantize"]
    assert [node.op.NAME for node in kept.nodes].count("transpose") == 2
    x = _random(kept, 2)
    (y,), (z,) = interpret(kept, [x]), interpret(last, [np.ascontiguousarray(x.transpose(0, 2, 3, 1))])
    np.testing.assert_array_equal(y, z.transpose(0, 3, 1, 2))


def test_transposes_around_a_convolution_vanish() -> None:
    rng = np.random.default_rng(6)
    b = OnnxBuilder()
    x = b.dequantize(b.input("x", (1, 4, 5, 3), "int8"), 0.05, 3, "int8")
    w = b.weights(rng.integers(-60, 61, (2, 3, 3, 3)).astype(np.int8), np.float32(0.02))
    y = b.node("Conv", b.node("Transpose", x, perm=[0, 3, 1, 2]), w)
    y = b.node("Transpose", b.both(y, 0.07, 2, "int8"), perm=[0, 2, 3, 1])
    data = b.build(b.quantize(y, 0.07, 2, "int8"))
    graph = import_model(data, "m.onnx")
    assert [node.op.NAME for node in graph.nodes] == ["conv_2d"]
    x_values = _random(graph, 1)
    np.testing.assert_array_equal(interpret(graph, [x_values])[0], run_onnxruntime(data, x_values)[0])


def test_an_open_batch_is_one_or_what_is_given() -> None:
    b = _float_ends("batch")
    data = b.build(b.nodes[-1].output[0])
    for batch, expected in ((None, 1), (3, 3)):
        graph = import_model(data, "m.onnx", OnnxOptions(batch=batch))
        assert graph.tensors[graph.inputs[0]].shape == (expected, 3, 4, 5)
        assert graph.tensors[graph.outputs[0]].shape == (expected, 2, 4, 5)
    fixed = _float_ends(2)
    with pytest.raises(ModelError, match=r"AIE-MOD-045.*'x'"):
        import_model(fixed.build(fixed.nodes[-1].output[0]), "m.onnx", OnnxOptions(batch=3))


def test_a_softmax_in_float_is_cut_on_demand() -> None:
    b = OnnxBuilder()
    x = b.dequantize(b.input("x", (2, 5), "uint8"), 0.1, 120, "uint8")
    w = b.weights(np.eye(5, dtype=np.int8), np.float32(1))
    logits = b.both(b.node("MatMul", x, w), 0.1, 120, "uint8")
    data = b.build(b.node("Softmax", logits, axis=-1))
    whole = import_model(data, "m.onnx")
    assert [node.op.NAME for node in whole.nodes][-2:] == ["dequantize", "float_softmax"]
    graph = import_model(data, "m.onnx", OnnxOptions(cut_softmax=True))
    values_in = _random(graph, 4)
    (scores,) = run_onnxruntime(data, values_in)
    np.testing.assert_allclose(interpret(whole, [values_in])[0], scores, atol=1e-6)
    np.testing.assert_array_equal(interpret(graph, [values_in])[0], values_in)
    assert graph.tensors[graph.outputs[0]].name == b.nodes[-1].output[0]


def test_shapes_that_the_exporter_computes_are_folded() -> None:
    b = OnnxBuilder()
    x = b.dequantize(b.input("x", ("n", 2, 3, 4), "int8"), 0.1, 3, "int8")
    shape = b.node("Shape", x)
    first = b.node("Gather", shape, b.constant(0, "int64"), axis=0)
    first = b.node("Unsqueeze", first, b.constant([0], "int64"))
    rest = b.node(
        "Div", b.node("Mul", b.constant([-9], "int64"), b.constant([8], "int64")), b.constant([3], "int64")
    )
    rest = b.node("Neg", b.node("Cast", rest, to=onnx.TensorProto.INT64))
    y = b.node("Reshape", x, b.node("Concat", first, rest, axis=0))
    graph = import_model(b.build(b.quantize(y, 0.1, 3, "int8")), "m.onnx", OnnxOptions(batch=5))
    assert graph.tensors[graph.outputs[0]].shape == (5, 24)
    assert [node.op.NAME for node in graph.nodes] == ["reshape"]


def test_weights_that_the_file_quantizes_itself() -> None:
    rng = np.random.default_rng(8)
    weights = rng.uniform(-1, 1, (6, 3, 1, 1)).astype(np.float32)
    scales = (np.abs(weights).max((1, 2, 3)) / 63).astype(np.float32)
    b = OnnxBuilder()
    x = b.dequantize(b.input("x", (1, 3, 4, 4), "int8"), 0.05, 3, "int8")
    coding = (b.constant(scales), b.constant(np.zeros(6, np.int8)))
    w = b.node(
        "DequantizeLinear", b.node("QuantizeLinear", b.constant(weights), *coding, axis=0), *coding, axis=0
    )
    bias = b.constant(rng.uniform(-1, 1, 6).astype(np.float32))
    data = b.build(b.quantize(b.node("Conv", x, w, bias), 0.05, 0, "int8"))
    graph = import_model(data, "m.onnx")
    x_values = _random(graph, 1)
    # ONNX Runtime keeps a bias in float and multiplies in float.
    assert _differences(interpret(graph, [x_values]), run_onnxruntime(data, x_values)).max() <= 1


def test_a_bias_that_is_added_after_the_product() -> None:
    rng = np.random.default_rng(9)
    b = OnnxBuilder()
    x = b.dequantize(b.input("x", (2, 7), "int8"), 0.05, 3, "int8")
    w = b.weights(rng.integers(-60, 61, (7, 4)).astype(np.int8), np.float32(0.02))
    unit = np.float32(0.05) * np.float32(0.02)
    bias = b.weights(rng.integers(-500, 500, 4).astype(np.int32), unit)
    data = b.build(
        b.quantize(b.node("Relu", b.node("Add", bias, b.node("MatMul", x, w))), 0.02, -128, "int8")
    )
    graph = import_model(data, "m.onnx")
    assert [node.op.NAME for node in graph.nodes] == ["fully_connected"]
    x_values = _random(graph, 1)
    assert _differences(interpret(graph, [x_values]), run_onnxruntime(data, x_values)).max() <= 1


def test_a_bundle_tells_its_source() -> None:
    data, _ = qdq_conv(np.random.default_rng(1), "u8s8")
    assert b"m.onnx" in compile_bytes(data, "/some/where/m.onnx")
