from __future__ import annotations

import numpy as np

from aiedge.bench.machine import machine


def test_versions_of_what_is_installed_and_of_what_is_not() -> None:
    told = machine(["numpy", "no-such-package"])
    assert told["versions"] == {"numpy": np.__version__, "no-such-package": None}
    assert told["cores"] >= 1
    assert told["cpu"]
    # Both or neither: a checkout, or none.
    assert (told["commit"] is None) == (told["uncommitted_changes"] is None)
