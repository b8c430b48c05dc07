from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from aiedge.devices.options import DeviceOptions, FilePath, parse_options
from aiedge.errors import ConfigError, DeviceError, DeviceOptionError


class PathOptions(DeviceOptions):
    path: FilePath


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"speed": 3}, "'speed' is wrong: there is no such option."),
        ({"lost_after": "3"}, "'lost_after' is wrong: it should be a valid integer, given '3'."),
        ({"lost_after": 0}, "'lost_after' is wrong: it should be greater than or equal to 1, given 0."),
        ({"connect_timeout_s": float("nan")}, "'connect_timeout_s' is wrong"),
        ({"connect_timeout_s": True}, "'connect_timeout_s' is wrong"),
        ({"reconnect": {"factr": 2}}, "'reconnect.factr' is wrong: there is no such option."),
        ({"reconnect": {"jitter": 2.0}}, "'reconnect.jitter' is wrong"),
        ({"reconnect": "x" * 100}, "'reconnect' is wrong: it should be a mapping, given 'xxx"),
        ({"reconnect": {"first_delay_s": "x"}}, "it should be a valid number"),
        ({"reconnect": {"first_delay_s": 3.0, "cap_s": 1.0}}, "first_delay_s is above cap_s"),
    ],
)
def test_fault_names_option_and_value(options: dict[str, Any], says: str) -> None:
    with pytest.raises(DeviceOptionError) as caught:
        parse_options(DeviceOptions, options, where="press 3")
    assert str(caught.value).startswith("AIE-DEV-006: press 3: The option ")
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("path", "says"), [("", "it should be a path, given ''"), ("a\0b", "NUL"), (3, "a path")]
)
def test_what_is_no_path(path: object, says: str) -> None:
    with pytest.raises(DeviceOptionError, match=says):
        parse_options(PathOptions, {"path": path}, where="camera")


def test_missing_option() -> None:
    with pytest.raises(DeviceOptionError, match="'path' is wrong: it is required"):
        parse_options(PathOptions, {}, where="camera")


def test_wrong_option_is_a_device_and_a_config_error_of_wrong_usage() -> None:
    error = DeviceOptionError("AIE-DEV-006", option="x", reason="y")
    assert isinstance(error, DeviceError)
    assert isinstance(error, ConfigError)
    assert isinstance(error, ValueError)
    assert error.exit_code == 2


def test_whole_numbers_are_seconds_too() -> None:
    assert parse_options(DeviceOptions, {"connect_timeout_s": 3}, where="").connect_timeout_s == 3.0


def test_options_are_frozen() -> None:
    options = parse_options(DeviceOptions, {}, where="")
    with pytest.raises(ValidationError, match="frozen"):
        options.lost_after = 5  # type: ignore[misc]


@pytest.mark.parametrize("path", ["boards", Path("boards")])
def test_relative_path_starts_at_the_folder_of_its_file(path: str | Path) -> None:
    options = parse_options(PathOptions, {"path": path}, where="", folder=Path("/etc/line"))
    assert options.path == Path("/etc/line/boards")
    # What was checked once can be given to the driver as it is.
    assert parse_options(PathOptions, options.model_dump(), where="") == options


def test_relative_path_starts_at_the_working_folder_without_a_file() -> None:
    assert parse_options(PathOptions, {"path": "boards"}, where="").path == Path("boards")


def test_absolute_path_stays() -> None:
    assert parse_options(PathOptions, {"path": "/srv/b"}, where="", folder=Path("/etc")).path == Path(
        "/srv/b"
    )


@pytest.mark.parametrize("path", [3, None, ["a"]])
def test_path_must_be_text(path: object) -> None:
    with pytest.raises(DeviceOptionError, match="'path' is wrong"):
        parse_options(PathOptions, {"path": path}, where="")
