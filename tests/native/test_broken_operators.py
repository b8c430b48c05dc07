"""The native core refuses the same operations as the verifier: a bundle need not come from the compiler."""

from __future__ import annotations

import pytest
from broken_operators import BROKEN, Broken, name_of

from aiedge import _native
from aiedge.errors import ModelError
from aiedge.model.bundle.writer import write_sections


@pytest.mark.parametrize("broken", BROKEN, ids=name_of)
def test_a_broken_operation_is_refused(broken: Broken) -> None:
    bundle = write_sections(broken.graph(), (), {}, {})
    with pytest.raises(ModelError, match=broken.native) as caught:
        _native.Model(bundle)
    assert caught.value.code == "AIE-MOD-018"
    assert broken.op.NAME in caught.value.where
