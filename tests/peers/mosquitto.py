"""A real mosquitto, its own subscriber, and a wire between them and us that can be cut in one direction."""

from __future__ import annotations

import getpass
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from types import TracebackType

from waiting import until

from aiedge.telemetry.metric import Received, decode_payload


class Mosquitto:
    """A broker on 127.0.0.1 with its data in ``folder``; what it has stored survives :meth:`kill`.

    ``listener``: lines of the configuration for the one listener (default: anybody may do anything).
    ``general``: lines ahead of it.
    """

    def __init__(
        self,
        program: str,
        folder: Path,
        port: int,
        *,
        listener: Sequence[str] = ("allow_anonymous true",),
        general: Sequence[str] = (),
    ) -> None:
        folder.mkdir(exist_ok=True)
        self.port = port
        self._program = program
        self._log = folder / "log"
        self._configuration = folder / "mosquitto.conf"
        self._process: subprocess.Popen[bytes] | None = None
        lines = (
            *("per_listener_settings true", f"user {getpass.getuser()}"),
            *(
                "persistence true",
                f"persistence_location {folder}/",
                "autosave_interval 1",
                "autosave_on_changes true",
            ),
            "max_queued_messages 0",  # for the subscriber: no limit
            *general,
            f"listener {port} 127.0.0.1",
            *listener,
        )
        self._configuration.write_text("\n".join(lines) + "\n")

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return self._log.read_text()

    def start(self) -> None:
        """Start, and wait until it listens."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, "-c", self._configuration], stdout=log, stderr=log
            )
        until(self._listens)

    def _listens(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log
        with suppress(OSError), closing(socket.create_connection(("127.0.0.1", self.port), timeout=5)):
            return True
        return False

    def kill(self) -> None:
        """SIGKILL; whatever was frozen dies too."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """The process stands still, its sockets stay open."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def __enter__(self) -> Mosquitto:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()


class Subscriber:
    """``mosquitto_sub`` with a durable session: an independent client that writes what arrives into a file."""

    def __init__(
        self, program: str, folder: Path, port: int, topic: str, *, options: Sequence[str] = ()
    ) -> None:
        self._output = folder / "received"
        self._command = [program, "-h", "127.0.0.1", "-p", str(port), "-t", topic, "-q", "1"]
        self._command += ["-V", "311", "-c", "-i", "independent", *options]
        self._process: subprocess.Popen[bytes] | None = None
        self._output.touch()
        subprocess.run([*self._command, "-E"], check=True)  # the session exists from here on

    @property
    def received(self) -> list[Received]:
        """All that has arrived, in order; a line that is not written whole yet is left out."""
        return [decode_payload(line) for line in self._output.read_bytes().split(b"\n")[:-1]]

    @property
    def count(self) -> int:
        return self._output.read_bytes().count(b"\n")

    @property
    def values(self) -> list[object]:
        return [message.metric.value for message in self.received]

    def start(self) -> None:
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(self._command, stdout=output)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Subscriber:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class Wire:
    """A TCP relay to the broker; while ``answers`` is clear, what the broker says is lost."""

    def __init__(self, listener: socket.socket, broker_port: int) -> None:
        self.answers = threading.Event()
        self.answers.set()
        self.swallowed_bytes = 0
        self.port: int = listener.getsockname()[1]
        self._listener = listener
        self._broker_port = broker_port
        self._ends: list[socket.socket] = []

    def cut(self) -> None:
        """Both ends of every connection see it break."""
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def accept_forever(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return  # closed: the test is over
            broker = socket.create_connection(("127.0.0.1", self._broker_port))
            self._ends += [client, broker]
            threading.Thread(target=self._copy, args=(client, broker, False), daemon=True).start()
            threading.Thread(target=self._copy, args=(broker, client, True), daemon=True).start()

    def _copy(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if is_answer and not self.answers.is_set():
                    self.swallowed_bytes += len(data)
                else:
                    target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.cut()
        for end in self._ends:
            end.close()


@contextmanager
def wire(broker_port: int) -> Iterator[Wire]:
    with ExitStack() as stack:
        listener = socket.create_server(("127.0.0.1", 0))
        relay = Wire(listener, broker_port)
        acceptor = threading.Thread(target=relay.accept_forever, daemon=True)
        acceptor.start()
        stack.callback(relay.close)
        stack.callback(acceptor.join)
        stack.callback(listener.close)
        stack.callback(lambda: listener.shutdown(socket.SHUT_RDWR))
        yield relay


def make_certificates(openssl: str, folder: Path, name: str) -> tuple[Path, Path, Path]:
    """An authority, and a certificate of it for 127.0.0.1: (authority, certificate, key), PEM."""
    folder.mkdir()
    authority, certificate, key = folder / "ca.pem", folder / "cert.pem", folder / "key.pem"
    common = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]

    def run(*arguments: str | os.PathLike[str]) -> None:
        subprocess.run([openssl, *arguments], check=True, capture_output=True)

    run(
        "req",
        "-x509",
        *common,
        "-subj",
        f"/CN={name} authority",
        "-keyout",
        folder / "ca.key",
        "-out",
        authority,
    )
    run("req", *common, "-subj", f"/CN={name}", "-keyout", key, "-out", folder / "request")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    run(
        *("x509", "-req", "-in", folder / "request", "-CA", authority, "-CAkey", folder / "ca.key"),
        *("-CAcreateserial", "-days", "2", "-extfile", folder / "names", "-out", certificate),
    )
    return authority, certificate, key
