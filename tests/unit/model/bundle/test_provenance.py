"""Where a bundle comes from: the same inputs, options and versions give the same bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import onnx_files
import pytest
from tflite_models import everything

from aiedge.errors import ModelError
from aiedge.model.bundle import read_bundle
from aiedge.model.bundle.golden import read_golden
from aiedge.model.bundle.provenance import Provenance, describe_source, read_provenance
from aiedge.model.compile import GoldenOptions, compile_bytes
from aiedge.model.importers.onnx import OnnxOptions

MODEL = everything()


@pytest.fixture(scope="module")
def onnx_model() -> bytes:
    return onnx_files.everything(np.random.default_rng(1))


def provenance_of(data: bytes) -> dict:
    return read_provenance(read_bundle(data).sections[b"PROV"], "m")


def test_a_compiled_bundle_says_where_it_comes_from() -> None:
    document = provenance_of(compile_bytes(MODEL, "folder/model.tflite"))
    assert document["command"] == "compile"
    assert document["source"] == {
        "name": "model.tflite",
        "bytes": len(MODEL),
        "sha256": hashlib.sha256(MODEL).hexdigest(),
    }
    assert document["tools"]["numpy"] == np.__version__
    assert set(document["tools"]) == {"aiedge", "numpy", "tflite"}
    assert set(document) == {"command", "source", "tools"}


def test_golden_vectors_and_their_seed_are_told() -> None:
    data = compile_bytes(MODEL, "m.tflite", golden=GoldenOptions(3, 17))
    assert provenance_of(data)["golden"] == {"count": 3, "seed": 17}
    bundle = read_bundle(data)
    assert len(read_golden(bundle.sections[b"GOLD"], bundle.graph, "m")) == 3


def test_options_that_were_chosen_are_told(onnx_model: bytes) -> None:
    data = compile_bytes(onnx_model, "m.onnx", onnx=OnnxOptions(cut_softmax=True))
    assert provenance_of(data)["options"] == {"cut_softmax": True}
    assert "options" not in provenance_of(compile_bytes(onnx_model, "m.onnx", onnx=OnnxOptions()))


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = GoldenOptions(2, 5)
    first = compile_bytes(MODEL, "m.tflite", ["a"], golden=options)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    monkeypatch.setattr("time.time_ns", lambda: 1)
    assert compile_bytes(MODEL, "/elsewhere/m.tflite", ["a"], golden=options) == first


def test_empty_groups_are_left_out() -> None:
    made = Provenance(
        "quantize", describe_source("ä.onnx", b"abc"), {"aiedge": "1"}, calibration={"samples": 4}
    )
    assert made.as_bytes().decode() == (
        '{"calibration":{"samples":4},"command":"quantize","source":{"bytes":3,"name":"ä.onnx","sha256":'
        '"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},"tools":{"aiedge":"1"}}'
    )


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff", b"[" * 100_000, b"3"])
def test_what_is_no_provenance(content: bytes) -> None:
    with pytest.raises(ModelError, match=r"AIE-MOD-011: m: .*provenance is no JSON"):
        read_provenance(content, "m")
