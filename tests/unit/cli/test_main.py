"""Where the output goes may fail too: pipes that close, disks that are full, terminals that know few characters."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import TextIO

import pytest
from tflite_models import everything

from aiedge.cli.main import run_command

PROGRAM = Path(sys.executable).with_name("aiedge")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "模型.tflite"
    path.write_bytes(everything())
    return path


def aiedge(
    *arguments: object, stdout: int | TextIO = subprocess.PIPE, encoding: str = "utf-8"
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, *map(str, arguments)],
        check=False,
        stdout=stdout,
        stderr=subprocess.PIPE,
        encoding=encoding,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["inspect"], ["inspect", "--json"]])
def test_a_full_disk_behind_standard_output_is_one_line(model: Path, arguments: list[str]) -> None:
    given = [model] if "inspect" in arguments else []
    with Path("/dev/full").open("w") as full:
        done = aiedge(*arguments, *given, stdout=full)
    assert done.returncode == 1
    assert done.stderr.startswith("aiedge: AIE-CLI-006: standard output: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["inspect"], ["inspect", "--json"]])
def test_a_reader_that_goes_away_is_no_error(model: Path, arguments: list[str]) -> None:
    given = [model] if "inspect" in arguments else []
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = aiedge(*arguments, *given, stdout=write_end)
    os.close(write_end)
    assert (done.returncode, done.stderr) == (0, "")


def test_json_without_a_standard_output_is_an_error(model: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", '"$0" inspect "$1" --json >&-', PROGRAM, model],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("aiedge: AIE-CLI-006: standard output: ")


@pytest.mark.parametrize("where", ["2>&-", "2>/dev/full"])
def test_an_error_that_cannot_be_said_keeps_its_exit_code(where: str) -> None:
    done = subprocess.run(["sh", "-c", f'"$0" run nowhere.yaml {where}', PROGRAM], check=False)
    assert done.returncode == 2


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_every_name_can_be_printed(model: Path, encoding: str) -> None:
    # A name that is no text in any encoding.
    odd = Path(os.fsdecode(os.fsencode(model.parent / "m") + b"\xff.tflite"))
    odd.write_bytes(model.read_bytes())
    for path in (model, odd):
        document = aiedge("inspect", path, "--json", encoding=encoding)
        assert document.stderr == ""
        assert json.loads(document.stdout)["model"] == str(path)
        table = aiedge("inspect", path, encoding=encoding)
        assert (table.returncode, table.stderr) == (0, "")


def test_an_interruption_while_it_loads_is_silent(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    class Interrupted(MetaPathFinder):
        def find_spec(self, name: str, path: object, target: object = None) -> None:
            if name == "aiedge.cli.app":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "aiedge.cli.app", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Interrupted(), *sys.meta_path])
    assert run_command(["--version"]) == 130
    assert capfd.readouterr() == ("", "")


def test_debug_keeps_the_line_and_the_exit_code() -> None:
    done = aiedge("--debug", "run", "nowhere.yaml")
    assert done.returncode == 2
    assert "Traceback" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("aiedge: AIE-CFG-001")
