from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiedge import errors
from aiedge.errors import AiedgeError, DeviceError, DeviceTimeout, ModelError
from aiedge.messages import CATALOGUE, Message

LEAVES = {
    errors.BrokerUnreachable: (errors.TelemetryError, ConnectionError),
    errors.ConfigError: (ValueError,),
    errors.DeviceError: (OSError,),
    errors.DeviceLost: (DeviceError, ConnectionError),
    errors.DeviceOptionError: (DeviceError, errors.ConfigError, ValueError),
    errors.DeviceTimeout: (DeviceError, TimeoutError),
    errors.EndOfFrames: (DeviceError, EOFError),
    errors.EngineError: (RuntimeError,),
    errors.InputError: (ValueError,),
    errors.KeyFileError: (OSError,),
    errors.LineError: (RuntimeError,),
    errors.ModelError: (ValueError,),
    errors.OutputError: (OSError,),
    errors.SignatureError: (errors.ModelError, ValueError),
    errors.TelemetryError: (OSError,),
    errors.UsageError: (ValueError,),
}


def test_the_tree_has_no_other_errors() -> None:
    tree = {e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, AiedgeError)}
    assert tree == {AiedgeError, *LEAVES}


@pytest.mark.parametrize(("error", "bases"), LEAVES.items())
def test_each_is_what_a_user_would_catch(error: type[AiedgeError], bases: tuple[type, ...]) -> None:
    raised = error("AIE-DEV-005", where="press 3")
    assert isinstance(raised, (AiedgeError, *bases))
    assert all(isinstance(raised, base) for base in bases)
    assert (raised.code, raised.where) == ("AIE-DEV-005", "press 3")


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [
        (errors.ConfigError, 2),
        (errors.UsageError, 2),
        (errors.DeviceOptionError, 2),
        (errors.DeviceTimeout, 3),
        (errors.DeviceLost, 3),
        (errors.BrokerUnreachable, 3),
        (errors.TelemetryError, 1),
        (errors.ModelError, 1),
        (errors.OutputError, 1),
    ],
)
def test_exit_codes(error: type[AiedgeError], exit_code: int) -> None:
    assert error.exit_code == exit_code


def test_text_says_code_where_what_and_fix() -> None:
    error = DeviceTimeout("AIE-DEV-003", where="press 3", timeout_s=0.25)
    assert error.what == "The device did not answer within 0.25 s."
    assert error.fix == "Check power, cable and address; then the timeout."
    assert str(error) == f"AIE-DEV-003: press 3: {error.what} {error.fix}"
    assert str(DeviceError("AIE-DEV-005")).startswith("AIE-DEV-005: The device is closed.")


def test_unknown_code_and_missing_value_are_bugs() -> None:
    with pytest.raises(KeyError):
        DeviceError("AIE-DEV-999")
    with pytest.raises(KeyError):
        DeviceError("AIE-DEV-003")


@given(st.text())
def test_no_control_character_reaches_the_terminal(text: str) -> None:
    error = ModelError("AIE-MOD-001", where=text, reason=text)
    assert str(error).isprintable()


def test_braces_in_values_are_harmless() -> None:
    error = ModelError("AIE-MOD-001", where="{where}", reason="{0} {reason!r} {")
    assert "{where}: The file cannot be read: {0} {reason!r} {." in str(error)


@pytest.mark.parametrize(("code", "message"), CATALOGUE.items())
def test_every_message_is_whole_sentences(code: str, message: Message) -> None:
    area, number = code.removeprefix("AIE-").split("-")
    assert len(area) == len(number) == 3
    assert number.isdecimal()
    for text in message:
        if text in ("{reason}", "{hint}"):
            continue  # the whole sentence comes from the rule that was broken
        assert text.endswith(".") or text.startswith("Run: "), text
        assert text[0].isupper() or text.startswith("{"), text
        assert all(name is None or name.isidentifier() for _, name, _, _ in string.Formatter().parse(text))
