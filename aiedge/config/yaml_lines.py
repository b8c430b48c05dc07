"""A YAML file as plain data, with the line of every key.

Only the safe types of YAML 1.1 are read. The file's size, depth and number of values are limited (an alias
counts each time it is used), and a key that stands twice in one mapping is refused: the second would win in
silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from aiedge.errors import ConfigError
from aiedge.open_file import open_file

MAX_BYTES = 1 << 20
MAX_DEPTH = 16
MAX_VALUES = 10_000
# Making a number of a million digits takes minutes, and a float's shortest form has 24.
MAX_NUMBER_LENGTH = 100
_TEXT_TAG = "tag:yaml.org,2002:str"

# The way from the top of the file to a value: keys of mappings and indices of sequences.
KeyPath = tuple[str | int, ...]


@dataclass(frozen=True)
class YamlFile:
    """What a YAML file holds: ``data`` of plain types, and the line of each key."""

    path: Path
    data: Any
    lines: Mapping[KeyPath, int]

    def where(self, key: KeyPath) -> str:
        """``file:line: key.path``; a key that the file lacks has the line of the mapping it belongs in."""
        known = key
        while known and known not in self.lines:
            known = known[:-1]
        return ": ".join([f"{self.path}:{self.lines.get(known, 1)}", *([dotted(key)] if key else [])])


def dotted(key: KeyPath) -> str:
    """A key's path as people write it.

    >>> dotted(("camera", "options", "faults", 2, "kind"))
    'camera.options.faults[2].kind'
    """
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key)
    return text.removeprefix(".")


def read_yaml(path: Path) -> YamlFile:
    """Read and check one file; everything that is wrong with it is a :class:`ConfigError` with the line."""
    try:
        with open_file(path) as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError("AIE-CFG-001", where=str(path), reason=error.strerror or error) from error
    if len(raw) > MAX_BYTES:
        raise ConfigError("AIE-CFG-007", where=str(path), reason=f"it is larger than {MAX_BYTES} bytes")
    return _Reader(path).read(raw)


class _Reader:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._values = 0
        self._lines: dict[KeyPath, int] = {}

    def read(self, raw: bytes) -> YamlFile:
        try:
            self._check_depth(raw)
            loader = yaml.SafeLoader(raw)
            try:
                node = loader.get_single_node()
                data = None if node is None else self._plain(loader, node, ())
            finally:
                loader.dispose()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = 1 if mark is None else mark.line + 1
            raise self._error("AIE-CFG-002", line, reason=error.problem or error.context) from error
        except yaml.reader.ReaderError as error:
            # Counts characters or, where these cannot be told, bytes; a line's end is one of either in UTF-8.
            before = raw.decode(errors="replace") if error.encoding == "unicode" else raw.decode("latin-1")
            line = before[: error.position].count("\n") + 1
            reason = f"it holds a character that no text has ({error.reason})"
            raise self._error("AIE-CFG-002", line, reason=reason) from error
        except yaml.YAMLError as error:
            raise self._error("AIE-CFG-002", 1, reason=error) from error
        return YamlFile(self._path, data, self._lines)

    def _check_depth(self, raw: bytes) -> None:
        # Composing recurses once a level; the event parser does not, so hostile nesting ends here.
        depth = 0
        for event in yaml.parse(raw, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > MAX_DEPTH:
                raise self._too_deep(event.start_mark.line + 1 if event.start_mark is not None else 1)

    def _plain(self, loader: yaml.SafeLoader, node: yaml.Node, key: KeyPath) -> Any:
        line = node.start_mark.line + 1
        self._lines.setdefault(key, line)
        self._values += 1
        if self._values > MAX_VALUES:
            raise self._error("AIE-CFG-007", line, reason=f"it holds more than {MAX_VALUES} values")
        if len(key) > MAX_DEPTH:
            raise self._too_deep(line)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(loader, node, key)
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(loader, item, (*key, index)) for index, item in enumerate(node.value)]
        if node.tag != _TEXT_TAG and len(node.value) > MAX_NUMBER_LENGTH:
            reason = f"a number or date of more than {MAX_NUMBER_LENGTH} characters"
            raise self._error("AIE-CFG-007", line, reason=reason)
        try:
            return loader.construct_object(node)
        except (ValueError, OverflowError) as error:
            # A date such as 2026-13-01 matches YAML's pattern and is none.
            raise self._error("AIE-CFG-002", line, reason=error) from error

    def _mapping(self, loader: yaml.SafeLoader, node: yaml.MappingNode, key: KeyPath) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            name = key_node.value
            if not isinstance(key_node, yaml.ScalarNode) or not isinstance(name, str):
                raise self._error("AIE-CFG-002", line, reason="a key must be a plain word")
            path = (*key, name)
            if name in mapping:
                first = self._lines[path]
                raise ConfigError(
                    "AIE-CFG-005", where=f"{self._path}:{line}: {dotted(path)}", key=name, first=first
                )
            self._lines[path] = line
            mapping[name] = self._plain(loader, value_node, path)
        return mapping

    def _too_deep(self, line: int) -> ConfigError:
        return self._error("AIE-CFG-007", line, reason=f"it is nested more than {MAX_DEPTH} deep")

    def _error(self, code: str, line: int, **values: object) -> ConfigError:
        return ConfigError(code, where=f"{self._path}:{line}", **values)
