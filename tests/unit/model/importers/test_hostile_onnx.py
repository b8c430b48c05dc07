"""Damaged, hostile and wrong .onnx files: each ends in one clear ModelError, or in a valid bundle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import onnx
import pytest
from mutations import memory_limit, mutations
from onnx import TensorProto, helper, numpy_helper
from onnx_builder import OnnxBuilder
from onnx_files import damaged, everything

from aiedge.errors import ModelError
from aiedge.model.bundle import read_bundle
from aiedge.model.compile import compile_bytes
from aiedge.model.importers.onnx import NEWEST_OPSET
from aiedge.model.importers.onnx_message import MESSAGES

_MEMORY_BYTES = 64 << 20


def _ending(data: bytes) -> str:
    try:
        read_bundle(compile_bytes(data, "m.onnx"))
    except ModelError as error:
        is_clear = str(error).isprintable() and error.where.startswith("m.onnx")
        return error.code if is_clear else f"unclear: {error}"
    return "bundle"


def test_mutations_end_in_an_error_or_a_bundle() -> None:
    endings: Counter[str] = Counter()
    model = everything(np.random.default_rng(1))
    with memory_limit(_MEMORY_BYTES):
        for mutated in mutations(model, count=500, seed=2026):
            endings[_ending(mutated)] += 1
        for mutated in damaged(model, count=400, seed=2026):
            endings[_ending(mutated)] += 1
    assert not [ending for ending in endings if ending.startswith("unclear")]
    assert endings["bundle"] > 20
    assert len(endings) > 6


def test_every_cut_is_refused() -> None:
    model = everything(np.random.default_rng(2))
    # What follows the graph are the operator sets; a cut between two fields of the file loses only them.
    for size in range(0, len(model) - 40, 41):
        with pytest.raises(ModelError, match=r"m\.onnx"):
            compile_bytes(model[:size], "m.onnx")


# -- the table -------------------------------------------------------------------------------------------------


def _conv(change: Callable[[onnx.ModelProto], None]) -> bytes:
    """x -> QuantizeLinear 'n0' -> DequantizeLinear 'n1' -> Conv 'n3' with weights 'n2' -> QuantizeLinear 'n4'."""
    b = OnnxBuilder()
    x = b.both(b.input("x", (1, 3, 5, 5)), 0.1, 3, "int8")
    w = b.weights(np.ones((2, 3, 3, 3), np.int8), np.array([0.1, 0.2], np.float32))
    y = b.quantize(b.node("Conv", x, w, pads=[1, 1, 1, 1]), 0.3, -4, "int8")
    model = b.proto(y)
    change(model)
    data: bytes = model.SerializeToString()
    return data


def _constant(model: onnx.ModelProto, node: int, index: int) -> TensorProto:
    name = model.graph.node[node].input[index]
    return next(one for one in model.graph.initializer if one.name == name)


def _set(node: int, index: int, array: np.ndarray) -> Callable[[onnx.ModelProto], None]:
    """Another constant as an input of a node."""

    def change(model: onnx.ModelProto) -> None:
        constant = _constant(model, node, index)
        constant.CopyFrom(numpy_helper.from_array(array, constant.name))

    return change


def _attribute(node: int, name: str, value: object) -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        kept = [one for one in model.graph.node[node].attribute if one.name != name]
        del model.graph.node[node].attribute[:]
        model.graph.node[node].attribute.extend([*kept, helper.make_attribute(name, value)])

    return change


def _kind(node: int, kind: str, domain: str = "") -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        model.graph.node[node].op_type = kind
        model.graph.node[node].domain = domain

    return change


def _input(node: int, index: int, name: str) -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        model.graph.node[node].input[index] = name

    return change


def _output(node: int, name: str) -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        model.graph.node[node].output[0] = name

    return change


def _dim(value: int | str | None, axis: int = 1) -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        dim = model.graph.input[0].type.tensor_type.shape.dim[axis]
        dim.Clear()
        if isinstance(value, int):
            dim.dim_value = value
        elif value is not None:
            dim.dim_param = value

    return change


def _external(model: onnx.ModelProto) -> None:
    weights = _constant(model, 2, 0)
    weights.ClearField("raw_data")
    weights.data_location = TensorProto.EXTERNAL
    entry = weights.external_data.add()
    entry.key, entry.value = "location", "../../../etc/passwd"


def _same_constant_twice(model: onnx.ModelProto) -> None:
    model.graph.initializer.append(model.graph.initializer[0])


def _same_input_twice(model: onnx.ModelProto) -> None:
    model.graph.input.append(model.graph.input[0])


def _same_output_twice(model: onnx.ModelProto) -> None:
    model.graph.output.append(model.graph.output[0])


def _sparse(model: onnx.ModelProto) -> None:
    model.graph.sparse_initializer.add()


def _string(model: onnx.ModelProto) -> None:
    weights = _constant(model, 2, 0)
    weights.CopyFrom(helper.make_tensor(weights.name, TensorProto.STRING, [1], [b"text"]))


def _cycle(model: onnx.ModelProto) -> None:
    model.graph.node[0].input[0] = model.graph.node[4].output[0]


def _lost_constant(model: onnx.ModelProto) -> None:
    model.graph.initializer.remove(_constant(model, 2, 0))


def _short(model: onnx.ModelProto) -> None:
    weights = _constant(model, 2, 0)
    weights.raw_data = weights.raw_data[:-1]


def _dims(*dims: int) -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        weights = _constant(model, 2, 0)
        weights.dims[:] = dims

    return change


def _type(number: int) -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        model.graph.input[0].type.tensor_type.elem_type = number

    return change


def _opset(version: int) -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        model.opset_import[0].version = version

    return change


def _no_opset(model: onnx.ModelProto) -> None:
    del model.opset_import[:]


def _old_format(model: onnx.ModelProto) -> None:
    model.ir_version = 2


def _no_graph(model: onnx.ModelProto) -> None:
    model.ClearField("graph")


def _no_output(model: onnx.ModelProto) -> None:
    del model.graph.output[:]


def _output_of_nothing(model: onnx.ModelProto) -> None:
    model.graph.output[0].name = "nowhere"


def _output_in_float(model: onnx.ModelProto) -> None:
    model.graph.output[0].name = model.graph.node[3].output[0]


def _output_is_constant(model: onnx.ModelProto) -> None:
    model.graph.output[0].name = model.graph.node[2].output[0]


def _subgraph(kind: str) -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        body = helper.make_graph([], "body", [], [])
        node = helper.make_node(kind, [model.graph.node[1].output[0]], ["z"], name="branch", body=body)
        model.graph.node.append(node)

    return change


def _no_rank(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.tensor_type.ClearField("shape")


def _sequence(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.sequence_type.elem_type.tensor_type.elem_type = 1


def _weights_from_the_model(model: onnx.ModelProto) -> None:
    model.graph.node[3].input[1] = model.graph.node[1].output[0]


def _without_quantization(model: onnx.ModelProto) -> None:
    model.graph.node[3].input[0] = "x"


def _batch_dims(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.tensor_type.shape.dim.add().dim_value = 4


_F = np.float32
TABLE: dict[str, tuple[Callable[[onnx.ModelProto], None], str]] = {
    "no graph": (_no_graph, "AIE-MOD-040.*no graph"),
    "format 2": (_old_format, "AIE-MOD-040.*version"),
    "opset 10": (_opset(10), "AIE-MOD-044.*version 10"),
    "opset of the future": (_opset(NEWEST_OPSET + 1), f"AIE-MOD-044.*{NEWEST_OPSET}"),
    "no opset": (_no_opset, "AIE-MOD-044.*version 0"),
    "cycle": (_cycle, "AIE-MOD-009.*node 0 QuantizeLinear 'n0'.*nothing before it"),
    "lost constant": (_lost_constant, "AIE-MOD-009.*node 2 DequantizeLinear 'n2'.*nothing before it"),
    "unknown name": (_input(3, 0, "lost"), "AIE-MOD-009.*node 3 Conv 'n3'.*'lost'"),
    "absent input": (_input(3, 1, ""), "AIE-MOD-009.*node 3 Conv 'n3'.*input 1 is absent"),
    "name made twice": (_output(4, "x"), "AIE-MOD-009.*node 4 QuantizeLinear 'n4'.*'x' has a value"),
    "output without a name": (_output(3, ""), "AIE-MOD-009.*node 3 Conv 'n3'.*output 0 is absent"),
    "constant twice": (_same_constant_twice, "AIE-MOD-009.*two constants"),
    "input twice": (_same_input_twice, "AIE-MOD-009.*two inputs have the name 'x'"),
    "output twice": (_same_output_twice, "AIE-MOD-009.*two outputs"),
    "no output": (_no_output, "AIE-MOD-009.*outputs"),
    "output of nothing": (_output_of_nothing, "AIE-MOD-009.*output 'nowhere'"),
    "output in float": (_output_in_float, "bundle"),
    "output is constant": (_output_is_constant, "AIE-MOD-010.*output 'dequantizelinear2_0'.*is constant"),
    "unknown operator": (_kind(3, "Einsum"), "AIE-MOD-043.*node 3 Einsum 'n3'"),
    "unknown domain": (_kind(3, "Conv", "acme"), r"AIE-MOD-043.*node 3 Conv 'n3'.*acme\.Conv"),
    "If": (_subgraph("If"), "AIE-MOD-010.*node 5 If 'branch'.*a subgraph"),
    "Loop": (_subgraph("Loop"), "AIE-MOD-010.*node 5 Loop 'branch'.*a subgraph"),
    "partly in float": (_without_quantization, "bundle"),
    "computed weights": (_weights_from_the_model, "AIE-MOD-010.*node 3 Conv 'n3'.*computed by the model"),
    "NaN scale": (_set(0, 1, np.array(np.nan, _F)), "AIE-MOD-009.*node 0 QuantizeLinear 'n0'.*positive"),
    "infinite scale": (_set(1, 1, np.array(np.inf, _F)), "AIE-MOD-009.*node 1 Deq.* 'n1'.*positive"),
    "zero scale": (_set(4, 1, np.array(0, _F)), "AIE-MOD-009.*node 4 QuantizeLinear 'n4'.*positive"),
    "negative scale": (_set(2, 1, np.array([0.1, -1], _F)), "AIE-MOD-009.*node 2 Deq.* 'n2'.*positive"),
    "scale of float64": (_set(0, 1, np.array(0.1)), "AIE-MOD-010.*'n0'.*float64"),
    "scale of two axes": (_set(0, 1, np.ones((1, 1), _F)), "AIE-MOD-010.*'n0'"),
    "tiny factor": (_set(4, 1, np.array(3e38, _F)), "AIE-MOD-009.*conv_2d 'n3'"),
    "activation by channel": (_set(0, 1, np.ones(3, _F)), "AIE-MOD-010.*'n0'.*each channel"),
    "three scales for two": (_set(2, 1, np.ones(3, _F)), "AIE-MOD-009.*'n2'.*3 scales"),
    "zero points that differ": (_set(2, 2, np.array([0, 1], np.int8)), "AIE-MOD-009.*not 0"),
    "zero point of uint16": (_set(0, 2, np.array(3, np.uint16)), "AIE-MOD-006.*'n0'.*uint16"),
    "zero point of float": (_set(0, 2, np.array(3, _F)), "AIE-MOD-006.*'n0'.*float32"),
    "another scale": (_set(1, 1, np.array(0.2, _F)), "AIE-MOD-010.*'n1'.*read as"),
    "another type": (_set(1, 2, np.array(3, np.uint8)), "AIE-MOD-009.*'n1'.*reads uint8"),
    "weights of another rank": (_dims(2, 27), "AIE-MOD-010.*'n3'"),
    "weights of another depth": (_dims(2, 9, 3, 1), "AIE-MOD-009.*'n3'.*do not fit"),
    "negative size": (_dims(2, -3, 3, 3), r"AIE-MOD-008.*-3"),
    "size of zero": (_dims(2, 0, 3, 3), "AIE-MOD-040.*54 elements"),
    "huge size": (_dims(1 << 40, 1 << 40), "AIE-MOD-017.*elements"),
    "seven axes": (_dims(1, 1, 1, 2, 3, 3, 3), "AIE-MOD-017.*7 axes"),
    "data cut": (_short, "AIE-MOD-040.*53 elements"),
    "external data": (_external, "AIE-MOD-041.*another file"),
    "sparse constant": (_sparse, "AIE-MOD-010.*sparse"),
    "strings": (_string, "AIE-MOD-006.*string"),
    "input of strings": (_type(8), "AIE-MOD-006.*input 'x'.*string"),
    "input of float16": (_type(10), "AIE-MOD-006.*input 'x'.*float16"),
    "input of unknown type": (_type(99), "AIE-MOD-006.*input 'x'.*number 99"),
    "input that is a sequence": (_sequence, "AIE-MOD-010.*input 'x'.*no tensor"),
    "input without a shape": (_no_rank, "AIE-MOD-008.*input 'x'"),
    "input of five axes": (_batch_dims, "AIE-MOD-010.*'n3'"),
    "open channels": (_dim("c"), "AIE-MOD-008.*input 'x'"),
    "unknown width": (_dim(None, 3), "AIE-MOD-008.*input 'x'"),
    "negative axis": (_dim(-1), "AIE-MOD-008.*input 'x'"),
    "axis of zero": (_dim(0), "AIE-MOD-008.*input 'x'"),
    "huge axis": (_dim(1 << 62), "AIE-MOD-017.*input 'x'"),
    "other channels": (_dim(4), "AIE-MOD-009.*'n3'.*4 channels"),
    "image too small": (_dim(1, 2), "AIE-MOD-009.*'n3'|bundle"),
    "three pads": (_attribute(3, "pads", [1, 1, 1]), "AIE-MOD-009.*node 3 Conv 'n3'.*not four"),
    "negative pads": (_attribute(3, "pads", [-1, 0, 0, 0]), "AIE-MOD-009.*'n3'.*padding"),
    "huge pads": (_attribute(3, "pads", [1 << 60] * 4), "AIE-MOD-009.*'n3'.*padding"),
    "pads in float": (_attribute(3, "pads", 1.5), "AIE-MOD-009.*'n3'.*'pads'"),
    "unknown padding": (_attribute(3, "auto_pad", "MAYBE"), "AIE-MOD-010.*'n3'.*MAYBE"),
    "strides of zero": (_attribute(3, "strides", [0, 1]), "AIE-MOD-009.*'n3'.*strides"),
    "huge dilations": (_attribute(3, "dilations", [1 << 40, 1]), "AIE-MOD-009.*'n3'"),
    "group of zero": (_attribute(3, "group", 0), "AIE-MOD-009.*'n3'.*0 groups"),
    "three groups": (_attribute(3, "group", 3), "AIE-MOD-009.*'n3'.*3 groups"),
    "another kernel": (_attribute(3, "kernel_shape", [5, 5]), "AIE-MOD-009.*'n3'.*kernel_shape"),
    "many values": (_attribute(3, "pads", [1] * 5000), "AIE-MOD-040.*'n3'.*5000 values"),
    "axis of weights": (_attribute(2, "axis", 9), "AIE-MOD-009.*'n2'.*axis 9"),
    "blocks": (_attribute(2, "block_size", 2), "AIE-MOD-010.*'n2'.*blocks"),
}


@pytest.mark.parametrize("case", TABLE)
def test_each_fault_is_one_clear_error(case: str) -> None:
    change, expected = TABLE[case]
    if expected.endswith("bundle"):
        change = TABLE[case][0]
        assert _ending(_conv(change)) == "bundle"
        return
    with pytest.raises(ModelError, match=expected) as caught:
        compile_bytes(_conv(change), "m.onnx")
    assert str(caught.value).isprintable()
    assert caught.value.where.startswith("m.onnx")


def test_the_table_starts_from_a_model_that_works() -> None:
    assert len(TABLE) >= 40
    assert _ending(_conv(lambda model: None)) == "bundle"


# -- bytes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no graph"),
        (b"\x89PNG", "stored in the unknown way|ends"),
        (b"\xff" * 64, "more than ten bytes"),
        (b"\x3a\xff\xff\xff\xff\x0f", "ends outside"),
        (b"\x08\x08\x3a\x00\x3a\x00", "2 times"),
        (b"\x08\x08\x3a\x02\x0a\x00\x42\x02\x10\x11", "AIE-MOD-043"),
        (b"\x08\x08\x38\x01", "stored in a wrong way"),
        (b"\x08\x08\x3a\x04\x0a\x02\x1a\x00", "AIE-MOD-044"),
    ],
)
def test_what_is_no_model(content: bytes, reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        compile_bytes(content, "m.onnx")


def test_many_empty_nodes_take_no_memory() -> None:
    nodes = b"\x0a\x00" * 2_000_000
    size = len(nodes)
    length = bytes([size & 0x7F | 0x80, size >> 7 & 0x7F | 0x80, size >> 14 & 0x7F | 0x80, size >> 21])
    with memory_limit(_MEMORY_BYTES), pytest.raises(ModelError, match="more than 65536 times"):
        compile_bytes(b"\x08\x08\x3a" + length + nodes, "m.onnx")


@pytest.mark.parametrize(("place", "reason"), [("weights", "not finite"), ("bias", "does not fit int32")])
def test_constants_that_are_no_numbers(place: str, reason: str) -> None:
    given = {"weights": np.ones((2, 3, 1, 1), np.float32), "bias": np.ones(2, np.float32)}
    given[place].reshape(-1)[1] = np.nan
    b = OnnxBuilder()
    x = b.dequantize(b.input("x", (1, 3, 4, 4), "int8"), 0.1, 3, "int8")
    w = b.both(b.constant(given["weights"]), 0.1, 0, "int8")
    y = b.node("Conv", x, w, b.constant(given["bias"]))
    with pytest.raises(ModelError, match=f"AIE-MOD-009.*node .*{reason}"):
        compile_bytes(b.build(b.quantize(y, 0.1, 3, "int8")), "m.onnx")


def _chain(kind: str, count: int, repeats: int = 1, **attributes: object) -> bytes:
    """Conv, then an operator that takes the one before ``repeats`` times, again and again, then QuantizeLinear."""
    b = OnnxBuilder()
    x = b.dequantize(b.input("x", (1, 2, 4, 4), "int8"), 0.1, 3, "int8")
    y = b.node("Conv", x, b.weights(np.ones((2, 2, 1, 1), np.int8), np.float32(0.1)))
    for _ in range(count):
        y = b.node(kind, *[y] * repeats, **attributes)
    return b.build(b.quantize(y, 0.1, 3, "int8"))


@pytest.mark.parametrize(
    ("model", "code"),
    [
        (_chain("Relu", 5000), "bundle"),
        (_chain("Transpose", 5000, perm=[1, 0, 3, 2]), "AIE-MOD-010"),
        (_chain("Concat", 40, 2, axis=0), "AIE-MOD-017"),
        (_chain("Identity", 5000), "bundle"),
    ],
)
def test_long_chains_end(model: bytes, code: str) -> None:
    with memory_limit(2 * _MEMORY_BYTES):
        assert _ending(model) == code


def test_functions_of_functions_end() -> None:
    b = OnnxBuilder()
    x = b.dequantize(b.input("x", (1, 2, 4, 4), "int8"), 0.1, 3, "int8")
    y = b.node("Sigmoid", x)
    for _ in range(500):
        y = b.node("Mul", y, b.node("Add", y, x))
    assert _ending(b.build(b.quantize(y, 0.1, 3, "int8"))) == "bundle"


def test_constants_that_are_used_again_and_again() -> None:
    b = OnnxBuilder()
    x = b.dequantize(b.input("x", (1, 1000), "int8"), 0.1, 3, "int8")
    w = b.weights(np.ones((1000, 1000), np.int8), np.float32(0.1))
    ends = [b.quantize(b.node("MatMul", x, w), 0.1, 3, "int8") for _ in range(100)]
    with memory_limit(4 * _MEMORY_BYTES):
        assert _ending(b.build(*ends)) == "AIE-MOD-009"


def test_field_numbers_are_those_of_onnx() -> None:
    for message, numbers in MESSAGES.items():
        kind: object = onnx
        for part in message.split("."):
            kind = getattr(kind, part)
        fields = kind.DESCRIPTOR.fields_by_name  # type: ignore[attr-defined]
        assert {name: fields[name].number for name in numbers} == dict(numbers)
