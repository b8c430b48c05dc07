"""aiedge._native.peak_macs_per_s; that the loops multiply what they say is shown by native/tests/unit/peak.cpp."""

from __future__ import annotations

import pytest

from aiedge import _native
from aiedge.errors import EngineError


def test_every_instruction_set_but_the_reference_has_a_peak() -> None:
    for isa in _native.instruction_sets():
        peak = _native.peak_macs_per_s(isa)
        assert (peak is None) == (isa == "reference")
        assert peak is None or peak > 1e8


def test_empty_is_the_best() -> None:
    has_peak = _native.instruction_sets()[0] != "reference"
    assert (_native.peak_macs_per_s() is not None) == has_peak


def test_what_the_cpu_lacks_is_refused() -> None:
    with pytest.raises(EngineError, match=r"AIE-ENG-009.*'abacus'"):
        _native.peak_macs_per_s("abacus")
