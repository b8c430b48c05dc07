"""Damaged files, wrong configurations, dead servers and full disks, given to the command as a user gives them.

Each ends in one line on standard error that begins with the error's code, and in the exit code of design; nothing
that was acknowledged is lost.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from bundle_patch import seal
from mutations import mutations
from tflite_models import everything

from aiedge.cli.main import run_command
from aiedge.model.compile import compile_bytes
from aiedge.telemetry.store import MetricStore

DEMO_LINE = Path(__file__).parents[3] / "examples" / "01_demo_line" / "line.yaml"
MUTATIONS = 1500
Capture = pytest.CaptureFixture[str]


def fails(capfd: Capture, arguments: list[object], exit_code: int, code: str, *texts: str) -> None:
    """Run a command that must print nothing but one line with the code and all the texts."""
    assert run_command([str(argument) for argument in arguments]) == exit_code
    captured = capfd.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"aiedge: {code}"), captured.err
    assert captured.err.count("\n") == 1
    assert captured.err.rstrip("\n").isprintable()
    for text in texts:
        assert text in captured.err


def line_file(folder: Path, *changes: tuple[str, str]) -> Path:
    """The example's line with texts replaced, its store in ``folder``."""
    text = DEMO_LINE.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file = folder / "line.yaml"
    file.write_text(text)
    return file


def modbus_line(folder: Path, port: int) -> Path:
    text = DEMO_LINE.read_text()
    simulated = text[text.index("plc:\n") : text.index("gate:\n")]
    real = f"plc:\n  driver: plc/modbus-tcp\n  options:\n    address: 127.0.0.1\n    port: {port}\n\n"
    return line_file(folder, (simulated, real))


def folder_line(folder: Path, path: Path) -> Path:
    text = DEMO_LINE.read_text()
    simulated = text[text.index("camera:\n") : text.index("model:\n")]
    return line_file(
        folder, (simulated, f"camera:\n  driver: camera/folder\n  options:\n    path: {path}\n\n")
    )


def broker_line(folder: Path, url: str) -> Path:
    store = "  store: demo-output/metrics.db\n"
    return line_file(
        folder, (store, f"{store}  mqtt:\n    url: {url}\n"), ("part_period_s: 0.2", "part_period_s: 0.15")
    )


# ---- damaged models ----------------------------------------------------------------------------------------------


def endings_of(capfd: Capture, path: Path, contents: Iterator[bytes]) -> Counter[str]:
    """How ``inspect`` ends for each content: ``good``, or the code of its one line."""
    endings: Counter[str] = Counter()
    for content in contents:
        path.write_bytes(content)
        exit_code = run_command(["inspect", str(path), "--json"])
        captured = capfd.readouterr()
        if exit_code == 0:
            assert captured.err == ""
            assert json.loads(captured.out)["model"] == str(path)
            endings["good"] += 1
            continue
        assert (exit_code, captured.out, captured.err.count("\n")) == (1, "", 1)
        assert captured.err.startswith("aiedge: AIE-")
        assert captured.err.rstrip("\n").isprintable()
        assert path.name in captured.err
        endings[captured.err.split(":")[1].strip()] += 1
    return endings


@pytest.mark.slow
def test_a_damaged_tflite_file_is_one_line(tmp_path: Path, capfd: Capture) -> None:
    endings = endings_of(capfd, tmp_path / "模型 a.tflite", mutations(everything(), MUTATIONS, seed=11))
    assert sum(endings.values()) == MUTATIONS
    known = {f"AIE-MOD-{n:03}" for n in (*range(4, 18), *range(50, 60))}
    assert set(endings) <= {"good", "AIE-MOD-018", "AIE-ENG-010", *known}
    assert endings["good"] > 20
    assert endings["AIE-MOD-004"] > 100


@pytest.mark.slow
def test_a_damaged_bundle_is_one_line(tmp_path: Path, capfd: Capture) -> None:
    bundle = compile_bytes(everything(), "everything.tflite")
    contents = (
        content if index % 3 == 0 else seal(content)
        for index, content in enumerate(mutations(bundle, MUTATIONS, seed=12))
    )
    endings = endings_of(capfd, tmp_path / "模型 a.aie", contents)
    assert sum(endings.values()) == MUTATIONS
    assert set(endings) <= {"good", "AIE-MOD-011", "AIE-MOD-018", "AIE-ENG-010"}
    assert endings["good"] > 20
    assert endings["AIE-MOD-018"] > 100


@pytest.mark.parametrize("command", [["inspect"], ["infer"], ["compile"]])
@pytest.mark.parametrize("kind", ["pipe", "device", "sparse", "folder", "loop"])
def test_what_is_no_model_file_is_refused_at_once(
    tmp_path: Path, capfd: Capture, command: list[str], kind: str
) -> None:
    path = tmp_path / "m.tflite"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    elif kind == "loop":
        path.symlink_to(path.name)
    else:
        with path.open("wb") as file:
            file.truncate(1 << 40)
    files = ["x.bin"] if command == ["infer"] else []
    code = "AIE-MOD-003" if kind == "sparse" else "AIE-MOD-001"
    fails(capfd, [*command, path, *files], 1, code, str(path))


# ---- the line's file ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "code", "texts"),
    [
        (("threshold:", "treshold:"), "AIE-CFG-004", [":16: inspect.treshold", "Did you mean 'threshold'?"]),
        (("deadline_s: 0.5", "deadline_s: soon"), "AIE-CFG-003", [":30: deadline_s", "a valid number, given 'soon'"]),
        (("deadline_s: 0.5", "deadline_s: -1"), "AIE-CFG-003", [":30: deadline_s", "greater than 0, given -1"]),
        (("deadline_s: 0.5", "deadline_s: .nan"), "AIE-CFG-003", [":30: deadline_s", "finite"]),
        (("seed: 1", "seed: -1"), "AIE-CFG-003", [":9: camera.options.seed", "greater than or equal to 0"]),
        (("seed: 1", "seed: 0x" + "f" * 90), "AIE-CFG-003", [":9: camera.options.seed", "less than"]),
        (("seed: 1", "seed: 0x" + "f" * 90_000), "AIE-CFG-007", [":9"]),
        (("seed: 1", "sead: 1"), "AIE-CFG-004", [":9: camera.options.sead", "Did you mean 'seed'?"]),
        (("camera/sim", "camera/simm"), "AIE-CFG-008", [":6: camera.driver", "Did you mean 'camera/sim'?"]),
        (("name: demo", "name: demo\nname: b"), "AIE-CFG-005", [":4: name", "line 3"]),
        (("name: demo", "name: demo\n\tx: 1"), "AIE-CFG-002", [":4"]),
        (("name: demo", "name: 产线"), "AIE-CFG-003", [":3: name", "should match pattern"]),
        (("name: demo", "name: \0"), "AIE-CFG-002", [":3"]),
        (("aiedge:board_defects", '"a\\0.aie"'), "AIE-CFG-003", [":13: model.path", "NUL"]),
        (("store: demo-output", 'store: "a\\0"\n  x: demo-output'), "AIE-CFG-004", [":35: telemetry.x"]),
    ],
)  # fmt: skip
def test_a_wrong_key_type_or_range_is_named_with_its_line(
    tmp_path: Path, capfd: Capture, change: tuple[str, str], code: str, texts: list[str]
) -> None:
    file = line_file(tmp_path, change)
    fails(capfd, ["run", file], 2, code, *(f"{file}{text}" if text[0] == ":" else text for text in texts))
    assert list(tmp_path.iterdir()) == [file]  # nothing was begun


def test_a_pipe_is_no_line(tmp_path: Path, capfd: Capture) -> None:
    os.mkfifo(tmp_path / "line.yaml")
    fails(capfd, ["run", tmp_path / "line.yaml"], 2, "AIE-CFG-001", "pipe or a device")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (compile_bytes(everything(), "a.tflite"), "AIE-LIN-001"),
        (compile_bytes(everything(), "a.tflite")[:-100], "AIE-MOD-018"),
        (b"", "AIE-MOD-018"),
    ],
    ids=["of another kind", "cut", "empty"],
)
def test_a_line_with_a_wrong_model(tmp_path: Path, capfd: Capture, content: bytes, code: str) -> None:
    (tmp_path / "m.aie").write_bytes(content)
    fails(capfd, ["run", line_file(tmp_path, ("aiedge:board_defects", "m.aie"))], 1, code)


# ---- devices and servers that are not there ----------------------------------------------------------------------


def test_a_camera_folder_that_is_missing_or_empty(tmp_path: Path, capfd: Capture) -> None:
    missing = tmp_path / "相机 1"
    fails(capfd, ["run", folder_line(tmp_path, missing)], 3, "AIE-DEV-016: camera: ", str(missing))
    missing.mkdir()
    fails(capfd, ["run", folder_line(tmp_path, missing)], 3, "AIE-DEV-016: camera: ", "it holds no file")


@contextmanager
def server(talk: Callable[[socket.socket], object]) -> Iterator[int]:
    """A server on 127.0.0.1 that does the same with each connection; its port."""

    def serve() -> None:
        connections = []
        while True:
            try:
                connections.append(listener.accept()[0])
                talk(connections[-1])
            except ConnectionError:
                continue
            except OSError:
                break
        for connection in connections:
            connection.close()

    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(10)


def says_nothing(connection: socket.socket) -> None:
    pass


def speaks_http(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n" * 3)


def hangs_up(connection: socket.socket) -> None:
    connection.close()


def test_a_dead_plc(tmp_path: Path, capfd: Capture, free_port: int) -> None:
    fails(capfd, ["run", modbus_line(tmp_path, free_port)], 3, "AIE-DEV-004: plc: ", "refused")


@pytest.mark.parametrize(
    ("talk", "code"),
    [(says_nothing, "AIE-DEV-003"), (speaks_http, "AIE-DEV-004"), (hangs_up, "AIE-DEV-004")],
)
def test_a_plc_that_is_none(
    tmp_path: Path, capfd: Capture, talk: Callable[[socket.socket], object], code: str
) -> None:
    with server(talk) as port:
        fails(capfd, ["run", modbus_line(tmp_path, port)], 3, f"{code}: plc: ")


@pytest.mark.parametrize("talk", [None, says_nothing, speaks_http, hangs_up])
def test_a_dead_broker_costs_no_record(
    tmp_path: Path, capfd: Capture, free_port: int, talk: Callable[[socket.socket], object] | None
) -> None:
    with server(talk or says_nothing) as port:
        url = f"mqtt://127.0.0.1:{free_port if talk is None else port}"
        assert run_command(["run", str(broker_line(tmp_path, url)), "--parts", "3", "--json"]) == 3
    captured = capfd.readouterr()
    code = "AIE-TEL-025" if talk is says_nothing else "AIE-TEL-022"
    assert captured.err.startswith(f"aiedge: {code}: {url}: ")
    assert captured.err.count("\n") == 1
    document = json.loads(captured.out)
    assert document["records"]["stored"] == document["parts"] >= 3
    with MetricStore.open(tmp_path / "demo-output" / "metrics.db") as store:
        assert store.counters.pending == document["parts"]


# ---- full disks --------------------------------------------------------------------------------------------------


def limited(size_bytes: int, *arguments: object) -> subprocess.CompletedProcess[str]:
    """The command where no file may grow beyond ``size_bytes``, which is how a full disk looks to it."""
    program = (
        f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size_bytes}, resource.RLIM_INFINITY));"
        "from aiedge.cli.main import main; main()"
    )
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)], capture_output=True, text=True, check=False
    )


def test_a_disk_without_room_for_a_store(tmp_path: Path) -> None:
    done = limited(1000, "run", line_file(tmp_path), "--parts", 2, "--json")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("aiedge: AIE-TEL-0")
    assert "metrics.db" in done.stderr


def test_a_disk_that_fills_up_loses_nothing_that_was_stored(tmp_path: Path) -> None:
    MetricStore.open(tmp_path / "demo-output" / "metrics.db").close()
    file = line_file(tmp_path, ("part_period_s: 0.2", "part_period_s: 0.15"))
    done = limited(24_000, "run", file, "--parts", 10, "--json")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("aiedge: AIE-LIN-006")
    document = json.loads(done.stdout)
    assert document["parts"] >= 10
    with MetricStore.open(tmp_path / "demo-output" / "metrics.db") as store:
        assert store.counters.stored == document["records"]["stored"] < 10


def test_a_picture_that_does_not_fit_does_not_hide_what_the_demo_did(tmp_path: Path) -> None:
    done = limited(60_000, "demo", "--parts", 3, "--json", "--output", tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("aiedge: AIE-CLI-006")
    assert "contact-sheet.png" in done.stderr
    document = json.loads(done.stdout)
    assert document["contact_sheet"] is None
    assert document["stats"]["records"]["stored"] == 3
    assert [entry.name for entry in tmp_path.iterdir() if entry.suffix != ".db"] == []


def test_a_bundle_that_does_not_fit_leaves_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "m.tflite").write_bytes(everything())
    (tmp_path / "m.aie").write_bytes(b"old")
    done = limited(1000, "compile", tmp_path / "m.tflite", "--json")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith(f"aiedge: AIE-MOD-016: {tmp_path / 'm.aie'}: ")
    assert (tmp_path / "m.aie").read_bytes() == b"old"
    assert {entry.name for entry in tmp_path.iterdir()} == {"m.tflite", "m.aie"}


def test_a_broker_s_address_with_a_password_is_not_repeated(tmp_path: Path, capfd: Capture) -> None:
    secret = "geheim"  # noqa: S105 - a test's
    url = f"mqtt://user:{secret}@127.0.0.1"
    fails(capfd, ["demo", "--broker", url, "--output", tmp_path / "out"], 2, "AIE-TEL-021")
    fails(capfd, ["demo", "--broker", "", "--output", tmp_path / "out"], 2, "AIE-TEL-020")
    assert not (tmp_path / "out").exists()
