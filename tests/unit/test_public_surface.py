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
    assert _foreign(_imported(code)) <= {"aiedge", "numpy"}


def test_running_a_bundle_brings_in_no_importer_and_no_drivers() -> None:
    bundle = next((Path(aiedge.__file__).parent / "models").glob("*.aie"))
    code = f"""
import sys
before = set(sys.modules)
import aiedge
model = aiedge.load({str(bundle)!r})
import numpy
model(*(numpy.zeros(spec.shape, spec.dtype) for spec in model.inputs))
print('\\n'.join(set(sys.modules) - before))
"""
    imported = _imported(code)
    assert _foreign(imported) <= {"aiedge", "numpy"}
    assert not {"aiedge.model.compile", "importlib.metadata", "asyncio", "ssl"} & imported


def _imported(code: str) -> set[str]:
    """What the code prints, in a Python of its own."""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def _foreign(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules} - set(sys.stdlib_module_names)
