"""What has no end, or nobody at the other end, is refused and never waited for."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from aiedge.open_file import open_file, read_file


def test_a_file_and_a_link_to_one_are_read(tmp_path: Path) -> None:
    file, link = tmp_path / "文件 a", tmp_path / "link"
    file.write_bytes(b"abc")
    link.symlink_to(file)
    assert read_file(link, 3) == b"abc"
    with open_file(file) as stream:
        assert stream.read() == b"abc"


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "huge"
    with file.open("wb") as stream:
        stream.truncate(1 << 40)
    with pytest.raises(OSError, match="larger than 1000 bytes"):
        read_file(file, 1000)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_a_device_is_no_file(device: str) -> None:
    with pytest.raises(OSError, match="pipe or a device"):
        open_file(Path(device))


def test_a_pipe_without_a_writer_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="pipe or a device"):
        open_file(tmp_path / "pipe")


def test_a_socket_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        with pytest.raises(OSError, match="No such device"):
            open_file(Path("socket"))


def test_a_folder_says_that_it_is_one(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        open_file(tmp_path)


def test_a_name_with_a_nul_is_refused() -> None:
    with pytest.raises(OSError, match="NUL"):
        open_file(Path("a\0b"))


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OSError, match="symbolic links"):
        open_file(tmp_path / "loop")
