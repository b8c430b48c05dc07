"""The imaginary controller of drivers/README.md."""

from __future__ import annotations

import socketserver
import threading
from collections import defaultdict

# What this controller has; everything else is refused.
_ADDRESSES = range(100)


class TextPlcServer(socketserver.ThreadingTCPServer):
    """Listens on 127.0.0.1, ``port``; ``memory`` maps (area, address) to a value."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.port: int = self.server_address[1]
        self.memory: dict[tuple[str, int], int] = defaultdict(int)
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, request: str) -> str:
        words = request.split()
        if words == ["HELLO"]:
            return "OK"
        verb, area, start = words[0], words[1], int(words[2])
        if start not in _ADDRESSES:
            return f"ERROR there is no {area} {start}"
        if verb == "READ":
            return " ".join(["OK", *(str(self.memory[area, start + n]) for n in range(int(words[3])))])
        for offset, word in enumerate(words[3:]):
            self.memory[area, start + offset] = int(word)
        return "OK"


class _Connection(socketserver.StreamRequestHandler):
    server: TextPlcServer

    def handle(self) -> None:
        for line in self.rfile:
            self.wfile.write(f"{self.server.answer(line.decode())}\n".encode())
