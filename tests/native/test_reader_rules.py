"""The native core holds every rule of docs/bundle-format.md: one broken field each, and what the refusal says."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np
import pytest
from bundle_patch import BundlePatch, seal, with_section
from random_graphs import activation

from aiedge import _native
from aiedge.errors import ModelError
from aiedge.model.bundle import write_bundle
from aiedge.model.ir.arithmetic import softmax_table
from aiedge.model.ir.graph import Graph, Node, Quantization, Tensor
from aiedge.model.ir.ops import (
    Add,
    AveragePool2D,
    Conv2D,
    DepthwiseConv2D,
    FullyConnected,
    Mean,
    Op,
    Requantize,
    Reshape,
    Softmax,
)

Change = Callable[[BundlePatch], BundlePatch]
HUGE = 2**63 + 64


def every_operation() -> Graph:
    """Tensors and nodes, by index: see the comments."""
    rng = np.random.default_rng(6)
    tensors: list[Tensor] = []
    nodes: list[Node] = []

    def quantized(shape: tuple[int, ...], scale: float = 0.1) -> int:
        tensors.append(activation(rng, "int8", shape, scale=scale, name=f"t{len(tensors)}"))
        return len(tensors) - 1

    def constant(shape: tuple[int, ...], axis: int) -> int:
        scales = np.full(shape[axis], 0.01, np.float32)
        quantization = Quantization(scales, np.zeros(shape[axis], np.int32), axis)
        tensors.append(
            Tensor("w", shape, "int8", quantization, rng.integers(-127, 128, shape).astype(np.int8))
        )
        return len(tensors) - 1

    def bias(channels: int) -> int:
        tensors.append(Tensor("b", (channels,), "int32", None, np.arange(channels, dtype=np.int32)))
        return len(tensors) - 1

    def node(op: Op, inputs: tuple[int, ...], output: int) -> int:
        nodes.append(Node(op.NAME, op, inputs, (output,)))
        return output

    x = quantized((1, 6, 6, 2))  # tensor 0
    wide = (-128, 127)
    c = node(
        Conv2D(1, 1, 1, 1, 1, 1, 1, 1, *wide),
        (x, constant((4, 3, 3, 2), 0), bias(4)),
        quantized((1, 6, 6, 4)),
    )  # tensors 1 2 3, node 0
    d = node(
        DepthwiseConv2D(1, 1, 1, 1, 1, 1, 1, 1, 1, *wide),
        (c, constant((1, 3, 3, 4), 3), bias(4)),
        quantized((1, 6, 6, 4)),
    )  # tensors 4 5 6, node 1
    a = node(Add(*wide), (c, d), quantized((1, 6, 6, 4)))  # tensor 7, node 2
    tensors.append(Tensor("p", (1, 3, 3, 4), "int8", tensors[a].quantization))  # tensor 8
    p = node(AveragePool2D(2, 2, 2, 2, 0, 0, 0, 0, *wide), (a,), 8)  # node 3
    m = node(Mean(), (p,), quantized((1, 4)))  # tensor 9, node 4
    q = node(Requantize(), (m,), quantized((1, 4), 0.2))  # tensor 10, node 5
    f = node(FullyConnected(*wide), (q, constant((3, 4), 0), bias(3)), quantized((1, 3)))  # 11 12 13, node 6
    tensors.append(Tensor("r", (3,), "int8", tensors[f].quantization))  # tensor 14
    r = node(Reshape(), (f,), 14)  # node 7
    table = softmax_table(np.float32(0.1), 1.0)
    tensors.append(Tensor("table", (256,), "float32", None, table))  # tensor 15
    s = node(Softmax(1.0), (r, 15), quantized((3,), 1 / 256))  # tensor 16, node 8
    return Graph("all", tensors, nodes, (x,), (s,))


BUNDLE = write_bundle(every_operation(), ["a", "b", "c"], {"note": "x"})


def _at(record: str, index: int, offset: int, layout: str, *values: object) -> Change:
    return lambda p: p.put(layout, getattr(p, record)(index) + offset, *values)


def _header(offset: int, layout: str, *values: object) -> Change:
    return lambda p: p.put(layout, offset, *values)


def _entry(kind: str, offset: int, layout: str, *values: object) -> Change:
    return lambda p: p.put(layout, p.entries[kind] + offset, *values)


def _graph(offset: int, layout: str, *values: object) -> Change:
    return lambda p: p.put(layout, p.graph + offset, *values)


def _data(tensor: int, offset: int, layout: str, *values: object, field: int = 48) -> Change:
    """Inside the constant (or, by ``field``, the scales or zero points) of a tensor."""
    return lambda p: p.put(layout, p.get("Q", p.tensor(tensor) + field) + offset, *values)


def _inside(kind: str, offset: int, layout: str, *values: object) -> Change:
    return lambda p: p.put(layout, p.sections[kind] + offset, *values)


RULES: list[tuple[str, Change, str]] = [
    ("magic", _header(0, "B", 0x88), "does not begin as a bundle"),
    ("major", _header(8, "H", 2), "format 2, this version reads format 1"),
    ("header size", _header(12, "I", 128), "header's size"),
    ("file size", _header(16, "Q", 64), "header says 64 bytes"),
    ("no sections", _header(24, "I", 0), "0 sections"),
    ("many sections", _header(24, "I", 65), "65 sections"),
    ("reserved in the header", _header(28, "I", 1), "reserved"),
    ("section type", _entry("META", 0, "B", 7), "printable"),
    ("section flags", _entry("META", 4, "I", 2), "reserved"),
    ("section reserved", _entry("META", 24, "Q", 1), "reserved"),
    ("section alignment", lambda p: p.put("Q", p.entries["META"] + 8, p.sections["META"] - 1), "multiple of 64"),
    ("section outside", _entry("META", 8, "Q", HUGE), "outside the file"),
    ("section too long", _entry("META", 16, "Q", HUGE), "outside the file"),
    ("sections overlap", _entry("STRS", 8, "Q", 256), "overlaps"),
    ("section twice", _entry("META", 0, "4s", b"LABL"), "occurs twice"),
    ("required unknown", _entry("META", 0, "4sI", b"NEWS", 1), "does not know the section"),
    ("missing", _entry("STRS", 0, "4s", b"NEWS"), "STRS, DATA is missing|does not know the section"),
    ("gap", lambda p: p.put("B", p.graph - 1, 1), "gap before a section"),
    ("labels", _inside("LABL", 0, "B", 0xFF), "labels are not UTF-8"),
    ("notes", _inside("META", 0, "B", 0), "metadata are not UTF-8"),
    (
        "provenance",
        lambda p: p.put("4s", p.entries["META"], b"PROV").put("B", p.sections["META"], 0xFF),
        "provenance is not UTF-8",
    ),
    ("behind the signature", _entry("LABL", 0, "4s", b"SIGN"), "stands behind the signature"),
    ("arithmetic", _graph(7, "B", ord("2")), "arithmetic that this version does not have"),
    ("tensor count", _graph(16, "I", 0), "number of tensors"),
    ("node count", _graph(20, "I", 65537), "number of nodes"),
    ("input count", _graph(24, "I", 257), "number of inputs"),
    ("output count", _graph(28, "I", 0), "number of outputs"),
    ("pool", _graph(32, "I", 1), "size of GRPH"),
    ("graph name", _graph(36, "II", 0, 2**32 - 1), "name does not lie in STRS"),
    ("graph reserved", _graph(60, "I", 1), "reserved"),
    ("tensor name", _at("tensor", 3, 0, "II", 2**32 - 1, 2), "name does not lie in STRS"),
    ("name's text", _inside("STRS", 0, "B", 0), "not UTF-8 text"),
    ("dtype", _at("tensor", 3, 8, "B", 5), "dtype is unknown"),
    ("kind", _at("tensor", 1, 9, "B", 2), "neither activation nor constant"),
    ("rank", _at("tensor", 3, 10, "B", 7), "rank is greater than 6"),
    ("unused size", _at("tensor", 3, 12 + 4 * 5, "i", 1), "unused size"),
    ("size 0", _at("tensor", 3, 12, "i", 0), "not 1 to 2\\^24"),
    ("size negative", _at("tensor", 3, 12, "i", -1), "not 1 to 2\\^24"),
    ("size large", _at("tensor", 3, 12, "i", 2**24 + 1), "not 1 to 2\\^24"),
    ("elements", _at("tensor", 3, 12, "ii", 2**24, 2**24), "2\\^31 - 1 elements"),
    ("quantization", _at("tensor", 3, 11, "B", 3), "quantization is unknown"),
    ("no quantization", _at("tensor", 3, 11, "B", 0), "need a quantization"),
    ("a bias with one", _at("tensor", 2, 11, "B", 1), "must not have one"),
    ("scale 0", _at("tensor", 3, 36, "f", 0.0), "scale is not finite"),
    ("scale nan", _at("tensor", 3, 36, "f", float("nan")), "scale is not finite"),
    ("scale infinite", _at("tensor", 3, 36, "f", float("inf")), "scale is not finite"),
    ("zero point", _at("tensor", 3, 40, "i", 128), "zero point does not fit"),
    ("two kinds of scales", _at("tensor", 1, 36, "f", 1.0), "for a tensor without one"),
    ("axis", _at("tensor", 1, 44, "I", 4), "not an axis"),
    ("axis without channels", _at("tensor", 3, 44, "I", 1), "not quantized per channel"),
    ("activation with bytes", _at("tensor", 3, 56, "Q", 1), "activation has constant bytes"),
    ("constant's bytes", _at("tensor", 1, 56, "Q", 71), "bytes do not fit"),
    ("constant outside", _at("tensor", 1, 48, "Q", 64), "does not lie in DATA"),
    ("constant beyond", _at("tensor", 1, 48, "Q", HUGE), "does not lie in DATA"),
    ("constant unaligned", lambda p: p.put("Q", p.tensor(1) + 48, p.get("Q", p.tensor(1) + 48) + 1), "in DATA"),
    ("channel scales outside", _at("tensor", 1, 64, "Q", 0), "do not lie in DATA"),
    ("channel zero points outside", _at("tensor", 1, 72, "Q", HUGE), "do not lie in DATA"),
    ("a channel's scale", _data(1, 4, "f", -1.0, field=64), "channel's scale"),
    ("a channel's zero point", _data(1, 4, "i", 300, field=72), "channel's zero point"),
    ("reserved in a tensor", _at("tensor", 3, 80, "Q", 1), "reserved"),
    ("overlapping constants", lambda p: p.put("Q", p.tensor(15) + 48, p.get("Q", p.tensor(5) + 48)), "overlap|gap"),
    ("gap in the data", _data(2, 16, "B", 1), "gap between constants"),
    ("pool index", _at("pool", 3, 0, "I", 17), "index is not that of a tensor"),
    ("operation", _at("node", 0, 0, "I", 9999), "operation 9999 is unknown"),
    ("layout", _at("node", 0, 4, "I", 2), "layout of the attributes"),
    ("node name", _at("node", 0, 8, "II", 0, 2**31), "name does not lie in STRS"),
    ("inputs outside", _at("node", 0, 16, "II", 2**32 - 1, 3), "index pool"),
    ("many inputs", _at("node", 0, 16, "II", 0, 65), "index pool"),
    ("order", _at("pool", 2, 0, "I", 7), "not computed before"),
    ("produced twice", lambda p: p.put("I", p.node(1) + 24, p.get("I", p.node(0) + 24)), "has a producer already"),
    ("input is a constant", _at("pool", 0, 0, "I", 1), "graph input is a constant"),
    ("output is a constant", _at("pool", 1, 0, "I", 1), "graph output is a constant"),
    ("unused attribute", _at("node", 0, 32 + 4 * 10, "i", 1), "unused attribute"),
    ("inputs of a conv", _at("node", 0, 20, "I", 2), "2 input\\(s\\)"),
    ("stride", _at("node", 0, 32, "i", 0), "stride and dilation"),
    ("dilation", _at("node", 0, 40, "i", -1), "stride and dilation"),
    ("padding", _at("node", 0, 48, "i", 3), "padding must be"),
    ("negative padding", _at("node", 0, 48, "i", -1), "padding must be"),
    ("window", _at("node", 0, 48, "i", 0), "output's size"),
    ("clamp order", _at("node", 0, 32 + 4 * 8, "ii", 5, 4), "clamp"),
    ("clamp range", _at("node", 0, 32 + 4 * 8, "ii", -129, 127), "clamp"),
    ("weights' depth", _at("tensor", 1, 12, "iiii", 4, 3, 6, 1), "do not fit together"),
    ("weights' dtype", _at("tensor", 1, 8, "B", 2), "weights and input have different dtypes"),
    ("bias dtype", _at("tensor", 2, 8, "B", 4), "bias must be int32"),
    ("factor", _at("tensor", 3, 36, "f", 1e-42), "too far apart"),
    ("multiplier", _at("node", 1, 32, "i", 2), "depth multiplier"),
    ("multiplier negative", _at("node", 1, 32, "i", -1), "depth multiplier"),
    ("add's shapes", _at("tensor", 7, 12, "iiii", 1, 6, 4, 6), "do not fit together"),
    ("add's scales", _at("tensor", 7, 36, "f", 1e-6), "2\\^-10 to 2\\^8"),
    ("pool's quantization", _at("tensor", 8, 36, "f", 0.2), "different quantization"),
    ("pool's window", _at("node", 3, 32, "ii", 2**20, 2**20), "output's size|2\\^23"),
    ("mean's output", _at("tensor", 9, 12, "ii", 4, 1), "neither \\(N,C\\)"),
    ("mean's scale", _at("tensor", 9, 36, "f", 1e9), "2\\^-16 to 2\\^16"),
    ("requantize's shape", _at("tensor", 10, 12, "ii", 4, 1), "different shapes"),
    ("requantize's scale", _at("tensor", 10, 36, "f", 1e-9), "2\\^-16 to 2\\^16"),
    ("fully connected's output", _at("tensor", 13, 12, "ii", 3, 1), "do not fit together"),
    ("reshape's elements", _at("tensor", 14, 12, "i", 4), "numbers of elements"),
    ("reshape's quantization", _at("tensor", 14, 36, "f", 0.5), "dtype or quantization"),
    ("softmax's table", _data(15, 0, "f", 0.5), "does not begin with 1"),
    ("softmax's table nan", _data(15, 8, "f", float("nan")), "not finite"),
    ("softmax's scale", _at("tensor", 16, 36, "f", 1e-9), "2\\^-16"),
    ("softmax's beta", _at("node", 8, 32, "f", float("nan")), "beta"),
]  # fmt: skip


def test_the_untouched_bundle_loads() -> None:
    assert [node.op for node in _native.Model(BUNDLE).nodes] == [
        node.op.NAME for node in every_operation().nodes
    ]
    assert BundlePatch(BUNDLE).sealed() == BUNDLE


@pytest.mark.parametrize(("change", "message"), [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES])
def test_a_broken_rule_is_refused(change: Change, message: str) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        _native.Model(change(BundlePatch(BUNDLE)).sealed())
    assert caught.value.code == "AIE-MOD-018"
    assert caught.value.where.startswith("bundle: ")


def test_every_byte_is_under_the_hash() -> None:
    for offset in range(0, len(BUNDLE), 13):
        damaged = bytearray(BUNDLE)
        damaged[offset] ^= 1
        with pytest.raises(ModelError):
            _native.Model(bytes(damaged))


def test_every_length_is_refused() -> None:
    for length in [*range(300), *range(300, len(BUNDLE), 41)]:
        cut = BUNDLE[:length]
        with pytest.raises(ModelError):
            _native.Model(cut)
        if length >= 64:
            with pytest.raises(ModelError):
                _native.Model(seal(cut[:16] + struct.pack("<Q", length) + cut[24:]))


def test_an_optional_unknown_section_is_skipped() -> None:
    patch = BundlePatch(BUNDLE)
    assert len(_native.Model(patch.put("4s", patch.entries["META"], b"NEWS").sealed()).nodes) == 9


def test_a_greater_minor_version_is_read() -> None:
    assert len(_native.Model(BundlePatch(BUNDLE).put("H", 10, 9).sealed()).nodes) == 9


@pytest.mark.parametrize(
    ("kind", "most"),
    [(b"PROV", 1 << 20), (b"GOLD", 1 << 24), (b"SIGN", 1 << 12)],
    ids=["PROV", "GOLD", "SIGN"],
)
@pytest.mark.parametrize("flags", [0, 1])
def test_a_known_section_is_accepted_up_to_its_greatest_size(kind: bytes, most: int, flags: int) -> None:
    plain = write_bundle(every_operation())
    assert len(_native.Model(with_section(plain, kind, flags, b" " * most)).nodes) == 9
    with pytest.raises(ModelError, match=r"(is|are) larger than"):
        _native.Model(with_section(plain, kind, flags, b" " * (most + 1)))
