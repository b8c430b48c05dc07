"""The one tree of errors.

Every error says what happened, where, and how to fix it, and carries a stable code such as ``AIE-MOD-003``.
The texts live in the catalogue :mod:`aiedge.messages`, nowhere else, so that they can be translated.

Raise by code, with the place and the values that the text names::

    raise ModelError("AIE-MOD-003", where="model.tflite: tensor 5 'conv/bias'", index=7, count=4)
"""

from __future__ import annotations

from aiedge.messages import CATALOGUE

# Exit codes of the command line (design: 0 done, 1 the work failed).
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_UNREACHABLE = 3


class AiedgeError(Exception):
    """Base of every error that aiedge raises on purpose.

    ``code`` is stable across versions; ``where`` names the file, key, device or node; ``what`` and ``fix`` are
    the catalogue's sentences with the values filled in. ``str(error)`` is one line with all of them.
    A code that the catalogue lacks, or a value that its text needs and did not get, is a ``KeyError``.
    """

    exit_code = EXIT_FAILED

    def __init__(self, code: str, *, where: str = "", **values: object) -> None:
        message = CATALOGUE[code]
        self.code = code
        self.where = _one_line(where)
        self.what = _one_line(message.what.format(**values))
        self.fix = _one_line(message.fix.format(**values))
        place = f"{self.where}: " if self.where else ""
        super().__init__(f"{code}: {place}{self.what} {self.fix}")


class ConfigError(AiedgeError, ValueError):
    """A configuration is wrong; ``where`` is the file with line and the key's path."""

    exit_code = EXIT_USAGE


class UsageError(AiedgeError, ValueError):
    """The command line, or a call, has an argument that cannot be used."""

    exit_code = EXIT_USAGE


class ModelError(AiedgeError, ValueError):
    """A model file is damaged, hostile or not supported; ``where`` is the place inside it."""


class SignatureError(ModelError):
    """A model is not signed, or its signature does not hold; nothing of it was run."""


class KeyFileError(AiedgeError, OSError):
    """A key, or the folder of trusted keys, cannot be used; no text holds a secret."""


class OutputError(AiedgeError, OSError):
    """A result could not be written."""


class InputError(AiedgeError, ValueError):
    """An array or a file given to a model has the wrong shape, dtype or size."""


class EngineError(AiedgeError, RuntimeError):
    """An engine could not be had, or failed while it ran."""


class DeviceError(AiedgeError, OSError):
    """A device refused, broke off or answered nonsense."""

    exit_code = EXIT_UNREACHABLE


class DeviceTimeout(DeviceError, TimeoutError):
    """A device did not answer within ``timeout_s``."""


class DeviceLost(DeviceError, ConnectionError):
    """The link to a device broke and did not come back within ``timeout_s``; it is tried again meanwhile."""


class DeviceOptionError(DeviceError, ConfigError):
    """An option, tag or value given to a device is wrong; no device was asked."""

    exit_code = EXIT_USAGE


class EndOfFrames(DeviceError, EOFError):
    """A camera that reads a finite source has shown all of it."""


class TelemetryError(AiedgeError, OSError):
    """The metric store or the broker's connection failed."""


class BrokerUnreachable(TelemetryError, ConnectionError):
    """No broker answered."""

    exit_code = EXIT_UNREACHABLE


class LineError(AiedgeError, RuntimeError):
    """The line cannot start or go on."""


def _one_line(text: str) -> str:
    # Names out of model files and network bytes end up here: no control character may reach a terminal.
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
