from __future__ import annotations

from pathlib import Path

import pytest

from aiedge.cli.read_labels import read_labels
from aiedge.errors import UsageError


@pytest.mark.parametrize(
    "content",
    [
        "open\nkurz geschlossen\n缺口",
        "open\r\nkurz geschlossen\r\n缺口\r\n",
        "\ufeffopen\nkurz geschlossen \n缺口\n",
    ],
)
def test_one_label_a_line_whoever_wrote_the_file(tmp_path: Path, content: str) -> None:
    path = tmp_path / "labels.txt"
    path.write_bytes(content.encode("utf-8"))
    assert read_labels(path) == ("open", "kurz geschlossen", "缺口")


@pytest.mark.parametrize("content", [None, b"caf\xe9"])
def test_a_file_that_is_no_text_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "labels.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=r"AIE-CLI-002.*labels\.txt"):
        read_labels(path)
