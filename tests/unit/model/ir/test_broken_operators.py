"""The verifier refuses every operation that does not fit its tensors, and says why."""

from __future__ import annotations

import pytest
from broken_operators import BROKEN, Broken, name_of

from aiedge.errors import ModelError
from aiedge.model.ir.verify import verify


@pytest.mark.parametrize("broken", BROKEN, ids=name_of)
def test_a_broken_operation_is_refused(broken: Broken) -> None:
    with pytest.raises(ModelError) as caught:
        verify(broken.graph())
    assert caught.value.code == "AIE-MOD-009"
    assert broken.python in caught.value.what
    assert broken.op.NAME in caught.value.where
