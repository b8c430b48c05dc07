"""From a file to a file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tflite_models import everything

from aiedge.errors import ModelError
from aiedge.model.bundle import read_bundle
from aiedge.model.compile import compile_bytes, compile_file, compile_model
from aiedge.model.processing import Processing, decode


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.tflite"
    path.write_bytes(everything())
    return path


def test_a_file_is_compiled(model: Path, tmp_path: Path) -> None:
    destination = tmp_path / "model.aie"
    compile_file(model, destination, ["a", "b"])
    bundle = read_bundle(destination.read_bytes())
    assert bundle.labels == ("a", "b")
    assert bundle.meta["source"] == "model.tflite"
    assert bundle.graph.name == "model.tflite"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.aie", "model.tflite"]


def test_the_result_depends_on_the_file_alone(model: Path) -> None:
    assert compile_model(model) == compile_bytes(model.read_bytes(), "/somewhere/else/model.tflite")


def test_a_file_name_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.tflite")
    path.write_bytes(everything())
    assert read_bundle(compile_model(path)).graph.name == "caf?.tflite"


def test_a_failed_compile_leaves_the_old_bundle(model: Path, tmp_path: Path) -> None:
    destination = tmp_path / "model.aie"
    destination.write_bytes(b"old")
    model.write_bytes(everything()[:-100])
    with pytest.raises(ModelError, match="AIE-MOD-004"):
        compile_file(model, destination)
    assert destination.read_bytes() == b"old"


def test_a_failed_write_leaves_the_old_bundle(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, os.strerror(28))

    destination = tmp_path / "model.aie"
    destination.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ModelError, match=r"AIE-MOD-016.*No space left"):
        compile_file(model, destination)
    assert destination.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_that_is_missing(model: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="AIE-MOD-016"):
        compile_file(model, tmp_path / "missing" / "model.aie")


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="AIE-MOD-001"):
        compile_model(tmp_path / "missing.tflite")


def test_another_kind_of_file(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="AIE-MOD-002"):
        compile_model(tmp_path / "model.h5")


def test_a_processing_goes_into_the_bundle(model: Path) -> None:
    described = {
        "inputs": [{"colour": "rgb", "mean": 128, "std": 64}],
        "output": {"kind": "classes", "softmax": False, "top": 2},
    }
    processing = Processing.model_validate(described)
    bundle = read_bundle(compile_model(model, processing=processing))
    read = decode(bundle)
    assert read is not None
    assert read.output == processing.output
    assert read.inputs[0].stds == (64.0, 64.0, 64.0)


def test_a_processing_that_does_not_fit_the_model(model: Path) -> None:
    described = {
        "inputs": [{"colour": "grey", "mean": 128, "std": 64}],
        "output": {"kind": "classes", "softmax": False},
    }
    with pytest.raises(ModelError, match="AIE-MOD-115"):
        compile_model(model, processing=Processing.model_validate(described))
