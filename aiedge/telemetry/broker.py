"""Where the broker is, and where the secrets for it are: never in an address, never in a log."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from aiedge.errors import TelemetryError, UsageError
from aiedge.open_file import open_file, read_file
from aiedge.telemetry.option_error import option_error

_DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883}
_SECRET_LIMIT_BYTES = 65_535  # of MQTT


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """``mqtt://host[:1883]`` or ``mqtts://host[:8883]`` (TLS), taken apart."""

    host: str
    port: int
    tls: bool

    @classmethod
    def parse(cls, url: str) -> BrokerAddress:
        """Raises :class:`UsageError`: AIE-TEL-020, or -021 for a user or a password in it (not repeated)."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise _wrong_url(f"{error}" if "@" not in url else "it cannot be read") from error
        if "@" in url:
            raise UsageError("AIE-TEL-021")
        if parts.scheme not in _DEFAULT_PORTS:
            raise _wrong_url(f"{url!r} does not begin with mqtt:// or mqtts://")
        if not parts.hostname or any(c.isspace() for c in parts.hostname):
            raise _wrong_url(f"{url!r} names no host")
        if parts.path.strip("/") or parts.query or parts.fragment:
            raise _wrong_url(f"{url!r} goes on behind the port")
        if port == 0:
            raise _wrong_url(f"{url!r} has port 0")
        return cls(parts.hostname, port or _DEFAULT_PORTS[parts.scheme], parts.scheme == "mqtts")

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.tls else 'mqtt'}://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class BrokerSecurity:
    """Where user, password and certificates are found; read anew for each connection, so they may change.

    ``user_env``, ``password_env``: names of environment variables; ``user_file``, ``password_file``: files
    with the text alone (a final newline is not part of it). ``ca_file``: PEM, whom to trust instead of the
    system's authorities; ``certificate_file`` and ``key_file``: PEM, this client's own, together.
    """

    user_env: str | None = None
    user_file: Path | None = None
    password_env: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None

    def check(self, address: BrokerAddress) -> None:
        """Raises :class:`UsageError` AIE-TEL-016 for options that contradict each other or the address."""
        if self.user_env and self.user_file:
            raise option_error("user_file", "user_env is given too")
        if self.password_env and self.password_file:
            raise option_error("password_file", "password_env is given too")
        if (self.password_env or self.password_file) and not (self.user_env or self.user_file):
            raise option_error("user_env", "a password needs a user")
        if bool(self.certificate_file) != bool(self.key_file):
            raise option_error("certificate_file", "certificate_file and key_file go together")
        if not address.tls and (self.ca_file or self.certificate_file):
            raise option_error("ca_file", "certificates need mqtts://")

    def user(self) -> str | None:
        """Raises :class:`TelemetryError` AIE-TEL-024."""
        return _secret(self.user_env, self.user_file)

    def password(self) -> str | None:
        """Raises :class:`TelemetryError` AIE-TEL-024."""
        return _secret(self.password_env, self.password_file)

    def tls_context(self) -> ssl.SSLContext:
        """TLS 1.2 or newer, the broker's name and certificate verified. Raises AIE-TEL-024."""
        for file in (self.ca_file, self.certificate_file, self.key_file):
            if file is not None:
                _check_file(file)
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:
            raise _unreadable(str(self.ca_file or "the system's authorities"), error) from error
        # Python 3.13 asks for extensions that the authorities of plants often lack: the same on every Python.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        if self.certificate_file is not None and self.key_file is not None:
            try:
                context.load_cert_chain(self.certificate_file, self.key_file, password=_no_passphrase)
            except (OSError, ValueError) as error:
                raise _unreadable(f"{self.certificate_file} with {self.key_file}", error) from error
        context.sslsocket_class = _TlsSocket
        return context


class _TlsSocket(ssl.SSLSocket):
    """Closes itself when the handshake fails, which paho forgets."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


def _secret(variable: str | None, path: Path | None) -> str | None:
    if variable is not None:
        if variable not in os.environ:
            raise TelemetryError("AIE-TEL-024", reason=f"the environment has no variable {variable}")
        return os.environ[variable]
    if path is not None:
        try:
            text = read_file(Path(path), _SECRET_LIMIT_BYTES + len("\r\n")).decode("utf-8")
            return text.removesuffix("\n").removesuffix("\r")
        except OSError as error:
            raise _unreadable(str(path), error) from error
        except UnicodeDecodeError as error:
            raise TelemetryError("AIE-TEL-024", reason=f"{path} is not UTF-8") from error
    return None


def _check_file(path: Path) -> None:
    # OpenSSL opens it by its name, and would wait for a pipe.
    try:
        open_file(path).close()
    except OSError as error:
        raise _unreadable(str(path), error) from error


def _no_passphrase() -> str:
    # Without this OpenSSL asks on the terminal and waits.
    raise ValueError("the key has a passphrase")


def _unreadable(what: str, error: Exception) -> TelemetryError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return TelemetryError("AIE-TEL-024", reason=f"{what}: {reason}")


def _wrong_url(reason: str) -> UsageError:
    return UsageError("AIE-TEL-020", reason=reason)
