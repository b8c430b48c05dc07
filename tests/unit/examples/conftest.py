"""The training example's modules, which lie in no package; none of those here needs PyTorch."""

import importlib
import sys
from pathlib import Path

import pytest

_FOLDER = Path(__file__).resolve().parents[3] / "examples" / "training"
_NAMES = ("board_data", "detection_score")


@pytest.fixture(scope="session")
def training():
    """The modules by name."""
    sys.path.insert(0, str(_FOLDER))
    yield {name: importlib.import_module(name) for name in _NAMES}
    sys.path.remove(str(_FOLDER))
    for name in _NAMES:
        del sys.modules[name]


@pytest.fixture(scope="session")
def board_data(training):
    return training["board_data"]


@pytest.fixture(scope="session")
def detection_score(training):
    return training["detection_score"]
