"""A bundle that is to be signed or verified: no other kind of model file will do."""

from __future__ import annotations

from pathlib import Path

from aiedge.errors import UsageError
from aiedge.model.read_file import read_model_file


def read_bundle_file(path: Path) -> bytes:
    """The bytes of a ``.aie`` file, unchecked. Raises UsageError for another suffix, ModelError as reading does."""
    if path.suffix != ".aie":
        expected = "a .aie bundle, as aiedge compile makes it"
        raise UsageError("AIE-CLI-001", name="the bundle", value=path.name, expected=expected)
    return read_model_file(path, (".aie",))
