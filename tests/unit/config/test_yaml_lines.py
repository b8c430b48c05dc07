"""YAML with lines: what is refused, and where the error says it is."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiedge.config.yaml_lines import MAX_BYTES, MAX_DEPTH, YamlFile, dotted, read_yaml
from aiedge.errors import ConfigError


def read(folder: Path, text: str | bytes) -> YamlFile:
    file = folder / "line.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_yaml(file)


def test_every_key_and_item_has_its_line(tmp_path: Path) -> None:
    file = read(tmp_path, "a: 1\nb:\n  - x\n  - {c: 2,\n     d: 3}\n")
    assert file.data == {"a": 1, "b": ["x", {"c": 2, "d": 3}]}
    assert file.lines[("a",)] == 1
    assert file.lines[("b", 0)] == 3
    assert file.lines[("b", 1, "d")] == 5
    assert file.where(("b", 1, "d")) == f"{tmp_path / 'line.yaml'}:5: b[1].d"


def test_a_key_that_is_missing_has_the_line_of_its_mapping(tmp_path: Path) -> None:
    file = read(tmp_path, "a: 1\nb:\n  c: 2\n")
    assert file.where(("b", "z")).endswith(":2: b.z")
    assert file.where(("z",)).endswith(":1: z")


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a: 1\nb: 2\na: 3\n", "AIE-CFG-005", 3),
        ("a: [1, 2\nb: 3\n", "AIE-CFG-002", 2),
        ("a: 1\n\tb: 2\n", "AIE-CFG-002", 2),
        ("a: 1\nb: !!python/object:os.system x\n", "AIE-CFG-002", 2),
        ("a: 1\nb: 2026-13-40\n", "AIE-CFG-002", 2),
        ("a: 1\n[1, 2]: 3\n", "AIE-CFG-002", 2),
        ("a: &x 1\nb: *y\n", "AIE-CFG-002", 2),
        ("a: 1\n---\nb: 2\n", "AIE-CFG-002", 2),
        ("a:\n" + "[" * (MAX_DEPTH + 1), "AIE-CFG-007", 2),
        ("x: " + "[" * 100_000, "AIE-CFG-007", 1),
        ("a: &a\n  - *a\n", "AIE-CFG-007", 1),
        ("a: 1\nb: " + "9" * 101, "AIE-CFG-007", 2),
        ("a: 1\nb: " + ":".join(["59"] * 200_000), "AIE-CFG-007", 2),
        ("a: 1\nb: 0x" + "f" * 500_000, "AIE-CFG-007", 2),
        ("a: 1\nb: \0\n", "AIE-CFG-002", 2),
        ("a: 猫\nb: \x07\n", "AIE-CFG-002", 2),
        ("a: 猫\nb: k\xe4se\n".encode("latin-1", "replace"), "AIE-CFG-002", 2),
    ],
)
def test_what_is_refused_names_its_line(tmp_path: Path, text: str | bytes, code: str, line: int) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert caught.value.code == code
    assert caught.value.where.startswith(f"{tmp_path / 'line.yaml'}:{line}")
    assert "\n" not in str(caught.value)


def test_an_alias_bomb_is_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(ConfigError, match="AIE-CFG-007"):
        read(tmp_path, "\n".join(lines))


def test_a_file_that_is_too_large_or_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="AIE-CFG-007"):
        read(tmp_path, b"#" * (MAX_BYTES + 1))
    with pytest.raises(ConfigError, match="AIE-CFG-001"):
        read_yaml(tmp_path / "absent.yaml")
    with pytest.raises(ConfigError, match="AIE-CFG-001"):
        read_yaml(tmp_path)


@given(st.binary(max_size=200) | st.text("ab:[]{}&*!-#|>'\"\n 0.", max_size=80).map(str.encode))
def test_no_bytes_raise_anything_but_a_config_error(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    folder = tmp_path_factory.getbasetemp()
    with suppress(ConfigError):
        assert read(folder, raw).path == folder / "line.yaml"


def test_dotted_writes_paths_as_people_do() -> None:
    assert dotted(("plc", "options", "faults", 0, "part")) == "plc.options.faults[0].part"
    assert dotted(()) == ""
