"""What all tests share: where ../shared is, which real servers are here, and that CI skips nothing."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import aiedge

pytest_plugins = ["peers.modbus"]

_ROOT = Path(__file__).resolve().parents[1]
_SHARED = Path(os.environ.get("AIEDGE_SHARED", _ROOT.parent / "shared"))
_CI = os.environ.get("CI") == "true"


def pytest_report_header() -> str:
    """Say which aiedge is under test."""
    return f"aiedge: {Path(aiedge.__file__).parent}"


def pytest_sessionstart() -> None:
    """In CI the installed wheel is tested, never the source tree."""
    if _CI and Path(aiedge.__file__).is_relative_to(_ROOT / "aiedge"):
        pytest.exit("CI must test an installed wheel, but aiedge comes from the checkout", returncode=1)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name every skipped test's reason; in CI also say that this is why the run fails."""
    if _CI and terminalreporter.stats.get("skipped"):
        terminalreporter.write_line("CI=true: a skipped test is a failure", red=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failure, wherever the skip came from."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if _CI and reporter is not None and reporter.stats.get("skipped") and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _absent(what: str) -> None:
    """Skip, saying what is missing; in CI a skipped test is a failure."""
    if _CI:
        pytest.fail(f"CI must not skip: {what}")
    pytest.skip(what)


@pytest.fixture(scope="session", autouse=True)
def _outside_the_checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Work in an empty folder: a Python that a test starts must find the installed aiedge, not the source tree."""
    before = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("cwd"))
    yield
    os.chdir(before)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared models and data; the test is skipped where there is none."""
    if not (_SHARED / "models").is_dir():
        _absent(f"no shared models and data at {_SHARED} (set AIEDGE_SHARED)")
    return _SHARED


@pytest.fixture(scope="session")
def mosquitto() -> str:
    """The path of the mosquitto server."""
    return _program("mosquitto", "mosquitto")


@pytest.fixture(scope="session")
def mosquitto_sub() -> str:
    """The path of mosquitto's own subscriber."""
    return _program("mosquitto_sub", "mosquitto-clients")


@pytest.fixture(scope="session")
def openssl() -> str:
    """The path of OpenSSL's command."""
    return _program("openssl", "openssl")


@pytest.fixture(scope="session")
def c_compiler() -> str:
    """The path of a C compiler."""
    return _program("cc", "gcc")


@pytest.fixture(scope="session")
def strace() -> str:
    """The path of strace, where it may watch a process."""
    path = _program("strace", "strace")
    tried = subprocess.run(
        [path, "-f", "-o", os.devnull, "true"], capture_output=True, text=True, check=False
    )
    if tried.returncode != 0:
        _absent(f"strace may not watch a process here (ptrace is forbidden): {tried.stderr.strip()}")
    return path


@pytest.fixture(scope="session")
def debian_program() -> Callable[[str, str], str]:
    """The path of a program, given with the Debian package that has it."""
    return _program


@pytest.fixture(scope="session")
def libmodbus_flags() -> list[str]:
    """What the C compiler needs to use libmodbus."""
    pkg_config = _program("pkg-config", "pkg-config")
    found = subprocess.run(
        [pkg_config, "--cflags", "--libs", "libmodbus"], capture_output=True, text=True, check=False
    )
    if found.returncode != 0:
        _absent("libmodbus is missing: apt-get install libmodbus-dev")
    return found.stdout.split()


@pytest.fixture
def free_port() -> int:
    """A TCP port on 127.0.0.1 that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _program(name: str, package: str) -> str:
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if path is None:
        _absent(f"{name} is missing: apt-get install {package}")
    assert path is not None
    return path
