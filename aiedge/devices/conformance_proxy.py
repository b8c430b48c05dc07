"""A TCP relay that can be unplugged and muted, to stand between a driver and a real server."""

from __future__ import annotations

import contextlib
import socket
import threading

_CHUNK = 65536


class FaultyTcpProxy:
    """Relays 127.0.0.1:``port`` to a server on 127.0.0.1, until told otherwise.

    ``requests`` counts the pieces that clients have sent: for a protocol that sends a request in one piece
    and waits for its answer, the requests.
    """

    def __init__(self, server_port: int) -> None:
        self.requests = 0
        self._server_port = server_port
        self._lock = threading.Lock()
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._muted = False
        self._held: list[tuple[socket.socket, bytes]] = []
        self._listener: socket.socket | None = None
        self.port = 0
        self.replug()

    def unplug(self) -> None:
        """End all connections and refuse new ones."""
        with self._lock:
            listener, self._listener = self._listener, None
            pairs, self._pairs = self._pairs, set()
            self._held.clear()
        if listener is not None:
            _shut(listener)
        for pair in pairs:
            for end in pair:
                _shut(end)

    def replug(self) -> None:
        """Take connections again, on the same port."""
        listener = socket.create_server(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        with self._lock:
            self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def mute(self) -> None:
        """Hold the server's answers back; requests still reach it, and connections are still taken."""
        with self._lock:
            self._muted = True

    def unmute(self) -> None:
        """Deliver what was held back, then relay again."""
        with self._lock:
            self._muted = False
            held, self._held = self._held, []
            for client, data in held:
                _send(client, data)

    def close(self) -> None:
        """End everything."""
        self.unplug()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return  # unplugged
            try:
                server = socket.create_connection(("127.0.0.1", self._server_port))
            except OSError:
                _shut(client)
                continue
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                if self._listener is not listener:
                    _shut(client)
                    _shut(server)
                    return
                self._pairs.add((client, server))
            threading.Thread(target=self._relay_requests, args=(client, server), daemon=True).start()
            threading.Thread(target=self._relay_answers, args=(server, client), daemon=True).start()

    def _relay_requests(self, client: socket.socket, server: socket.socket) -> None:
        while data := _receive(client):
            with self._lock:
                self.requests += 1
            _send(server, data)
        _shut(client)
        _shut(server)

    def _relay_answers(self, server: socket.socket, client: socket.socket) -> None:
        while data := _receive(server):
            with self._lock:
                if self._muted:
                    self._held.append((client, data))
                else:
                    _send(client, data)
        _shut(client)
        _shut(server)


def _receive(end: socket.socket) -> bytes:
    """What arrives next; empty when the connection has ended, in whichever way."""
    try:
        return end.recv(_CHUNK)
    except OSError:
        return b""


def _send(end: socket.socket, data: bytes) -> None:
    try:
        end.sendall(data)
    except OSError:
        _shut(end)  # its reader sees the end and clears up


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it is not connected any more
        end.shutdown(socket.SHUT_RDWR)  # wakes a thread that waits in recv or accept
    end.close()
