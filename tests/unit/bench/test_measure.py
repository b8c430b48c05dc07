"""Engines measured in processes of their own, on the smallest model that has every operator."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
import tflite_models

import aiedge
from aiedge.bench.contender import Contender
from aiedge.bench.measure import contenders, measure, same_models
from aiedge.errors import EngineError, ModelError, UsageError


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.tflite"
    path.write_bytes(tflite_models.everything("int8"))
    return path


def test_engines_take_turns_and_keep_every_sample(tiny: Path) -> None:
    who = [*contenders(["tflite"]), Contender("reference", "native", "reference")]
    native, tflite, reference = measure("tiny", [tiny], who, threads=1, rounds=2)
    assert [r.engine for r in (native, tflite, reference)] == ["native", "tflite", "reference"]
    for result in (native, tflite, reference):
        assert result.model == "tiny"
        assert len(result.samples_ns) == 2
        assert all(ns > 0 for samples in result.samples_ns for ns in samples)
        assert result.load_ns > 0
    assert native.same_bits is None
    assert native.macs == tflite.macs == sum(p.macs for p in aiedge.load(tiny).placement) > 0
    assert native.share_of_peak is not None
    assert 0 < native.share_of_peak < 1
    assert tflite.peak_macs_per_s == native.peak_macs_per_s
    assert reference.share_of_peak is None, "the portable kernels have no peak of their own"
    assert (native.is_peer, tflite.is_peer, reference.isa) == (False, True, "reference")
    assert (tflite.same_bits, reference.same_bits) == (True, True)
    assert reference.kernels == ["in place", "reference"]


def test_an_engine_of_another_format_stays_out(tiny: Path) -> None:
    (result,) = measure("tiny", [tiny], contenders(["onnxruntime"]), threads=1, rounds=1)
    assert result.engine == "native"


def test_a_refused_model_is_the_engines_error(tmp_path: Path) -> None:
    broken = tmp_path / "broken.tflite"
    broken.write_bytes(b"TFL3" * 40)
    with pytest.raises(EngineError, match=r"AIE-ENG-014: .*broken\.tflite: .*'native'.*AIE-MOD-004"):
        measure("broken", [broken], contenders([]), threads=1, rounds=1)


def test_a_process_that_dies_leaves_its_last_words(tiny: Path) -> None:
    dying = Contender("dying", "native", program=(sys.executable, "-c", "raise SystemExit('out of cheese')"))
    with pytest.raises(EngineError, match=r"'dying'.*ended with 1: out of cheese"):
        measure("tiny", [tiny], [dying], threads=1, rounds=1)


def test_more_threads_than_cpus_are_refused(tiny: Path) -> None:
    with pytest.raises(UsageError, match="threads is 4096"):
        measure("tiny", [tiny], contenders([]), threads=4096, rounds=1)
    assert os.sched_getaffinity(0)


def test_contenders_are_named_once_and_known() -> None:
    assert [c.name for c in contenders(["tflite", "native", "tflite"])] == ["native", "tflite"]
    with pytest.raises(EngineError, match=r"AIE-ENG-001.*'warp'"):
        contenders(["warp"])


def test_files_of_one_name_are_one_model() -> None:
    files = [Path("a/kws.tflite"), Path("ic.tflite"), Path("b/kws.onnx")]
    assert same_models(files) == {"kws": [files[0], files[2]], "ic": [files[1]]}


def test_files_that_nobody_would_measure_are_refused() -> None:
    with pytest.raises(UsageError, match=r"AIE-CLI-001.*'b/kws\.tflite'"):
        same_models([Path("a/kws.tflite"), Path("b/kws.tflite")])
    with pytest.raises(ModelError, match=r"AIE-MOD-002.*kws\.h5"):
        same_models([Path("kws.tflite"), Path("kws.h5")])
