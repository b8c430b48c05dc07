"""Says which operators of a .tflite file the native engine runs, from the registry of the operator tests.

Run it after a change to write docs/operators.md again: PYTHONPATH=tests python tests/operator_coverage.py
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import IntEnum
from functools import partial
from pathlib import Path

import numpy as np
import tflite
import tflite_models
from float_graphs import FLOAT_BUILDERS
from float_models import FLOAT
from operator_models import LITERT, LOOKUPS, ONNXRUNTIME, Model
from tflite_models import Draw

from aiedge.errors import ModelError
from aiedge.model.importers.tflite import import_tflite
from aiedge.model.importers.tflite_ops import OPERATORS
from aiedge.model.importers.tflite_reader import read_tflite
from aiedge.model.ir.ops import (
    FLOAT_OPS,
    BinaryFunction,
    FloatBinary,
    FloatReduce,
    FloatUnary,
    Op,
    Quantize,
    ReduceFunction,
    UnaryFunction,
)
from aiedge.model.ir.verify import verify

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "operators.md"
SEEDS = 8
DTYPES = ("int8", "uint8")
KERNELS = ROOT / "native" / "src" / "kernels"
OPS = ROOT / "native" / "src" / "ops"

HEAD = """\
# Operators

Every operator of the .tflite schema, and what the native engine does with it in int8, in uint8 and in float32. This
page is made from the registry of the operator tests (`PYTHONPATH=tests python tests/operator_coverage.py`); a test
fails when it is out of date.

- **operations**: what the operator becomes in the graph ([arithmetic.md](arithmetic.md) has the formula of each).
- **float32**: what it becomes there. Random models give LiteRT's numbers to within 1e-5 of the largest.
- **kernels**: instruction sets with code of their own; every operation runs everywhere, always with the same bits.
- **LiteRT**: random models, for functions of one tensor all 256 values, give LiteRT's bits in every run of the tests.
- **ONNX Runtime**: the same models beside the QLinear operator: equal bits, or at most one step of the output apart.

An operator without a mark is refused by its name when a model is imported; `aiedge.load(..., engine="tflite")` runs
such a model in LiteRT.

| operator | int8 | uint8 | operations | kernels | LiteRT | ONNX Runtime | float32 |
|---|---|---|---|---|---|---|---|
"""


FLOAT_HEAD = """
## Operations on float32

What the float32 column above, and ONNX files, become. Random graphs of each operation and function, with both zeros,
subnormal numbers and the greatest ones among their values, have the oracle's bits on every instruction set.

| operation | functions | kernels |
|---|---|---|
"""


def page() -> str:
    """The text of docs/operators.md."""
    litert = _kinds(LITERT | {kind: partial(tflite_models.lookup, kind) for kind in LOOKUPS})
    floats = _float_kinds()
    steps = {name: allowed for name, (_, allowed) in ONNXRUNTIME.items()}
    beside = {
        kind: "equal" if steps[name] == 0 else f"{steps[name]} step"
        for name, (model, _) in ONNXRUNTIME.items()
        for kind in _kinds({name: model})
    }
    names = sorted(name for name, value in vars(tflite.BuiltinOperator).items() if isinstance(value, int))
    rows = []
    for kind in names:
        dtypes = litert.get(kind, {})
        operations = sorted(set().union(*dtypes.values()))
        everything = {*operations, *floats.get(kind, ())}
        kernels = _ordered({isa for operation in everything for isa in instruction_sets(operation)})
        cells = [kind, *("yes" if dtypes.get(dtype) else "" for dtype in DTYPES)]
        cells += [", ".join(operations), ", ".join(kernels)]
        cells += ["equal" if kind in litert else "", beside.get(kind, "")]
        cells.append(", ".join(sorted(floats.get(kind, ()))))
        rows.append("| " + " | ".join(cells) + " |")
    return HEAD + "\n".join(re.sub(" +", " ", row) for row in rows) + "\n" + FLOAT_HEAD + _float_rows()


def _float_rows() -> str:
    """A row for each operation that takes or gives float32."""
    functions: dict[str, list[str]] = {}
    for op in _float_operations():
        names = functions.setdefault(op.NAME, [])
        if isinstance(op, FloatBinary | FloatReduce | FloatUnary):
            names.append(_function(op).name.lower())
    rows = []
    for operation, names in sorted(functions.items()):
        kernels = ", ".join(_ordered(instruction_sets(operation)))
        rows.append(f"| {operation} | {', '.join(names)} | {kernels} |\n")
    return re.sub(" +", " ", "".join(rows))


def untested_in_float() -> set[str]:
    """Operations and functions of float32 of which no test has a graph."""
    tested = _float_operations()
    # numbers of different enums are equal, their texts are not
    functions = {
        repr(_function(op)) for op in tested if isinstance(op, FloatBinary | FloatReduce | FloatUnary)
    }
    expected = {repr(f) for enum in (BinaryFunction, ReduceFunction, UnaryFunction) for f in enum}
    untested = {op.NAME for op in (*FLOAT_OPS, Quantize)} - {op.NAME for op in tested}
    return untested | (expected - functions)


def _float_operations() -> list[Op]:
    return [build(np.random.default_rng(0)).nodes[0].op for build in FLOAT_BUILDERS.values()]


def _function(op: FloatBinary | FloatReduce | FloatUnary) -> IntEnum:
    """The function as its enum; a graph's operation has it so."""
    assert isinstance(op.function, IntEnum)
    return op.function


def untested() -> set[str]:
    """Operators that are imported, and of which no test has a model."""
    models = LITERT | {kind: partial(tflite_models.lookup, kind) for kind in LOOKUPS}
    return set(OPERATORS) - set(_kinds(models)) - set(_float_kinds())


def instruction_sets(operation: str) -> set[str]:
    """The instruction sets for which the operation has kernels, as the lists of variants have them."""
    found: set[str] = set()
    for contract in _contracts(operation):
        text = re.sub(
            r"#if defined\(AIEDGE_TEST_VARIANTS\).*?#endif", "", contract.read_text(), flags=re.DOTALL
        )
        found |= {name.split("_")[0] for name in re.findall(r"^AIEDGE_VARIANT\((\w+)\)", text, re.MULTILINE)}
    return found


def _contracts(operation: str) -> Iterator[Path]:
    """The lists of the kernels that the operation's file, or what it includes, names; of float32 its own alone."""
    own = KERNELS / f"{operation}.def"
    if operation.startswith("float_") and own.is_file():
        yield own
        return
    (source,) = (path for path in OPS.glob("*.cpp") if f'.name = "{operation}"' in path.read_text())
    sources = {source} | {OPS / f"{name}.cpp" for name in re.findall(r'"ops/(\w+)\.h"', source.read_text())}
    for path in sorted(sources):
        if path.is_file():
            for name in re.findall(r'"kernels/(\w+)\.h"', path.read_text()):
                if (KERNELS / f"{name}.def").is_file():
                    yield KERNELS / f"{name}.def"


def _kinds(models: Mapping[str, Model]) -> dict[str, dict[str, set[str]]]:
    """Operator -> dtype -> the operations that the models become; nothing for a dtype that is refused."""
    kinds: dict[str, dict[str, set[str]]] = {}
    for model in models.values():
        for dtype in DTYPES:
            for seed in range(SEEDS):
                data = model(Draw(seed), dtype)
                (kind,) = {operator.kind for operator in read_tflite(data, "m").operators}
                operations = kinds.setdefault(kind, {}).setdefault(dtype, set())
                try:
                    graph = import_tflite(data, "m")
                    verify(graph)
                except ModelError:
                    continue
                operations |= {node.op.NAME for node in graph.nodes}
    return kinds


def _float_kinds() -> dict[str, set[str]]:
    """Operator -> the operations that its models in float32 become."""
    kinds: dict[str, set[str]] = {}
    for model in FLOAT.values():
        for seed in range(SEEDS):
            data = model(Draw(seed))
            (kind,) = {operator.kind for operator in read_tflite(data, "m").operators}
            graph = import_tflite(data, "m")
            verify(graph)
            kinds.setdefault(kind, set()).update(node.op.NAME for node in graph.nodes)
    return kinds


def _ordered(names: set[str]) -> list[str]:
    order = ("reference", "avx2", "avxvnni", "avx512vnni", "neon", "neondot", "neoni8mm")
    return sorted(names, key=order.index)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
