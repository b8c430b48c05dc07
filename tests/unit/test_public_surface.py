"""What `import aiedge` offers and costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import aiedge


def test_public_names() -> None:
    assert aiedge.__all__ == ["Model", "load", "open_device"]
    for name in aiedge.__all__:
        assert getattr(aiedge, name).__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'lod'"):
        aiedge.lod  # noqa: B018 - the access is the test


def test_the_front_page_stays_short() -> None:
    assert len(Path(aiedge.__file__).read_text().splitlines()) <= 120


def test_import_brings_in_at_most_numpy_and_the_native_module() -> None:
    code = (
        "import sys; before = set(sys.modules); import aiedge; print('\\n'.join(set(sys.modules) - before))"
    )
    lines = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()
    foreign = {name.partition(".")[0] for name in lines} - set(sys.stdlib_module_names)
    assert foreign <= {"aiedge", "numpy"}
