"""The examples in docstrings run: those of the installed package."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import aiedge

# The shipped conformance suite imports pytest and holds no examples.
MODULES = [
    "aiedge",
    *(m.name for m in pkgutil.walk_packages(aiedge.__path__, "aiedge.") if "._native" not in m.name),
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_module(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name), raise_on_error=False)
    assert failed == 0


def test_some_examples_exist() -> None:
    assert sum(len(doctest.DocTestFinder().find(importlib.import_module(name))) for name in MODULES) > 0
