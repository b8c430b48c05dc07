"""aiedge/_native.pyi says what the module has: the same classes, members, parameters and defaults."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import aiedge
from aiedge import _native

STUB = Path(aiedge.__file__).parent / "_native.pyi"


def _parameters(function: ast.FunctionDef) -> list[str]:
    """``name`` or ``name=default`` of each, as pybind11's docstring writes them, ``*`` before those by name only."""
    arguments = [*function.args.posonlyargs, *function.args.args]
    plain = len(arguments) - len(function.args.defaults)
    texts = [argument.arg for argument in arguments[:plain]]
    for argument, default in zip(arguments[plain:], function.args.defaults, strict=True):
        texts.append(f"{argument.arg}={ast.unparse(default)}")
    if function.args.kwonlyargs:
        texts.append("*")
    for argument, value in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True):
        assert value is not None, f"{argument.arg} has no default"
        texts.append(f"{argument.arg}={ast.unparse(value)}")
    return texts


def _documented(doc: str) -> list[str]:
    signature = doc.splitlines()[0]
    inner = signature[signature.index("(") + 1 : signature.rindex(") ->")]
    names = []
    depth = 0
    for part in inner.split(", "):
        if depth == 0:
            name, _, rest = part.partition(": ")
            default = rest.rpartition(" = ")[2] if " = " in rest else ""
            default = "()" if default == "[]" else default  # a C++ vector that is empty
            names.append(f"{name}={default}" if default else name)
        depth += part.count("[") + part.count("(") - part.count("]") - part.count(")")
    return names


def _members(cls: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in cls.body if isinstance(node, ast.FunctionDef)}


def test_same_names() -> None:
    tree = ast.parse(STUB.read_text(encoding="utf-8"))
    described = {node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    assert described == {name for name in vars(_native) if not name.startswith("_")}


def test_same_members() -> None:
    tree = ast.parse(STUB.read_text(encoding="utf-8"))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    assert classes
    for node in classes:
        cls = getattr(_native, node.name)
        real = {name for name in vars(cls) if not name.startswith("_")}
        described = _members(node)
        assert {name for name in described if name != "__init__"} == real, node.name
        for name, function in described.items():
            is_property = any(isinstance(d, ast.Name) and d.id == "property" for d in function.decorator_list)
            assert inspect.isdatadescriptor(getattr(cls, name)) == is_property, f"{node.name}.{name}"


def test_same_parameters() -> None:
    tree = ast.parse(STUB.read_text(encoding="utf-8"))
    (model,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Model")
    doc = _native.Model.__init__.__doc__
    assert doc is not None
    assert _documented(doc) == _parameters(_members(model)["__init__"]), doc
    # One that pybind11 does not dispatch has the signature that Python itself reads.
    signature = inspect.signature(_native.Model.run)
    kinds = {parameter.kind for parameter in signature.parameters.values()}
    assert kinds == {inspect.Parameter.POSITIONAL_ONLY}
    assert list(signature.parameters) == _parameters(_members(model)["run"])
